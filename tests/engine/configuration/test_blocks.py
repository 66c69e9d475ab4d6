from __future__ import annotations

import pytest

from mailform.configuration.load import parse
from mailform.configuration.starter import STARTER
from mailform_state.address import Address
from writing import codes, configured, mistakes, only, wrong


def test_the_starter_works_as_it_is_and_has_the_scenario() -> None:
    found = parse({"mailform.toml": STARTER.encode()})
    assert found.warnings == ()
    assert found.tenant.cloud == "sandbox"
    assert sorted(map(str, found.resources)) == [
        "accepted_domain.certificate",
        "inbound_connector.from_signature",
        "outbound_connector.to_signature",
        "transport_rule.route",
    ]


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("[tenant]\n", "missing-attribute", "id"),
        ('[tenant]\nid = ""\n', "bad-tenant", ""),
        ("[tenant]\nid = 1\n", "wrong-type", "a string"),
        ('[tenant]\nid = "x y"\n', "bad-tenant", "GUID"),
        ('[tenant]\nid = "a.com"\ncloud = "Sandbox"\n', "unknown-value", "did you mean `sandbox`?"),
        ('[tenant]\nid = "a.com"\ncloud = "${var.cloud}"\n', "unknown-value", ""),
        ('[tenant]\nid = "a.com"\nclod = "dod"\n', "unknown-attribute", "did you mean `cloud`?"),
        ('tenant = "a.com"\n', "wrong-type", "[tenant]"),
        ('[tennant]\nid = "a.com"\n', "unknown-block", "did you mean `tenant`?"),
    ],
)
def test_a_wrong_tenant_is_a_mistake_with_a_remedy(text: str, code: str, hint: str) -> None:
    found = [one for one in wrong(text) if one.code != "missing-tenant"]
    assert only(tuple(found)).code == code
    assert hint in found[0].hint


def test_a_tenant_is_a_guid_or_a_domain_in_lower_case() -> None:
    guid = "0A0A0A0A-1111-2222-3333-444444444444"
    assert parse({"m": f'[tenant]\nid = "{guid}"\n'.encode()}).tenant.id == guid.lower()
    assert parse({"m": b'[tenant]\nid = "Fabrikam.onmicrosoft.com"\n'}).tenant.id == "fabrikam.onmicrosoft.com"


@pytest.mark.parametrize(
    "block",
    [
        "[module.m]\n",
    ],
)
def test_what_comes_later_is_reserved_and_said_to_be(block: str) -> None:
    assert only(mistakes(block)).code == "reserved"


@pytest.mark.parametrize("name", ['"a b"', '"1a"', '""', '"a.b"', '"\\u001b"'])
def test_a_block_has_a_name_that_an_address_can_have(name: str) -> None:
    assert only(mistakes(f"[outbound_connector.{name}]\n")).code == "bad-name"


def test_a_kind_that_is_no_table_of_tables_is_a_mistake() -> None:
    assert codes(mistakes("[outbound_connector]\nname = 1\n")) == ["wrong-type"]
    assert codes(mistakes("[[outbound_connector]]\n")) == ["wrong-type"]


def test_mistakes_are_gathered_and_sorted_with_the_warnings_among_them() -> None:
    found = mistakes(
        '[transport_rule.r]\nname = "r"\nconditions = {}\nactions = { delete_message = 1 }\ntypo = 1\n[outputs.o]\n'
    )
    assert codes(found) == ["all-messages", "wrong-type", "unknown-attribute", "missing-attribute"]


def test_outputs_keep_their_expressions() -> None:
    found = configured('[outputs.o]\nvalue = { a = [1, "x"] }\ndescription = "d"\n').outputs["o"]
    assert (found.value, found.sensitive, found.description) == ({"a": (1, "x")}, False, "d")
    assert only(mistakes("[outputs.o]\nvalue = nan\n")).code == "bad-value"


MOVED = '[[moved]]\nfrom = "outbound_connector.{}"\nto = "outbound_connector.{}"\n'
A = '[outbound_connector.a]\nname = "a"\n'


def test_moves_are_kept_and_may_be_a_chain() -> None:
    found = configured(A + MOVED.format("b", "a") + MOVED.format("c", "b"))
    assert [(move.origin.name, move.target.name) for move in found.moved] == [("b", "a"), ("c", "b")]
    assert Address("outbound_connector", "a") in found.resources


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (MOVED.format("a", "b"), ["bad-move", "undeclared"]),
        (MOVED.format("b", "none"), ["undeclared"]),
        (MOVED.format("b", "a") * 2, ["duplicate-move", "duplicate-move"]),
        (MOVED.format("b", "a") + MOVED.format("c", "a"), ["duplicate-move"]),
        (MOVED.format("b", "c") + MOVED.format("c", "b"), ["cycle"]),
        (MOVED.format("b", "b"), ["cycle"]),
        ('[[moved]]\nfrom = "inbound_connector.b"\nto = "outbound_connector.a"\n', ["bad-move"]),
        ('[[moved]]\nfrom = "b"\nto = "outbound_connector.a"\n', ["bad-address"]),
        ('[[moved]]\nfrom = "module.m.outbound_connector.b"\nto = "outbound_connector.a"\n', ["bad-address"]),
        (
            '[[moved]]\nform = "outbound_connector.b"\nto = "outbound_connector.a"\n',
            ["missing-attribute", "unknown-attribute"],
        ),
        ("moved = 1\n", ["wrong-type"]),
    ],
)
def test_a_move_that_cannot_be_is_a_mistake(blocks: str, expected: list[str]) -> None:
    text = f"{blocks}{A}" if blocks.startswith("[") else None
    found = mistakes(text) if text else wrong(f'{blocks}[tenant]\nid = "a.com"\n')
    assert codes(found) == expected
