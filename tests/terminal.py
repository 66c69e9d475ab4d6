"""A terminal for tests: whole command lines in a folder of their own, and what a user sees of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailform.cli.main import main
from mailform_providers.connect import connect
from mailform_providers.contract import Done
from mailform_providers.sandbox import Sandbox, open_sandbox

DOMAIN = "fabrikam.onmicrosoft.com"
TENANT = f'[tenant]\nid = "{DOMAIN}"\ncloud = "sandbox"\n'


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command line ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it said as JSON: one document, on one line."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    def refuses(self, *words: str) -> None:
        """Fails unless it exits with 1, saying all of this, and nothing of our insides."""
        assert self.code == 1, self
        assert "Traceback" not in self.err + self.out
        assert "[internal]" not in self.err, self.err
        for word in words:
            assert word in self.err, self.err


@dataclass(frozen=True, slots=True)
class Terminal:
    """A folder, and somebody who types there."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> Ran:
        """One command line, in this process."""
        self.capture.readouterr()
        code = main(list(arguments))
        said = self.capture.readouterr()
        return Ran(code, said.out, said.err)

    def done(self, *arguments: str) -> str:
        """What a command line says that has to succeed."""
        ran = self.run(*arguments)
        assert ran.code == 0, ran
        return ran.out

    def process(self, *arguments: str, **how: Any) -> subprocess.CompletedProcess[str]:
        """One command line, in a process of its own."""
        code = "import sys; from mailform.cli.main import run; run()"
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60, **how
        )

    def write(self, text: str, name: str = "mailform.toml") -> Path:
        """A file of the configuration. Without a tenant of its own it gets one."""
        path = self.folder / name
        path.write_text(text if "[tenant]" in text else TENANT + text, encoding="utf-8", newline="")
        return path

    @property
    def sandbox(self) -> Sandbox:
        """The tenant itself, for planting what no cmdlet makes."""
        return open_sandbox(self.folder / ".mailform" / "sandbox.json", DOMAIN)

    def by_hand(self, kind: str, attributes: Mapping[str, Any]) -> str:
        """An object that an administrator clicked together; its GUID."""
        with connect("sandbox", DOMAIN, {}, self.folder) as tenant:
            made = tenant.provider.create(kind, attributes)
        assert isinstance(made, Done), made
        return made.id

    def edited(self, kind: str, id: str, attributes: Mapping[str, Any]) -> None:
        """An object that an administrator changed."""
        with connect("sandbox", DOMAIN, {}, self.folder) as tenant:
            written = tenant.provider.update(kind, id, attributes)
        assert isinstance(written, Done), written

    def id_of(self, address: str) -> str:
        """The GUID that the state records."""
        found: str = self.run("state", "show", address, "--json").document["values"]["id"]
        return found


def environment(**more: str) -> dict[str, str]:
    """An environment for a process, without colours."""
    return {**os.environ, "NO_COLOR": "1", **more}


__all__ = ["DOMAIN", "TENANT", "Ran", "Terminal", "environment"]
