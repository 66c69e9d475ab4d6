"""`import ADDRESS ID`: taking over what somebody made by hand, without touching it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailform_providers.sandbox import seeds
from terminal import TENANT, Terminal

RULE = {
    "name": "By hand",
    "conditions.from_scope": "InOrganization",
    "conditions.message_size_over": "30MB",
    "actions.prepend_subject": "[${x}] ",
    "exceptions.subject_contains_words": ("a", "b"),
    "enabled": False,
    "expiry_date": "2027-01-01T00:00:00Z",
    "comments": "line\r\nline",
}
WRITTEN = """
[transport_rule.hand]
name = "By hand"
conditions = { from_scope = "InOrganization" }
actions = { prepend_subject = "[x] " }
"""


def test_what_is_not_written_yet_is_printed_to_paste_and_not_imported(terminal: Terminal) -> None:
    main = terminal.write("")
    id = terminal.by_hand("transport_rule", RULE)
    ran = terminal.run("import", "transport_rule.hand", "BY HAND")
    ran.refuses("Nothing was imported", f"mailform import 'transport_rule.hand' {id}")
    assert not Path("mailform.state.json").exists()
    assert ran.out.startswith('[transport_rule.hand]\nname = "By hand"\n')
    assert "mode" not in ran.out, "what is as the service has it by default isn't written"
    main.write_text(main.read_text() + "\n" + ran.out)
    terminal.done("validate")
    assert f"({id}) as transport_rule.hand" in terminal.done("import", "transport_rule.hand", id.upper())
    assert terminal.done("plan").endswith("No changes. The tenant is as the configuration says.\n")


def test_the_plan_after_an_import_is_what_configuration_and_tenant_differ_in(terminal: Terminal) -> None:
    terminal.write(WRITTEN)
    terminal.by_hand("transport_rule", RULE)
    terminal.run("plan").refuses("[already-exists]")
    terminal.done("import", "transport_rule.hand", "By hand")
    document = terminal.run("plan", "--json").document
    assert document["resource_drift"] == []
    (change,) = document["resource_changes"]
    before, after = change["change"]["before"], change["change"]["after"]
    assert change["change"]["actions"] == ["update"]
    assert (before["enabled"], after["enabled"]) == (False, True)
    assert (before["actions"]["prepend_subject"], after["actions"]["prepend_subject"]) == ("[${x}] ", "[x] ")
    assert before["exceptions"]["subject_contains_words"] == ["a", "b"]
    assert not after["exceptions"]["subject_contains_words"]
    assert before["expiry_date"] == after["expiry_date"], "nobody manages it"
    terminal.done("apply", "--auto-approve")
    assert "No changes." in terminal.done("plan")


def test_an_import_writes_nothing_to_the_tenant(terminal: Terminal) -> None:
    terminal.write(WRITTEN)
    terminal.by_hand("transport_rule", RULE)
    before = Path(".mailform/sandbox.json").read_bytes()
    terminal.done("import", "transport_rule.hand", "By hand")
    assert Path(".mailform/sandbox.json").read_bytes() == before


def test_the_settings_that_only_the_state_holds_are_recorded(terminal: Terminal) -> None:
    terminal.write(
        '[accepted_domain.own]\ndomain = "fabrikam.onmicrosoft.com"\non_destroy = "delete"\n'
        'lifecycle = { prevent_destroy = true, ignore_changes = ["domain_type"] }\n'
    )
    terminal.done("import", "accepted_domain.own", "Fabrikam.onmicrosoft.COM.")
    own = terminal.run("state", "show", "accepted_domain.own", "--json").document["mailform"]
    assert own == {"on_destroy": "delete", "prevent_destroy": True, "ignore_changes": ["domain_type"]}
    assert "No changes." in terminal.done("plan")


def test_what_a_sensitive_variable_went_into_stays_hidden(terminal: Terminal) -> None:
    terminal.write('[variables.s]\nsensitive = true\ndefault = "[s] "\n' + WRITTEN.replace('"[x] "', '"${var.s}"'))
    terminal.by_hand("transport_rule", RULE)
    terminal.done("import", "transport_rule.hand", "By hand")
    assert "[${x}]" not in terminal.done("show") + terminal.done("plan")
    assert "(sensitive)" in terminal.done("state", "show", "transport_rule.hand")


def test_an_object_has_one_address_and_an_address_one_object(terminal: Terminal) -> None:
    terminal.write(WRITTEN + WRITTEN.replace("hand", "other").replace("By ", "Also by "))
    first = terminal.by_hand("transport_rule", RULE)
    second = terminal.by_hand("transport_rule", {**RULE, "name": "Also by hand"})
    terminal.done("import", "transport_rule.hand", first)
    terminal.run("import", "transport_rule.hand", first).refuses("[already-managed]", "nothing is to be done")
    terminal.run("import", "transport_rule.other", "By hand").refuses("[already-managed]", "state mv")
    terminal.run("import", "transport_rule.hand", second).refuses("[address-taken]", "state rm")
    assert json.loads(terminal.done("state", "pull"))["serial"] == 1


def test_another_object_takes_the_address_of_one_that_is_gone(terminal: Terminal) -> None:
    terminal.write(WRITTEN)
    terminal.by_hand("transport_rule", RULE)
    terminal.done("import", "transport_rule.hand", "By hand")
    gone = terminal.id_of("transport_rule.hand")
    terminal.sandbox.run("Remove-TransportRule", {"Identity": gone})
    fresh = terminal.by_hand("transport_rule", RULE)
    terminal.run("plan").refuses("[another-object]", f"mailform import 'transport_rule.hand' {fresh}")
    terminal.done("import", "transport_rule.hand", fresh)
    assert terminal.id_of("transport_rule.hand") == fresh != gone


def test_a_rule_that_mailform_cannot_express_is_refused_with_the_reason(terminal: Terminal) -> None:
    terminal.write(WRITTEN)
    id = seeds.dlp_rule(terminal.sandbox, "By hand")
    terminal.run("import", "transport_rule.hand", id).refuses("[unsupported-rule]", "made by a DLP policy")


def test_a_connector_that_the_listing_hides_is_found(terminal: Terminal) -> None:
    main = terminal.write("")
    id = seeds.tested_connector(terminal.sandbox, "In test")
    ran = terminal.run("import", "outbound_connector.test", "in test")
    main.write_text(main.read_text() + ran.out)
    assert "test_mode = true" in ran.out
    terminal.done("import", "outbound_connector.test", id)
    assert "No changes." in terminal.done("plan")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["transport_rule.hand", "Nobody"], "the tenant has no transport rule “Nobody”"),
        (["transport_rule.hand", "a\x1b[31mb"], "\\x1b[31m"),
        (["accepted_domain.own", "fabrikam.onmicrosoft.com"], "[another-domain]"),
        (["mailbox.one", "x"], "[bad-address]"),
        (['transport_rule.hand["a"]', "x"], "[undeclared]"),
        (["module.m.transport_rule.hand", "x"], "[bad-address]"),
        (["--all"], "name the file to write"),
        (["--from", "found.json"], "name the file to write"),
        (["--all", "--from", "found.json", "--out", "x.mailform.toml"], "give ADDRESS ID, or --all, or --from FILE"),
        (["transport_rule.hand", "By hand", "--all", "--out", "x.mailform.toml"], "give ADDRESS ID, or --all"),
        (["transport_rule.hand", "By hand", "--dry-run"], "belongs to --all or --from"),
        (["--all", "--out", "x.mailform.toml", "--type", "mailbox"], "'mailbox' is not one of"),
        (["--all", "--out", "found.toml"], "would not be read"),
        (["--all", "--out", "/elsewhere/found.mailform.toml"], "is not in the configuration's folder"),
    ],
)
def test_what_cannot_be_imported_is_refused(terminal: Terminal, arguments: list[str], said: str) -> None:
    terminal.write(WRITTEN + '[accepted_domain.own]\ndomain = "contoso.com"\n')
    ran = terminal.run("import", *arguments)
    ran.refuses(said, "hint: ")
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("import", "transport_rule.hand", "By hand"),
        ("import", "--all", "--out", "found.mailform.toml"),
        ("import", "--all", "--dry-run"),
        ("plan",),
        ("apply", "--auto-approve"),
    ],
    ids=" ".join,
)
def test_the_state_of_another_tenant_is_left_alone(terminal: Terminal, words: tuple[str, ...]) -> None:
    terminal.write(WRITTEN)
    terminal.by_hand("transport_rule", RULE)
    terminal.done("import", "transport_rule.hand", "By hand")
    before = Path("mailform.state.json").read_bytes()
    block = '[[import]]\nto = "transport_rule.hand"\nid = "By hand"\n'
    terminal.write(TENANT.replace("fabrikam", "contoso") + WRITTEN + block)
    ran = terminal.run(*words)
    assert (ran.code, "the state belongs to tenant" in ran.err) == (9, True)
    assert Path("mailform.state.json").read_bytes() == before
    assert not Path("found.mailform.toml").exists()


def test_an_import_as_json_tells_which_object(terminal: Terminal) -> None:
    terminal.write("")
    id = terminal.by_hand("transport_rule", RULE)
    ran = terminal.run("import", "transport_rule.hand", id, "--json")
    assert (ran.code, ran.document["imported"], ran.document["id"]) == (1, False, id)
    terminal.write(TENANT + ran.document["block"])
    assert terminal.run("import", "transport_rule.hand", id, "--json").document["imported"] is True


def test_a_rule_that_does_more_than_its_block_can_say_is_never_taken_over_in_silence(terminal: Terminal) -> None:
    main = terminal.write("")
    terminal.sandbox.plant(
        "transport_rule", {"Name": "Odd", "PrependSubject": "[x] ", "MessageContainsDataClassifications": ("x",)}
    )
    terminal.by_hand("transport_rule", RULE)
    ran = terminal.run("import", "transport_rule.odd", "Odd")
    ran.refuses("[more-than-written]", "message_contains_data_classifications", "Nothing was imported")
    block = main.read_text() + "\n" + ran.out
    main.write_text(block + '\n[[import]]\nto = "transport_rule.odd"\nid = "Odd"\n')
    assert "[more-than-written]" in terminal.done("plan")
    main.write_text(block)
    ran = terminal.run("import", "transport_rule.odd", "Odd")
    assert ran.out.startswith("Imported")
    assert "[more-than-written]" in ran.err
    told = terminal.done("plan")
    assert "No changes." in told
    assert "[more-than-written]" in told
    main.write_text(TENANT + WRITTEN)
    assert "more-than-written" not in terminal.run("import", "transport_rule.hand", "By hand").err
    assert "more-than-written" not in terminal.done("plan"), "what goes needs no warning"
