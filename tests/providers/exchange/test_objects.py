from __future__ import annotations

import json
from collections.abc import Mapping

import httpx
import pytest

from mailform_providers.contract import Done, Lost, Rejected
from mailform_providers.errors import ReadFailed
from mailform_providers.exchange.client import ExchangeClient
from mailform_providers.exchange.provider import ExchangeProvider
from mailform_providers.graph.client import GraphClient
from mailform_providers.kinds import INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from scripted import EXCHANGE, GRAPH, TENANT, Held, Reaction, Script, Sleeps, failed, listed, not_found, raw

A, B = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
HIDDEN = "There is at least one test mode connector which is not included. Please use -IncludeTestModeConnectors."


def provider(script: Script, sleeps: Sleeps | None = None) -> ExchangeProvider:
    time = sleeps or Sleeps()
    http, tokens = httpx.Client(transport=script), Held()
    exchange = ExchangeClient(EXCHANGE, TENANT, tokens, http, time.patience())
    return ExchangeProvider(exchange, GraphClient(GRAPH, tokens, http, time.patience(), time.waits()), time.waits())


def over(*reactions: Reaction, forever: bool = False) -> tuple[ExchangeProvider, Script, Sleeps]:
    script, sleeps = Script(list(reactions), forever), Sleeps()
    return provider(script, sleeps), script, sleeps


def calls(script: Script) -> list[tuple[object, Mapping[str, object]]]:
    inputs = [body["CmdletInput"] for body in script.bodies]
    return [(said["CmdletName"], said["Parameters"]) for said in inputs if isinstance(said, dict)]


def connector(guid: str, name: str, **more: object) -> dict[str, object]:
    return {"Guid": guid, "Name": name, "Enabled": True, **more}


def test_outbound_connectors_are_the_union_of_what_the_listings_hide() -> None:
    def react(request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["CmdletInput"]["Parameters"].get("IncludeTestModeConnectors"):
            return listed(connector(B, "in test", TestMode=True))
        return listed(connector(A, "plain"), warnings=[HIDDEN])

    service, script, _ = over(react, forever=True)
    listing = service.read(OUTBOUND_CONNECTOR)
    assert [seen.name for seen in listing.objects] == ["in test", "plain"]
    assert listing.warnings == ()
    assert all(parameters["ResultSize"] == "Unlimited" for _, parameters in calls(script))


def test_an_outbound_listing_that_fails_half_is_no_listing() -> None:
    def react(request: httpx.Request) -> httpx.Response:
        if "IncludeTestModeConnectors" in request.content.decode():
            return raw(403)
        return listed(connector(A, "plain"))

    with pytest.raises(Exception, match="Get-OutboundConnector"):
        over(react, forever=True)[0].read(OUTBOUND_CONNECTOR)


def test_rules_are_listed_in_the_order_of_their_priority() -> None:
    rules = [{"Guid": A, "Name": "second", "Priority": 1}, {"Guid": B, "Name": "first", "Priority": 0}]
    assert [seen.name for seen in over(listed(*rules))[0].read(TRANSPORT_RULE).objects] == ["first", "second"]


def test_a_connector_in_test_mode_is_found_although_it_is_hidden() -> None:
    service, script, _ = over(not_found(B), listed(connector(B, "in test")))
    found = service.find(OUTBOUND_CONNECTOR, B)
    assert found is not None
    assert calls(script)[1][1] == {"Identity": B, "IncludeTestModeConnectors": True}


def test_an_object_is_gone_only_when_the_service_says_so() -> None:
    assert over(not_found(A))[0].find(TRANSPORT_RULE, A) is None
    assert over(*(not_found(A) for _ in range(4)))[0].find(OUTBOUND_CONNECTOR, A) is None
    assert over(not_found(A), listed(), listed(), listed())[0].find(OUTBOUND_CONNECTOR, A) is None
    with pytest.raises(ReadFailed):
        over(listed())[0].find(TRANSPORT_RULE, A)
    with pytest.raises(ReadFailed):
        over(listed(), *(not_found(A) for _ in range(3)))[0].find(OUTBOUND_CONNECTOR, A)


def test_a_rule_is_made_at_its_place_and_not_looked_for() -> None:
    service, script, _ = over(listed({"Guid": A, "Name": "x", "Priority": 2, "State": "Disabled"}))
    written = service.create(TRANSPORT_RULE, {"name": "x", "enabled": False}, priority=2)
    assert isinstance(written, Done)
    assert written.id == A
    assert written.object is not None
    assert written.object.attributes["enabled"] is False
    assert calls(script) == [("New-TransportRule", {"Name": "x", "Enabled": False, "Priority": 2})]


@pytest.mark.parametrize("answer", [listed(), raw(204), listed({"Name": "x"})])
def test_a_new_object_without_its_guid_is_lost(answer: httpx.Response) -> None:
    assert isinstance(over(answer)[0].create(TRANSPORT_RULE, {"name": "x"}), Lost)


def test_a_rule_is_switched_by_cmdlets_of_its_own() -> None:
    service, script, _ = over(listed(), listed())
    service.update(TRANSPORT_RULE, A, {"enabled": False})
    service.update(TRANSPORT_RULE, A, {"enabled": True})
    assert calls(script) == [
        ("Disable-TransportRule", {"Identity": A, "Confirm": False}),
        ("Enable-TransportRule", {"Identity": A}),
    ]


def test_switching_a_rule_and_writing_it_are_two_things() -> None:
    with pytest.raises(ValueError, match="alone"):
        over()[0].update(TRANSPORT_RULE, A, {"enabled": True, "name": "x"})


def test_a_connector_is_switched_by_set() -> None:
    service, script, _ = over(listed())
    service.update(INBOUND_CONNECTOR, A, {"enabled": False, "comment": ""})
    assert calls(script) == [("Set-InboundConnector", {"Identity": A, "Enabled": False, "Comment": None})]


def test_a_rule_is_moved_by_its_priority() -> None:
    service, script, _ = over(listed())
    assert service.move(A, 0) == Done(A)
    assert calls(script) == [("Set-TransportRule", {"Identity": A, "Priority": 0})]


def test_a_delete_answers_no_prompt_and_says_when_nothing_was_there() -> None:
    rule = {"Guid": A, "Name": "x", "Priority": 0, "State": "Disabled"}
    service, script, sleeps = over(listed(), listed(rule), not_found(A), not_found(A))
    assert service.delete(TRANSPORT_RULE, A) == Done(A)
    assert len(sleeps.slept) == 1, "it lingered, and holds on to its connector as long as it does"
    gone = service.delete(TRANSPORT_RULE, A)
    assert isinstance(gone, Rejected)
    assert gone.missing
    assert calls(script)[0] == ("Remove-TransportRule", {"Identity": A, "Confirm": False})


def test_a_taken_name_is_refused_with_the_way_out() -> None:
    taken = failed("Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException", "The name is already in use.")
    written = over(taken)[0].create(TRANSPORT_RULE, {"name": "x"})
    assert isinstance(written, Rejected)
    assert "import" in written.hint


def test_without_domains_nobody_asks_for_a_graph_token() -> None:
    service, script, _ = over(listed())
    service.read(TRANSPORT_RULE)
    assert {request.url.host for request in script.requests} == {"outlook.office365.com"}
