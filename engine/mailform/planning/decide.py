"""One resource at a time: which step its row of the three-way table (recorded / observed / wanted) asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailform.diagnostics import Diagnostic
from mailform.expression import Unknown
from mailform.planning import complaints
from mailform.planning.compare import Comparison, everything, finishing
from mailform.planning.imports import another_domain
from mailform.planning.leftovers import fixed
from mailform.planning.obstacles import Obstacles
from mailform.planning.records import record, settings
from mailform.planning.replacing import replacing
from mailform.planning.steps import (
    Adopt,
    Create,
    Delete,
    Difference,
    Drift,
    Forget,
    Kept,
    Note,
    Retry,
    Settle,
    Step,
    Update,
)
from mailform.planning.world import World
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.normal import Directory
from mailform_state.address import Address
from mailform_state.values import PendingDelete, Recorded


@dataclass(slots=True)
class Decisions:
    """What has been decided so far; filled by `decide` and frozen into a plan afterwards."""

    steps: list[Step] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    mistakes: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """The three-way table over one tenant. `managed` maps (kind, id) of every object of ours to its address, also of
    those still to be deleted (`left_over`); addresses in `staying` are still in the configuration. `claimed`
    has the objects that are taken over, `let_go` those that `[[removed]]` gives up, as `managed` does."""

    world: World
    managed: dict[tuple[str, str], Address]
    replacing: frozenset[Address]
    wanted_connectors: Directory
    staying: frozenset[Address] = frozenset()
    claimed: Mapping[Address, Observed] = field(default_factory=dict)
    let_go: Mapping[tuple[str, str], Address] = field(default_factory=dict)
    left_over: frozenset[tuple[str, str]] = frozenset()

    @property
    def obstacles(self) -> Obstacles:
        return Obstacles(self.world, self.managed, self.left_over)

    def comparison(self, kind: str) -> Comparison:
        return Comparison(KINDS[kind], self.world.directory, self.wanted_connectors)

    def decide(self, wanted: Wanted | None, recorded: Recorded | None, into: Decisions) -> None:
        """Adds the steps, drift and mistakes of one resource to `into`."""
        if wanted is None and recorded is not None:
            self._going(recorded, into)
        elif wanted is not None and recorded is None and wanted.address in self.claimed:
            self._imported(wanted, self.claimed[wanted.address], into)
        elif wanted is not None and recorded is None:
            self._coming(wanted, into)
        elif wanted is not None and recorded is not None:
            current = self.world.find(recorded.kind, recorded.id)
            if current is None and wanted.address in self.claimed:
                into.drift.append(Drift(recorded.address, recorded.id, _recorded_name(recorded), gone=True))
                self._imported(wanted, self.claimed[wanted.address], into)
            elif current is None:
                self._vanished(wanted, recorded, into)
            else:
                self._staying(wanted, recorded, current, into)

    def _going(self, recorded: Recorded, into: Decisions) -> None:
        current = self.world.find(recorded.kind, recorded.id)
        if current is None:
            into.drift.append(Drift(recorded.address, recorded.id, _recorded_name(recorded), gone=True))
            into.steps.append(Forget(recorded.address, recorded.id, gone=True))
            return
        if (recorded.kind, recorded.id) in self.let_go:
            into.steps.append(Forget(recorded.address, recorded.id, gone=False))
            return
        self._note_drift(recorded, current, into)
        if current.unsupported is not None:
            into.warnings.append(complaints.inexpressible(recorded.address, None, current))
            into.steps.append(Forget(recorded.address, recorded.id, gone=False))
            return
        if recorded.kind == ACCEPTED_DOMAIN and recorded.on_destroy != "delete":
            into.steps.append(Forget(recorded.address, recorded.id, gone=False))
            return
        into.mistakes.extend(self.obstacles.to_deletion(recorded, current, None))
        into.steps.append(Delete(recorded, current))

    def _coming(self, wanted: Wanted, into: Decisions) -> None:
        kind = KINDS[wanted.kind]
        name = wanted.attributes.get(kind.naming)
        current = None if isinstance(name, Unknown) else self.world.named(wanted.kind, str(name))
        owner = None if current is None else self.managed.get((current.kind, current.id))
        if current is not None and (current.kind, current.id) in self.let_go:
            into.mistakes.append(complaints.given_up(wanted, self.let_go[current.kind, current.id]))
        elif current is not None and wanted.kind == ACCEPTED_DOMAIN and owner in self.staying:
            into.mistakes.append(complaints.held(wanted, current, owner))
        elif current is None or self._is_freed(current):
            into.mistakes.extend(() if current is None else self.obstacles.to_naming(wanted, current))
            into.steps.append(Create(wanted, everything(kind, wanted)))
        elif wanted.kind == ACCEPTED_DOMAIN:
            into.steps.append(self._adoption(wanted, current))
        else:
            into.mistakes.append(complaints.exists(wanted, current))

    def _adoption(self, wanted: Wanted, current: Observed) -> Adopt:
        differences = self.comparison(wanted.kind).changes(wanted, None, current)
        return Adopt(wanted, current, (finishing(current) if wanted.kind == ACCEPTED_DOMAIN else ()) + differences)

    def _imported(self, wanted: Wanted, current: Observed, into: Decisions) -> None:
        """An `[[import]]` block says that this object is the resource's, or it was until it was retired. Only what can
        be written to it may differ."""
        other = another_domain(wanted, current, wanted.position)
        if other is not None:
            into.mistakes.append(other)
            return
        adoption = self._adoption(wanted, current)
        unchangeable = fixed(wanted, current, self.world)
        if unchangeable or wanted.address in self.replacing:
            into.mistakes.append(complaints.not_as_it_is(wanted, current, unchangeable))
        self._note_taken_name(wanted, current, adoption.differences, into)
        into.steps.append(adoption)

    def _succeeding(self, wanted: Wanted, recorded: Recorded, current: Observed, into: Decisions) -> bool:
        """Whether a block names another domain now that the tenant has already: then that one is adopted."""
        name = wanted.attributes.get("domain")
        if wanted.kind != ACCEPTED_DOMAIN or isinstance(name, Unknown):
            return False
        successor = self.world.named(wanted.kind, str(name))
        if successor is None or successor.id == current.id:
            return False
        owner = self.managed.get((successor.kind, successor.id))
        if owner is not None:
            into.mistakes.append(complaints.held(wanted, successor, owner))
        into.steps.append(self._adoption(wanted, successor))
        if recorded.on_destroy == "delete":
            into.mistakes.extend(self.obstacles.to_deletion(recorded, current, wanted))
            reason = "its block names another domain now"
            into.steps.append(
                Retry(PendingDelete(current.kind, current.id, current.name, wanted.address, reason), current)
            )
        return True

    def _is_freed(self, current: Observed) -> bool:
        """Whether the object that has the name is another resource's, or is still to be deleted: then this plan settles
        who gets it."""
        return (current.kind, current.id) in self.managed

    def _vanished(self, wanted: Wanted, recorded: Recorded, into: Decisions) -> None:
        into.drift.append(Drift(recorded.address, recorded.id, _recorded_name(recorded), gone=True))
        kind = KINDS[wanted.kind]
        for name in (wanted.attributes.get(kind.naming), recorded.written(kind.naming)):
            other = None if isinstance(name, Unknown) else self.world.named(wanted.kind, str(name))
            if other is not None and (other.kind, other.id) not in self.managed and wanted.kind != ACCEPTED_DOMAIN:
                into.mistakes.append(complaints.another(wanted, recorded, other))
                return
            into.mistakes.extend(() if other is None else self.obstacles.to_naming(wanted, other))
        into.steps.append(Create(wanted, everything(kind, wanted)))

    def _staying(self, wanted: Wanted, recorded: Recorded, current: Observed, into: Decisions) -> None:
        kind = KINDS[wanted.kind]
        self._note_drift(recorded, current, into)
        if current.unsupported is not None:
            into.warnings.append(complaints.inexpressible(wanted.address, wanted.position, current))
            into.kept.append(Kept(recorded, current, wanted))
            return
        if self._succeeding(wanted, recorded, current, into):
            return
        differences = self.comparison(wanted.kind).changes(wanted, recorded, current)
        if wanted.kind == ACCEPTED_DOMAIN:
            differences = finishing(current) + differences
        effective = tuple(found for found in differences if found.note is not Note.RELEASED)
        self._note_taken_name(wanted, current, effective, into)
        replacement, mistakes = replacing(
            wanted, recorded, current, effective, self.obstacles, forced=wanted.address in self.replacing
        )
        into.mistakes.extend(mistakes)
        if replacement is not None:
            into.steps.append(replacement)
            return
        if effective:
            into.steps.append(Update(wanted, current, differences))
        new = settings(kind, wanted, recorded)
        old = {name: getattr(recorded, name) for name in new}
        changed = {name: (_shown(old[name]), _shown(value)) for name, value in new.items() if old[name] != value}
        if changed:
            into.steps.append(Settle(wanted.address, current.id, changed))
        if not effective:
            fresh = record(kind, wanted, recorded, current.id, current.attributes)
            into.kept.append(Kept(recorded, current, wanted, fresh if fresh != recorded else None))

    def _note_drift(self, recorded: Recorded, current: Observed, into: Decisions) -> None:
        differences = self.comparison(recorded.kind).drift(recorded, current)
        if differences:
            into.drift.append(
                Drift(
                    recorded.address,
                    current.id,
                    current.name,
                    differences=differences,
                    changed_by=current.changed_by,
                    changed_at=current.changed_at,
                )
            )

    def _note_taken_name(
        self, wanted: Wanted, current: Observed, differences: tuple[Difference, ...], into: Decisions
    ) -> None:
        """A new name that an object of nobody's has can't be taken."""
        naming = KINDS[wanted.kind].naming
        for found in differences:
            if found.attribute == naming and not isinstance(found.after, Unknown):
                holder = self.world.named(wanted.kind, str(found.after))
                if holder is None or holder.id == current.id:
                    continue
                into.mistakes.extend(self.obstacles.to_naming(wanted, holder))
                if (holder.kind, holder.id) not in self.managed:
                    into.mistakes.append(complaints.exists(wanted, holder))


def _shown(value: object) -> str | bool | tuple[str, ...] | None:
    if isinstance(value, frozenset):
        return tuple(sorted(value))
    return value if isinstance(value, (str, bool)) else None


def _recorded_name(recorded: Recorded) -> str:
    return str(recorded.written(KINDS[recorded.kind].naming) or recorded.id)
