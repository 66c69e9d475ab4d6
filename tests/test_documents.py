"""The documents do what they say: every console is run, every configuration validated, every link followed, every
option asked for. How a document is read is in `documents`."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer

from documents import DOCUMENTS, ROOT, commands, fences, missing
from mailform.cli.main import app, main
from mailform.configuration.load import parse
from mailform.exits import Exit

TENANT = '[tenant]\nid = "fabrikam.onmicrosoft.com"\ncloud = "sandbox"\n\n'
_LINK = re.compile(r"\[[^]\n]*\]\((?P<target>[^)\s]+)\)")
_SPAN = re.compile(r"`(?P<code>[^`\n]+)`")
_RUN = re.compile(r"(?:^|[\s/])mailform (?P<words>[^&|;>]+)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)

_SHELL = re.compile(r"[|&;<>$()`*]")

each_document = pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in DOCUMENTS]
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who types what a document says."""

    environment: pytest.MonkeyPatch
    screen: pytest.CaptureFixture[str]

    def types(self, line: str, folder: Path) -> tuple[int, str]:
        """Runs a line; its exit code, and what it says: first on standard output, then on standard error.

        A plain `mailform …`, with or without variables before it, is run in this process, which saves its start-up.
        """
        words = shlex.split(line)
        settings = dict(word.split("=", 1) for word in takewhile(lambda word: "=" in word, words))
        program, *arguments = words[len(settings) :]
        if program != "mailform" or _SHELL.search(line):
            return self._to_a_shell(line, folder)
        self.screen.readouterr()
        with self.environment.context() as changed:
            changed.chdir(folder)
            for name, value in settings.items():
                changed.setenv(name, value)
            code = main(arguments)
        said = self.screen.readouterr()
        return code, said.out + said.err

    def _to_a_shell(self, line: str, folder: Path) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Reader:
    for name in [name for name in os.environ if name.startswith("MAILFORM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PATH", os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    return Reader(monkeypatch, capsys)


@each_document
def test_what_the_consoles_show_is_what_happens(path: Path, tmp_path: Path, reader: Reader) -> None:
    folder, code = tmp_path / "0", 0
    folder.mkdir()
    for fence in fences(path.read_text("utf-8")):
        where = f"{path.name}:{fence.line}"
        if "new folder" in fence.directives:
            folder = tmp_path / str(fence.line)
            folder.mkdir()
        if fence.file is not None:
            (folder / fence.file).write_text(fence.text, "utf-8")
        if fence.language != "console":
            continue
        session = tuple(commands(fence))
        for command, following in zip(session, (*session[1:], None), strict=True):
            if command.line == "echo $?":
                assert command.shown == (str(code),), f"{where}: the last command exits {code}"
                continue
            code, output = reader.types(command.line, folder)
            told = following is not None and following.line == "echo $?"
            assert told or code == 0, f"{where}: {command.line} exits {code}:\n{output}"
            lacking = missing(command.shown, output)
            assert lacking is None, f"{where}: {command.line} doesn't show {lacking!r} there, but:\n{output}"


@pytest.mark.parametrize(
    ("shown", "lacking"),
    [
        (("one", "three"), None),
        (("…", "t…o", ""), None),
        (("three", "one"), "one"),
        (("on",), "on"),
        (("two", "two"), "two"),
    ],
)
def test_what_a_document_shows_is_looked_for_in_whole_lines_and_in_order(
    shown: tuple[str, ...], lacking: str | None
) -> None:
    assert missing(shown, "one\ntwo\nthree\n") == lacking


@each_document
def test_every_configuration_in_a_document_is_valid(path: Path) -> None:
    for fence in fences(path.read_text("utf-8")):
        if fence.language != "toml":
            continue
        tables = tomllib.loads(fence.text)
        if "fragment" not in fence.directives:
            whole = fence.text if "tenant" in tables else TENANT + fence.text
            found = parse({f"{path.name}:{fence.line}": whole.encode()})
            assert found.warnings == (), [one.message for one in found.warnings]


@each_document
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in _LINK.finditer(_FENCED.sub("", path.read_text("utf-8"))):
        target, _, anchor = link["target"].partition("#")
        if target.startswith(("http://", "https://")):
            continue
        there = path.parent / target if target else path
        assert there.exists(), f"{path.name}: there is no {link['target']}"
        assert not anchor or anchor in anchors(there), f"{path.name}: {link['target']} has no such heading"


def anchors(path: Path) -> set[str]:
    """The names under which GitHub makes a document's headings known."""
    titles = (found["title"] for found in _HEADING.finditer(_FENCED.sub("", path.read_text("utf-8"))))
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@each_document
def test_every_command_in_a_document_exists_with_its_options(path: Path) -> None:
    for line in mentioned(path.read_text("utf-8")):
        require_command(line.split(), f"{path.name}: mailform {line}")


@each_document
def test_every_option_in_a_document_is_some_command_s(path: Path) -> None:
    group: Any = typer.main.get_command(app)
    loaded = [group.get_command(None, name) for name in group.list_commands(None)]
    every = [command for one in loaded for command in (one, *getattr(one, "commands", {}).values())]
    known = {option for command in every for parameter in command.params for option in parameter.opts}
    spans = _SPAN.findall(_FENCED.sub("", path.read_text("utf-8")))
    named = {word for span in spans if span.startswith("--") for word in span.split() if word.startswith("--")}
    assert not named - known - {"--help"}


def test_no_command_is_said_to_be_missing() -> None:
    text = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    assert "Not there yet" not in text
    assert "<!-- made: options sandbox serve -->" in text


def mentioned(text: str) -> Iterator[str]:
    """Every command line of a document, in a console, a script or the middle of a sentence, without `mailform`."""
    for fence in fences(text):
        if fence.language in ("console", "sh"):
            for line in fence.lines if fence.language == "sh" else (command.line for command in commands(fence)):
                yield from _RUN.findall(line)
    for span in _SPAN.findall(_FENCED.sub("", text)):
        yield from _RUN.findall(span)


def require_command(words: list[str], where: str) -> None:
    """Fails for a command or an option that the program doesn't have."""
    command: Any = typer.main.get_command(app)
    options: set[str] = set()
    for word in words:
        # a group's `get_command` loads by name; a plain command has no such thing, and its words are arguments
        if hasattr(command, "list_commands") and word in command.list_commands(None):
            command = command.get_command(None, word)
        elif re.match(r"--[a-z]", word):
            options.add(word.partition("=")[0])
        elif hasattr(command, "list_commands") and re.fullmatch(r"[a-z][a-z-]*", word):
            raise AssertionError(f"{where}: there is no command {word}")
    have = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = options - have - {"--help"}
    assert not unknown, f"{where}: there is no {', '.join(sorted(unknown))}"


def test_the_exit_codes_of_the_reference_are_those_of_the_program() -> None:
    table = (ROOT / "docs/reference/exit-codes.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \|", table, re.MULTILINE)
    assert [int(row) for row in rows] == sorted(int(code) for code in Exit)
