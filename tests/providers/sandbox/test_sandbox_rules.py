"""Transport rules: their order against a model, their limits, and what they hold together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wired import Wired, refusal, warnings

from mailform_providers.kinds import KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Type
from mailform_providers.sandbox import Behaviour, Sandbox, SandboxRefused, open_sandbox, seeds

FABRIKAM = "fabrikam.onmicrosoft.com"

writes = st.tuples(st.sampled_from(["New", "Set", "Set", "Remove"]), st.integers(0, 20), st.integers(0, 20))


def order(sandbox: Sandbox) -> list[str]:
    """The names in the order shown, after making sure that their priorities are their places."""
    rows = sandbox.run("Get-TransportRule")["value"]
    assert isinstance(rows, list)
    shown = [(row["Priority"], row["Name"]) for row in rows if isinstance(row, dict)]
    assert [priority for priority, _ in shown] == list(range(len(shown)))
    return [str(name) for _, name in shown]


@settings(deadline=None)
@given(st.lists(writes, max_size=12))
def test_priorities_stay_dense_and_shift_as_in_a_list(steps: list[tuple[str, int, int]]) -> None:
    sandbox, model = open_sandbox(None, FABRIKAM), [f"first {number}" for number in range(4)]
    for name in model:
        sandbox.run("New-TransportRule", {"Name": name})
    for number, (step, drawn, chosen) in enumerate(steps):
        place = drawn % (len(model) + 3) - 1  # one below the range to one beyond it
        if step == "New":
            if told(sandbox, "New-TransportRule", place, len(model), Name=f"then {number}"):
                model.insert(place, f"then {number}")
        elif model and step == "Set":
            name = model[chosen % len(model)]
            if told(sandbox, "Set-TransportRule", place, len(model) - 1, Identity=name):
                model.remove(name)
                model.insert(place, name)
        elif model:
            sandbox.run("Remove-TransportRule", {"Identity": model.pop(chosen % len(model)), "Confirm": False})
        assert order(sandbox) == model


def told(sandbox: Sandbox, cmdlet: str, priority: int, last: int, **given: str) -> bool:
    """Runs a cmdlet with a priority; False when it was refused, which it must be outside 0 to `last` alone."""
    if 0 <= priority <= last:
        sandbox.run(cmdlet, {**given, "Priority": priority})
        return True
    with pytest.raises(SandboxRefused, match=rf"between '0' \(highest priority\), and '{last}' \(lowest priority\)\."):
        sandbox.run(cmdlet, {**given, "Priority": priority})
    return False


def test_a_new_rule_is_last_and_enabled_unless_it_says_otherwise(wire: Wired) -> None:
    wire.call("New-TransportRule", Name="A")
    second = wire.one("New-TransportRule", Name="B", Enabled=False)
    assert (second["Priority"], second["State"]) == (1, "Disabled")
    assert wire.one("Get-TransportRule", Identity="A")["State"] == "Enabled"


def test_the_range_error_is_worded_as_the_service_words_it(wire: Wired) -> None:
    answer = wire.call("New-TransportRule", Name="A", Priority=1)
    text = "Use a value between '0' (highest priority), and '0' (lowest priority)."
    assert refusal(answer).endswith(f"|The specified rule priority is invalid. {text}")


def test_set_knows_no_enabled_but_enable_and_disable_do(wire: Wired) -> None:
    wire.call("New-TransportRule", Name="A")
    error = wire.call("Set-TransportRule", Identity="A", Enabled=False).json()["error"]
    assert error["details"][0]["message"].endswith(" Enabled")
    wire.call("Disable-TransportRule", Identity="A", Confirm=False)
    assert wire.one("Get-TransportRule", State="Disabled")["Name"] == "A"
    wire.call("Enable-TransportRule", Identity="A", Mode="Audit")
    rule = wire.one("Get-TransportRule", State="Enabled")
    assert (rule["State"], rule["Mode"]) == ("Enabled", "Audit")
    assert warnings(wire.call("Enable-TransportRule", Identity="A"))


def test_a_rule_is_found_by_guid_name_and_distinguished_name(wire: Wired) -> None:
    made = wire.one("New-TransportRule", Name='Prepend "[External]", loudly')
    for identity in (made["Guid"].upper(), made["Name"].upper(), made["DistinguishedName"].lower()):
        assert wire.one("Get-TransportRule", Identity=identity) == made


def test_a_name_that_is_taken_is_refused_in_any_case_for_new_rules_and_renames(wire: Wired) -> None:
    wire.call("New-TransportRule", Name="A")
    wire.call("New-TransportRule", Name="B")
    for answer in (
        wire.call("New-TransportRule", Name="a"),
        wire.call("Set-TransportRule", Identity="B", Name="a"),
    ):
        assert answer.status_code == 400
        assert "ADObjectAlreadyExistsException" in refusal(answer)
    assert wire.call("Set-TransportRule", Identity="A", Name="a").status_code == 200


def test_unset_conditions_are_null_unset_switches_false(wire: Wired) -> None:
    rule = wire.one("New-TransportRule", Name="A")
    for found in KINDS[TRANSPORT_RULE].attributes.values():
        if found.section:
            assert rule[found.parameter] is (False if found.type is Type.BOOLEAN else None)
    assert (rule["Conditions"], rule["Exceptions"], rule["Actions"], rule["Comments"]) == (None, None, None, None)


def test_what_a_rule_is_made_of_is_shown_by_class(wire: Wired) -> None:
    given = {"FromScope": "InOrganization", "ExceptIfHeaderContainsMessageHeader": "SignatureContoso"}
    rule = wire.one(
        "New-TransportRule", Name="A", **given, ExceptIfHeaderContainsWords=["true"], StopRuleProcessing=True
    )
    prefix = "Microsoft.Exchange.MessagingPolicies.Rules.Tasks."
    assert rule["Conditions"] == [f"{prefix}FromScopePredicate"]
    assert rule["Exceptions"] == [f"{prefix}HeaderContainsPredicate"]
    assert rule["Actions"] == [f"{prefix}StopRuleProcessingAction"]
    assert "FromScope: InOrganization\r\n" in rule["Description"]


def test_sizes_are_shown_as_the_service_shows_them(wire: Wired) -> None:
    for sent, shown in (
        ("30MB", "30 MB (31,457,280 bytes)"),
        (1536, "1.5 KB (1,536 bytes)"),
        ("30 MB (31,457,280 bytes)", "30 MB (31,457,280 bytes)"),
        ("0", "0 B (0 bytes)"),
    ):
        rule = wire.one("New-TransportRule", Name=f"over {sent}", MessageSizeOver=sent)
        assert rule["MessageSizeOver"] == shown
    assert wire.call("New-TransportRule", Name="A", MessageSizeOver="much").status_code == 400


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"HeaderContainsMessageHeader": "X"}, {"HeaderContainsWords": ["y"]}),
        ({"HeaderMatchesMessageHeader": "X"}, {"HeaderMatchesPatterns": ["y"]}),
        ({"BetweenMemberOf1": ["a@fabrikam.com"]}, {"BetweenMemberOf2": ["b@fabrikam.com"]}),
        ({"ADComparisonAttribute": "Department"}, {"ADComparisonOperator": "Equal"}),
        ({"ManagerAddresses": ["a@fabrikam.com"]}, {"ManagerForEvaluatedUser": "Sender"}),
        ({"ExceptIfHeaderContainsMessageHeader": "X"}, {"ExceptIfHeaderContainsWords": ["y"]}),
        ({"SetHeaderName": "X"}, {"SetHeaderValue": "y"}),
    ],
)
def test_what_belongs_together_is_refused_alone(wire: Wired, one: dict[str, object], two: dict[str, object]) -> None:
    for alone in (one, two):
        assert "have to be used together" in refusal(wire.call("New-TransportRule", Name="A", **alone))
    assert wire.call("New-TransportRule", Name="A", **one, **two).status_code == 200
    (name,) = one
    assert "have to be used together" in refusal(wire.call("Set-TransportRule", Identity="A", **{name: None}))


def test_an_action_brings_the_rest_of_itself_and_takes_it_along(wire: Wired) -> None:
    rule = wire.one("New-TransportRule", Name="A", ApplyHtmlDisclaimerText="x", RejectMessageReasonText="No")
    assert (rule["ApplyHtmlDisclaimerLocation"], rule["ApplyHtmlDisclaimerFallbackAction"]) == ("Append", "Wrap")
    assert rule["RejectMessageEnhancedStatusCode"] == "5.7.1"
    wire.call("Set-TransportRule", Identity="A", ApplyHtmlDisclaimerText=None, RejectMessageReasonText=None)
    cleared = wire.one("Get-TransportRule")
    assert cleared["Actions"] is None
    plain = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(completes_actions=False)))
    rule = plain.one("New-TransportRule", Name="A", ApplyHtmlDisclaimerText="x")
    assert rule["ApplyHtmlDisclaimerLocation"] is None


def test_a_rule_of_8192_characters_is_the_largest(wire: Wired) -> None:
    named = len(
        "NameAApplyHtmlDisclaimerText" + "ApplyHtmlDisclaimerLocationAppend" + "ApplyHtmlDisclaimerFallbackActionWrap"
    )
    text = "x" * (8192 - named)
    answer = wire.call("New-TransportRule", Name="A", ApplyHtmlDisclaimerText=f"{text}x")
    reason = "It has 8193 characters and the maximum number of characters is 8192. Reduce the size."
    assert refusal(answer).endswith(f"|The rule cannot be created because it is too large. {reason}")
    assert wire.one("New-TransportRule", Name="A", ApplyHtmlDisclaimerText=text)["Size"] == 8192


def test_words_and_patterns_of_all_rules_are_limited_together(wire: Wired) -> None:
    words = ["x" * 99 + str(n) for n in range(70)]
    for name in ("A", "B"):
        assert wire.call("New-TransportRule", Name=name, FromAddressMatchesPatterns=words).status_code == 200
    assert "too large" in refusal(wire.call("New-TransportRule", Name="C", AttachmentContainsWords=words))
    wire.call("Remove-TransportRule", Identity="A")
    assert wire.call("New-TransportRule", Name="C", AttachmentContainsWords=words).status_code == 200


def test_there_are_no_more_than_300_rules(sandbox: Sandbox, wire: Wired) -> None:
    for number in range(300):
        sandbox.run("New-TransportRule", {"Name": str(number)})
    assert "300 rules" in refusal(wire.call("New-TransportRule", Name="one more"))
    assert wire.one("Get-TransportConfig")["TransportRuleLimit"] == 300


def test_names_and_words_have_their_length(wire: Wired) -> None:
    text = "The maximum length is 64 and the length of the value provided is 65."
    assert refusal(wire.call("New-TransportRule", Name="x" * 65)).endswith(text)
    assert wire.call("New-TransportRule", Name="x" * 64).status_code == 200
    assert wire.call("New-TransportRule", Name="A", SubjectContainsWords=["x" * 129]).status_code == 400


@pytest.mark.parametrize("form", ["name", "as_given", "guid"])
def test_the_connector_of_a_rule_is_shown_in_the_form_chosen(form: str) -> None:
    wire = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(connector_form=form)))  # type: ignore[arg-type]
    made = wire.one("New-OutboundConnector", Name="To Contoso", IsTransportRuleScoped=True)
    shown = {"name": "To Contoso", "as_given": "TO CONTOSO", "guid": made["Guid"]}[form]
    rule = wire.one("New-TransportRule", Name="A", RouteMessageOutboundConnector="TO CONTOSO")
    assert rule["RouteMessageOutboundConnector"] == shown
    wire.call("Set-TransportRule", Identity="A", RouteMessageOutboundConnector=made["DistinguishedName"])
    snapshot = wire.sandbox.snapshot()["transport_rule"]
    assert isinstance(snapshot, dict)
    assert snapshot[rule["Guid"]]["RouteMessageOutboundConnector"] == "To Contoso"  # type: ignore[call-overload,index]


def test_a_rule_routes_to_a_connector_that_is_there_or_is_refused(wire: Wired) -> None:
    answer = wire.call("New-TransportRule", Name="A", RouteMessageOutboundConnector="To Contoso")
    assert "object 'To Contoso' couldn't be found" in refusal(answer)
    assert wire.objects("Get-TransportRule") == []


def test_rules_that_no_cmdlet_makes_stand_in_the_order_all_the_same(sandbox: Sandbox, wire: Wired) -> None:
    wire.call("New-TransportRule", Name="A")
    guid = seeds.dlp_rule(sandbox, "Cards")
    seeds.unsupported_rule(sandbox, "Riddle")
    assert order(sandbox) == ["A", "Cards", "Riddle"]
    found = wire.one("Get-TransportRule", DlpPolicy="Financial data")
    assert (found["Guid"], found["DlpPolicyId"][:8]) == (guid, "6f0e6f57")
    assert wire.one("Get-TransportRule", Identity="Riddle")["IsRuleConfigurationSupported"] is False


def test_details_can_be_left_out_of_a_listing(wire: Wired) -> None:
    wire.call("New-TransportRule", Name="A", FromScope="InOrganization", DeleteMessage=True)
    bare = wire.one("Get-TransportRule", ExcludeConditionActionDetails=True)
    assert (bare["FromScope"], bare["DeleteMessage"], bare["Conditions"]) == (None, False, None)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["Comments", "SubjectContainsWords", "FromScope", "DeleteMessage", "SetSCL"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=5))),
    )
)
def test_whatever_is_sent_is_answered_and_a_refusal_changes_nothing(sent: dict[str, object]) -> None:
    sandbox = open_sandbox(None, FABRIKAM)
    wire = Wired(sandbox)
    wire.call("New-TransportRule", Name="A", SubjectContainsWords=["x"])
    before = sandbox.snapshot()
    answer = wire.call("Set-TransportRule", Identity="A", **sent)
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert sandbox.snapshot() == before
    again = wire.call("Set-TransportRule", Identity="A", **sent)
    assert again.status_code == answer.status_code
    if again.status_code == 200:
        assert warnings(again)


def test_kinds_of_the_snapshot_are_those_of_the_kinds(sandbox: Sandbox) -> None:
    assert {*sandbox.snapshot()} == {*KINDS, "rule_order"}
    assert OUTBOUND_CONNECTOR in sandbox.snapshot()
