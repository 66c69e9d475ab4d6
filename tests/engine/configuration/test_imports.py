"""`[[import]]` and `[[removed]]`: what can be told to be wrong with them offline."""

from __future__ import annotations

import pytest

from mailform.configuration.inputs import VariableInputs
from mailform.configuration.sketch import sketch
from writing import TENANT, codes, configured, mistakes, only, wrong

RULE = """
[transport_rule.a]
name = "A"
conditions = { from_scope = "InOrganization" }
actions = { prepend_subject = "[a] " }
"""
GUID = "0a0a0a0a-1111-2222-3333-444444444444"


def imported(target: str, id: str) -> str:
    return f'[[import]]\nto = "{target}"\nid = "{id}"\n'


def removed(origin: str, *lines: str) -> str:
    return f'[[removed]]\nfrom = "{origin}"\n' + "".join(f"{line}\n" for line in lines)


def test_an_import_names_a_resource_and_an_object() -> None:
    found = configured(RULE + imported("transport_rule.a", GUID)).imports
    assert [(str(one.target), one.id) for one in found] == [("transport_rule.a", GUID)]


def test_the_object_of_an_import_may_be_a_variable() -> None:
    text = RULE + '[variables.id]\ntype = "string"\n' + imported("transport_rule.a", "${var.id}")
    (found,) = configured(text, f"id={GUID}").imports
    assert found.id == GUID


@pytest.mark.parametrize(
    ("block", "code", "column", "said"),
    [
        ('[[import]]\nid = "x"\n', "missing-attribute", 1, "to"),
        ('[[import]]\nto = "transport_rule.a"\n', "missing-attribute", 1, "id"),
        ('[[import]]\nto = "transport_rule.a"\nid = 3\n', "wrong-type", 6, "a string"),
        ('[[import]]\nto = "transport_rule.a"\nid = "x"\nprovider = "y"\n', "unknown-attribute", 1, "`to` or `id`"),
        (imported("transport_rule.a", " "), "bad-import", 6, "GUID"),
        (imported("transport_rule.a", "${transport_rule.a.id}"), "bad-reference", 7, "variable"),
        (imported("transport_rule.a", "${var.id}"), "undeclared", 7, "variables.id"),
        (imported("a", "x"), "bad-address", 6, "kind.name"),
        (imported("transport_rul.a", "x"), "bad-address", 6, "did you mean `transport_rule`?"),
        (imported("module.m.transport_rule.a", "x"), "bad-address", 6, ""),
        ('import = { to = "transport_rule.a" }\n', "wrong-type", 1, "write [[import]]"),
    ],
)
def test_a_wrong_import_is_a_mistake_with_its_place_and_a_remedy(block: str, code: str, column: int, said: str) -> None:
    found = only(wrong(block + TENANT + RULE))
    assert (found.code, found.position.column if found.position else 0) == (code, column)
    assert said in found.hint


def test_an_import_to_what_is_not_written_names_the_way_to_have_it_written() -> None:
    found = only(mistakes(RULE + imported("inbound_connector.other", "x")))
    assert (found.code, found.position.column if found.position else 0) == ("undeclared", 6)
    assert "plan --generate-config-out FILE" in found.hint
    near = only(mistakes(RULE + imported("transport_rule.aa", "x")))
    assert "did you mean `transport_rule.a`?" in near.hint


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("transport_rule.a['k']", "undeclared", "`transport_rule.a` has no `for_each`: take the key out"),
        ("transport_rule.x['use']", "undeclared", 'did you mean `transport_rule.x["us"]`?'),
        ("transport_rule.x", "needs-key", 'there are `transport_rule.x["eu"]`, `transport_rule.x["us"]`'),
        ("inbound_connector.y['us']", "undeclared", "add [inbound_connector.y]"),
    ],
)
def test_a_key_too_many_too_few_or_mistyped_is_told(target: str, code: str, said: str) -> None:
    sites = RULE.replace(".a]", '.x]\nfor_each = ["eu", "us"]').replace('"A"', '"${each.key}"')
    to = target.replace("'", '\\"')
    found = only(mistakes(RULE + sites + imported(to, "an object")))
    assert (found.code, said in found.hint) == (code, True), found
    assert "have it written" not in found.hint


