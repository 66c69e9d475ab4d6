"""What a run knows while it runs: which objects it made, how the rules stand, what it has recorded so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mailform.expression import Unknown, evaluate
from mailform.planning.actions import Made, Target
from mailform.planning.images import seen
from mailform.planning.steps import Adopt, Move, Plan
from mailform.planning.world import ids_of
from mailform.wanted import Answers, Configuration
from mailform_providers.contract import Provider, Waiting
from mailform_providers.dns.publish import Publisher
from mailform_providers.kinds import OUTBOUND_CONNECTOR
from mailform_providers.normal import Directory
from mailform_state.address import Address
from mailform_state.values import Recorded, State, Value


class Clock(Protocol):
    """Time, so that tests need not wait."""

    def monotonic(self) -> float:
        """Seconds since some moment; they only grow."""

    def sleep(self, seconds: float) -> None:
        """Lets that many seconds pass."""


class Surroundings(Protocol):
    """What looking for a lost answer and taking back need: of a run (`Ledger`), or of what a journal tells of one
    (`session.recovering`)."""

    @property
    def provider(self) -> Provider:
        """The tenant."""

    @property
    def tempo(self) -> Tempo:
        """How patient to be."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def publisher(self) -> Publisher | None:
        """The zone in which proofs are published; None where `[dns]` names none."""

    def present(self) -> Mapping[str, frozenset[str]]:
        """The ids of every object that was there before the run, by kind."""

    def own(self) -> frozenset[str]:
        """The ids of the objects that the run made, as far as it is known."""

    def directory(self) -> Directory:
        """The tenant's connectors, by every spelling."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast and how patient a run is; times in seconds. `settle`: how long an unsure change is looked for;
    `visibility`: how long what was written may take to show; `rollback`: what taking everything back may take."""

    parallelism: int = 3
    settle: float = 10.0
    visibility: float = 300.0
    rollback: float = 1800.0


@dataclass(slots=True)
class Ledger:
    """The memory of one run. Only `execute.run`, in its own thread, changes it."""

    provider: Provider
    configuration: Configuration
    plan: Plan
    state: State
    tempo: Tempo
    clock: Clock
    stopped: Callable[[], bool]
    publisher: Publisher | None = None
    published: set[Address] = field(default_factory=set)
    made: dict[Address, str] = field(default_factory=dict)
    facts: dict[Address, dict[str, Value]] = field(default_factory=dict)
    records: dict[Address, Recorded] = field(default_factory=dict)
    waiting: dict[Address, Waiting] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    deferred: set[Address] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    unplaced: set[str] = field(default_factory=set)
    unseen: set[Address] = field(default_factory=set)
    shown: dict[tuple[str, str], list[Mapping[str, Value]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order = list(self.plan.rules_before)
        self.unplaced = {step.id for step in self.plan.steps if isinstance(step, Move)}
        self.records = dict(self.state.resources)
        for address, known in self.state.resources.items():
            current = next((one for one in self.plan.observed.get(known.kind, ()) if one.id == known.id), None)
            if current is not None:
                self.facts[address] = {**current.facts, "id": current.id}
        for step in self.plan.steps:
            if isinstance(step, Adopt):
                self.facts[step.address] = {**step.current.facts, "id": step.current.id}

    def id_of(self, target: Target) -> str:
        """The GUID of a target. Raises KeyError for an object that was not made."""
        return self.made[target.address] if isinstance(target, Made) else target

    def values(self, attributes: Mapping[str, Value | Unknown]) -> dict[str, Value]:
        """Attributes, with everything filled in that only the run itself could know. Raises LookupError."""
        answers = Answers(self.configuration, self.facts)
        found: dict[str, Value] = {}
        for name, value in attributes.items():
            known = evaluate(value.expression, answers) if isinstance(value, Unknown) else value
            if isinstance(known, Unknown):
                raise LookupError(name)
            found[name] = known
        return found

    def place(self, token: str, own: str | None) -> int:
        """The number that a rule needs now to stand where the plan wants it: right behind the last rule that the plan
        puts before it and that is in its place already. `own` is its GUID, if it is there already."""
        standing = [id for id in self.order if id != own]
        after = self.plan.rules_after
        for other in reversed(after[: after.index(token)]):
            id = self.made.get(Address.parse(other)) if "." in other else other
            if id in standing and other not in self.unplaced:
                return standing.index(id) + 1
        return 0

    def was_placed(self, id: str, place: int) -> None:
        """A rule stands at `place` now, new or moved."""
        if id in self.order:
            self.order.remove(id)
        self.order.insert(place, id)
        self.unplaced.discard(id)

    def was_made(self, address: Address, id: str) -> None:
        """The run made an object."""
        self.made[address] = id
        self.unseen.add(address)
        self.facts.setdefault(address, {})["id"] = id

    def present(self) -> Mapping[str, frozenset[str]]:
        """The ids of every object that was there before the run, by kind."""
        return {kind: frozenset(ids) for kind, ids in ids_of(self.plan.observed, self.state).items()}

    def images(self, kind: str, id: str) -> tuple[Mapping[str, Value], ...]:
        """What an object that was there before has shown, in turn: before the run, and after each of its writes."""
        if (kind, id) not in self.shown:
            before = next((known for known in self.plan.observed.get(kind, ()) if known.id == id), None)
            self.shown[kind, id] = [] if before is None else [seen(before)]
        return tuple(self.shown[kind, id])

    def has_written(self, kind: str, id: str | None) -> bool:
        """Whether the run has changed an object that was there before."""
        return id is not None and len(self.images(kind, id)) > 1

    def was_written(self, kind: str, id: str, after: Mapping[str, Value]) -> None:
        """An object shows this now, by the run's own doing."""
        if self.images(kind, id):
            self.shown[kind, id].append(after)

    def own(self) -> frozenset[str]:
        """The ids of the objects that this run made."""
        return frozenset(self.made.values())

    def directory(self) -> Directory:
        """The tenant's connectors, and those that this run made."""
        names = {
            str(self.records[address].written("name")): id
            for address, id in self.made.items()
            if address.kind == OUTBOUND_CONNECTOR and address in self.records
        }
        return Directory.of(self.plan.observed.get(OUTBOUND_CONNECTOR, ())).overlaid(names)
