"""A rule's place: `priority` or `order`, and whether all places of a configuration can be had together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from mailform.configuration.blocks import Block
from mailform.configuration.cycles import cycles
from mailform.configuration.findings import Findings, did_you_mean, escaped, shown
from mailform.configuration.instances import Instances
from mailform.configuration.mentions import mentioned
from mailform.configuration.scope import Scope
from mailform.configuration.substitution import filled
from mailform.diagnostics import Diagnostic, Position
from mailform.wanted import After, At, Before, Place, Priority, Resource
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_state.address import Address

_FORM = 'write { after = "transport_rule.x" }, { before = "transport_rule.x" } or { at = "first" }'


def written_places(block: Block, known: Instances, scope: Scope, findings: Findings) -> tuple[Place, ...]:
    """The places that a rule's block asks for; `scope` is an early one."""
    data = block.data if isinstance(block.data, dict) else {}
    if "priority" in data and "order" in data:
        hint = "keep `priority` for Exchange's number, or `order` for a place relative to other rules"
        findings.error("two-places", "a rule has `priority` or `order`, not both", block.key("order"), hint)
        return ()
    if "priority" in data:
        return _priority(data["priority"], block, scope, findings)
    return _order(data["order"], block, known, scope, findings) if "order" in data else ()


def _priority(number: object, block: Block, scope: Scope, findings: Findings) -> tuple[Place, ...]:
    if isinstance(number, str):
        given = filled(number, block, ("priority",), scope, findings)
        if given.broken:
            return ()
        if given.sensitive:
            hint = "take a number that may be seen"
            findings.error("sensitive-place", "a rule's place is shown", block.value("priority"), hint)
            return ()
        number = given.expression
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**31:
        return (Priority(number),)
    message = f"`priority` has to be a whole number from 0 on, not {shown(number)}"
    findings.error(
        "wrong-type", message, block.value("priority"), "0 is the first rule; leave it out if the place is all the same"
    )
    return ()


def _order(order: object, block: Block, known: Instances, scope: Scope, findings: Findings) -> tuple[Place, ...]:
    if not isinstance(order, dict) or not order:
        findings.error("wrong-type", "`order` has to be a table", block.value("order"), _FORM)
        return ()
    places: list[Place] = []
    for key, value in order.items():
        match key:
            case "after":
                places.append(After(_rules(value, block, "after", known, scope, findings)))
            case "before":
                places.append(Before(_rules(value, block, "before", known, scope, findings)))
            case "at" if value in ("first", "last"):
                places.append(At("first" if value == "first" else "last"))
            case "at":
                message = f"`at` can't be {shown(value)}"
                findings.error("unknown-value", message, block.value("order", "at"), 'write "first" or "last"')
            case _:
                hint = did_you_mean(str(key), ("after", "before", "at"), _FORM)
                findings.error(
                    "unknown-attribute", f"`order` has no `{escaped(str(key))}`", block.key("order", key), hint
                )
    if "at" in order and len(order) > 1:
        findings.error(
            "two-places", "`at` stands alone", block.key("order", "at"), "take out `after` and `before`, or `at`"
        )
        return ()
    return tuple(places)


def _rules(
    value: object, block: Block, key: str, known: Instances, scope: Scope, findings: Findings
) -> tuple[Address, ...]:
    found: dict[Address, None] = {}
    for index, text in enumerate(value if isinstance(value, list) else [value]):
        at = block.value("order", key, index)
        named = mentioned(text, known, scope, at, findings, TRANSPORT_RULE)
        if named is None:
            message = f"`{key}` takes addresses of rules, and {shown(text)} is none"
            findings.error("bad-address", message, at, f'write `{key} = "transport_rule.x"`')
        else:
            found.update(dict.fromkeys(named))
    return tuple(found)


def impossible_places(rules: Mapping[Address, Resource]) -> Iterator[Diagnostic]:
    """What can't be had together among the places of all rules: every contradiction, each with all its members."""
    yield from _taken_twice(rules)
    needs = _order_of(rules)
    for circle in cycles(needs):
        names = ", ".join(f"`{address}`" for address in circle)
        message = (
            f"the places of {names} contradict each other" if len(circle) > 1 else f"{names} can't stand before itself"
        )
        yield Diagnostic(
            "impossible-order", message, _place_of(rules[circle[0]]), "take out one of their `order` or `priority`"
        )


def _taken_twice(rules: Mapping[Address, Resource]) -> Iterator[Diagnostic]:
    taken: dict[Place, Address] = {}
    for address, rule in rules.items():
        for place in rule.places:
            # Priority 0 is the first place of all, however it is said.
            key = Priority(0) if place == At("first") else place
            if not isinstance(key, Priority | At):
                continue
            if key in taken:
                what = f"priority {key.number}" if isinstance(key, Priority) else "the last place"
                message = f"`{taken[key]}` and `{address}` both want {what}"
                yield Diagnostic("place-taken", message, _place_of(rule), "give one of them another place")
            else:
                taken[key] = address


def _order_of(rules: Mapping[Address, Resource]) -> Mapping[Address, set[Address]]:
    """For each rule those that have to stand before it."""
    before: dict[Address, set[Address]] = {address: set() for address in rules}
    numbered: list[tuple[int, Address]] = []
    # Two that want the same place are told so once, by name, and not as a circle too.
    first = {address for address, rule in rules.items() if {At("first"), Priority(0)} & set(rule.places)}
    last = {address for address, rule in rules.items() if At("last") in rule.places}
    for address, rule in rules.items():
        for place in rule.places:
            match place:
                case Priority(number):
                    numbered.append((number, address))
                case After(others):
                    before[address].update(others)
                case Before(others):
                    for other in others:
                        before.setdefault(other, set()).add(address)
                case At("first"):
                    for other in rules.keys() - {address} - first:
                        before[other].add(address)
                case At("last"):
                    before[address].update(rules.keys() - {address} - last)
    numbered.sort()
    for (lower, above), (higher, below) in pairwise(numbered):
        if lower < higher:
            before[below].add(above)
    return {address: needed for address, needed in before.items() if address in rules}


def _place_of(rule: Resource) -> Position:
    return rule.positions.get("order") or rule.positions.get("priority") or rule.position
