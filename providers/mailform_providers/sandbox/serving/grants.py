"""Access tokens: what is in them for whom, and the answers that carry them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from uuid import NAMESPACE_DNS, uuid4, uuid5

from mailform_providers.sandbox import tokens
from mailform_providers.sandbox.serving import sign_in_errors as denials
from mailform_providers.sandbox.serving.options import Options, Right
from mailform_providers.sandbox.serving.sign_in_errors import JSON
from mailform_providers.sandbox.serving.signing import Signer
from mailform_providers.sandbox.wire import Answer, encoded

_DEFAULT = "/.default"
_ABOUT_THE_SIGN_IN = ("openid", "profile", "offline_access", "email")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Makes the tokens of one tenant. `tenant` is its GUID, `initial` its initial domain."""

    options: Options
    signer: Signer
    tenant: str
    initial: str
    client_id: str

    def access_token(self, resource: str, *, person: bool = False) -> str:
        """A token for a resource, with the rights that aren't withheld. Raises Denied for one nobody knows."""
        audience = next((known for known, names in tokens.AUDIENCES.items() if resource.rstrip("/") in names), None)
        if audience is None:
            raise denials.unknown_resource(resource, self.tenant)
        now = self.options.clock().timestamp()
        rights = _rights(audience, self.options.withheld, person=person)
        claims: dict[str, object] = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "iat": int(now),
            "nbf": int(now),
            "exp": now + self.options.token_lifetime,
            "appid": self.client_id,
            "tid": self.tenant,
            "jti": str(uuid4()),
            "ver": "1.0",
            **rights,
        }
        who = {"upn": self.user} if person else {"app_displayname": "Mailform", "idtyp": "app"}
        return self.signer.sign({**claims, **who, "oid": str(uuid5(NAMESPACE_DNS, f"{person}.{self.tenant}"))})

    @property
    def user(self) -> str:
        return f"admin@{self.initial}"

    def application(self, scope: str) -> Answer:
        """An application's token for a scope such as https://graph.microsoft.com/.default."""
        if not scope.endswith(_DEFAULT):
            raise denials.bad_scope(scope)
        return self._answer({"access_token": self.access_token(scope.removesuffix(_DEFAULT))})

    def person(self, scopes: str, client_id: str, issuer: str, refresh_token: str) -> Answer:
        """A person's tokens; `client_id` is the application that the person signed in to."""
        asked = [scope for scope in scopes.split() if scope not in _ABOUT_THE_SIGN_IN]
        resource = asked[0].rpartition("/")[0].rstrip("/") if asked else tokens.GRAPH
        now = int(self.options.clock().timestamp())
        oid = str(uuid5(NAMESPACE_DNS, f"True.{self.tenant}"))
        identity: dict[str, object] = {
            "iss": issuer,
            "aud": client_id,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "tid": self.tenant,
            "oid": oid,
            "sub": oid,
            "preferred_username": self.user,
            "name": "Administrator",
        }
        more = {
            "access_token": self.access_token(resource, person=True),
            "scope": " ".join(asked),
            "refresh_token": refresh_token,
            "id_token": self.signer.sign(identity),
            "client_info": base64.urlsafe_b64encode(json.dumps({"uid": oid, "utid": self.tenant}).encode()).decode(),
        }
        return self._answer(more)

    def _answer(self, more: dict[str, str]) -> Answer:
        life = int(self.options.token_lifetime)
        return Answer(200, encoded({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, **more}), JSON)


def _rights(audience: str, withheld: frozenset[Right], *, person: bool) -> dict[str, object]:
    """The claims that say what the bearer may do."""
    if audience == tokens.GRAPH:
        held = [tokens.GRAPH_READS if "graph-write" in withheld else tokens.GRAPH_WRITES]
        permission, role = "graph-permission", tokens.EXCHANGE_ADMINISTRATOR
    else:
        held = [tokens.EXCHANGE_USER_SCOPE if person else tokens.EXCHANGE_APP_ROLE]
        permission = "exchange-permission"
        role = tokens.GLOBAL_READER if "exchange-write" in withheld else tokens.EXCHANGE_ADMINISTRATOR
    granted = [] if permission in withheld else held
    claims: dict[str, object] = {"scp": " ".join(granted)} if person else {"roles": granted}
    return {**claims, "wids": [] if "exchange-role" in withheld else [role]}
