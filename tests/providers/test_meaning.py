"""Comparison by meaning: every two spellings of one meaning are the same, and no two of different ones."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import meanings
from mailform_providers import kinds
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Attribute, Form, Type
from mailform_providers.normal import same
from mailform_state.values import Value

WRITABLE = [attribute for kind in KINDS.values() for attribute in kind.writable]
FORMS = tomllib.loads((Path(kinds.__file__).parent / "forms.toml").read_text("utf-8"))


def alike(attribute: Attribute, left: Value, right: Value) -> bool:
    found = same(attribute, left, right, meanings.CONNECTORS)
    assert found == same(attribute, right, left, meanings.CONNECTORS), "sameness has no direction"
    return found


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_two_spellings_are_the_same_exactly_when_they_mean_the_same(data: st.DataObject) -> None:
    attribute = data.draw(st.sampled_from(WRITABLE), label="attribute")
    one = data.draw(meanings.meanings(attribute))
    other = data.draw(st.just(one) | meanings.meanings(attribute))
    left, right = data.draw(st.composite(one.spell)()), data.draw(st.composite(other.spell)())
    assert alike(attribute, left, right) == (one.meant == other.meant), (attribute.name, left, right)


@pytest.mark.parametrize("form", list(Form))
def test_every_form_is_tried_long_enough(form: Form) -> None:
    """The property above draws from all attributes; this one gives each form its share."""
    attributes = [attribute for attribute in WRITABLE if attribute.form is form]
    assert attributes, "a form that no attribute has"

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        attribute = data.draw(st.sampled_from(attributes))
        one, other = data.draw(meanings.meanings(attribute)), data.draw(meanings.meanings(attribute))
        spelled = [data.draw(st.composite(found.spell)()) for found in (one, one, other)]
        assert alike(attribute, spelled[0], spelled[1]), (attribute.name, spelled)
        assert alike(attribute, spelled[1], spelled[2]) == (one.meant == other.meant), (attribute.name, spelled)

    holds()


def named(name: str) -> Attribute:
    return next(attribute for attribute in WRITABLE if attribute.name == name)


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("sender_domains", ("contoso.com",), ("smtp:contoso.com;1",)),
        ("sender_domains", ("*",), ("smtp:*;1",)),
        ("sender_domains", "contoso.com", ("smtp:Contoso.COM;1",)),
        ("conditions.message_size_over", "30MB", 31457280),
        ("conditions.message_size_over", "30MB", "30 MB (31,457,280 bytes)"),
        ("conditions.message_size_over", "1.5MB", "1.5 MB (1.572.864 bytes)"),
        ("actions.set_scl", 9, "9"),
        ("actions.set_audit_severity", None, "DoNotAudit"),
        ("activation_date", "2026-11-23T21:00:00Z", "/Date(1795467600000)/"),
        ("activation_date", "2026-11-23T21:00:00Z", "2026-11-23T22:00:00.0000000+01:00"),
        ("activation_date", "2026-11-23", "2026-11-23T00:00:00"),
        ("conditions.sender_ip_ranges", ("192.0.2.0/24",), ("192.0.2.0-192.0.2.255",)),
        ("conditions.sender_ip_ranges", ("2001:db8::/32",), ("2001:0DB8:0:0::/32",)),
        ("conditions.sender_ip_ranges", ("192.0.2.0/24",), ("192.0.2.0(255.255.255.0)",)),
        ("smart_hosts", ("192.0.2.1",), ("[192.0.2.1]",)),
        ("conditions.from", ("a@bücher.example",), ("A@xn--bcher-kva.example",)),
        ("conditions.has_no_classification", None, False),
        ("tls_domain", "", None),
        ("comment", "", None),
        ("smart_hosts", (), None),
    ],
)
def test_what_exchange_shows_for_what_was_written_is_the_same(name: str, left: Value, right: Value) -> None:
    assert alike(named(name), left, right)


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("sender_domains", ("smtp:contoso.com;1",), ("smtp:contoso.com;2",)),
        ("smart_hosts", ("straße.example",), ("strasse.example",)),
        ("tls_domain", "contoso.com", "*.contoso.com"),
        ("conditions.subject_contains_words", ("Secret",), ("secret",)),
        ("conditions.subject_matches_patterns", ("^a",), ("^A",)),
        ("conditions.message_size_over", "30MB", "30000000"),
        ("conditions.sender_ip_ranges", ("192.0.2.0/24",), ("192.0.2.0/25",)),
        ("activation_date", "2026-11-23", "2026-11-23T00:00:01"),
        ("activation_date", "3/4/2026 12:00:00 PM", "4/3/2026 12:00:00 PM"),
        ("actions.set_scl", 1, "true"),
        ("enabled", False, None),
        ("comment", "a", "A"),
    ],
)
def test_what_means_something_else_is_not(name: str, left: Value, right: Value) -> None:
    assert not alike(named(name), left, right)


def rows() -> Iterator[tuple[str, str, Form]]:
    """The table: kind, attribute as a rule's condition or action has it, form."""
    for kind in KINDS:
        for name, form in FORMS[kind].items():
            if isinstance(form, dict):
                yield from ((kind, f"{name}.{inner}", Form(found)) for inner, found in form.items())
            else:
                yield kind, name, Form(form)


def test_every_row_of_the_table_is_about_an_attribute_that_is_compared() -> None:
    compared = {(kind.name, attribute.name): attribute.form for kind in KINDS.values() for attribute in kind.writable}
    assert all(compared.get((kind, name)) is form for kind, name, form in rows())


def test_every_form_of_the_table_is_told_in_words() -> None:
    assert {form for _, _, form in rows()} == kinds.MEANING.keys()


def test_the_type_of_an_attribute_says_what_kind_of_row_it_needs() -> None:
    needed = {
        Type.ENUMERATION: {Form.KEYWORD, Form.AUDIT_SEVERITY},
        Type.ENUMERATIONS: {Form.KEYWORD},
        Type.SIZE: {Form.SIZE},
        Type.TIMESTAMP: {Form.TIMESTAMP},
        Type.BOOLEAN: {Form.SWITCH},
        Type.INTEGER: {Form.NUMBER},
    }
    assert [one.name for one in WRITABLE if one.form not in needed.get(one.type, {*Form})] == []


def test_an_exception_is_compared_as_its_condition() -> None:
    rule = KINDS["transport_rule"].attributes
    assert all(
        attribute.form is rule[name.replace("conditions.", "exceptions.")].form
        for name, attribute in rule.items()
        if name.startswith("conditions.")
    )
