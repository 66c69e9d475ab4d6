"""`for_each`: one block, several resources, and every way to get it wrong, with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mailform.configuration.editor_schema import schema
from mailform.expression import Reference, Template
from mailform.wanted import After, Before, Priority
from mailform_providers.kinds import KINDS
from mailform_state.address import Address
from writing import codes, configured, mistakes, only

SITES = '{ eu = { host = "eu.contoso.com", n = [1, 2] }, us = { host = "us.contoso.com", n = [3, 4] } }'


def connector(for_each: str, name: str = "Out ${each.key}", more: str = "") -> str:
    head = f'[outbound_connector.out]\nfor_each = {for_each}\nname = "{name}"\n{more}'
    return head + ("use_mx_record = false\n" if "smart_hosts" in more and "use_mx" not in more else "")


def rule(label: str, *lines: str) -> str:
    head = f'[transport_rule.{label}]\nname = "{label}"\nconditions = {{ from_scope = "InOrganization" }}\n'
    return head + "actions = { set_scl = 1 }\n" + "".join(f"{line}\n" for line in lines)


def at(text: str) -> Address:
    return Address.parse(text)


def comments(blocks: str, *assignments: str) -> dict[str, object]:
    """What each connector's comment comes to, by its key."""
    found = configured(blocks, *assignments).resources
    return {
        str(address.key): one.attributes["comment"] for address, one in found.items() if "comment" in one.attributes
    }


@pytest.mark.parametrize(
    ("head", "for_each"),
    [
        ("", SITES),
        (f"[locals]\nsites = {SITES}\n", '"${local.sites}"'),
        (f"[locals]\nall = {{ sites = {SITES} }}\n", '"${local.all.sites}"'),
        (f'[variables.sites]\ntype = "map"\ndefault = {SITES}\n', '"${var.sites}"'),
        (f'[variables.v]\ntype = "map"\ndefault = {SITES}\n[locals]\nsites = "${{var.v}}"\n', '"${local.sites}"'),
        ('[locals]\nhost = "eu.contoso.com"\n', SITES.replace('"eu.contoso.com"', '"${local.host}"')),
    ],
)
def test_a_table_may_be_written_out_or_come_from_a_variable_or_a_local(head: str, for_each: str) -> None:
    found = configured(
        head + connector(for_each, more='smart_hosts = ["${each.value.host}"]\ncomment = "n${each.value.n[1]}"\n')
    )
    assert {str(address): one.attributes["smart_hosts"] for address, one in found.resources.items()} == {
        'outbound_connector.out["eu"]': ("eu.contoso.com",),
        'outbound_connector.out["us"]': ("us.contoso.com",),
    }
    assert [one.attributes["comment"] for one in found.resources.values()] == ["n2", "n4"]


def test_a_table_of_its_own_is_a_table_too() -> None:
    more = 'comment = "${each.value}"\n[outbound_connector.out.for_each]\nnorth = "a"\n"south, west" = "b"\n'
    blocks = '[outbound_connector.out]\nname = "Out ${each.key}"\n' + more
    assert comments(blocks) == {"north": "a", "south, west": "b"}


@pytest.mark.parametrize("order", ['["b", "a"]', '["a", "b"]'])
def test_a_list_of_strings_is_a_set_and_its_values_are_its_keys(order: str) -> None:
    found = configured(connector(order, more='comment = "${each.value}"\n'))
    assert [str(address) for address in found.resources] == [
        'outbound_connector.out["a"]',
        'outbound_connector.out["b"]',
    ]
    assert comments(connector(order, more='comment = "${each.value}"\n')) == {"a": "a", "b": "b"}


def test_a_value_alone_in_its_string_keeps_its_type() -> None:
    blocks = connector(
        '{ a = { on = false, hosts = ["x.contoso.com", "y.contoso.com"] } }',
        more='enabled = "${each.value.on}"\nsmart_hosts = "${each.value.hosts}"\n',
    )
    (found,) = configured(blocks).resources.values()
    assert found.attributes["enabled"] is False
    assert found.attributes["smart_hosts"] == ("x.contoso.com", "y.contoso.com")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_it(kind: str) -> None:
    naming = KINDS[kind].naming
    rest = {
        "transport_rule": "conditions = { from_scope = 'InOrganization' }\nactions = { set_scl = 1 }\n",
        "inbound_connector": 'sender_domains = ["*"]\n',
    }
    found = configured(
        f'[{kind}.x]\nfor_each = ["a", "b"]\n{naming} = "${{each.key}}.contoso.com"\n' + rest.get(kind, "")
    )
    assert [one.attributes[naming] for one in found.resources.values()] == ["a.contoso.com", "b.contoso.com"]


