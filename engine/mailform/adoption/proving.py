"""The proof: what was written is read again and planned. Whatever isn't exactly as the tenant has it is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailform.adoption.block import ORDER, Chosen
from mailform.adoption.document import document
from mailform.adoption.ground import Ground
from mailform.adoption.left_out import LeftOut
from mailform.adoption.places import Places
from mailform.diagnostics import Mistakes, errors
from mailform.planning.plan import Options, plan
from mailform.planning.steps import Move, Plan, Step, Update
from mailform.wanted import Configuration
from mailform_providers.kinds import KINDS
from mailform_state.address import Address
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Proven:
    """A file of which reading and planning were seen to change nothing, and the state that goes with it (its serial is
    still that of the state before)."""

    text: str
    state: State
    chosen: tuple[Chosen, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a block can't stay as it is written; without `attribute`, why it can't stay."""

    address: Address
    attribute: str | None
    reason: str


@dataclass(slots=True)
class _Draft:
    """What is still to be taken. Only ever gets smaller, so that proving comes to an end."""

    chosen: list[Chosen]
    unwritten: dict[Address, frozenset[str]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def give_up(self, objection: Objection) -> None:
        one = next((one for one in self.chosen if one.address == objection.address), None)
        if one is None:  # given up already, for another reason
            return
        name, known = objection.attribute, self.unwritten.get(objection.address, frozenset())
        if name is not None and name not in known and _can_do_without(one, name):
            self.unwritten[one.address] = known | {name}
            self.left_out.append(LeftOut.of(one.seen, objection.reason, name, one.seen.attributes.get(name)))
            return
        self.chosen.remove(one)
        self.left_out = [found for found in self.left_out if (found.kind, found.id) != (one.seen.kind, one.seen.id)]
        self.left_out.append(LeftOut.of(one.seen, objection.reason))


def prove(chosen: Sequence[Chosen], ground: Ground) -> Proven:
    """The file for as many of these as can be. Raises Mistakes when the rest of the configuration stands in the way;
    of none nothing is to be proved, whatever the rest is."""
    draft = _Draft(list(chosen))
    while draft.chosen:
        text = document(draft.chosen, ground.links(draft.chosen), ground.order(draft.chosen), draft.unwritten)
        try:
            configuration = ground.with_file(text)
            state = ground.recording(draft.chosen, configuration)
            found = tuple(_changes(_planned(draft.chosen, ground, configuration, state, text), draft.chosen))
        except Mistakes as mistakes:
            found = _blamed(mistakes, ground, text)
            if not found:
                raise
        if not found:
            return Proven(text, state, tuple(draft.chosen), tuple(draft.left_out))
        for objection in found:
            draft.give_up(objection)
    return Proven("", ground.state, (), tuple(draft.left_out))


def _planned(chosen: Sequence[Chosen], ground: Ground, configuration: Configuration, state: State, text: str) -> Plan:
    """The plan of everything; where something else can't be planned, of what is taken over alone."""
    try:
        return plan(configuration, state, ground.world)
    except Mistakes as mistakes:
        if _blamed(mistakes, ground, text):
            raise
        return plan(configuration, state, ground.world, Options(targets=tuple(one.address for one in chosen)))


def _changes(made: Plan, chosen: Sequence[Chosen]) -> Iterator[Objection]:
    """What a plan would do to what is taken over, or has seen changed of it: there has to be nothing."""
    ours = {one.address for one in chosen}
    for step in made.steps:
        if step.address in ours:
            yield from _of_step(step)
    for drift in made.drift:
        if drift.address in ours:
            for found in drift.differences:
                yield Objection(drift.address, found.attribute, "it doesn't read back as it was written")


def _of_step(step: Step) -> Iterator[Objection]:
    match step:
        case Update(differences=differences) if differences:
            for found in differences:
                yield Objection(step.address, found.attribute, "written like this, a plan would change it")
        case Move():
            yield Objection(step.address, ORDER, "a plan would move it")
        case _:
            yield Objection(step.address, None, "a plan would change it")


def _blamed(mistakes: Mistakes, ground: Ground, text: str) -> tuple[Objection, ...]:
    """The blocks of ours that mistakes are about."""
    places = Places.of(text)
    found: list[Objection] = []
    for mistake in errors(mistakes.diagnostics):
        if mistake.position is not None and mistake.position.file == ground.file:
            place = places.at(mistake.position.line)
            if place is not None:
                found.append(Objection(*place, mistake.message))
    return tuple(found)


def _can_do_without(one: Chosen, name: str) -> bool:
    """Whether a block says no less of the object without an attribute: a rule's sections are all or nothing."""
    attribute = KINDS[one.seen.kind].attributes.get(name)
    return name == ORDER or (
        attribute is not None and attribute.section is None and not attribute.required and name != "enabled"
    )
