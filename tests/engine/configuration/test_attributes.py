"""Every attribute of every kind: what it takes is taken, what it doesn't take is a mistake at its place."""

from __future__ import annotations

import pytest
import tomli_w

from mailform.configuration.attributes import conform
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Attribute, Type
from mailform_state.address import Address
from writing import codes, configured, mistakes, only

ALL = [(kind, found) for kind in KINDS.values() for found in kind.attributes.values()]
WRITABLE = [found for _, found in ALL if found.refused is None and found.name != "priority"]
RIGHT: dict[Type, object] = {
    Type.STRING: "a.contoso.com",
    Type.BOOLEAN: True,
    Type.INTEGER: 3,
    Type.STRINGS: ("a.contoso.com", "b.contoso.com"),
    Type.SIZE: "30MB",
    Type.TIMESTAMP: "2026-11-23T21:00:00Z",
}
WRONG: dict[Type, object] = {
    Type.STRING: 1,
    Type.BOOLEAN: "yes",
    Type.INTEGER: "3",
    Type.ENUMERATION: "Nonsense",
    Type.STRINGS: "alone",
    Type.ENUMERATIONS: ("Nonsense",),
    Type.SIZE: "much",
    Type.TIMESTAMP: "soon",
}
RULE = 'name = "x"\nconditions = { from_scope = "InOrganization" }\nactions = { delete_message = true }\n'


def identity(found: Attribute) -> str:
    return f"{found.parameter}-{found.type}"


@pytest.mark.parametrize("attribute", WRITABLE, ids=identity)
def test_each_attribute_takes_what_its_table_says(attribute: Attribute) -> None:
    single, many = attribute.values[:1], attribute.values
    right = {**RIGHT, Type.ENUMERATION: "".join(single), Type.ENUMERATIONS: many}[attribute.type]
    assert conform(attribute, right) == (right, ())  # type: ignore[arg-type]


@pytest.mark.parametrize("attribute", WRITABLE, ids=identity)
def test_no_attribute_takes_another_type(attribute: Attribute) -> None:
    _, faults = conform(attribute, WRONG[attribute.type])  # type: ignore[arg-type]
    assert [fault.code for fault in faults] == [
        "unknown-value" if attribute.type in (Type.ENUMERATION, Type.ENUMERATIONS) else "wrong-type"
    ]
    assert all(fault.hint and attribute.name in fault.message for fault in faults)


@pytest.mark.parametrize("attribute", [one for one in WRITABLE if not one.required], ids=identity)
def test_empty_is_a_value_of_all_but_numbers_and_booleans(attribute: Attribute) -> None:
    empty: tuple[str, ...] | str = () if attribute.is_list else ""
    _, faults = conform(attribute, empty)
    assert bool(faults) == (attribute.type in (Type.BOOLEAN, Type.INTEGER))


@pytest.mark.parametrize("attribute", [one for one in WRITABLE if one.max_length], ids=identity)
def test_a_text_may_be_as_long_as_the_table_says_and_not_longer(attribute: Attribute) -> None:
    assert attribute.max_length is not None
    for length, wrong in ((attribute.max_length, False), (attribute.max_length + 1, True)):
        value = "é" * length
        _, faults = conform(attribute, (value,) if attribute.is_list else value)
        assert bool(faults) == wrong


@pytest.mark.parametrize(("kind", "attribute"), [one for one in ALL if one[1].refused is not None])
def test_what_is_not_ours_is_refused_with_the_reason(kind: object, attribute: Attribute) -> None:
    name = next(kind.name for kind, found in ALL if found is attribute)
    section, _, last = attribute.name.rpartition(".")
    block = {section: {last: "x"}} if section else {last: "x"}
    found = [one for one in mistakes(tomli_w.dumps({name: {"x": block}})) if one.code == "refused-attribute"]
    assert attribute.refused is not None
    assert attribute.refused.value in only(tuple(found)).message


