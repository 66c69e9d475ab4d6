"""From a line of the file back to what stands there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from mailform.configuration.documents import Document, document
from mailform.configuration.positions import Path
from mailform_state.address import Address

_FILE = "written.mailform.toml"


@dataclass(frozen=True, slots=True)
class Places:
    """The paths of a file by the lines where they begin, in the order of the file."""

    lines: Sequence[int]
    paths: Sequence[Path]

    @classmethod
    def of(cls, text: str) -> Places:
        """The places of a text that was just written; none when it can't even be read."""
        parsed = document(_FILE, text.encode("utf-8"))
        if not isinstance(parsed, Document):
            return cls((), ())
        found = sorted((parsed.key(path).line, len(path), path) for path in parsed.spots if _is_deep(path))
        return cls([line for line, _, _ in found], [path for _, _, path in found])

    def at(self, line: int) -> tuple[Address, str | None] | None:
        """The resource, and the attribute of it, that a line belongs to."""
        index = bisect_right(self.lines, line) - 1
        if index < 0:
            return None
        kind, name, *inside = map(str, self.paths[index])
        return Address(kind, name), ".".join(inside) or None


def _is_deep(path: Path) -> bool:
    """Whether a path is of a resource or of an attribute; a list's items and an order's parts belong to theirs."""
    return len(path) >= 2 and all(isinstance(part, str) for part in path) and "order" not in path[:-1]
