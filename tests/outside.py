"""What others have made, and our output is held against: schemas, programs that read plans, a browser.

`scripts/test_tools.sh` fetches it. Tests that need it are skipped where it isn't there; in CI they fail.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("MAILFORM_TEST_TOOLS") or Path(__file__).parents[1] / ".test-tools")


def fetched(name: str) -> Path:
    """A file that the script has fetched."""
    path = FOLDER / name
    return path if path.exists() else _lacking(name)


def browser() -> str:
    """Where chromium is."""
    return shutil.which("chromium") or str(_lacking("chromium"))


def _lacking(name: str) -> Path:
    told = f"{name} isn't there; get it with: bash scripts/test_tools.sh"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)
