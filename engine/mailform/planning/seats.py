"""A rule's seat: what its configuration says of its place, in the words that ordering works with."""

from __future__ import annotations

from dataclasses import dataclass


class Contradiction(Exception):
    """The places can't all be had, because rules that never move stand the other way round. Names the rules."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first, second)
        self.first = first
        self.second = second


@dataclass(frozen=True, slots=True)
class Seat:
    """One rule of the arrangement: `token` names it (a GUID, or the address of a rule still to be made); its places
    as the tokens they refer to. `new` rules stand nowhere yet."""

    token: str
    number: int | None = None
    after: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    new: bool = False
    order: int = 0

    @property
    def placeless(self) -> bool:
        return self.number is None and not self.after and not self.before

    @property
    def fixed(self) -> bool:
        return self.placeless and not self.new


LAST = 1 << 30
"""`at = "last"` as a number: beyond every end."""
