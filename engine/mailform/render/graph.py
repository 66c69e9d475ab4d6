"""What depends on what, as a picture: Graphviz (`dot`) or Mermaid (`mermaid`), both drawn from the configuration.

An edge runs from a resource to what it needs. Nodes have numbers for names, so that no label can become syntax.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailform.render.escape import shown
from mailform.wanted import Configuration, Resource
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.address import Address

_SHAPES = {
    ACCEPTED_DOMAIN: "ellipse",
    OUTBOUND_CONNECTOR: "cds",
    INBOUND_CONNECTOR: "larrow",
    TRANSPORT_RULE: "box",
}
BRACKETS = {
    ACCEPTED_DOMAIN: ("([", "])"),
    OUTBOUND_CONNECTOR: ("[/", "/]"),
    INBOUND_CONNECTOR: ("[\\", "\\]"),
    TRANSPORT_RULE: ("[", "]"),
}


def dot(configuration: Configuration) -> str:
    """The graph for Graphviz."""
    nodes = _numbered(configuration)
    lines = ["digraph mailform {", "  rankdir = LR;"]
    for address, node in nodes.items():
        label = shown(str(address)).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  {node} [label = "{label}", shape = {_SHAPES.get(address.kind, "box")}];')
    lines += [f"  {left} -> {right};" for left, right in _edges(configuration.resources, nodes)]
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(configuration: Configuration) -> str:
    """The graph for Mermaid, which GitHub and others draw in markdown."""
    nodes = _numbered(configuration)
    lines = ["flowchart LR"]
    for address, node in nodes.items():
        opening, closing = BRACKETS.get(address.kind, ("[", "]"))
        lines.append(f'  {node}{opening}"{entities(shown(str(address)))}"{closing}')
    lines += [f"  {left} --> {right}" for left, right in _edges(configuration.resources, nodes)]
    return "\n".join(lines) + "\n"


def _numbered(configuration: Configuration) -> dict[Address, str]:
    return {address: f"n{number}" for number, address in enumerate(sorted(configuration.resources))}


def _edges(resources: Mapping[Address, Resource], nodes: Mapping[Address, str]) -> list[tuple[str, str]]:
    return [
        (node, nodes[needed])
        for address, node in nodes.items()
        for needed in sorted(resources[address].references | frozenset(resources[address].depends_on))
        if needed in nodes
    ]


def entities(label: str) -> str:
    """Everything but letters, digits and the signs of an address as Mermaid's entity codes: it has no other escape,
    and reads a label as markdown."""
    return "".join(letter if letter.isalnum() or letter in "._- " else f"#{ord(letter)};" for letter in label)
