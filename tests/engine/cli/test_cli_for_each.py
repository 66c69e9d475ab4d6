"""Addresses with keys on the command line: typed, shown, pasted back."""

from __future__ import annotations

import json
import shlex

import pytest

from terminal import Terminal

RULE = {
    "name": "By hand",
    "conditions.from_scope": "InOrganization",
    "actions.prepend_subject": "[x] ",
    "enabled": True,
}
BLOCK = """[transport_rule.x]
for_each = {}
name = "${{each.value}}"
conditions = {{ from_scope = "InOrganization" }}
actions = {{ prepend_subject = "[x] " }}
"""
TWO = BLOCK.format('{ eu = "Europe", us = "America" }')


@pytest.fixture
def two(terminal: Terminal) -> Terminal:
    """A terminal where two instances of one block were applied."""
    terminal.write(TWO)
    terminal.done("apply", "--auto-approve", "-q")
    return terminal


def test_the_state_is_asked_for_one_instance_by_its_key(two: Terminal) -> None:
    assert two.done("state", "list") == 'transport_rule.x["eu"]\ntransport_rule.x["us"]\n'
    assert '"Europe"' in two.done("state", "show", 'transport_rule.x["eu"]')
    assert '"Europe"' in two.done("state", "show", r'transport_rule.x["\u0065u"]')
    two.run("state", "show", "transport_rule.x").refuses(
        "[several-resources]", 'transport_rule.x["eu"], transport_rule.x["us"]'
    )
    two.run("state", "show", 'transport_rule.x["uk"]').refuses("did you mean `transport_rule.x[")


def test_an_instance_moves_in_the_state_and_back(two: Terminal) -> None:
    two.done("state", "mv", 'transport_rule.x["eu"]', "transport_rule.y")
    assert two.done("state", "list").splitlines() == ['transport_rule.x["us"]', "transport_rule.y"]
    two.run("state", "mv", "transport_rule.x", "transport_rule.z").refuses('name one of them: transport_rule.x["us"]')
    two.run("state", "mv", "transport_rule.y", 'transport_rule.x["us"]').refuses(
        "[address-taken]", """mailform state rm 'transport_rule.x["us"]'"""
    )
    two.done("state", "mv", "transport_rule.y", 'transport_rule.x["eu"]')
    assert "No changes." in two.done("plan")


@pytest.mark.parametrize(
    ("given", "left"), [('transport_rule.x["eu"]', ['transport_rule.x["us"]']), ("transport_rule.x", [])]
)
def test_forgetting_takes_one_instance_or_the_whole_block(two: Terminal, given: str, left: list[str]) -> None:
    two.done("state", "rm", given)
    assert two.run("state", "list", "--json").document == left


def test_an_object_is_imported_to_a_key_and_the_plan_is_empty(terminal: Terminal) -> None:
    terminal.write(TWO.replace("Europe", "By hand"))
    id = terminal.by_hand("transport_rule", RULE)
    refused = terminal.run("plan")
    refused.refuses(f"""mailform import 'transport_rule.x["eu"]' {id}""")
    terminal.run("import", "transport_rule.x", id).refuses("[needs-key]", 'transport_rule.x["eu"]')
    terminal.run("import", 'transport_rule.x["us1"]', id).refuses(
        "[undeclared]", 'did you mean `transport_rule.x["us"]'
    )
    terminal.run("import", 'transport_rule.y["us"]', id).refuses("[undeclared]")
    terminal.done("import", 'transport_rule.x["eu"]', id)
    assert "1 to create, 0 to update" in terminal.done("plan")


def test_the_plan_as_json_has_the_key_as_index(two: Terminal) -> None:
    two.write(TWO.replace("Europe", "The continent"))
    document = json.loads(two.done("plan", "--json"))
    changes = {one["address"]: one for one in document["resource_changes"]}
    assert changes['transport_rule.x["eu"]']["index"] == "eu"
    assert changes['transport_rule.x["eu"]']["change"]["actions"] == ["update"]
    assert changes['transport_rule.x["us"]']["change"]["actions"] == ["no-op"]
    planned = document["planned_values"]["root_module"]["resources"]
    assert [(one["address"], one["index"]) for one in planned] == [
        ('transport_rule.x["eu"]', "eu"),
        ('transport_rule.x["us"]', "us"),
    ]
    written = document["configuration"]["root_module"]["resources"]
    assert [one["index"] for one in written] == ["eu", "us"]


def test_a_saved_plan_with_keys_is_applied(two: Terminal) -> None:
    two.write(TWO.replace("Europe", "The continent"))
    two.done("plan", "--out", "p.plan", "--target", 'transport_rule.x["eu"]')
    two.done("apply", "p.plan")
    assert "No changes." in two.done("plan")


WILD = 'it\'s "x" \x1b[2J \u202e]\\ ${a}'


def test_a_wild_key_is_shown_safely_and_what_is_shown_can_be_typed(terminal: Terminal) -> None:
    key = "".join(f"\\U{ord(letter):08X}" for letter in WILD)
    terminal.write(BLOCK.format(f'{{ "{key}" = "Wild" }}'))
    out = terminal.done("plan") + terminal.done("apply", "--auto-approve") + terminal.done("graph")
    out += terminal.done("graph", "--format", "mermaid")
    assert "\x1b" not in out
    assert "\u202e" not in out
    (address,) = terminal.done("state", "list").splitlines()
    assert '"Wild"' in terminal.done("state", "show", address)
    document = json.loads(terminal.done("show", "--json"))
    assert document["values"]["root_module"]["resources"][0]["index"] == WILD


def test_a_hint_for_a_shell_survives_the_shell(terminal: Terminal) -> None:
    terminal.write(BLOCK.format("""{ "it's" = "By hand" }"""))
    id = terminal.by_hand("transport_rule", RULE)
    refused = terminal.run("plan")
    line = refused.err.partition("mailform import ")[2].splitlines()[0]
    address, given = shlex.split(line)
    assert given == id
    terminal.done("import", address, given)
    assert "No changes." in terminal.done("plan")


def test_the_imported_block_refers_to_an_instance_by_its_key(terminal: Terminal) -> None:
    terminal.write(
        '[outbound_connector.out]\nfor_each = ["eu"]\nname = "Out ${each.key}"\nconnector_type = "OnPremises"\n'
        'is_transport_rule_scoped = true\nuse_mx_record = false\nsmart_hosts = ["mx.contoso.com"]\n'
    )
    terminal.done("apply", "--auto-approve", "-q")
    route = {"actions.route_message_outbound_connector": "Out eu"}
    id = terminal.by_hand("transport_rule", {**RULE, **route})
    ran = terminal.run("import", "transport_rule.hand", id)
    (terminal.folder / "hand.mailform.toml").write_text(ran.out, encoding="utf-8")
    terminal.done("import", "transport_rule.hand", id)
    assert '${outbound_connector.out[\\"eu\\"].name}' in ran.out
    assert "No changes." in terminal.done("plan")


def test_a_mistake_of_one_instance_is_shown_with_its_place(terminal: Terminal) -> None:
    terminal.write(BLOCK.format('{ eu = "Europe", us = "" }'))
    refused = terminal.run("validate")
    refused.refuses('Error: `transport_rule.x["us"]`: `name` can\'t be empty', "--> mailform.toml:6:8")
