"""What depends on what, as a picture that no name can break out of."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.render.golden import check
from engine.render.samples import HERE, configuration
from mailform.render.graph import dot, mermaid
from mailform.wanted import Configuration, Resource
from mailform_state.address import Address


def test_the_scenario_for_graphviz() -> None:
    check("graph-scenario.dot", dot(configuration()))


def test_the_scenario_for_mermaid() -> None:
    check("graph-scenario.mmd", mermaid(configuration()))


def test_an_empty_configuration_is_an_empty_graph() -> None:
    empty = replace(configuration(), resources={})
    assert dot(empty) == "digraph mailform {\n  rankdir = LR;\n}\n"
    assert mermaid(empty) == "flowchart LR\n"


def with_key(key: str) -> Configuration:
    at = Address("transport_rule", "r", key)
    return replace(configuration(), resources={at: Resource(at, {}, HERE)})


@given(st.text(st.characters(exclude_categories=())))
def test_a_key_never_leaves_its_label(key: str) -> None:
    line = dot(with_key(key)).splitlines()[2]
    label = line.removeprefix('  n0 [label = "').removesuffix('", shape = box];')
    assert '"' not in label.replace("\\\\", "").replace('\\"', "")
    assert len(dot(with_key(key)).splitlines()) == 4
    drawn = mermaid(with_key(key)).splitlines()
    assert len(drawn) == 2
    inner = drawn[1].removeprefix('  n0["').removesuffix('"]')
    assert not set(inner) & set('"[]{}()<>|`\\')