@pytest.mark.parametrize(
    ("kind", "written", "code", "hint"),
    [
        (
            "transport_rule",
            'conditions.FromScope = "InOrganization"',
            "unknown-attribute",
            "did you mean `from_scope`?",
        ),
        ("transport_rule", "conditions.from_scop = 1", "unknown-attribute", "did you mean `from_scope`?"),
        ("transport_rule", "from_scope = 1", "unknown-attribute", "it belongs into `conditions` or `exceptions`"),
        ("transport_rule", "delete_message = true", "unknown-attribute", "it belongs into `actions`"),
        ("transport_rule", 'conditions.mode = "Audit"', "unknown-attribute", "`mode` stands on the resource itself"),
        ("transport_rule", "exceptions.FromScope = 1", "unknown-attribute", "did you mean `from_scope`?"),
        ("transport_rule", "ExceptIfFromScope = 1", "unknown-attribute", "did you mean `exceptions.from_scope`?"),
        ("transport_rule", "RuleErrorAction = 1", "unknown-attribute", "did you mean `rule_error_action`?"),
        ("transport_rule", 'conditions.from_scope = "inorganization"', "unknown-value", "`InOrganization`"),
        ("transport_rule", "dependson = []", "unknown-attribute", "did you mean `depends_on`?"),
        ("outbound_connector", "UseMXRecord = true", "unknown-attribute", "did you mean `use_mx_record`?"),
        ("outbound_connector", "conditions = {}", "unknown-attribute", ""),
        ("outbound_connector", "foreach = []", "unknown-attribute", "did you mean `for_each`?"),
        ("outbound_connector", "comment = 2026-11-23", "wrong-type", "a string"),
        ("inbound_connector", "sender_domains = [1]", "wrong-type", ""),
        ("accepted_domain", 'on_destroy = "remove"', "unknown-value", '"forget" or "delete"'),
        ("accepted_domain", 'domain = "*.contoso.com"', "bad-domain", ""),
    ],
)
def test_a_wrong_word_is_told_the_right_one(kind: str, written: str, code: str, hint: str) -> None:
    found = [one for one in mistakes(f"[{kind}.x]\n{written}\n") if one.position and one.position.text == written]
    assert only(tuple(found)).code == code
    assert hint in found[0].hint


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_what_is_required_is_missed(kind: object) -> None:
    name = next(one.name for one in KINDS.values() if one is kind)
    required = {one.name for one in KINDS[name].attributes.values() if one.required}
    told = [one.message for one in mistakes(f"[{name}.x]\n") if one.code == "missing-attribute"]
    assert len(told) == len(required)
    assert codes(mistakes(f"[{name}.x]\n{KINDS[name].naming} = ''\n")).count("required") == 1


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-11-23T22:00:00+01:00", "2026-11-23T21:00:00Z"),
        ("2026-11-23 21:00:00", "2026-11-23T21:00:00Z"),
        ("2026-11-23", "2026-11-23T00:00:00Z"),
        ('"2026-11-23T21:00"', "2026-11-23T21:00:00Z"),
        ('"20261123T220000+0100"', "2026-11-23T21:00:00Z"),
        ('""', ""),
    ],
)
def test_a_date_is_kept_in_utc_however_it_is_written(written: str, kept: str) -> None:
    found = configured(f"[transport_rule.x]\n{RULE}activation_date = {written}\n")
    assert found.resources[Address("transport_rule", "x")].attributes["activation_date"] == kept


@pytest.mark.parametrize("size", ['"10MB"', '"10 kb"', '"1048576"', "1048576", '"0 B"', '""'])
def test_a_size_is_a_text_or_bytes_and_stays_as_written(size: str) -> None:
    rule = RULE.replace('from_scope = "InOrganization"', f"message_size_over = {size}, has_no_classification = true")
    kept = configured(f"[transport_rule.x]\n{rule}").resources[Address("transport_rule", "x")]
    assert kept.attributes["conditions.message_size_over"] == (int(size) if size.isdigit() else size.strip('"'))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Contoso.COM.", "contoso.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("_x.contoso.com", "_x.contoso.com"),
    ],
)
def test_a_domain_is_kept_as_an_a_label_in_lower_case(written: str, kept: str) -> None:
    found = configured(f'[accepted_domain.x]\ndomain = "{written}"\n')
    assert found.resources[Address("accepted_domain", "x")].attributes["domain"] == kept


@pytest.mark.parametrize(
    "domain", ["contoso", "a..com", "-a.com", "a b.com", "x" * 64 + ".com", "1.2.3.4", "xn--é.com", "."]
)
def test_what_is_no_domain_is_a_mistake(domain: str) -> None:
    assert only(mistakes(f'[accepted_domain.x]\ndomain = "{domain}"\n')).code == "bad-domain"


@pytest.mark.parametrize("mark", ["\\u001b[31m", "\\n", "\\u0000", "\\u2028"])
def test_a_name_has_no_control_characters_and_no_message_shows_them(mark: str) -> None:
    found = only(mistakes(f'[outbound_connector.x]\nname = "a{mark}b"\n'))
    assert found.code == "control-character"
    assert found.message.isprintable()


def test_a_long_text_may_have_lines() -> None:
    configured(f'[transport_rule.x]\n{RULE}comments = """one\n\ttwo"""\n')


def test_a_block_is_kept_with_all_that_it_says() -> None:
    found = configured(
        '[accepted_domain.d]\ndomain = "contoso.com"\non_destroy = "delete"\n'
        f"[transport_rule.x]\n{RULE}"
        'depends_on = ["accepted_domain.d"]\n'
        'lifecycle = { prevent_destroy = true, ignore_changes = ["actions", "mode"] }\n'
    )
    rule = found.resources[Address("transport_rule", "x")]
    assert found.resources[Address("accepted_domain", "d")].on_destroy == "delete"
    assert rule.depends_on == (Address("accepted_domain", "d"),)
    assert rule.lifecycle.prevent_destroy is True
    assert rule.lifecycle.ignore_changes == frozenset({"actions", "mode"})
    assert rule.sections == {"conditions", "actions"}
    assert rule.positions["conditions.from_scope"].line == 8


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('depends_on = ["accepted_domain.none"]', "undeclared"),
        ('depends_on = ["transport_rule.x"]', "self-reference"),
        ('depends_on = "transport_rule.x"', "wrong-type"),
        ('lifecycle = { ignore_changes = ["nonsense"] }', "unknown-attribute"),
        ('lifecycle = { ignore_changes = "some" }', "wrong-type"),
        ("lifecycle = { prevent_destroy = 1 }", "wrong-type"),
        ("lifecycle = { keep = true }", "unknown-attribute"),
        ("lifecycle = 1", "wrong-type"),
    ],
)
def test_what_a_resource_says_of_its_life_is_checked(written: str, code: str) -> None:
    found = only(mistakes(f"[transport_rule.x]\n{RULE}{written}\n"))
    assert found.code == code
    assert found.position is not None
    assert found.position.text == written
