"""Whatever stands in the folder: exit code 1, the file, the line and the remedy, and never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from terminal import TENANT, Terminal

COMMANDS = (["validate"], ["plan"], ["apply", "--auto-approve"], ["graph"], ["drift"], ["destroy", "--auto-approve"])

BAD = {
    "unclosed": (b'[tenant\nid = "x.com"\n', "mailform.toml:1:", "invalid-toml"),
    "not utf-8": (b'[tenant]\nid = "\xff"\n', "mailform.toml:2:7", "save the file as UTF-8"),
    "wrong type": (TENANT.encode() + b"[accepted_domain.d]\ndomain = 1\n", "mailform.toml:5:10", "wrong-type"),
    "unknown key": (TENANT.encode() + b"[accepted_domain.d]\ndomian = 'a.com'\n", "mailform.toml:5:1", "did you mean"),
    "unknown block": (TENANT.encode() + b"[acepted_domain.d]\n", "mailform.toml:4:", "did you mean"),
    "control character": (
        TENANT.encode() + b'[outbound_connector.c]\nname = "a\\u001b[31mb"\n',
        "mailform.toml:5:8",
        "control character (U+001B)",
    ),
    "10 MB": (b"#" * 10_000_000, "mailform.toml:1:1", "split it"),
    "empty": (b"", "mailform.toml:1:1", "[tenant]"),
    "nothing but zeros": (b"\0" * 100, "mailform.toml:1:1", "invalid-toml"),
    "deeply nested": (b"a = " + b"[" * 100_000, "mailform.toml:1:", "nested-too-deeply"),
}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_told_by_name_line_and_remedy(terminal: Terminal, command: list[str], bad: str) -> None:
    content, place, remedy = BAD[bad]
    (terminal.folder / "mailform.toml").write_bytes(content)
    ran = terminal.run(*command)
    ran.refuses(place, remedy, "hint: ")
    assert "\x1b" not in ran.err + ran.out
    assert len(ran.err) < 5_000
    assert not (terminal.folder / "mailform.state.json").exists()


@pytest.mark.parametrize("command", [*COMMANDS, ["fmt"]], ids=lambda words: words[0])
def test_a_folder_without_configuration_is_told_what_to_do(terminal: Terminal, command: list[str]) -> None:
    terminal.run(*command).refuses("mailform.toml", "mailform init")


@pytest.mark.parametrize("command", [*COMMANDS, ["fmt"], ["init"]], ids=lambda words: words[0])
def test_a_folder_that_is_not_there_is_named(terminal: Terminal, command: list[str]) -> None:
    terminal.run(*command, "-C", "no/such/folder").refuses("no/such/folder")


@pytest.mark.parametrize("command", [["validate"], ["fmt"], ["init"]], ids=lambda words: words[0])
def test_a_folder_in_the_place_of_the_file_is_named(terminal: Terminal, command: list[str]) -> None:
    (terminal.folder / "mailform.toml").mkdir()
    terminal.run(*command).refuses("mailform.toml", "a folder")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is unreadable for this user")
def test_a_file_that_may_not_be_read_is_named(terminal: Terminal) -> None:
    terminal.write("").chmod(0)
    terminal.run("validate").refuses("mailform.toml", "Permission denied")


@pytest.mark.parametrize("command", [["state", "list"], ["show"], ["output"], ["plan"]], ids=lambda words: words[-1])
def test_a_damaged_state_is_told_and_exits_with_9(terminal: Terminal, command: list[str]) -> None:
    terminal.write("")
    Path("mailform.state.json").write_text("")
    ran = terminal.run(*command)
    assert (ran.code, "Traceback" in ran.err) == (9, False)
    assert "hint: " in ran.err


@pytest.mark.parametrize("command", [["show", "p"], ["apply", "p"]], ids=lambda words: words[0])
def test_a_file_that_is_no_plan_is_told(terminal: Terminal, command: list[str]) -> None:
    terminal.write("")
    terminal.run(*command).refuses("p can't be read")
    Path("p").write_text("{}")
    terminal.run(*command).refuses("no saved plan", "mailform plan --out")
    Path("p").write_text('{"format":"mailform-plan"}')
    ran = terminal.run(*command)
    assert (ran.code, "damaged" in ran.err) == (9, True)
