from __future__ import annotations

from pathlib import Path

import pytest

import badfiles
import hostile
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


@pytest.fixture
def whole(terminal: Terminal) -> Terminal:
    """A folder in which every file of `badfiles` is there and good; no run was left open."""
    terminal.write(badfiles.CONFIGURATION)
    terminal.done("apply", "--auto-approve", "-q")
    Path("words.toml").write_text('words = "other"\n')
    Path("pushed.json").write_text(terminal.done("state", "pull"))
    terminal.done("plan", "--var", "words=new", "--out", "saved.mfplan")
    return terminal


@pytest.fixture
def spoiled_tenant(terminal: Terminal) -> Terminal:
    """A terminal whose tenant is full of hostile names."""
    terminal.write(hostile.CONFIGURATION)
    terminal.done("apply", "--auto-approve", "-q")
    hostile.spoil(terminal.folder / ".mailform" / "sandbox.json")
    return terminal
