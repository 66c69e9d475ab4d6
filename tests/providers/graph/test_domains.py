from __future__ import annotations

import json

import httpx
import pytest

from mailform_providers.contract import Done, Lost, Rejected, Waiting
from mailform_providers.errors import NotAllowed, ReadFailed
from mailform_providers.exchange.client import ExchangeClient
from mailform_providers.exchange.provider import ExchangeProvider
from mailform_providers.graph.client import GraphClient
from mailform_providers.kinds import ACCEPTED_DOMAIN
from scripted import EXCHANGE, GRAPH, TENANT, Held, Reaction, Script, Sleeps, answer, listed, not_found, raw

NAME = "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"


def over(*reactions: Reaction, forever: bool = False) -> tuple[ExchangeProvider, Script, Sleeps]:
    script, time, tokens = Script(list(reactions), forever), Sleeps(), Held()
    http = httpx.Client(transport=script)
    exchange = ExchangeClient(EXCHANGE, TENANT, tokens, http, time.patience())
    graph = GraphClient(GRAPH, tokens, http, time.patience(), time.waits())
    return ExchangeProvider(exchange, graph, time.waits()), script, time


def domain(
    name: str = NAME, *, verified: bool = False, services: tuple[str, ...] = (), **more: object
) -> dict[str, object]:
    return {
        "id": name,
        "isVerified": verified,
        "isInitial": False,
        "isDefault": False,
        "supportedServices": services,
        **more,
    }


def accepted(name: str = NAME, **more: object) -> dict[str, object]:
    return {
        "DomainName": name,
        "Name": name,
        "Guid": TENANT,
        "DomainType": "Authoritative",
        "MatchSubDomains": False,
        **more,
    }


def refusal(text: str, *details: str, status: int = 400, code: str = "Request_BadRequest") -> httpx.Response:
    error: dict[str, object] = {"code": code, "message": text, "innerError": {"request-id": "r-5"}}
    if details:
        error["details"] = [{"code": detail, "target": "Name.Conflict", "message": text} for detail in details]
    return answer({"error": error}, status)


def gone() -> httpx.Response:
    return refusal(f"Resource '{NAME}' does not exist.", status=404, code="Request_ResourceNotFound")


def proof() -> httpx.Response:
    return answer(
        {
            "value": [
                {"recordType": "Mx", "label": NAME, "mailExchange": "ms12345678.msv1.invalid", "preference": 32767},
                {"recordType": "Txt", "label": NAME, "text": "MS=ms12345678", "ttl": 3600},
            ]
        }
    )


def test_a_listing_joins_what_graph_proves_with_what_exchange_takes() -> None:
    def react(request: httpx.Request) -> httpx.Response:
        if request.url.host == "graph.microsoft.com":
            initial = domain(
                "Fabrikam.onmicrosoft.com", verified=True, services=("Email",), isInitial=True, isDefault=True
            )
            return answer({"value": [domain(NAME.upper()), initial]})
        return listed(accepted("fabrikam.onmicrosoft.com", Default=True), accepted("fabrikam.mail.onmicrosoft.com"))

    coexistence, initial, ours = over(react, forever=True)[0].read(ACCEPTED_DOMAIN).objects
    assert (initial.id, initial.attributes["domain_type"]) == ("fabrikam.onmicrosoft.com", "Authoritative")
    assert initial.facts == {"verified": True, "email": True, "known": True, "initial": True, "default": True}
    assert (ours.id, ours.attributes) == (NAME, {"domain": NAME})
    assert ours.facts == {"verified": False, "email": False, "known": False, "initial": False, "default": False}
    assert (coexistence.facts["verified"], coexistence.facts["known"]) == (True, True)


def test_graphs_pages_are_fetched_by_get() -> None:
    def react(request: httpx.Request) -> httpx.Response:
        if request.url.host != "graph.microsoft.com":
            return listed()
        if "skiptoken" in str(request.url):
            return answer({"value": [domain("b.example")]})
        return answer({"value": [domain("a.example")], "@odata.nextLink": f"{GRAPH}/v1.0/domains?$skiptoken=x"})

    service, script, _ = over(react, forever=True)
    assert [seen.id for seen in service.read(ACCEPTED_DOMAIN).objects] == ["a.example", "b.example"]
    assert {request.method for request in script.requests if request.url.host == "graph.microsoft.com"} == {"GET"}


def test_graphs_next_page_at_another_host_gets_no_token() -> None:
    def react(request: httpx.Request) -> httpx.Response:
        if request.url.host == "graph.microsoft.com":
            return answer({"value": [], "@odata.nextLink": "https://evil.example/v1.0/domains"})
        return listed()

    service, script, _ = over(react, forever=True)
    with pytest.raises(ReadFailed, match="another host"):
        service.read(ACCEPTED_DOMAIN)
    assert "evil.example" not in {request.url.host for request in script.requests}


