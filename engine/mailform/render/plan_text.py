"""A plan for people: first what somebody else changed, then every step, then what is left alone, then the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailform.planning.steps import Difference, OutputChange, Plan
from mailform.render import diagnostics, drift_text
from mailform.render.attribute_lines import Line, differing, laid_out
from mailform.render.escape import quoted, shown
from mailform.render.figures import figure
from mailform.render.images import current
from mailform.render.palette import Ink, Palette
from mailform.render.released import released
from mailform.render.risk import own_domains
from mailform.render.secrecy import Secrets
from mailform.render.step_text import block
from mailform.render.summary import Counts, counts, sentence
from mailform.render.value import SENSITIVE
from mailform_state.values import State, Value

_RECORDS = (("TXT", "verification_txt"), ("MX", "verification_mx"))


def text(plan: Plan, *, colour: bool, state: State | None = None) -> str:
    """The whole plan. `state`, where it is at hand, only tells what else is sensitive."""
    paint = Palette(colour)
    secrets = Secrets.of(plan, state)
    sections = (
        drift_text.section(plan, secrets, paint),
        _steps(plan, secrets, paint),
        _released(plan, paint),
        _deferred(plan, secrets, paint),
        _outputs(plan.outputs, paint),
        _left_alone(plan, paint),
        diagnostics.text(plan.warnings, colour=colour),
        conclusion(plan) + "\n",
    )
    return "\n".join(section for section in sections if section)


def conclusion(plan: Plan) -> str:
    """The last line: the figures, or that there is nothing to do and why."""
    figures = counts(plan)
    if plan.refresh_only:
        return _refreshed(plan, figures)
    if figures.steps:
        return sentence(figures)
    if plan.outputs:
        return f"No changes in the tenant. {figure(len(plan.outputs), 'output changes', 'outputs change')}."
    if plan.destroy:
        return "No changes. The state has no resources to destroy."
    if plan.drift:
        return (
            "No changes. What was changed outside Mailform is what the configuration says now; "
            "the next apply records it."
        )
    if plan.targets:
        return "No changes. The targets are as the configuration says."
    return "No changes. The tenant is as the configuration says."


def _refreshed(plan: Plan, figures: Counts) -> str:
    if not plan.drift and not plan.steps:
        return "No changes. The state says what the tenant has."
    gone = sum(found.gone for found in plan.drift)
    changed = figures.drift - gone
    told = [f"{changed} changed", f"{gone} gone"]
    if figures.steps - figures.forget:
        told.append(f"{figures.steps - figures.forget} with a new address")
    return f"Refresh only: {', '.join(told)}. Apply brings the state up to date; the tenant isn't touched."


def _steps(plan: Plan, secrets: Secrets, paint: Palette) -> str:
    if not plan.steps:
        return ""
    purpose = "Mailform will destroy:" if plan.destroy else "Mailform will do:"
    own = own_domains(plan)
    blocks = (block(step, plan, secrets, paint, own) for step in plan.steps)
    return "\n".join([paint(purpose, Ink.STRONG), "", "\n".join(blocks)])


def _released(plan: Plan, paint: Palette) -> str:
    lines = [f"  {shown(str(address))}: {', '.join(map(shown, names))}" for address, names in released(plan)]
    heading = "Taken out of the configuration, left as it is, not managed any more:"
    return "\n".join([paint(heading, Ink.STRONG), "", *lines, ""]) if lines else ""


def _deferred(plan: Plan, secrets: Secrets, paint: Palette) -> str:
    if not plan.deferred:
        return ""
    lines = [paint("Done only if the proof of a domain succeeds during apply:", Ink.STRONG), ""]
    lines += [
        f"  {shown(str(found.address))} waits for {shown(str(found.domain))} ({shown(found.reason)})"
        for found in plan.deferred
    ]
    lines += _proofs(plan, secrets)
    return "\n".join([*lines, ""])


def _proofs(plan: Plan, secrets: Secrets) -> Iterator[str]:
    """The records that prove the domains, where the service has told them already."""
    domains = {found.domain for found in plan.deferred}
    for step in plan.steps:
        seen = current(step) if step.address in domains else None
        if seen is not None:
            name = SENSITIVE if secrets.hide_name(step.address) else shown(seen.name)
            told = [(type, seen.facts[fact]) for type, fact in _RECORDS if seen.facts.get(fact)]
            yield from (f"  to prove {name}: {type} record {shown(str(value))}" for type, value in told)


def _outputs(changes: Iterable[OutputChange], paint: Palette) -> str:
    lines = [_output(found) for found in changes]
    return "\n".join([paint("Outputs:", Ink.STRONG), "", *laid_out(lines, paint, "  "), ""]) if lines else ""


def _output(found: OutputChange) -> Line:
    before: Value = None if found.before is None else found.before.value
    hidden = found.sensitive or (found.before is not None and found.before.sensitive)
    line = differing("", Difference(found.name, before, found.after), hidden=hidden)
    sign = "+" if found.before is None else "-" if found.gone else "~"
    return Line(sign, shown(line.name), line.rest, below=line.below)


def _left_alone(plan: Plan, paint: Palette) -> str:
    lines = [
        f"  {quoted(rule.name)} ({shown(rule.id)}): kept in the order, never touched: {shown(rule.unsupported or '')}"
        for rule in plan.unsupported
    ]
    strangers = [figure(number, kind.replace("_", " ")) for kind, number in sorted(plan.foreign.items()) if number]
    if lines:
        lines = [paint("Rules that Mailform can't express:", Ink.STRONG), "", *lines, ""]
    if strangers:
        lines += [f"Not managed by Mailform and left alone: {', '.join(strangers)}.", ""]
    return "\n".join(lines)
