"""Whether a test can ever say something about an attribute: a rule that never speaks protects nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from mailform.configuration.findings import did_you_mean, listed, shown
from mailform.policy.rules import AnyLike, Empty, Is, Test, Within
from mailform_providers.kinds.schema import Attribute, Type
from mailform_providers.normal import size
from mailform_state.values import Value

_NO_TEXT = (Type.BOOLEAN, Type.INTEGER, Type.SIZE, Type.TABLES)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a test, as the end of a sentence about the attribute."""

    message: str
    hint: str


def fits(attribute: Attribute | None, test: Test) -> Complaint | None:
    """What is wrong with testing an attribute (None: a section of a rule) like this; None when nothing is."""
    if attribute is None:
        return None if isinstance(test, Empty) else Complaint("is a section", "test it with `{ empty = true }`")
    match test:
        case Empty():
            return None
        case Is():
            return next((found for found in (_value(attribute, value) for value in test.values) if found), None)
        case AnyLike():
            if attribute.type in _NO_TEXT:
                return Complaint("is no text that could be like something", "test it with `is` or `at_least`")
            return None
        case Within():
            if attribute.type not in (Type.INTEGER, Type.SIZE):
                return Complaint("is neither a number nor a size", "test it with `is` or `any_like`")
            return next(
                (
                    Complaint(f"can't be {shown(bound)}", 'write a number, or a size such as "30MB"')
                    for bound in (test.least, test.most)
                    if bound is not None and not isinstance(size(bound), int)
                ),
                None,
            )
    assert_never(test)


def _value(attribute: Attribute, value: Value) -> Complaint | None:
    if isinstance(value, tuple):
        if not attribute.is_list:
            return Complaint("has one value, and no list of them", "write `one_of = […]`")
        return next((found for found in (_member(attribute, one) for one in value) if found), None)
    if attribute.is_list:
        return Complaint("is a list", "write `is = […]` for all of it, `any_like = […]` for some member")
    return _member(attribute, value)


def _member(attribute: Attribute, value: Value) -> Complaint | None:
    if attribute.type is Type.BOOLEAN:
        return None if isinstance(value, bool) else Complaint(f"can't be {shown(value)}", "write true or false")
    if attribute.type is Type.INTEGER:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return None if whole else Complaint(f"can't be {shown(value)}", "write a number")
    if isinstance(value, bool) or (isinstance(value, int) and attribute.type is not Type.SIZE):
        return Complaint(f"can't be {shown(value)}", "write a text")
    known = {one.casefold() for one in attribute.values}
    if known and str(value).casefold() not in known | {""}:
        return Complaint(
            f"can't be {shown(value)}", did_you_mean(str(value), attribute.values, f"write {listed(attribute.values)}")
        )
    return None
