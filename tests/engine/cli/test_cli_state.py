"""`state …`, `show`, `output`, `unlock`: looking at what was recorded, and correcting it by hand."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailform_state.journal import Begin, End
from mailform_state.local import LocalStore
from mailform_state.store import Holder
from terminal import Terminal

ADDRESSES = [
    "accepted_domain.certificate",
    "inbound_connector.from_signature",
    "outbound_connector.to_signature",
    "transport_rule.route",
]
EDITS = (
    ["state", "mv", ADDRESSES[3], "transport_rule.other"],
    ["state", "rm", ADDRESSES[3]],
    ["state", "push", "pulled.json"],
    ["state", "restore", "1"],
    ["import", ADDRESSES[3], "Route email to Contoso Signature Service"],
)


def serial(terminal: Terminal) -> int:
    found: int = json.loads(terminal.done("state", "pull"))["serial"]
    return found


@contextmanager
def locked(folder: Path) -> Iterator[str]:
    holder = Holder("somebody", "elsewhere", os.getpid(), datetime.now(UTC), "mailform apply", "https://ci/7")
    with LocalStore(folder).lock(holder, 0) as lock:
        yield lock.id


def test_before_the_first_apply_nothing_is_there_and_that_is_no_error(scenario: Terminal) -> None:
    assert scenario.run("state", "list").out == ""
    assert scenario.run("state", "list", "--json").document == []
    assert "no state yet" in scenario.done("show")
    assert scenario.run("show", "--json").document == {"format_version": "1.0"}
    assert scenario.done("output") == "There are no outputs.\n"
    assert scenario.done("state", "history") == "No versions are kept.\n"
    assert scenario.done("state", "lock-info") == "The state isn't locked.\n"
    for command in (["state", "pull"], ["state", "rm", "a.b"], ["state", "mv", "a.b", "a.c"], ["state", "show", "a.b"]):
        scenario.run(*command).refuses("hint: ")
    assert not (scenario.folder / "mailform.state.json").exists()


def test_the_state_is_listed_and_shown(applied: Terminal) -> None:
    assert applied.done("state", "list").splitlines() == ADDRESSES
    assert applied.run("state", "list", "--json").document == ADDRESSES
    assert 'conditions.from_scope:                     "InOrganization"' in applied.done("state", "show", ADDRESSES[3])
    whole = applied.run("show", "--json").document
    assert [found["address"] for found in whole["values"]["root_module"]["resources"]] == ADDRESSES
    assert all(address in applied.done("show") for address in ADDRESSES)
    applied.run("state", "show", "transport_rule.rout").refuses("did you mean `transport_rule.route`?")


def test_a_resource_moves_to_another_address_and_others_follow(applied: Terminal) -> None:
    id = applied.id_of("outbound_connector.to_signature")
    applied.done("state", "mv", "outbound_connector.to_signature", "outbound_connector.out")
    assert applied.id_of("outbound_connector.out") == id
    rule = applied.run("state", "show", "transport_rule.route", "--json").document
    assert rule["depends_on"] == ["inbound_connector.from_signature", "outbound_connector.out"]
    assert serial(applied) == 2
    text = Path("mailform.toml").read_text().replace("outbound_connector.to_signature", "outbound_connector.out")
    applied.write(text)
    assert "No changes." in applied.done("plan")


@pytest.mark.parametrize(
    ("origin", "target", "code"),
    [
        ("transport_rule.none", "transport_rule.x", "unknown-address"),
        ("transport_rule.route", "inbound_connector.x", "another-kind"),
        ("transport_rule.route", "transport_rule.route", "address-taken"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(applied: Terminal, origin: str, target: str, code: str) -> None:
    applied.run("state", "mv", origin, target).refuses(f"[{code}]", "hint: ")
    assert serial(applied) == 1


def test_forgotten_resources_stay_in_the_tenant_and_nobody_depends_on_them(applied: Terminal) -> None:
    applied.done("state", "rm", "inbound_connector.from_signature", "accepted_domain.certificate")
    assert applied.done("state", "list").splitlines() == ADDRESSES[2:]
    rule = applied.run("state", "show", "transport_rule.route", "--json").document
    assert rule["depends_on"] == ["outbound_connector.to_signature"]
    applied.run("plan").refuses("[already-exists]", "mailform import 'inbound_connector.from_signature'")


def test_one_unknown_address_keeps_all_of_them(applied: Terminal) -> None:
    applied.run("state", "rm", "transport_rule.route", "transport_rule.none").refuses("transport_rule.none")
    assert applied.done("state", "list").splitlines() == ADDRESSES


def test_what_was_pulled_can_be_pushed_again(applied: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    pulled = applied.done("state", "pull")
    Path("pulled.json").write_text(pulled)
    applied.run("state", "push", "pulled.json").refuses("serial 1")
    assert "serial 2 now" in applied.done("state", "push", "--force", "pulled.json")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pulled.encode())))
    assert "serial 3 now" in applied.done("state", "push", "-", "--force")
    assert applied.done("state", "list").splitlines() == ADDRESSES


def test_a_pushed_state_has_to_be_whole_and_of_this_tenant(applied: Terminal) -> None:
    pulled = applied.done("state", "pull")
    Path("cut.json").write_text(pulled[:-40])
    assert applied.run("state", "push", "cut.json", "--force").code == 9
    (applied.folder / "other").mkdir()
    applied.write(Path("mailform.toml").read_text(), "other/mailform.toml")
    applied.done("-C", "other", "apply", "--auto-approve")
    Path("stranger.json").write_text(applied.done("-C", "other", "state", "pull"))
    assert applied.run("state", "push", "stranger.json").code == 9
    applied.run("state", "push", "nowhere.json").refuses("can't be read")
    assert serial(applied) == 1


def test_an_old_version_comes_back_under_a_new_serial(applied: Terminal) -> None:
    applied.done("state", "rm", "transport_rule.route")
    assert [found["serial"] for found in applied.run("state", "history", "--json").document] == [2, 1]
    assert "serial 3 now" in applied.done("state", "restore", "1")
    assert applied.done("state", "list").splitlines() == ADDRESSES
    applied.run("state", "restore", "77").refuses("Version 77", "Kept are: 1, 2, 3")


def test_restoring_repairs_a_damaged_state(applied: Terminal) -> None:
    Path("mailform.state.json").write_text("{}")
    assert applied.run("state", "list").code == 9
    applied.done("state", "restore", "1")
    assert applied.done("state", "list").splitlines() == ADDRESSES


@pytest.mark.parametrize("edit", EDITS, ids=lambda words: " ".join(words[:2]))
def test_an_edit_waits_for_nobody_who_has_the_lock(applied: Terminal, edit: list[str]) -> None:
    Path("pulled.json").write_text(applied.done("state", "pull"))
    with locked(applied.folder):
        ran = applied.run(*edit)
    assert (ran.code, "somebody on elsewhere" in ran.err) == (7, True)
    assert serial(applied) == 1


@pytest.mark.parametrize("edit", EDITS, ids=lambda words: " ".join(words[:2]))
def test_an_edit_refuses_while_a_run_is_held(applied: Terminal, edit: list[str]) -> None:
    Path("pulled.json").write_text(applied.done("state", "pull"))
    now = datetime.now(UTC)
    LocalStore(applied.folder).append((Begin("r", "", "t", "l", 2, "somebody", now), End(6, now)))
    applied.run(*edit).refuses("mailform recover")
    assert serial(applied) == 1


def test_an_edit_settles_a_run_that_was_cut_off_first(applied: Terminal) -> None:
    store = LocalStore(applied.folder)
    state = store.read()
    assert state is not None
    store.append((Begin("r", "", state.tenant, state.lineage, state.serial, "somebody", datetime.now(UTC)),))
    ran = applied.run("state", "rm", "transport_rule.route")
    assert (ran.code, "settled first" in ran.err) == (0, True)
    assert store.journal() is None


def test_a_damaged_state_comes_back_under_an_open_journal_only_as_the_version_it_began_from(applied: Terminal) -> None:
    store = LocalStore(applied.folder)
    state = store.read()
    assert state is not None
    store.append((Begin("r", "", state.tenant, state.lineage, 1, "somebody", datetime.now(UTC)),))
    Path("mailform.state.json").write_text("{}")
    assert applied.run("recover").code == 9
    applied.run("state", "restore", "7").refuses("it began from serial 1")
    applied.done("state", "restore", "1")
    applied.done("recover")
    assert store.journal() is None
    assert applied.done("state", "list").splitlines() == ADDRESSES


def test_every_request_is_shown_when_asked_for(scenario: Terminal) -> None:
    assert "Get-TransportRule" not in scenario.run("plan").err
    assert "Get-TransportRule at outlook.office365.com: 200" in scenario.run("plan", "-v").err
    assert "client-request-id" in scenario.run("plan", "-vv").err


def test_who_has_the_lock_is_told(scenario: Terminal) -> None:
    with locked(scenario.folder) as id:
        told = scenario.done("state", "lock-info")
        document = scenario.run("state", "lock-info", "--json").document
    assert all(word in told for word in (id, "somebody on elsewhere", "mailform apply", "https://ci/7"))
    assert (document["locked"], document["id"], document["holder"]["user"]) == (True, id, "somebody")
    assert scenario.run("state", "lock-info", "--json").document == {"locked": False, "id": None, "holder": None}


def test_a_living_lock_is_not_unlocked_and_a_dead_one_is(scenario: Terminal) -> None:
    with locked(scenario.folder) as id:
        assert scenario.run("unlock", id).code == 7
        left_behind = Path("mailform.state.lock").read_bytes()
    scenario.run("unlock", id).refuses("isn't locked")
    Path("mailform.state.lock").write_bytes(left_behind)
    assert "a process died with the lock" in scenario.done("state", "lock-info")
    scenario.run("unlock", "another").refuses(id)
    assert scenario.done("unlock", id) == "The state is unlocked.\n"
    assert scenario.done("state", "lock-info") == "The state isn't locked.\n"


def test_an_output_is_shown_and_a_sensitive_one_only_by_name(terminal: Terminal) -> None:
    terminal.write(
        '[outputs.host]\nvalue = "a \\"b\\""\n[outputs.many]\nvalue = [1, true]\n'
        '[outputs.secret]\nvalue = "s3cret"\nsensitive = true\n'
    )
    terminal.done("apply", "--auto-approve")
    assert terminal.done("output") == 'host = "a \\"b\\""\nmany = [1, true]\nsecret = (sensitive)\n'
    assert terminal.run("output", "--json").document["secret"] == {"sensitive": True, "value": "(sensitive)"}
    assert terminal.done("output", "secret") == '"s3cret"\n'
    assert terminal.run("output", "many", "--json").document == [1, True]
    assert terminal.done("output", "host", "--raw") == 'a "b"'
    terminal.run("output", "many", "--raw").refuses("no string", "output many --json")
    terminal.run("output", "hots").refuses("did you mean `host`?")
    assert "s3cret" not in terminal.done("show") + terminal.done("show", "--json")


def test_a_saved_plan_is_shown_as_it_was_saved(scenario: Terminal) -> None:
    planned = scenario.done("plan", "--out", "p.mfplan")
    document = scenario.run("plan", "--json").document
    ran = scenario.run("show", "p.mfplan")
    assert ran.out == planned
    assert "sha256:" in ran.err
    shown = scenario.run("show", "p.mfplan", "--json").document
    assert shown["resource_changes"] == document["resource_changes"]
