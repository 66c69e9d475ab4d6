from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from mailform_providers.errors import NotAllowed, ReadFailed
from mailform_providers.exchange.client import ExchangeClient
from scripted import EXCHANGE, TENANT, Held, Reaction, Script, Sleeps, answer, failed, listed, not_found, raw

RULES = "Get-TransportRule"
EXPIRED = "Expired or Invalid pagination request. Default Expiry time is 00:30:00"


@dataclass
class Desk:
    """A client over a script."""

    script: Script
    tokens: Held = field(default_factory=Held)
    sleeps: Sleeps = field(default_factory=Sleeps)

    @property
    def client(self) -> ExchangeClient:
        http = httpx.Client(transport=self.script)
        return ExchangeClient(EXCHANGE, TENANT, self.tokens, http, self.sleeps.patience())


def desk(*reactions: Reaction, forever: bool = False, spare: int = 0) -> Desk:
    return Desk(Script(list(reactions), forever), Held(spare))


def link(token: str, host: str = "outlook.office365.com") -> str:
    return f"https://{host}/adminapi/beta/{TENANT}/InvokeCommand?$skiptoken={token}"


def test_a_request_is_what_the_endpoint_takes() -> None:
    at = desk(listed(), listed())
    client = at.client
    client.read(RULES, {})
    client.read(RULES, {"ResultSize": "Unlimited"})
    first, second = at.script.requests
    assert (first.method, str(first.url)) == ("POST", f"{EXCHANGE}/adminapi/beta/{TENANT}/InvokeCommand")
    assert at.script.bodies[0] == {"CmdletInput": {"CmdletName": RULES, "Parameters": {}}}
    assert first.headers["Authorization"] == "Bearer exchange-token-0"
    assert first.headers["X-AnchorMailbox"] == f"APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{TENANT}"
    assert first.headers["Prefer"] == "odata.maxpagesize=1000"
    assert re.fullmatch(r"[0-9a-f-]{36}", first.headers["client-request-id"])
    assert first.headers["client-request-id"] != second.headers["client-request-id"]
    assert first.headers["connection-id"] == second.headers["connection-id"]


def test_pages_are_read_by_posting_the_same_body_to_the_link() -> None:
    at = desk(listed({"Name": "a"}, **{"@odata.nextLink": link("2")}), listed({"Name": "b"}))
    assert [row["Name"] for row in at.client.read(RULES, {"ResultSize": "Unlimited"}).records] == ["a", "b"]
    assert at.script.requests[1].method == "POST"
    assert at.script.bodies[0] == at.script.bodies[1]
    assert at.script.requests[1].headers["Authorization"] == "Bearer exchange-token-0"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "outlook.office365.com.evil.example", "xoutlook.office365.com", "outlook.office365.com:8443"],
)
def test_a_next_page_at_another_host_gets_no_token(host: str) -> None:
    at = desk(listed({"Name": "a"}, **{"@odata.nextLink": link("2", host)}))
    with pytest.raises(ReadFailed, match="another host"):
        at.client.read(RULES, {})
    assert len(at.script.requests) == 1


def test_a_list_whose_link_expired_is_read_again_from_its_start() -> None:
    broken = answer({"error": {"code": "BadRequest", "message": EXPIRED}}, 400)
    at = desk(
        listed({"Name": "a"}, **{"@odata.nextLink": link("2")}),
        broken,
        listed({"Name": "a"}, **{"@odata.nextLink": link("3")}),
        listed({"Name": "b"}),
    )
    assert [row["Name"] for row in at.client.read(RULES, {}).records] == ["a", "b"]


def test_a_list_that_always_breaks_off_is_an_error_and_never_a_short_list() -> None:
    def react(request: httpx.Request) -> httpx.Response:
        if "skiptoken" in str(request.url):
            return answer({"error": {"code": "BadRequest", "message": EXPIRED}}, 400)
        return listed({"Name": "a"}, **{"@odata.nextLink": link("2")})

    with pytest.raises(ReadFailed, match="broke off"):
        desk(react, forever=True).client.read(RULES, {})


@pytest.mark.parametrize("second", [lambda: not_found("x"), listed, lambda: answer({}), lambda: raw(200, b"<html>")])
def test_an_odd_page_in_the_middle_is_an_error_and_never_the_end(second: Callable[[], httpx.Response]) -> None:
    def react(request: httpx.Request) -> httpx.Response:
        return second() if "skiptoken" in str(request.url) else listed({"Name": "a"}, **{"@odata.nextLink": link("2")})

    with pytest.raises(ReadFailed):
        desk(react, forever=True).client.look_up(RULES, "x", {})


