"""`[locals]`: names for values that are used more than once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mailform.configuration.blocks import Block
from mailform.configuration.cycles import cycles, in_order
from mailform.configuration.findings import Findings
from mailform.configuration.references import Hole, LocalName, Malformed, inner, pieces
from mailform.configuration.scope import Filled, Scope
from mailform.configuration.substitution import filled


def with_locals(scope: Scope, found: Mapping[str, Block], findings: Findings) -> Scope:
    """The scope with all locals in it, each filled in after those that it uses."""
    needs = {name: tuple(_locals_in(block.data)) for name, block in found.items()}
    circles = cycles(needs)
    for circle in circles:
        names = " -> ".join(f"`local.{name}`" for name in (*circle, circle[0]))
        findings.error("cycle", f"these need each other: {names}", found[circle[0]].key(), "write one of them out")
    known = {name: Filled("", broken=True) for circle in circles for name in circle}
    scope = replace(scope, locals=known)
    for name in in_order({name: needed for name, needed in needs.items() if name not in known}):
        known[name] = filled(found[name].data, found[name], (), scope, findings)
    return scope


def _locals_in(data: object) -> Iterator[str]:
    match data:
        case str():
            try:
                parts = pieces(data)
            except Malformed:
                return
            terms = [term for part in parts if isinstance(part, Hole) for term in inner(part.term)]
            yield from (term.name for term in terms if isinstance(term, LocalName))
        case list():
            for item in data:
                yield from _locals_in(item)
        case dict():
            for item in data.values():
                yield from _locals_in(item)
