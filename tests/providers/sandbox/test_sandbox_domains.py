"""Domains: made, proven, served and deleted through Graph; shown and set by Exchange."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wired import Wired, refusal

from mailform_providers.sandbox import Behaviour, Sandbox, open_sandbox
from mailform_providers.sandbox.resolving import through
from nameserver import ZONE, NameServer

FABRIKAM = "fabrikam.onmicrosoft.com"


def error(answer: httpx.Response) -> tuple[int, str, str]:
    shown = answer.json()["error"]
    assert {"date", "request-id", "client-request-id"} == {*shown["innerError"]}
    return answer.status_code, shown["code"], shown["message"]


def serve(wire: Wired, name: str, *services: str) -> None:
    """A domain of the tenant, proven and with these services."""
    assert wire.graph("POST", "/domains", {"id": name}).status_code == 201
    if not wire.graph("GET", f"/domains/{name}").json()["isVerified"]:
        assert wire.graph("POST", f"/domains/{name}/verify").status_code == 200
    assert wire.graph("PATCH", f"/domains/{name}", {"supportedServices": list(services)}).status_code == 204


def test_a_new_tenant_has_its_initial_domain_and_nothing_else(wire: Wired) -> None:
    (only,) = wire.graph("GET", "/domains").json()["value"]
    assert (only["id"], only["isInitial"], only["isDefault"], only["isVerified"]) == (FABRIKAM, True, True, True)
    assert wire.one("Get-AcceptedDomain")["DomainName"] == FABRIKAM
    for noun in ("InboundConnector", "OutboundConnector", "TransportRule"):
        assert wire.objects(f"Get-{noun}") == []


def test_a_domain_is_made_unverified_and_without_services(wire: Wired) -> None:
    answer = wire.graph("POST", "/domains", {"id": "Contoso.COM"})
    made = answer.json()
    assert answer.status_code == 201
    assert (made["id"], made["isVerified"], made["supportedServices"]) == ("contoso.com", False, [])
    assert wire.graph("GET", "/domains/CONTOSO.com").json()["id"] == "contoso.com"


def test_a_domain_is_made_once_and_by_its_name_alone(wire: Wired) -> None:
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    assert error(wire.graph("POST", "/domains", {"id": "CONTOSO.com"}))[:2] == (400, "Request_BadRequest")
    assert error(wire.graph("POST", "/domains", {"id": "fabrikam.com", "isDefault": True}))[0] == 400
    assert error(wire.graph("POST", "/domains", {"id": "not a domain"}))[0] == 400


def test_what_isnt_there_is_404(wire: Wired) -> None:
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/verify"),
        ("GET", "/verificationDnsRecords"),
    ):
        status, code, _ = error(wire.graph(method, f"/domains/contoso.com{path}", {}))
        assert (status, code) == (404, "Request_ResourceNotFound")
    assert error(wire.graph("GET", "/users"))[:2] == (400, "BadRequest")


def test_the_proof_of_a_domain_is_a_txt_or_an_mx_record_and_stays_the_same(wire: Wired) -> None:
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    text, mail = wire.graph("GET", "/domains/contoso.com/verificationDnsRecords").json()["value"]
    assert text["text"].startswith("MS=ms")
    assert (text["recordType"], text["label"], text["ttl"]) == ("Txt", "contoso.com", 3600)
    assert mail["mailExchange"] == f"{text['text'].removeprefix('MS=')}.msv1.invalid"
    assert wire.graph("GET", "/domains/contoso.com/verificationDnsRecords").json()["value"] == [text, mail]


def test_the_mail_exchange_is_known_once_email_is_among_the_services(wire: Wired) -> None:
    serve(wire, "contoso.com")
    assert wire.graph("GET", "/domains/contoso.com/serviceConfigurationRecords").json()["value"] == []
    wire.graph("PATCH", "/domains/contoso.com", {"supportedServices": ["Email"]})
    first = wire.graph("GET", "/domains/contoso.com/serviceConfigurationRecords").json()["value"][0]
    assert (first["recordType"], first["mailExchange"]) == ("Mx", "contoso-com.mail.protection.outlook.com")


def test_a_domain_waits_for_its_proof_when_it_is_told_to() -> None:
    sandbox = open_sandbox(None, FABRIKAM, dns="wait")
    wire = Wired(sandbox)
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    answer = wire.graph("POST", "/domains/contoso.com/verify")
    assert "details" not in answer.json()["error"]
    text = "Domain verification failed with the following error: 'Error in DNS verification. code=InternalError'."
    assert error(answer) == (400, "Request_BadRequest", text)
    sandbox.publish("Contoso.com")
    verified = wire.graph("POST", "/domains/contoso.com/verify").json()
    assert (verified["isVerified"], verified["availabilityStatus"]) == (True, "AvailableImmediately")


def test_a_sandbox_may_look_for_proofs_at_a_real_name_server(name_server: NameServer) -> None:
    behaviour = Behaviour(dns="wait", resolver=through(str(name_server.server)))
    wire = Wired(open_sandbox(None, FABRIKAM, behaviour=behaviour))
    wire.graph("POST", "/domains", {"id": ZONE})
    text = wire.graph("GET", f"/domains/{ZONE}/verificationDnsRecords").json()["value"][0]["text"]
    assert wire.graph("POST", f"/domains/{ZONE}/verify").status_code == 400
    name_server.put(ZONE, "TXT", '"MS=ms00000000"')
    assert wire.graph("POST", f"/domains/{ZONE}/verify").status_code == 400
    name_server.put(ZONE, "TXT", f'"{text}"')
    assert wire.graph("POST", f"/domains/{ZONE}/verify").json()["isVerified"] is True


def test_a_domain_of_another_tenant_is_refused_for_good() -> None:
    behaviour = Behaviour(taken_domains=frozenset({"contoso.com"}))
    wire = Wired(open_sandbox(None, FABRIKAM, behaviour=behaviour))
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    answer = wire.graph("POST", "/domains/contoso.com/verify")
    detail = answer.json()["error"]["details"][0]
    assert (detail["code"], detail["target"]) == ("DomainInUse", "Name.Conflict")


def test_a_proven_domain_proves_what_is_below_it(wire: Wired) -> None:
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    wire.graph("POST", "/domains", {"id": "before.contoso.com"})
    wire.graph("POST", "/domains/contoso.com/verify")
    after = wire.graph("POST", "/domains", {"id": "after.contoso.com"}).json()
    assert (after["isVerified"], after["isRoot"]) == (True, False)
    assert wire.graph("GET", "/domains/before.contoso.com").json()["isVerified"] is True


def test_an_unproven_domain_takes_no_services_and_is_no_default(wire: Wired) -> None:
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    for patch in ({"supportedServices": ["Email"]}, {"isDefault": True}):
        assert "verified" in error(wire.graph("PATCH", "/domains/contoso.com", patch))[2]


def test_exchange_knows_a_domain_while_it_is_proven_and_has_email(wire: Wired) -> None:
    serve(wire, "contoso.com", "Yammer")
    assert wire.call("Get-AcceptedDomain", Identity="contoso.com").status_code == 404
    wire.graph("PATCH", "/domains/contoso.com", {"supportedServices": ["Email", "Yammer"]})
    found = wire.one("Get-AcceptedDomain", Identity="Contoso.com")
    assert (found["DomainName"], found["DomainType"], found["MailFlowRegion"]) == ("contoso.com", "Authoritative", "")
    wire.graph("PATCH", "/domains/contoso.com", {"supportedServices": []})
    assert wire.call("Get-AcceptedDomain", Identity="contoso.com").status_code == 404


def test_services_are_replaced_and_only_some_exist(wire: Wired) -> None:
    serve(wire, "contoso.com", "Email", "Yammer")
    wire.graph("PATCH", "/domains/contoso.com", {"supportedServices": ["Email"]})
    assert wire.graph("GET", "/domains/contoso.com").json()["supportedServices"] == ["Email"]
    assert error(wire.graph("PATCH", "/domains/contoso.com", {"supportedServices": ["Telex"]}))[0] == 400
    assert error(wire.graph("PATCH", "/domains/contoso.com", {"isVerified": True}))[0] == 400


def test_exactly_one_domain_is_the_default(wire: Wired) -> None:
    serve(wire, "contoso.com", "Email")
    assert wire.graph("PATCH", "/domains/contoso.com", {"isDefault": True}).status_code == 204
    defaults = {row["id"]: row["isDefault"] for row in wire.graph("GET", "/domains").json()["value"]}
    assert defaults == {FABRIKAM: False, "contoso.com": True}
    assert error(wire.graph("PATCH", "/domains/contoso.com", {"isDefault": False}))[0] == 400


def test_the_initial_the_default_and_a_domain_in_use_stay(wire: Wired) -> None:
    serve(wire, "contoso.com", "Email")
    serve(wire, "sub.contoso.com", "Email")
    assert "initial" in error(wire.graph("DELETE", f"/domains/{FABRIKAM}"))[2]
    assert "subdomains" in error(wire.graph("DELETE", "/domains/contoso.com"))[2]
    wire.call("New-InboundConnector", Name="In", SenderDomains=["*"], TlsSenderCertificateName="SUB.contoso.com")
    assert "in use by 'In'" in error(wire.graph("DELETE", "/domains/sub.contoso.com"))[2]
    wire.call("Remove-InboundConnector", Identity="In")
    assert wire.graph("DELETE", "/domains/sub.contoso.com").status_code == 204
    wire.graph("PATCH", "/domains/contoso.com", {"isDefault": True})
    assert "default" in error(wire.graph("DELETE", "/domains/contoso.com"))[2]
    assert wire.call("Get-AcceptedDomain", Identity="sub.contoso.com").status_code == 404


def test_a_domain_is_deleted_by_force_only_after_exchange_let_go(wire: Wired) -> None:
    serve(wire, "contoso.com", "Email")
    wire.call("New-InboundConnector", Name="In", SenderDomains=["*"], AssociatedAcceptedDomains=["contoso.com"])
    force = ("POST", "/domains/contoso.com/forceDelete", {"disableUserAccounts": False})
    assert "Exchange" in error(wire.graph(*force))[2]
    wire.graph("PATCH", "/domains/contoso.com", {"supportedServices": []})
    assert error(wire.graph("DELETE", "/domains/contoso.com"))[0] == 400
    assert wire.graph(*force).status_code == 204
    assert wire.graph("GET", "/domains/contoso.com").status_code == 404


def test_subdomains_match_only_where_mail_is_relayed(wire: Wired) -> None:
    identity = {"Identity": FABRIKAM}
    assert "InternalRelay" in refusal(wire.call("Set-AcceptedDomain", **identity, MatchSubDomains=True))
    relayed = wire.call("Set-AcceptedDomain", **identity, DomainType="InternalRelay", MatchSubDomains=True)
    assert relayed.status_code == 200
    assert "InternalRelay" in refusal(wire.call("Set-AcceptedDomain", **identity, DomainType="Authoritative"))
    assert wire.one("Get-AcceptedDomain")["MatchSubDomains"] is True


@pytest.mark.parametrize("parameter", ["Name", "MakeDefault", "AddressBookEnabled", "DomainName"])
def test_what_exchange_online_doesnt_set_of_a_domain_is_unknown(wire: Wired, parameter: str) -> None:
    answer = wire.call("Set-AcceptedDomain", Identity=FABRIKAM, **{parameter: "x"})
    assert parameter in answer.json()["error"]["details"][0]["message"]


domains = st.sampled_from(["contoso.com", "a.contoso.com", "fabrikam.com"])
requests = st.tuples(
    st.sampled_from(["make", "verify", "email", "default", "strip", "delete", "force"]),
    domains,
)


@settings(deadline=None)
@given(st.lists(requests, max_size=25))
def test_whatever_is_asked_the_directory_stays_in_order(steps: list[tuple[str, str]]) -> None:
    sandbox = open_sandbox(None, FABRIKAM)
    wire = Wired(sandbox)
    for step, name in steps:
        before = sandbox.snapshot()
        if ask(wire, step, name).status_code >= 400:
            assert sandbox.snapshot() == before
        require_order(sandbox, wire)


def ask(wire: Wired, step: str, name: str) -> httpx.Response:
    match step:
        case "make":
            return wire.graph("POST", "/domains", {"id": name})
        case "verify":
            return wire.graph("POST", f"/domains/{name}/verify")
        case "email":
            return wire.graph("PATCH", f"/domains/{name}", {"supportedServices": ["Email"]})
        case "strip":
            return wire.graph("PATCH", f"/domains/{name}", {"supportedServices": []})
        case "default":
            return wire.graph("PATCH", f"/domains/{name}", {"isDefault": True})
        case "delete":
            return wire.graph("DELETE", f"/domains/{name}")
        case _:
            return wire.graph("POST", f"/domains/{name}/forceDelete", {})


def require_order(sandbox: Sandbox, wire: Wired) -> None:
    rows = wire.graph("GET", "/domains").json()["value"]
    assert [row["id"] for row in rows if row["isInitial"]] == [FABRIKAM]
    assert sum(row["isDefault"] for row in rows) == 1
    assert all(row["isVerified"] for row in rows if row["supportedServices"] or row["isDefault"])
    accepted = {row["DomainName"] for row in wire.objects("Get-AcceptedDomain")}
    assert accepted == {row["id"] for row in rows if row["isVerified"] and "Email" in row["supportedServices"]}
