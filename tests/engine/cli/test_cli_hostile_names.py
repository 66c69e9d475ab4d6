"""Whoever may name something in the tenant can't write to the terminal of whoever looks at it.

One tenant has every harmful character in every text of every kind, and every command that shows anything is run over
it. Nothing harmful may come out, and the name has to be recognisable still: escaped, not left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hostile import (
    CONFIGURATION,
    EVIL,
    MARK,
    basic_string,
    shows_nothing_harmful,
    stranger,
    texts,
)
from mailform_providers.sandbox import refusals, rule_limits
from terminal import Terminal, environment

LOOKING = [
    ("plan",),
    ("plan", "--refresh-only"),
    ("plan", "--destroy"),
    ("plan", "-vv"),
    ("plan", "--replace", "inbound_connector.in"),
    ("drift",),
]
KINDS = ("outbound_connector", "inbound_connector", "transport_rule")


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_plan_and_drift_show_hostile_names_escaped(
    spoiled_tenant: Terminal, command: tuple[str, ...], as_json: tuple[str, ...]
) -> None:
    ran = spoiled_tenant.run(*command, *as_json)
    shows_nothing_harmful(ran)
    assert ran.code == 0, ran
    assert MARK in ran.out
    if as_json:
        assert EVIL in texts(ran.document), "programs are told what it is"


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
def test_a_whole_life_with_hostile_names_never_shows_one(spoiled_tenant: Terminal, as_json: tuple[str, ...]) -> None:
    """Adopt what is there, look at it from every side, save a plan, and take it away again."""
    terminal = spoiled_tenant
    for words in (
        ("apply", "--refresh-only", "--auto-approve", *as_json),
        ("show", *as_json),
        ("state", "list", *as_json),
        ("state", "show", "transport_rule.rule", *as_json),
        ("state", "show", "inbound_connector.in", *as_json),
        ("state", "history", *as_json),
        ("state", "pull"),
        ("output", *as_json),
        ("plan", "--out", "saved.mfplan", *as_json),
        ("show", "saved.mfplan", *as_json),
        ("apply", "saved.mfplan", "-v", *as_json),
        ("destroy", "--auto-approve", *as_json),
        ("recover", *as_json),
    ):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        if words[:2] in (("show", *as_json)[:2], ("state", "pull")) or words[:2] == ("show", "saved.mfplan"):
            assert MARK in ran.out, (words, ran)


@pytest.mark.parametrize("kind", KINDS)
def test_import_gives_a_block_that_can_be_looked_at_and_says_the_very_same(spoiled_tenant: Terminal, kind: str) -> None:
    ran = spoiled_tenant.run("import", f"{kind}.stranger", stranger(spoiled_tenant, kind))
    shows_nothing_harmful(ran)
    assert ran.code == 1
    assert tomllib.loads(ran.out)[kind]["stranger"]["name"].replace("$${", "${") == f"{kind}{EVIL}{EVIL}"
    shows_nothing_harmful(spoiled_tenant.run("import", f"{kind}.stranger", f"{kind}{EVIL}{EVIL}", "--json"))


def test_an_object_that_is_in_the_way_is_named_escaped(spoiled_tenant: Terminal) -> None:
    spoiled_tenant.write(
        CONFIGURATION.replace('name = "In"', f'name = "{basic_string(f"inbound_connector{EVIL}{EVIL}")}"')
    )
    for words in (("validate",), ("plan",), ("graph",), ("apply", "--auto-approve"), ("validate", "--json")):
        ran = spoiled_tenant.run(*words)
        shows_nothing_harmful(ran)


def test_what_the_service_says_is_shown_escaped(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its refusals quote names, and its warnings are anybody's text."""
    terminal.write(CONFIGURATION)

    def refused(*_: object) -> None:
        raise refusals.invalid(f"The rule can't be made.{EVIL}")

    monkeypatch.setattr(rule_limits, "require_room", refused)
    for words in (("apply", "--auto-approve"), ("apply", "--auto-approve", "--json")):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        assert ran.code == 3
        assert MARK in ran.out


def test_an_output_is_escaped_for_eyes_and_exact_for_a_pipeline(terminal: Terminal) -> None:
    """`--raw` is for `$(…)`: what comes out is the value, byte for byte, whatever the locale is."""
    said = EVIL.replace("\0", "")
    text = CONFIGURATION.replace('"fine"', f'"{basic_string(said.replace("${", "$$" + "{"))}"')
    terminal.write(text)
    applied = terminal.run("apply", "--auto-approve")
    shows_nothing_harmful(applied)
    assert applied.code == 0, applied
    for words in (("output", "words"), ("output", "words", "--json"), ("output",)):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        assert MARK in ran.out
    assert terminal.run("output", "words", "--json").document == said
    command = [sys.executable, "-c", "from mailform.cli.main import run; run()", "output", "words", "--raw"]
    raw = subprocess.run(command, capture_output=True, env=environment(LC_ALL="C", PYTHONUTF8="0"), check=True)
    assert raw.stdout == said.encode()


def test_a_state_that_is_pulled_says_the_same_and_can_be_pushed(spoiled_tenant: Terminal) -> None:
    spoiled_tenant.done("apply", "--refresh-only", "--auto-approve")
    pulled = spoiled_tenant.done("state", "pull")
    assert pulled.isascii()
    assert json.loads(pulled) == json.loads((spoiled_tenant.folder / "mailform.state.json").read_text())
    Path("pulled.json").write_text(pulled)
    assert spoiled_tenant.run("state", "push", "--force", "pulled.json").code == 0
