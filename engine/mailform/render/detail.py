"""What changed inside a list or a table: its items, not the whole twice over.

DeepDiff finds it. It is slow to import and to run, so it is asked only after `==` has said that there is a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from mailform_providers.kinds.schema import Attribute
from mailform_providers.normal import Directory, normal
from mailform_state.values import Value

if TYPE_CHECKING:
    from deepdiff.model import DiffLevel


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a list that go and come, in their lists' order, and how many stay."""

    removed: tuple[Value, ...]
    added: tuple[Value, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One place inside a table that differs. `path` reads like a reference: `.key`, `[n]`."""

    path: str
    before: Value
    after: Value
    came: bool = False
    went: bool = False


def items(before: tuple[Value, ...], after: tuple[Value, ...], key: Callable[[Value], str] = repr) -> Items:
    """How a list changed, without regard to order. Two items are the same when their keys are."""
    left, right = {key(item): item for item in before}, {key(item): item for item in after}
    if left.keys() == right.keys():
        return Items((), (), len(left))
    from deepdiff import DeepDiff

    found = DeepDiff(list(left), list(right), ignore_order=True, view="tree")
    gone = {cast("str", level.t1) for level in _levels(found, "iterable_item_removed", "values_changed")}
    come = {cast("str", level.t2) for level in _levels(found, "iterable_item_added", "values_changed")}
    return Items(
        tuple(item for name, item in left.items() if name in gone),
        tuple(item for name, item in right.items() if name in come),
        len(left) - len(gone),
    )


def entries(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[Entry, ...]:
    """How a table changed, place by place, sorted."""
    if before == after:
        return ()
    from deepdiff import DeepDiff

    found = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    return tuple(sorted(_entries(found), key=lambda entry: entry.path))


def meaning(attribute: Attribute) -> Callable[[Value], str]:
    """The key under which two items of this attribute are one, though they may be spelled differently."""
    return lambda item: repr(normal(attribute, (item,), Directory()))


def _entries(found: Mapping[str, list[DiffLevel]]) -> Iterator[Entry]:
    for level in _levels(found, "values_changed", "type_changes"):
        yield Entry(_path(level), cast("Value", level.t1), cast("Value", level.t2))
    for level in _levels(found, "dictionary_item_added", "iterable_item_added"):
        yield Entry(_path(level), None, cast("Value", level.t2), came=True)
    for level in _levels(found, "dictionary_item_removed", "iterable_item_removed"):
        yield Entry(_path(level), cast("Value", level.t1), None, went=True)


def _levels(found: Mapping[str, list[DiffLevel]], *reports: str) -> Iterator[DiffLevel]:
    for report in reports:
        yield from found.get(report, ())


def _path(level: DiffLevel) -> str:
    steps: list[str | int] = level.path(output_format="list")
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
