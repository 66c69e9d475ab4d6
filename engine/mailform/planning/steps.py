"""What a plan consists of: steps as data. Doing them is elsewhere (`mailform.execute`), and so is every text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, assert_never

from mailform.diagnostics import Diagnostic
from mailform.expression import Unknown
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_state.address import Address
from mailform_state.values import DnsRecord, Output, PendingDelete, Recorded, Value


class Note(StrEnum):
    """Why a difference is in the plan although the configuration doesn't write the attribute (any more)."""

    RESET = "taken out of the configuration: back to the service's default"
    RESET_GUESSED = "taken out of the configuration: back to what is guessed to be the default"
    RELEASED = "taken out of the configuration: left as it is, its default isn't known"
    UNWRITTEN = "not in the configuration, so wanted empty"
    REPOINTED = "the connector is another object now"
    PROOF = "asks the service to verify the domain"
    MAIL = "turns Email on for the domain"


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute that differs. `before` is what the tenant has, `after` what is wanted; in a drift, what was
    recorded and what the tenant has."""

    attribute: str
    before: Value
    after: Value | Unknown
    sensitive: bool = False
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """A new object. `attributes` is everything that is to be written."""

    wanted: Wanted
    attributes: Mapping[str, Value | Unknown]

    @property
    def address(self) -> Address:
        return self.wanted.address


@dataclass(frozen=True, slots=True)
class Update:
    """An object of ours is changed. `current` is the whole object as it is: its before-image."""

    wanted: Wanted
    current: Observed
    differences: tuple[Difference, ...]

    @property
    def address(self) -> Address:
        return self.wanted.address


@dataclass(frozen=True, slots=True)
class Replace:
    """A new object takes an old one's part. `aside`: the old one is renamed first, since both want one name."""

    wanted: Wanted
    current: Observed
    attributes: Mapping[str, Value | Unknown]
    differences: tuple[Difference, ...]
    aside: bool
    retire: bool = True

    @property
    def address(self) -> Address:
        return self.wanted.address


@dataclass(frozen=True, slots=True)
class Delete:
    """An object of ours goes. Only what the state records may ever be in one."""

    recorded: Recorded
    current: Observed

    @property
    def address(self) -> Address:
        return self.recorded.address


@dataclass(frozen=True, slots=True)
class Move:
    """A rule gets another place. `origin` and `target` count from 0 over all rules, before and after the apply."""

    address: Address
    id: str
    name: str
    origin: int
    target: int


@dataclass(frozen=True, slots=True)
class Adopt:
    """An object that is there already becomes ours, and only what differs is written. Taken back by forgetting."""

    wanted: Wanted
    current: Observed
    differences: tuple[Difference, ...]

    @property
    def address(self) -> Address:
        return self.wanted.address


@dataclass(frozen=True, slots=True)
class Forget:
    """The state lets go of an object; the tenant isn't touched. `gone`: the tenant hasn't got it any more."""

    address: Address
    id: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Settle:
    """Something that only the state holds changes: `on_destroy`, `prevent_destroy`, `ignore_changes`."""

    address: Address
    id: str
    settings: Mapping[str, tuple[Value, Value]]


@dataclass(frozen=True, slots=True)
class Readdress:
    """A resource has another address (`[[moved]]`); the tenant isn't touched."""

    origin: Address
    address: Address
    id: str


@dataclass(frozen=True, slots=True)
class Retry:
    """An object that an earlier apply retired is still to be deleted. `current` None: it has gone meanwhile, or it is
    wanted `again`, so that another step of the plan takes it over."""

    pending: PendingDelete
    current: Observed | None
    again: bool = False

    @property
    def address(self) -> Address:
        return self.pending.address


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A DNS record that Mailform published goes, since no domain of ours needs it any more. `reachable`: `[dns]` still
    names its zone; otherwise the record stays where it is, and only the state lets go of it. `let_go`: it stays with
    its domain, which `[[removed]]` gives up."""

    record: DnsRecord
    reachable: bool
    let_go: bool = False

    @property
    def address(self) -> Address:
        return self.record.address


Step: TypeAlias = Create | Update | Replace | Delete | Move | Adopt | Forget | Settle | Readdress | Retry | Withdraw


def symbol(step: Step) -> str:
    """The sign that stands for a step wherever plans are shown."""
    match step:
        case Create():
            return "+"
        case Update() | Settle() | Readdress():
            return "~"
        case Replace():
            return "-/+"
        case Delete():
            return "-"
        case Retry():
            return "." if step.current is None else "-"
        case Withdraw():
            return "-" if step.reachable else "."
        case Move():
            return ">"
        case Adopt():
            return "<="
        case Forget():
            return "."
    assert_never(step)


def touches_tenant(step: Step) -> bool:
    """Whether a step writes to the tenant, or to a zone; the others change the state alone."""
    match step:
        case Create() | Update() | Replace() | Delete() | Move():
            return True
        case Retry():
            return step.current is not None
        case Adopt():
            return bool(step.differences)
        case Withdraw():
            return step.reachable
        case Forget() | Settle() | Readdress():
            return False
    assert_never(step)


@dataclass(frozen=True, slots=True)
class Drift:
    """What the tenant has differs from what the state recorded; `gone` when the object isn't there any more."""

    address: Address
    id: str
    name: str
    gone: bool = False
    differences: tuple[Difference, ...] = ()
    changed_by: str | None = None
    changed_at: str | None = None


@dataclass(frozen=True, slots=True)
class Deferred:
    """A resource whose step waits for a domain's proof: done if the proof succeeds during apply, else left."""

    address: Address
    domain: Address
    reason: str = "domain_not_verified"


@dataclass(frozen=True, slots=True)
class OutputChange:
    """An output before and after. `after` None with `gone`: the configuration hasn't got it any more."""

    name: str
    before: Output | None
    after: Value | Unknown
    sensitive: bool
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A resource without any step. `refreshed` is what the next apply records of it, when the state should change."""

    recorded: Recorded
    current: Observed
    wanted: Wanted | None
    refreshed: Recorded | None = None

    @property
    def address(self) -> Address:
        return self.recorded.address


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change. Pure data: it holds neither the provider nor anything that could act.

    `rules_before` has the GUIDs of all rules in today's order; `rules_after` what the order is to be in the end, new
    rules as their addresses. `observed` has every object that was read, by kind. `warnings` never stop anything.
    """

    steps: tuple[Step, ...] = ()
    drift: tuple[Drift, ...] = ()
    kept: tuple[Kept, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    outputs: tuple[OutputChange, ...] = ()
    rules_before: tuple[str, ...] = ()
    rules_after: tuple[str, ...] = ()
    observed: Mapping[str, tuple[Observed, ...]] = field(default_factory=dict)
    foreign: Mapping[str, int] = field(default_factory=dict)
    unsupported: tuple[Observed, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    targets: tuple[Address, ...] = ()
    destroy: bool = False
    refresh_only: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do at all (drift without a step doesn't count)."""
        return not self.steps and not self.outputs
