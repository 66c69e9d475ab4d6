from __future__ import annotations

import pytest

from mailform.configuration.load import parse
from mailform.expression import Reference, Template
from mailform.wanted import resolve
from mailform_state.address import Address
from mailform_state.values import Value
from writing import codes, configured, mistakes, only, wrong

A = '[outbound_connector.a]\nname = "a"\ncomment = "of a"\n'


def comment(text: str, facts: dict[str, Value] | None = None) -> object:
    """What a comment with this text comes to, beside a connector `a`, a variable and some locals."""
    blocks = (
        A + '[variables.hosts]\ntype = "list"\ndefault = ["one", "two"]\n[variables.n]\ntype = "number"\ndefault = 7\n'
        '[locals]\nwho = { first = "${outbound_connector.a.name}", list = ["x", "${local.later}"] }\nlater = "y"\n'
        'whole = "${outbound_connector.a.smart_hosts}"\n'
        f'[outbound_connector.b]\nname = "b"\ncomment = "{text}"\n'
    )
    blocks = blocks.replace('name = "a"\n', 'name = "a"\nsmart_hosts = ["h0", "h1"]\nuse_mx_record = false\n')
    given = {Address("outbound_connector", "a"): facts or {}}
    return resolve(configured(blocks), given)[Address("outbound_connector", "b")].attributes["comment"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("plain", "plain"),
        ("$${var.x} costs $5 {", "${var.x} costs $5 {"),
        ("${outbound_connector.a.comment}", "of a"),
        ("<${ outbound_connector.a.name }> ${var.n}", "<a> 7"),
        ("${var.hosts[1]}", "two"),
        ("${local.who.first}", "a"),
        ("${local.who.list[1]}${local.later}", "yy"),
        ("${local.whole[1]}", "h1"),
        ("${outbound_connector.a.smart_hosts[0]}", "h0"),
        ("id ${outbound_connector.a.id}", "id 1-2"),
    ],
)
def test_a_reference_comes_to_what_it_refers_to(text: str, meant: str) -> None:
    assert comment(text, {"id": "1-2"}) == meant


def test_a_reference_alone_keeps_the_type() -> None:
    found = configured(
        '[variables.on]\ntype = "bool"\ndefault = false\n'
        '[variables.hosts]\ntype = "list"\ndefault = ["h.contoso.com"]\n'
        '[outbound_connector.a]\nname = "a"\nenabled = "${var.on}"\nuse_mx_record = "${var.on}"\n'
        'smart_hosts = "${var.hosts}"\n'
    )
    attributes = found.resources[Address("outbound_connector", "a")].attributes
    assert (attributes["enabled"], attributes["smart_hosts"]) == (False, ("h.contoso.com",))


def test_references_to_resources_stay_in_place_and_are_named() -> None:
    found = configured(A + '[outbound_connector.b]\nname = "b"\ncomment = "${outbound_connector.a.id}"\n')
    b = found.resources[Address("outbound_connector", "b")]
    assert b.attributes["comment"] == Template((Reference(Address("outbound_connector", "a"), "id"),))
    assert b.references == {Address("outbound_connector", "a")}


