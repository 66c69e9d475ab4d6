"""The three-way table: for each row of recorded / observed / wanted, the step that it asks for, and what apply does."""

from __future__ import annotations

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, outbound, rule
from lifecycle.looks import (
    all_of,
    at,
    by_hand,
    codes,
    drifting,
    guid,
    let_go,
    mistakes,
    named,
    names,
    sent,
    settled,
    steps,
)
from mailform.exits import Exit
from mailform_providers.sandbox import Behaviour
from mailform_providers.sandbox.seeds import dlp_rule

A = {
    "transport_rule": rule("a", "A", 'comments = "a"'),
    "inbound_connector": inbound("a", "A", 'comment = "a"'),
    "outbound_connector": outbound("a", "A", 'comment = "a"'),
}
"""One resource of each kind that has a GUID, with an attribute to differ in."""

CMDLET = {
    "transport_rule": ("TransportRule", "Comments"),
    "inbound_connector": ("InboundConnector", "Comment"),
    "outbound_connector": ("OutboundConnector", "Comment"),
}
CONTOSO = domain("a", "contoso.com", 'domain_type = "InternalRelay"')
each_kind = pytest.mark.parametrize("kind", list(A))


def applied(bench: Bench, *blocks: str) -> None:
    bench.text = configuration(*blocks)
    assert bench.apply().exit is Exit.DONE


def edit(bench: Bench, kind: str, value: str) -> None:
    noun, parameter = CMDLET[kind]
    by_hand(bench, f"Set-{noun}", "A", **{parameter: value})


def remove(bench: Bench, kind: str) -> None:
    by_hand(bench, f"Remove-{CMDLET[kind][0]}", "A")


