"""The resource changes of a plan: one entry a resource, however many steps it has, also where nothing changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailform.planning.steps import (
    Adopt,
    Create,
    Delete,
    Difference,
    Drift,
    Forget,
    Kept,
    Move,
    Note,
    Plan,
    Readdress,
    Replace,
    Retry,
    Settle,
    Step,
    Update,
    Withdraw,
)
from mailform.render.change_json import Attributes, Change, new_id
from mailform.render.images import current, following
from mailform.render.risk import own_domains, risks
from mailform.render.secrecy import Secrets
from mailform.render.shape import Json, json
from mailform.render.summary import word
from mailform.render.value import SENSITIVE
from mailform_providers.contract import Observed
from mailform_state.address import Address
from mailform_state.values import Recorded, State


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan was made from, by the addresses that resources have now."""

    recorded: Mapping[Address, Recorded]
    observed: Mapping[tuple[str, str], Observed]
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(cls, plan: Plan, state: State) -> Ground:
        moved = {step.origin: step.address for step in plan.steps if isinstance(step, Readdress)}
        recorded = {moved.get(address, address): known for address, known in state.resources.items()}
        observed = {(seen.kind, seen.id.casefold()): seen for listed in plan.observed.values() for seen in listed}
        return cls(recorded, observed, own_domains(plan))

    def image(self, address: Address) -> Attributes | None:
        """A recorded object as it is; as it was recorded, when it was not read or is gone; None when not recorded."""
        known = self.recorded.get(address)
        if known is None:
            return None
        seen = self.observed.get((known.kind, known.id.casefold()))
        return as_recorded(known) if seen is None else image(seen)


def changes(plan: Plan, state: State, secrets: Secrets) -> tuple[Change, ...]:
    """An entry for every resource of the plan and of the state, sorted by address; what is left over from an earlier
    apply has one of its own."""
    ground = Ground.of(plan, state)
    steps: dict[Address, list[Step]] = defaultdict(list)
    for step in plan.steps:
        if not isinstance(step, Retry | Withdraw):
            steps[step.address].append(step)
    kept = {found.address: found for found in plan.kept}
    told = [
        _change(address, steps[address], kept.get(address), ground, _hidden(address, secrets))
        for address in sorted({*steps, *kept, *ground.recorded})
    ]
    left_over = [_left_over(step, _hidden(step.address, secrets)) for step in plan.steps if isinstance(step, Retry)]
    return (*told, *left_over)


def drifted(plan: Plan, state: State, secrets: Secrets) -> tuple[Change, ...]:
    """An entry for everything that somebody else changed."""
    ground = Ground.of(plan, state)
    return tuple(_drifted(found, ground, _hidden(found.address, secrets)) for found in plan.drift)


def image(seen: Observed) -> Attributes:
    """An object as it was read."""
    return {**seen.attributes, "id": seen.id}


def as_recorded(known: Recorded) -> Attributes:
    """An object as the state has it, where there is nothing fresher."""
    return {**{name: attribute.written for name, attribute in known.attributes.items()}, "id": known.id}


def _change(
    address: Address, steps: Sequence[Step], kept: Kept | None, ground: Ground, hidden: frozenset[str]
) -> Change:
    main = next((step for step in steps if not isinstance(step, Move | Settle | Readdress)), None)
    seen = current(main) if main is not None else None if kept is None else kept.current
    before = ground.image(address) if seen is None else image(seen)
    previous = next((step.origin for step in steps if isinstance(step, Readdress)), None)
    actions: tuple[str, ...] = ("update" if any(isinstance(step, Move | Settle) for step in steps) else "no-op",)
    after, importing = before, None
    match main:
        case Create():
            actions, before, after = ("create",), None, {**main.attributes, "id": new_id(address)}
        case Update() | Adopt():
            if isinstance(main, Adopt):
                importing = SENSITIVE if "id" in hidden else main.current.id
            before = {**_befores(main.differences), **image(main.current)}
            after = {**before, **(following(main) or {})}
            actions = ("update",) if isinstance(main, Update) or main.differences else actions
        case Replace():
            actions, after = ("create", "delete"), {**main.attributes, "id": new_id(address)}
        case Delete():
            actions, after = ("delete",), None
        case Forget():
            actions, after = ("forget",), None
        case _:
            pass
    return Change(address, actions, before, after, hidden, importing, previous, ours=dict(_ours(steps, ground.domains)))


def _left_over(step: Retry, hidden: frozenset[str]) -> Change:
    """What an earlier apply retired. Nobody remembers what of it was sensitive, so only its identity is told."""
    actions = ("forget",) if step.current is None else ("delete",)
    said: dict[str, Json] = {**dict(_ours((step,), frozenset())), "reason": step.pending.reason}
    deposed = SENSITIVE if "id" in hidden else step.pending.id
    return Change(step.address, actions, {"id": step.pending.id}, None, hidden, deposed=deposed, ours=said)


def _drifted(found: Drift, ground: Ground, hidden: frozenset[str]) -> Change:
    known = ground.recorded.get(found.address)
    if found.gone:
        before: Attributes = {"id": found.id} if known is None else as_recorded(known)
        return Change(found.address, ("delete",), before, None, hidden)
    after = ground.image(found.address) or {"id": found.id}
    said: dict[str, Json] = {"changed_by": found.changed_by, "changed_at": found.changed_at}
    return Change(found.address, ("update",), {**after, **_befores(found.differences)}, after, hidden, ours=said)


def _befores(differences: tuple[Difference, ...]) -> Attributes:
    return {found.attribute: found.before for found in differences}


def _hidden(address: Address, secrets: Secrets) -> frozenset[str]:
    names = frozenset(attribute for found, attribute in secrets.hidden if found == address)
    return names | {"id"} if secrets.hide_id(address) else names


def _ours(steps: Sequence[Step], domains: frozenset[str]) -> Iterator[tuple[str, Json]]:
    """What Terraform's shape has no place for: which steps these are, a rule's move, settings, risks and reasons."""
    if not steps:
        return
    yield "steps", [word(step) for step in steps]
    marks = [risk.name.lower() for step in steps for risk in risks(step, domains)]
    if marks:
        yield "risks", list(marks)
    for step in steps:
        match step:
            case Move():
                yield "move", {"from": step.origin, "to": step.target}
            case Settle():
                changed = sorted(step.settings.items())
                yield "settings", {name: {"before": json(old), "after": json(new)} for name, (old, new) in changed}
            case Replace():
                yield "aside", step.aside
                yield "retire", step.retire
                yield from _noted(step.differences)
            case Update() | Adopt():
                yield from _noted(step.differences)
            case Create() | Delete() | Forget() | Readdress() | Retry() | Withdraw():
                pass


def _noted(differences: tuple[Difference, ...]) -> Iterator[tuple[str, Json]]:
    """Which attributes differ, since of a sensitive one both sides look the same, and why."""
    if differences:
        yield "changed", [found.attribute for found in differences]
    notes: dict[str, Json] = {found.attribute: _spoken(found.note) for found in differences if found.note is not None}
    if notes:
        yield "notes", notes


def _spoken(note: Note) -> str:
    return note.name.lower()
