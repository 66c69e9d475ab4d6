"""`[backend.encryption]`: where the keys come from. A key itself never stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, cast

from mailform.configuration.backend_shapes import EncryptionShape
from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings
from mailform.configuration.shapes import shaped
from mailform.diagnostics import Position
from mailform_state.places import Encryption, KeySource

_SOURCE = re.compile(r"(?P<source>env|file):(?P<name>[^\s\x00-\x1f].*)", re.DOTALL)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def encryption(block: Block, findings: Findings) -> Encryption | None:
    """How the state is sealed; None, and the mistakes among the findings, when it can't be so."""
    read = shaped(EncryptionShape, block, findings, "encryption")
    if read is None:
        return None
    keys = [*_keys(read, "", block, findings)]
    previous = [*_keys(read, "previous_", block, findings)]
    if findings.wrong:
        return None
    if len(keys) != 1 or len(previous) > 1:
        hint = (
            'write passphrase = "env:NAME", or key = "file:PATH"; and at most one of previous_passphrase, previous_key'
        )
        message = "[backend.encryption] needs one `passphrase` or one `key`"
        findings.error("missing-attribute", message, block.value("encryption"), hint)
        return None
    return Encryption(keys[0], previous[0] if previous else None)


def _keys(read: EncryptionShape, before: str, block: Block, findings: Findings) -> Iterator[KeySource]:
    for kind in ("passphrase", "key"):
        name = f"{before}{kind}"
        text = getattr(read, name)
        if not text:
            continue
        found = _SOURCE.fullmatch(text)
        if found is None or (found["source"] == "env" and _VARIABLE.fullmatch(found["name"]) is None):
            hint = f'name where it is: {name} = "env:NAME" (a variable of the environment) or "file:PATH"'
            at = hidden(block, "encryption", name)
            findings.error("secret-in-file", f"`{name}` itself can't stand in the configuration", at, hint)
            continue
        source = cast("Literal['env', 'file']", found["source"])
        yield KeySource(kind, source, found["name"])


def hidden(block: Block, *path: str) -> Position:
    """Where something is written, without the line itself: messages are kept where others read them."""
    return replace(block.key(*path), text="")
