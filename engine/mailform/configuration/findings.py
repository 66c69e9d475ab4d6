"""Gathering mistakes: every check adds what it finds, `load` raises them all at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice

from mailform.diagnostics import Diagnostic, Position, Severity
from mailform_state.address import Address

MOST = 1_000
"""How many mistakes are told. Whoever has more of them has made one of them very often."""

_SHOWN = 60
_CANDIDATES = 500


class Findings:
    """What was found so far. Only for gathering: whoever has found something fatal to itself returns, never raises."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []
        self._of_instances: dict[Address, dict[Address, Findings]] = {}

    def error(self, code: str, message: str, position: Position | None, hint: str) -> None:
        self._found.append(Diagnostic(code, message, position, hint))

    def warning(self, code: str, message: str, position: Position | None, hint: str) -> None:
        self._found.append(Diagnostic(code, message, position, hint, Severity.WARNING))

    def extend(self, found: Iterable[Diagnostic]) -> None:
        self._found.extend(found)

    def of(self, address: Address) -> Findings:
        """Where to put what is found of a resource. What all instances of a block have in common is said once, of the
        block; what one has for itself names it."""
        if address.key is None:
            return self
        return self._of_instances.setdefault(address.block, {}).setdefault(address, Findings())

    @property
    def wrong(self) -> bool:
        """Whether there is an error among them; warnings alone stop nothing."""
        return any(found.severity is Severity.ERROR for found in self._all())

    def gathered(self) -> tuple[Diagnostic, ...]:
        """All of it once, by file and line; what has no place in a file comes first. Of very many the first, and how
        many more there are."""
        found = sorted(dict.fromkeys(self._all()), key=_place)
        left_out = found[MOST:]
        if not left_out:
            return tuple(found)
        severity = max((one.severity for one in left_out), key=lambda severity: severity is Severity.ERROR)
        more = Diagnostic("more", f"there are {len(left_out):,} more", None, "mend these first", severity)
        return (*found[:MOST], more)

    def _all(self) -> Iterator[Diagnostic]:
        yield from self._found
        for instances in self._of_instances.values():
            common = [{_of_block(one, address) for one in found._found} for address, found in instances.items()]
            shared = set.intersection(*common) if len(common) > 1 else set()
            for address, found in instances.items():
                for one in found._found:
                    general = _of_block(one, address)
                    yield general if general in shared else _named(one, address)


def _of_block(found: Diagnostic, address: Address) -> Diagnostic:
    return replace(found, message=found.message.replace(str(address), str(address.block)))


def _named(found: Diagnostic, address: Address) -> Diagnostic:
    return found if str(address) in found.message else replace(found, message=f"`{address}`: {found.message}")


def _place(found: Diagnostic) -> tuple[str, int, int]:
    at = found.position
    return ("", 0, 0) if at is None else (at.file, at.line, at.column)


def did_you_mean(wrong: str, right: Iterable[str], otherwise: str = "") -> str:
    """A hint that names the known word nearest to the wrong one; `otherwise` when none is near."""
    by_fold = {_folded(word): word for word in islice(right, _CANDIDATES)}
    near = get_close_matches(_folded(wrong), by_fold, n=1, cutoff=0.7)
    return f"did you mean `{by_fold[near[0]]}`?" if near else otherwise


def _folded(word: str) -> str:
    return word.replace("_", "").replace("-", "").casefold()


def shown(value: object) -> str:
    """A value as it may stand in a message: cut, and with nothing in it that could move a terminal's cursor."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return escaped(str(value))
    return f'"{escaped(value)}"'


def escaped(text: str) -> str:
    """Text by somebody else, for a message: unprintable characters as escapes, cut to a readable length."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in cut)


def listed(words: Iterable[str]) -> str:
    """Words as a sentence has them: `a`, `b` or `c`."""
    marked = [f"`{word}`" for word in words]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} or {marked[-1]}"


def articled(noun: str) -> str:
    """A kind with its article, as a sentence begins: `an inbound_connector`."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
