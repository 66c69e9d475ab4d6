"""`[dns]`: Mailform publishes the proof of a domain itself, in a real zone, and takes away only what it published."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lifecycle.bench import SCENARIO, Bench
from lifecycle.blocks import configuration, domain, inbound, moved, removed, rule
from lifecycle.looks import sent, settled, steps
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.planning.steps import Plan
from mailform.planning.verbs import Verb
from mailform.render import plan_json, plan_text
from mailform_providers.contract import Done, Lost, Rejected
from mailform_providers.dns.lookup import Sought, look_up
from mailform_providers.dns.publish import Answer, Publisher
from mailform_providers.dns.rfc2136 import SECRET, rfc2136
from mailform_providers.sandbox import Behaviour, Fault, Reject, When
from mailform_providers.sandbox.resolving import through
from mailform_providers.sandbox.snapshot import difference
from mailform_state.address import Address
from mailform_state.journal import Entry, Intent, Result, UndoOutcome
from mailform_state.values import DnsRecord
from nameserver import ALGORITHM, KEY, ZONE, NameServer

NAME = f"s5hg3dcg14h8s1r2303rzhm4rx.{ZONE}"
AT = Address("accepted_domain", "certificate")
FAILING = Fault(When(operation="New-InboundConnector"), Reject())


@pytest.fixture
def zoned(bench: Bench, name_server: NameServer) -> Bench:
    """The scenario, with a zone that Mailform may write to, and a service that looks for proofs there."""
    bench.text = SCENARIO + name_server.block()
    bench.behaviour = Behaviour(dns="wait", resolver=through(str(name_server.server)))
    bench.publisher = rfc2136(name_server.server, ZONE, KEY, ALGORITHM, {SECRET: name_server.secret})
    bench.look_up = lambda name, txt, mx: look_up(Sought(name, txt, mx), name_server.server)
    return bench


def proof(bench: Bench) -> str:
    """What the service wants published."""
    records = bench.hand.graph("GET", f"/domains/{NAME}/verificationDnsRecords")["value"]
    return next(str(one["text"]) for one in records if one["recordType"] == "Txt")  # type: ignore[union-attr, index, call-overload]


def text(plan: Plan) -> str:
    return plan_text.text(plan, colour=False)


class Dropped(Exception):
    """The process is gone."""


def dropping(when: Callable[[Entry], bool]) -> Callable[[Entry], None]:
    def watch(entry: Entry) -> None:
        if when(entry):
            raise Dropped

    return watch


class Unsure(Publisher):
    """A zone that does as it is told, and whose answers get lost; or that never hears of it."""

    def __init__(self, inner: Publisher, *, deaf: bool = False) -> None:
        self._inner, self._deaf = inner, deaf

    def shows(self, record: DnsRecord) -> bool:
        return self._inner.shows(record)

    def publish(self, record: DnsRecord) -> Answer:
        return self._lost(lambda: self._inner.publish(record))

    def withdraw(self, record: DnsRecord) -> Answer:
        return self._lost(lambda: self._inner.withdraw(record))

    def _lost(self, write: Callable[[], Answer]) -> Answer:
        if not self._deaf:
            assert isinstance(write(), Done)
        return Lost("the answer got lost")


def test_one_run_makes_publishes_proves_and_goes_on_to_the_end(zoned: Bench, name_server: NameServer) -> None:
    report = zoned.apply()
    assert report.exit is Exit.DONE, report
    verbs = [deed.verb for deed in report.deeds if deed.address == AT]
    assert verbs == [Verb.CREATE, Verb.PUBLISH, Verb.VERIFY, Verb.MAIL]
    assert name_server.texts(NAME) == {proof(zoned)}
    assert zoned.state.dns_records == (DnsRecord(ZONE, NAME, "TXT", proof(zoned), AT),)
    assert settled(zoned)


def test_the_plan_says_what_it_publishes_before_it_is_known_and_after(zoned: Bench, name_server: NameServer) -> None:
    assert f"publishes TXT {NAME} (known after apply), in the zone {ZONE}" in text(zoned.plan().plan)
    publisher, zoned.publisher = zoned.publisher, None
    assert zoned.apply().exit is Exit.WAITING
    prepared = zoned.plan()
    assert f"publishes TXT {NAME} {proof(zoned)}, in the zone {ZONE}" in text(prepared.plan)
    said = plan_json.as_json(
        prepared.plan, configuration=None, state=prepared.state, tool_version="0.1.0", tenant=prepared.tenant
    )
    (told,) = said["mailform"]["dns_records"]  # type: ignore[index, call-overload, misc]
    assert told == {
        "address": str(AT),
        "action": "publish",
        "zone": ZONE,
        "type": "TXT",
        "name": NAME,
        "value": proof(zoned),
    }
    zoned.publisher = publisher
    assert zoned.apply().exit is Exit.DONE
    assert name_server.texts(NAME) == {proof(zoned)}


def test_three_runs_lead_from_an_unproven_domain_to_the_end(zoned: Bench, name_server: NameServer) -> None:
    """Nobody has published; then it is proven, and Exchange doesn't know it yet; then it does."""
    zoned.text, zoned.publisher = SCENARIO, None
    sees = through(str(name_server.server))
    zoned.behaviour = Behaviour(dns="wait", resolver=sees, domain_delay_seconds=400)
    first = zoned.apply()
    assert first.exit is Exit.WAITING
    assert first.waits[0].looked_up == f"The name servers of {ZONE} don't have the record yet."
    name_server.put(NAME, "TXT", f'"{first.waits[0].txt}"')
    second = zoned.apply()
    assert second.exit is Exit.WAITING
    assert "Exchange doesn't know it" in second.waits[0].detail
    assert second.waits[0].looked_up == ""
    third = zoned.apply()
    assert third.exit is Exit.DONE, third
    assert sent(zoned)[-1] == "Enable-TransportRule"
    assert settled(zoned)


