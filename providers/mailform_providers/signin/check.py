"""What a sign-in is good for: who it is, until when, and what the service lets it read. For `login --check`.

Says nothing of writes: only trying would tell.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mailform_providers.clouds import Audience
from mailform_providers.connect import Connection
from mailform_providers.credentials import Claims, Secret, claims
from mailform_providers.errors import ServiceFailure
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something doesn't work, and what to do."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One listing that was tried: the cmdlet or the request, and why it was refused."""

    what: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How we stand with one service: the token's claims, or why there is none; neither when it wasn't asked for one.
    `needed`: the configuration can't do without."""

    audience: Audience
    needed: bool
    said: Claims | None = None
    refusal: Refusal | None = None
    looks: tuple[Look, ...] = ()

    @property
    def good(self) -> bool:
        return self.refusal is None and all(look.refusal is None for look in self.looks)


def check(connection: Connection, *, domains: bool, look: bool, spare: bool) -> tuple[Standing, ...]:
    """How we stand with Exchange, and with Graph, which is needed for `domains` alone. `look`: the listings are tried.
    `spare`: what isn't needed isn't asked for either, since it would cost a person another code.

    Raises WrongTenant when a token is of another tenant.
    """
    reads: dict[Audience, dict[str, Callable[[], object]]] = {
        Audience.EXCHANGE: {kind.cmdlets["read"]: _reading(connection, name) for name, kind in KINDS.items()},
        Audience.GRAPH: {"GET /domains": connection.graph.domains},
    }
    needed = {Audience.EXCHANGE: True, Audience.GRAPH: domains}
    return tuple(
        Standing(audience, needed=False)
        if spare and not needed[audience]
        else _standing(connection, audience, needed[audience], reads[audience] if look else {})
        for audience in Audience
    )


def _reading(connection: Connection, kind: str) -> Callable[[], object]:
    """A listing of Exchange alone: the provider's own of domains asks Graph too."""
    if kind == ACCEPTED_DOMAIN:
        return lambda: connection.exchange.read(KINDS[kind].cmdlets["read"], {"ResultSize": "Unlimited"})
    return lambda: connection.provider.read(kind)


def _standing(
    connection: Connection, audience: Audience, needed: bool, reads: dict[str, Callable[[], object]]
) -> Standing:
    try:
        said = claims(Secret(connection.tokens.token(audience)), "The sign-in")
    except ServiceFailure as failure:
        return Standing(audience, needed, None, Refusal(failure.message, failure.hint))
    with ThreadPoolExecutor(3) as pool:
        looks = tuple(pool.map(lambda item: Look(item[0], _refusal(item[1])), reads.items()))
    return Standing(audience, needed, said, None, looks)


def _refusal(read: Callable[[], object]) -> Refusal | None:
    try:
        read()
    except ServiceFailure as failure:
        return Refusal(failure.message, failure.hint)
    return None
