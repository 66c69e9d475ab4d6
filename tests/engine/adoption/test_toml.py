"""Values as TOML: what is read back is what was written, and it is laid out as `fmt` has it."""

from __future__ import annotations

import tomllib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailform.adoption.toml import WIDTH, pair
from mailform.configuration.fmt import formatted

text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=60)
values = st.one_of(text, st.booleans(), st.integers(-(2**31), 2**31), st.lists(text, min_size=1, max_size=8).map(tuple))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect
@given(values)
def test_a_value_is_read_back_as_it_was(value: str | int | tuple[str, ...]) -> None:
    written = pair("x", value)
    read = tomllib.loads(written)["x"]
    # a text of several lines may lose its CR: the service makes no difference, and neither do we
    plain = value.replace("\r\n", "\n") if isinstance(value, str) and "\n" in value else value
    assert (tuple(read) if isinstance(read, list) else read) == plain
    assert formatted(f"{written}\n") == f"{written}\n"


def test_a_list_is_broken_only_when_it_does_not_fit() -> None:
    assert pair("words", ("a", "b")) == 'words = ["a", "b"]'
    long = pair("words", tuple(f"word number {number}" for number in range(12)))
    assert long.startswith('words = [\n    "word number 0",\n')
    assert all(len(line) <= WIDTH for line in long.splitlines())
