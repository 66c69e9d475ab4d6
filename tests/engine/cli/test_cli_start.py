"""What every command line has in common: options, mistakes of usage, pipes, and what isn't imported."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from mailform import __version__
from mailform.cli.main import COMMANDS
from terminal import Terminal, environment

HEAVY = ("msal", "deepdiff", "httpx", "rich", "tomlkit", "pydantic")


@pytest.mark.parametrize("arguments", [[], ["version"], ["--version"], ["validate"], ["state", "list"]])
def test_what_a_command_does_not_need_is_not_imported(scenario: Terminal, arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from mailform.cli.main import main\n"
        f"code = main({arguments}) if {arguments} else 0\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)\n"
        "sys.exit(code)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=scenario.folder, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (0, "[]"), ran.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_that_names_it(terminal: Terminal, command: str) -> None:
    assert f"Usage: mailform {command}" in terminal.done(command, "--help")


def test_the_help_lists_every_command(terminal: Terminal) -> None:
    listed = set(re.findall(r"^  ([a-z]+) ", terminal.done("--help").partition("Commands:")[2], re.MULTILINE))
    assert listed == set(COMMANDS)


def test_the_version_is_told_three_ways(terminal: Terminal) -> None:
    assert terminal.done("version") == terminal.done("--version") == f"mailform {__version__}\n"
    assert terminal.run("version", "--json").document == {"version": __version__}


def test_common_options_are_taken_before_and_after_the_command(terminal: Terminal) -> None:
    (terminal.folder / "inner").mkdir()
    terminal.write("", "inner/mailform.toml")
    for arguments in (
        ["-C", "inner", "validate"],
        ["validate", "-C", "inner"],
        ["-C", "no", "validate", "-C", "inner"],
    ):
        assert terminal.done(*arguments) == "The configuration is valid: 0 resources.\n"
    assert terminal.run("--json", "-C", "inner", "state", "list").document == []


def test_variables_before_and_after_the_command_add_up(terminal: Terminal) -> None:
    terminal.write('[variables.a]\n[variables.b]\n[outputs.o]\nvalue = "${var.a}${var.b}"\n')
    assert terminal.run("--var", "a=1", "validate", "--var", "b=2").code == 0
    terminal.run("--var", "a=1", "validate").refuses("`b` has no value", "mailform.toml:5:1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "--nope"], "No such option: --nope"),
        (["plann"], "Did you mean 'plan'?"),
        (["plan", "surplus"], "unexpected extra argument"),
        (["plan", "--target", "x y"], "--target"),
        (["state", "nope"], "No such command 'nope'"),
        (["state", "mv", "a.b"], "Missing argument 'TO'"),
        (["state", "restore", "first"], "SERIAL"),
        (["unlock"], "Missing argument 'LOCK_ID'"),
        (["validate", "--format", "xml"], "--format"),
        (["apply", "--lock-timeout", "soon"], "--lock-timeout"),
        (["import", "transport_rule.x"], "ADDRESS ID"),
        (["output", "--raw"], "--raw"),
        ([], "Usage: mailform"),
        (["state"], "Usage: mailform state"),
    ],
)
def test_a_mistake_of_usage_exits_with_1_and_says_which(terminal: Terminal, arguments: list[str], said: str) -> None:
    terminal.run(*arguments).refuses(said, "Usage: mailform")


def test_a_control_character_in_an_argument_is_shown_escaped(terminal: Terminal) -> None:
    ran = terminal.run("plan", "--target", "a\x1b[31m.b")
    ran.refuses("\\x1b[31m")
    assert "\x1b" not in ran.err


def test_a_reader_who_has_enough_is_no_error_of_ours(scenario: Terminal) -> None:
    line = f"{sys.executable} -c 'from mailform.cli.main import run; run()' schema | head -1"
    ran = subprocess.run(["bash", "-c", line], cwd=scenario.folder, capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("{\n", "")


def test_a_full_pipe_whose_reader_has_gone_ends_without_a_word(scenario: Terminal) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        code = "from mailform.cli.main import run; run()"
        ran = subprocess.run(
            [sys.executable, "-c", code, "schema"],
            cwd=scenario.folder,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (ran.returncode, ran.stderr) == (1, "")


def test_closed_standard_streams_are_no_obstacle(scenario: Terminal) -> None:
    run = f"{sys.executable} -c 'from mailform.cli.main import run; run()'"
    for line, code in ((f"{run} plan <&-", 0), (f"{run} validate >&-", 0), (f"{run} apply <&- 2>&-", 1)):
        ran = subprocess.run(["bash", "-c", line], cwd=scenario.folder, capture_output=True, text=True, timeout=60)
        assert ran.returncode == code, ran
        assert "Traceback" not in ran.stderr


def test_letters_that_the_terminal_has_not_are_escaped(terminal: Terminal) -> None:
    terminal.write('[outputs.o]\nvalue = "Grüße"\n')
    terminal.done("apply", "--auto-approve")
    ran = terminal.process("output", "o", env=environment(PYTHONIOENCODING="ascii", PYTHONUTF8="0"))
    assert (ran.returncode, ran.stdout) == (0, '"Gr\\xfc\\xdfe"\n')


def test_completion_offers_the_commands(terminal: Terminal) -> None:
    env = environment(_MAILFORM_COMPLETE="complete_bash", COMP_WORDS="mailform st", COMP_CWORD="1")
    assert terminal.process(env=env).stdout.split() == ["state"]


def test_a_failure_is_one_json_document_when_json_is_asked_for(terminal: Terminal) -> None:
    ran = terminal.run("plan", "--json")
    assert ran.code == 1
    assert [found["code"] for found in json.loads(ran.out)["diagnostics"]] == ["no-configuration"]
