"""Rendered output as files: what a reviewer of a change to `render` looks at."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "golden"


def check(name: str, text: str) -> None:
    """The text is that of the golden file. `UPDATE_GOLDEN=1 pytest tests/engine/render` writes it anew."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")
