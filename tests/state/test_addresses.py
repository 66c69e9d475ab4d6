"""Addresses as texts: they read back, and show whatever a key holds without harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform_state.address import Address
from mailform_state.visible import is_harmful

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]*", fullmatch=True)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(kind=NAMES, name=NAMES, key=KEYS | st.none(), module=st.lists(NAMES, max_size=2).map(tuple))
def test_an_address_reads_back_and_hides_nothing(
    kind: str, name: str, key: str | None, module: tuple[str, ...]
) -> None:
    address = Address(kind, name, key, module)
    assert not any(is_harmful(letter) for letter in str(address))
    if kind != "module":
        assert Address.parse(str(address)) == address


@given(one=KEYS, other=KEYS)
def test_two_keys_never_look_the_same(one: str, other: str) -> None:
    assert (str(Address("a", "b", one)) == str(Address("a", "b", other))) == (one == other)


def test_an_address_with_a_key_belongs_to_its_block() -> None:
    assert Address.parse('transport_rule.x["a"]').block == Address.parse("transport_rule.x").block


@pytest.mark.parametrize(
    ("text", "key"), [(r'"\u0065u"', "eu"), (r'"\U0001F4E7"', "📧"), (r'"a\"b"', 'a"b'), (r'"\\u0065"', r"\u0065")]
)
def test_a_key_may_be_typed_with_escapes(text: str, key: str) -> None:
    assert Address.parse(f"transport_rule.x[{text}]").key == key


@pytest.mark.parametrize("text", ['["a]', "[a]", "[0]", r'["\ud800"]', r'["\U00110000"]', '["a"]x', '["a"]["b"]', "[]"])
def test_what_is_no_key_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        Address.parse(f"transport_rule.x{text}")
