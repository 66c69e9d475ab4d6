"""What rules find in a plan. Pure: the same plan and the same rules always come to the same verdicts.

Judged is what the plan says, sensitive values included; told is never a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from mailform.diagnostics import Diagnostic, Severity
from mailform.expression import Unknown
from mailform.policy.rules import AnyLike, Condition, Effect, Empty, Is, Rule, Test, Within, like
from mailform.render.change_json import Attributes, Change
from mailform.render.images import telling
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Kind
from mailform_providers.normal import EMPTY, Directory, normal, same
from mailform_state.address import Address
from mailform_state.values import Value

DENIED = "policy-denied"
WARNED = "policy-warning"
_NOWHERE = Directory()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule speaks against a change. `unsure`: a value that it asks for is known only at apply."""

    rule: Rule
    address: Address
    actions: tuple[str, ...]
    unsure: bool = False

    def told(self) -> Diagnostic:
        """The verdict as it is shown."""
        rule = self.rule
        denied = rule.effect is Effect.DENY
        message = f"{self.address} ({', '.join(self.actions)}): {rule.message}"
        if self.unsure:
            message += " (what it would have to look at is known only at apply)"
        return Diagnostic(
            DENIED if denied else WARNED,
            message,
            rule.position,
            f"the policy `{rule.effect}.{rule.name}` speaks against it: change the configuration, or have it changed",
            Severity.ERROR if denied else Severity.WARNING,
        )


def verdicts(changes: Iterable[Change], rules: Iterable[Rule]) -> tuple[Verdict, ...]:
    """Every rule that speaks against a change, denials first. Resources without a step are none of its business."""
    listed = tuple(rules)
    found = [one for change in changes for rule in listed if (one := _verdict(change, rule)) is not None]
    return tuple(sorted(found, key=lambda one: one.rule.effect is not Effect.DENY))


def _verdict(change: Change, rule: Rule) -> Verdict | None:
    steps = change.ours.get("steps")
    actions = tuple(map(str, steps)) if isinstance(steps, list) else ()
    address = str(change.address)
    about = (
        bool(actions)
        and (not rule.kinds or change.address.kind in rule.kinds)
        and (not rule.actions or bool(set(rule.actions) & set(actions)))
        and (not rule.addresses or like(address, rule.addresses))
        and not like(address, rule.exempt)
    )
    if not about:
        return None
    kind = KINDS[change.address.kind]
    if rule.changed and not any(_differs(kind, name, change) for name in rule.changed):
        return None
    held = [
        *(_holds(kind, condition, change.before) for condition in rule.before),
        *(_holds(kind, condition, change.after) for condition in rule.after),
    ]
    if False in held:
        return None
    return Verdict(rule, change.address, actions, unsure=None in held)


def _differs(kind: Kind, name: str, change: Change) -> bool:
    if change.before is None or change.after is None:
        return False
    names = [one for one in kind.attributes if one == name or one.partition(".")[0] == name]
    for one in names:
        before, after = change.before.get(one), change.after.get(one)
        if isinstance(before, Unknown) or isinstance(after, Unknown):
            return True
        if not same(kind.attributes[one], before, after, _NOWHERE):
            return True
    return False


def _holds(kind: Kind, condition: Condition, side: Attributes | None) -> bool | None:
    """Whether a condition holds; None when nobody can tell yet. Of an object that isn't there nothing holds."""
    if side is None:
        return False
    name = condition.attribute
    if name in kind.sections:
        set_ones = any(one.startswith(f"{name}.") for one in telling(side))
        return all(isinstance(test, Empty) and test.empty is not set_ones for test in condition.tests)
    value = side.get(name)
    if isinstance(value, Unknown):
        return None
    return all(_passes(kind, name, value, test) for test in condition.tests)


def _passes(kind: Kind, name: str, value: Value, test: Test) -> bool:
    attribute = kind.attributes[name]
    means = normal(attribute, value, _NOWHERE)
    match test:
        case Is():
            return any(normal(attribute, one, _NOWHERE) == means for one in test.values) is not test.negated
        case Empty():
            return (means == EMPTY) is test.empty
        case AnyLike():
            members = value if isinstance(value, tuple) else () if means == EMPTY else (value,)
            return any(like(_plain(one), test.patterns) is not test.negated for one in members)
        case Within():
            least, most = (normal(attribute, one, _NOWHERE) for one in (test.least, test.most))
            return (
                isinstance(means, int)
                and (not isinstance(least, int) or means >= least)
                and (not isinstance(most, int) or means <= most)
            )
    assert_never(test)


def _plain(value: object) -> str:
    return str(value).strip().casefold().removeprefix("smtp:")
