"""`[[import]]` at the command line: missing blocks are written, and a saved plan holds what was approved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailform.configuration.load import parse
from mailform_providers.sandbox import seeds
from terminal import TENANT, Terminal

RULE = {"name": "By hand", "conditions.from_scope": "InOrganization", "actions.prepend_subject": "[x] "}
CONNECTOR = {
    "name": "Out",
    "is_transport_rule_scoped": True,
    "use_mx_record": False,
    "smart_hosts": ("mx.contoso.com",),
}
IMPORT = '[[import]]\nto = "transport_rule.hand"\nid = "By hand"\n'
OUT = '[[import]]\nto = "outbound_connector.out"\nid = "out"\n'
GENERATE = ("plan", "--generate-config-out", "found.mailform.toml")
NOTHING_ELSE = "Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 0 to move, {} to adopt, 0 to forget.\n"


def test_a_resource_that_is_not_written_names_the_way_to_have_it_written(terminal: Terminal) -> None:
    terminal.write(IMPORT)
    terminal.by_hand("transport_rule", RULE)
    terminal.run("plan").refuses("[undeclared]", "--generate-config-out FILE.mailform.toml")


def test_the_missing_blocks_are_written_and_planned_as_imports_and_nothing_else(terminal: Terminal) -> None:
    route = {**RULE, "actions.route_message_outbound_connector": "Out"}
    terminal.by_hand("outbound_connector", CONNECTOR)
    terminal.by_hand("transport_rule", route)
    inbound = seeds.admin_connector(terminal.sandbox, "inbound_connector", "In")
    main = terminal.write(
        f'{IMPORT}{OUT}[[import]]\nto = "accepted_domain.own"\nid = "fabrikam.onmicrosoft.com"\n'
        f'[[import]]\nto = "inbound_connector.in"\nid = "{inbound}"\n'
    )
    ran = terminal.run(*GENERATE)
    assert (ran.code, "Wrote 4 blocks to found.mailform.toml." in ran.err) == (0, True)
    assert ran.out.endswith(NOTHING_ELSE.format(4))
    assert ran.out.count(" <= ") == 4
    text = Path("found.mailform.toml").read_text(encoding="utf-8")
    assert 'route_message_outbound_connector = "${outbound_connector.out.name}"' in text
    parse({"mailform.toml": main.read_bytes(), "found.mailform.toml": text.encode()})
    before = Path(".mailform/sandbox.json").read_bytes()
    assert "The tenant was not touched." in terminal.done("apply", "--auto-approve")
    assert Path(".mailform/sandbox.json").read_bytes() == before
    assert "No changes." in terminal.done("plan")


def test_a_rule_refers_to_a_connector_that_is_written_already(terminal: Terminal) -> None:
    terminal.by_hand("outbound_connector", CONNECTOR)
    terminal.by_hand("transport_rule", {**RULE, "actions.route_message_outbound_connector": "Out"})
    written = (
        '[outbound_connector.mine]\nname = "Out"\nis_transport_rule_scoped = true\nuse_mx_record = false\n'
        'smart_hosts = ["mx.contoso.com"]\n'
    )
    terminal.write(written + IMPORT + OUT.replace(".out", ".mine"))
    assert terminal.done(*GENERATE).endswith(NOTHING_ELSE.format(2))
    assert '"${outbound_connector.mine.name}"' in Path("found.mailform.toml").read_text(encoding="utf-8")


def test_a_file_is_never_overwritten(terminal: Terminal) -> None:
    terminal.write(IMPORT)
    terminal.by_hand("transport_rule", RULE)
    file = terminal.write("# mine\n" + TENANT, "found.mailform.toml")
    terminal.run(*GENERATE).refuses("[file-exists]", "never overwritten", "name a new file")
    assert file.read_text().startswith("# mine\n")
    Path("link.mailform.toml").symlink_to("nowhere")
    terminal.run("plan", "--generate-config-out", "link.mailform.toml").refuses("[file-exists]")
    assert not Path("nowhere").exists()


def test_where_nothing_is_missing_nothing_is_written(terminal: Terminal) -> None:
    terminal.write("")
    ran = terminal.run(*GENERATE)
    assert (ran.code, "No block is missing" in ran.err) == (0, True)
    assert not Path("found.mailform.toml").exists()


@pytest.mark.parametrize("name", ["found.toml", "elsewhere/found.mailform.toml"])
def test_a_file_that_would_not_be_read_is_written_with_a_warning(terminal: Terminal, name: str) -> None:
    terminal.write(IMPORT)
    terminal.by_hand("transport_rule", RULE)
    Path("elsewhere").mkdir()
    ran = terminal.run("plan", "--generate-config-out", name)
    assert (ran.code, Path(name).exists()) == (0, True)
    assert "Mailform won't read" in ran.err
    terminal.run("plan").refuses("[undeclared]")


def test_a_file_that_cannot_be_written_is_said(terminal: Terminal) -> None:
    terminal.write(IMPORT)
    terminal.by_hand("transport_rule", RULE)
    terminal.run("plan", "--generate-config-out", "no/such/folder.mailform.toml").refuses("can't be written")


def test_what_the_tenant_has_not_got_is_not_written(terminal: Terminal) -> None:
    terminal.write(IMPORT)
    terminal.run(*GENERATE).refuses("[no-such-object]", "mailform.toml:6")
    assert not Path("found.mailform.toml").exists()


def test_other_mistakes_come_first_and_leave_no_file(terminal: Terminal) -> None:
    terminal.write(IMPORT + '[transport_rule.other]\nname = "O"\n')
    terminal.by_hand("transport_rule", RULE)
    terminal.run(*GENERATE).refuses("[missing-conditions]")
    assert not Path("found.mailform.toml").exists()


def test_blocks_with_mistakes_of_their_own_are_written_for_somebody_to_mend(terminal: Terminal) -> None:
    """Two rules of one name: the service has them, and a configuration can't."""
    for _ in range(2):
        terminal.sandbox.plant("transport_rule", {"Name": "Twice", "PrependSubject": "x"})
    ids = [one["Guid"] for one in terminal.sandbox.run("Get-TransportRule")["value"]]  # type: ignore[index, call-overload, union-attr]  # JSON
    terminal.write(
        "".join(f'[[import]]\nto = "transport_rule.{n}"\nid = "{id}"\n' for n, id in zip("ab", ids, strict=True))
    )
    terminal.run(*GENERATE).refuses("found.mailform.toml:")
    assert Path("found.mailform.toml").exists()


