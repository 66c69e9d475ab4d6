"""What Exchange Online takes of rules, at most, as it is documented. A tenant may have limits of its own
(Get-TransportConfig shows them), which nobody reads yet: where they are lower, the service refuses, and apply goes
back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailform.configuration.draft import Draft
from mailform.diagnostics import Diagnostic, Position
from mailform.expression import Unknown
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_state.address import Address
from mailform_state.values import Value

MOST_RULES = 300
LARGEST_RULE = 8_192
"""Characters of one rule. How the service counts them isn't known; the values alone are never more than it counts."""
MOST_PATTERNS = 20 * 1024
"""Characters of all words and patterns of all rules."""


def limits(drafts: Mapping[Address, Draft]) -> Iterator[Diagnostic]:
    """What the service would refuse because it is too much."""
    rules = [draft for draft in drafts.values() if draft.address.kind == TRANSPORT_RULE]
    if len(rules) > MOST_RULES:
        message = f"{len(rules)} rules are more than the {MOST_RULES} that a tenant may have"
        yield Diagnostic("too-many-rules", message, rules[MOST_RULES].resource.position, "put several into one")
    for rule in rules:
        size = sum(_length(value) for value in rule.values.values())
        if size > LARGEST_RULE:
            message = f"`{rule.address}` has {size:,} characters, more than the {LARGEST_RULE:,} that a rule may have"
            yield Diagnostic(
                "rule-too-large", message, rule.resource.position, "shorten its texts, or make two rules of it"
            )
    patterns = sum(_length(rule.get(name)) for rule in rules for name in rule.values if _is_pattern(name))
    if patterns > MOST_PATTERNS:
        message = f"all words and patterns together have {patterns:,} characters, more than {MOST_PATTERNS:,}"
        yield Diagnostic("too-many-patterns", message, _largest(rules), "shorten or merge them")


def _is_pattern(name: str) -> bool:
    return name.endswith(("_words", "_patterns"))


def _largest(rules: list[Draft]) -> Position:
    sizes = {rule.address: sum(_length(rule.get(name)) for name in rule.values if _is_pattern(name)) for rule in rules}
    return max(rules, key=lambda rule: sizes[rule.address]).resource.position


def _length(value: Value | Unknown) -> int:
    match value:
        case str():
            return len(value)
        case tuple():
            return sum(_length(item) for item in value)
        case _:
            return 0
