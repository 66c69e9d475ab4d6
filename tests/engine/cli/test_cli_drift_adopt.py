"""`drift --adopt`: what somebody changed by hand is kept, in the words of the configuration's own files."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailform.cli import adopting
from mailform.planning.world import World
from mailform_state.errors import Unusable
from mailform_state.local import LocalStore
from terminal import Terminal

RULE = "transport_rule.route"
OUT = "outbound_connector.out"
MAIN = Path("mailform.toml")

CONFIGURATION = """\
# Ours.
[variables.host]
type = "string"
default = "mx.contoso.com"

[outbound_connector.out]   # the way out
name = "Out"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = [
    "${var.host}", # the variable's
    "mx2.contoso.com", # the second
]
tls_settings = "DomainValidation"
tls_domain = "${var.host}"
comment = "as we like it"

# The rule, with all that is to be kept.
[transport_rule.route]
name = "Route"   # its name
comments = "why"
conditions = { from_scope = "InOrganization", subject_contains_words = ["a"] }
actions = { route_message_outbound_connector = "${outbound_connector.out.name}" } # there
exceptions = { header_contains_message_header = "X-Done", header_contains_words = ["true"] }

# The next one's comment.
[transport_rule.last]
name = "Last"
conditions = {}
actions = { set_scl = 5 }
"""


@pytest.fixture
def tenant(terminal: Terminal) -> Terminal:
    """A folder that was applied."""
    terminal.write(CONFIGURATION)
    terminal.done("apply", "--auto-approve", "-q")
    return terminal


def by_hand(terminal: Terminal, address: str, **attributes: Any) -> None:
    """What an administrator changes; names with `__` for the dot. Enabling is a cmdlet of its own."""
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    for given in ({"enabled": named.pop("enabled")} if "enabled" in named else {}, named):
        if given:
            terminal.edited(address.partition(".")[0], terminal.id_of(address), given)


def settled(terminal: Terminal) -> bool:
    """Whether nothing has drifted, and nothing is to be done."""
    return (
        not terminal.run("drift", "--detailed-exitcode").code and not terminal.run("plan", "--detailed-exitcode").code
    )


def changed_lines(before: str, after: str) -> list[str]:
    old, new = before.splitlines(), after.splitlines()
    return [f"- {line}" for line in old if line not in new] + [f"+ {line}" for line in new if line not in old]


@pytest.mark.parametrize(
    ("address", "edit", "lines"),
    [
        (RULE, {"enabled": False}, ["+ enabled = false"]),
        (RULE, {"comments": ""}, ['- comments = "why"', '+ comments = ""']),
        (RULE, {"name": "Routed"}, ['- name = "Route"   # its name', '+ name = "Routed"   # its name']),
        (
            RULE,
            {"conditions__from_scope": "NotInOrganization"},
            [
                '- conditions = { from_scope = "InOrganization", subject_contains_words = ["a"] }',
                '+ conditions = { from_scope = "NotInOrganization", subject_contains_words = ["a"] }',
            ],
        ),
        (
            RULE,
            {"conditions__subject_contains_words": ("b", "a"), "conditions__message_size_over": "31457280"},
            [
                '- conditions = { from_scope = "InOrganization", subject_contains_words = ["a"] }',
                '+ conditions = { from_scope = "InOrganization", message_size_over = "30MB", '
                'subject_contains_words = ["a", "b"] }',
            ],
        ),
        (
            RULE,
            {"conditions__subject_contains_words": ()},
            [
                '- conditions = { from_scope = "InOrganization", subject_contains_words = ["a"] }',
                '+ conditions = { from_scope = "InOrganization" }',
            ],
        ),
        (
            RULE,
            {"exceptions__header_contains_words": (), "exceptions__header_contains_message_header": ""},
            [
                '- exceptions = { header_contains_message_header = "X-Done", header_contains_words = ["true"] }',
                "+ exceptions = {}",
            ],
        ),
        (RULE, {"actions__stop_rule_processing": True}, None),
        (
            OUT,
            {"smart_hosts": ("mx.contoso.com", "mx3.contoso.com")},
            ['-     "mx2.contoso.com", # the second', '+     "mx3.contoso.com",'],
        ),
        (OUT, {"comment": 'a "${b}"'}, ['- comment = "as we like it"', '+ comment = "a \\"$${b}\\""']),
        (OUT, {"comment": "one\r\ntwo"}, None),
        (
            "transport_rule.last",
            {"actions__set_scl": -1},
            ["- actions = { set_scl = 5 }", "+ actions = { set_scl = -1 }"],
        ),
        (
            "transport_rule.last",
            {"conditions__from_scope": "InOrganization"},
            ["- conditions = {}", '+ conditions = { from_scope = "InOrganization" }'],
        ),
        (
            "transport_rule.last",
            {"exceptions__sender_ip_ranges": ("192.0.2.0/24",)},
            ['+ exceptions = { sender_ip_ranges = ["192.0.2.0/24"] }'],
        ),
        ("transport_rule.last", {"activation_date": "2030-01-01T00:00:00Z"}, []),
    ],
)
def test_what_a_hand_changed_is_written_where_it_belongs_and_nothing_else(
    tenant: Terminal, address: str, edit: Mapping[str, Any], lines: list[str] | None
) -> None:
    by_hand(tenant, address, **edit)
    before = MAIN.read_text()
    said = tenant.done("drift", "--adopt", address)
    if lines is not None:
        assert changed_lines(before, MAIN.read_text()) == lines
    if lines != []:
        assert "Written to mailform.toml. The state has serial 2 now." in said
    assert settled(tenant)
    assert tenant.run("validate").code == 0


def test_a_new_attribute_stands_where_the_reference_has_it(tenant: Terminal) -> None:
    by_hand(tenant, RULE, enabled=False, expiry_date="2031-01-01T00:00:00Z")
    tenant.done("drift", "--adopt", RULE)
    text = MAIN.read_text()
    assert 'comments = "why"\nenabled = false\nconditions' in text
    assert "# The next one's comment.\n[transport_rule.last]" in text


def test_several_resources_in_several_files_are_adopted_at_once(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    other = Path("more.mailform.toml")
    other.write_text('[transport_rule.more]\nname = "More"\nconditions = {}\nactions = { set_scl = 1 }\n')
    terminal.done("apply", "--auto-approve", "-q")
    for address in (RULE, "transport_rule.last", "transport_rule.more"):
        by_hand(terminal, address, enabled=False)
    by_hand(terminal, OUT, comment="theirs")
    asked = [RULE, "transport_rule.more", "transport_rule.last"]
    document = terminal.run("drift", "--adopt", asked[0], *asked[1:], "--json").document
    assert document == {"adopted": sorted(asked), "files": ["mailform.toml", "more.mailform.toml"], "serial": 2}
    assert MAIN.read_text().count("enabled = false") == 2
    assert "enabled = false" in other.read_text()
    assert "as we like it" in MAIN.read_text(), "nobody asked for this one"
    assert [one["address"] for one in terminal.run("drift", "--json").document["resource_drift"]] == [OUT]


def test_a_rule_that_routes_to_another_connector_of_ours_refers_to_it(terminal: Terminal) -> None:
    second = CONFIGURATION[CONFIGURATION.index("[outbound") : CONFIGURATION.index("# The rule")]
    second = second.replace("outbound_connector.out", "outbound_connector.second").replace('"Out"', '"Second"')
    terminal.write(CONFIGURATION + second)
    terminal.done("apply", "--auto-approve", "-q")
    by_hand(terminal, RULE, actions__route_message_outbound_connector="Second")
    terminal.done("drift", "--adopt", RULE)
    assert '{ route_message_outbound_connector = "${outbound_connector.second.name}" } # there' in MAIN.read_text()
    assert settled(terminal)


def refused(terminal: Terminal, address: str, *words: str) -> None:
    """Fails unless adopting says all of this, and neither a file nor the state is another one afterwards."""
    before = {path: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    terminal.run("drift", "--adopt", address).refuses(*words, "hint: ")
    assert {path: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before


def test_an_expression_is_not_overwritten(tenant: Terminal) -> None:
    by_hand(tenant, OUT, tls_domain="other.contoso.com", comment="theirs")
    refused(tenant, OUT, "mailform.toml:19:14", "is written as an expression", 'tls_domain = "other.contoso.com"')


def test_an_item_that_is_an_expression_is_not_taken_out(tenant: Terminal) -> None:
    by_hand(tenant, OUT, smart_hosts=("mx9.contoso.com",))
    refused(tenant, OUT, "mailform.toml:14:15", "has an expression that the tenant has no value of", "mx9.contoso.com")


def test_a_reference_is_not_overwritten_by_the_name_of_a_connector_that_nobody_manages(tenant: Terminal) -> None:
    made = {"name": "Theirs", "connector_type": "OnPremises", "is_transport_rule_scoped": True}
    tenant.by_hand("outbound_connector", {**made, "use_mx_record": True})
    by_hand(tenant, RULE, actions__route_message_outbound_connector="Theirs")
    refused(tenant, RULE, "mailform.toml:27:48", 'route_message_outbound_connector = "Theirs"')


def test_the_value_of_one_key_is_not_written_into_the_block_of_all(terminal: Terminal) -> None:
    terminal.write(
        '[transport_rule.each]\nfor_each = ["eu", "us"]\nname = "Rule ${each.key}"\nconditions = {}\n'
        "actions = { set_scl = 5 }\n"
    )
    terminal.done("apply", "--auto-approve", "-q")
    by_hand(terminal, 'transport_rule.each["eu"]', actions__set_scl=6)
    for address in ('transport_rule.each["eu"]', "transport_rule.each"):
        refused(terminal, address, "mailform.toml:8:23", "the block is every key's", "set_scl = 6")


def test_what_is_gone_keeps_its_block(tenant: Terminal) -> None:
    tenant.sandbox.run("Remove-TransportRule", {"Identity": tenant.id_of(RULE)})
    refused(tenant, RULE, "mailform.toml:23:1", "transport_rule.route is gone", "take it out by hand")


def test_without_a_block_there_is_nothing_to_write_into(tenant: Terminal) -> None:
    by_hand(tenant, "transport_rule.last", enabled=False)
    text = MAIN.read_text()
    MAIN.write_text(text[: text.index("# The next")])
    refused(tenant, "transport_rule.last", "has no block in the configuration")


def test_a_value_that_no_configuration_can_say_is_named(tenant: Terminal) -> None:
    text = MAIN.read_text()
    MAIN.write_text(text.replace('comment = "as we like it"', 'connector_source = "Default"'))
    tenant.done("apply", "--auto-approve", "-q")
    store = Path(".mailform/sandbox.json")
    shown = '"ConnectorSource": "AdminUI", "TlsDomain"'
    store.write_text(store.read_text().replace('"TlsDomain"', shown))
    refused(tenant, OUT, 'connector_source` = "AdminUI"', "--revert")


def test_a_switch_that_is_not_shown_any_more_is_left_to_a_person(
    tenant: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = adopting.refresh

    def without(*arguments: Any) -> tuple[World, tuple[str, ...]]:
        """The service of some later day, which has no such setting."""
        world, remarks = read(*arguments)
        (seen,) = world.objects["outbound_connector"]
        kept = {name: value for name, value in seen.attributes.items() if name != "use_mx_record"}
        return World({**world.objects, "outbound_connector": (replace(seen, attributes=kept),)}), remarks

    monkeypatch.setattr(adopting, "refresh", without)
    refused(tenant, OUT, "the tenant shows no `use_mx_record` any more", "mailform.toml:13:17")


def test_a_secret_is_not_written_into_a_file(terminal: Terminal) -> None:
    secret = CONFIGURATION.replace('type = "string"\n', 'type = "string"\nsensitive = true\n')
    terminal.write(secret.replace('comment = "as we like it"', 'comment = "${var.host}"'))
    terminal.done("apply", "--auto-approve", "-q")
    by_hand(terminal, OUT, comment="hunter2")
    refused(terminal, OUT, "it is sensitive")
    ran = terminal.run("drift", "--adopt", OUT)
    assert "hunter2" not in ran.out + ran.err


def test_what_is_left_to_others_is_only_recorded(terminal: Terminal) -> None:
    text = CONFIGURATION.replace('comments = "why"', 'comments = "why"\nlifecycle = { ignore_changes = ["comments"] }')
    terminal.write(text)
    terminal.done("apply", "--auto-approve", "-q")
    by_hand(terminal, RULE, comments="theirs")
    before = MAIN.read_bytes()
    assert "comments" in terminal.done("drift")
    assert "no file: the configuration says it already" in terminal.done("drift", "--adopt", RULE)
    assert MAIN.read_bytes() == before
    assert settled(terminal)


def test_what_the_configuration_changed_meanwhile_is_still_planned(tenant: Terminal) -> None:
    by_hand(tenant, RULE, enabled=False)
    MAIN.write_text(MAIN.read_text().replace('"why"', '"because"'))
    tenant.done("drift", "--adopt", RULE)
    assert '"because"' in MAIN.read_text()
    planned = tenant.run("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert "comments" in planned.out
    assert "enabled" not in planned.out


def test_a_resource_is_adopted_under_the_address_that_it_is_moved_to(tenant: Terminal) -> None:
    by_hand(tenant, "transport_rule.last", enabled=False)
    text = MAIN.read_text().replace("[transport_rule.last]", "[transport_rule.final]")
    MAIN.write_text(text + '\n[[moved]]\nfrom = "transport_rule.last"\nto = "transport_rule.final"\n')
    tenant.done("drift", "--adopt", "transport_rule.final")
    assert "enabled = false" in MAIN.read_text()
    assert "transport_rule.final" in tenant.done("state", "list")
    assert settled(tenant)


def test_without_drift_nothing_is_written(tenant: Terminal) -> None:
    assert tenant.done("drift", "--adopt", RULE) == "Nothing to adopt: the tenant has what was recorded.\n"
    assert tenant.run("state", "pull").out.count('"serial": 1') == 1


def test_the_ends_of_lines_and_the_permissions_of_a_file_stay(tenant: Terminal) -> None:
    MAIN.write_bytes(MAIN.read_bytes().replace(b"\n", b"\r\n"))
    MAIN.chmod(0o640)
    by_hand(tenant, RULE, enabled=False, conditions__subject_contains_words=("a", "b"))
    tenant.done("drift", "--adopt", RULE)
    written = MAIN.read_bytes()
    assert written.count(b"\n") == written.count(b"\r\n")
    assert b"\r\nenabled = false\r\n" in written
    assert stat.S_IMODE(MAIN.stat().st_mode) == 0o640
    assert settled(tenant)


def test_a_file_that_is_read_only_stays_as_it_is(tenant: Terminal) -> None:
    by_hand(tenant, RULE, enabled=False)
    MAIN.chmod(0o444)
    refused(tenant, RULE, "mailform.toml is read-only, and nothing was written")


def test_a_link_is_not_followed(tenant: Terminal) -> None:
    by_hand(tenant, RULE, enabled=False)
    MAIN.rename("elsewhere.toml")
    MAIN.symlink_to("elsewhere.toml")
    tenant.run("drift", "--adopt", RULE).refuses("is a link")
    assert "enabled" not in Path("elsewhere.toml").read_text()


def test_a_file_that_somebody_saves_meanwhile_is_left_to_him(tenant: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand(tenant, RULE, enabled=False)
    read = adopting.refresh

    def while_the_tenant_is_read(*arguments: Any) -> Any:
        MAIN.write_text(MAIN.read_text() + "# saved just now\n")
        return read(*arguments)

    monkeypatch.setattr(adopting, "refresh", while_the_tenant_is_read)
    tenant.run("drift", "--adopt", RULE).refuses("was changed by somebody else meanwhile", "run the same command again")
    assert MAIN.read_text().endswith("# saved just now\n")
    assert "enabled = false" not in MAIN.read_text()
    assert tenant.run("drift", "--detailed-exitcode").code == 2


@pytest.fixture
def halves(tenant: Terminal, tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, Path]:
    """A drifted folder, and a copy of it in which the drift was adopted."""
    by_hand(tenant, RULE, enabled=False)
    whole = tmp_path_factory.mktemp("adopted")
    shutil.copytree(tenant.folder, whole, dirs_exist_ok=True)
    here = os.getcwd()
    os.chdir(whole)
    tenant.done("drift", "--adopt", RULE)
    os.chdir(here)
    return tenant, whole


def test_cut_off_after_the_file_nothing_is_lost_and_the_same_command_goes_on(halves: tuple[Terminal, Path]) -> None:
    tenant, adopted = halves
    shutil.copy(adopted / MAIN, MAIN)
    assert tenant.run("plan", "--detailed-exitcode").code == 0, "an apply keeps what was adopted"
    assert tenant.run("drift", "--detailed-exitcode").code == 2, "and the drift is still told"
    assert "no file: the configuration says it already" in tenant.done("drift", "--adopt", RULE)
    assert settled(tenant)


def test_the_other_way_round_the_next_apply_would_undo_it_unseen(halves: tuple[Terminal, Path]) -> None:
    """Why the files are written first."""
    tenant, adopted = halves
    shutil.copy(adopted / "mailform.state.json", "mailform.state.json")
    assert tenant.run("drift", "--detailed-exitcode").code == 0
    assert tenant.run("plan", "--detailed-exitcode").code == 2


def test_a_state_that_cannot_be_written_leaves_the_files_adopted_and_says_so(
    tenant: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand(tenant, RULE, enabled=False)

    def full(*_: Any, **__: Any) -> None:
        raise Unusable("No space left.", hint="Make room.")

    with monkeypatch.context() as broken:
        broken.setattr(LocalStore, "write", full)
        ran = tenant.run("drift", "--adopt", RULE)
    assert ran.code != 0
    assert "Written: mailform.toml, but the state is not. Run the same command again" in ran.err
    assert "enabled = false" in MAIN.read_text()
    tenant.done("drift", "--adopt", RULE)
    assert settled(tenant)


def test_while_a_run_is_held_nothing_is_adopted(tenant: Terminal) -> None:
    too_long = (
        '\n[variables.words]\ntype = "string"\n\n[transport_rule.long]\nname = "L"\nconditions = {}\n'
        'actions = { apply_html_disclaimer_text = "${var.words}" }\n'
    )
    by_hand(tenant, RULE, enabled=False)
    text = MAIN.read_text()
    MAIN.write_text(text + too_long)
    words = f"words={'x' * 8150}"
    assert tenant.run("apply", "--auto-approve", "--on-failure", "stop", "--var", words).code == 6
    held = MAIN.read_bytes()
    tenant.run("drift", "--adopt", RULE).refuses("was held by --on-failure stop", "mailform recover")
    assert MAIN.read_bytes() == held