def test_a_rules_attribute_is_referred_to_through_its_section() -> None:
    rule = '[transport_rule.{0}]\nname = "{0}"\nconditions = {{ from_scope = "{1}" }}\nactions.delete_message = true\n'
    text = rule.format("x", "InOrganization") + rule.format("y", "${transport_rule.x.conditions.from_scope}")
    wanted = resolve(configured(text), {})
    assert wanted[Address("transport_rule", "y")].attributes["conditions.from_scope"] == "InOrganization"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("${", "bad-reference"),
        ("${var.x", "bad-reference"),
        ("${}", "bad-reference"),
        ("${upper(var.n)}", "bad-reference"),
        ("${var.n + 1}", "bad-reference"),
        ("${var}", "bad-reference"),
        ("${outbound_connector.a}", "bad-reference"),
        ("${outbound_conector.a.name}", "bad-reference"),
        ("${module.m.x}", "bad-reference"),
        ("${transport_rule.x.conditions}", "bad-reference"),
        ("${var.typo}", "undeclared"),
        ("${local.typo}", "undeclared"),
        ("${outbound_connector.typo.name}", "undeclared"),
        ("${outbound_connector.a.typo}", "unknown-attribute"),
        ("${outbound_connector.a.tls_domain}", "unwritten-attribute"),
        ("${outbound_connector.a.verified}", "unknown-attribute"),
        ("${outbound_connector.b.name}", "self-reference"),
        ("${outbound_connector.a.name.first}", "no-such-part"),
        ("${outbound_connector.a.id[0]}", "no-such-part"),
        ("${outbound_connector.a.smart_hosts[2]}", "no-such-part"),
        ("${var.hosts[2]}", "no-such-part"),
        ("${local.who.second}", "no-such-part"),
        ("all ${var.hosts}", "wrong-type"),
        ("all ${outbound_connector.a.smart_hosts}", "wrong-type"),
        ("${var.hosts}", "wrong-type"),
        ("${outbound_connector.a.smart_hosts}", "wrong-type"),
    ],
)
def test_a_reference_to_nothing_is_a_mistake_where_it_stands(text: str, code: str) -> None:
    blocks = (
        A.replace("comment", 'smart_hosts = ["h0"]\nuse_mx_record = false\ncomment')
        + '[variables.hosts]\ntype = "list"\ndefault = ["one"]\n[variables.n]\ntype = "number"\ndefault = 7\n'
        f'[locals]\nwho = {{ first = "x" }}\n[outbound_connector.b]\nname = "b"\ncomment = "{text}"\n'
    )
    found = only(mistakes(blocks))
    assert found.code == code
    assert found.position is not None
    assert found.position.text == f'comment = "{text}"'
    assert found.hint


def test_a_circle_of_resources_names_all_its_members() -> None:
    block = '[outbound_connector.{0}]\nname = "{0}"\ncomment = "${{outbound_connector.{1}.comment}}"\n'
    found = only(
        mistakes(
            block.format("a", "b")
            + block.format("b", "c")
            + A.replace(".a]", ".c]")
            .replace('comment = "of a"', 'comment = "x"\ndepends_on = ["outbound_connector.a"]')
            .replace('"a"\n', '"c"\n')
        )
    )
    assert found.code == "cycle"
    assert all(f"outbound_connector.{name}" in found.message for name in "abc")


def test_a_circle_of_locals_names_all_its_members() -> None:
    found = only(mistakes('[locals]\na = "${local.b}"\nb = ["${local.a}"]\n[outputs.o]\nvalue = "${local.a}"\n'))
    assert found.code == "cycle"
    assert "local.a" in found.message
    assert "local.b" in found.message


def test_one_wrong_value_is_one_mistake_however_often_it_is_referred_to() -> None:
    found = mistakes(
        '[outbound_connector.a]\nname = "a"\nenabled = "yes"\n'
        '[outbound_connector.b]\nname = "b"\nenabled = "${outbound_connector.a.enabled}"\n'
    )
    assert only(found).code == "wrong-type"


def test_what_is_known_only_after_apply_still_has_to_have_the_right_type() -> None:
    domain = '[accepted_domain.d]\ndomain = "contoso.com"\n'
    block = '[outbound_connector.a]\nname = "a"\n{} = "${{accepted_domain.d.{}}}"\n'
    configured(domain + block.format("enabled", "verified") + 'comment = "${accepted_domain.d.verification_txt}"\n')
    assert codes(mistakes(domain + block.format("enabled", "id"))) == ["wrong-type"]
    assert codes(mistakes(domain + block.format("comment", "verified"))) == ["wrong-type"]
    assert codes(mistakes(domain + block.format("connector_type", "id"))) == ["unknown-value"]


def test_the_tenant_may_use_variables() -> None:
    text = '[variables.t]\ndefault = "Contoso.com"\n'
    found = parse({"m": (text + '[tenant]\nid = "${var.t}"\n').encode()})
    assert found.tenant.id == "contoso.com"


def test_the_tenant_cannot_refer_to_a_resource() -> None:
    found = wrong('[tenant]\nid = "${accepted_domain.d.domain}"\n[accepted_domain.d]\ndomain = "contoso.com"\n')
    assert only(found).code == "bad-reference"
