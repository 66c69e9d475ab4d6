"""`import --all`: a whole tenant becomes configuration, and nothing else happens to it."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailform.adoption import block
from mailform.adoption.spelling import spelled
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Attribute
from mailform_providers.sandbox import seeds
from mailform_state.errors import Unusable
from mailform_state.local import LocalStore
from mailform_state.values import Value
from tenants import exported, large_tenant
from terminal import TENANT, Terminal

FOUND = "found.mailform.toml"
RULE = {"conditions.from_scope": "InOrganization", "actions.prepend_subject": "[x] "}


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a large tenant; to be copied, not changed."""
    path = tmp_path_factory.mktemp("tenant") / "sandbox.json"
    large_tenant(path)
    return path


@pytest.fixture
def old(terminal: Terminal, years: Path) -> Terminal:
    """A folder with a [tenant] and nothing else, and the tenant of many years."""
    terminal.write("")
    Path(".mailform").mkdir()
    shutil.copy(years, ".mailform/sandbox.json")
    return terminal


def rule(terminal: Terminal, name: str, **more: object) -> str:
    return terminal.by_hand("transport_rule", {"name": name, **RULE, **more})


def imported(terminal: Terminal, *arguments: str) -> str:
    """What an import says, and the proof of it: nothing was sent, and nothing is left to do."""
    before = Path(".mailform/sandbox.json").read_bytes()
    said = terminal.done("import", "--all", "--out", FOUND, *arguments)
    assert Path(".mailform/sandbox.json").read_bytes() == before
    assert terminal.run("plan", "--detailed-exitcode").code == 0
    assert terminal.run("drift", "--detailed-exitcode").code == 0
    return said


def written() -> str:
    return Path(FOUND).read_text("utf-8")


def test_a_tenant_of_many_years_is_taken_over_whole_and_every_attribute_with_it(old: Terminal) -> None:
    told = imported(old)
    assert "Imported 60 accepted domains, 20 outbound connectors, 20 inbound connectors, 300 transport rules" in told
    assert "Left out" not in told
    assert "No changes." in old.done("plan")
    old.done("validate")
    old.done("fmt", "--check")
    tables = tomllib.loads(written())
    for name, kind in KINDS.items():
        said = {key for block in tables[name].values() for key in flat(block)}
        assert {found.name for found in kind.writable} - said == ({"priority"} if kind.sections else set())


def flat(block: dict[str, object]) -> Iterator[str]:
    for key, value in block.items():
        yield from (f"{key}.{inner}" for inner in value) if isinstance(value, dict) else (key,)