def test_pages_that_go_in_a_circle_are_an_error() -> None:
    at = desk(*(listed({"Name": "a"}, **{"@odata.nextLink": link("2")}) for _ in range(2)))
    with pytest.raises(ReadFailed, match="circle"):
        at.client.read(RULES, {})


def test_a_list_that_says_it_was_cut_is_an_error() -> None:
    cut = listed({"Name": "a"}, warnings=["There are more results. To see them, increase the ResultSize parameter."])
    with pytest.raises(ReadFailed, match="only a part"):
        desk(cut).client.read(RULES, {})


def test_an_object_that_is_not_there_is_none_when_looked_up_and_an_error_when_listed() -> None:
    assert desk(not_found("x")).client.look_up(RULES, "x", {}) is None
    with pytest.raises(ReadFailed):
        desk(not_found("x")).client.read(RULES, {})


def test_a_404_that_is_not_the_cmdlets_proves_nothing() -> None:
    with pytest.raises(ReadFailed):
        desk(raw(404, b"<html>no such page</html>")).client.look_up(RULES, "x", {})


def test_a_403_names_the_role_that_is_missing() -> None:
    headers = {"Content-Encoding": "gzip", "x-ms-diagnostics": '2000003;reason="not allowed";', "request-id": "r-17"}
    with pytest.raises(NotAllowed) as caught:
        desk(raw(403, b"\0" * 300, headers=headers)).client.read(RULES, {})
    assert "not allowed" in caught.value.message
    assert "r-17" in caught.value.message
    assert "Exchange.ManageAsApp" in caught.value.hint


def test_a_refused_token_is_renewed_once() -> None:
    at = desk(raw(401), listed(), spare=1)
    at.client.read(RULES, {})
    assert [request.headers["Authorization"][-1] for request in at.script.requests] == ["0", "1"]


def test_a_token_that_stays_refused_is_not_allowed() -> None:
    with pytest.raises(NotAllowed):
        desk(raw(401), raw(401), spare=5).client.read(RULES, {})


def test_a_busy_service_is_asked_again_when_it_says() -> None:
    at = desk(raw(429, headers={"Retry-After": "7"}), raw(503), listed({"Name": "a"}))
    assert len(at.client.read(RULES, {}).records) == 1
    assert at.sleeps.slept == [7, 2]


def test_a_service_that_stays_busy_is_an_error() -> None:
    at = desk(*(raw(429, headers={"Retry-After": "30"}) for _ in range(8)))
    with pytest.raises(ReadFailed):
        at.client.read(RULES, {})
    assert sum(at.sleeps.slept) <= 300


def test_an_answer_that_got_lost_is_asked_for_again() -> None:
    at = desk(httpx.ReadError("reset"), raw(200, b'{"value":'), listed({"Name": "a"}))
    assert len(at.client.read(RULES, {}).records) == 1


def test_a_network_that_is_down_is_given_up_soon() -> None:
    at = desk(httpx.ConnectError("refused"), forever=True)
    with pytest.raises(ReadFailed, match="refused"):
        at.client.read(RULES, {})
    assert sum(at.sleeps.slept) < 10


def test_a_passing_failure_of_a_read_is_tried_again() -> None:
    passing = failed(
        "Microsoft.Exchange.Data.Directory.ADServerSettingsChangedException", "domain controllers changed", 500
    )
    assert desk(passing, listed()).client.read(RULES, {}).records == ()


def test_a_redirect_in_the_house_is_followed_with_the_token() -> None:
    inside = "https://eur01.outlook.office365.com/adminapi/beta/x/InvokeCommand"
    at = desk(raw(302, headers={"Location": inside}), listed())
    at.client.read(RULES, {})
    assert str(at.script.requests[1].url) == inside
    assert at.script.requests[1].headers["Authorization"] == "Bearer exchange-token-0"
    assert at.script.bodies[0] == at.script.bodies[1]


@pytest.mark.parametrize(
    "target", ["https://evil.example/x", "http://eur01.outlook.office365.com/x", "//evil.example/x"]
)
def test_a_redirect_out_of_the_house_is_not_followed(target: str) -> None:
    at = desk(raw(302, headers={"Location": target}))
    with pytest.raises(ReadFailed, match="another host"):
        at.client.read(RULES, {})
    assert len(at.script.requests) == 1


def test_no_message_has_the_token() -> None:
    echo = raw(400, b"bad request: Bearer exchange-token-0", headers={"Content-Type": "text/plain"})
    with pytest.raises(ReadFailed) as caught:
        desk(echo).client.read(RULES, {})
    assert "exchange-token" not in caught.value.message
