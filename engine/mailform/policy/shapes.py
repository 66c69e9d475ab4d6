"""The shapes of a rule and of its tests, checked by pydantic. Import this only where there are policies to read."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, StringConstraints

from mailform.policy.rules import AnyLike, Empty, Is, Test, Within
from mailform_state.shapes import Shape, frozen

Scalar: TypeAlias = bool | int | str
Text = Annotated[str, StringConstraints(min_length=1)]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[Text], BeforeValidator(_listed)]
"""One text, or a list of them."""


class RuleShape(Shape):
    """`[deny.name]` or `[warn.name]`. What stands in `before` and `after` depends on the kind, and is checked after."""

    message: Text
    kind: Texts = Field(default_factory=list)
    action: Texts = Field(default_factory=list)
    address: Texts = Field(default_factory=list)
    exempt: Texts = Field(default_factory=list, alias="except")
    before: dict[str, object] = Field(default_factory=dict)
    after: dict[str, object] = Field(default_factory=dict)
    changed: Texts = Field(default_factory=list)


class TestShape(Shape):
    """`{ … }` at an attribute. A value that is no table is what `is` says."""

    is_: Annotated[Scalar | list[Scalar] | None, Field(alias="is")] = None
    is_not: Scalar | list[Scalar] | None = None
    one_of: list[Scalar] | None = None
    none_of: list[Scalar] | None = None
    empty: bool | None = None
    any_like: Texts | None = None
    any_unlike: Texts | None = None
    at_least: int | str | None = None
    at_most: int | str | None = None

    def read(self) -> tuple[Test, ...]:
        """The tests as values. All of them have to hold."""
        found: list[Test] = []
        for values, negated in (
            (None if self.is_ is None else [self.is_], False),
            (None if self.is_not is None else [self.is_not], True),
            (self.one_of, False),
            (self.none_of, True),
        ):
            if values is not None:
                found.append(Is(tuple(map(frozen, values)), negated))
        if self.empty is not None:
            found.append(Empty(self.empty))
        if self.any_like is not None:
            found.append(AnyLike(tuple(self.any_like)))
        if self.any_unlike is not None:
            found.append(AnyLike(tuple(self.any_unlike), negated=True))
        if self.at_least is not None or self.at_most is not None:
            found.append(Within(self.at_least, self.at_most))
        return tuple(found)


TAKES = {
    "message": "a text that says why",
    "before": "a table of attributes",
    "after": "a table of attributes",
    "is": "a value, or a list of them for a list",
    "is_not": "a value, or a list of them for a list",
    "one_of": "a list of values",
    "none_of": "a list of values",
    "empty": "true or false",
    "at_least": 'a number, or a size such as "30MB"',
    "at_most": 'a number, or a size such as "30MB"',
}
"""What a word takes, as the end of a sentence. What isn't here takes a text or several."""

TESTS = tuple(field.alias or name for name, field in TestShape.model_fields.items())
"""The words of a test, as they are written."""