def test_a_domain_outside_the_zone_is_left_to_its_owner(zoned: Bench, name_server: NameServer) -> None:
    zoned.text = configuration(domain("other", "contoso.com"), name_server.block())
    report = zoned.apply()
    assert report.exit is Exit.WAITING
    assert [deed.verb for deed in report.deeds] == [Verb.CREATE, Verb.VERIFY]
    assert sent(zoned) == ["POST /domains", "POST /domains/contoso.com/verify"]


def test_a_domain_that_a_verified_parent_proves_needs_no_record(zoned: Bench, name_server: NameServer) -> None:
    zoned.text = configuration(domain("parent", ZONE), name_server.block())
    assert zoned.apply().exit is Exit.DONE
    zoned.text = configuration(domain("parent", ZONE), domain("certificate", NAME), name_server.block())
    assert zoned.apply().exit is Exit.DONE
    assert name_server.texts(NAME) == set()
    assert [record.name for record in zoned.state.dns_records] == [ZONE]


def test_other_values_at_the_name_stay_when_ours_comes_and_goes(zoned: Bench, name_server: NameServer) -> None:
    name_server.put(NAME, "TXT", '"v=spf1 -all"')
    assert zoned.apply().exit is Exit.DONE
    assert name_server.texts(NAME) == {"v=spf1 -all", proof(zoned)}
    assert zoned.apply(options=Options(destroy=True)).exit is Exit.DONE
    assert name_server.texts(NAME) == {"v=spf1 -all"}


def test_a_record_that_was_there_before_is_nobodys_of_ours(zoned: Bench, name_server: NameServer) -> None:
    publisher, zoned.publisher = zoned.publisher, None
    zoned.apply()
    name_server.put(NAME, "TXT", f'"{proof(zoned)}"')
    zoned.publisher = publisher
    assert zoned.apply().exit is Exit.DONE
    assert zoned.state.dns_records == ()
    assert zoned.apply(options=Options(destroy=True)).exit is Exit.DONE
    assert len(name_server.texts(NAME)) == 1


def test_a_rollback_takes_the_record_away_too(zoned: Bench, name_server: NameServer) -> None:
    was = zoned.hand.snapshot()
    report = zoned.apply(FAILING)
    assert report.exit is Exit.ROLLED_BACK, report
    assert UndoOutcome.OK in {deed.undone for deed in report.deeds if deed.verb is Verb.PUBLISH}
    assert name_server.texts(NAME) == set()
    assert difference(was, zoned.hand.snapshot()) == []
    assert zoned.store.read() is None


def test_a_rollback_leaves_a_record_that_an_earlier_run_published(zoned: Bench, name_server: NameServer) -> None:
    zoned.behaviour = Behaviour(dns="wait")
    assert zoned.apply().exit is Exit.WAITING
    before = zoned.state.dns_records
    zoned.behaviour = Behaviour(dns="wait", resolver=through(str(name_server.server)))
    assert zoned.apply(FAILING).exit is Exit.ROLLED_BACK
    assert name_server.texts(NAME) == {proof(zoned)}
    assert zoned.state.dns_records == before != ()
    assert zoned.apply().exit is Exit.DONE


def test_a_rollback_that_cannot_reach_the_zone_says_what_is_left(zoned: Bench, name_server: NameServer) -> None:
    assert zoned.publisher is not None
    inner = zoned.publisher

    class Frozen(Unsure):
        def publish(self, record: DnsRecord) -> Answer:
            return inner.publish(record)

        def withdraw(self, record: DnsRecord) -> Answer:
            return Rejected("the zone is frozen")

    zoned.publisher = Frozen(inner)
    report = zoned.apply(FAILING)
    assert report.exit is Exit.UNRESOLVED
    assert any("frozen" in line for line in report.unresolved)
    zoned.publisher = inner
    found = zoned.recover()
    assert found is not None
    assert found.exit is Exit.DONE, found
    assert name_server.texts(NAME) == set()


