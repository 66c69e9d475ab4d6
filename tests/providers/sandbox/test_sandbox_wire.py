"""The protocol: who may ask, how parameters are bound, what answers and errors look like."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import httpx
import pytest
from wired import HOST, TAG, Wired, refusal, warnings

from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Refusal
from mailform_providers.sandbox import EXCHANGE, GRAPH, Behaviour, Sandbox, open_sandbox, tokens

FABRIKAM = "fabrikam.onmicrosoft.com"
LISTING = {"CmdletInput": {"CmdletName": "Get-TransportRule", "Parameters": {}}}


def posted(sandbox: Sandbox, token: str | None, url: str | None = None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    http = httpx.Client(transport=sandbox.transport())
    return http.post(url or f"{HOST}/adminapi/beta/{sandbox.tenant_id}/InvokeCommand", json=LISTING, headers=headers)


def test_no_token_a_graph_token_or_another_tenants_is_401_with_a_challenge(sandbox: Sandbox) -> None:
    stranger = open_sandbox(None, "contoso.onmicrosoft.com")
    for token in (None, "nonsense", sandbox.token(GRAPH), stranger.token(EXCHANGE)):
        answer = posted(sandbox, token)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_an_exchange_token_is_401_at_graph_with_graphs_own_error(sandbox: Sandbox) -> None:
    http = httpx.Client(transport=sandbox.transport(), headers={"Authorization": f"Bearer {sandbox.token(EXCHANGE)}"})
    answer = http.get("https://graph.microsoft.com/v1.0/domains")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_a_token_that_ended_is_401() -> None:
    tenant = open_sandbox(None, FABRIKAM).tenant_id
    token = f"Bearer {tokens.mint(tenant, EXCHANGE)}"
    assert isinstance(tokens.check(token, tenant, EXCHANGE, now=0, writes=True), tokens.Claims)
    assert tokens.check(token, tenant, EXCHANGE, now=4_102_444_801) == tokens.Unauthorized("invalid_token")


ADMINISTRATOR, READER = ["29232cdf-9323-42fd-ade2-1d097af3e4de"], ["f2ef992c-3afb-46b9-b7cf-a126ee74c451"]
APPLICATION = {"roles": ["Exchange.ManageAsApp"]}


@pytest.mark.parametrize(
    ("claims", "read", "write"),
    [
        ({"roles": ["Mail.Read"]}, 401, 401),
        ({"roles": ["Exchange.ManageAsAppV2"], "wids": ADMINISTRATOR}, 401, 401),
        (APPLICATION, 403, 403),
        ({**APPLICATION, "wids": READER}, 200, 403),
        ({**APPLICATION, "wids": ADMINISTRATOR}, 200, 200),
        ({"scp": "AdminApi.AccessAsUser.All", "wids": ADMINISTRATOR}, 200, 200),
    ],
)
def test_exchange_wants_the_permission_and_the_role_and_tells_them_apart(
    sandbox: Sandbox, claims: dict[str, object], read: int, write: int
) -> None:
    token = tokens.unsigned({"tid": sandbox.tenant_id, "aud": EXCHANGE, **claims})
    url = f"{HOST}/adminapi/beta/{sandbox.tenant_id}/InvokeCommand"
    http = httpx.Client(transport=sandbox.transport(), headers={"Authorization": f"Bearer {token}"})
    making = {"CmdletInput": {"CmdletName": "New-TransportRule", "Parameters": {"Name": "A"}}}
    for body, status in ((LISTING, read), (making, write)):
        with http.stream("POST", url, json=body) as answer:  # nobody can read the body of a 403
            assert answer.status_code == status


@pytest.mark.parametrize(
    ("role", "read", "write"), [("Domain.Read.All", 200, 403), ("Domain.ReadWrite.All", 200, 201), ("", 403, 403)]
)
def test_graph_wants_a_permission_of_its_own_for_writing(sandbox: Sandbox, role: str, read: int, write: int) -> None:
    token = tokens.unsigned({"tid": sandbox.tenant_id, "aud": "https://graph.microsoft.com", "roles": [role]})
    http = httpx.Client(transport=sandbox.transport(), headers={"Authorization": f"Bearer {token}"})
    assert http.get("https://graph.microsoft.com/v1.0/domains").status_code == read
    answer = http.post("https://graph.microsoft.com/v1.0/domains", json={"id": "contoso.com"})
    assert answer.status_code == write


def test_only_post_to_beta_is_taken(sandbox: Sandbox, wire: Wired) -> None:
    assert wire.http.get(wire.url).status_code == 405
    assert posted(sandbox, sandbox.token(EXCHANGE), wire.url.replace("/beta/", "/v1.0/")).status_code == 405


def test_the_tenant_in_the_path_may_be_its_guid_or_a_domain_of_it(sandbox: Sandbox) -> None:
    token = sandbox.token(EXCHANGE)
    assert posted(sandbox, token, f"{HOST}/AdminApi/beta/Fabrikam.OnMicrosoft.com/invokecommand").status_code == 200
    assert posted(sandbox, token, f"{HOST}/adminapi/beta/contoso.com/InvokeCommand").status_code == 404


def test_parameters_that_are_null_are_no_invocation(sandbox: Sandbox, wire: Wired) -> None:
    body = {"CmdletInput": {"CmdletName": "Get-TransportRule", "Parameters": None}}
    answer = wire.http.post(wire.url, json=body, headers={"Authorization": f"Bearer {sandbox.token(EXCHANGE)}"})
    assert answer.status_code == 400


@pytest.mark.parametrize("cmdlet", ["New-AcceptedDomain", "Remove-AcceptedDomain", "Get-Nonsense"])
def test_an_unknown_cmdlet_is_403_with_nul_bytes_that_claim_to_be_gzip(wire: Wired, cmdlet: str) -> None:
    with pytest.raises(httpx.DecodingError):
        wire.call(cmdlet, Name="x")
    assert wire.sandbox.log[-1].status == 403
    body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": {}}}
    headers = {"Authorization": f"Bearer {wire.sandbox.token(EXCHANGE)}"}
    with wire.http.stream("POST", wire.url, json=body, headers=headers) as answer:
        assert set(b"".join(answer.iter_raw())) == {0}
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "reason=" in answer.headers["x-ms-diagnostics"]


def test_names_of_cmdlets_and_parameters_may_have_any_case(wire: Wired) -> None:
    wire.call("NEW-transportRULE", nAmE="A rule", fromscope="InOrganization")
    assert wire.one("get-transportrule", IDENTITY="a RULE")["FromScope"] == "InOrganization"


def test_an_unknown_parameter_is_envelope_a_with_details(wire: Wired) -> None:
    error = wire.call("Get-TransportRule", BogusParameter=1).json()["error"]
    assert (error["code"], error["message"]) == ("BadRequest", "Invalid Operation")
    type, text = error["details"][0]["message"].removeprefix("|").split("|")
    assert type.endswith(".AmbiguousParameterSetException")
    assert text.endswith("Invalid cmdlet parameters specified. BogusParameter")
    assert error["innererror"]["internalexception"]["type"] == type


def test_a_bad_enumerator_is_envelope_a_without_details_and_names_the_good_ones(wire: Wired) -> None:
    answer = wire.call("New-TransportRule", Name="A", FromScope="Everywhere")
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert "details" not in error
    assert error["@adminapi.warnings"] == []
    inner = error["innererror"]["internalexception"]
    assert inner["type"].endswith(".ParameterTransformationException")
    assert inner["message"].startswith("Cannot process argument transformation on parameter 'FromScope'.")
    assert inner["message"].endswith("try again: InOrganization, NotInOrganization")


def test_an_enumerators_beginning_is_enough_unless_two_begin_so(wire: Wired) -> None:
    assert wire.one("New-TransportRule", Name="A", SenderAddressLocation="env")["SenderAddressLocation"] == "Envelope"
    assert wire.one("New-TransportRule", Name="B", SenderAddressLocation="header")["SenderAddressLocation"] == "Header"
    answer = wire.call("New-TransportRule", Name="C", SentToScope="External")
    assert "ambiguous" in answer.json()["error"]["innererror"]["internalexception"]["message"]


@pytest.mark.parametrize(
    ("cmdlet", "given", "missing"),
    [
        ("New-TransportRule", {}, "Name"),
        ("New-InboundConnector", {"Name": "In"}, "SenderDomains"),
        ("Set-OutboundConnector", {"Comment": "x"}, "Identity"),
        ("Remove-TransportRule", {"Confirm": False}, "Identity"),
    ],
)
def test_a_missing_mandatory_parameter_is_named(
    wire: Wired, cmdlet: str, given: dict[str, object], missing: str
) -> None:
    error = wire.call(cmdlet, **given).json()["error"]
    assert error["details"][0]["message"].endswith(f"missing mandatory parameters: {missing}.")


def test_success_carries_context_empty_warnings_and_the_types_of_its_values(wire: Wired) -> None:
    body = wire.call("New-TransportRule", Name="A", SubjectContainsWords="x", ExpiryDate="2027-01-01T01:00:00+01:00")
    shown = body.json()
    row = shown["value"][0]
    assert shown["@odata.context"]
    assert shown["@adminapi.warnings"] == []
    assert row["Priority@data.type"] == "System.Int32"
    assert row["Guid@data.type"] == "System.Guid"
    assert row["WhenChanged@data.type"] == "System.DateTime"
    assert row["SubjectContainsWords@odata.type"] == "#Collection(String)"
    assert row["ExpiryDate"] == "2027-01-01T00:00:00.0000000+00:00"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00", row["WhenChanged"])


def test_an_object_without_its_type_tag_is_refused_and_with_it_adds_and_removes(wire: Wired) -> None:
    wire.call("New-InboundConnector", Name="In", SenderDomains=["contoso.com", "fabrikam.com"])
    delta = {"Add": ["a.com", "Contoso.com"], "Remove": "smtp:fabrikam.com;1"}
    untagged = wire.call("Set-InboundConnector", Identity="In", SenderDomains=delta)
    assert "JObject" in untagged.json()["error"]["innererror"]["internalexception"]["message"]
    wire.call("Set-InboundConnector", Identity="In", SenderDomains={"@odata.type": TAG, **delta})
    assert wire.one("Get-InboundConnector")["SenderDomains"] == ["smtp:contoso.com;1", "smtp:a.com;1"]


@pytest.mark.parametrize("empty", [None, [], {"@odata.type": TAG}])
def test_null_an_empty_list_and_an_empty_tagged_object_clear_a_list(wire: Wired, empty: object) -> None:
    wire.call("New-InboundConnector", Name="In", SenderDomains=["*"], TrustedOrganizations=["contoso.com"])
    wire.call("Set-InboundConnector", Identity="In", TrustedOrganizations=empty)
    assert wire.one("Get-InboundConnector")["TrustedOrganizations"] == []
    wire.call("New-TransportRule", Name="A", SubjectContainsWords=["x"])
    wire.call("Set-TransportRule", Identity="A", SubjectContainsWords=empty)
    assert wire.one("Get-TransportRule")["SubjectContainsWords"] is None


def test_a_service_that_takes_no_null_still_takes_the_other_empties() -> None:
    wire = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(clear_by_null_rejected=True)))
    wire.call("New-TransportRule", Name="A", SubjectContainsWords=["x"], PrependSubject="y")
    assert wire.call("Set-TransportRule", Identity="A", SubjectContainsWords=None).status_code == 400
    assert wire.call("Set-TransportRule", Identity="A", SubjectContainsWords=[], PrependSubject="").status_code == 200
    rule = wire.one("Get-TransportRule")
    assert (rule["SubjectContainsWords"], rule["PrependSubject"]) == (None, None)


def test_a_boolean_is_a_boolean_and_never_null(wire: Wired) -> None:
    several: tuple[object, ...] = (None, "true", 1, [])
    for wrong in several:
        assert wire.call("New-TransportRule", Name="A", DeleteMessage=wrong).status_code == 400
    assert wire.objects("Get-TransportRule") == []


def test_what_isnt_there_is_404_and_names_the_server(wire: Wired) -> None:
    answer = wire.call("Get-InboundConnector", Identity="Nobody")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NotFound")
    type, text = refusal(answer).split("|")
    assert type.endswith(".ManagementObjectNotFoundException")
    assert re.search(r"'Nobody' couldn't be found on '.+OUTLOOK\.COM'", text)


def test_envelope_b_has_a_hash_and_envelope_c_is_json_in_a_string() -> None:
    first = Wired(open_sandbox(None, FABRIKAM)).call("Get-InboundConnector", Identity="x").json()
    assert re.match(r"Ex[0-9A-F]{6}\|", first["error"]["details"][0]["message"])
    other = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(error_envelope="C")))
    inner = json.loads(other.call("Get-InboundConnector", Identity="x").json()["error"]["details"][0]["message"])
    assert inner["TypeName"].endswith(".ManagementObjectNotFoundException")
    assert inner["Message"].startswith("The operation couldn't be performed")


def test_a_set_that_changes_nothing_succeeds_with_a_warning_and_keeps_the_date(wire: Wired) -> None:
    wire.call("New-TransportRule", Name="A", Comments="x")
    before = wire.one("Get-TransportRule")
    answer = wire.call("Set-TransportRule", Identity="A", Comments="x", Priority=0)
    assert answer.status_code == 200
    assert warnings(answer) == ["The command completed successfully but no settings of 'A' have been modified."]
    assert wire.one("Get-TransportRule") == before


@pytest.mark.parametrize("returns", ["empty", "null", "no_content"])
def test_what_a_set_answers_can_be_switched(returns: str) -> None:
    behaviour = replace(Behaviour(), set_returns=returns)  # type: ignore[arg-type]
    wire = Wired(open_sandbox(None, FABRIKAM, behaviour=behaviour))
    wire.call("New-TransportRule", Name="A")
    answer = wire.call("Set-TransportRule", Identity="A", Comments="x")
    if returns == "no_content":
        assert (answer.status_code, answer.content) == (204, b"")
    else:
        assert answer.json()["value"] == ([] if returns == "empty" else None)


def test_select_leaves_only_what_was_asked_for(sandbox: Sandbox, wire: Wired) -> None:
    wire.call("New-TransportRule", Name="A")
    headers = {"Authorization": f"Bearer {sandbox.token(EXCHANGE)}"}
    answer = wire.http.post(f"{wire.url}?$select=name,Priority", json=LISTING, headers=headers)
    assert {key for key in answer.json()["value"][0] if "@" not in key} == {"Name", "Priority"}


def test_result_size_cuts_the_list_and_says_so(wire: Wired) -> None:
    for name in "ABC":
        wire.call("New-TransportRule", Name=name)
    answer = wire.call("Get-TransportRule", ResultSize="2")
    assert len(answer.json()["value"]) == 2
    assert "ResultSize" in warnings(answer)[0]
    assert len(wire.objects("Get-TransportRule", ResultSize="Unlimited")) == 3


def test_what_if_changes_nothing(wire: Wired) -> None:
    wire.call("New-TransportRule", Name="A", WhatIf=True)
    assert wire.objects("Get-TransportRule") == []


def test_a_dehydrated_tenant_is_written_only_after_it_was_customized() -> None:
    wire = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(dehydrated=True)))
    assert wire.one("Get-OrganizationConfig")["IsDehydrated"] is True
    refused = wire.call("New-TransportRule", Name="A")
    assert "CmdletInvalidOperationInDehydratedContextException" in refusal(refused)
    assert wire.call("Enable-OrganizationCustomization").status_code == 200
    assert wire.call("New-TransportRule", Name="A").status_code == 200


@pytest.mark.parametrize(
    ("cmdlet", "parameter"),
    [
        (kind.cmdlets[verb], found.parameter)
        for kind in KINDS.values()
        for verb, takes in (("create", "create"), ("update", "update"))
        if verb in kind.cmdlets
        for found in kind.attributes.values()
        if not getattr(found, takes) or found.refused is Refusal.NOT_OURS
    ],
)
def test_what_only_the_other_cmdlet_takes_or_nobody_is_unknown(wire: Wired, cmdlet: str, parameter: str) -> None:
    error = wire.call(cmdlet, **{parameter: "x"}).json()["error"]
    assert error["details"][0]["message"].endswith(f" {parameter}")


def test_the_log_has_what_was_asked_and_how_it_ended() -> None:
    sandbox = open_sandbox(None, FABRIKAM)
    wire = Wired(sandbox, **{"client-request-id": "one"})
    wire.call("new-transportrule", Name="A", Comments="x")
    wire.call("Get-TransportRule")
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    first, read, made, again = sandbox.log
    assert (first.client_request_id, first.operation, first.identity, first.status) == (
        "one",
        "New-TransportRule",
        "A",
        200,
    )
    assert first.parameters == {"Name": "A", "Comments": "x"}
    assert (read.writes, made.operation, made.identity) == (False, "POST /domains", "contoso.com")
    assert again.status == 400
    assert sandbox.writes == (first, made, again)


def test_an_edit_by_hand_is_not_in_the_log_and_is_somebody_elses(sandbox: Sandbox, wire: Wired) -> None:
    sandbox.run("New-TransportRule", {"Name": "A"})
    wire.call("Set-TransportRule", Identity="A", Comments="x")
    rule = wire.one("Get-TransportRule")
    assert (rule["CreatedBy"], rule["LastModifiedBy"]) == ("admin@fabrikam.onmicrosoft.com", "Mailform")
    assert [request.operation for request in sandbox.log] == ["Set-TransportRule", "Get-TransportRule"]
