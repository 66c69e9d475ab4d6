"""The documents as tests see them: fenced blocks, and the commands and output in their consoles.

A document's `console` blocks are one session in one folder, from top to bottom. What a reader does between them is
said in comments, which no reader sees:

    <!-- file: NAME -->    the block below is written to this file of the folder
    <!-- new folder -->    the session goes on in an empty folder
    <!-- fragment -->      the `toml` block below is part of something; it only has to be TOML
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))

_DIRECTIVE = re.compile(r"<!-- (?P<text>(?:file: \S+|new folder|fragment)) -->")
_OPENING = re.compile(r"```(?P<language>\w*)$")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: its language, its lines, where it begins, and the directives just before it."""

    language: str
    lines: tuple[str, ...]
    line: int
    directives: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def file(self) -> str | None:
        """The name under which a reader saves it."""
        return next((text.removeprefix("file: ") for text in self.directives if text.startswith("file: ")), None)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a console, and the output that the document shows of it. `…` stands for anything."""

    line: str
    shown: tuple[str, ...]


def fences(text: str) -> Iterator[Fence]:
    """The fenced blocks of a document, in order."""
    language, begun, inside, directives = "", 0, [], []
    for number, line in enumerate(text.splitlines(), 1):
        if begun:
            if line == "```":
                yield Fence(language, tuple(inside), begun, tuple(directives))
                begun, inside, directives = 0, [], []
            else:
                inside.append(line)
        elif opening := _OPENING.fullmatch(line):
            language, begun = opening["language"], number
        elif found := _DIRECTIVE.fullmatch(line):
            directives.append(found["text"])
        elif line.strip():
            directives = []


def commands(fence: Fence) -> Iterator[Command]:
    """The commands of a console block; its first line has to be one."""
    line, shown = "", []
    for text in fence.lines:
        if text.startswith("$ "):
            if line:
                yield Command(line, tuple(shown))
            line, shown = text.removeprefix("$ "), []
        else:
            assert line, f"line {fence.line}: a console begins with a command"
            shown.append(text)
    yield Command(line, tuple(shown))


def missing(shown: tuple[str, ...], output: str) -> str | None:
    """The first line that a document shows and the output doesn't have, in this order; None when all are there."""
    real = iter(output.splitlines())
    for line in shown:
        pattern = re.compile(".*".join(re.escape(part) for part in line.rstrip().split("…")))
        if line.strip(" …") and not any(pattern.fullmatch(found.rstrip()) for found in real):
            return line
    return None
