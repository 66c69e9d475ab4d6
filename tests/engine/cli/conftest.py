from __future__ import annotations

from pathlib import Path

import pytest

from terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    for name in ("MAILFORM_SANDBOX", "MAILFORM_SANDBOX_DNS", "MAILFORM_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


@pytest.fixture
def scenario(terminal: Terminal) -> Terminal:
    """A terminal where the starter was written."""
    terminal.done("init")
    return terminal


@pytest.fixture
def applied(scenario: Terminal) -> Terminal:
    """A terminal where the starter was applied."""
    scenario.done("apply", "--auto-approve", "-q")
    return scenario
