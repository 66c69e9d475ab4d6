"""The graph in the markdown, drawn by Mermaid itself as GitHub draws it: a hostile name is a label and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
from review_samples import WORDS, crowd, reviewed
from samples import configuration

import browser
from browser import Page
from mailform.render.escape import shown
from mailform.render.graph import mermaid as whole_graph
from mailform.render.markdown import clipped
from mailform.render.picture import Picture, picture
from mailform.render.picture_mermaid import mermaid
from mailform.render.review import Item
from mailform_providers.kinds import KINDS
from outside import fetched


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("mermaid")
    path = folder / "page.html"
    script = fetched("mermaid.min.js").as_uri()
    path.write_text(f'<!doctype html><meta charset="utf-8"><script src="{script}"></script>')
    with browser.opened(folder / "profile") as found:
        found.open(path)
        found.ask("mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })")
        yield found


def drawn(page: Page, graph: str) -> dict[str, Any]:
    """What Mermaid makes of a graph: the labels of its boxes, how many arrows, and which elements there are."""
    script = f"""(async () => {{
        const {{ svg }} = await mermaid.render("drawing", {json.dumps(graph)});
        const into = document.createElement("div");
        into.innerHTML = svg;
        return {{
            labels: [...into.querySelectorAll(".node .nodeLabel")].map((label) => label.textContent),
            arrows: into.querySelectorAll(".flowchart-link").length,
            tags: [...new Set([...into.querySelectorAll("*")].map((one) => one.tagName.toLowerCase()))],
            title: document.title,
        }};
    }})()"""
    found: dict[str, Any] = page.ask(script)
    return found


def test_the_graph_is_drawn_with_its_boxes_and_arrows(page: Page) -> None:
    found = picture(reviewed(*crowd(3, 4, 2)), 60)
    told = drawn(page, "\n".join(mermaid(found)))
    assert len(told["labels"]) == len(found.boxes) == 9
    assert told["arrows"] == len(found.arrows)
    whole = drawn(page, whole_graph(configuration()))
    assert len(whole["labels"]) == 4
    assert whole["arrows"] == 3


def test_a_hostile_name_is_a_label(page: Page) -> None:
    names = [*WORDS, "".join(WORDS)]
    boxes = [Item(name, kind, ("create",)) for kind, name in zip(cycle(KINDS), names, strict=False)]
    told = drawn(page, "\n".join(mermaid(Picture(tuple(boxes), ((0, 1),), 0))))
    plain = [replace(item, address="a") for item in boxes]
    harmless = drawn(page, "\n".join(mermaid(Picture(tuple(plain), ((0, 1),), 0))))
    assert (told["arrows"], told["tags"], told["title"]) == (harmless["arrows"], harmless["tags"], harmless["title"])
    wanted = [f"+ {clipped(shown(name), 80)}" for name in names]
    assert [" ".join(label.split()) for label in told["labels"]] == [" ".join(label.split()) for label in wanted]
    assert page.complaints == []


def test_a_picture_of_a_large_tenant_is_drawn_at_all(page: Page) -> None:
    """Mermaid refuses more than 500 arrows and 50,000 characters."""
    found = picture(reviewed(*crowd(300, 300, 300)), 60)
    assert len(drawn(page, "\n".join(mermaid(found)))["labels"]) == 60
