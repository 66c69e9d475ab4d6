"""From documents to blocks: what the configuration consists of, whichever file each part is in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from mailform.configuration.documents import Document
from mailform.configuration.findings import Findings, did_you_mean, escaped, shown
from mailform.configuration.positions import Path
from mailform.diagnostics import Position
from mailform_providers.kinds import KINDS
from mailform_state.address import Address

NAMED = ("variables", "locals", "outputs")
SINGLE = ("tenant", "backend", "dns")
LISTED = ("moved", "import", "removed")
RESERVED = {"module": "modules"}
K = TypeVar("K")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NAME_HINT = "a name has letters, digits, - and _, and begins with a letter or _"


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its data, and where it and everything in it stands."""

    document: Document
    path: Path
    data: object

    @property
    def position(self) -> Position:
        return self.document.value(self.path)

    def key(self, *path: str | int) -> Position:
        return self.document.key((*self.path, *path))

    def value(self, *path: str | int) -> Position:
        return self.document.value((*self.path, *path))

    @property
    def title(self) -> str:
        """The block's name as a message has it: `[tenant]`, `[variables.smart_host]`."""
        return f"[{'.'.join(str(step) for step in self.path if isinstance(step, str))}]"


@dataclass(slots=True)
class Blocks:
    """All blocks of a configuration. Filled while the documents are read, and only read after that."""

    single: dict[str, Block] = field(default_factory=dict)
    named: dict[str, dict[str, Block]] = field(default_factory=lambda: {kind: {} for kind in NAMED})
    listed: dict[str, list[Block]] = field(default_factory=lambda: {kind: [] for kind in LISTED})
    resources: dict[Address, Block] = field(default_factory=dict)


def blocks(documents: Iterable[Document], findings: Findings) -> Blocks:
    """Every block of the documents. The same block in two places is a mistake; the first one stays."""
    found = Blocks()
    for document in documents:
        for key, data in document.data.items():
            _sort(Block(document, (key,), data), key, found, findings)
    return found


def _sort(block: Block, key: str, found: Blocks, findings: Findings) -> None:
    if key in SINGLE:
        if _is_table(block, findings):
            _add(found.single, key, block, findings)
    elif key in NAMED:
        for name, named in _children(block, findings):
            _add(found.named[key], name, named, findings)
    elif key in LISTED:
        found.listed[key].extend(_items(block, findings))
    elif key in KINDS:
        for name, resource in _children(block, findings):
            if _is_table(resource, findings):
                _add(found.resources, Address(key, name), resource, findings)
    elif key in RESERVED:
        findings.error(
            "reserved",
            f"`{key}` is reserved: this version has no {RESERVED[key]} yet",
            block.position,
            f"take `{key}` out",
        )
    else:
        known = (*KINDS, *SINGLE, *NAMED, *LISTED)
        hint = did_you_mean(key, known, f"a file has {', '.join(known)}")
        findings.error("unknown-block", f"there is no block called `{escaped(key)}`", block.key(), hint)


def _add(into: dict[K, Block], key: K, block: Block, findings: Findings) -> None:
    if (first := into.get(key)) is None:
        into[key] = block
        return
    findings.error(
        "duplicate-block",
        f"{block.title} is there twice",
        block.position,
        f"it is at {first.position} already; keep one",
    )


def _is_table(block: Block, findings: Findings) -> bool:
    if isinstance(block.data, dict):
        return True
    findings.error(
        "wrong-type",
        f"{escaped(block.title)} has to be a table",
        block.key(),
        f"write {escaped(block.title)} on a line of its own",
    )
    return False


def _children(block: Block, findings: Findings) -> Iterable[tuple[str, Block]]:
    if not isinstance(block.data, dict):
        _is_table(block, findings)
        return
    for name, data in block.data.items():
        child = Block(block.document, (*block.path, name), data)
        if _NAME.fullmatch(name) is None:
            findings.error("bad-name", f"{shown(name)} is no name for a block", child.key(), _NAME_HINT)
        else:
            yield name, child


def _items(block: Block, findings: Findings) -> Iterable[Block]:
    data = block.data
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        key = block.path[0]
        findings.error("wrong-type", f"`{key}` has to be a list of tables", block.key(), f"write [[{key}]]")
        return ()
    return [Block(block.document, (*block.path, index), item) for index, item in enumerate(data)]
