"""What somebody else changed: recorded against observed, with who and when where the service says so."""

from __future__ import annotations

from collections.abc import Iterator

from mailform.planning.steps import Difference, Drift, Plan
from mailform.render.attribute_lines import Line, differing, laid_out
from mailform.render.escape import shown
from mailform.render.figures import figure
from mailform.render.palette import Ink, Palette
from mailform.render.secrecy import Secrets
from mailform.render.step_text import identity
from mailform_state.values import State


def text(plan: Plan, state: State, *, colour: bool) -> str:
    """The drift of a plan alone, for people, and what can be done about it."""
    paint = Palette(colour)
    told = section(plan, Secrets.of(plan, state), paint)
    if not told:
        return "No drift. The tenant has what was recorded.\n"
    way_back = "`mailform plan` shows what apply makes of it; `mailform apply --refresh-only` records it as it is."
    return f"{told}\nDrift: {figure(len(plan.drift), 'resource')}. {way_back}\n"


def section(plan: Plan, secrets: Secrets, paint: Palette) -> str:
    """The part of a plan that tells the drift; empty when there is none."""
    if not plan.drift:
        return ""
    heading = paint("Changed outside Mailform since the last apply:", Ink.STRONG)
    return "\n".join([heading, "", *(line for found in plan.drift for line in _drifted(found, secrets, paint)), ""])


def _drifted(found: Drift, secrets: Secrets, paint: Palette) -> Iterator[str]:
    name = identity(found.address, found.name, found.id, secrets)
    if found.gone:
        yield f"{paint('  -', Ink.REMOVED)} {shown(str(found.address))} is gone ({name})"
        return
    yield f"{paint('  ~', Ink.CHANGED)} {shown(str(found.address))} ({name})"
    if found.changed_by or found.changed_at:
        by = f" by {shown(found.changed_by)}" if found.changed_by else ""
        at = f", {shown(found.changed_at)}" if found.changed_at else ""
        yield f"      last changed{by}{at}"
    lines = (_line(found, difference, secrets) for difference in found.differences)
    yield from laid_out(lines, paint, "      ")


def _line(found: Drift, difference: Difference, secrets: Secrets) -> Line:
    hidden = difference.sensitive or secrets.hide(found.address, difference.attribute)
    return differing(found.address.kind, difference, hidden=hidden)
