"""The page: opened in a real browser, with a plan in which a stranger has named everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from review_samples import HOSTILE, WORDS, crowd, hostile_plan, reviewed
from samples import mixed, scenario
from samples import state as recorded_state

import browser
from browser import Page
from hostile import harmful
from mailform.render.escape import shown
from mailform.render.plan_html import html
from mailform_state.visible import written

ATTACK = (
    "<script>document.title='taken'</script><img src=http://fabrikam.invalid/x onerror=\"document.title='taken'\">"
    "\"'><svg onload=alert(1)></title></style></details>{{x}}<a href=http://fabrikam.invalid>x</a>"
)


class Tags(HTMLParser):
    """The tags and attributes of a page, without its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


PLAIN = Tags(html(reviewed(hostile_plan("a"), recorded_state()))).found
PLAIN = [found for found in PLAIN if found[0] != "span"]


@given(HOSTILE)
def test_hostile_names_make_no_element_and_no_attribute(name: str) -> None:
    text = html(reviewed(hostile_plan(f"a{name}"), recorded_state()))
    spans = [found for found in Tags(text).found if found[0] == "span"]
    assert [found for found in Tags(text).found if found[0] != "span"] == PLAIN
    assert set(spans) == {("span", ("class",)), ("span", ("class", "id"))}, "a longer list has more lines, and no more"
    assert text.isascii()
    assert not harmful(text)


def test_it_names_nothing_outside_itself() -> None:
    text = html(reviewed(mixed(), recorded_state()))
    assert not re.search(r"""(?:src|href|action|url|@import)\s*[=(]\s*["']?(?!#)""", text.partition("<body>")[2])
    assert "default-src &#x27;none&#x27;" in text


def test_what_is_sensitive_is_not_told() -> None:
    text = html(reviewed(mixed(), recorded_state()))
    assert "comments" in text
    assert not any(secret in text for secret in ("hunter1", "hunter2", "hunter3"))


def test_what_the_guards_say_is_told() -> None:
    assert "<li>3 of 4 &lt;resources&gt; would change</li>" in html(
        reviewed(scenario()), refused=("3 of 4 <resources> would change",)
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser.opened(tmp_path_factory.mktemp("profile")) as found:
        yield found


def shows(page: Page, folder: Path, text: str) -> None:
    """Opens a page, which asks for nothing but itself and has nothing to complain of."""
    path = folder / "plan.html"
    path.write_text(text, "ascii")
    page.open(path)
    assert page.requests == [path.as_uri()]
    assert page.complaints == []


def seen(page: Page) -> list[str]:
    """The addresses of the changes that are there to be seen."""
    script = "[...document.querySelectorAll('details[data-sort]')].filter((one) => one.offsetHeight > 0)"
    found: list[str] = page.ask(f"{script}.map((one) => one.dataset.address)")
    return found


def types(page: Page, words: str) -> None:
    page.ask(f"search.value = {words!r}; search.dispatchEvent(new Event('input'))")


def ticks(page: Page, sort: str) -> None:
    page.ask(f"document.querySelector('input[value={sort}]').click()")


def test_the_picture_is_drawn(page: Page, tmp_path: Path) -> None:
    shows(page, tmp_path, html(reviewed(scenario())))
    boxes = page.ask("[...document.querySelectorAll('.box')].map((box) => [box.textContent, box.getBBox().width])")
    assert len(boxes) == 4
    assert all(width >= 300 for _, width in boxes)
    lengths = page.ask("[...document.querySelectorAll('.arrow')].map((arrow) => arrow.getTotalLength())")
    assert len(lengths) == 2
    assert all(length > 50 for length in lengths)
    fill = page.ask("getComputedStyle(document.querySelector('.box rect')).fill")
    assert fill not in ("none", "rgb(0, 0, 0)"), "the policy lets its own style through"


def test_the_filter_shows_what_has_the_words_and_the_sort(page: Page, tmp_path: Path) -> None:
    plan, state = crowd(3, 4, 2)
    shows(page, tmp_path, html(reviewed(plan, state)))
    assert len(seen(page)) == 5, "what is unchanged is not shown until it is asked for"
    assert page.ask("count.textContent") == "5 of 9 shown"
    types(page, "ROUTE 1")
    assert seen(page) == ["transport_rule.route1"]
    assert page.ask("document.querySelectorAll('.box.faint').length") == 8
    types(page, "no such thing")
    assert seen(page) == []
    types(page, "")
    ticks(page, "create")
    assert seen(page) == []
    ticks(page, "unchanged")
    assert seen(page) == [f"transport_rule.kept{number}" for number in range(4)]


def test_hostile_names_stay_text_and_call_nobody(page: Page, tmp_path: Path) -> None:
    for name in (ATTACK, "".join(WORDS)):
        shows(page, tmp_path, html(reviewed(hostile_plan(name), recorded_state())))
        assert page.ask("document.title") == "Mailform plan"
        assert page.ask("document.querySelectorAll('img, a, iframe, object, embed, link, base, form').length") == 0
        assert page.ask("document.scripts.length") == 1
        assert shown(written(name)) in page.ask("document.body.textContent"), "it is there, as text"


def test_even_what_came_in_unescaped_could_not_run_nor_call_out(page: Page, tmp_path: Path) -> None:
    """The second wall: the page's policy."""
    path = tmp_path / "plan.html"
    path.write_text(html(reviewed(scenario())).replace("<h1>", f"{ATTACK}<h1>"), "ascii")
    page.open(path)
    assert page.ask("document.title") == "Mailform plan"
    assert any("Content Security Policy" in said for said in page.complaints)
    assert not page.ask(
        "performance.getEntriesByType('resource').some((one) => one.responseStatus || one.transferSize)"
    )
