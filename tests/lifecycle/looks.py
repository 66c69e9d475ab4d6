"""What a story looks at: plans in a few words, and the tenant as an administrator sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from pydantic import JsonValue

from lifecycle.bench import Bench
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.planning.plan import Options
from mailform.planning.steps import symbol
from mailform_providers.sandbox import Request
from mailform_state.address import Address

_CMDLETS = {
    "transport_rule": "TransportRule",
    "inbound_connector": "InboundConnector",
    "outbound_connector": "OutboundConnector",
    "accepted_domain": "AcceptedDomain",
}


def steps(bench: Bench, options: Options | None = None) -> list[str]:
    """The steps of the plan that would be made now, as `~ transport_rule.a`."""
    return [f"{symbol(step)} {step.address}" for step in bench.plan(options).plan.steps]


def drifting(bench: Bench) -> dict[str, list[str]]:
    """The attributes that drifted, by address; of what is gone, `["gone"]`."""
    return {
        str(found.address): ["gone"] if found.gone else [one.attribute for one in found.differences]
        for found in bench.plan().plan.drift
    }


def settled(bench: Bench) -> bool:
    """Whether there is nothing to do, and nothing drifted."""
    found = bench.plan().plan
    return found.empty and not found.drift


def mistakes(bench: Bench, options: Options | None = None) -> tuple[Diagnostic, ...]:
    """What is wrong with the plan that would be made now; nothing if it can be made."""
    try:
        bench.plan(options)
    except Mistakes as found:
        return found.diagnostics
    return ()


def codes(bench: Bench, options: Options | None = None) -> list[str]:
    """The codes of what is wrong."""
    return [found.code for found in mistakes(bench, options)]


def at(*addresses: str) -> tuple[Address, ...]:
    """Addresses, as the command line takes them."""
    return tuple(Address.parse(address) for address in addresses)


def all_of(bench: Bench, kind: str) -> list[Mapping[str, JsonValue]]:
    """Every object of a kind, as the service shows it."""
    return cast("list[Mapping[str, JsonValue]]", bench.hand.run(f"Get-{_CMDLETS[kind]}")["value"])


def named(bench: Bench, kind: str, name: str) -> Mapping[str, JsonValue]:
    """The object with this name."""
    (found,) = [one for one in all_of(bench, kind) if one["Name"] == name]
    return found


def names(bench: Bench, kind: str) -> list[JsonValue]:
    """The names of all objects of a kind: rules in their order, others in the alphabet's."""
    found = [one["Name"] for one in all_of(bench, kind)]
    return found if kind == "transport_rule" else sorted(found, key=str)


def guid(bench: Bench, kind: str, name: str) -> JsonValue:
    """The GUID of the object with this name."""
    return named(bench, kind, name)["Guid"]


def sent(bench: Bench) -> list[str]:
    """The writes of the last apply, as `Set-TransportRule`."""
    return [request.operation for request in requests(bench)]


def requests(bench: Bench) -> tuple[Request, ...]:
    """The writes of the last apply."""
    return () if bench.last is None else bench.last.writes


def by_hand(bench: Bench, cmdlet: str, identity: JsonValue = None, **parameters: JsonValue) -> None:
    """An administrator's edit."""
    named_by: dict[str, JsonValue] = {} if identity is None else {"Identity": identity}
    bench.hand.run(cmdlet, {**named_by, **parameters})


def let_go(bench: Bench, address: str) -> None:
    """Takes a resource out of the state, as `state rm` does; its object stays."""
    state = bench.state.forgetting(Address.parse(address))
    bench.store.write(replace(state, serial=state.serial + 1), expected=state.serial)
