"""A rule as a value: which changes it is about, and what of their attributes. Reading and judging are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from mailform.diagnostics import Position
from mailform_state.values import Value

ACTIONS = ("create", "update", "replace", "delete", "move", "adopt", "forget", "state_only")
"""What may become of a resource, in the words of a plan's summary."""


class Effect(StrEnum):
    """What becomes of a plan that a rule speaks against."""

    DENY = "deny"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Is:
    """The value means one of these. `negated`: none of them."""

    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing: not set, "" or []. Of a section of a rule: none of its attributes is set."""

    empty: bool


@dataclass(frozen=True, slots=True)
class AnyLike:
    """Some value (of a list: some member) is like one of the patterns. `negated`: some is like none of them."""

    patterns: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """The number, or the size, is not below `least` and not above `most`."""

    least: Value = None
    most: Value = None


Test: TypeAlias = Is | Empty | AnyLike | Within


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold of one attribute (by its full name), or of a section of a rule."""

    attribute: str
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. It speaks against a change of one of its kinds by one of its actions for which all conditions hold;
    empty `kinds`, `actions` and `addresses` are any. `exempt` are addresses that it never speaks against."""

    name: str
    effect: Effect
    message: str
    position: Position
    kinds: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    before: tuple[Condition, ...] = ()
    after: tuple[Condition, ...] = ()
    changed: tuple[str, ...] = ()


def like(text: str, patterns: Iterable[str]) -> bool:
    """Whether a text is like one of the patterns, in which `*` stands for anything. Case doesn't count."""
    return any(_like(text.casefold(), pattern.casefold()) for pattern in patterns)


def _like(text: str, pattern: str) -> bool:
    """Part by part, since a regular expression could be made to take for ever."""
    first, *parts = pattern.split("*")
    if not parts:
        return text == first
    *middle, last = parts
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
