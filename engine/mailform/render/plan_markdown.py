"""A plan as markdown, for a comment on a pull request: figures, then what is risky, then the rest, folded.

It always fits into a comment. What stays unchanged is cut first, then the detail of what is least risky, and so on up;
the table of figures never. See `markdown` for where foreign text may stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mailform.render.attribute_lines import Line, laid_out
from mailform.render.figures import figure
from mailform.render.fitting import Piece, fitted
from mailform.render.markdown import code, fenced, folded, table
from mailform.render.palette import PLAIN
from mailform.render.picture import picture
from mailform.render.picture_mermaid import mermaid
from mailform.render.review import Item, Review, figures

LONGEST = 65_535
"""GitHub takes no longer comment. Characters."""

_MOST_BOXES = 60
_SIGNS = {"~": "!", ">": "!", "<=": "!"}
"""What marks a line of a `diff` as changed."""

# The higher, the sooner it is cut.
_SAME, _DETAIL, _DRIFT_DETAIL, _PICTURE, _OUTPUTS, _RISKY_DETAIL, _WARNING, _DRIFT, _REST, _RISKY = range(10, 0, -1)
_ACCOUNT = {
    "unchanged": ("the list of what is unchanged",) * 2,
    "detail": ("the detail of one change", "the detail of {} changes"),
    "drift": ("what was changed outside Mailform in one resource", "what was changed outside Mailform in {} resources"),
    "picture": ("the picture",) * 2,
    "outputs": ("the outputs",) * 2,
    "warning": ("one warning", "{} warnings"),
    "change": ("one change as a whole", "{} changes as a whole"),
}


def markdown(review: Review, *, refused: Iterable[str] = (), most: int = LONGEST) -> str:
    """The whole plan in at most `most` characters. `refused` is what guards and policies say against it."""
    head = "\n\n".join((*_head(review, tuple(refused)), _figures(review)))
    return fitted(head, tuple(_pieces(review)), most, _account)


def _head(review: Review, refused: tuple[str, ...]) -> Iterator[str]:
    yield "## Mailform plan"
    yield f"{review.conclusion} Tenant {code(review.tenant)}."
    if refused:
        yield "**Refused.** This plan can't be applied as it is:\n\n" + fenced(refused[:10], "text")


def _figures(review: Review) -> str:
    heading, *rows, whole = figures(review)
    return table((heading, *rows, tuple(f"**{cell}**" for cell in whole)))


def _pieces(review: Review) -> Iterator[Piece]:
    if review.risky:
        yield Piece("### To be looked at first")
        yield from _items(review.risky, _RISKY, _RISKY_DETAIL)
    if review.warnings:
        yield Piece("### Warnings")
        yield from (Piece(fenced((told,), "text"), _WARNING, "warning") for told in review.warnings)
    if review.rest:
        yield _opening(f"{'The rest' if review.risky else 'What is done'}: {figure(len(review.rest), 'change')}")
        yield from _items(review.rest, _REST, _DETAIL)
        yield _CLOSING
    if review.drift:
        yield _opening(f"Changed outside Mailform since the last apply: {figure(len(review.drift), 'resource')}")
        yield from _items(review.drift, _DRIFT, _DRIFT_DETAIL, "drift")
        yield _CLOSING
    if review.outputs or review.records:
        body = fenced((*_diff(review.outputs), *review.records), "diff")
        yield Piece(folded("Outputs and DNS records", body), _OUTPUTS, "outputs")
    drawn = picture(review, _MOST_BOXES)
    if drawn.boxes:
        more = f" ({figure(drawn.left_out, 'resource')} more not drawn)" if drawn.left_out else ""
        body = fenced(mermaid(drawn), "mermaid")
        yield Piece(folded(f"Picture: connectors, rules and domains{more}", body), _PICTURE, "picture")
    if review.same:
        names = ", ".join(code(item.address) for item in review.same)
        yield Piece(folded(f"Unchanged: {figure(len(review.same), 'resource')}", names), _SAME, "unchanged")
    strangers = [figure(number, code(kind.replace("_", " "))) for kind, number in review.left_alone[:10]]
    if strangers:
        yield Piece(f"Not managed by Mailform and left alone: {', '.join(strangers)}.")


_CLOSING = Piece("</details>")


def _opening(summary: str) -> Piece:
    return Piece(f"<details>\n<summary>{summary}</summary>")


def _items(items: Iterable[Item], rank: int, detail_rank: int, what: str = "") -> Iterator[Piece]:
    for item in items:
        marks = "".join(f"; **{risk.value}**" for risk in item.risks)
        words = " and ".join(word.replace("_", " ") for word in item.words)
        yield Piece(f"**{item.sign.replace('<', '&lt;')}** {words} {code(item.address)}{marks}", rank, what or "change")
        detail = (*(f"# {remark}" for remark in item.remarks), *_diff(item.lines))
        if detail:
            yield Piece(fenced(detail, "diff"), detail_rank, what or "detail")


def _diff(lines: Iterable[Line]) -> Iterator[str]:
    """Lines with their sign in the first column, by which `diff` is coloured."""
    for told in laid_out(lines, PLAIN, ""):
        indent = "    " if told.startswith(tuple(f"    {sign}" for sign in "+-~")) else ""
        sign = told[len(indent)]
        yield f"{_SIGNS.get(sign, sign)}{indent}{told[len(indent) + 1 :]}"


def _account(gone: Mapping[str, int]) -> str:
    told = [_ACCOUNT[what][number > 1].format(f"{number:,}") for what, number in gone.items()]
    return f"> Cut to fit into a comment: {', '.join(told)}. The plan as text or JSON has all of it."
