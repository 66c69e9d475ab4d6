"""The managed identity of a machine, as App Service offers it to what runs there: a token for whoever holds the header.

learn.microsoft.com, "How to use managed identities for App Service", REST endpoint reference.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from mailform_providers.sandbox.routing import Arrival
from mailform_providers.sandbox.serving.grants import Issuer
from mailform_providers.sandbox.serving.sign_in_errors import JSON, Denied
from mailform_providers.sandbox.wire import Answer, encoded

PATH = "/msi/token"
_VERSION = "2019-08-01"


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """Answers at PATH, over plain http: whoever can ask is on the machine."""

    issuer: Issuer
    header: str = field(repr=False)

    def answer(self, arrival: Arrival) -> Answer:
        asked = urlsplit(arrival.target)
        query = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        if asked.path != PATH or arrival.method != "GET":
            return Answer(404)
        if not hmac.compare_digest(arrival.headers.get("x-identity-header", "").encode(), self.header.encode()):
            return _refused(401, "The header X-IDENTITY-HEADER is missing, or isn't this machine's.")
        if query.get("api-version") != _VERSION:
            return _refused(400, f"The api-version isn't {_VERSION}.")
        if query.get("client_id", self.issuer.client_id) != self.issuer.client_id:
            return _refused(400, "No user-assigned identity with this client id.")
        try:
            token = self.issuer.access_token(query.get("resource", ""))
        except Denied as denied:
            return _refused(400, denied.text)
        ends = self.issuer.options.clock().timestamp() + self.issuer.options.token_lifetime
        body = {
            "access_token": token,
            "expires_on": str(int(ends)),
            "resource": query["resource"],
            "token_type": "Bearer",
            "client_id": self.issuer.client_id,
        }
        return Answer(200, encoded(body), JSON)


def _refused(status: int, text: str) -> Answer:
    return Answer(status, encoded({"statusCode": status, "message": text}), JSON)
