"""Which service a request is for, and whether its bearer may ask: everything before it touches the tenant.

Hosts aren't looked at: the paths of Exchange (/adminapi) and Graph (/v1.0) differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never
from urllib.parse import parse_qs, unquote

from mailform_providers.sandbox import exchange, tokens, wire
from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.exchange import Invocation
from mailform_providers.sandbox.graph import Operation
from mailform_providers.sandbox.paging import USUAL, Wish
from mailform_providers.sandbox.refusals import Refusal
from mailform_providers.sandbox.tenant import Tenant
from mailform_providers.sandbox.wire import Answer, encoded

Work: TypeAlias = Invocation | Operation

_JSON = {"Content-Type": "application/json"}
_PAGE_SIZE = re.compile(r"odata\.maxpagesize=(\d{1,9})", re.IGNORECASE)
_SKIP_TOKEN = ("$skiptoken=", "%24skiptoken=")
_REALM = 'Bearer client_id="{app}", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
_APPS = {
    tokens.EXCHANGE: "00000002-0000-0ff1-ce00-000000000000",
    tokens.GRAPH: "00000003-0000-0000-c000-000000000000",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it comes in: `target` is the path with its query, header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    scheme: str = "https"

    @property
    def host(self) -> str:
        """The host, and its port if it isn't the scheme's, as the client calls it."""
        return self.headers.get("host", "outlook.office365.com")


@dataclass(frozen=True, slots=True)
class Routed:
    """What is to be done, and for whom."""

    work: Work
    who: str


def route(tenant: Tenant, arrival: Arrival, behaviour: Behaviour, now: float) -> Routed | Answer:
    """The work that a request asks for; an Answer when it gets no further. `now` is in seconds since 1970."""
    path, _, query = arrival.target.partition("?")
    parts = [unquote(part) for part in path.split("/") if part]
    if len(parts) == 4 and (parts[0].lower(), parts[3].lower()) == ("adminapi", "invokecommand"):
        return _exchange(tenant, arrival, parts[1:3], query, behaviour, now)
    if len(parts) > 1 and parts[0] == "v1.0":
        operation = Operation(arrival.method, "/" + "/".join(parts[1:]), arrival.body)
        return _admitted(tenant, arrival, tokens.GRAPH, operation, now)
    return Answer(404)


def _exchange(
    tenant: Tenant, arrival: Arrival, place: list[str], query: str, behaviour: Behaviour, now: float
) -> Routed | Answer:
    version, name = place
    if arrival.method != "POST" or version.lower() != "beta":
        return Answer(405, headers={"Allow": "POST"})
    if not tenant.answers_to(name):
        return Answer(404)
    asked = parse_qs(query)
    selected = ",".join(asked.get("$select", [])).lower()
    try:
        wish = _wish(arrival, query, "".join(asked.get("$skiptoken", [])))
        invocation = exchange.read(arrival.body, frozenset(filter(None, selected.split(","))), wish)
    except Refusal as refusal:
        return wire.refusal(refusal.error, behaviour)
    return _admitted(tenant, arrival, tokens.EXCHANGE, invocation, now)


def _admitted(tenant: Tenant, arrival: Arrival, audience: str, work: Work, now: float) -> Routed | Answer:
    bearer = tokens.check(arrival.headers.get("authorization", ""), tenant.guid, audience, now, writes=work.writes)
    match bearer:
        case tokens.Claims():
            return Routed(work, bearer.who)
        case tokens.Unauthorized(reason):
            return unauthorized(work, reason)
        case tokens.NoRole():
            if audience == tokens.EXCHANGE:
                return wire.forbidden()
            shown = {"code": "Authorization_RequestDenied", "message": "Insufficient privileges for the operation."}
            return Answer(403, encoded({"error": shown}), _JSON)
    assert_never(bearer)


def unauthorized(work: Work, reason: str = "invalid_token") -> Answer:
    """401, with the challenge of the service that the work is for."""
    audience = tokens.EXCHANGE if isinstance(work, Invocation) else tokens.GRAPH
    shown = {"code": "InvalidAuthenticationToken", "message": "Access token is missing or not valid here."}
    body = encoded({"error": shown}) if audience == tokens.GRAPH else b""
    realm = f'{_REALM.format(app=_APPS[audience])}, error="{reason}"'
    return Answer(401, body, {"WWW-Authenticate": realm, **(_JSON if body else {})})


def _wish(arrival: Arrival, query: str, skip_token: str) -> Wish:
    preferred = _PAGE_SIZE.search(arrival.headers.get("prefer", ""))
    path = arrival.target.partition("?")[0]
    kept = "".join(f"{part}&" for part in query.split("&") if part and not part.lower().startswith(_SKIP_TOKEN))
    size = max(1, int(preferred[1])) if preferred else USUAL
    return Wish(min(size, USUAL), skip_token, f"{arrival.scheme}://{arrival.host}{path}?{kept}")
