"""Faults as arguments: which request they strike, what comes instead, and whether it was carried out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from wired import Wired, refusal

from mailform_providers.sandbox import (
    Behaviour,
    Fault,
    Forbid,
    Late,
    Lose,
    Page,
    Reject,
    Request,
    Sandbox,
    Truncate,
    When,
    open_sandbox,
)
from mailform_providers.sandbox.storage import Memory

FABRIKAM = "fabrikam.onmicrosoft.com"


def struck(*faults: Fault) -> Wired:
    return Wired(open_sandbox(None, FABRIKAM, faults=faults))


def names(wire: Wired) -> list[str]:
    return [rule["Name"] for rule in wire.objects("Get-TransportRule")]


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_the_nth_write_is_refused_and_no_other(nth: int) -> None:
    wire = struck(Fault(When(nth=nth), Reject("not now")))
    answers = []
    for name in "ABC":
        wire.call("Get-TransportRule")
        answers.append(wire.call("New-TransportRule", Name=name))
    assert [answer.status_code for answer in answers] == [400 if n == nth else 200 for n in (1, 2, 3)]
    assert refusal(answers[nth - 1]).endswith("TaskException|not now")
    assert names(wire) == [name for n, name in enumerate("ABC", 1) if n != nth]


def test_a_fault_can_last() -> None:
    wire = struck(Fault(When(nth=2, onwards=True), Reject()))
    assert [wire.call("New-TransportRule", Name=name).status_code for name in "ABC"] == [200, 400, 400]


def test_a_fault_can_name_the_cmdlet_and_the_object() -> None:
    wire = struck(Fault(When(operation="new-transport*", identity="b"), Reject()))
    assert [wire.call("New-TransportRule", Name=name).status_code for name in "AB"] == [200, 400]
    assert wire.call("New-InboundConnector", Name="B", SenderDomains=["*"]).status_code == 200


def test_a_refusal_comes_in_the_envelope_of_the_service() -> None:
    faults = (Fault(When(), Reject("no", type="System.Exception", status=500)),)
    wire = Wired(open_sandbox(None, FABRIKAM, faults=faults, behaviour=Behaviour(error_envelope="C")))
    answer = wire.call("New-TransportRule", Name="A")
    inner = json.loads(answer.json()["error"]["details"][0]["message"])
    assert (answer.status_code, inner["TypeName"], inner["Message"]) == (500, "System.Exception", "no")
    graph = wire.graph("POST", "/domains", {"id": "contoso.com"})
    assert (graph.status_code, graph.json()["error"]["message"]) == (500, "no")


def test_graph_can_be_refused_with_its_own_code() -> None:
    wire = struck(Fault(When(operation="PATCH /domains/*"), Reject(status=409, code="Directory_ConcurrencyViolation")))
    answer = wire.graph("PATCH", f"/domains/{FABRIKAM}", {"isDefault": True})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "Directory_ConcurrencyViolation")


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_was_carried_out_or_not(applied: bool) -> None:
    wire = struck(Fault(When(nth=1), Lose(applied)))
    with pytest.raises(httpx.ReadError):
        wire.call("New-TransportRule", Name="A")
    assert names(wire) == (["A"] if applied else [])
    assert wire.sandbox.writes[0].status is None


def test_a_late_request_is_carried_out_when_its_time_has_come() -> None:
    passed = 0.0
    began = datetime(2026, 11, 23, tzinfo=UTC)
    faults = (Fault(When(nth=1), Late(60.0)),)
    sandbox = open_sandbox(None, FABRIKAM, faults=faults, clock=lambda: began + timedelta(seconds=passed))
    wire = Wired(sandbox)
    with pytest.raises(httpx.ReadError):
        wire.call("New-TransportRule", Name="A")
    passed = 59.0
    assert names(wire) == []
    passed = 60.0
    assert names(wire) == ["A"]
    passed = 600.0
    assert names(wire) == ["A"]
    assert [request.status for request in sandbox.writes] == [None]


def test_a_late_request_is_refused_like_any_other_and_nobody_hears_of_it() -> None:
    wire = struck(Fault(When(nth=1), Late(0.0)))
    with pytest.raises(httpx.ReadError):
        wire.call("Remove-TransportRule", Identity="A")
    assert wire.call("New-TransportRule", Name="A").status_code == 200
    assert names(wire) == ["A"]


def test_a_late_request_arrives_through_any_sandbox_of_the_same_tenant() -> None:
    kept, began = Memory(), datetime(2026, 11, 23, tzinfo=UTC)

    def opened(seconds: float, *faults: Fault) -> Sandbox:
        now = began + timedelta(seconds=seconds)
        return Sandbox(kept, FABRIKAM, behaviour=Behaviour(), faults=faults, clock=lambda: now)

    with pytest.raises(httpx.ReadError):
        Wired(opened(0.0, Fault(When(nth=1), Late(5.0)))).call("New-TransportRule", Name="A")
    assert opened(4.0).snapshot()["transport_rule"] == {}
    assert opened(5.0).snapshot()["transport_rule"] != {}


def test_a_forbidden_request_has_the_body_that_cant_be_read() -> None:
    wire = struck(Fault(When(), Forbid()))
    with pytest.raises(httpx.DecodingError):
        wire.call("New-TransportRule", Name="A")
    assert names(wire) == []


@pytest.mark.parametrize("applied", [True, False])
def test_a_web_page_can_come_with_200(applied: bool) -> None:
    wire = struck(Fault(When(nth=1), Page(applied)))
    answer = wire.call("New-TransportRule", Name="A")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert names(wire) == (["A"] if applied else [])


@pytest.mark.parametrize("cmdlet", ["New-TransportRule", "Get-TransportRule"])
def test_json_can_end_in_the_middle(cmdlet: str) -> None:
    wire = struck(Fault(When(nth=1, writes=None), Truncate()))
    answer = wire.call(cmdlet, **({"Name": "A"} if cmdlet.startswith("New") else {}))
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert names(wire) == (["A"] if cmdlet.startswith("New") else [])


def test_reads_can_be_struck_too() -> None:
    wire = struck(Fault(When(nth=2, writes=False), Reject(status=500)))
    assert [wire.call("Get-TransportRule").status_code for _ in range(3)] == [200, 500, 200]


def test_of_two_faults_the_first_counts_and_both_have_counted() -> None:
    wire = struck(Fault(When(nth=1), Reject("one")), Fault(When(nth=2), Reject("two")))
    said = [refusal(wire.call("New-TransportRule", Name=name)) for name in "AB"]
    assert [text.rpartition("|")[2] for text in said] == ["one", "two"]


def test_edits_by_hand_are_neither_struck_nor_counted_nor_observed() -> None:
    seen: list[Request] = []
    faults = (Fault(When(nth=1), Reject()),)
    sandbox = open_sandbox(None, FABRIKAM, faults=faults, observer=seen.append)
    sandbox.run("New-TransportRule", {"Name": "A"})
    assert seen == []
    assert Wired(sandbox).call("New-TransportRule", Name="B").status_code == 400
    assert [request.identity for request in seen] == ["B"]


def test_an_observer_is_told_of_a_write_before_it_takes_effect() -> None:
    told: list[tuple[str, object]] = []

    def observe(request: Request) -> None:
        told.append((request.identity, sandbox.snapshot()["rule_order"]))
        assert request.status is None

    sandbox: Sandbox = open_sandbox(None, FABRIKAM, observer=observe)
    wire = Wired(sandbox)
    guid = wire.one("New-TransportRule", Name="A")["Guid"]
    wire.call("Get-TransportRule")
    wire.call("Remove-TransportRule", Identity="A")
    assert told == [("A", []), ("A", [guid])]


def test_an_observer_that_raises_stops_the_write() -> None:
    def crash(request: Request) -> None:
        raise KeyboardInterrupt(request.operation)

    sandbox = open_sandbox(None, FABRIKAM, observer=crash)
    with pytest.raises(KeyboardInterrupt):
        Wired(sandbox).call("New-TransportRule", Name="A")
    assert sandbox.snapshot()["rule_order"] == []


def test_two_sandboxes_that_are_asked_the_same_are_the_same() -> None:
    def story() -> Sandbox:
        sandbox = open_sandbox(None, FABRIKAM)
        wire = Wired(sandbox)
        wire.call("New-TransportRule", Name="A")
        wire.call("New-InboundConnector", Name="In", SenderDomains=["*"])
        wire.graph("POST", "/domains", {"id": "contoso.com"})
        return sandbox

    assert story().snapshot() == story().snapshot()
