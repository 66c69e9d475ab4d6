"""The picture of a plan as Mermaid, which GitHub, GitLab and Azure DevOps draw in markdown."""

from __future__ import annotations

from mailform.render.escape import shown
from mailform.render.graph import BRACKETS, entities
from mailform.render.markdown import clipped
from mailform.render.picture import Picture

_MOST_ARROWS = 400
"""Mermaid refuses to draw 500."""

_CLASSES = {
    "added": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "changed": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "removed": "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "same": "fill:#f6f8fa,stroke:#8c959f,color:#1f2328",
}
_CLASS_OF = {"+": "added", "-": "removed", "-/+": "removed", " ": "same", ".": "same"}


def mermaid(picture: Picture) -> list[str]:
    """The lines of the graph. Boxes have numbers for names, so that no label can become syntax."""
    lines = ["flowchart LR"]
    for place, item in enumerate(picture.boxes):
        opening, closing = BRACKETS.get(item.kind, ("[", "]"))
        label = entities(clipped(shown(item.address), 80))
        sign = f"{entities(item.sign)} " if item.words else ""
        lines.append(f'  n{place}{opening}"{sign}{label}"{closing}:::{_CLASS_OF.get(item.sign, "changed")}')
    lines += [f"  n{left} --> n{right}" for left, right in picture.arrows[:_MOST_ARROWS]]
    return [*lines, *(f"  classDef {name} {style}" for name, style in _CLASSES.items())]