@each_kind
def test_recorded_observed_and_wanted_agree_so_there_is_nothing_to_do(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    assert settled(bench)


@each_kind
def test_what_was_changed_by_hand_is_drift_and_is_changed_back(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    edit(bench, kind, "b")
    (drift,) = drifting(bench).values()
    assert drift == [CMDLET[kind][1].lower()]
    assert steps(bench) == [f"~ {kind}.a"]
    assert bench.apply().exit is Exit.DONE
    assert named(bench, kind, "A")[CMDLET[kind][1]] == "a"
    assert settled(bench)


@each_kind
def test_what_was_changed_by_hand_to_what_is_wanted_now_is_drift_without_a_step(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    edit(bench, kind, "b")
    bench.text = configuration(A[kind].replace('= "a"', '= "b"'))
    plan = bench.plan().plan
    assert plan.empty
    assert [str(found.address) for found in plan.drift] == [f"{kind}.a"]


@each_kind
def test_the_next_apply_records_a_change_by_hand_that_is_wanted_and_sends_nothing(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    edit(bench, kind, "b")
    bench.text = configuration(A[kind].replace('= "a"', '= "b"'))
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert bench.state.resources[at(f"{kind}.a")[0]].written(CMDLET[kind][1].lower()) == "b"
    assert settled(bench)


@each_kind
def test_what_is_wanted_otherwise_is_an_update_of_the_same_object(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    before = guid(bench, kind, "A")
    bench.text = configuration(A[kind].replace('= "a"', '= "b"'))
    assert (steps(bench), drifting(bench)) == ([f"~ {kind}.a"], {})
    assert bench.apply().exit is Exit.DONE
    assert (guid(bench, kind, "A"), named(bench, kind, "A")[CMDLET[kind][1]]) == (before, "b")
    assert settled(bench)


@each_kind
def test_what_is_gone_and_still_wanted_is_drift_and_is_made_again(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    remove(bench, kind)
    assert (steps(bench), drifting(bench)) == ([f"+ {kind}.a"], {f"{kind}.a": ["gone"]})
    assert bench.apply().exit is Exit.DONE
    assert bench.state.resources[at(f"{kind}.a")[0]].id == guid(bench, kind, "A")
    assert settled(bench)


@each_kind
def test_what_is_gone_and_wanted_no_more_is_forgotten_without_a_call(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    remove(bench, kind)
    bench.text = configuration()
    assert steps(bench) == [f". {kind}.a"]
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert bench.state.resources == {}


@each_kind
def test_another_object_under_the_name_of_one_that_is_gone_has_to_be_imported(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    was = named(bench, kind, "A")
    remove(bench, kind)
    again = {"transport_rule": {"SubjectContainsWords": ["x"], "SetSCL": 1}}.get(kind, {})
    if kind == "inbound_connector":
        again = {"SenderDomains": ["contoso.com"]}
    by_hand(bench, f"New-{CMDLET[kind][0]}", Name="a", **again)  # type: ignore[arg-type]  # data
    other = guid(bench, kind, "a")
    assert other != was["Guid"]
    (mistake,) = mistakes(bench)
    assert mistake.code == "another-object"
    assert f"import '{kind}.a' {other}" in (mistake.hint or "")


@each_kind
def test_an_object_of_nobodys_with_the_name_of_a_new_resource_has_to_be_imported(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    found = guid(bench, kind, "A")
    let_go(bench, f"{kind}.a")
    (mistake,) = mistakes(bench)
    assert mistake.code == "already-exists"
    assert f"import '{kind}.a' {found}" in (mistake.hint or "")
    bench.text = configuration(A[kind].replace('name = "A"', 'name = "a"'))
    assert codes(bench) == ["already-exists"]


def test_a_rule_that_cannot_be_imported_has_no_hint_to_import_it(bench: Bench) -> None:
    applied(bench, A["transport_rule"])
    remove(bench, "transport_rule")
    theirs = dlp_rule(bench.hand, "A")
    (mistake,) = mistakes(bench)
    assert (mistake.code, "import" in mistake.hint) == ("another-object", False)
    assert "DLP" in mistake.hint
    assert "mailform state rm 'transport_rule.a'" in mistake.hint
    let_go(bench, "transport_rule.a")
    (mistake,) = mistakes(bench)
    assert (mistake.code, "import" in mistake.hint) == ("already-exists", False)
    assert "another name" in mistake.hint
    bench.text = configuration(A["transport_rule"].replace('name = "A"', 'name = "B"'))
    assert bench.apply().exit is Exit.DONE
    assert theirs in {str(one["Guid"]) for one in all_of(bench, "transport_rule")}


def test_a_domain_that_is_there_already_is_adopted_and_only_what_differs_is_written(bench: Bench) -> None:
    bench.hand.graph("POST", "/domains", {"id": "contoso.com"})
    bench.hand.graph("POST", "/domains/contoso.com/verify")
    bench.hand.graph("PATCH", "/domains/contoso.com", {"supportedServices": ["Email"]})
    bench.text = configuration(CONTOSO)
    assert steps(bench) == ["<= accepted_domain.a"]
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == ["Set-AcceptedDomain"]
    assert settled(bench)


def test_a_domain_that_is_there_as_wanted_is_adopted_without_a_write(bench: Bench) -> None:
    bench.text = configuration(domain("first", "Fabrikam.onmicrosoft.com."))
    assert steps(bench) == ["<= accepted_domain.first"]
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert settled(bench)


@each_kind
def test_what_is_wanted_no_more_is_deleted(bench: Bench, kind: str) -> None:
    applied(bench, A[kind])
    bench.text = configuration()
    assert steps(bench) == [f"- {kind}.a"]
    assert bench.apply().exit is Exit.DONE
    assert (names(bench, kind), bench.state.resources) == ([], {})


def test_a_domain_that_is_wanted_no_more_is_forgotten_and_stays(bench: Bench) -> None:
    applied(bench, CONTOSO)
    bench.text = configuration()
    assert steps(bench) == [". accepted_domain.a"]
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert "contoso.com" in [one["DomainName"] for one in all_of(bench, "accepted_domain")]


def test_a_domain_whose_on_destroy_is_delete_is_deleted(bench: Bench) -> None:
    applied(bench, CONTOSO + 'on_destroy = "delete"\n')
    bench.text = configuration()
    assert steps(bench) == ["- accepted_domain.a"]
    assert bench.apply().exit is Exit.DONE
    assert list(bench.hand.snapshot()["accepted_domain"]) == ["fabrikam.onmicrosoft.com"]  # type: ignore[arg-type]


def test_a_domain_that_is_gone_is_made_and_proven_again(bench: Bench) -> None:
    applied(bench, CONTOSO)
    bench.hand.graph("DELETE", "/domains/contoso.com")
    assert (steps(bench), drifting(bench)) == (["+ accepted_domain.a"], {"accepted_domain.a": ["gone"]})
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


@pytest.mark.parametrize("listing", ["only", "all"])
def test_a_connector_in_test_mode_is_seen_although_the_listing_hides_it(bench: Bench, listing: str) -> None:
    bench.behaviour = Behaviour(test_mode_listing=listing)  # type: ignore[arg-type]  # one of the two
    applied(bench, outbound("tested", "Tested", "test_mode = true"), outbound("plain", "Plain"))
    assert settled(bench)
    bench.text = configuration(outbound("plain", "Plain"))
    assert steps(bench) == ["- outbound_connector.tested"]


def test_a_name_that_a_hand_gave_to_one_of_ours_comes_free_before_it_is_taken(bench: Bench) -> None:
    applied(bench, rule("a", "A"), rule("b", "B"))
    by_hand(bench, "Remove-TransportRule", "A")
    by_hand(bench, "Set-TransportRule", "B", Name="A")
    assert steps(bench) == ["+ transport_rule.a", "~ transport_rule.b"]
    assert bench.apply().exit is Exit.DONE
    assert sorted(map(str, names(bench, "transport_rule"))) == ["A", "B"]
    assert settled(bench)
