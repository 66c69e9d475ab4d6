"""What expressions come to offline, and whether they can come to anything at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mailform.configuration.draft import BROKEN
from mailform.configuration.scope import COMPUTED, LARGEST
from mailform.expression import Expression, Items, Lookup, Reference, Table, Template, Unknown, evaluate
from mailform.wanted import descend
from mailform_state.address import Address
from mailform_state.values import Value

Values: TypeAlias = "dict[Address, dict[str, Value | Unknown]]"


class Unanswerable(Exception):
    """An expression refers to a part that isn't there, or puts a list into a text. `message` says which."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of each resource's attributes so far. `values` is what they come to; `samples` is the same with a
    value of the right type for what only the tenant can tell: for checking, never for keeping."""

    values: Values = field(default_factory=dict)
    samples: Values = field(default_factory=dict)

    def learn(self, address: Address, name: str, value: Value | Unknown, sample: Value | Unknown) -> None:
        self.values.setdefault(address, {})[name] = value
        self.samples.setdefault(address, {})[name] = sample

    def value(self, expression: Expression) -> Value | Unknown:
        """What an expression comes to; Unknown if a part of it isn't known. Raises Unanswerable."""
        return self._evaluated(expression, self._known)

    def sample(self, expression: Expression) -> Value | Unknown:
        """A value that an expression might come to; Unknown if a part of it is broken. Raises Unanswerable."""
        return self._evaluated(expression, self._sampled)

    def _evaluated(self, expression: Expression, lookup: Lookup) -> Value | Unknown:
        try:
            size = 0
            for reference in _inside_texts(expression):
                answer = lookup(reference)
                if isinstance(answer, tuple | Mapping):
                    message = f"`{_written(reference)}` is a list or a table, which can't stand inside a text"
                    raise Unanswerable(
                        "wrong-type", message, "let it stand alone in its string, or name one item of it"
                    )
                size += len(answer) if isinstance(answer, str) else 0
            if size > LARGEST:
                raise Unanswerable("too-large", "the text is too large", "look at what goes into it again and again")
            return evaluate(expression, lookup)
        except LookupError as error:
            hint = "look at what is referred to"
            raise Unanswerable("no-such-part", "a reference is to a part that isn't there", hint) from error

    def _known(self, reference: Reference) -> Value | Unknown:
        value = self.values.get(reference.address, {}).get(reference.attribute, BROKEN)
        return value if isinstance(value, Unknown) else descend(value, reference.path)

    def _sampled(self, reference: Reference) -> Value | Unknown:
        own = self.samples.get(reference.address)
        if own is None:
            return BROKEN
        value = own.get(reference.attribute, COMPUTED[reference.address.kind].get(reference.attribute, BROKEN))
        return value if isinstance(value, Unknown) else descend(value, reference.path)


def _inside_texts(expression: Expression) -> Iterator[Reference]:
    match expression:
        case Template(parts):
            if len(parts) > 1:
                yield from (part for part in parts if isinstance(part, Reference))
        case Items(items):
            for item in items:
                yield from _inside_texts(item)
        case Table(entries):
            for entry in entries.values():
                yield from _inside_texts(entry)
        case _:
            return


def _written(reference: Reference) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in reference.path)
    return f"${{{reference.address}.{reference.attribute}{path}}}"
