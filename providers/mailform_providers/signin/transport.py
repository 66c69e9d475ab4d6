"""MSAL's HTTP over our own client, which has the trust, proxies and time limits that everything else has.

What MSAL would do badly is done here: a busy authority is asked again after the pause that it names (MSAL would answer
from its memory for that long, without asking), and what isn't JSON never gets to MSAL, which would log it whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_plus

import httpx

from mailform_providers.errors import NotAllowed
from mailform_providers.wire.patience import Again, Patience, retry_after
from mailform_providers.wire.reply import Broken, Delivery, Reply, Unsent, send

_SECRET_FIELDS = ("client_secret", "client_assertion", "refresh_token", "device_code", "code")
_SECRET_HEADERS = ("X-IDENTITY-HEADER", "secret")
_PAUSE = 5.0  # what MSAL waits when the authority names no pause
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in the shape that MSAL takes. Without Retry-After: the waiting is done."""

    status_code: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise NotAllowed(f"Signing in failed: status {self.status_code}.")


@dataclass(frozen=True, slots=True)
class SignInHttp:
    """What MSAL calls `http_client`. `who` is for messages; `allowed` says which addresses may be asked at all."""

    http: httpx.Client
    who: str
    allowed: Callable[[httpx.URL], bool]
    patience: Patience

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> Answer:
        return self._answer("GET", url, params, headers, None)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> Answer:
        fields = {
            name: value.decode() if isinstance(value, bytes) else str(value) for name, value in (data or {}).items()
        }
        return self._answer("POST", url, params, headers, fields)

    def close(self) -> None:
        """Nothing: the client is closed by who opened it."""

    def _answer(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        data: Mapping[str, str] | None,
    ) -> Answer:
        request = self.http.build_request(method, url, params=params, data=data, headers=headers)
        return self.ask(request, tuple(data[name] for name in _SECRET_FIELDS if name in data) if data else ())

    def ask(self, request: httpx.Request, secrets: tuple[str, ...] = ()) -> Answer:
        """Sends a request until it is answered. `secrets` are taken out of a refusal, should it repeat the request.

        Raises NotAllowed when there is no answer, or none in JSON.
        """
        if not self.allowed(request.url):
            raise NotAllowed(
                f"Signing in failed: {self.who} wants a request at {_place(request.url)}, which gets none from us.",
                hint="Check [tenant] cloud and MAILFORM_LOGIN_URL.",
            )
        delivery = self.patience.persist(lambda: send(self.http, request), _again)
        match delivery:
            case Unsent(reason) | Broken(reason):
                raise NotAllowed(
                    f"Signing in failed: {self.who} can't be reached: {reason}", hint="Check the network, try again."
                )
            case Reply():
                return self._understood(delivery, secrets + _in_headers(request))

    def _understood(self, reply: Reply, secrets: tuple[str, ...]) -> Answer:
        if _busy(reply):
            raise NotAllowed(
                f"Signing in failed: {self.who} is busy (status {reply.status}).", hint="Try again in a few minutes."
            )
        text = reply.body.decode("utf-8", "replace")
        # Azure Arc asks for a proof with a bare 401.
        if not (_is_object(text) or (reply.status == 401 and "WWW-Authenticate" in reply.headers)):
            raise NotAllowed(
                f"Signing in failed: {self.who} answered with status {reply.status} and something that isn't its own.",
                hint="Is a proxy between that wants something?",
            )
        if not reply.ok:
            text = _without(text, secrets)
        headers = {name: value for name, value in reply.headers.items() if name.lower() != "retry-after"}
        return Answer(reply.status, text, headers)


def at(*origins: str) -> Callable[[httpx.URL], bool]:
    """Allows these origins, and nothing else."""
    allowed = {_origin(httpx.URL(origin)) for origin in origins}
    return lambda url: _origin(url) in allowed


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _place(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace').rpartition('@')[2]}"


def _in_headers(request: httpx.Request) -> tuple[str, ...]:
    return tuple(request.headers[name] for name in _SECRET_HEADERS if name in request.headers)


def _without(text: str, secrets: tuple[str, ...]) -> str:
    """The text without these, as they are and as a form or JSON spells them; the longest first, as one may be a part
    of another."""
    spelled = {way for each in secrets if each for way in (each, quote_plus(each), json.dumps(each)[1:-1])}
    for secret in sorted(spelled, key=len, reverse=True):
        text = text.replace(secret, "(secret)")
    return text


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _busy(reply: Reply) -> bool:
    return reply.status == 429 or reply.status >= 500


def _again(delivery: Delivery) -> Again | None:
    if not isinstance(delivery, Reply):
        return Again(tries=3)
    if not _busy(delivery):
        return None
    asked = retry_after(delivery.headers.get("Retry-After"))
    return Again(_PAUSE if asked is None else asked, _TRIES)
