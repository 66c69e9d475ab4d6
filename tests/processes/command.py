"""The installed command `mailform` in a process of its own: started, waited for, and killed.

Nothing of it runs in the tests' own process, and it is told what it has to know as a user tells it: by its folder, its
words and its environment.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from terminal import environment

PATIENCE = 300.0
"""Seconds after which a process that still runs is taken for one that hangs."""

_FOREIGN = ("AZURE_", "MAILFORM_", "IDENTITY_", "ACTIONS_", "SYSTEM_", "CI")
_SHELL = ("/bin/sh", "-c", '"$0" "$@"; exit $?')


class Broken(AssertionError):
    """An invariant doesn't hold. Its text says which, a line each."""


def installed() -> str:
    """Where the command is: beside this very interpreter, as pip puts it."""
    found = shutil.which("mailform", path=str(Path(sys.executable).parent))
    assert found is not None, "install Mailform first: pip install -e '.[test]'"
    return found


@dataclass(frozen=True, slots=True)
class Running:
    """One process. What it says goes into two files beside `log`, since a killed one can't be asked any more."""

    process: subprocess.Popen[bytes]
    log: Path
    line: str

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    @property
    def killed(self) -> bool:
        """Whether it ended by our hand; one that was done before wasn't killed."""
        return self.process.returncode == -signal.SIGKILL

    @property
    def out(self) -> str:
        return self.log.with_suffix(".out").read_text("utf-8", "replace")

    @property
    def err(self) -> str:
        return self.log.with_suffix(".err").read_text("utf-8", "replace")

    @property
    def recovered(self) -> bool:
        """Whether it came upon a run that was cut off."""
        return "it is settled first" in self.err

    def kill(self, *, group: bool) -> None:
        """SIGKILL, to it alone or to all that it started, unless it is over (then its number may be another's)."""
        if self.over:
            return
        if group:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait(PATIENCE)

    def wait(self) -> int:
        """Its exit code. Raises Broken when it doesn't end."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill(group=True)
            raise Broken(f"{self.line} didn't end within {PATIENCE:.0f} s:\n{self.err}") from None

    def ends_with(self, *codes: int) -> None:
        """Raises Broken unless it ends with one of these exit codes."""
        code = self.wait()
        if code not in codes:
            raise Broken(f"{self.line} ended with {code}:\n{self.out}{self.err}")


def start(folder: Path, log: Path, more: Mapping[str, str], *words: str, shell: bool = False) -> Running:
    """Starts one command line in a folder. With `shell` it is the child of a shell, as in a pipeline's step."""
    clean = {name: value for name, value in environment().items() if not name.startswith(_FOREIGN)}
    line = [*(_SHELL if shell else ()), installed(), *words]
    with log.with_suffix(".out").open("wb") as out, log.with_suffix(".err").open("wb") as err:
        process = subprocess.Popen(
            line,
            cwd=folder,
            env={**clean, **more},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    return Running(process, log, f"mailform {' '.join(words)}")