@pytest.mark.parametrize("empty", ["{}", "[]", '"${var.none}"'])
def test_nothing_to_range_over_is_no_resource(empty: str) -> None:
    blocks = (
        '[variables.none]\ntype = "list"\ndefault = []\n'
        + connector(empty)
        + '[inbound_connector.in]\nname = "In"\nsender_domains = ["*"]\ndepends_on = ["outbound_connector.out"]\n'
    )
    found = configured(blocks)
    assert list(map(str, found.resources)) == ["inbound_connector.in"]
    assert found.keys == {at("outbound_connector.out"): ()}


def test_a_block_without_instances_is_still_checked() -> None:
    found = mistakes(connector("[]", more='coment = "x"\nenabled = "yes"\ncomment = "${var.none}"\n'))
    assert codes(found) == ["unknown-attribute", "wrong-type", "undeclared"]


@pytest.mark.parametrize(
    ("for_each", "code", "column"),
    [
        ("3", "wrong-type", 12),
        ('"eu"', "wrong-type", 12),
        ("true", "wrong-type", 12),
        ('["eu", 1]', "wrong-type", 19),
        ('["eu", ["us"]]', "wrong-type", 19),
        ('["eu", "us", "eu"]', "duplicate-key", 25),
        ('["eu", ""]', "empty-key", 19),
        ('{ "" = 1 }', "empty-key", 14),
        ('"${var.nothing}"', "undeclared", 13),
        ('"${each.key}"', "bad-reference", 13),
        ('{ eu = "${outbound_connector.other.name}" }', "for-each-unknown", 12),
        ('["${outbound_connector.other.id}"]', "for-each-unknown", 12),
        ('"${local.open}"', "for-each-unknown", 12),
        ('"${var.secret}"', "sensitive-key", 12),
        ('["a", "${var.word}"]', "sensitive-key", 18),
        ('"${local.hidden}"', "sensitive-key", 12),
    ],
)
def test_what_cannot_be_ranged_over_is_a_mistake_where_it_stands(for_each: str, code: str, column: int) -> None:
    blocks = (
        '[variables.secret]\ntype = "map"\nsensitive = true\ndefault = { eu = "x" }\n'
        '[variables.word]\nsensitive = true\ndefault = "x"\n'
        '[locals]\nopen = { eu = "${outbound_connector.other.name}" }\nhidden = "${var.secret}"\n'
        '[outbound_connector.other]\nname = "Other"\n'
    )
    found = only(mistakes(blocks + connector(for_each)))
    assert found.code == code
    assert found.position is not None
    assert (found.position.text, found.position.column) == (f"for_each = {for_each}", column)
    assert found.hint


def test_more_keys_than_a_tenant_has_room_for_are_refused() -> None:
    assert only(mistakes(connector(json.dumps([f"k{n}" for n in range(5_001)])))).code == "too-large"


def test_a_wrong_for_each_hides_no_other_mistake_and_makes_none_up() -> None:
    blocks = connector('"nothing"', more='coment = "x"\n') + "".join(
        [
            rule("a", 'depends_on = ["outbound_connector.out", \'outbound_connector.out["eu"]\']'),
            "[outputs.x]\nvalue = '${outbound_connector.out[\"eu\"].id}'\n",
            '[[moved]]\nfrom = "outbound_connector.old"\nto = \'outbound_connector.out["eu"]\'\n',
        ]
    )
    assert codes(mistakes(blocks)) == ["wrong-type", "unknown-attribute"]


