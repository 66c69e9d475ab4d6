"""How `login` tells what a sign-in is good for, as text and as JSON. Names of variables are shown, never what they
hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailform.render.escape import shown
from mailform.render.palette import Ink, Palette
from mailform_providers.clouds import Audience
from mailform_providers.signin.check import Look, Refusal, Standing
from mailform_providers.signin.choice import Choice, Offer

_SERVICES: Mapping[Audience, str] = {Audience.EXCHANGE: "Exchange", Audience.GRAPH: "Graph"}


@dataclass(frozen=True, slots=True)
class SignIn:
    """What is told. `choice` is None for the sandbox, `tenant_id` "" when nobody got as far; `tenant` is what the
    configuration calls it."""

    choice: Choice | None
    tenant: str
    tenant_id: str
    standings: tuple[Standing, ...]

    @property
    def works(self) -> bool:
        """Whether everything that the configuration needs works."""
        return all(standing.good for standing in self.standings if standing.needed)


def text(found: SignIn, *, colour: bool) -> str:
    """For people."""
    return "\n".join((*credential_lines(found.choice), *_tenant(found), *_services(found, Palette(colour)))) + "\n"


def credential_lines(choice: Choice | None) -> Iterator[str]:
    """Which credential is taken, and which others are there."""
    if choice is None:
        yield "Credential: none; nobody has to sign in to the sandbox"
        return
    yield f"Credential: {_offer(choice.taken)}"
    for offer in choice.others:
        yield f"  not used: {_offer(offer)}"


def _tenant(found: SignIn) -> Iterator[str]:
    if found.tenant_id:
        named = "" if found.tenant.lower() == found.tenant_id else f" ({shown(found.tenant)})"
        yield f"Tenant: {found.tenant_id}{named}"


def _services(found: SignIn, paint: Palette) -> Iterator[str]:
    for standing in found.standings:
        unneeded = "" if standing.needed else " (not needed: the configuration has no accepted_domain)"
        yield f"{_SERVICES[standing.audience]}{unneeded}"
        yield from (f"  {line}" for line in _standing(standing, paint))


def _standing(standing: Standing, paint: Palette) -> Iterator[str]:
    if standing.refusal is not None:
        yield from _refused("no token", standing.refusal, paint)
    if standing.said is not None:
        said = standing.said
        who = f"user {shown(said.user)}" if said.user else f"application {shown(said.application) or '(not named)'}"
        yield f"as {who}, until {said.expires:%Y-%m-%d %H:%M} UTC"
        yield f"with {', '.join(map(shown, said.permissions)) or 'no role and no scope'}"
    for look in standing.looks:
        if look.refusal is None:
            yield f"{look.what}: {paint('allowed', Ink.ADDED)}"
        else:
            yield from _refused(f"{look.what}: refused", look.refusal, paint)


def _refused(what: str, refusal: Refusal, paint: Palette) -> Iterator[str]:
    yield f"{paint(what, Ink.ERROR)}: {shown(refusal.reason)}"
    if refusal.hint:
        yield f"  hint: {shown(refusal.hint)}"


def _offer(offer: Offer) -> str:
    lacks = f"; {' and '.join(offer.lacks)} isn't set" if offer.lacks else ""
    variables = ", ".join(offer.variables)
    return offer.title + (f" ({variables}{lacks})" if variables or lacks else "")


def as_json(found: SignIn) -> dict[str, object]:
    """For programs."""
    return {
        "format_version": "1.0",
        "works": found.works,
        "credential": None if found.choice is None else _offer_json(found.choice.taken),
        "others": [] if found.choice is None else [_offer_json(offer) for offer in found.choice.others],
        "tenant": {"id": found.tenant_id or None, "configured": found.tenant},
        "services": [_standing_json(standing) for standing in found.standings],
    }


def _offer_json(offer: Offer) -> dict[str, object]:
    return {"title": offer.title, "variables": list(offer.variables), "lacks": list(offer.lacks)}


def _standing_json(standing: Standing) -> dict[str, object]:
    said = standing.said
    return {
        "service": standing.audience.value,
        "needed": standing.needed,
        "application": None if said is None else said.application or None,
        "user": None if said is None else said.user or None,
        "expires": None if said is None else said.expires.isoformat(),
        "permissions": [] if said is None else list(said.permissions),
        "refused": _refusal_json(standing.refusal),
        "reads": [_look_json(look) for look in standing.looks],
    }


def _look_json(look: Look) -> dict[str, object]:
    return {"what": look.what, "allowed": look.refusal is None, "refused": _refusal_json(look.refusal)}


def _refusal_json(refusal: Refusal | None) -> dict[str, object] | None:
    return None if refusal is None else {"reason": refusal.reason, "hint": refusal.hint}
