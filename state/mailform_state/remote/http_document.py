"""The one document that an HTTP store keeps: the state, and with it the journal of the run that is on.

    {"format": "mailform-http", "version": 1, "serial": 12, "lineage": "…", "state": {…}, "before": {…},
     "journal": "…", "images": {…}, "lock": {…}, "digest": "sha256:…"}

`serial` counts every write, waves included, since servers such as GitLab take no serial twice; the state has its own
inside. While a journal is open, `before` is the state that its run began from and `lock` who writes it: there is no
other place for either.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from mailform_state import journal_file
from mailform_state.canonical import canonical, digest, read_json
from mailform_state.document import LARGEST, dump, load
from mailform_state.errors import Damaged
from mailform_state.journal import Image
from mailform_state.journal_file import Journal
from mailform_state.lock_record import named, record
from mailform_state.sealing import PLAIN, Seal
from mailform_state.store import LockInfo
from mailform_state.values import State
from mailform_state.versions import images_document, images_in

FORMAT = "mailform-http"
VERSION = 1
MOST = LARGEST + journal_file.LARGEST
"""Bytes of a document at most."""


@dataclass(frozen=True, slots=True)
class Images:
    """Before-images, and the version of the state that their run began from."""

    serial: int
    images: tuple[Image, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What the store holds. `serial` is the number of its last write, 0 for what was never written."""

    serial: int = 0
    state: State | None = None
    before: State | None = None
    journal: Journal = field(default_factory=Journal)
    lines: bytes = b""
    images: Images | None = None
    lock: LockInfo | None = None

    def closed(self) -> Document:
        """Without its journal, and all that was there for its sake."""
        return replace(self, journal=Journal(), lines=b"", before=None, lock=None)


def dumped(document: Document, seal: Seal) -> bytes:
    """The document's bytes."""
    lineage = "" if document.state is None else document.state.lineage
    images, lock = document.images, document.lock
    rest: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "serial": document.serial,
        "lineage": lineage,
        "state": _held(document.state),
        "before": _held(document.before),
        "journal": document.lines.decode(),
        "images": None
        if images is None
        else {"serial": images.serial, "document": images_document(images.serial, images.images, PLAIN).decode()},
        "lock": None if lock is None or lock.holder is None else json.loads(record(lock.id, lock.holder)),
    }
    data = canonical({**rest, "digest": digest(rest)})
    return seal.close(data, "state", serial=document.serial, lineage=lineage)


def loaded(data: bytes, seal: Seal) -> Document:
    """The document in these bytes. Raises Damaged."""
    told = read_json(seal.open(data, "state"), what="The state", limit=MOST)
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise Damaged("What the server holds is no state of Mailform: its `format` is another.")
    if told.get("version") != VERSION:
        raise Damaged(
            f"What the server holds has version {told.get('version')}; this Mailform knows {VERSION}.",
            hint="Upgrade Mailform to the version that wrote it.",
        )
    if told.pop("digest", None) != digest(told):
        raise Damaged("The state isn't what Mailform wrote: its digest doesn't fit.")
    match told:
        case {"serial": int() as serial, "journal": str() as lines, "images": images, "lock": lock}:
            return Document(
                serial,
                _state(told["state"]),
                _state(told["before"]),
                journal_file.decode(lines.encode()),
                lines.encode(),
                _images(images),
                _by(lock),
            )
    raise Damaged("The state doesn't have the shape that Mailform writes.")


def last_serial(data: bytes) -> int:
    """The number of the last write, of a document that is damaged: as far as anybody can tell."""
    try:
        told = read_json(data, what="The state", limit=MOST)
    except Damaged:
        return 0
    return told["serial"] if isinstance(told, dict) and type(told.get("serial")) is int else 0


def _held(state: State | None) -> object:
    return None if state is None else json.loads(dump(state))


def _state(told: object) -> State | None:
    return None if told is None else load(json.dumps(told).encode())


def _images(told: object) -> Images | None:
    match told:
        case {"serial": int() as serial, "document": str() as document}:
            return Images(serial, images_in(document.encode(), serial, PLAIN))
    return None


def _by(told: object) -> LockInfo | None:
    id, holder = named(json.dumps(told).encode()) if isinstance(told, dict) else ("", None)
    return LockInfo(id, holder) if id else None
