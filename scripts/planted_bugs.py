"""Plants bugs in the safety core, one at a time, and runs the tests that have to catch each.

    python scripts/planted_bugs.py [--jobs 2] [--only WORDS] [--list]

`planted_bugs.toml` has the bugs: which text of which file becomes which, and the tests that fail then. Nothing is
planted in this tree: each job has a copy of it, in memory where the system has such a place. First the same tests have
to pass without a bug. A bug counts as caught when a test fails over it; one that can't even be imported, or that never
ends, counts as none. Prints one line a bug, and the count; exits with 1 when one survives.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
LIST = Path(__file__).with_suffix(".toml")
FLOORS = ("engine", "providers", "state", "tests")
LONGEST = 300.0
"""Seconds that the tests of one bug may take."""

_BROKEN = re.compile(
    r"(?:^E +|failed \()"
    r"(?:SyntaxError|IndentationError|ImportError|ModuleNotFoundError|NameError|hypothesis\.errors\.\w+)\b",
    re.MULTILINE,
)
"""What tests, or our own command line, say of a bug that can't even be imported; and what says nothing of any bug."""

_WHERE = """
import subprocess, sys
import mailform, mailform_providers, mailform_state
print(*(module.__file__ for module in (mailform, mailform_providers, mailform_state)), sep="\\n", flush=True)
if "-" not in sys.argv:
    subprocess.run([sys.executable, "-c", sys.stdin.read(), "-"], check=True)
"""


_INDENT = " " * len("SURVIVED 300.0 s  ")


@dataclass(frozen=True, slots=True)
class Bug:
    """One bug. `name` says what goes wrong, in a sentence; `old` occurs once in `file`; any of `tests` may catch it."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a bug. `by` is the test that caught it and what it said, or why the bug doesn't count."""

    bug: Bug
    caught: bool
    by: str
    seconds: float

    def __str__(self) -> str:
        word = "caught" if self.caught else "SURVIVED"
        return f"{word:8} {self.seconds:5.1f} s  {self.bug.name}\n{_INDENT}{self.by}"


def bugs() -> tuple[Bug, ...]:
    """All bugs of the list."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["bug"]
    return tuple(Bug(**{**entry, "tests": tuple(entry["tests"])}) for entry in listed)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the tree, with bytecode that fits it."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Copy:
        """Copies the tree. Raises RuntimeError when Python would import the modules of another one."""
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "dist"))
        copy = cls(folder)
        copy._python("-m", "compileall", "-q", *FLOORS[:3])
        told = copy._python("-c", _WHERE, given=_WHERE).split()
        if len(told) != 6 or not all(Path(path).is_relative_to(folder) for path in told):
            raise RuntimeError(f"the copy isn't what is imported: {told}")
        return copy

    @contextmanager
    def planted(self, bug: Bug) -> Iterator[None]:
        """The copy with a bug, while the context lasts."""
        path = self.folder / bug.file
        was, times = path.read_text(encoding="utf-8"), path.stat()
        path.write_text(was.replace(bug.old, bug.new), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(was, encoding="utf-8")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # so that its bytecode fits again

    def tested(self, tests: Iterable[str], *more: str) -> tuple[int, list[tuple[str, str]]]:
        """Runs tests until one fails: pytest's exit code, and each test that failed with what it said."""
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        options = ("-x", "--tb=short", "-p", "no:cacheprovider", "--hypothesis-profile=unshrunk", *more)
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                *options,
                f"--basetemp={self.folder / 'tmp'}",
                f"--junitxml={report}",
                *tests,
            ],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST if not more else None,
            check=False,
        )
        if not report.exists():
            return ran.returncode, [("pytest", ran.stdout + ran.stderr)]
        cases = ElementTree.parse(report).iter("testcase")
        return ran.returncode, [
            (
                f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}",
                f"{told.get('message')}\n{told.text}",
            )
            for case in cases
            for told in (*case.findall("failure"), *case.findall("error"))
        ]

    def _python(self, *arguments: str, given: str = "") -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self._environment(),
            input=given,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def _environment(self) -> dict[str, str]:
        """The copy goes before an editable install, in tests and in the processes that they start."""
        path = os.pathsep.join(str(self.folder / floor) for floor in FLOORS)
        own = {name: value for name, value in os.environ.items() if not name.startswith("MAILFORM_")}
        servers = {"MAILFORM_TEST_SERVERS": str(ROOT / ".servers")}  # a test that skips catches nothing
        return {**own, **servers, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def judged(bug: Bug, copy: Copy) -> Found:
    """Plants a bug and says what the tests made of it."""
    began = time.monotonic()
    try:
        with copy.planted(bug):
            code, failures = copy.tested(bug.tests)
    except subprocess.TimeoutExpired:
        return Found(bug, False, f"its tests didn't end within {LONGEST:.0f} s", time.monotonic() - began)
    took = time.monotonic() - began
    if code == 0:
        return Found(bug, False, "every test passed", took)
    name, told = failures[0] if failures else ("pytest", "no test failed")
    if code != 1 or not failures or _BROKEN.search(told):
        return Found(bug, False, f"the tests couldn't be run with it: {name}\n{told[-2000:]}", took)
    return Found(bug, True, f"{name}\n{_INDENT}{told.splitlines()[0][:110]}", took)


def main() -> int:
    """Plants what was asked for; the exit code."""
    parser = argparse.ArgumentParser(description="Plants bugs in the safety core; each has to be caught by a test.")
    parser.add_argument("--jobs", type=int, default=2, help="how many bugs at a time")
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORDS", help="bugs with these words in the name"
    )
    parser.add_argument("--list", action="store_true", help="only name the bugs and their tests")
    asked = parser.parse_args()
    chosen = [bug for bug in bugs() if all(words.casefold() in bug.name.casefold() for words in asked.only)]
    if not chosen:
        parser.error("no bug has these words in its name")
    if asked.list:
        for bug in chosen:
            print(f"{bug.name}\n    {bug.file}: {', '.join(bug.tests)}")
        return 0
    began = time.monotonic()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, ignore_cleanup_errors=True) as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(asked.jobs):
            copies.put(Copy.made(Path(folder).resolve() / str(number)))
        first = copies.get()
        _, failures = first.tested(sorted({test for bug in chosen for test in bug.tests}), "-n", str(asked.jobs))
        copies.put(first)
        if failures:
            print(f"Without any bug this test fails already: {failures[0][0]}\n{failures[0][1]}")
            return 1
        print(f"Without a bug all tests pass ({time.monotonic() - began:.0f} s).", flush=True)

        def with_a_copy(bug: Bug) -> Found:
            copy = copies.get()
            try:
                found = judged(bug, copy)
            finally:
                copies.put(copy)
            print(found, flush=True)
            return found

        with ThreadPoolExecutor(asked.jobs) as pool:
            caught = sum(found.caught for found in pool.map(with_a_copy, chosen))
    print(f"{caught} of {len(chosen)} planted bugs are caught ({time.monotonic() - began:.0f} s).")
    return 0 if caught == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
