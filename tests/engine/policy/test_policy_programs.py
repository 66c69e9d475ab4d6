"""Programs that judge a plan: only exit 0 lets it pass, no shell is asked, no credential is handed on."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from lifecycle.blocks import rule
from terminal import Ran, Terminal


def program(terminal: Terminal, body: str) -> str:
    """A program in Python, as it is named on a command line."""
    path = terminal.folder / "check it.py"
    path.write_text(f"import json, os, sys, time\n{body}\n")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}"


def ended(process: int) -> bool:
    """Whether a process is gone, or soon is: the kernel takes its time."""
    for _ in range(1000):
        try:
            os.kill(process, 0)
            state = Path(f"/proc/{process}/stat")
            if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def planned(terminal: Terminal) -> Terminal:
    terminal.write(rule("a", "A"))
    return terminal


def judged(terminal: Terminal, body: str, *more: str) -> Ran:
    return terminal.run("plan", "--policy-command", program(terminal, body), "--out", "x.mfplan", *more)


def test_exit_0_lets_a_plan_pass_whatever_is_said(planned: Terminal) -> None:
    assert judged(planned, "print('3 rules passed')").code == 0
    assert Path("x.mfplan").exists()


def test_any_other_exit_refuses_and_shows_what_was_said(planned: Terminal) -> None:
    for code in (1, 2, 10, 255):
        ran = judged(planned, f"print('rule \\x1b[31mA is odd'); sys.exit({code})")
        assert ran.code == 10
        assert f"(exit {code})" in ran.out
        assert "rule \\x1b[31mA is odd" in ran.out
    assert not Path("x.mfplan").exists()


def test_it_reads_the_plan_that_json_shows(planned: Terminal) -> None:
    told = judged(planned, "open('seen', 'w').write(sys.stdin.read())", "--json").out
    assert Path("seen").read_text() == told


def test_its_findings_are_told_as_those_of_rules_are(planned: Terminal) -> None:
    answer = {
        "findings": [
            {"effect": "warn", "message": "late in the day"},
            {"effect": "deny", "policy": "names", "address": "transport_rule.a", "message": "too short"},
        ]
    }
    ran = judged(planned, f"print(json.dumps({answer!r}))", "--json")
    assert ran.code == 10, "a finding that denies counts, also with exit 0"
    told = {one["code"]: one for one in ran.document["mailform"]["warnings"]}
    assert told["policy-warning"]["summary"] == "late in the day"
    assert told["policy-denied"]["summary"] == "transport_rule.a: too short"
    assert "`names`" in told["policy-denied"]["detail"]


@pytest.mark.parametrize(
    "answer",
    [
        '{"findings": [{"effect": "forbid", "message": "x"}]}',
        '{"findings": [{"efect": "deny", "message": "x"}]}',
        '{"denials": []}',
        '{"findings": []',
        '{"findings": [], "findings": [{"effect": "deny", "message": "x"}]}',
    ],
)
def test_an_answer_that_cannot_be_read_lets_nothing_pass(planned: Terminal, answer: str) -> None:
    ran = judged(planned, f"print({answer!r})")
    assert (ran.code, "can't be read" in ran.out) == (10, True)


def test_an_answer_without_end_is_not_listened_to(planned: Terminal) -> None:
    ran = judged(planned, "print('{\"findings\": [' + ' ' * 3_000_000 + ']}')")
    assert (ran.code, "larger than" in ran.out) == (10, True)


def test_what_is_not_done_in_time_is_ended_with_all_that_it_started(planned: Terminal) -> None:
    slow = "sh -c 'sleep 300 & echo $! > child; wait'"
    ran = planned.run("plan", "--policy-command", slow, "--policy-timeout", "3s")
    assert (ran.code, "was not done after 3 s" in ran.out) == (10, True)
    assert ended(int(Path("child").read_text()))


def test_one_that_is_killed_refuses(planned: Terminal) -> None:
    assert judged(planned, "os.kill(os.getpid(), 9)").code == 10


def test_it_binds_apply_and_destroy_too(planned: Terminal) -> None:
    planned.done("plan", "--out", "x.mfplan")
    command = program(planned, "sys.exit(1)")
    for words in (("apply", "x.mfplan"), ("apply", "--auto-approve")):
        ran = planned.run(*words, "--policy-command", command, "--json")
        assert (ran.code, ran.document["diagnostics"][0]["code"]) == (10, "policy-denied")
    planned.done("apply", "x.mfplan")
    assert planned.run("destroy", "--auto-approve", "--policy-command", command).code == 10


def test_several_are_all_asked(planned: Terminal) -> None:
    refusing = program(planned, "sys.exit(3)")
    ran = planned.run("plan", "--policy-command", "true", "--policy-command", refusing, "--policy-command", "false")
    assert (ran.code, ran.out.count("[policy-denied]")) == (10, 2)


@pytest.mark.parametrize(
    "command", ["", "   ", "no-such-program-anywhere", "true; touch owned", "$(touch owned)", "`touch owned`", "'open"]
)
def test_what_is_no_program_is_a_mistake_and_no_shell_sees_it(planned: Terminal, command: str) -> None:
    planned.run("plan", "--policy-command", command).refuses("--policy-command")
    assert not Path("owned").exists()


def test_its_arguments_reach_it_as_they_are(planned: Terminal) -> None:
    command = program(planned, "open('seen', 'w').write(json.dumps(sys.argv[1:]))")
    planned.done("plan", "--policy-command", f"{command} '; touch owned' '$(touch owned)' '*' '&&'")
    assert Path("seen").read_text() == '["; touch owned", "$(touch owned)", "*", "&&"]'
    assert not Path("owned").exists()


def test_it_gets_no_credential(planned: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = (
        "AZURE_CLIENT_SECRET",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_ACCESSTOKEN",
        "MAILFORM_EXCHANGE_TOKEN",
        "GITHUB_TOKEN",
        "LEXICON_AUTH_TOKEN",
    )
    for name in secrets:
        monkeypatch.setenv(name, "hunter2")
    assert judged(planned, "open('seen', 'w').write(repr(dict(os.environ)))").code == 0
    seen = Path("seen").read_text()
    assert "hunter2" not in seen
    assert os.environ["PATH"] in seen


def test_a_sensitive_value_is_not_handed_on(terminal: Terminal) -> None:
    secret = '[variables.secret]\ntype = "string"\nsensitive = true\n'
    terminal.write(secret + rule("a", "A", 'comments = "${var.secret}"'))
    assert judged(terminal, "open('seen', 'w').write(sys.stdin.read())", "--var", "secret=hunter2").code == 0
    assert "hunter2" not in Path("seen").read_text()
    assert "(sensitive)" in Path("seen").read_text()