def test_an_unproven_domain_is_found_with_the_records_to_publish() -> None:
    found = over(answer(domain()), not_found(NAME), proof())[0].find(ACCEPTED_DOMAIN, NAME)
    assert found is not None
    assert found.facts["verification_txt"] == "MS=ms12345678"
    assert found.facts["verification_mx"] == "ms12345678.msv1.invalid"


def test_a_proven_domain_is_found_with_its_proof_and_where_its_mail_goes() -> None:
    records = answer(
        {
            "value": [
                {
                    "recordType": "Txt",
                    "text": "v=spf1 include:spf.protection.outlook.com -all",
                    "supportedService": "Email",
                },
                {"recordType": "Mx", "mailExchange": "x.mail.protection.outlook.com", "supportedService": "Email"},
            ]
        }
    )
    known = domain(verified=True, services=("Email",))
    found = over(answer(known), listed(accepted()), records, proof())[0].find(ACCEPTED_DOMAIN, NAME)
    assert found is not None
    assert found.facts["mail_exchange"] == "x.mail.protection.outlook.com"
    assert found.facts["verification_txt"] == "MS=ms12345678"


def test_a_domain_is_gone_only_when_both_say_so() -> None:
    assert over(gone(), not_found(NAME))[0].find(ACCEPTED_DOMAIN, NAME) is None
    assert over(gone(), listed(accepted()))[0].find(ACCEPTED_DOMAIN, NAME) is not None
    with pytest.raises(ReadFailed):
        over(raw(404, b"<html>"))[0].find(ACCEPTED_DOMAIN, NAME)


def test_a_new_domain_may_lag_behind_and_is_waited_for() -> None:
    service, script, time = over(answer(domain(), 201), gone(), gone(), answer(domain()))
    written = service.create(ACCEPTED_DOMAIN, {"domain": NAME})
    assert isinstance(written, Done)
    assert (written.id, written.warnings) == (NAME, ())
    assert json.loads(script.requests[0].content) == {"id": NAME}
    assert time.slept == [1, 1.5]


def test_a_domain_just_made_may_lag_behind_for_the_proof_too() -> None:
    made, proven = answer(domain(), 201), answer(domain(verified=True))
    service, _, _ = over(made, answer(domain()), gone(), proven)
    service.create(ACCEPTED_DOMAIN, {"domain": NAME})
    assert isinstance(service.update(ACCEPTED_DOMAIN, NAME, {"verified": True}), Done)


def test_a_domain_that_is_not_there_is_missing_at_once() -> None:
    service, script, _ = over(gone())
    written = service.update(ACCEPTED_DOMAIN, NAME, {"verified": True})
    assert isinstance(written, Rejected)
    assert written.missing
    assert len(script.requests) == 1


def test_a_missing_record_is_no_failure_but_waits_for_what_to_publish() -> None:
    said = "Domain verification failed with the following error: 'Error in DNS verification. code=InternalError'."
    written = over(refusal(said), proof())[0].update(ACCEPTED_DOMAIN, NAME, {"verified": True})
    assert isinstance(written, Waiting)
    assert (written.id, written.name) == (NAME, NAME)
    assert (written.txt, written.mx) == ("MS=ms12345678", "ms12345678.msv1.invalid")


def test_a_domain_in_use_elsewhere_is_a_failure() -> None:
    said = "Domain verification failed with the following error: 'Domain is being used by an active tenant'."
    written = over(refusal(said, "DomainInUse"))[0].update(ACCEPTED_DOMAIN, NAME, {"verified": True})
    assert isinstance(written, Rejected)
    assert "Another tenant" in written.hint


@pytest.mark.parametrize("refused", [refusal("DNS is busy", "SomeOtherCode"), refusal("Bad name"), raw(403)])
def test_any_other_refusal_of_the_proof_is_a_failure(refused: httpx.Response) -> None:
    assert isinstance(over(refused)[0].update(ACCEPTED_DOMAIN, NAME, {"verified": True}), Rejected)


def test_email_is_added_to_what_the_domain_serves_and_waits_until_exchange_knows() -> None:
    proven = answer(domain(verified=True, services=("OfficeCommunicationsOnline",)))
    service, script, time = over(proven, raw(204), not_found(NAME), raw(500), raw(500), raw(500), listed(accepted()))
    assert service.update(ACCEPTED_DOMAIN, NAME, {"email": True}) == Done(NAME)
    assert script.requests[1].method == "PATCH"
    assert json.loads(script.requests[1].content) == {"supportedServices": ["OfficeCommunicationsOnline", "Email"]}
    assert time.slept


