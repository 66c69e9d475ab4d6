"""The journal as a file: one entry a line, each line chained to the one before by a digest.

    {"digest":"sha256:…","entry":{"type":"intent",…},"previous":"sha256:…","seq":4}

`digest` is over the canonical rest of the line, `previous` the digest of the line before (empty on the first). A line
without its newline was being written when the power went: nobody was told that it is durable, so it is dropped. Any
other damage is refused, since recovery that believes half a journal would leave objects behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO

from mailform_state.canonical import canonical, digest, read_json
from mailform_state.changes import (
    Change,
    Finished,
    Forget,
    Leave,
    Postpone,
    Publish,
    PublishRecord,
    Record,
    Resolve,
    Tell,
    WithdrawRecord,
)
from mailform_state.errors import Damaged
from mailform_state.journal import Begin, End, Entry, Intent, Pivot, Result, Skip, Undo, UndoResult, Verified
from mailform_state.plain import fields_of
from mailform_state.sealing import PLAIN, Seal

LARGEST = 256 * 1024 * 1024
"""Bytes of a journal at most: before-images and payloads of every object, and all that was done to them."""

HINT = (
    "Nothing was changed, and the state itself is another file. Look at the tenant before you take the journal away: "
    "it may tell of changes that were begun."
)


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal tells. `last` is the digest that the next line has to name, `intact` the length in bytes of its
    whole lines, `torn` that something unfinished follows them."""

    entries: tuple[Entry, ...] = ()
    last: str = ""
    torn: bool = False
    intact: int = 0

    @property
    def open(self) -> bool:
        """A run began and didn't end: its process is gone, or it left the journal for `recover` on purpose."""
        return bool(self.entries) and not isinstance(self.entries[-1], End)


def encode(entry: Entry, previous: str, *, seq: int) -> bytes:
    """The line of `entry`, the `seq`-th of its journal (0 is the first), after the line with the digest `previous`."""
    return _encoded(entry, previous, seq)[0]


def _encoded(entry: Entry, previous: str, seq: int) -> tuple[bytes, str]:
    rest = {"seq": seq, "previous": previous, "entry": _tagged(entry)}
    own = digest(rest)
    return canonical({**rest, "digest": own}) + b"\n", own


def encode_all(entries: Iterable[Entry], after: Journal, seal: Seal = PLAIN) -> tuple[bytes, Journal]:
    """The lines of `entries` behind all that `after` tells, and the journal as it is with them. Sealed they are one
    line together."""
    added, lines, last = tuple(entries), b"", after.last
    for seq, entry in enumerate(added, start=len(after.entries)):
        line, last = _encoded(entry, last, seq)
        lines += line
    if seal.hides:
        lines = seal.close(lines, "journal", serial=len(after.entries), lineage="") + b"\n"
    return lines, Journal(after.entries + added, last, intact=after.intact + len(lines))


def decode(data: bytes, seal: Seal = PLAIN) -> Journal:
    """What the bytes of a journal tell: a torn tail is dropped, damage anywhere else is Damaged."""
    if not seal.hides:
        return _decoded(seal.open(data, "journal"))
    data = data.rstrip(b"\0")
    whole = data[: data.rfind(b"\n") + 1]
    lines = b"".join(seal.open(line, "journal") for line in whole.splitlines())
    return replace(_decoded(lines), torn=len(data) > len(whole), intact=len(whole))


def _decoded(data: bytes) -> Journal:
    if len(data) > LARGEST:
        raise Damaged(f"The journal is larger than the {LARGEST:,} bytes that Mailform reads.", hint=HINT)
    entries: list[Entry] = []
    last, intact = "", 0
    for seq, line in enumerate(BytesIO(data.rstrip(b"\0"))):  # one by one: the first that is damaged ends it
        if not line.endswith(b"\n"):
            break
        entry, last = _line(line[:-1], seq, last)
        entries.append(entry)
        intact += len(line)
    return Journal(tuple(entries), last, torn=len(data) > intact, intact=intact)


def _line(line: bytes, seq: int, previous: str) -> tuple[Entry, str]:
    from mailform_state.journal_shapes import LineShape
    from mailform_state.shapes import shaped

    what = f"Line {seq + 1} of the journal"
    try:
        read = read_json(line, what=what, limit=LARGEST)
        if not isinstance(read, dict) or canonical(read) != line:
            raise Damaged(f"{what} isn't what Mailform wrote.")
        named = read.pop("digest", None)
        if named != digest(read):
            raise Damaged(f"{what} isn't what Mailform wrote: its digest doesn't fit.")
        shape = shaped(LineShape, read, what=what)
        if (shape.seq, shape.previous) != (seq, previous):
            raise Damaged(f"{what} doesn't follow the one before it: a line was taken out or put in.")
    except Damaged as damage:
        raise Damaged(damage.message, hint=HINT) from None
    return shape.entry.read(), str(named)


_TYPES: Mapping[type[Entry | Change], str] = {
    Begin: "begin",
    Intent: "intent",
    Result: "result",
    Verified: "verified",
    Pivot: "pivot",
    Undo: "undo",
    UndoResult: "undo_result",
    Skip: "skip",
    End: "end",
    Record: "record",
    Forget: "forget",
    Postpone: "postpone",
    Finished: "finished",
    Publish: "publish",
    PublishRecord: "publish_record",
    WithdrawRecord: "withdraw_record",
    Tell: "tell",
    Leave: "leave",
    Resolve: "resolve",
}


def _tagged(value: Entry | Change) -> dict[str, object]:
    tagged: dict[str, object] = {"type": _TYPES[type(value)], **fields_of(value)}
    if isinstance(value, Result | Pivot | Skip):
        tagged["changes"] = [_tagged(change) for change in value.changes]
    return tagged
