"""Bearer tokens of the sandbox: JWTs without a signature, told apart by tenant, audience and roles.

Good for nothing but a sandbox: nobody else may take them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pydantic import BaseModel, ValidationError

EXCHANGE = "https://outlook.office365.com"
GRAPH = "https://graph.microsoft.com"
_AUDIENCES = {
    EXCHANGE: frozenset({EXCHANGE, "00000002-0000-0ff1-ce00-000000000000"}),
    GRAPH: frozenset({GRAPH, "00000003-0000-0000-c000-000000000000"}),
}
_ROLES = {
    EXCHANGE: frozenset({"Exchange.ManageAsApp", "AdminApi.AccessAsUser.All", "Exchange.Manage"}),
    GRAPH: frozenset({"Domain.ReadWrite.All", "Domain.Read.All"}),
}
_FAR_FUTURE = 4_102_444_800


class Claims(BaseModel):
    """What a token says of its bearer."""

    tid: str
    aud: str
    exp: float = _FAR_FUTURE
    roles: frozenset[str] = frozenset()
    scp: str = ""
    app_displayname: str = ""
    upn: str = ""

    @property
    def who(self) -> str:
        return self.upn or self.app_displayname or "an application"


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """401: no token, or not one for this service and tenant."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoRole:
    """403: the right token, without the right."""


def mint(tenant: str, audience: str) -> str:
    """A token for the tenant with this GUID, until 2100. `audience` is EXCHANGE or GRAPH."""
    role = "Exchange.ManageAsApp" if audience == EXCHANGE else "Domain.ReadWrite.All"
    claims = {"tid": tenant, "aud": audience, "exp": _FAR_FUTURE, "roles": [role], "app_displayname": "Mailform"}
    return unsigned(claims)


def unsigned(claims: Mapping[str, object]) -> str:
    """A token that says this, with an empty signature."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def check(authorization: str, tenant: str, audience: str, now: float) -> Claims | Unauthorized | NoRole:
    """The bearer of an Authorization header. `now` is in seconds since 1970, `audience` as in `mint`."""
    scheme, _, token = authorization.partition(" ")
    claims = _claims(token.strip()) if scheme.casefold() == "bearer" else None
    if claims is None:
        return Unauthorized("invalid_request")
    if claims.aud.rstrip("/") not in _AUDIENCES[audience] or claims.tid.casefold() != tenant or claims.exp < now:
        return Unauthorized("invalid_token")
    if not _ROLES[audience] & (claims.roles | frozenset(claims.scp.split())):
        return NoRole()
    return claims


@lru_cache(maxsize=64)
def _claims(token: str) -> Claims | None:
    try:
        _, payload, _ = token.split(".")
        return Claims.model_validate_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, ValidationError):
        return None


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
