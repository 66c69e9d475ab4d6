"""What stands between a store and its bytes: nothing (`PLAIN`), or encryption (`sealed`).

Every store takes a `Seal`, so that none of them knows how its documents are kept from other eyes, and none can forget.
A document that should be sealed and isn't is refused, and so is one that is sealed and shouldn't be: somebody who may
write to the store must not be able to slip in a state of his own.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from mailform_state.errors import Damaged

What: TypeAlias = Literal["state", "journal", "images", "plan"]
"""What a document is. It is bound to the seal: nothing sealed as the one can stand in for the other."""

OPENING = b'{"cipher":'
"""How everything that is sealed begins, since its keys are sorted."""


class Seal(Protocol):
    """Closes documents and opens them again."""

    @property
    def hides(self) -> bool:
        """Whether what is closed can't be read without a key."""

    def close(self, data: bytes, what: What, *, serial: int, lineage: str) -> bytes:
        """`data` as the store is to keep it. `serial` and `lineage` stay readable outside, and can't be changed. What
        is hidden comes as one line, without its newline."""

    def open(self, data: bytes, what: What) -> bytes:
        """What was closed. Raises Damaged when it isn't what was closed, or not in this way."""


class Plain:
    """No seal: documents are kept as they are."""

    hides = False

    def close(self, data: bytes, what: What, *, serial: int, lineage: str) -> bytes:
        return data

    def open(self, data: bytes, what: What) -> bytes:
        if data.startswith(OPENING):
            raise Damaged(
                f"The {what} is encrypted, and this configuration has no [backend.encryption].",
                hint="Add the block that it was encrypted with, or move the state: mailform init --migrate-state",
            )
        return data


PLAIN: Seal = Plain()