def test_only_the_values_may_be_sensitive() -> None:
    blocks = (
        '[variables.secret]\nsensitive = true\ndefault = "x"\n'
        '[locals]\nsites = { eu = { host = "eu.contoso.com", word = "${var.secret}" } }\n'
        + connector('"${local.sites}"', more='smart_hosts = ["${each.value.host}"]\ncomment = "${each.value.word}"\n')
    )
    (found,) = configured(blocks).resources.values()
    assert found.sensitive == {"comment"}
    assert str(found.address) == 'outbound_connector.out["eu"]'


def test_each_means_something_only_in_a_block_with_for_each() -> None:
    blocks = '[locals]\nx = "${each.key}"\n[outbound_connector.out]\nname = "${each.value}"\n'
    blocks += '[outputs.x]\nvalue = "${each.key}"\n'
    found = mistakes(blocks)
    assert codes(found) == ["bad-reference"] * 3
    assert [one.position.line for one in found if one.position] == [4, 6, 8]


@pytest.mark.parametrize("written", ["${each}", "${each.name}", "${each[0]}"])
def test_each_has_a_key_and_a_value_and_nothing_else(written: str) -> None:
    found = only(mistakes(connector('["a"]', more=f'comment = "{written}"\n')))
    assert (found.code, found.hint) == ("bad-reference", "write ${each.key} or ${each.value}")


def test_a_part_that_one_value_lacks_is_a_mistake_of_that_instance() -> None:
    found = only(mistakes(connector('{ eu = { host = "x" }, us = {} }', more='comment = "${each.value.host}"\n')))
    assert (found.code, found.position and found.position.line) == ("no-such-part", 6)
    assert found.message.startswith('`outbound_connector.out["us"]`: `${each.value.host}`')


def test_what_all_instances_have_wrong_is_said_once_and_of_the_block() -> None:
    found = only(mistakes(connector('["eu", "us"]', more="enabled = 3\n")))
    assert (found.code, "out[" in found.message) == ("wrong-type", False)


def test_a_warning_about_one_instance_names_it() -> None:
    more = 'smart_hosts = ["${each.key}.contoso.com"]\n'
    more += 'tls_settings = "DomainValidation"\ntls_domain = "eu.contoso.com"\n'
    (warning,) = configured(connector('["eu", "us"]', more=more)).warnings
    assert 'outbound_connector.out["us"]' in warning.message


def test_two_instances_with_one_name_are_a_mistake_that_names_both() -> None:
    found = only(mistakes(connector('["eu", "us"]', name="Out")))
    assert found.code == "duplicate-name"
    assert found.message == ('`outbound_connector.out["eu"]` and `outbound_connector.out["us"]` have one name: "Out"')
    assert found.position is not None
    assert (found.position.line, found.position.column) == (5, 8)


@pytest.mark.parametrize(
    "written",
    [
        r'"${outbound_connector.out[\"eu\"].name}"',
        "'${outbound_connector.out[\"eu\"].name}'",
        "'${outbound_connector.out[\"${var.site}\"].name}'",
        "'${outbound_connector.out[\"e${local.rest}\"].name}'",
        '"${outbound_connector.out[var.site].name}"',
        '"${outbound_connector.out[local.sites.first].name}"',
    ],
)
def test_a_reference_from_outside_names_the_key(written: str) -> None:
    blocks = (
        '[variables.site]\ndefault = "eu"\n[locals]\nrest = "u"\nsites = { first = "eu" }\n'
        + connector('["eu", "us"]')
        + f"[inbound_connector.in]\nname = \"In\"\nsender_domains = ['*']\ncomment = {written}\n"
    )
    found = configured(blocks).resources[at("inbound_connector.in")]
    assert found.attributes["comment"] == Template((Reference(at('outbound_connector.out["eu"]'), "name"),))
    assert found.references == {at('outbound_connector.out["eu"]')}


@pytest.mark.parametrize("index", ["[each.key]", '["${each.key}"]', "[each.value.site]", '["${each.value.site}"]'])
def test_two_blocks_with_for_each_meet_key_by_key(index: str) -> None:
    blocks = connector('["eu", "us"]') + (
        '[inbound_connector.in]\nfor_each = { eu = { site = "eu" }, us = { site = "us" } }\nname = "In ${each.key}"\n'
        f"sender_domains = ['*']\ncomment = '${{outbound_connector.out{index}.name}}'\n"
    )
    found = configured(blocks).resources
    assert found[at('inbound_connector.in["us"]')].references == {at('outbound_connector.out["us"]')}
    assert found[at('inbound_connector.in["eu"]')].references == {at('outbound_connector.out["eu"]')}


