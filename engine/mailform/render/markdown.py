"""Foreign text in markdown, where nothing that it contains can be syntax.

There are two places for it, and no third: a code span (`code`) and a fenced block (`fenced`). In both GitHub links no
name, mention or address, and a fence or span is longer than anything inside it. Never put foreign text elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailform.render.escape import shown, tame

_RUNS = re.compile(r"`+")
_WIDEST = 160
"""Of a name; a key of `for_each` may have any length."""

_WIDEST_LINE = 600


def code(text: str) -> str:
    """`text` as a code span on one line, also within a table."""
    told = clipped(shown(text), _WIDEST).replace("|", "\\x7c")
    fence = "`" * (_longest_run(told) + 1)
    # a space goes from each side, if there is one on both; and a span of nothing but spaces keeps its own
    pad = " " if told.startswith(("`", " ")) or told.endswith(("`", " ")) or not told else ""
    return f"{fence}{pad}{told}{pad}{fence}"


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Lines as a fenced block. They are escaped once more, so that none becomes two."""
    told = [clipped(tame(shown(line)), _WIDEST_LINE) for line in lines]
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in told)) if told else "```"
    return "\n".join((f"{fence}{language}", *told, fence))


def folded(summary: str, body: str) -> str:
    """A part that is closed until somebody opens it. `summary` is ours, and has no markup."""
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """A table with its first row as the heading and figures to the right. Cells are ours, or from `code`."""
    first, *rest = rows
    ruler = ("---", *("--:" for _ in first[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (first, ruler, *rest))


def clipped(text: str, most: int) -> str:
    """`text`, cut where it would be too long."""
    return text if len(text) <= most else f"{text[:most]}…"


def length(text: str) -> int:
    """How long a text is for those who set limits: in UTF-16 units, of which an emoji has two."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def _longest_run(text: str) -> int:
    return max((len(run) for run in _RUNS.findall(text)), default=0)
