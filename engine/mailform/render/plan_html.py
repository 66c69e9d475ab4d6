"""A plan as one page of HTML that needs nothing else: the figures, the picture, every change with its diff, a filter.

It loads nothing and may load nothing: a Content-Security-Policy forbids everything but its own style and script, which
it knows by their digests. So even a name that came in unescaped could neither run nor call out. It is all ASCII,
whatever encoding it is saved in.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from mailform.render.attribute_lines import laid_out
from mailform.render.escape import shown
from mailform.render.figures import figure
from mailform.render.markdown import clipped
from mailform.render.palette import PLAIN
from mailform.render.picture import picture
from mailform.render.picture_svg import svg
from mailform.render.review import WORDS, Item, Review, figures

_MOST_BOXES = 300
_WIDEST_LINE = 4_000
_CLASS = {"+": "added", "-": "removed", "-/+": "removed", " ": "same", ".": "same"}
_SPAN = {"+": "plus", "-": "minus", "~": "tilde", "#": "hash"}


def html(review: Review, *, refused: Iterable[str] = ()) -> str:
    """The whole page. `refused` is what guards and policies say against the plan."""
    style, script = _own("page.css"), _own("page.js")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>Mailform plan</title>\n<style>{style}</style>\n</head>\n<body>",
        "\n".join(_body(review, tuple(refused))),
        f"<script>{script}</script>\n</body>\n</html>\n",
    )
    return "\n".join(parts).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _body(review: Review, refused: tuple[str, ...]) -> Iterator[str]:
    yield "<h1>Mailform plan</h1>"
    yield f"<p>{_text(review.conclusion)}</p>"
    yield f'<p class="soft">Tenant {_code(review.tenant)}, Mailform {_text(review.version)}</p>'
    if refused:
        listed = "".join(f"<li>{_text(one)}</li>" for one in refused)
        yield f'<div class="refused"><strong>Refused.</strong> It can\'t be applied as it is:<ul>{listed}</ul></div>'
    yield _table(review)
    if review.warnings:
        yield f"<h2>Warnings</h2><ul>{''.join(f'<li>{_text(one)}</li>' for one in review.warnings)}</ul>"
    drawn = picture(review, _MOST_BOXES)
    if drawn.boxes:
        more = f' <span class="soft">({figure(drawn.left_out, "resource")} more not drawn)</span>'
        yield f"<h2>Connectors, rules and domains{more if drawn.left_out else ''}</h2>"
        yield f'<div class="picture">{svg(drawn)}</div>'
    yield from _changes(review)
    if review.drift:
        yield "<h2>Changed outside Mailform since the last apply</h2>"
        yield from (_details(item) for item in review.drift)
    told = (*laid_out(review.outputs, PLAIN, ""), *review.records)
    if told:
        yield '<h2>Outputs and DNS records</h2><details class="change" open data-sort="" data-address=""><summary>'
        yield f"{figure(len(review.outputs), 'output')}, {figure(len(review.records), 'record')}</summary>"
        yield f"{_diff(told)}</details>"


def _table(review: Review) -> str:
    heading, *rows = figures(review)
    cells = "".join(f"<th>{_text(cell)}</th>" for cell in heading)
    lines = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def _changes(review: Review) -> Iterator[str]:
    items = (*review.changed, *review.same)
    yield "<h2>Changes</h2>"
    yield '<div class="controls"><input type="search" id="search" placeholder="Filter: words in a change" '
    yield 'aria-label="Filter" autocomplete="off">'
    sorts = [word for word in WORDS if any(word in item.words for item in items)]
    sorts += ["unchanged"] if review.same else []
    for sort in sorts:
        ticked = "" if sort == "unchanged" else " checked"
        yield f'<label><input type="checkbox" value="{sort}"{ticked}> {sort.replace("_", " ")}</label>'
    yield '<span class="soft" id="count"></span></div>'
    yield from (_details(item, sort=" ".join(item.words) or "unchanged", is_open=bool(item.risks)) for item in items)


def _details(item: Item, *, sort: str = "", is_open: bool = False) -> str:
    """One change, closed unless it is to be looked at first. The filter finds those that have a `sort`."""
    marks = "".join(f'<span class="risk">{_text(risk.value)}</span>' for risk in item.risks)
    words = " and ".join(word.replace("_", " ") for word in item.words) or "unchanged"
    told = (*(f"# {remark}" for remark in item.remarks), *laid_out(item.lines, PLAIN, ""))
    found = f' data-sort="{sort}" data-address="{_text(item.address)}"' if sort else ""
    named = f'<span class="sign">{_text(item.sign)}</span>{words} {_code(item.address)}'
    return (
        f'<details class="change {_CLASS.get(item.sign, "changed")}"{found}{" open" if is_open else ""}>'
        f"<summary>{named}{'<br>' if marks else ''}{marks}</summary>{_diff(told) if told else ''}</details>"
    )


def _diff(lines: Iterable[str]) -> str:
    return f"<pre>{''.join(map(_line, lines))}</pre>"


def _line(line: str) -> str:
    told = _text(clipped(line, _WIDEST_LINE))
    kind = _SPAN.get(line.lstrip()[:1])
    return f'<span class="{kind}">{told}</span>\n' if kind else f"{told}\n"


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    """Any text as text, in an element or in quotes."""
    return escape(shown(text), quote=True)


def _own(name: str) -> str:
    return files("mailform.render").joinpath(name).read_text("ascii")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
