"""README's two commands: where they are, what they do, and that CI takes them from there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from documents import ROOT, fences

SCRIPT = ROOT / ".ci" / "run"
README = (ROOT / "README.md").read_text("utf-8")
FIRST, TESTS = [line for fence in fences(README) if fence.language == "sh" for line in fence.lines]


def test_the_first_command_installs_the_checkout_and_the_second_runs_the_tests() -> None:
    for command in (FIRST, TESTS):
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q ")
    assert "'.[test]'" in TESTS
    assert TESTS.split(" && ")[-1].startswith(".venv/bin/python -m pytest")


def test_the_first_command_shows_plan_and_apply_and_works_again(tmp_path: Path) -> None:
    """Without its installing, which CI does: in a copy of the examples, with the Mailform that runs this."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*.state*", ".mailform"))
    bin = tmp_path / ".venv" / "bin"
    bin.mkdir(parents=True)
    (bin / "mailform").symlink_to(Path(sys.executable).parent / "mailform")
    _, _, main_job = FIRST.split(" && ", 2)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAILFORM_")}
    said = [
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", main_job],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert said[0].count("Plan: 4 to create") == 2  # plan shows it, and apply shows what it is about to do
    assert "Apply complete." in said[0]
    assert said[1].count("No changes.") == 2


def test_ci_reads_the_commands_out_of_readme() -> None:
    script = SCRIPT.read_text("utf-8")
    found = re.search(r"^readme_command\(\) \{.*?^\}$", script, re.MULTILINE | re.DOTALL)
    assert found is not None
    for number, command in enumerate((FIRST, TESTS), 1):
        asked = f"set -euo pipefail\n{found[0]}\nreadme_command {number}"
        told = subprocess.run(["bash", "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
        assert told.stdout == f"{command}\n"
    assert script.rstrip().endswith('bash -euo pipefail -c "$tests" < /dev/null')


def test_ci_can_be_run() -> None:
    assert os.access(SCRIPT, os.X_OK)
    told = subprocess.run(["git", "ls-files", "-s", ".ci/run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.stdout == "" or told.stdout.startswith("100755 ")  # no output: not a checkout, such as an archive


def test_the_made_parts_of_the_reference_are_what_the_script_makes() -> None:
    told = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "make_reference.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, f"run `python scripts/make_reference.py`: {told.stdout}{told.stderr}"
