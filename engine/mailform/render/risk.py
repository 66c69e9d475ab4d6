"""What in a plan deserves a second look before somebody says yes. A mark, never a refusal: guards are elsewhere."""

from __future__ import annotations

from enum import StrEnum

from mailform.planning.actions import RECIPIENTS
from mailform.planning.steps import Adopt, Create, Delete, Replace, Retry, Step, Update
from mailform.planning.world import ROUTE
from mailform.render.images import following, telling
from mailform_providers.kinds import OUTBOUND_CONNECTOR, TRANSPORT_RULE


class Risk(StrEnum):
    """Why a step is marked."""

    ALL_MESSAGES = "acts on every message: the rule has no conditions"
    ROUTES_MAIL = "routes mail to another server"
    SENDS_MAIL = "sends real test mail to its validation_recipients"
    DELETES = "deletes an object that can't be brought back"


def risks(step: Step) -> tuple[Risk, ...]:
    """What is risky about a step, judged by what the object will be."""
    match step:
        case Delete():
            return (Risk.DELETES,)
        case Retry():
            return (Risk.DELETES,) if step.current is not None else ()
        case Create() | Update() | Replace() | Adopt():
            retiring = (Risk.DELETES,) if isinstance(step, Replace) and step.retire else ()
            return (*_of_rule(step), *_of_connector(step), *retiring)
        case _:
            return ()


def _of_connector(step: Create | Update | Replace | Adopt) -> tuple[Risk, ...]:
    wanted = step.wanted.attributes
    validated = step.address.kind == OUTBOUND_CONNECTOR and wanted.get(RECIPIENTS) and wanted.get("enabled", True)
    return (Risk.SENDS_MAIL,) if validated else ()


def _of_rule(step: Create | Update | Replace | Adopt) -> tuple[Risk, ...]:
    after = following(step)
    if step.address.kind != TRANSPORT_RULE or after is None:
        return ()
    set_ones = telling(after)
    everything = () if any(name.startswith("conditions.") for name in set_ones) else (Risk.ALL_MESSAGES,)
    return (*everything, *((Risk.ROUTES_MAIL,) if ROUTE in set_ones else ()))
