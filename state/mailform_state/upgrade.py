"""Older state documents made into today's: a chain of pure functions, each from one version to the next.

To change the format: raise `VERSION`, add the function from the old version to `CHAIN`, keep a sample of the old
document among the tests. Functions get and return the document without its digest, and are never edited afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from mailform_state.errors import Damaged

Document: TypeAlias = Mapping[str, object]
Upgrade: TypeAlias = Callable[[Document], Document]

VERSION = 1
"""The version of the state document that this Mailform writes."""

CHAIN: Mapping[int, Upgrade] = MappingProxyType({})
"""What makes a document of version n into one of n + 1, by n. Version 1 is the first there is."""


def upgraded(document: Document, version: int, *, to: int = VERSION, chain: Mapping[int, Upgrade] = CHAIN) -> Document:
    """`document`, which has `version`, as version `to` would have written it. Raises Damaged for a newer one, and for
    one that no Mailform ever wrote."""
    if version > to:
        raise Damaged(
            f"The state has version {version} of its format; this Mailform knows up to {to}.",
            hint="Upgrade Mailform to the version that wrote it (the state's tool_version) or a later one.",
        )
    for step in range(version, to):
        if step not in chain:
            raise Damaged(f"The state has version {version} of its format, which was never in use.")
        document = {**chain[step](document), "version": step + 1}
    return document
