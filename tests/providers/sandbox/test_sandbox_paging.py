"""Long lists: a link leads to the next page for whoever sends the same body again, and in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wired import Wired, warnings

from mailform_providers.sandbox import EXCHANGE, Behaviour, open_sandbox

FABRIKAM = "fabrikam.onmicrosoft.com"
EXPIRED = "Expired or Invalid pagination request. Default Expiry time is 00:30:00"


class Reader:
    """A client that follows links by hand."""

    def __init__(self, rules: int, **behaviour: Any) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self.wire = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(**behaviour), clock=lambda: self.now))
        for n in range(rules):
            self.wire.sandbox.run("New-TransportRule", {"Name": f"rule {n}"})

    def post(self, url: str = "", prefer: int | None = None, cmdlet: str = "Get-TransportRule", **given: object) -> Any:
        headers = {"Authorization": f"Bearer {self.wire.sandbox.token(EXCHANGE)}"}
        if prefer is not None:
            headers["Prefer"] = f"odata.maxpagesize={prefer};odata.continue-on-error"
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": given}}
        return self.wire.http.post(url or self.wire.url, json=body, headers=headers)

    def pages(self, prefer: int | None = None, url: str = "", **given: object) -> list[list[str]]:
        found, link = [], url or self.wire.url
        while link:
            answer = self.post(link, prefer, **given)
            assert answer.status_code == 200, answer.text
            found.append([row["Name"] for row in answer.json()["value"]])
            link = answer.json().get("@odata.nextLink", "")
        return found


def refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["error"]["message"]) == (400, EXPIRED)


@given(st.integers(0, 12), st.integers(1, 5))
def test_the_pages_together_are_the_list(rules: int, size: int) -> None:
    found = Reader(rules).pages(prefer=size)
    assert [name for page in found for name in page] == [f"rule {n}" for n in range(rules)]
    assert all(len(page) == size for page in found[:-1])
    assert len(found[-1]) <= size


@pytest.mark.parametrize(
    ("prefer", "own", "pages"), [(None, None, 1), (2, None, 3), (3, 2, 3), (2, 3, 3), (None, 1, 5)]
)
def test_the_smaller_of_what_is_preferred_and_what_is_allowed_counts(
    prefer: int | None, own: int | None, pages: int
) -> None:
    assert len(Reader(5, page_size=own).pages(prefer)) == pages


def test_a_link_keeps_the_host_and_what_is_selected() -> None:
    reader = Reader(3)
    answer = reader.post(f"{reader.wire.url}?$select=Name", 2)
    link = answer.json()["@odata.nextLink"]
    assert link.startswith(f"{reader.wire.url}?$select=Name&$skiptoken=")
    assert reader.post(link, 2).json()["value"] == [{"Name": "rule 2"}]


def test_a_list_that_changes_while_it_is_read_stays_as_it_was() -> None:
    reader = Reader(4)
    link = reader.post(prefer=2).json()["@odata.nextLink"]
    reader.wire.sandbox.run("Remove-TransportRule", {"Identity": "rule 0"})
    assert [row["Name"] for row in reader.post(link, 2).json()["value"]] == ["rule 2", "rule 3"]


def test_a_link_wants_the_same_body_the_same_half_hour_and_to_be_one() -> None:
    reader = Reader(3)
    link = reader.post(prefer=2).json()["@odata.nextLink"]
    assert refused(reader.post(link, 2, State="Enabled"))
    assert refused(reader.post(link, 2, cmdlet="Get-InboundConnector"))
    assert refused(reader.post(f"{link}x", 2))
    assert reader.post(link, 2).status_code == 200  # a page that was lost can be asked for again
    reader.now += timedelta(minutes=30, seconds=1)
    assert refused(reader.post(link, 2))


def test_links_can_be_made_never_to_work() -> None:
    reader = Reader(3, page_size=2, links_fail=True)
    assert refused(reader.post(reader.post().json()["@odata.nextLink"]))


def test_what_warns_of_a_cut_list_is_no_page() -> None:
    reader = Reader(3, page_size=2)
    answer = reader.post(ResultSize="1")
    assert (len(answer.json()["value"]), "@odata.nextLink" in answer.json()) == (1, False)
    assert "ResultSize" in warnings(answer)[0]
