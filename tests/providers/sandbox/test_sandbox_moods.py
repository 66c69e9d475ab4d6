"""The moods of the service, as faults: busy, crowded, elsewhere, and tokens that end in the middle."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import httpx
import pytest
from wired import Wired, refusal

from mailform_providers.sandbox import (
    CONFLICT,
    EXCHANGE,
    EXPIRED_LINK,
    NOT_YET,
    Behaviour,
    Crowd,
    Expire,
    Fault,
    Forbid,
    Redirect,
    Sandbox,
    Throttle,
    When,
    open_sandbox,
    transient,
)
from mailform_providers.sandbox.moods import TRANSIENT

FABRIKAM = "fabrikam.onmicrosoft.com"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def struck(*faults: Fault) -> Wired:
    return Wired(open_sandbox(None, FABRIKAM, faults=faults, clock=lambda: NOON))


def test_any_call_can_be_struck_once_or_some_times_in_a_row() -> None:
    wire = struck(Fault(When(nth=2, times=2, writes=None), Throttle("3")))
    calls = ["Get-TransportRule", "Get-InboundConnector", "Get-TransportRule", "Get-AcceptedDomain"]
    assert [wire.call(cmdlet).status_code for cmdlet in calls] == [200, 429, 429, 200]


@pytest.mark.parametrize(
    ("fault", "status", "header"),
    [
        (Throttle(), 429, None),
        (Throttle("3"), 429, "3"),
        (Throttle("0.5"), 429, "0.5"),
        (Throttle("soon"), 429, "soon"),
        (Throttle("5", as_date=True), 429, "Mon, 23 Nov 2026 12:00:05 GMT"),
        (Throttle(status=503), 503, None),
        (Throttle("999999999", status=503), 503, "999999999"),
    ],
)
def test_a_busy_service_says_how_long_in_many_ways(fault: Throttle, status: int, header: str | None) -> None:
    wire = struck(Fault(When(nth=1), fault))
    answer = wire.call("New-TransportRule", Name="A")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, header)
    assert wire.sandbox.snapshot()["rule_order"] == []


def test_a_busy_service_can_tell_its_limits() -> None:
    answer = struck(Fault(When(nth=1), Throttle(rate_limits=True))).call("New-TransportRule", Name="A")
    assert answer.headers["Rate-Limit-Remaining"] == "0"
    assert answer.headers["Rate-Limit-Reset"] == "2026-11-23T12:00:00Z"


@pytest.mark.parametrize("status", [200, 400])
def test_a_crowd_is_told_in_plain_text_under_any_status(status: int) -> None:
    wire = struck(Fault(When(nth=1), Crowd(status)))
    answer = wire.call("New-TransportRule", Name="A")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert "maximum number of concurrent requests" in answer.text
    assert wire.sandbox.snapshot()["rule_order"] == []


@pytest.mark.parametrize("name", TRANSIENT)
@pytest.mark.parametrize("status", [400, 500])
def test_what_passes_is_told_by_its_type(name: str, status: int) -> None:
    answer = struck(Fault(When(nth=1), transient(name, status))).call("New-TransportRule", Name="A")
    assert answer.status_code == status
    assert refusal(answer).partition("|")[0].endswith(f".{name}")


def test_a_redirect_leads_below_the_host_to_the_same_path() -> None:
    wire = struck(Fault(When(nth=1, writes=None), Redirect("nam02")))
    answer = wire.call("Get-TransportRule")
    assert (answer.status_code, answer.is_redirect) == (302, True)
    assert answer.headers["Location"] == wire.url.replace("://", "://nam02.")
    assert wire.http.post(answer.headers["Location"]).status_code == 400  # without a body; it is the same service


def test_an_address_has_nothing_below_it_and_is_redirected_to_itself() -> None:
    wire = struck(Fault(When(nth=1, writes=None), Redirect()))
    wire.url = wire.url.replace("outlook.office365.com", "127.0.0.1:8443")
    assert wire.call("Get-TransportRule").headers["Location"] == wire.url


def test_a_token_that_ended_is_never_taken_again_but_a_new_one_is() -> None:
    wire = struck(Fault(When(nth=2), Expire()))
    assert [wire.call("New-TransportRule", Name=name).status_code for name in "ABBB"] == [200, 401, 401, 401]
    assert Wired(wire.sandbox).call("New-TransportRule", Name="B").status_code == 200
    assert len(wire.sandbox.tenant.of("transport_rule")) == 2


def test_the_reason_of_a_403_can_be_told_or_kept() -> None:
    faults = (Fault(When(nth=1), Forbid('2000003;reason="no"')), Fault(When(nth=2), Forbid("")))
    wire = struck(*faults)
    seen = []
    for _ in faults:
        body = {"CmdletInput": {"CmdletName": "Remove-TransportRule", "Parameters": {"Identity": "x"}}}
        token = {"Authorization": f"Bearer {wire.sandbox.token(EXCHANGE)}"}
        with wire.http.stream("POST", wire.url, json=body, headers=token) as answer:
            seen.append((answer.status_code, answer.headers.get("x-ms-diagnostics")))
    assert seen == [(403, '2000003;reason="no"'), (403, None)]


def test_graph_has_its_own_words_for_the_same_moods() -> None:
    faults = [Fault(When(nth=n), what) for n, what in enumerate((CONFLICT, NOT_YET, transient(status=503)), 1)]
    wire = struck(*faults)
    said = [wire.graph("POST", "/domains", {"id": "contoso.com"}) for _ in faults]
    codes = [(answer.status_code, answer.json()["error"]["code"]) for answer in said]
    assert codes == [
        (409, "Directory_ConcurrencyViolation"),
        (404, "Request_ResourceNotFound"),
        (503, "ServiceUnavailable"),
    ]


def test_a_link_can_be_too_old_by_a_fault() -> None:
    wire = struck(Fault(When(nth=1, writes=None), EXPIRED_LINK))
    assert "Expired or Invalid pagination request" in wire.call("Get-TransportRule").text


def test_latency_is_slept_outside_the_lock_and_by_the_given_clock() -> None:
    slept: list[float] = []
    sandbox = open_sandbox(None, FABRIKAM, behaviour=Behaviour(latency_seconds=0.3), sleep=slept.append)
    Wired(sandbox).call("Get-TransportRule")
    assert slept == [0.3]


def test_a_request_in_memory_is_quick() -> None:
    sandbox: Sandbox = open_sandbox(None, FABRIKAM)
    http = httpx.Client(transport=sandbox.transport())
    body = {"CmdletInput": {"CmdletName": "Get-TransportRule", "Parameters": {}}}
    request = http.build_request("POST", Wired(sandbox).url, json=body)
    request.headers["Authorization"] = f"Bearer {sandbox.token(EXCHANGE)}"
    transport = sandbox.transport()
    best = 1.0
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(50):
            assert transport.handle_request(request).status_code == 200
        best = min(best, (time.perf_counter() - began) / 50)
    assert best < 0.0003