def test_a_variable_and_a_local_are_indexed_by_key_too() -> None:
    blocks = '[locals]\nnotes = { eu = "Europe", us = "America" }\n' + connector(
        '["eu", "us"]', more='comment = "${local.notes[each.key]}"\n'
    )
    assert comments(blocks) == {"eu": "Europe", "us": "America"}


def test_an_instance_may_refer_to_another_of_its_block_but_not_to_itself() -> None:
    more = "comment = '${outbound_connector.out[\"eu\"].name}'\n"
    found = only(mistakes(connector('["eu", "us"]', more=more)))
    assert found.code == "self-reference"
    assert found.message == '`${outbound_connector.out["eu"].name}` refers to its own resource'


@pytest.mark.parametrize(
    ("written", "code", "hint"),
    [
        ("${outbound_connector.out.name}", "needs-key", "[\"eu\"]`, `outbound_connector.out["),
        ('${outbound_connector.out["us1"].name}', "undeclared", 'did you mean `outbound_connector.out["us"]`?'),
        ('${outbound_connector.out["north"].name}', "undeclared", 'there are `outbound_connector.out["eu"]`'),
        ('${outbound_connector.one["eu"].name}', "undeclared", "has no `for_each`: take the key out"),
        ('${outbound_connector.non["eu"].name}', "undeclared", ""),
        ('${outbound_connector.out["eu"]}', "bad-reference", ""),
        ('${outbound_connector.out["eu".name}', "bad-reference", ""),
        ('${outbound_connector.out["eu].name}', "bad-reference", ""),
        ("${outbound_connector.out[eu].name}", "bad-reference", ""),
        ("${outbound_connector.out[0].name}", "bad-reference", ""),
        ('${outbound_connector.out["${outbound_connector.one.name}"].name}', "bad-reference", "use each.key"),
        (r'${outbound_connector.out["\ud800"].name}', "bad-reference", ""),
        ('${outbound_connector.out["${var.secret}"].name}', "sensitive-key", ""),
        ('${outbound_connector.out["${local.open}"].name}', "wrong-type", ""),
        ("${outbound_connector.out[each.key].name}", "bad-reference", "add `for_each`"),
    ],
)  # fmt: skip
def test_a_reference_that_meets_no_instance_is_a_mistake_that_helps(written: str, code: str, hint: str) -> None:
    blocks = (
        '[variables.secret]\nsensitive = true\ndefault = "eu"\n[locals]\nopen = "${outbound_connector.one.name}"\n'
        + connector('["eu", "us"]')
        + '[outbound_connector.one]\nname = "One"\n'
        + f"[inbound_connector.in]\nname = \"In\"\nsender_domains = ['*']\ncomment = '{written}'\n"
    )
    found = only(mistakes(blocks))
    assert found.code == code
    assert hint in found.hint
    assert found.position is not None
    assert found.position.text.startswith("comment")
    assert found.position.column > 11


def test_many_keys_are_not_all_told() -> None:
    blocks = (
        connector(json.dumps([f"k{n}" for n in range(40)])) + '[outputs.x]\nvalue = "${outbound_connector.out.id}"\n'
    )
    assert only(mistakes(blocks)).hint.endswith("and 35 more")


KEYS = [
    " ",
    "a b",
    "ü",
    '"',
    "\\",
    "'",
    "]",
    "}",
    "${x}",
    "a.b",
    "\n",
    "\u202e",
    "\x1b[2J",
    "\u3164",
    "$",
    "\U000e0100",
]


@pytest.mark.parametrize("key", KEYS)
def test_any_text_is_a_key_and_its_address_is_safe_to_show_and_reads_back(key: str) -> None:
    (address,) = configured(
        connector(
            f"{{ {json.dumps(key, ensure_ascii=False) if key.isprintable() and key.isascii() else toml(key)} = 1 }}",
            name="Out",
        )
    ).resources
    assert address.key == key
    assert Address.parse(str(address)) == address
    assert not any(hidden in str(address) for hidden in ("\n", "\x1b", "\u202e", "\u3164", "\U000e0100"))


