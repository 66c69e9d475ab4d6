"""Tokens: what proves to Exchange and Graph who we are. `ReadyTokens` has them from the environment, made by somebody
else; `signin` gets its own.

The text of a token must never get into a message, a repr or a log: it is kept in a `Secret`, and taken out only to be
put into a request's header.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from pydantic import AwareDatetime, BaseModel

from mailform_providers.clouds import Audience, Cloud, variable_set
from mailform_providers.errors import NotAllowed
from mailform_state.errors import WrongTenant

VARIABLES: Mapping[Audience, str] = {
    Audience.EXCHANGE: "MAILFORM_EXCHANGE_TOKEN",
    Audience.GRAPH: "MAILFORM_GRAPH_TOKEN",
}

# The application ids of the two services, which v1 tokens may carry as their audience instead of the URL.
_APPLICATIONS: Mapping[Audience, str] = {
    Audience.EXCHANGE: "00000002-0000-0ff1-ce00-000000000000",
    Audience.GRAPH: "00000003-0000-0000-c000-000000000000",
}

_JWT = re.compile(r"[\w-]+\.(?P<payload>[\w-]+)\.[\w-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that nobody may see. `reveal` is for the place that sends it, and for no other."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


class Tokens(Protocol):
    """Where a client has its tokens from. Safe to use from several threads."""

    def token(self, audience: Audience) -> str:
        """A token that is valid now. Raises NotAllowed, or WrongTenant when it is of another tenant."""

    def tenant_id(self) -> str:
        """The GUID of the tenant that the tokens are for, in lower case."""

    def refresh(self, audience: Audience) -> bool:
        """Called when the service refused a token. True when `token` will give another one."""

    def ends_at(self, audience: Audience) -> datetime | None:
        """When the tokens end for good; None when new ones can be had as long as it takes."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of itself. Read without checking the signature, which is the service's to check: use it for
    good messages and for the tenant's check, never to decide what somebody may do."""

    tenant_id: str
    audience: str
    expires: datetime
    permissions: tuple[str, ...] = ()
    application: str = ""
    user: str = ""


class _Payload(BaseModel):
    tid: str
    aud: str
    # A token without an end is not one that Entra issues; the service says what it thinks of it.
    exp: AwareDatetime = datetime.max.replace(tzinfo=UTC)
    roles: tuple[str, ...] = ()
    scp: str = ""
    appid: str = ""  # Entra's v1 tokens, which both services get; azp is v2's
    azp: str = ""
    upn: str = ""
    unique_name: str = ""
    preferred_username: str = ""


def claims(token: Secret, variable: str) -> Claims:
    """The claims of a JWT. Raises NotAllowed, naming the variable it came from, when it is none."""
    found = _JWT.fullmatch(token.reveal())
    try:
        payload = "" if found is None else found["payload"]
        said = _Payload.model_validate_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        # `from None`: the error quotes the text it failed on.
        raise NotAllowed(
            f"{variable} holds no access token.",
            hint="It takes the token alone (three parts with dots between), without 'Bearer' and quotes.",
        ) from None
    return Claims(
        said.tid.lower(),
        said.aud,
        said.exp,
        (*said.roles, *said.scp.split()),
        said.appid or said.azp,
        said.upn or said.preferred_username or said.unique_name,
    )


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ReadyTokens:
    """Tokens made by somebody else and given in the environment. There is no second one when they end."""

    environment: Mapping[str, str] = field(repr=False)
    cloud: Cloud
    now: Callable[[], datetime] = _now

    def token(self, audience: Audience) -> str:
        secret, said = self._given(audience)
        if said.expires <= self.now():
            raise NotAllowed(
                f"The token in {VARIABLES[audience]} ended at {said.expires:%Y-%m-%d %H:%M} UTC.",
                hint="Ask for a new one; they last about an hour.",
            )
        if audience is not Audience.EXCHANGE and said.tenant_id != self.tenant_id():
            raise WrongTenant(
                f"{VARIABLES[audience]} is of tenant {said.tenant_id}, "
                f"{VARIABLES[Audience.EXCHANGE]} of tenant {self.tenant_id()}.",
                hint="Ask for both tokens in the same tenant.",
            )
        return secret.reveal()

    def tenant_id(self) -> str:
        return self._given(Audience.EXCHANGE)[1].tenant_id

    def refresh(self, audience: Audience) -> bool:
        return False

    def ends_at(self, audience: Audience) -> datetime | None:
        return self._given(audience)[1].expires

    def _given(self, audience: Audience) -> tuple[Secret, Claims]:
        variable, resource = VARIABLES[audience], self.cloud.resource(audience)
        if not variable_set(self.environment, variable):
            raise NotAllowed(
                f"There is no token for {audience.value.capitalize()}.",
                hint=f"Set {variable} to an access token for {resource}.",
            )
        secret = Secret(self.environment[variable].strip())
        said = claims(secret, variable)
        if said.audience.rstrip("/").lower() not in (resource, _APPLICATIONS[audience]):
            raise NotAllowed(
                f"The token in {variable} is for {said.audience}, not for {resource}.",
                hint=f"Ask for one with the scope {self.cloud.scope(audience)}.",
            )
        return secret, said


@dataclass(frozen=True, slots=True)
class MintedTokens:
    """Tokens that a tenant in the process makes as they are asked for. For the sandbox alone: nobody signed in."""

    tenant: str
    mint: Callable[[Audience], str] = field(repr=False)

    def token(self, audience: Audience) -> str:
        return self.mint(audience)

    def tenant_id(self) -> str:
        return self.tenant

    def refresh(self, audience: Audience) -> bool:
        return True

    def ends_at(self, audience: Audience) -> datetime | None:
        return None
