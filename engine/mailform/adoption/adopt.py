"""From what a tenant shows to the file that describes it, and the state that records it."""

from __future__ import annotations

from dataclasses import dataclass

from mailform.adoption.addresses import addressed
from mailform.adoption.block import Chosen
from mailform.adoption.choosing import Selection, choose
from mailform.adoption.ground import Ground
from mailform.adoption.left_out import LeftOut
from mailform.adoption.proving import prove
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is taken over: `text` is the file (empty when there is nothing to write), `state` records `chosen` (its
    serial is still that of the state before). `managed` counts what the state had already."""

    text: str
    state: State
    chosen: tuple[Chosen, ...]
    left_out: tuple[LeftOut, ...]
    managed: int


def adopt(ground: Ground, selection: Selection) -> Adoption:
    """Everything of the tenant that is asked for and can be expressed. Raises Mistakes when the rest of the
    configuration stands in the way."""
    objects = [seen for of_kind in ground.world.objects.values() for seen in of_kind]
    choice = choose(objects, selection, ground.configuration, ground.state)
    taken = {*ground.configuration.resources, *ground.state.resources}
    proven = prove(addressed(choice.objects, taken), ground)
    kept = {(one.seen.kind, one.seen.id) for one in proven.chosen}
    given_up = {(found.kind, found.id) for found in proven.left_out} - kept
    left = [found for found in choice.left_out if (found.kind, found.id) not in given_up]
    return Adoption(proven.text, proven.state, proven.chosen, (*left, *proven.left_out), choice.managed)
