"""Conditions and actions of a rule that its block can't say: keys without a name of ours, and those nobody may write.

A plan neither shows nor touches them, so that whoever manages such a rule has to be told that it does more, or less,
than is written. Never plan with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailform.diagnostics import Diagnostic, Position, Severity
from mailform.planning.steps import Adopt, Kept, Step, Update
from mailform.spelling import for_shell
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS
from mailform_state.address import Address


def hidden(seen: Observed) -> Iterator[str]:
    """What the object does beyond its attributes, each in a clause."""
    kind = KINDS[seen.kind]
    for name, value in seen.unwritable.items():
        section, dot, _ = name.partition(".")
        if section not in kind.sections:
            continue
        if dot:
            yield f"{name} can't be written: {refusal(seen.kind, name)}"
        elif isinstance(value, tuple):
            yield f"its {name} have more than Mailform knows: {', '.join(map(str, value))}"


def refusal(kind: str, name: str) -> str:
    """Why nobody may write an attribute."""
    refused = KINDS[kind].attributes[name].refused
    return "nobody may write it" if refused is None else refused.value


def more_than_written(address: Address, seen: Observed, position: Position | None) -> Iterator[Diagnostic]:
    """The warning about an object that is managed, or about to be, although its block can't say all of it."""
    clauses = "; ".join(hidden(seen))
    if clauses:
        yield Diagnostic(
            "more-than-written",
            f"{address}: the rule “{seen.name}” isn't all that its block says: {clauses}",
            position,
            "it stays in the tenant as it is, and no plan shows it; to leave the rule alone, take its block out and, "
            f"once it is imported: mailform state rm {for_shell(address)}",
            Severity.WARNING,
        )


def of_plan(steps: tuple[Step, ...], kept: tuple[Kept, ...], wanted: Mapping[Address, Wanted]) -> Iterator[Diagnostic]:
    """These warnings for everything that is still managed after a plan."""
    seen = {step.address: step.current for step in steps if isinstance(step, Adopt | Update)}
    seen |= {one.address: one.current for one in kept if one.current.unsupported is None}
    for address, current in sorted(seen.items()):
        if address in wanted:
            yield from more_than_written(address, current, wanted[address].position)
