"""A key of a `for_each` that has another spelling now: without `[[moved]]` its object goes, and a like one comes.

Nothing refuses that, since it may be meant: where the name has the key in it, no name is taken twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from mailform.diagnostics import Diagnostic, Severity
from mailform.expression import Unknown
from mailform.planning.steps import Create, Delete, Step
from mailform.spelling import for_toml
from mailform_providers.kinds import KINDS
from mailform_providers.normal import Directory, same
from mailform_state.address import Address
from mailform_state.values import Recorded, Value


def renamed_keys(steps: Iterable[Step], connectors: Directory) -> Iterator[Diagnostic]:
    """A warning, with the block to paste, for each resource that comes as one of the same block goes which is the same
    but for its key. Where several would do, nobody can tell which is meant."""
    told = tuple(steps)
    going: dict[Address, list[Recorded]] = {}
    for step in told:
        if isinstance(step, Delete) and step.address.key is not None:
            going.setdefault(step.address.block, []).append(step.recorded)
    pairs = [
        (origin.address, step)
        for step in told
        if isinstance(step, Create) and step.address.key is not None
        for origin in going.get(step.address.block, ())
        if _alike(origin, step, connectors)
    ]
    often = Counter(address for origin, come in pairs for address in (origin, come.address))
    for origin, come in pairs:
        if often[origin] == often[come.address] == 1:
            yield _renamed(origin, come)


def _alike(origin: Recorded, come: Create, connectors: Directory) -> bool:
    kind = KINDS[come.wanted.kind]
    known = {name: value for name, value in come.attributes.items() if not isinstance(value, Unknown)}
    return kind.naming in known and all(
        any(
            same(kind.attributes[name], spelled, value, connectors)
            for spelled in _spellings(origin.written(name), str(origin.address.key), str(come.address.key))
        )
        for name, value in known.items()
    )


def _spellings(value: Value, old: str, new: str) -> tuple[Value, ...]:
    """What a value may have become: itself, or with the new key for the old one, where that is a word or anywhere."""
    word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")

    def as_word(text: str) -> str:
        return word.sub(lambda _: new, text)

    def anywhere(text: str) -> str:
        return text.replace(old, new)

    return (value, _rewritten(value, as_word), _rewritten(value, anywhere))


def _rewritten(value: Value, rewrite: Callable[[str], str]) -> Value:
    match value:
        case str():
            return rewrite(value)
        case tuple():
            return tuple(_rewritten(item, rewrite) for item in value)
        case _:
            return value


def _renamed(origin: Address, come: Create) -> Diagnostic:
    return Diagnostic(
        "renamed-key",
        f"{come.address} comes as {origin} goes, and they are the same but for the key",
        come.wanted.position,
        "If only the key has another name, keep the object:",
        Severity.WARNING,
        f"\n[[moved]]\nfrom = {for_toml(origin)}\nto = {for_toml(come.address)}\n",
    )