def test_the_same_tenant_is_always_written_the_same_from_wherever_it_is_read(
    old: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(old)
    monkeypatch.setenv("MAILFORM_SANDBOX", str(old.folder / ".mailform/sandbox.json"))
    again, offline = old.folder / "again", old.folder / "offline"
    for folder in (again, offline):
        folder.mkdir()
    (again / "mailform.toml").write_text(TENANT)
    old.done("-C", "again", "import", "--all", "--out", FOUND)
    file = exported(old.folder / "export.json", old.folder / ".mailform/sandbox.json")
    old.done("-C", "offline", "import", "--from", str(file), "--out", FOUND)
    assert (again / FOUND).read_bytes() == Path(FOUND).read_bytes()
    assert (offline / FOUND).read_bytes() == Path(FOUND).read_bytes()
    assert sorted(path.name for path in offline.iterdir()) == [FOUND]


def test_a_block_is_what_a_person_would_have_written(terminal: Terminal) -> None:
    terminal.write("")
    with_domain(terminal, "contoso.com")
    terminal.sandbox.run(
        "New-OutboundConnector",
        {
            "Name": "To signature",
            "ConnectorType": "OnPremises",
            "IsTransportRuleScoped": True,
            "UseMXRecord": False,
            "SmartHosts": ["smtp.contoso.com"],
        },
    )
    terminal.sandbox.run(
        "New-InboundConnector",
        {
            "Name": "From signature",
            "ConnectorType": "OnPremises",
            "SenderDomains": ["*"],
            "TlsSenderCertificateName": "contoso.com",
            "AssociatedAcceptedDomains": ["contoso.com"],
        },
    )
    first = rule(terminal, "[First] of all")
    route = "actions.route_message_outbound_connector"
    rule(terminal, "Route", **{route: "To signature", "exceptions.subject_contains_words": ("a", "b")})
    imported(terminal)
    assert '[outbound_connector.to_signature]\nname = "To signature"\n' in written()
    assert 'tls_sender_certificate_name = "${accepted_domain.contoso_com.domain}"' in written()
    assert 'associated_accepted_domains = ["${accepted_domain.contoso_com.domain}"]' in written()
    assert re.search(rf"^# {first}, last changed by .+ at 20[0-9T:-]+Z$", written(), re.MULTILINE)
    assert written().endswith(
        """
[transport_rule.route]
name = "Route"
order = { after = "transport_rule.first_of_all" }

[transport_rule.route.conditions]
from_scope = "InOrganization"

[transport_rule.route.exceptions]
subject_contains_words = ["a", "b"]

[transport_rule.route.actions]
prepend_subject = "[x] "
route_message_outbound_connector = "${outbound_connector.to_signature.name}"
"""
    )


def with_domain(terminal: Terminal, name: str) -> None:
    terminal.sandbox.graph("POST", "/domains", {"id": name})
    terminal.sandbox.graph("POST", f"/domains/{name}/verify", {})
    terminal.sandbox.graph("PATCH", f"/domains/{name}", {"supportedServices": ["Email"]})


def test_rules_keep_their_order_around_those_that_are_left_where_they_are(terminal: Terminal) -> None:
    terminal.write("")
    rule(terminal, "One")
    seeds.dlp_rule(terminal.sandbox, "By a policy")
    rule(terminal, "Two")
    seeds.unsupported_rule(terminal.sandbox, "Strange")
    rule(terminal, "Three", enabled=False)
    told = imported(terminal)
    assert 'transport rule "By a policy"' in told
    assert "made by a DLP policy" in told
    assert 'transport rule "Strange"' in told
    assert written().count("order = ") == 2
    shown = terminal.sandbox.run("Get-TransportRule")["value"]
    assert [one["Name"] for one in shown] == ["One", "By a policy", "Two", "Strange", "Three"]  # type: ignore[index, union-attr]  # JSON
    terminal.sandbox.run("Set-TransportRule", {"Identity": "Three", "Priority": 0})
    assert "1 to move" in terminal.done("plan"), "the order is managed"


def test_what_is_left_out_is_named_with_its_reason(terminal: Terminal) -> None:
    terminal.write("")
    seeds.admin_connector(terminal.sandbox, "outbound_connector", "Clicked")
    twins = [seeds.unsupported_rule(terminal.sandbox, name) for name in ("Twin", "twin")]
    terminal.sandbox.graph("POST", "/domains", {"id": "unproven.com"})
    terminal.sandbox.plant("transport_rule", {"Name": "Classified", "MessageContainsDataClassifications": ("x",)})
    terminal.sandbox.plant("transport_rule", {"Name": "Odd", "MessageTypeMatches": "Teleported", "SetSCL": 1})
    document = terminal.run("import", "--all", "--out", FOUND, "--json").document
    assert (document["imported"], document["file"], document["managed"]) == (True, FOUND, 0)
    reasons = {(one["name"], one["attribute"]): one["reason"] for one in document["left_out"]}
    assert reasons["Clicked", "connector_source"] == "Exchange Online doesn't take this value back"
    assert "same name" in reasons["Twin", None]
    assert "same name" in reasons["twin", None]
    assert {one["id"] for one in document["left_out"]} >= set(twins)
    assert "DNS proof" in reasons["unproven.com", None]
    assert "message_contains_data_classifications" in reasons["Classified", None]
    assert "Teleported" in reasons["Odd", None]
    assert {one["address"] for one in document["resources"]} == {
        "accepted_domain.fabrikam_onmicrosoft_com",
        "outbound_connector.clicked",
    }
    assert terminal.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("attribute", "left"),
    [("comments", {"conditions", "actions", "name"}), ("actions.prepend_subject", set()), ("name", set())],
)
def test_what_is_written_otherwise_than_it_is_does_not_pass_the_proof(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, attribute: str, left: set[str]
) -> None:
    def slipped(one: Attribute, value: Value) -> Value:
        return "something else" if one.name == attribute and value == f"ours: {attribute}" else spelled(one, value)

    monkeypatch.setattr(block, "spelled", slipped)
    terminal.write("")
    rule(terminal, "Right")
    rule(terminal, **{"name": "Wrong", "comments": "x", attribute: f"ours: {attribute}"})
    told = imported(terminal, "--type", "transport_rule")
    blocks = tomllib.loads(written())["transport_rule"]
    assert set(blocks.get("wrong", {})) - {"order"} == left
    assert set(blocks) == ({"right", "wrong"} if left else {"right"})
    assert "a plan would change it" in told