def test_a_zone_that_refuses_leaves_the_domain_waiting_and_the_rest_applied(
    zoned: Bench, name_server: NameServer
) -> None:
    zoned.publisher = rfc2136(name_server.server, ZONE, "nobody", ALGORITHM, {SECRET: name_server.secret})
    report = zoned.apply()
    assert report.exit is Exit.WAITING
    assert any("was not published" in warning and "the key" in warning for warning in report.warnings)
    assert "don't have the record" in report.waits[0].looked_up
    assert (zoned.state.dns_records, name_server.texts(NAME)) == ((), set())


@pytest.mark.parametrize("deaf", [False, True])
def test_a_lost_answer_is_taken_for_ours_and_taken_away(zoned: Bench, name_server: NameServer, deaf: bool) -> None:
    assert zoned.publisher is not None
    inner = zoned.publisher
    zoned.publisher = Unsure(inner, deaf=deaf)
    report = zoned.apply()
    assert report.exit is (Exit.WAITING if deaf else Exit.DONE), report
    assert len(zoned.state.dns_records) == 1
    assert len(name_server.texts(NAME)) == (0 if deaf else 1)
    zoned.publisher = inner
    assert zoned.apply(options=Options(destroy=True)).exit is Exit.DONE
    assert (zoned.state.dns_records, name_server.texts(NAME)) == ((), set())


def test_what_was_published_goes_with_its_domain_forgotten_or_deleted(zoned: Bench, name_server: NameServer) -> None:
    for line in ('on_destroy = "delete"', 'on_destroy = "forget"'):
        zoned.text = configuration(domain("certificate", NAME, line), rule("a", "A"), name_server.block())
        assert zoned.apply().exit is Exit.DONE
        zoned.text = configuration(rule("a", "A"), name_server.block())
        assert steps(zoned) == [f"{'-' if 'delete' in line else '.'} {AT}", f"- {AT}"]
        assert f"TXT {NAME} {proof(zoned)}" in text(zoned.plan().plan)
        report = zoned.apply()
        assert report.exit is Exit.DONE
        assert report.deeds[-1].verb is Verb.WITHDRAW
        assert (zoned.state.dns_records, name_server.texts(NAME)) == ((), set())
        assert settled(zoned)


def test_the_record_of_a_domain_that_is_let_go_of_stays_with_it(zoned: Bench, name_server: NameServer) -> None:
    zoned.text = configuration(domain("certificate", NAME), rule("b", "B")) + name_server.block()
    assert zoned.apply().exit is Exit.DONE
    value = proof(zoned)
    zoned.text = configuration(rule("b", "B"), removed("accepted_domain.certificate")) + name_server.block()
    found = zoned.plan().plan
    assert "it stays with its domain" in text(found)
    assert not [one for one in found.warnings if one.code == "record-left"]
    assert zoned.apply().exit is Exit.DONE
    assert value in name_server.texts(NAME)
    assert zoned.state.dns_records == ()
    assert settled(zoned)


def test_a_withdrawal_that_is_refused_is_tried_again_by_the_next_apply(zoned: Bench, name_server: NameServer) -> None:
    inner = zoned.publisher
    zoned.text = configuration(domain("certificate", NAME), rule("a", "A"), name_server.block())
    assert zoned.apply().exit is Exit.DONE
    zoned.text = configuration(rule("a", "A"), name_server.block())
    zoned.publisher = rfc2136(name_server.server, ZONE, "nobody", ALGORITHM, {SECRET: name_server.secret})
    report = zoned.apply()
    assert report.exit is Exit.WAITING
    assert "the key" in report.pending[0]
    assert steps(zoned) == [f"- {AT}"]
    zoned.publisher = inner
    assert zoned.apply().exit is Exit.DONE
    assert name_server.texts(NAME) == set()
    assert settled(zoned)


def test_without_the_zone_in_the_configuration_the_record_stays_and_the_state_forgets_it(
    zoned: Bench, name_server: NameServer
) -> None:
    zoned.text = configuration(domain("certificate", NAME), rule("a", "A"), name_server.block())
    assert zoned.apply().exit is Exit.DONE
    zoned.text = configuration(rule("a", "A"))
    plan = zoned.plan().plan
    assert "record-left" in {found.code for found in plan.warnings}
    zoned.publisher = None
    assert zoned.apply().exit is Exit.DONE
    assert zoned.state.dns_records == ()
    assert len(name_server.texts(NAME)) == 1
    assert settled(zoned)


