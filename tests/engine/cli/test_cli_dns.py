"""The scenario at the command line, over a real name server: unproven, published, proven, done."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from mailform_providers.dns.rfc2136 import SECRET
from nameserver import ZONE, NameServer
from terminal import Terminal, environment

NAME = f"s5hg3dcg14h8s1r2303rzhm4rx.{ZONE}"


@pytest.fixture
def waiting(scenario: Terminal, monkeypatch: pytest.MonkeyPatch, name_server: NameServer) -> Terminal:
    """The starter, in a sandbox that looks for proofs at the name server."""
    monkeypatch.setenv("MAILFORM_SANDBOX_DNS", str(name_server.server))
    monkeypatch.delenv(SECRET, raising=False)
    return scenario


def ran(terminal: Terminal, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return terminal.process(*arguments, env=environment(**variables))


def applied(terminal: Terminal, *more: str, **variables: str) -> tuple[int, Any]:
    done = ran(terminal, "apply", "--auto-approve", "--settle", "2s", "--json", *more, **variables)
    assert done.stdout, done
    return done.returncode, json.loads(done.stdout)


def test_three_runs_of_the_command_and_a_record_between_them(waiting: Terminal, name_server: NameServer) -> None:
    server = str(name_server.server)
    code, report = applied(waiting, "--dns-server", server)
    (wait,) = report["waits"]
    assert (code, wait["name"]) == (5, NAME)
    assert wait["looked_up"] == f"The name servers of {ZONE} don't have the record yet."
    name_server.put(wait["name"], "TXT", f'"{wait["txt"]}"')
    assert "have the record" in ran(waiting, "plan", "--dns-server", server).stderr
    code, report = applied(waiting, "--dns-server", server)
    assert (code, report["waits"], report["deferred"]) == (0, [], [])
    again = ran(waiting, "apply", "--auto-approve")
    assert (again.returncode, "No changes" in again.stdout) == (0, True)


def test_one_run_with_a_zone_that_may_be_written_to(waiting: Terminal, name_server: NameServer) -> None:
    path = waiting.folder / "dns.mailform.toml"
    path.write_text(name_server.block())
    code, report = applied(waiting, **{SECRET: name_server.secret})
    assert code == 0, report
    assert [deed["action"] for deed in report["deeds"]].count("publish the DNS record of") == 1
    assert len(name_server.texts(NAME)) == 1
    gone = ran(waiting, "destroy", "--auto-approve", "-v", **{SECRET: name_server.secret})
    assert gone.returncode == 0, gone
    assert name_server.texts(NAME) == set()
    told = gone.stdout + gone.stderr + json.dumps(report)
    kept = b"".join(found.read_bytes() for found in waiting.folder.rglob("*") if found.is_file()).decode()
    assert name_server.secret not in told + kept


def test_without_the_keys_secret_nothing_is_begun(waiting: Terminal, name_server: NameServer) -> None:
    (waiting.folder / "dns.mailform.toml").write_text(name_server.block())
    waiting.run("apply", "--auto-approve").refuses(SECRET)
    assert not (waiting.folder / "mailform.state.json").exists()
    assert "publishes TXT" in waiting.done("plan")


@pytest.mark.parametrize("server", ["", "a b", "127.0.0.1:x"])
def test_a_name_server_that_can_be_none_is_a_usage_error(waiting: Terminal, server: str) -> None:
    for command in ("plan", "apply"):
        waiting.run(command, f"--dns-server={server}").refuses("--dns-server")


def test_without_being_asked_to_a_sandbox_looks_nothing_up(waiting: Terminal) -> None:
    code, report = applied(waiting)
    assert (code, [wait["looked_up"] for wait in report["waits"]]) == (5, [""])
    assert not re.search("name server", ran(waiting, "plan").stderr)