def test_what_the_offline_checks_refuse_is_left_out_and_the_rest_goes_on(terminal: Terminal) -> None:
    terminal.write("")
    plant = terminal.sandbox.plant
    plant("outbound_connector", {"Name": "Leftover", "TlsDomain": "mail.contoso.com", "UseMXRecord": True})
    plant("inbound_connector", {"Name": "Wild", "SenderDomains": ("smtp:a*b.contoso.com;1",)})
    plant("outbound_connector", {"Name": "Bell\a", "UseMXRecord": True})
    plant("transport_rule", {"Name": "Halved", "SetHeaderName": "X-A"})
    rule(terminal, "Ordinary")
    told = imported(terminal)
    assert 'tls_domain = "mail.contoso.com" of outbound connector "Leftover"' in told
    assert 'inbound connector "Wild"' in told
    assert 'outbound connector "Bell\\x07"' in told
    assert 'transport rule "Halved"' in told
    assert set(tomllib.loads(written())["transport_rule"]) == {"ordinary"}
    assert set(tomllib.loads(written())["outbound_connector"]) == {"leftover"}


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ('Quote " and \\ and ${var.x}', "quote_and_and_var_x"),
        ("Grüße für Ærø", "grusse_fur_aero"),
        ("]\n[transport_rule.evil]\nname = 'x'", None),
        ("123", None),
        ("你好", None),
        ("back\u202eward", "back_ward"),
        ("#comment", "comment"),
        (
            "A very long name that goes on and on and on until nobody reads",
            "a_very_long_name_that_goes_on_and_on_and",
        ),
    ],
)
def test_a_hostile_name_is_written_as_it_is_or_left_out(terminal: Terminal, name: str, address: str | None) -> None:
    terminal.write("")
    id = terminal.sandbox.plant("transport_rule", {"Name": name, "SetSCL": 1})
    told = imported(terminal)
    rules = tomllib.loads(written()).get("transport_rule", {})
    if "\n" in name:
        assert not rules
        assert "control character" in told
        return
    ((label, block),) = rules.items()
    assert block["name"].replace("$${", "${") == name
    assert label == address or (address is None and label == f"rule{f'_{name}' if name.isascii() else ''}_{id[:8]}")


def test_like_names_get_numbers_and_no_address_is_given_twice(terminal: Terminal) -> None:
    terminal.write('[transport_rule.block]\nname = "Else"\nconditions = {}\nactions = { set_scl = 1 }\n')
    terminal.done("apply", "--auto-approve")
    for name in ("Block!", "Block?", "Block 2"):
        rule(terminal, name)
    imported(terminal)
    names = {label: block["name"] for label, block in tomllib.loads(written())["transport_rule"].items()}
    assert names == {"block_2": "Block 2", "block_3": "Block!", "block_4": "Block?"}


