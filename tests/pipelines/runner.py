"""A runner for tests: the shell steps of a job, one after the other, in one folder, with a stub of what GitHub, Azure
or GitLab put around them. Mailform is the real one, the tenant the sandbox."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from documents import ROOT
from pipelines.recipes import AZURE, read

BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
_OUTPUT = re.compile(r"##vso\[task\.setvariable variable=(\w+);isOutput=true\](.*)")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a job ended, and what its log says. `code` is that of the step that failed."""

    code: int
    log: str
    outputs: Mapping[str, str]


@dataclass(slots=True)
class Runner:
    """A machine with a checkout in `folder`. `things` are GitHub's comments or issues."""

    folder: Path
    stage: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bin = self.stage / "bin"
        bin.mkdir()
        gh = shlex.join([sys.executable, str(ROOT / "tests" / "pipelines" / "gh.py"), str(self.store)])
        self._program(bin / "gh", f'exec {gh} "$@"')
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILFORM_", "GITHUB_"))}
        path = os.pathsep.join((str(bin), str(Path(sys.executable).parent), kept["PATH"]))
        self.environment = {**kept, "PATH": path, "CI": "true", **self.environment}

    @staticmethod
    def _program(path: Path, text: str) -> None:
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    @property
    def store(self) -> Path:
        return self.stage / "things.json"

    @property
    def things(self) -> list[dict[str, Any]]:
        """Comments or issues, as GitHub would list them."""
        return json.loads(self.store.read_text()) if self.store.exists() else []

    def github(self, workflow: Path, job: str, contexts: Mapping[str, str]) -> Ran:
        """A job of a workflow. `contexts` are values of expressions, such as `needs.plan.outputs.digest`."""
        whole = read(workflow)
        found = whole["jobs"][job]
        outputs: dict[str, str] = {}
        log = ""
        output = self.stage / "output"
        for step in found["steps"]:
            known = {**contexts, "github.token": "stub", **outputs}
            if "run" not in step or not _holds(step.get("if", ""), known):
                continue
            output.write_text("")
            files = {**whole["env"], "GITHUB_OUTPUT": str(output), "GITHUB_REPOSITORY": "contoso/mail"}
            more = {name: _valued(text, known) for name, text in step.get("env", {}).items()}
            code, said = self.bash(step["run"], {**files, **more})
            log += said
            for line in output.read_text().splitlines():
                name, _, value = line.partition("=")
                outputs[f"steps.{step['id']}.outputs.{name}"] = value
            if code:
                return Ran(code, log, outputs)
        return Ran(0, log, outputs)

    def azure(self, steps: list[Any], variables: Mapping[str, str]) -> Ran:
        """The shell steps of a job, but those that install. Variables are in the environment, in capitals."""
        log = ""
        for step in steps:
            if "bash" not in step or step["displayName"] == "Install Mailform":
                continue
            named = {name.upper(): value for name, value in {**read(AZURE)["variables"], **variables}.items()}
            code, said = self.bash(step["bash"], {**named, "PIPELINE_WORKSPACE": str(self.stage)})
            log += said
            if code:
                return Ran(code, log, dict(_OUTPUT.findall(log)))
        return Ran(0, log, dict(_OUTPUT.findall(log)))

    def gitlab(self, job: Any, variables: Mapping[str, str]) -> Ran:
        """The script of a job: one shell for all of its lines."""
        code, said = self.bash("\n".join(job["script"]), variables)
        return Ran(code, said, {})

    def bash(self, script: str, more: Mapping[str, str]) -> tuple[int, str]:
        done = subprocess.run(
            [*BASH, "-c", script],
            cwd=self.folder,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout


def _valued(text: str, known: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda one: known[one[1]], text)


def _holds(condition: str, known: Mapping[str, str]) -> bool:
    """A step's `if`: nothing, or one comparison."""
    if not condition:
        return True
    left, right = re.fullmatch(r"([\w.-]+) == '(.*)'", condition).groups()  # type: ignore[union-attr]  # or fail
    return known.get(left, "") == right
