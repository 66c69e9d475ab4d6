"""The sign-in authority of a served sandbox: discovery, tokens for an application, and the device code of a person.

Its paths are Entra's. Start reading at `Authority.answer`; who is believed is in `assertions`, what is issued in
`grants`, and how it refuses in `sign_in_errors`.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote

from mailform_providers.sandbox.faults import Faults, Lose, Page, Reject, Throttle, Truncate, What
from mailform_providers.sandbox.requests import Request
from mailform_providers.sandbox.routing import Arrival
from mailform_providers.sandbox.serving import assertions
from mailform_providers.sandbox.serving import sign_in_errors as denials
from mailform_providers.sandbox.serving.assertions import Trust
from mailform_providers.sandbox.serving.grants import Issuer
from mailform_providers.sandbox.serving.options import Options
from mailform_providers.sandbox.serving.sign_in_errors import JSON, Denied, denial
from mailform_providers.sandbox.struck import throttled
from mailform_providers.sandbox.tenant import identify
from mailform_providers.sandbox.values import stamp
from mailform_providers.sandbox.wire import Answer, encoded

Form: TypeAlias = Mapping[str, str]

FIRST_PARTY = "fb78d390-0c51-40cd-8e17-fdbfab77341b"
"""The application of Exchange Online PowerShell, which is in every tenant and which a person can sign in to."""

_ANY_TENANT = ("common", "organizations")
_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL = 1
_PAGE = b"<!DOCTYPE html><html><head><title>Service unavailable</title></head><body>Try again.</body></html>"


@dataclass(slots=True)
class _Waiting:
    """Somebody who has been given a device code, and for what."""

    scope: str
    polls_left: int


@dataclass(slots=True)
class _Sessions:
    """What the authority remembers between requests: who is about to sign in, and who has."""

    waiting: dict[str, _Waiting] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)


class Authority:
    """Knows one application in one tenant. `log` has the operations in order, such as `POST /oauth2/v2.0/token`. Safe
    to use from several threads."""

    def __init__(self, options: Options, issuer: Issuer, trust: Trust, secret: str) -> None:
        self._options = options
        self._issuer = issuer
        self._trust = trust
        self._secret = secret
        self._faults = Faults(options.login_faults)
        self._sessions = _Sessions()
        self._lock = threading.Lock()
        self.log: list[str] = []

    def answer(self, arrival: Arrival) -> Answer | Lose | None:
        """The answer to a request; None when its path isn't the authority's."""
        parts = [unquote(part) for part in arrival.target.partition("?")[0].split("/") if part]
        if len(parts) < 3 or parts[0] == "adminapi":
            return None
        name, place = parts[0], f"{arrival.method} /{'/'.join(parts[1:])}"
        form = dict(parse_qsl(arrival.body.decode("utf-8", "replace"), keep_blank_values=True))
        with self._lock:
            self.log.append(place)
            writes = arrival.method == "POST"
            what = self._faults.strike(Request(len(self.log), "", place, name, {}, writes))
            if what is not None and not isinstance(what, Truncate):
                return self._struck(what)
            try:
                found = self._found(arrival, name, place, form)
            except Denied as denied:
                found = denial(denied, self._now)
        return Answer(found.status, found.body[: len(found.body) // 2], found.headers) if found and what else found

    def _found(self, arrival: Arrival, name: str, place: str, form: Form) -> Answer | None:
        match place:
            case "GET /v2.0/.well-known/openid-configuration":
                return self._discovery(arrival, name)
            case "GET /discovery/v2.0/keys":
                return Answer(200, encoded(self._issuer.signer.key_set()), JSON)
            case "POST /oauth2/v2.0/token":
                return self._token(arrival, name, form)
            case "POST /oauth2/v2.0/devicecode":
                return self._device_code(arrival, name, form)
        return None

    @property
    def _now(self) -> str:
        return stamp(self._options.clock())

    def _tenant(self, name: str) -> str:
        """The GUID that a tenant's name means. Raises Denied."""
        folded = name.casefold()
        if folded in (self._issuer.tenant, self._issuer.initial, self._options.tenant.casefold(), *_ANY_TENANT):
            return self._issuer.tenant
        others = {known for other in self._options.others for known in (other.casefold(), identify(other)[0])}
        if folded in others:
            return identify(name)[0]
        raise denials.unknown_tenant(name)

    def _discovery(self, arrival: Arrival, name: str) -> Answer:
        base = f"{arrival.scheme}://{arrival.host}/{self._tenant(name)}"
        anybody = name.casefold() in _ANY_TENANT
        document = {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "issuer": f"{arrival.scheme}://{arrival.host}/{{tenantid}}/v2.0" if anybody else f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "tenant_region_scope": "NA",
            "cloud_instance_name": "microsoftonline.com",
        }
        return Answer(200, encoded(document), JSON)

    def _token(self, arrival: Arrival, name: str, form: Form) -> Answer:
        tenant = self._tenant(name)
        grant = form.get("grant_type", "")
        if grant in (_DEVICE_CODE, "refresh_token"):
            return self._person(arrival, form, grant)
        if grant != "client_credentials":
            raise denials.bad_grant(grant)
        self._require_client(form.get("client_id", ""), tenant)
        if form.get("client_assertion_type") == assertions.KIND:
            base = f"{arrival.scheme}://{arrival.host}"
            audiences = [f"{base}/{known}{end}" for known in (name, tenant) for end in ("/oauth2/v2.0/token", "/v2.0")]
            now = self._options.clock().timestamp()
            assertions.require(self._trust, form.get("client_assertion", ""), audiences, now)
        elif "client_secret" not in form:
            raise denials.no_credential()
        elif not hmac.compare_digest(form["client_secret"].encode(), self._secret.encode()):
            raise denials.wrong_secret(self._issuer.client_id)
        return self._issuer.application(form.get("scope", ""))

    def _require_client(self, client: str, tenant: str) -> None:
        if client != self._issuer.client_id or tenant != self._issuer.tenant:
            raise denials.unknown_application(client, tenant)

    def _device_code(self, arrival: Arrival, name: str, form: Form) -> Answer:
        client = form.get("client_id", "")
        if client != FIRST_PARTY:
            self._require_client(client, self._tenant(name))
        device, user = secrets.token_urlsafe(24), secrets.token_hex(4).upper()
        self._sessions.waiting[device] = _Waiting(form.get("scope", ""), self._options.device_polls)
        page = f"{arrival.scheme}://{arrival.host}/device"
        text = f"To sign in, use a web browser to open the page {page} and enter the code {user} to authenticate."
        shown = {"user_code": user, "device_code": device, "verification_uri": page, "message": text}
        return Answer(200, encoded({**shown, "expires_in": 900, "interval": _INTERVAL}), JSON)

    def _person(self, arrival: Arrival, form: Form, grant: str) -> Answer:
        """Nobody has to do anything: after some polls the person has signed in."""
        scope = form.get("scope", "")
        if grant == _DEVICE_CODE:
            device = form.get("device_code", "")
            waiting = self._sessions.waiting.get(device)
            if waiting is None:
                raise denials.unknown_code()
            waiting.polls_left -= 1
            if waiting.polls_left >= 0:
                raise denials.pending()
            del self._sessions.waiting[device]
            scope = waiting.scope
        elif form.get("refresh_token") not in self._sessions.refresh_tokens:
            raise denials.unknown_code()
        fresh = secrets.token_urlsafe(24)
        self._sessions.refresh_tokens.add(fresh)
        issuer = f"{arrival.scheme}://{arrival.host}/{self._issuer.tenant}/v2.0"
        return self._issuer.person(scope, form.get("client_id", ""), issuer, fresh)

    def _struck(self, what: What) -> Answer | Lose:
        match what:
            case Throttle():
                return throttled(what, self._options.clock())
            case Lose():
                return what
            case Page():
                return Answer(200, _PAGE, {"Content-Type": "text/html; charset=utf-8"})
            case Reject(message, _, status):
                return denial(denials.passing(message, status), self._now)
            case _:
                # The others are moods of Exchange; here they are one.
                return denial(denials.passing("A transient error has occurred. Please try again.", 503), self._now)