def test_only_what_nobody_manages_is_taken_and_it_follows_what_is_managed(terminal: Terminal) -> None:
    terminal.write('[transport_rule.ours]\nname = "Ours"\nconditions = {}\nactions = { set_scl = 1 }\n')
    terminal.done("apply", "--auto-approve")
    rule(terminal, "Theirs")
    told = imported(terminal)
    assert "Imported 1 accepted domain, 1 transport rule into" in told
    assert "1 managed already" in told
    assert 'order = { after = "transport_rule.ours" }' in written()
    assert "Nothing to import; no file was written. 3 managed already." in terminal.done(
        "import", "--all", "--out", "more.mailform.toml"
    )
    assert not Path("more.mailform.toml").exists()


def test_a_resource_that_is_written_but_not_imported_is_not_written_twice(terminal: Terminal) -> None:
    terminal.write('[transport_rule.hand]\nname = "by hand"\nconditions = {}\nactions = { set_scl = 1 }\n')
    id = rule(terminal, "By hand")
    rule(terminal, "Another")
    told = terminal.done("import", "--all", "--out", FOUND)
    assert f"transport_rule.hand is written already: mailform import 'transport_rule.hand' {id}" in told
    assert set(tomllib.loads(written())["transport_rule"]) == {"another"}


def test_kinds_and_names_can_be_chosen(terminal: Terminal) -> None:
    terminal.write("")
    for name in ("Sales one", "sales two", "Support"):
        rule(terminal, name)
    imported(terminal, "--type", "transport_rule", "--name", "SALES *", "--name", "nobody*")
    assert {kind: set(blocks) for kind, blocks in tomllib.loads(written()).items()} == {
        "transport_rule": {"sales_one", "sales_two"}
    }


def test_a_dry_run_prints_a_configuration_and_writes_nothing(terminal: Terminal) -> None:
    terminal.write("")
    rule(terminal, "One")
    seeds.dlp_rule(terminal.sandbox, "By\na policy")
    said = terminal.done("import", "--all", "--dry-run")
    assert set(tomllib.loads(said)["transport_rule"]) == {"one"}
    assert '#   transport rule "By\\na policy"' in said
    assert {path.name for path in terminal.folder.iterdir()} == {"mailform.toml", ".mailform"}
    terminal.done("import", "--all", "--out", FOUND)
    assert said.startswith(written())


def test_a_file_that_is_there_is_never_overwritten(terminal: Terminal) -> None:
    terminal.write("")
    rule(terminal, "One")
    mine = terminal.write("# mine\n" + TENANT, FOUND)
    Path("mailform.toml").unlink()
    Path("mailform.toml").write_text(TENANT)
    mine.write_text("# mine\n")
    terminal.run("import", "--all", "--out", FOUND).refuses("[file-exists]", "never overwritten", "--out")
    assert mine.read_text() == "# mine\n"
    assert not Path("mailform.state.json").exists()


@pytest.mark.parametrize("blow", [KeyboardInterrupt(), Unusable("no space left", hint="make room")])
def test_an_import_that_was_cut_off_before_the_state_goes_on_with_its_own_file(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, blow: BaseException
) -> None:
    terminal.write("")
    id = rule(terminal, "One")
    with monkeypatch.context() as power:

        def cut(*_: object, **__: object) -> None:
            raise blow

        power.setattr(LocalStore, "write", cut)
        ran = terminal.run("import", "--all", "--out", FOUND)
    assert ran.code != 0
    assert "Run the same command again" in ran.err
    left = written()
    assert not Path("mailform.state.json").exists()
    terminal.run("plan").refuses("[already-exists]", f"mailform import 'transport_rule.one' {id}")
    imported(terminal)
    assert written() == left
    assert json.loads(terminal.done("state", "pull"))["serial"] == 1


def test_a_folder_without_a_tenant_says_what_to_write(terminal: Terminal) -> None:
    terminal.run("import", "--all", "--out", FOUND).refuses("[missing-tenant]", "[tenant]\n", 'id = "fabrikam')
    assert list(terminal.folder.iterdir()) == []


def test_the_rest_of_the_configuration_has_to_be_right(terminal: Terminal) -> None:
    terminal.write("[transport_rule.hand]\n")
    terminal.run("import", "--all", "--out", FOUND).refuses("[missing-attribute]", "mailform.toml:")
    assert not Path(FOUND).exists()
