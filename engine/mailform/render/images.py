"""What an object is before and after a step: the two sides that text, JSON and risks speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailform.expression import Unknown
from mailform.planning.steps import (
    Adopt,
    Create,
    Delete,
    Difference,
    Forget,
    Move,
    Note,
    Readdress,
    Replace,
    Retry,
    Settle,
    Step,
    Update,
    Withdraw,
)
from mailform.render.value import empty
from mailform_providers.contract import Observed
from mailform_state.values import Value


def current(step: Step) -> Observed | None:
    """The object that a step is about, as it was read, where the step carries it."""
    match step:
        case Update() | Replace() | Delete() | Adopt() | Retry():
            return step.current
        case Create() | Move() | Forget() | Settle() | Readdress() | Withdraw():
            return None


def following(step: Step) -> Mapping[str, Value | Unknown] | None:
    """The attributes of the object once the step is done; None when it is gone, or isn't ours to speak of."""
    match step:
        case Create():
            return step.attributes
        case Update() | Adopt():
            return overlaid(step.current.attributes, step.differences)
        case Replace():
            return step.attributes
        case Delete() | Retry() | Move() | Forget() | Settle() | Readdress() | Withdraw():
            return None


def overlaid(
    attributes: Mapping[str, Value | Unknown], differences: Iterable[Difference]
) -> Mapping[str, Value | Unknown]:
    """Attributes with what is written over them. A released attribute keeps its value."""
    written = {found.attribute: found.after for found in differences if found.note is not Note.RELEASED}
    return {**attributes, **written}


def telling(attributes: Mapping[str, Value | Unknown]) -> dict[str, Value | Unknown]:
    """Only what says something: an unset switch of a rule's section is shown as false, which is nothing."""
    return {
        name: value for name, value in attributes.items() if not empty(value) and not ("." in name and value is False)
    }