def test_a_record_follows_its_domain_to_another_address(zoned: Bench, name_server: NameServer) -> None:
    zoned.text = configuration(domain("certificate", NAME), name_server.block())
    assert zoned.apply().exit is Exit.DONE
    renamed = moved(str(AT), "accepted_domain.proof")
    zoned.text = configuration(domain("proof", NAME), renamed, name_server.block())
    assert zoned.apply().exit is Exit.DONE
    assert [str(record.address) for record in zoned.state.dns_records] == ["accepted_domain.proof"]
    assert settled(zoned)


def test_another_domain_in_the_block_has_another_record(zoned: Bench, name_server: NameServer) -> None:
    zoned.text = configuration(domain("certificate", NAME), name_server.block())
    assert zoned.apply().exit is Exit.DONE
    zoned.text = configuration(domain("certificate", f"other.{ZONE}"), name_server.block())
    assert zoned.apply().exit is Exit.DONE
    assert [record.name for record in zoned.state.dns_records] == [f"other.{ZONE}"]
    assert (name_server.texts(NAME), len(name_server.texts(f"other.{ZONE}"))) == (set(), 1)
    assert settled(zoned)


@pytest.mark.parametrize("told", [Intent, Result], ids=["before-its-answer", "after-its-answer"])
def test_a_run_that_died_over_the_record_is_taken_back_with_it(
    zoned: Bench, name_server: NameServer, told: type[Intent | Result]
) -> None:
    """Killed right before the update was sent, and right after its answer was written down."""
    was = zoned.hand.snapshot()
    seen: set[int] = set()

    def over_the_record(entry: Entry) -> bool:
        if isinstance(entry, Intent) and entry.action == "publish":
            seen.add(entry.step)
        return isinstance(entry, told) and entry.step in seen

    with pytest.raises(Dropped):
        zoned.apply(watch=dropping(over_the_record))
    report = zoned.recover()
    assert report is not None
    assert report.exit is Exit.DONE
    assert name_server.texts(NAME) == set()
    assert difference(was, zoned.hand.snapshot()) == []


def test_a_record_whose_answer_nobody_wrote_down_is_found_and_taken_away(zoned: Bench, name_server: NameServer) -> None:
    """Killed after the update was carried out, before its answer was written down."""
    assert zoned.publisher is not None
    inner = zoned.publisher

    class Dying(Unsure):
        def publish(self, record: DnsRecord) -> Answer:
            assert isinstance(inner.publish(record), Done)
            raise Dropped

    zoned.publisher = Dying(inner)
    with pytest.raises(Dropped):
        zoned.apply()
    assert len(name_server.texts(NAME)) == 1
    zoned.publisher = None
    report = zoned.recover()
    assert report is not None
    assert report.exit is Exit.UNRESOLVED  # nobody can reach the zone
    zoned.publisher = inner
    report = zoned.recover()
    assert report is not None
    assert report.exit is Exit.DONE, report
    assert name_server.texts(NAME) == set()


def test_the_service_may_take_a_moment_to_see_what_was_just_published(zoned: Bench, name_server: NameServer) -> None:
    asked: list[str] = []
    sees = through(str(name_server.server))

    def slow(name: str, wanted: str) -> bool:
        asked.append(name)
        return len(asked) > 2 and sees(name, wanted)

    zoned.behaviour = Behaviour(dns="wait", resolver=slow)
    assert zoned.apply().exit is Exit.DONE
    assert len(asked) == 3


def test_a_service_that_does_not_see_it_in_time_is_explained(zoned: Bench, name_server: NameServer) -> None:
    zoned.behaviour = Behaviour(dns="wait", resolver=lambda name, wanted: False)
    report = zoned.apply()
    assert report.exit is Exit.WAITING
    assert zoned.clock.passed < 60
    assert report.waits[0].looked_up == (
        f"The name servers of {ZONE} have the record; the service hasn't seen it yet, which may take 60 s."
    )
    assert sent(zoned).count(f"POST /domains/{NAME}/verify") < 8
    assert zoned.apply().exit is Exit.WAITING
    assert sent(zoned) == [f"POST /domains/{NAME}/verify"]


def test_two_domains_in_the_zone_are_published_and_proven_together(zoned: Bench, name_server: NameServer) -> None:
    zoned.text = configuration(
        domain("certificate", NAME),
        domain("second", f"second.{ZONE}"),
        inbound("back", "Back", 'tls_sender_certificate_name = "${accepted_domain.second.domain}"'),
        name_server.block(),
    )
    assert zoned.apply().exit is Exit.DONE
    assert len(zoned.state.dns_records) == 2
    assert settled(zoned)