def test_a_saved_plan_with_generated_blocks_is_applied_as_it_was_approved(terminal: Terminal) -> None:
    terminal.write(IMPORT)
    id = terminal.by_hand("transport_rule", RULE)
    terminal.done(*GENERATE, "--out", "plan.mailform")
    assert "<= transport_rule.hand  (import)" in terminal.done("show", "plan.mailform")
    terminal.done("apply", "plan.mailform")
    assert terminal.id_of("transport_rule.hand") == id


def test_a_saved_import_is_stale_once_its_object_is_another(terminal: Terminal) -> None:
    written = '[transport_rule.hand]\nname = "By hand"\nconditions = {}\nactions = { prepend_subject = "[x] " }\n'
    terminal.write(IMPORT + written)
    terminal.by_hand("transport_rule", RULE)
    terminal.done("plan", "--out", "plan.mailform")
    terminal.sandbox.run("Remove-TransportRule", {"Identity": "By hand"})
    terminal.by_hand("transport_rule", RULE)
    ran = terminal.run("apply", "plan.mailform")
    assert (ran.code, "the tenant wasn't touched" in ran.err or "Nothing was changed" in ran.err) == (8, True), ran


def test_a_plan_of_imports_alone_makes_exit_2_and_its_json_says_which_objects(terminal: Terminal) -> None:
    terminal.write(IMPORT)
    id = terminal.by_hand("transport_rule", RULE)
    ran = terminal.run(*GENERATE, "--detailed-exitcode", "--json")
    assert ran.code == 2
    (change,) = json.loads(ran.out)["resource_changes"]
    assert change["change"]["importing"] == {"id": id}
    assert change["change"]["actions"] == ["no-op"]
    assert ran.document["mailform"]["summary"]["adopt"] == 1
    assert ran.document["mailform"]["foreign"] == {"transport_rule": 0}
