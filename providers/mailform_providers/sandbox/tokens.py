"""Bearer tokens of the sandbox: JWTs, told apart by tenant, audience and roles. Those made here have no signature.

Good for nothing but a sandbox: nobody else may take them. What `mailform sandbox serve` signs, and takes, is told in
`serving`; the claims, and what they allow, are the same.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pydantic import BaseModel, ValidationError

from mailform_providers.clouds import CLOUDS

EXCHANGE = "https://outlook.office365.com"
GRAPH = "https://graph.microsoft.com"
AUDIENCES = {
    EXCHANGE: frozenset({*(cloud.exchange for cloud in CLOUDS.values()), "00000002-0000-0ff1-ce00-000000000000"}),
    GRAPH: frozenset({*(cloud.graph for cloud in CLOUDS.values()), "00000003-0000-0000-c000-000000000000"}),
}
"""What `aud` may say for each service: its name in any cloud, or its application id."""

EXCHANGE_APP_ROLE = "Exchange.ManageAsApp"
EXCHANGE_USER_SCOPE = "AdminApi.AccessAsUser.All"
GRAPH_READS, GRAPH_WRITES = "Domain.Read.All", "Domain.ReadWrite.All"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
"""The template ids of the directory's roles, as `wids` has them. The sandbox knows no role groups of Exchange's own."""

_ADMISSION = frozenset({EXCHANGE_APP_ROLE, EXCHANGE_USER_SCOPE, "Exchange.Manage"})
_WRITERS = frozenset({EXCHANGE_ADMINISTRATOR, "62e90394-69f5-4237-9190-012177145e10"})
_READERS = _WRITERS | {GLOBAL_READER, "5d6b6bb7-de71-4623-b4af-96380a352509"}
_FAR_FUTURE = 4_102_444_800


class Claims(BaseModel):
    """What a token says of its bearer: the application's permissions, or a user's `scp`; `wids` are directory roles."""

    tid: str
    aud: str
    exp: float = _FAR_FUTURE
    roles: frozenset[str] = frozenset()
    scp: str = ""
    wids: frozenset[str] = frozenset()
    app_displayname: str = ""
    upn: str = ""

    @property
    def who(self) -> str:
        return self.upn or self.app_displayname or "an application"

    @property
    def permissions(self) -> frozenset[str]:
        return self.roles | frozenset(self.scp.split())


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """401: no token, or not one for this service and tenant; at Exchange also one without the permission."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoRole:
    """403: the right token, without the right."""


def mint(tenant: str, audience: str, generation: int = 0) -> str:
    """A token for the tenant with this GUID, until 2100. `audience` is EXCHANGE or GRAPH; tokens of different
    generations differ."""
    role = EXCHANGE_APP_ROLE if audience == EXCHANGE else GRAPH_WRITES
    claims = {"tid": tenant, "aud": audience, "exp": _FAR_FUTURE, "roles": [role], "app_displayname": "Mailform"}
    return unsigned({**claims, "wids": [EXCHANGE_ADMINISTRATOR], "jti": str(generation)})


def unsigned(claims: Mapping[str, object]) -> str:
    """A token that says this, with an empty signature."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def check(
    authorization: str, tenant: str, audience: str, now: float, *, writes: bool = False
) -> Claims | Unauthorized | NoRole:
    """The bearer of an Authorization header. `now` is in seconds since 1970, `audience` as in `mint`."""
    scheme, _, token = authorization.partition(" ")
    claims = _claims(token.strip()) if scheme.casefold() == "bearer" else None
    if claims is None:
        return Unauthorized("invalid_request")
    if claims.aud.rstrip("/") not in AUDIENCES[audience] or claims.tid.casefold() != tenant or claims.exp < now:
        return Unauthorized("invalid_token")
    if audience == GRAPH:
        allowed = {GRAPH_WRITES} if writes else {GRAPH_WRITES, GRAPH_READS}
        return claims if allowed & claims.permissions else NoRole()
    if not _ADMISSION & claims.permissions:
        return Unauthorized("invalid_token")
    return claims if (_WRITERS if writes else _READERS) & claims.wids else NoRole()


@lru_cache(maxsize=64)
def _claims(token: str) -> Claims | None:
    try:
        _, payload, _ = token.split(".")
        return Claims.model_validate_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, ValidationError):
        return None


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
