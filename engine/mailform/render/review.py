"""A plan as a reviewer looks at it: what is risky first, then the rest, then what stays. Markdown and HTML show it.

`reviewing` makes one from a plan's JSON. Texts in here are as they are in the tenant and the configuration, or as
somebody forged them: whoever shows them escapes them, every one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from mailform.render.attribute_lines import Line
from mailform.render.risk import Risk
from mailform.render.summary import Counts
from mailform_providers.kinds import KINDS

WORDS = ("delete", "replace", "update", "create", "adopt", "move", "withdraw", "forget", "state_only")
"""What may happen to a resource, in the order in which it is looked at where nothing is marked."""

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


def tally(review: Review) -> Mapping[str, Counter[str]]:
    """How often each word stands for each kind; what has no step counts as `unchanged`. Only kinds of ours."""
    found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for item in (*review.changed, *review.same):
        found.setdefault(item.kind, Counter()).update(item.words or ("unchanged",))
    return {kind: found[kind] for kind in KINDS if found[kind]}
