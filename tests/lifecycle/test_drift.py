"""What counts as drift: a difference in meaning, never in spelling. And a read that fails never looks like absence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from lifecycle.bench import SCENARIO, Bench
from lifecycle.blocks import configuration, domain, inbound, outbound, routing, rule, scoped
from lifecycle.looks import (
    all_of,
    at,
    by_hand,
    drifting,
    guid,
    let_go,
    named,
    names,
    sent,
    settled,
    steps,
)
from mailform.configuration.load import parse
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.refresh import refresh
from mailform_providers.connect import connect_sandbox
from mailform_providers.contract import Listing, Observed, Provider, Rejected, Validated, Written
from mailform_providers.contract import Lost as NoAnswer
from mailform_providers.errors import ReadFailed
from mailform_providers.kinds.schema import Kind
from mailform_providers.sandbox import Behaviour, Fault, Forbid, Lose, Page, Reject, Truncate, When
from mailform_providers.sandbox.seeds import admin_connector
from mailform_state.errors import Failure
from mailform_state.values import Value


def applied(bench: Bench, *blocks: str) -> None:
    bench.text = configuration(*blocks)
    report = bench.apply()
    assert report.exit is Exit.DONE, report


WORDS = '{ subject_contains_words = ["a", "b"], from_scope = "InOrganization" }'


@pytest.mark.parametrize(
    ("kind", "name", "one", "other"),
    [
        ("inbound", "sender_domains", '["a.com", "b.com"]', '["B.com.", "smtp:a.com;1"]'),
        ("inbound", "sender_ip_addresses", '["192.0.2.0/24"]', '["192.0.2.7/24"]'),
        ("inbound", "tls_sender_certificate_name", '"*.contoso.com"', '"*.Contoso.COM"'),
        ("inbound", "ef_users", '["a@contoso.com", "b@contoso.com"]', '["B@contoso.com", "A@contoso.com"]'),
        ("outbound", "recipient_domains", '["bücher.example"]', '["xn--bcher-kva.example"]'),
        ("outbound", "comment", '"a\\nb"', '"a\\r\\nb"'),
        ("rule", "activation_date", '"2030-01-01T12:00:00Z"', "2030-01-01T14:00:00+02:00"),
        ("rule", "activation_date", '"2030-01-01T12:00:00Z"', '"2030-01-01T12:00:00"'),
    ],
)
def test_another_spelling_of_the_same_is_no_change(bench: Bench, kind: str, name: str, one: str, other: str) -> None:
    block = {"inbound": inbound, "outbound": outbound, "rule": rule}[kind]

    def text(value: str) -> str:
        written = [line for line in block("a", "A").splitlines() if not line.startswith(name)]
        return configuration("\n".join([*written, f"{name} = {value}\n"]))

    bench.text = text(one)
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)
    bench.text = text(other)
    assert steps(bench) == []
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert settled(bench)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('message_size_over = "30MB"', "message_size_over = 31457280"),
        ('message_size_over = "30MB"', 'message_size_over = "30720 KB"'),
        ('subject_contains_words = ["a", "b"]', 'subject_contains_words = ["b", "a", "a"]'),
        ('from = ["A@contoso.com"]', 'from = ["a@contoso.com"]'),
        ('sender_domain_is = ["Contoso.com"]', 'sender_domain_is = ["contoso.com"]'),
        ("has_no_classification = false", ""),
        ("subject_contains_words = []", ""),
    ],
)
def test_another_spelling_of_the_same_condition_is_no_change(bench: Bench, one: str, other: str) -> None:
    def text(condition: str) -> str:
        conditions = ", ".join(filter(None, ('from_scope = "InOrganization"', condition)))
        return configuration(rule("a", "A").replace('from_scope = "InOrganization"', conditions))

    bench.text = text(one)
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)
    bench.text = text(other)
    assert steps(bench) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('subject_contains_words = ["Secret"]', 'subject_contains_words = ["secret"]'),
        ('subject_matches_patterns = ["^A"]', 'subject_matches_patterns = ["^a"]'),
        ('message_size_over = "30MB"', 'message_size_over = "30000000"'),
    ],
)
def test_words_patterns_and_sizes_that_differ_are_a_change(bench: Bench, one: str, other: str) -> None:
    def text(condition: str) -> str:
        return configuration(rule("a", "A").replace('from_scope = "InOrganization"', condition))

    bench.text = text(one)
    assert bench.apply().exit is Exit.DONE
    bench.text = text(other)
    assert steps(bench) == ["~ transport_rule.a"]


def test_not_to_audit_is_having_no_audit_severity(bench: Bench) -> None:
    def text(more: str) -> str:
        return configuration(rule("a", "A", actions=f'{{ prepend_subject = "x"{more} }}'))

    bench.text = text(', set_audit_severity = "DoNotAudit"')
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)
    bench.text = text("")
    assert steps(bench) == []
    bench.text = text(', set_audit_severity = "High"')
    assert steps(bench) == ["~ transport_rule.a"]


@pytest.mark.parametrize("shows", ["name", "as_given", "guid"])
@pytest.mark.parametrize("wrote", ["name", "id"])
def test_a_connector_by_name_guid_or_distinguished_name_is_the_same_connector(
    bench: Bench, shows: str, wrote: str
) -> None:
    applied(bench, scoped("out", "Out"), routing("route", "Route", f"${{outbound_connector.out.{wrote}}}"))
    bench.behaviour = Behaviour(connector_form=shows)  # type: ignore[arg-type]  # one of the three
    assert settled(bench)
    shown = named(bench, "outbound_connector", "Out")
    for spelling in ("out", shown["Guid"], shown["DistinguishedName"]):
        by_hand(bench, "Set-TransportRule", "Route", RouteMessageOutboundConnector=spelling)
        assert settled(bench), spelling
    for other in ("name", "id"):
        bench.text = configuration(
            scoped("out", "Out"), routing("route", "Route", f"${{outbound_connector.out.{other}}}")
        )
        assert steps(bench) == []


def test_a_rule_that_was_pointed_at_another_connector_is_drift(bench: Bench) -> None:
    applied(bench, scoped("out", "Out"), routing("route", "Route", "${outbound_connector.out.name}"))
    admin_connector(bench.hand, "outbound_connector", "Theirs")
    by_hand(bench, "Set-TransportRule", "Route", RouteMessageOutboundConnector="Theirs")
    assert drifting(bench) == {"transport_rule.route": ["actions.route_message_outbound_connector"]}
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "transport_rule", "Route")["RouteMessageOutboundConnector"] == "Out"
    assert settled(bench)


def test_what_the_service_echoed_when_we_wrote_is_no_drift(bench: Bench) -> None:
    applied(bench, rule("a", "A", 'comments = "as written"'))
    known = bench.state.resources[at("transport_rule.a")[0]]
    comments = replace(known.attributes["comments"], echoed="as the service has it")
    echoing = replace(known, attributes={**known.attributes, "comments": comments})
    state = bench.state.recording(echoing)
    bench.store.write(replace(state, serial=state.serial + 1), expected=state.serial)
    by_hand(bench, "Set-TransportRule", "A", Comments="as the service has it")
    assert settled(bench)
    by_hand(bench, "Set-TransportRule", "A", Comments="as written")
    assert settled(bench)
    by_hand(bench, "Set-TransportRule", "A", Comments="otherwise")
    assert drifting(bench) == {"transport_rule.a": ["comments"]}


def test_what_brings_its_companions_along_is_no_drift(bench: Bench) -> None:
    applied(bench, rule("a", "A", actions='{ apply_html_disclaimer_text = "<p>x</p>" }'))
    assert settled(bench)
    applied(bench, rule("a", "A", actions='{ reject_message_reason_text = "No." }'))
    assert settled(bench)


def test_drift_says_who_changed_it_and_when_where_the_service_does(bench: Bench) -> None:
    applied(bench, rule("a", "A"))
    by_hand(bench, "Set-TransportRule", "A", SetSCL=3)
    (drift,) = bench.plan().plan.drift
    assert drift.changed_by == "admin@fabrikam.onmicrosoft.com"
    assert drift.changed_at is not None


def test_refresh_only_records_what_the_tenant_has_and_sends_nothing(bench: Bench) -> None:
    applied(bench, rule("a", "A", 'comments = "ours"'), rule("b", "B"))
    by_hand(bench, "Set-TransportRule", "A", Comments="theirs", ExceptIfFromScope="NotInOrganization")
    by_hand(bench, "Remove-TransportRule", "B")
    only = Options(refresh_only=True)
    assert steps(bench, only) == [". transport_rule.b"]
    assert bench.apply(options=only).exit is Exit.DONE
    assert bench.writes() == 0
    assert not bench.plan().plan.drift
    assert steps(bench) == ["~ transport_rule.a", "+ transport_rule.b"]
    bench.text = configuration(
        rule("a", "A", 'comments = "theirs"', 'exceptions = { from_scope = "NotInOrganization" }')
    )
    assert settled(bench)


def test_refresh_only_takes_up_nothing_that_the_configuration_wants(bench: Bench) -> None:
    applied(bench, rule("a", "A"))
    bench.text = configuration(rule("a", "Other name"), rule("b", "B"))
    assert bench.apply(options=Options(refresh_only=True)).exit is Exit.DONE
    assert (bench.writes(), names(bench, "transport_rule")) == (0, ["A"])


def test_foreign_objects_are_never_written_to_through_a_whole_life(bench: Bench) -> None:
    by_hand(bench, "New-TransportRule", Name="Theirs", FromScope="InOrganization", SetSCL=1)
    by_hand(bench, "New-InboundConnector", Name="Theirs", SenderDomains=["contoso.com"])
    admin_connector(bench.hand, "outbound_connector", "Theirs")
    before = bench.hand.snapshot()
    bench.text = SCENARIO
    bench.apply()
    bench.text = SCENARIO.replace("Route email to", "Send email to").replace("Office 365 to", "O365 to")
    bench.apply()
    assert settled(bench)
    bench.apply(options=Options(destroy=True))
    after = bench.hand.snapshot()
    assert {kind: after[kind] for kind in after if kind != "accepted_domain"} == {
        kind: before[kind] for kind in before if kind != "accepted_domain"
    }


@pytest.mark.parametrize(
    ("block", "operation"),
    [
        (rule("a", "A"), "Get-TransportRule"),
        (inbound("a", "A"), "Get-InboundConnector"),
        (outbound("a", "A"), "Get-OutboundConnector"),
        (domain("a", "contoso.com"), "Get-AcceptedDomain"),
        (domain("a", "contoso.com"), "GET /domains"),
    ],
)
@pytest.mark.parametrize("what", [Reject(), Lose(applied=False), Forbid(), Page(), Truncate()])
def test_a_listing_that_fails_is_an_error_and_never_means_that_everything_is_gone(
    bench: Bench, block: str, operation: str, what: Reject | Lose | Forbid | Page | Truncate
) -> None:
    applied(bench, block)
    was, state = bench.hand.snapshot(), bench.state
    with pytest.raises(Failure):
        bench.apply(Fault(When(writes=False, operation=operation), what))
    assert (bench.writes(), bench.hand.snapshot(), bench.state) == (0, was, state)
    assert bench.store.journal() is None


def test_one_listing_that_fails_is_enough_not_to_plan(bench: Bench) -> None:
    applied(bench, rule("a", "A"), inbound("a", "A"), scoped("a", "A"))
    for operation in ("Get-TransportRule", "Get-InboundConnector", "Get-OutboundConnector"):
        with pytest.raises(Failure):
            bench.apply(Fault(When(writes=False, operation=operation), Reject()))


def test_a_listing_that_fails_once_is_read_again(bench: Bench) -> None:
    applied(bench, rule("a", "A"))
    report = bench.apply(Fault(When(nth=1, writes=False, operation="Get-TransportRule"), Lose(applied=False)))
    assert report.exit is Exit.DONE
    assert bench.writes() == 0


def test_an_empty_listing_is_believed_when_asking_for_one_object_says_that_it_is_gone(bench: Bench) -> None:
    applied(bench, rule("a", "A"), rule("b", "B"))
    for name in ("A", "B"):
        by_hand(bench, "Remove-TransportRule", name)
    assert steps(bench) == ["+ transport_rule.a", "+ transport_rule.b"]


@dataclass(frozen=True)
class Forgetful:
    """The tenant, through a replica that lists nothing, and still has each object when it is asked for it."""

    tenant: Provider

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return self.tenant.kinds

    def read(self, kind: str) -> Listing:
        return Listing(kind, ())

    def find(self, kind: str, id: str) -> Observed | None:
        return self.tenant.find(kind, id)

    def create(self, kind: str, attributes: Mapping[str, Value], priority: int | None = None) -> Written:
        raise AssertionError(kind)

    def update(self, kind: str, id: str, attributes: Mapping[str, Value]) -> Written:
        raise AssertionError(kind)

    def delete(self, kind: str, id: str) -> Written:
        raise AssertionError(kind)

    def move(self, id: str, priority: int) -> Written:
        raise AssertionError(id)

    def validate(self, id: str, recipients: tuple[str, ...]) -> Validated | Rejected | NoAnswer:
        raise AssertionError(id)


@pytest.mark.parametrize(
    "block", [rule("a", "A"), inbound("a", "A"), outbound("a", "A", "test_mode = true"), domain("a", "contoso.com")]
)
def test_an_empty_listing_is_an_error_when_the_object_is_there_if_asked_for(bench: Bench, block: str) -> None:
    applied(bench, block)
    configured = parse({"mailform.toml": bench.text.encode()})
    with (
        connect_sandbox(bench.sandbox(), bench.waits(), bench.patience()) as tenant,
        pytest.raises(ReadFailed, match=r"has \w+\.a when asked for it"),
    ):
        refresh(Forgetful(tenant.provider), configured, bench.state)


def test_an_object_that_cannot_be_asked_for_makes_an_empty_listing_an_error(bench: Bench) -> None:
    applied(bench, rule("a", "A"))
    found = guid(bench, "transport_rule", "A")
    by_hand(bench, "Remove-TransportRule", "A")
    with pytest.raises(Failure):
        bench.apply(Fault(When(writes=False, operation="Get-TransportRule", identity=str(found)), Reject()))
    assert bench.writes() == 0


def test_an_object_that_was_let_go_of_is_foreign_from_then_on(bench: Bench) -> None:
    applied(bench, rule("a", "A"), rule("b", "B"))
    let_go(bench, "transport_rule.a")
    bench.text = configuration(rule("b", "B"))
    assert settled(bench)
    assert bench.plan().plan.foreign["transport_rule"] == 1
    assert len(all_of(bench, "transport_rule")) == 2


def test_a_second_apply_sends_nothing_and_leaves_the_state_as_it_is(bench: Bench) -> None:
    bench.text = SCENARIO
    bench.apply()
    state = bench.state
    assert bench.apply().exit is Exit.DONE
    assert (sent(bench), bench.state) == ([], state)
