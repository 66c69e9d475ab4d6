from __future__ import annotations

from pathlib import Path

import pytest

from terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """An empty folder with a folder for policies in it."""
    for name in ("MAILFORM_SANDBOX", "MAILFORM_SANDBOX_DNS", "MAILFORM_DEBUG", "MAILFORM_PLAN_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    return Terminal(tmp_path, capsys)
