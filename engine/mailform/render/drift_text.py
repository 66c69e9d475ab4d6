"""What somebody else changed: recorded against observed, with who and when where the service says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from mailform.planning.steps import Difference, Drift, Plan
from mailform.render.attribute_lines import Line, differing, laid_out
from mailform.render.escape import quoted, shown
from mailform.render.figures import figure
from mailform.render.palette import Ink, Palette
from mailform.render.secrecy import Secrets
from mailform.render.step_text import identity
from mailform_providers.contract import Observed
from mailform_state.values import State

_WAYS = (
    "To keep it: mailform drift --adopt ADDR. To take it back: mailform drift --revert ADDR. "
    "`mailform plan` shows what apply makes of it."
)
_IMPORT = (
    "To take them over: mailform import --all --out found.mailform.toml, or one: mailform import ADDRESS ID. "
    "What isn't taken over is never touched."
)
_NEXT = "See what configuration and tenant still differ in: mailform plan"


def text(plan: Plan, state: State, *, colour: bool) -> str:
    """The drift of a plan alone, for people, and what can be done about it."""
    paint = Palette(colour)
    told = section(plan, Secrets.of(plan, state), paint)
    if not told:
        return "No drift. The tenant has what was recorded.\n"
    count = figure(len(plan.drift), "resource")
    return f"{told}\nDrift: {count}. {_WAYS}\n"


def adopted(plan: Plan, state: State, files: Collection[str], serial: int, *, colour: bool) -> str:
    """What was taken over of the drift (the plan has no other), and into which files."""
    if not plan.drift:
        return "Nothing to adopt: the tenant has what was recorded.\n"
    secrets, paint = Secrets.of(plan, state), Palette(colour)
    lines = [line for found in plan.drift for line in _drifted(found, secrets, paint)]
    where = ", ".join(shown(name) for name in files) or "no file: the configuration says it already"
    end = f"Written to {where}. The state has serial {serial} now."
    return "\n".join([paint("Adopted as the tenant has it:", Ink.STRONG), "", *lines, "", end, _NEXT, ""])


def unmanaged(found: Mapping[str, Sequence[Observed]], *, listed: bool) -> str:
    """How many objects nobody manages, of the kinds that were read; `listed`: which ones. Empty when there are none."""
    counts = [figure(len(objects), kind.replace("_", " ")) for kind, objects in sorted(found.items()) if objects]
    if not counts:
        return "Everything in the tenant is managed.\n" if listed else ""
    told = f"Not managed by Mailform: {', '.join(counts)}."
    if not listed:
        return f"{told} Which ones: mailform drift --unmanaged\n"
    lines = [line for kind, objects in sorted(found.items()) if objects for line in _listed(kind, objects)]
    return "\n".join([told, *lines, "", _IMPORT, ""])


def _listed(kind: str, objects: Sequence[Observed]) -> Iterator[str]:
    yield f"\n  {kind}"
    for seen in objects:
        id = "" if seen.id.casefold() == seen.name.casefold() else f" ({shown(seen.id)})"
        told = _last_change(seen.changed_by, seen.changed_at)
        yield f"    {quoted(seen.name)}{id}{f', {told}' if told else ''}"


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
    if told := _last_change(found.changed_by, found.changed_at):
        yield f"      {told}"
    lines = (_line(found, difference, secrets) for difference in found.differences)
    yield from laid_out(lines, paint, "      ")


def _line(found: Drift, difference: Difference, secrets: Secrets) -> Line:
    hidden = difference.sensitive or secrets.hide(found.address, difference.attribute)
    return differing(found.address.kind, difference, hidden=hidden)


def _last_change(by: str | None, at: str | None) -> str:
    """Who and when, as far as the service says it; it says nothing of who on connectors and domains."""
    if by:
        return f"last changed by {shown(by)}{f', {shown(at)}' if at else ''}"
    return f"last changed {shown(at)}" if at else ""
