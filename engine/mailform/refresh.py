"""Reading the tenant: one listing a kind, side by side, and only of the kinds that matter."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from mailform.planning.world import ROUTE, World, identity
from mailform.wanted import Configuration, records_asked_for
from mailform_providers.contract import Listing, Observed, Provider
from mailform_providers.errors import ReadFailed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.values import Recorded, State

_AT_ONCE = 3
"""How many single objects are asked for side by side."""


def kinds_to_read(configuration: Configuration, state: State) -> tuple[str, ...]:
    """The kinds that the configuration or the state has, and the connectors if a rule names one."""
    kinds = {address.kind for address in (*configuration.resources, *state.resources)}
    kinds |= {pending.kind for pending in state.pending_delete} | {left.kind for left in state.unresolved}
    if any(resource.attributes.get(ROUTE) for resource in configuration.resources.values()):
        kinds.add(OUTBOUND_CONNECTOR)
    if any(ROUTE in known.attributes for known in state.resources.values() if known.kind == TRANSPORT_RULE):
        kinds.add(OUTBOUND_CONNECTOR)
    return tuple(kind for kind in KINDS if kind in kinds)


def refresh(
    provider: Provider, configuration: Configuration, state: State, also: Collection[str] = ()
) -> tuple[World, tuple[str, ...]]:
    """The tenant as it is now, and what the service remarked; `also` names kinds to read in any case. Raises
    ReadFailed: nothing is "absent" by accident."""
    needed = kinds_to_read(configuration, state)
    kinds = tuple(kind for kind in KINDS if kind in needed or kind in also)
    if not kinds:
        return World(), ()
    with ThreadPoolExecutor(len(kinds)) as pool:
        listings = list(pool.map(provider.read, kinds))
    for listing in listings:
        _require_truth(provider, listing, state)
    objects = {listing.kind: _completed(provider, listing, state) for listing in listings}
    if ACCEPTED_DOMAIN in objects:
        objects[ACCEPTED_DOMAIN] = _with_proofs(provider, objects[ACCEPTED_DOMAIN], configuration, state)
    return World(objects), tuple(warning for listing in listings for warning in listing.warnings)


def with_rules(provider: Provider, world: World) -> World:
    """The same tenant with its rules: anybody's rule may route to a connector of ours that is to go."""
    return World({**world.objects, TRANSPORT_RULE: provider.read(TRANSPORT_RULE).objects})


def _require_truth(provider: Provider, listing: Listing, state: State) -> None:
    """An empty listing where the state has objects is believed only when asking for one of them says NotFound."""
    recorded: list[Recorded] = [known for known in state.resources.values() if known.kind == listing.kind]
    if listing.objects or not recorded:
        return
    if provider.find(listing.kind, recorded[0].id) is not None:
        words = listing.kind.replace("_", " ")
        raise ReadFailed(
            f"the service listed no {words} at all, but has {recorded[0].address} when asked for it",
            hint="The listing can't be trusted now; nothing was changed. Try again in a few minutes",
        )


def _completed(provider: Provider, listing: Listing, state: State) -> tuple[Observed, ...]:
    """The objects of a listing, and those that the state has and a reader that lags left out: each is asked for by its
    GUID, since what is only missing from one listing would be forgotten, or made a second time. Raises ReadFailed for
    rules, whose place no single answer tells."""
    shown = {one.id for one in listing.objects}
    missing = [one for one in state.resources.values() if one.kind == listing.kind and one.id not in shown]
    if not missing:
        return listing.objects
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = [one for one in pool.map(lambda known: provider.find(known.kind, known.id), missing) if one is not None]
    if found and listing.kind == TRANSPORT_RULE:
        raise ReadFailed(
            f"the service's listing leaves out the rule “{found[0].name}”, but has it when asked for it",
            hint="The listing can't be trusted now; nothing was changed. Try again in a few minutes",
        )
    return (*listing.objects, *found)


def _with_proofs(
    provider: Provider, domains: tuple[Observed, ...], configuration: Configuration, state: State
) -> tuple[Observed, ...]:
    """The domains; with their DNS records those of ours that wait for their proof, and those that are referred to."""
    ours = {known.id: address for address, known in state.resources.items() if known.kind == ACCEPTED_DOMAIN}
    for address, resource in configuration.resources.items():
        name = resource.attributes.get("domain")
        if address.kind == ACCEPTED_DOMAIN and isinstance(name, str):
            ours[identity(ACCEPTED_DOMAIN, name)] = address
    asked = records_asked_for(configuration)
    return tuple(
        _with_records(provider, one)
        if one.id in ours and (not one.facts.get("verified") or ours[one.id] in asked)
        else one
        for one in domains
    )


def _with_records(provider: Provider, domain: Observed) -> Observed:
    found = provider.find(ACCEPTED_DOMAIN, domain.id)
    return domain if found is None else replace(domain, facts={**found.facts, **domain.facts})
