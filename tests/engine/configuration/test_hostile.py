"""Whatever the bytes are, reading them ends in a configuration or in mistakes; never in a traceback."""

from __future__ import annotations

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from mailform.configuration.fmt import formatted
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.configuration.starter import STARTER
from mailform.diagnostics import Mistakes, Severity
from mailform.wanted import resolve
from mailform_providers.kinds import KINDS
from mailform_state.address import Address
from strategies.toml import DOCUMENTS
from writing import TENANT, codes, configured, mistakes

REFERENCES = ["${", "}", "$${", "${var.smart_host}", "${accepted_domain.certificate.id}", "[0]", "."]
MARKS = ["[", "]", '"', "'", "\n", "=", '""', "[]", "{}", "#", "\x00", "\ud7ff", "é"]
VALUES = ["1", "true", "9" * 30, "1979-05-27", "0001-01-01T00:00:00+14:00", "nan"]
WORDS = st.sampled_from([*REFERENCES, *MARKS, *VALUES])
PLACES = [(kind.name, name) for kind in KINDS.values() for name in (*kind.attributes, "order", "lifecycle")]


def survives(content: bytes) -> None:
    try:
        found = parse({"mailform.toml": content}).warnings
    except Mistakes as raised:
        found = raised.diagnostics
        assert any(one.severity is Severity.ERROR for one in found)
    for one in found:
        assert one.hint
        assert one.message.isprintable()
        assert one.position is None or one.position.line >= 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_configuration_or_mistakes(content: bytes) -> None:
    survives(content)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(STARTER)), st.integers(0, 12), WORDS), min_size=1, max_size=3))
def test_a_mangled_starter_is_a_configuration_or_mistakes(edits: list[tuple[int, int, str]]) -> None:
    text = STARTER
    for at, length, word in edits:
        text = text[:at] + word + text[at + length :]
    survives(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=200)
@given(
    st.sampled_from(
        [(kind.name, name) for kind in KINDS.values() for name in (*kind.attributes, "order", "lifecycle")]
    ),
    DOCUMENTS,
)
def test_any_value_in_any_attribute_is_a_configuration_or_mistakes(
    place: tuple[str, str], data: dict[str, object]
) -> None:
    kind, name = place
    section, _, last = name.rpartition(".")
    for value in data.values():
        block = {section: {last: value}} if section else {name: value}
        survives((TENANT + tomli_w.dumps({kind: {"x": block}})).encode())


@given(DOCUMENTS)
def test_any_toml_document_is_a_configuration_or_mistakes(data: dict[str, object]) -> None:
    text = tomli_w.dumps(data)
    survives(text.encode())
    formatted(text)


@given(st.text(), st.sampled_from(["string", "number", "bool", "list", "map"]))
def test_any_text_may_be_given_to_a_variable_of_any_type(text: str, type: str) -> None:
    source = f'{TENANT}[variables.v]\ntype = "{type}"\n[outputs.o]\nvalue = "${{var.v}}"\n'
    try:
        found = parse({"mailform.toml": source.encode()}, VariableInputs((f"v={text}",)))
    except Mistakes:
        return
    assert type != "string" or found.outputs["o"].value == text


def test_an_environment_that_is_not_utf8_is_a_mistake() -> None:
    source = f'{TENANT}[variables.v]\ntype = "string"\n'
    with pytest.raises(Mistakes) as raised:
        parse({"mailform.toml": source.encode()}, VariableInputs(environment={"MAILFORM_VAR_v": "\udcff"}))
    assert codes(raised.value.diagnostics) == ["bad-value"]


GROWING = [
    ('a0 = "xxxxxxxx"\n', 'a{} = "${{local.a{}}}${{local.a{}}}"\n'),
    ('a0 = ["x"]\n', 'a{} = ["${{local.a{}}}", "${{local.a{}}}"]\n'),
    ("a0 = { x = 1 }\n", 'a{} = {{ x = "${{local.a{}}}", y = "${{local.a{}}}" }}\n'),
]


@pytest.mark.parametrize(("first", "following"), GROWING, ids=["text", "list", "table"])
def test_locals_that_double_are_stopped_before_they_fill_the_memory(first: str, following: str) -> None:
    text = "[locals]\n" + first + "".join(following.format(n + 1, n, n) for n in range(60))
    assert "too-large" in codes(mistakes(text))


def chain(length: int, last: str, link: str) -> str:
    block = '[outbound_connector.a{0}]\nname = "a{0}"\ncomment = "{1}"\n'
    links = [link.format(f"${{outbound_connector.a{number + 1}.comment}}") for number in range(length)]
    return "".join(block.format(number, text) for number, text in enumerate([*links, last]))


def test_attributes_that_double_are_stopped_before_they_fill_the_memory() -> None:
    assert "too-large" in codes(mistakes(chain(60, "xxxxxxxx", "{0}{0}")))


@pytest.mark.parametrize(("length", "link"), [(1500, "{0}"), (60, "{0}{0}")], ids=["long", "doubling"])
def test_a_chain_of_references_is_answered_in_time_and_without_recursion(length: int, link: str) -> None:
    found = resolve(configured(chain(length, "", link)), {})
    assert found[Address("outbound_connector", "a0")].attributes["comment"] == ""
