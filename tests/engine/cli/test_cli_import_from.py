"""`import --from`: what PowerShell exported becomes configuration, without a tenant."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exports import domain, inbound, outbound, rule
from terminal import Terminal

FOUND = "found.mailform.toml"


def given(terminal: Terminal, *documents: object, encoding: str = "utf-8") -> str:
    """A file with these documents one after the other; its name."""
    text = "\r\n".join(json.dumps(document, indent=4) for document in documents)
    (terminal.folder / "export.json").write_bytes(text.encode(encoding))
    return "export.json"


def taken(terminal: Terminal, *documents: object, encoding: str = "utf-8") -> tuple[dict[str, Any], str]:
    """The blocks that an import of these documents writes, and what it says."""
    said = terminal.done("import", "--from", given(terminal, *documents, encoding=encoding), "--out", FOUND)
    if not Path(FOUND).exists():
        return {}, said
    return tomllib.loads(Path(FOUND).read_text("utf-8")), said


def test_an_export_of_all_kinds_is_written_with_what_belongs_together(terminal: Terminal) -> None:
    way = {"FromScope": "InOrganization", "RouteMessageOutboundConnector": "9d1c0d61-0000-4000-8000-000000000001"}
    blocks, said = taken(
        terminal,
        {
            "Get-TransportRule": [rule("Second", 1, **way), rule("First", 0, State="Disabled")],
            "OutboundConnectors": outbound("Way out"),
            "inbound_connector": {"value": [inbound("Way in", TlsSenderCertificateName="Contoso.com")], "Count": 1},
            "Get-AcceptedDomain": [domain("contoso.com")],
        },
    )
    assert "Wrote 1 accepted domain, 1 outbound connector, 1 inbound connector, 2 transport rules to" in said
    assert "mailform validate" in said
    assert blocks["transport_rule"] == {
        "first": {
            "name": "First",
            "enabled": False,
            "conditions": {"from_scope": "InOrganization"},
            "actions": {"prepend_subject": "[x] "},
        },
        "second": {
            "name": "Second",
            "order": {"after": "transport_rule.first"},
            "conditions": {"from_scope": "InOrganization"},
            "actions": {
                "prepend_subject": "[x] ",
                "route_message_outbound_connector": "${outbound_connector.way_out.name}",
            },
        },
    }
    assert blocks["inbound_connector"]["way_in"] == {
        "name": "Way in",
        "sender_domains": ["*.contoso.com"],
        "tls_sender_certificate_name": "${accepted_domain.contoso_com.domain}",
    }
    assert 'connector_source = "AdminUI" of inbound connector "Way in"' in said
    assert 'is_validated = true of outbound connector "Way out"' in said
    text = Path(FOUND).read_text("utf-8")
    assert "-000000000001, last changed by Megan Bowen at 2026-03-03T01:15:23Z\n[transport_rule.second]" in text
    assert {path.name for path in terminal.folder.iterdir()} == {"export.json", FOUND}, "no state, no tenant"
    terminal.write("")
    terminal.done("validate")
    terminal.done("fmt", "--check")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_that_powershell_writes_is_read(terminal: Terminal, encoding: str) -> None:
    blocks, _ = taken(terminal, rule("Grüße"), encoding=encoding)
    assert blocks["transport_rule"]["grusse"]["name"] == "Grüße"


@pytest.mark.parametrize(
    "documents",
    [
        [[rule("One"), inbound("Two")]],
        [rule("One"), inbound("Two")],
        [[rule("One")], {"value": [inbound("Two")]}],
        [{"rules": {"x": rule("One")}, "Get-InboundConnector": [None, inbound("Two")]}],
        [{"@odata.context": "x", "value": [rule("One"), rule("One"), inbound("Two"), None]}],
    ],
)
def test_objects_are_found_however_they_are_put_together(terminal: Terminal, documents: list[object]) -> None:
    blocks, said = taken(terminal, *documents)
    assert {kind: list(found) for kind, found in blocks.items()} == {
        "transport_rule": ["one"],
        "inbound_connector": ["two"],
    }
    assert "Left out" not in said


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ({"Mode": {"value": 1, "Value": "Audit"}}, {"mode": "Audit"}),
        ({"Mode@odata.type": "#X", "Mode": "Audit", "Future": None}, {"mode": "Audit"}),
        ({"ExpiryDate": "/Date(1798761600000)/"}, {"expiry_date": "2027-01-01T00:00:00Z"}),
        ({"ExpiryDate": "2027-01-01T02:00:00.0000000+02:00"}, {"expiry_date": "2027-01-01T00:00:00Z"}),
        ({"ExpiryDate": "2027-01-01T00:00:00"}, {"expiry_date": "2027-01-01T00:00:00Z"}),
        ({"ExpiryDate": "1/31/2027 1:30:00 PM"}, {"expiry_date": "2027-01-31T13:30:00Z"}),
        ({"ExpiryDate": "31.01.2027 13:30"}, {"expiry_date": "2027-01-31T13:30:00Z"}),
        (
            {"ExpiryDate": {"value": "/Date(1798761600000)/", "DisplayHint": 2, "DateTime": "Friday"}},
            {"expiry_date": "2027-01-01T00:00:00Z"},
        ),
        ({"SetSCL": "9"}, {"actions": {"prepend_subject": "[x] ", "set_scl": 9}}),
        ({"SenderDomainIs": [None]}, {}),
        ({"SenderDomainIs": {"value": [], "Count": 0}}, {}),
        (
            {"FromScope": None, "Conditions": None, "AttachmentSizeOver": "30 MB (31,457,280 bytes)"},
            {"conditions": {"attachment_size_over": "30MB"}},
        ),
        (
            {"FromScope": [None], "SenderDomainIs": "a.com b.com", "From": "Megan Bowen"},
            {"conditions": {"sender_domain_is": ["a.com", "b.com"], "from": ["Megan Bowen"]}},
        ),
        ({"Comments": "one\r\ntwo"}, {"comments": "one\ntwo"}),
    ],
)
def test_values_are_read_in_every_form_that_an_export_has(
    terminal: Terminal, shown: dict[str, Any], written: dict[str, Any]
) -> None:
    blocks, _ = taken(terminal, [rule("One", **shown)])
    usual = {"name": "One", "conditions": {"from_scope": "InOrganization"}, "actions": {"prepend_subject": "[x] "}}
    assert blocks["transport_rule"]["one"] == usual | written


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (rule("Numbers", State=1), "document: its State is 1"),
        (rule("Numbers", FromScope=0), "conditions.from_scope is 0: a number that stands for a word"),
        (rule("Half", Name=None), "it is a transport rule without a name"),
        (rule("Either", State=None), "whether it is enabled isn't shown"),
        (rule("Policy", DlpPolicy="Cards"), "made by a DLP policy"),
        (rule("New", Conditions=["a.FromScopePredicate", "a.MoonPhasePredicate"]), "MoonPhasePredicate"),
        (rule("Class", MessageContainsDataClassifications=["x"]), "conditions.message_contains_data_classifications"),
        (rule("Lone \ud800"), "name is"),
        ({"Name": "Some", "State": "Enabled", "Priority": 0, "FromScope": None}, "aren't shown"),
        (rule("None", PrependSubject=None, Actions=None), "has no action"),
        ("@{Name=One; Priority=0}", "-Depth 10"),
        ({"Name": "Mailbox", "Alias": "m"}, "no key of a connector"),
        (7, "it is no object"),
    ],
)
def test_what_cannot_be_expressed_is_named_and_not_written(terminal: Terminal, row: object, reason: str) -> None:
    blocks, said = taken(terminal, row)
    assert not blocks
    assert "Nothing to import; no file was written." in said
    assert reason in said


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        ({"ExpiryDate": "3/4/2027"}, 'expiry_date = "3/4/2027" of transport rule "One"'),
        ({"Mode": 2}, "mode = 2 of transport rule"),
        ({"Comments": "a\x1b[31mb"}, "control character"),
    ],
)
def test_an_attribute_that_cannot_be_expressed_is_named_and_the_rest_is_written(
    terminal: Terminal, shown: dict[str, Any], reason: str
) -> None:
    blocks, said = taken(terminal, rule("One", **shown))
    assert set(blocks["transport_rule"]["one"]) == {"name", "conditions", "actions"}
    assert reason in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe", "the file is empty"),
        (json.dumps([rule("One")])[:700].encode(), "it was cut off"),
        (json.dumps([rule("One")]).encode("utf-16")[:901], "UTF-16"),
        (b'{"Name": "caf\xe9"}', "UTF-8"),
        (b"Name : One\r\nState : Enabled\r\n", "it is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"Priority": ' + b"9" * 5_000 + b"}", "can't be read"),
        (b'{"Priority": NaN}', "NaN is no JSON value"),
    ],
)
def test_a_file_that_is_no_export_is_a_mistake_with_its_place(terminal: Terminal, content: bytes, said: str) -> None:
    (terminal.folder / "export.json").write_bytes(content)
    terminal.run("import", "--from", "export.json", "--out", FOUND).refuses("[bad-export]", said, "hint: export again")
    assert not Path(FOUND).exists()


@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_a_file_that_cannot_be_read_is_a_mistake(terminal: Terminal, name: str) -> None:
    terminal.run("import", "--from", name, "--out", FOUND).refuses("can't be read", "hint: ")


@pytest.mark.parametrize(
    "hostile",
    [
        {"Name": {"Name": {}}, "State": []},
        rule("One", SenderDomainIs={"a": [{"b": {}}]}, SetSCL=[1, 2], From=[[["x"]]], Priority={"x": 1}),
        rule("One", Priority="first", Guid=5, WhenChanged=[], LastModifiedBy={}),
        domain("not a domain"),
        domain("contoso.com", DomainType=["x"], MatchSubDomains="maybe"),
        inbound("One", SenderDomains=[{"Domain": "x"}], Enabled="yes"),
        {"value": {"value": {"value": {"value": {"value": {"value": {"value": {"value": [1]}}}}}}}},
    ],
)
def test_odd_shapes_end_in_words_and_never_in_a_traceback(terminal: Terminal, hostile: object) -> None:
    ran = terminal.run("import", "--from", given(terminal, hostile, rule("Good", 7)), "--out", FOUND)
    assert (ran.code, ran.err.count("[internal]")) == (0, 0), ran
    assert "Traceback" not in ran.err
    assert "good" in tomllib.loads(Path(FOUND).read_text("utf-8"))["transport_rule"]


def test_objects_whose_guids_are_not_shown_go_by_their_names(terminal: Terminal) -> None:
    rows = [rule(name, number) for number, name in enumerate(("One", "你好", "Two", "No action"))]
    for row in rows:
        del row["Guid"]
    rows[2]["State"] = "Disabled"
    rows[3] |= {"PrependSubject": None, "Actions": None}
    blocks, said = taken(terminal, rows)
    assert list(blocks["transport_rule"]) == ["one", "rule", "two"]
    assert blocks["transport_rule"]["two"]["enabled"] is False
    assert 'transport rule "No action": `transport_rule.no_action` has no action' in said
    assert "\n# last changed by Megan Bowen at 2026-03-03T01:15:23Z\n" in Path(FOUND).read_text("utf-8")


def test_an_export_beside_a_configuration_leaves_out_what_is_written(terminal: Terminal) -> None:
    terminal.write('[transport_rule.one]\nname = "ONE"\nconditions = {}\nactions = { set_scl = 1 }\n')
    blocks, said = taken(terminal, [rule("One"), rule("One more", 1)])
    assert list(blocks["transport_rule"]) == ["one_more"]
    assert "transport_rule.one is written already" in said


def test_an_export_of_nothing_but_what_is_written_says_so(terminal: Terminal) -> None:
    terminal.write('[transport_rule.one]\nname = "ONE"\nconditions = {}\nactions = { set_scl = 1 }\n')
    blocks, said = taken(terminal, [rule("One")])
    assert blocks == {}
    assert "Nothing to import; no file was written." in said
    assert "transport_rule.one is written already" in said


@pytest.mark.parametrize("spelled", [str, lambda key: key[0].upper() + key[1:]], ids=["by Graph", "by PowerShell"])
def test_domains_of_graph_are_read_and_exchange_knows_more_of_them(
    terminal: Terminal, spelled: Callable[[str], str]
) -> None:
    def of_graph(name: str, *services: str, verified: bool = True) -> dict[str, object]:
        row = {"id": name, "isVerified": verified, "isDefault": False, "supportedServices": [*services], "state": None}
        return {spelled(key): entry for key, entry in row.items()}

    blocks, said = taken(
        terminal,
        [
            of_graph("Contoso.com", "Email", "Intune"),
            of_graph("fabrikam.com", "Email"),
            of_graph("office.fabrikam.com", "OfficeCommunicationsOnline"),
            of_graph("new.fabrikam.com", "Email", verified=False),
        ],
        [domain("contoso.com", DomainType="InternalRelay")],
    )
    assert blocks["accepted_domain"] == {
        "contoso_com": {"domain": "contoso.com", "domain_type": "InternalRelay"},
        "fabrikam_com": {"domain": "fabrikam.com"},
    }
    assert "Left out, 2:" in said
    for name in ("office.fabrikam.com", "new.fabrikam.com"):
        assert f'accepted domain "{name}": it takes no mail yet' in said


def test_an_export_as_json_tells_what_was_read_and_what_was_not(terminal: Terminal) -> None:
    file = given(terminal, [rule("One"), 7])
    document = terminal.run("import", "--from", file, "--dry-run", "--json").document
    assert (document["imported"], document["file"]) == (False, None)
    assert [one["address"] for one in document["resources"]] == ["transport_rule.one"]
    assert document["unread"] == [{"where": "document, entry 2", "reason": "it is no object"}]
    assert document["configuration"].startswith("# Transport rules")


def test_nothing_gets_out_of_a_comment(terminal: Terminal) -> None:
    evil = "x\n[transport_rule.evil]\nname = 'x'\u2028\x00\x85"
    blocks, _ = taken(terminal, rule("One", LastModifiedBy=evil, Guid=evil, WhenChanged=evil))
    assert list(blocks) == ["transport_rule"]
    assert list(blocks["transport_rule"]) == ["one"]
    terminal.write("")
    terminal.done("validate")


@pytest.mark.parametrize("shown", [{"IsTransportRuleScoped": False}, {"Enabled": False}])
def test_of_a_rule_and_a_connector_that_does_not_fit_it_one_is_left_out(
    terminal: Terminal, shown: dict[str, Any]
) -> None:
    route = rule("Route", RouteMessageOutboundConnector="Way out", Actions=["a.Route", "a.PrependSubject"])
    blocks, said = taken(terminal, [route, outbound("Way out", **shown)])
    assert "outbound_connector" not in blocks
    assert blocks["transport_rule"]["route"]["actions"]["route_message_outbound_connector"] == "Way out"
    assert "`transport_rule.route` routes to `outbound_connector.way_out`" in said
