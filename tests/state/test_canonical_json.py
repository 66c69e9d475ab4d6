from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from hypothesis import given

from mailform_state.canonical import DEEPEST, canonical, digest, read_json
from mailform_state.errors import Damaged
from mailform_state.values import Value
from strategies.state import values


def read(data: bytes) -> object:
    return read_json(data, what="The state", limit=10_000)


def test_the_canonical_form_is_sorted_narrow_and_utf_8() -> None:
    value = MappingProxyType({"b": (1, 1.0, None), "a": {"ü": True}})
    assert canonical(value) == '{"a":{"ü":true},"b":[1,1.0,null]}'.encode()


def test_a_digest_is_sha_256_over_the_canonical_form() -> None:
    assert digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(values)
def test_what_the_canonical_form_says_is_read_back(value: Value) -> None:
    form = canonical(value)
    assert canonical(read_json(form, what="It", limit=len(form))) == form


@given(values)
def test_digests_tell_apart_what_python_takes_for_equal(value: Value) -> None:
    assert digest(True) != digest(1) != digest(1.0)
    assert digest([value]) != digest(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", {"\udfff": 1}, {1, 2}, object(), 2**63, [-(2**63) - 1], 2**2_000]
)
def test_what_json_cannot_say_has_no_canonical_form(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        canonical(value)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"a": 1', "cut"),
        (b'{"a": 1} x', "cut"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"[1e999]", "out of range"),
        (b"[9223372036854775808]", "64 bits"),
        (b"[" + b"9" * 5000 + b"]", "64 bits"),
        (b"[0." + b"9" * 5000 + b"]", "out of range"),
        (rb'["\ud800"]', "half a character"),
        (rb'{"\udc00": 1}', "half a character"),
        (b'["\xff"]', "not UTF-8"),
        (b'["\xed\xa0\x80"]', "not UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}', "not JSON"),
        (b'["a\x01"]', "not JSON"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "nested"),
        (b"[" * 4_000, "nested"),
        (b" " * 9_999 + b"{}", "larger"),
    ],
)
def test_every_trick_of_json_is_damage_and_says_which(data: bytes, word: str) -> None:
    with pytest.raises(Damaged, match=word):
        read(data)


def test_a_key_twice_among_very_many_is_found_in_no_time() -> None:
    keys = b",".join(b'"%d":0' % number for number in range(200_000))
    with pytest.raises(Damaged, match="the key '0' stands there twice"):
        read_json(b"{" + keys + b',"0":1}', what="The state", limit=10_000_000)


def test_nesting_is_allowed_as_deep_as_we_write_it() -> None:
    deep = b"[" * DEEPEST + b"]" * DEEPEST
    assert canonical(read(deep)) == deep


def test_a_deep_value_is_refused_before_it_is_written() -> None:
    deep = json.loads("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    with pytest.raises(ValueError, match="nested"):
        canonical(deep)