def test_email_that_is_there_is_not_written_again() -> None:
    service, script, _ = over(answer(domain(verified=True, services=("Email",))), listed(accepted()))
    assert service.update(ACCEPTED_DOMAIN, NAME, {"email": True}) == Done(NAME)
    assert [request.method for request in script.requests] == ["GET", "POST"]


def test_a_domain_that_exchange_does_not_learn_of_in_time_waits() -> None:
    def react(request: httpx.Request) -> httpx.Response:
        return answer(domain(verified=True, services=("Email",))) if request.method == "GET" else not_found(NAME)

    service, _, time = over(react, forever=True)
    written = service.update(ACCEPTED_DOMAIN, NAME, {"email": True})
    assert isinstance(written, Waiting)
    assert sum(time.slept) == pytest.approx(60)


def test_email_is_taken_away_and_the_rest_stays() -> None:
    service, script, _ = over(answer(domain(verified=True, services=("Email", "Yammer"))), raw(204))
    assert service.update(ACCEPTED_DOMAIN, NAME, {"email": False}) == Done(NAME)
    assert json.loads(script.requests[1].content) == {"supportedServices": ["Yammer"]}


def test_mail_attributes_are_exchanges() -> None:
    service, script, _ = over(listed())
    assert service.update(ACCEPTED_DOMAIN, NAME, {"domain_type": "InternalRelay", "match_sub_domains": True}) == Done(
        NAME
    )
    parameters = {"Identity": NAME, "DomainType": "InternalRelay", "MatchSubDomains": True}
    assert script.bodies[0] == {"CmdletInput": {"CmdletName": "Set-AcceptedDomain", "Parameters": parameters}}


def test_a_domain_is_removed_for_good_in_graph() -> None:
    service, script, _ = over(raw(204), refusal("Domain is referenced."), gone())
    assert service.delete(ACCEPTED_DOMAIN, NAME) == Done(NAME)
    assert (script.requests[0].method, script.requests[0].url.path) == ("DELETE", f"/v1.0/domains/{NAME}")
    assert isinstance(service.delete(ACCEPTED_DOMAIN, NAME), Rejected)
    missing = service.delete(ACCEPTED_DOMAIN, NAME)
    assert isinstance(missing, Rejected)
    assert missing.missing


@pytest.mark.parametrize("broken", [httpx.ReadError("reset"), raw(500), raw(201, b"<html>")])
def test_a_domain_whose_making_got_no_answer_is_lost_and_not_made_again(broken: Reaction) -> None:
    service, script, _ = over(broken)
    assert isinstance(service.create(ACCEPTED_DOMAIN, {"domain": NAME}), Lost)
    assert len(script.requests) == 1


def test_a_domain_whose_request_never_left_is_rejected() -> None:
    assert isinstance(over(httpx.ConnectError("refused"))[0].create(ACCEPTED_DOMAIN, {"domain": NAME}), Rejected)


def test_a_concurrent_change_is_tried_again() -> None:
    busy = refusal("Concurrency violation.", status=409, code="Directory_ConcurrencyViolation")
    service, _, _ = over(busy, raw(429, headers={"Retry-After": "2"}), raw(204))
    assert service.delete(ACCEPTED_DOMAIN, NAME) == Done(NAME)


def test_a_listing_without_the_permission_names_it() -> None:
    def react(request: httpx.Request) -> httpx.Response:
        return refusal("Insufficient privileges.", status=403) if request.method == "GET" else listed()

    with pytest.raises(NotAllowed) as caught:
        over(react, forever=True)[0].read(ACCEPTED_DOMAIN)
    assert "Domain.Read.All" in caught.value.hint


def test_a_domain_made_and_removed_is_missing_at_once() -> None:
    service, _, time = over(answer(domain(), 201), answer(domain()), raw(204), gone())
    service.create(ACCEPTED_DOMAIN, {"domain": NAME})
    service.delete(ACCEPTED_DOMAIN, NAME)
    missing = service.delete(ACCEPTED_DOMAIN, NAME)
    assert isinstance(missing, Rejected)
    assert time.slept == []


def test_a_domain_is_sent_in_ascii() -> None:
    service, script, _ = over(answer(domain("xn--mller-kva.example"), 201), answer(domain("xn--mller-kva.example")))
    written = service.create(ACCEPTED_DOMAIN, {"domain": "Müller.example."})
    assert isinstance(written, Done)
    assert written.id == "xn--mller-kva.example"
    assert json.loads(script.requests[0].content) == {"id": "xn--mller-kva.example"}
