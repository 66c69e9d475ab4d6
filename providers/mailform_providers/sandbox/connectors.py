"""New-, Get-, Set- and Remove- for both kinds of connector; what is their own is in `outbound` and `inbound`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailform_providers.kinds.schema import Kind
from mailform_providers.sandbox import lookup, records, refusals
from mailform_providers.sandbox.binding import merged
from mailform_providers.sandbox.cmdlet import Call, Cmdlet, Record, Result, unchanged
from mailform_providers.sandbox.lookup import CONNECTOR_CONTAINER
from mailform_providers.sandbox.parameters import (
    ANY_IDENTITY,
    IDENTITY,
    RESULT_SIZE,
    Given,
    Parameter,
    of_kind,
    taking,
)
from mailform_providers.sandbox.tenant import Entry, Settings, Tenant


@dataclass(frozen=True, slots=True)
class Connectors:
    """A kind of connector. `settle` applies its couplings to the settings after a write and refuses what can't be;
    `release` refuses to change (or, with None, to remove) what a rule still needs; `shown` picks what a Get- lists."""

    kind: Kind
    blank: Settings
    object_class: str
    settle: Callable[[Settings, Mapping[str, Given]], Settings]
    release: Callable[[Tenant, Entry, Settings | None], None]
    shown: Callable[[Call], tuple[tuple[Entry, ...], tuple[str, ...]]]
    filters: tuple[Parameter, ...] = ()
    start: Callable[[Call], tuple[Mapping[str, Given], tuple[str, ...]]] = lambda call: (call.changes, ())


def cmdlets(these: Connectors) -> tuple[Cmdlet, ...]:
    named = these.kind.cmdlets
    return (
        Cmdlet(named["create"], of_kind(these.kind, "create"), lambda call: _new(these, call)),
        Cmdlet(named["update"], of_kind(these.kind, "update"), lambda call: _set(these, call), answers=False),
        Cmdlet(named["delete"], taking(IDENTITY), lambda call: _remove(these, call), answers=False),
        Cmdlet(
            named["read"],
            taking(ANY_IDENTITY, RESULT_SIZE, *these.filters),
            lambda call: _get(these, call),
            writes=False,
        ),
    )


def _new(these: Connectors, call: Call) -> Result:
    given, warnings = these.start(call)
    entries = call.tenant.of(these.kind.name)
    settings = _settled(these, merged({}, these.blank, given), given)
    lookup.require_free(entries, str(settings["Name"]))
    tenant, entry = call.make(settings)
    tenant = tenant.holding(these.kind.name, (*entries, entry))
    return Result(tenant, (_record(these, tenant, entry),), warnings)


def _set(these: Connectors, call: Call) -> Result:
    entries = call.tenant.of(these.kind.name)
    entry = lookup.find(call.tenant, entries, call.identity, CONNECTOR_CONTAINER)
    given, warnings = these.start(call)
    settings = _settled(these, merged(entry.settings, these.blank, given), given)
    lookup.require_free(entries, str(settings["Name"]), entry)
    these.release(call.tenant, entry, settings)
    if settings == entry.settings:
        return Result(call.tenant, warnings=warnings or (unchanged(call.identity),))
    changed = lookup.replaced(entries, call.touch(entry, settings))
    return Result(call.tenant.holding(these.kind.name, changed), warnings=warnings)


def _settled(these: Connectors, settings: Settings, given: Mapping[str, Given]) -> Settings:
    settled = these.settle({**these.blank, **settings}, given)
    sparse = {name: value for name, value in settled.items() if name not in these.blank or these.blank[name] != value}
    if not str(sparse["Name"]).strip():
        raise refusals.invalid("The name of a connector can't be empty.")
    return sparse


def _remove(these: Connectors, call: Call) -> Result:
    entries = call.tenant.of(these.kind.name)
    entry = lookup.find(call.tenant, entries, call.identity, CONNECTOR_CONTAINER)
    these.release(call.tenant, entry, None)
    return Result(call.tenant.holding(these.kind.name, tuple(kept for kept in entries if kept.guid != entry.guid)))


def _get(these: Connectors, call: Call) -> Result:
    shown, warnings = these.shown(call)
    if call.identity:
        shown, warnings = (lookup.find(call.tenant, shown, call.identity, CONNECTOR_CONTAINER),), ()
    return Result(call.tenant, tuple(_record(these, call.tenant, entry) for entry in shown), warnings)


def _record(these: Connectors, tenant: Tenant, entry: Entry) -> Record:
    return records.connector(tenant, entry, these.blank, these.object_class)


def require_domains(parameter: str, domains: tuple[str, ...]) -> None:
    """A wildcard is a domain of its own or its first label, nothing else."""
    for domain in domains:
        rest = domain.removeprefix("*.")
        if domain != "*" and ("*" in rest or not rest or " " in rest):
            raise refusals.invalid(
                f"'{domain}' isn't a valid domain for {parameter}. Embedded wildcards aren't allowed."
            )


def listed(settings: Settings, name: str) -> tuple[str, ...]:
    """A setting that is a list; empty when it isn't set."""
    value = settings[name]
    return value if isinstance(value, tuple) else ()


def on_premises_only(settings: Settings, names: tuple[str, ...]) -> None:
    for name in names:
        if settings[name] and settings["ConnectorType"] != "OnPremises":
            raise refusals.invalid(f"{name} can only be used when ConnectorType is OnPremises.")


def renamed(entry: Entry, settings: Settings) -> bool:
    return entry.name.casefold() != str(settings["Name"]).casefold()
