"""The picture of a plan as SVG: rules on the left, connectors in the middle, domains on the right, and what refers to
what. Drawn here, so that a page needs nobody else's program; colours are the page's, by class."""

from __future__ import annotations

from html import escape

from mailform.render.escape import shown
from mailform.render.markdown import clipped
from mailform.render.picture import Picture
from mailform.render.review import Item
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, OUTBOUND_CONNECTOR

_COLUMN = {OUTBOUND_CONNECTOR: 1, INBOUND_CONNECTOR: 1, ACCEPTED_DOMAIN: 2}
_WIDTH, _HEIGHT, _GAP, _BETWEEN, _MARGIN = 300, 34, 14, 96, 12
_FITS = 40
"""How many characters of a name a box has room for."""

_CLASS = {"+": "added", "-": "removed", "-/+": "removed", " ": "same", ".": "same"}


def svg(picture: Picture) -> str:
    """The drawing, as an element of HTML."""
    corners = _corners(picture.boxes)
    height = max((y for _, y in corners), default=0) + _HEIGHT + _MARGIN
    width = 3 * _WIDTH + 2 * _BETWEEN + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="Connectors, rules and domains, and what refers to what">',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z"/></marker></defs>',
        *(_arrow(corners[left], corners[right]) for left, right in picture.arrows),
        *(_box(item, *corner) for item, corner in zip(picture.boxes, corners, strict=True)),
        "</svg>",
    ]
    return "\n".join(parts)


def _corners(boxes: tuple[Item, ...]) -> list[tuple[int, int]]:
    """The upper left corner of each box, one below the other in the column of its kind."""
    used = [0, 0, 0]
    found = []
    for item in boxes:
        column = _COLUMN.get(item.kind, 0)
        found.append((_MARGIN + column * (_WIDTH + _BETWEEN), _MARGIN + used[column] * (_HEIGHT + _GAP)))
        used[column] += 1
    return found


def _box(item: Item, x: int, y: int) -> str:
    name = shown(item.address)
    label = escape(f"{item.sign} {clipped(name, _FITS)}")
    return (
        f'<g class="box {_CLASS.get(item.sign, "changed")}"><title>{escape(name)}</title>'
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
        f'<text x="{x + 10}" y="{y + 22}">{label}</text></g>'
    )


def _arrow(left: tuple[int, int], right: tuple[int, int]) -> str:
    """From a box to what it needs: straight over to another column, around the side within its own."""
    (x, y), (to_x, to_y) = left, right
    y, to_y = y + _HEIGHT // 2, to_y + _HEIGHT // 2
    if x == to_x:
        side, bend = x + _WIDTH, x + _WIDTH + _BETWEEN // 2
        curve = f"M{side} {y}C{bend} {y} {bend} {to_y} {side} {to_y}"
    else:
        start, end = (x + _WIDTH, to_x) if to_x > x else (x, to_x + _WIDTH)
        middle = (start + end) // 2
        curve = f"M{start} {y}C{middle} {y} {middle} {to_y} {end} {to_y}"
    return f'<path class="arrow" d="{curve}" marker-end="url(#head)"/>'