def toml(key: str) -> str:
    return '"' + "".join(f"\\U{ord(letter):08X}" for letter in key) + '"'


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('["inbound_connector.in"]', ["eu", "us"]),
        ("['inbound_connector.in[\"us\"]']", ["us"]),
        ("['inbound_connector.in[\"${each.key}\"]']", ["eu"]),
        ('["inbound_connector.in[each.key]"]', ["eu"]),
    ],
)
def test_depends_on_takes_a_key_or_means_all_of_them(written: str, found: list[str]) -> None:
    blocks = '[inbound_connector.in]\nfor_each = ["eu", "us"]\nname = "In ${each.key}"\nsender_domains = ["*"]\n'
    out = configured(blocks + connector('["eu"]', more=f"depends_on = {written}\n")).resources[
        at('outbound_connector.out["eu"]')
    ]
    assert [one.key for one in out.depends_on] == found


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('["outbound_connector.out"]', "self-reference"),
        ("['outbound_connector.out[\"eu\"]']", "self-reference"),
        ("['outbound_connector.out[\"uk\"]']", "undeclared"),
        ("['outbound_connector.out[\"eu\"].name']", "bad-address"),
        ('["${each.key}"]', "bad-address"),
    ],
)
def test_what_an_instance_cannot_depend_on_is_a_mistake(written: str, code: str) -> None:
    found = only(mistakes(connector('["eu"]', more=f"depends_on = {written}\n")))
    assert found.code == code
    assert found.position is not None
    assert found.position.line == 6


def test_a_rule_stands_after_one_instance_or_after_all_of_them() -> None:
    blocks = rule("x", "").replace('name = "x"', 'for_each = ["a", "b"]\nname = "x ${each.key}"')
    blocks += rule("all", 'order = { after = "transport_rule.x" }')
    blocks += rule("one", "order = { before = 'transport_rule.x[\"b\"]' }")
    found = configured(blocks).resources
    assert found[at("transport_rule.all")].places == (After(at_all('transport_rule.x["a"]', 'transport_rule.x["b"]')),)
    assert found[at("transport_rule.one")].places == (Before(at_all('transport_rule.x["b"]')),)


def at_all(*texts: str) -> tuple[Address, ...]:
    return tuple(map(at, texts))


def test_instances_stand_in_the_order_of_a_key_or_a_number_of_theirs() -> None:
    first = rule("x", "").replace('name = "x"', 'for_each = ["a", "b"]\nname = "x ${each.key}"')
    second = rule("y", 'order = { after = "transport_rule.x[each.key]" }').replace(
        'name = "y"', 'for_each = ["a", "b"]\nname = "y ${each.key}"'
    )
    third = rule("z", 'priority = "${each.value}"').replace(
        'name = "z"', 'for_each = { a = 3, b = 7 }\nname = "z ${each.key}"'
    )
    found = configured(first + second + third).resources
    assert found[at('transport_rule.y["b"]')].places == (After(at_all('transport_rule.x["b"]')),)
    assert found[at('transport_rule.z["b"]')].places == (Priority(7),)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("priority = 3", "place-taken"),
        ('order = { at = "first" }', "place-taken"),
        ('order = { after = "transport_rule.x" }', "impossible-order"),
        ("order = { after = 'transport_rule.x[\"c\"]' }", "undeclared"),
        ("order = { after = 'outbound_connector.x[\"c\"]' }", "bad-address"),
        ('priority = "${each.key}"', "wrong-type"),
        ('priority = "${var.secret}"', "sensitive-place"),
    ],
)
def test_a_place_that_instances_cannot_have_is_a_mistake(place: str, code: str) -> None:
    blocks = '[variables.secret]\ntype = "number"\nsensitive = true\ndefault = 3\n'
    blocks += rule("x", place).replace('name = "x"', 'for_each = ["a", "b"]\nname = "x ${each.key}"')
    assert set(codes(mistakes(blocks))) == {code}


