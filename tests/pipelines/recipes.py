"""The pipelines of `examples/pipelines`, and the shell in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from documents import ROOT

PIPELINES = ROOT / "examples" / "pipelines"
GITHUB = PIPELINES / "github"
ACTION = GITHUB / "mailform" / "action.yml"
WORKFLOWS = tuple(sorted(GITHUB.glob("*.yml")))
AZURE = PIPELINES / "azure" / "azure-pipelines.yml"
GITLAB = PIPELINES / "gitlab" / "gitlab-ci.yml"
CONTAINERFILE = PIPELINES / "Containerfile"
EVERY = (*WORKFLOWS, ACTION, AZURE, GITLAB)


@dataclass(frozen=True, slots=True)
class Script:
    """A piece of shell, and where it stands."""

    where: str
    text: str


def read(path: Path) -> Any:
    """A YAML file as plain data."""
    return YAML(typ="safe").load(path.read_text("utf-8"))


def scripts() -> Iterator[Script]:
    """All shell of all pipelines."""
    for path in EVERY:
        for text in _of(read(path)):
            yield Script(f"{path.relative_to(PIPELINES).as_posix()}: {text.splitlines()[0]}", text)


def _of(node: Any) -> Iterator[str]:
    """Whatever stands under `run`, `bash` or in a list under `script` or `before_script`."""
    if isinstance(node, list):
        for item in node:
            yield from _of(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in ("run", "bash") and isinstance(value, str):
            yield value
        elif key in ("script", "before_script"):
            yield from value
        else:
            yield from _of(value)
