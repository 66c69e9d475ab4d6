"""A plan as a reviewer looks at it: what is risky first, then the rest, then what stays. Markdown and HTML show it.

`reviewing` makes one from a plan's JSON. Texts in here are as they are in the tenant and the configuration, or as
somebody forged them: whoever shows them escapes them, every one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mailform.render.attribute_lines import Line
from mailform.render.risk import Risk
from mailform.render.summary import Counts
from mailform_providers.kinds import KINDS

WORDS = ("delete", "replace", "update", "create", "adopt", "move", "withdraw", "forget", "state_only")
"""What may happen to a resource, in the order in which it is looked at where nothing is marked."""

_ALWAYS = ("create", "update", "replace", "delete", "move", "adopt", "forget")
_SIGNS = {"create": "+", "replace": "-/+", "delete": "-", "move": ">", "adopt": "<=", "forget": ".", "withdraw": "-"}


@dataclass(frozen=True, slots=True)
class Item:
    """One resource of a plan, with all of its steps. `words` are the figures in which they count, none where nothing
    is done. `needs` are the addresses that it refers to."""

    address: str
    kind: str
    words: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    remarks: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def sign(self) -> str:
        return _SIGNS.get(self.words[0], "~") if self.words else " "

    @property
    def weight(self) -> tuple[int, int, int, str]:
        """What is looked at first comes first: deletions, then the rest that is marked, then the rest."""
        gravity = 0 if Risk.DELETES in self.risks else 1 if self.risks else 2
        return gravity, -len(self.risks), WORDS.index(self.words[0]) if self.words else len(WORDS), self.address


@dataclass(frozen=True, slots=True)
class Review:
    """A whole plan. `risky` and `rest` are sorted by weight, `same` by address. `drift` is what others changed.
    `records` are the DNS records that come and go."""

    tenant: str
    version: str
    counts: Counts
    conclusion: str
    risky: tuple[Item, ...] = ()
    rest: tuple[Item, ...] = ()
    same: tuple[Item, ...] = ()
    drift: tuple[Item, ...] = ()
    outputs: tuple[Line, ...] = ()
    records: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    left_alone: tuple[tuple[str, int], ...] = ()

    @property
    def changed(self) -> tuple[Item, ...]:
        return (*self.risky, *self.rest)


def figures(review: Review) -> Iterator[tuple[str, ...]]:
    """A table: its heading, a row for each kind of ours, and all of them together, which is what the last line of a
    plan as text says."""
    counted: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for item in (*review.changed, *review.same):
        counted.setdefault(item.kind, Counter()).update(item.words or ("unchanged",))
    whole = {word: getattr(review.counts, word) for word in WORDS}
    words = (*_ALWAYS, *(word for word in WORDS if word not in _ALWAYS and whole[word]))
    yield ("", *(word.replace("_", " ") for word in (*words, "unchanged")))
    for kind in KINDS:
        if counted[kind]:
            yield (kind.replace("_", " "), *(f"{counted[kind][word]:,}" for word in (*words, "unchanged")))
    yield ("all", *(f"{whole[word]:,}" for word in words), f"{len(review.same):,}")