MOVED = "[[moved]]\nfrom = '{}'\nto = '{}'\n"


OUT = "outbound_connector.out"


@pytest.mark.parametrize(
    ("origin", "target", "moves"),
    [
        ("outbound_connector.old", f'{OUT}["eu"]', {"outbound_connector.old": f'{OUT}["eu"]'}),
        (f'{OUT}["uk"]', f'{OUT}["eu"]', {f'{OUT}["uk"]': f'{OUT}["eu"]'}),
        (OUT, f'{OUT}["eu"]', {OUT: f'{OUT}["eu"]'}),
        (f'{OUT}["eu "]', "outbound_connector.one", {f'{OUT}["eu "]': "outbound_connector.one"}),
        (
            "outbound_connector.old",
            OUT,
            {'outbound_connector.old["eu"]': f'{OUT}["eu"]', 'outbound_connector.old["us"]': f'{OUT}["us"]'},
        ),
    ],
)
def test_a_resource_moves_into_a_for_each_and_out_of_it(origin: str, target: str, moves: dict[str, str]) -> None:
    blocks = connector('["eu", "us"]') + '[outbound_connector.one]\nname = "One"\n' + MOVED.format(origin, target)
    assert {str(move.origin): str(move.target) for move in configured(blocks).moved} == moves


@pytest.mark.parametrize(
    ("origin", "target", "code"),
    [
        (f'{OUT}["us"]', f'{OUT}["eu"]', "bad-move"),
        ("outbound_connector.old", f'{OUT}["uk"]', "undeclared"),
        ('outbound_connector.old["eu"]', OUT, "needs-key"),
        ("outbound_connector.old", 'outbound_connector.one["eu"]', "undeclared"),
        ("outbound_connector.old[0]", "outbound_connector.one", "bad-address"),
    ],
)
def test_a_move_that_cannot_be_is_a_mistake(origin: str, target: str, code: str) -> None:
    blocks = connector('["eu", "us"]') + '[outbound_connector.one]\nname = "One"\n' + MOVED.format(origin, target)
    assert code in codes(mistakes(blocks))


def test_lifecycle_and_on_destroy_are_those_of_every_instance() -> None:
    blocks = '[accepted_domain.x]\nfor_each = ["a.contoso.com", "b.contoso.com"]\ndomain = "${each.key}"\n'
    blocks += 'on_destroy = "delete"\nlifecycle = { prevent_destroy = true, ignore_changes = ["domain_type"] }\n'
    for found in configured(blocks).resources.values():
        assert (found.on_destroy, found.lifecycle.prevent_destroy) == ("delete", True)
        assert found.lifecycle.ignore_changes == {"domain_type"}


def test_a_circle_of_instances_names_them() -> None:
    blocks = connector('["eu", "us"]', more="comment = '${inbound_connector.in[\"eu\"].name}'\n")
    blocks += "[inbound_connector.in]\nfor_each = ['eu']\nname = 'In'\nsender_domains = ['*']\n"
    blocks += "comment = '${outbound_connector.out[each.key].name}'\n"
    found = only(mistakes(blocks))
    assert found.code == "cycle"
    assert 'inbound_connector.in["eu"]' in found.message


@pytest.mark.parametrize("kind", KINDS)
def test_the_editor_knows_for_each(kind: str) -> None:
    found: Any = schema()
    (block,) = found["properties"][kind]["patternProperties"].values()
    shapes = [one.get("type") for one in block["properties"]["for_each"]["anyOf"]]
    assert shapes == ["object", "array", "string"]


def test_a_warning_about_every_instance_is_one_warning_about_the_block() -> None:
    more = 'connector_type = "OnPremises"\nis_transport_rule_scoped = true\n'
    blocks = connector('["eu", "us"]', more=more)
    blocks += '[transport_rule.route]\nfor_each = ["eu", "us"]\nname = "Route ${each.key}"\nconditions = {}\n'
    blocks += "actions = { route_message_outbound_connector = '${outbound_connector.out[each.key].name}' }\n"
    found = configured(blocks).warnings
    assert codes(found) == ["all-messages", "loop"]
    assert all("`transport_rule.route` " in one.message for one in found)
