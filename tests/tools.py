"""Programs that tests need and Python doesn't bring: where one isn't there, a test is skipped with a reason, except in
CI, which has to have them all: there it fails."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

_IN_CI = os.environ.get("CI") == "true"
"""As it was before any test played with it."""


def program(name: str) -> str:
    """The path of a program."""
    found = shutil.which(name)
    return found if found is not None else _lacking(name)


def node_module(name: str) -> None:
    """Makes sure that node finds a package (in NODE_PATH)."""
    node = program("node")
    if subprocess.run([node, "-e", f"require.resolve({name!r})"], capture_output=True, check=False).returncode:
        _lacking(f"the npm package {name}")


def _lacking(what: str) -> str:
    if _IN_CI:
        pytest.fail(f"{what} isn't there, and CI has to have it: see .ci/run")
    pytest.skip(f"{what} isn't there")