def test_where_the_keys_are_wrong_nothing_is_said_of_imports_to_them() -> None:
    text = RULE.replace(".a]", ".a]\nfor_each = [1]") + imported('transport_rule.a[\\"k\\"]', "x")
    assert codes(mistakes(text)) == ["wrong-type"]


@pytest.mark.parametrize(
    "second", [imported("transport_rule.a", "Y"), imported("transport_rule.b", GUID.upper())], ids=["address", "object"]
)
def test_each_address_and_each_object_is_imported_once(second: str) -> None:
    other = RULE.replace("rule.a", "rule.b").replace('"A"', '"B"')
    assert only(mistakes(RULE + other + imported("transport_rule.a", GUID) + second)).code == "duplicate-import"


def test_one_domain_in_two_spellings_is_one_object() -> None:
    blocks = "".join(f'[accepted_domain.{name}]\ndomain = "{name}.contoso.com"\n' for name in "ab")
    text = blocks + imported("accepted_domain.a", "Contoso.com.") + imported("accepted_domain.b", "contoso.com")
    assert only(mistakes(text)).code == "duplicate-import"


def test_what_is_imported_is_no_secret() -> None:
    text = RULE + '[variables.id]\nsensitive = true\ndefault = "hush"\n' + imported("transport_rule.a", "${var.id}")
    found = only(mistakes(text))
    assert found.code == "sensitive-import"
    assert "hush" not in found.message + found.hint


def test_a_removal_may_say_what_it_means_as_terraform_has_it() -> None:
    text = RULE + removed("transport_rule.b", "lifecycle = { destroy = false }")
    assert [str(one.origin) for one in configured(text).removed] == ["transport_rule.b"]


@pytest.mark.parametrize(
    ("blocks", "code", "said"),
    [
        (removed("transport_rule.a"), "bad-removal", "still in the configuration"),
        (removed("transport_rule.b", "lifecycle = { destroy = true }"), "bad-removal", "never destroys"),
        (removed("transport_rule.b", "lifecycle = { destroi = true }"), "unknown-attribute", "destroi"),
        (removed("transport_rule.b", "lifecycle = true"), "wrong-type", "a table"),
        (removed("transport_rule.b") * 2, "duplicate-removal", "twice"),
        (removed("mailbox.b"), "bad-address", "mailbox.b"),
        (removed("transport_rule.b", 'to = "x"'), "unknown-attribute", "`to`"),
        ("[[removed]]\n", "missing-attribute", "`from`"),
    ],
)
def test_a_wrong_removal_is_a_mistake(blocks: str, code: str, said: str) -> None:
    found = only(mistakes(RULE + blocks))
    assert (found.code, said in found.message) == (code, True), found
    assert found.position is not None
    assert found.hint


@pytest.mark.parametrize("address", ["transport_rule.a", "transport_rule.b"])
def test_what_is_moved_is_not_removed(address: str) -> None:
    move = '[[moved]]\nfrom = "transport_rule.b"\nto = "transport_rule.a"\n'
    found = mistakes(RULE + move + removed(address))
    assert any(one.message == f"`{address}` is moved and removed" for one in found), codes(found)


def test_a_sketch_knows_what_is_missing_though_others_refer_to_it_already() -> None:
    refers = RULE.replace(
        'prepend_subject = "[a] "', 'route_message_outbound_connector = "${outbound_connector.c.name}"'
    )
    text = TENANT + refers + imported("outbound_connector.c", "C") + imported("transport_rule.a", "A")
    drawn = sketch({"mailform.toml": text.encode()}, VariableInputs())
    assert [str(one.target) for one in drawn.missing] == ["outbound_connector.c"]
