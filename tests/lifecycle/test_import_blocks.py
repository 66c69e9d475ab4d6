"""`[[import]]`: what is there already becomes ours by a plan that people can look at, and is never made or deleted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, imported, inbound, outbound, routing, rule, scoped
from lifecycle.looks import (
    at,
    by_hand,
    codes,
    drifting,
    guid,
    let_go,
    mistakes,
    named,
    names,
    requests,
    sent,
    settled,
    steps,
)
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform_providers.sandbox import Behaviour, Fault, Lose, Reject, When
from mailform_providers.sandbox.seeds import dlp_rule
from mailform_providers.sandbox.snapshot import difference
from mailform_state.address import Address
from mailform_state.journal import Entry, Pivot
from mailform_state.values import Unresolved

ROUTE = "${outbound_connector.out.name}"


class Killed(BaseException):
    """Stands for SIGKILL: nothing below may catch it and tidy up."""


def clicked(bench: Bench, *blocks: str) -> None:
    """Makes what blocks describe, and lets go of it: as if an administrator had clicked it together."""
    bench.text = configuration(*blocks)
    assert bench.apply().exit is Exit.DONE
    for address in bench.state.resources:
        let_go(bench, str(address))


def test_what_is_there_is_imported_without_a_write_and_the_block_may_stay(bench: Bench) -> None:
    blocks = (scoped("out", "Out"), routing("route", "Route", ROUTE), inbound("in", "In"), domain("own", "contoso.com"))
    clicked(bench, *blocks)
    ids = {kind: guid(bench, kind, name) for kind, name in (("transport_rule", "Route"), ("inbound_connector", "In"))}
    by = {
        "outbound_connector.out": "OUT",
        "transport_rule.route": str(ids["transport_rule"]).upper(),
        "inbound_connector.in": ids["inbound_connector"],
        "accepted_domain.own": "Contoso.com.",
    }
    bench.text = configuration(*blocks, *(imported(address, id) for address, id in by.items()))
    assert sorted(steps(bench)) == sorted(f"<= {address}" for address in by)
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert settled(bench), "the blocks say nothing any more"
    assert bench.state.resources[Address.parse("transport_rule.route")].id == ids["transport_rule"]
    bench.text = configuration(*blocks)
    assert settled(bench)


def test_only_what_differs_is_written_with_the_import(bench: Bench) -> None:
    clicked(bench, rule("a", "A", 'comments = "kept"'))
    bench.text = configuration(rule("a", "B", actions="{ set_scl = 5 }"), imported("transport_rule.a", "A"))
    (step,) = bench.plan().plan.steps
    assert sorted(one.attribute for one in step.differences) == [  # type: ignore[union-attr]
        "actions.prepend_subject",
        "actions.set_scl",
        "name",
    ]
    id = guid(bench, "transport_rule", "A")
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == ["Set-TransportRule"]
    assert guid(bench, "transport_rule", "B") == id
    assert named(bench, "transport_rule", "B")["Comments"] == "kept"
    assert settled(bench), "the name in the block is the old one, and the block is done"


def test_a_name_that_fits_two_objects_lists_their_guids(bench: Bench) -> None:
    ids = [bench.hand.plant("transport_rule", {"Name": "Twice", "PrependSubject": "x"}) for _ in range(2)]
    bench.text = configuration(rule("a", "A"), imported("transport_rule.a", "twice"))
    (found,) = mistakes(bench)
    assert found.code == "ambiguous"
    assert all(id in found.paste for id in ids)
    bench.text = configuration(rule("a", "A"), imported("transport_rule.a", ids[1]))
    assert steps(bench) == ["<= transport_rule.a"]


def test_what_is_not_there_is_not_made_instead(bench: Bench) -> None:
    bench.text = configuration(rule("a", "A"), imported("transport_rule.a", "A"))
    assert codes(bench) == ["no-such-object"]
    by_hand(bench, "New-InboundConnector", Name="A", SenderDomains=["contoso.com"])
    bench.text = configuration(rule("a", "A"), inbound("b", "B"), imported("transport_rule.a", "A"))
    (found,) = mistakes(bench)
    assert "its address begins with inbound_connector." in found.hint


def test_an_object_that_is_ours_already_is_moved_and_not_imported(bench: Bench) -> None:
    bench.text = configuration(rule("a", "A"))
    bench.apply()
    bench.text = configuration(rule("a", "A"), rule("b", "B"), imported("transport_rule.b", "A"))
    (found,) = mistakes(bench)
    assert (found.code, "state mv 'transport_rule.a' 'transport_rule.b'" in found.hint) == ("already-managed", True)


def test_an_address_that_has_another_object_gets_none_by_import(bench: Bench) -> None:
    clicked(bench, rule("a", "A"))
    bench.text = configuration(rule("b", "B"))
    bench.apply()
    bench.text = configuration(rule("b", "B"), imported("transport_rule.b", "A"))
    assert codes(bench) == ["address-taken"]


def test_what_is_still_to_be_deleted_is_not_imported(bench: Bench) -> None:
    bench.text = configuration(rule("a", "A"), rule("b", "B"))
    bench.apply()
    bench.text = configuration(rule("b", "B"))
    assert bench.apply(Fault(When(operation="Remove-TransportRule"), Reject())).exit is Exit.WAITING
    bench.text = configuration(rule("b", "B"), rule("c", "C"), imported("transport_rule.c", "A"))
    assert codes(bench) == ["to-be-deleted"]


def test_one_object_by_its_name_and_by_its_guid_is_imported_once(bench: Bench) -> None:
    clicked(bench, rule("a", "A"))
    id = guid(bench, "transport_rule", "A")
    bench.text = configuration(
        rule("a", "A"), rule("b", "B"), imported("transport_rule.a", "A"), imported("transport_rule.b", id)
    )
    (found,) = mistakes(bench)
    assert (found.code, "transport_rule.a and to transport_rule.b" in found.message) == ("duplicate-import", True)


def test_a_rule_that_cannot_be_expressed_is_not_imported(bench: Bench) -> None:
    id = dlp_rule(bench.hand, "A")
    bench.text = configuration(rule("a", "A"), imported("transport_rule.a", id))
    assert codes(bench) == ["unsupported-rule"]


def test_a_domain_is_imported_as_itself_alone(bench: Bench) -> None:
    bench.text = configuration(domain("a", "contoso.com"), imported("accepted_domain.a", "fabrikam.onmicrosoft.com"))
    assert codes(bench) == ["another-domain"]
    bench.text = configuration(domain("a", "contoso.com"), imported("accepted_domain.a", "contoso.com"))
    assert codes(bench) == ["no-such-object"], "it would be made otherwise"


@pytest.mark.parametrize("change", ["renamed while rules route to it", "made anew for its host names", "--replace"])
def test_what_takes_another_object_is_for_a_plan_of_its_own(bench: Bench, change: str) -> None:
    hosts = 'client_host_names = ["{}.contoso.com"]'
    clicked(bench, scoped("out", "Out"), routing("r", "R", ROUTE), inbound("in", "In", hosts.format("a")))
    out, host = ("New", "a") if change.startswith("renamed") else ("Out", "b" if change.startswith("made") else "a")
    bench.text = configuration(
        scoped("out", out),
        routing("r", "R", ROUTE),
        inbound("in", "In", hosts.format(host)),
        imported("outbound_connector.out", "Out"),
        imported("transport_rule.r", "R"),
        imported("inbound_connector.in", "In"),
    )
    options = Options(replace=at("inbound_connector.in")) if change == "--replace" else Options()
    assert codes(bench, options) == ["not-as-it-is"]


def test_a_name_that_somebody_else_has_is_not_taken_by_an_import_either(bench: Bench) -> None:
    clicked(bench, rule("a", "A"), rule("b", "B"))
    bench.text = configuration(rule("a", "B"), imported("transport_rule.a", "A"))
    assert codes(bench) == ["already-exists"]


def test_a_connector_that_no_rule_of_ours_uses_is_not_renamed_under_the_rules_of_others(bench: Bench) -> None:
    clicked(bench, scoped("out", "Out"), routing("r", "R", ROUTE))
    bench.text = configuration(scoped("out", "New"), imported("outbound_connector.out", "Out"))
    assert codes(bench) == ["not-as-it-is"]


def test_a_name_that_one_import_frees_is_taken_by_another(bench: Bench) -> None:
    clicked(bench, rule("a", "A"), rule("b", "B"))
    bench.text = configuration(
        rule("a", "B"), rule("b", "C"), imported("transport_rule.a", "A"), imported("transport_rule.b", "B")
    )
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "transport_rule") == ["B", "C"]
    assert settled(bench)


def test_a_connector_goes_once_the_rule_that_routes_to_it_is_imported_and_routes_elsewhere(bench: Bench) -> None:
    bench.text = configuration(scoped("old", "Old"), routing("r", "R", "${outbound_connector.old.name}"))
    bench.apply()
    let_go(bench, "transport_rule.r")
    fresh = scoped("new", "New"), routing("r", "R", "${outbound_connector.new.name}")
    bench.text = configuration(scoped("new", "New"))
    assert codes(bench) == ["foreign-reference"]
    bench.text = configuration(*fresh, imported("transport_rule.r", "R"))
    assert bench.apply().exit is Exit.DONE
    assert sent(bench)[-2:] == ["Set-TransportRule", "Remove-OutboundConnector"]
    assert settled(bench)


def test_another_object_takes_the_place_of_one_that_is_gone(bench: Bench) -> None:
    bench.text = configuration(rule("a", "A"))
    bench.apply()
    by_hand(bench, "Remove-TransportRule", "A")
    bench.text = configuration(rule("a", "A"), imported("transport_rule.a", "A"))
    assert steps(bench) == ["+ transport_rule.a"], "the block was done, and there is nothing else to take over"
    by_hand(bench, "New-TransportRule", Name="A", FromScope="InOrganization", PrependSubject="[y] ")
    assert steps(bench) == ["<= transport_rule.a"]
    assert drifting(bench) == {"transport_rule.a": ["gone"]}
    assert bench.apply().exit is Exit.DONE
    assert (sent(bench), settled(bench)) == (["Set-TransportRule"], True)


def test_a_block_stays_done_when_its_object_is_replaced(bench: Bench) -> None:
    hosts = 'client_host_names = ["{}.contoso.com"]'
    clicked(bench, inbound("in", "In", hosts.format("a")))
    block = imported("inbound_connector.in", guid(bench, "inbound_connector", "In"))
    bench.text = configuration(inbound("in", "In", hosts.format("a")), block)
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(inbound("in", "In", hosts.format("b")), block)
    assert bench.apply(Fault(When(operation="Remove-InboundConnector"), Reject())).exit is Exit.WAITING
    assert steps(bench) == ["- inbound_connector.in"]
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_target_imports_what_it_reaches_and_nothing_else(bench: Bench) -> None:
    blocks = (scoped("out", "Out"), routing("route", "Route", ROUTE), rule("a", "A"))
    clicked(bench, *blocks)
    bench.text = configuration(
        *blocks,
        imported("outbound_connector.out", "Out"),
        imported("transport_rule.route", "Route"),
        imported("transport_rule.a", "not there"),
    )
    options = Options(targets=at("transport_rule.route"))
    assert steps(bench, options) == ["<= outbound_connector.out", "<= transport_rule.route"]
    assert codes(bench) == ["no-such-object"]
    assert bench.apply(options=options).exit is Exit.DONE
    assert sorted(map(str, bench.state.resources)) == ["outbound_connector.out", "transport_rule.route"]


def test_destroying_takes_over_nothing(bench: Bench) -> None:
    clicked(bench, rule("a", "A"))
    bench.text = configuration(rule("b", "B"))
    bench.apply()
    bench.text = configuration(rule("a", "A"), rule("b", "B"), imported("transport_rule.a", "A"))
    assert steps(bench, Options(destroy=True)) == ["- transport_rule.b"]


def test_an_imported_rule_takes_the_place_that_is_wanted(bench: Bench) -> None:
    clicked(bench, rule("a", "A"), rule("b", "B"), rule("c", "C"))
    bench.text = configuration(rule("c", "C", 'order = { at = "first" }'), imported("transport_rule.c", "C"))
    assert steps(bench) == ["<= transport_rule.c", "> transport_rule.c"]
    report = bench.apply(Fault(When(operation="Set-TransportRule"), Lose(applied=True)))
    assert report.exit is Exit.DONE
    assert (names(bench, "transport_rule"), settled(bench)) == (["C", "A", "B"], True)


def test_an_imported_object_that_waits_for_a_domain_is_left_until_its_proof(bench: Bench) -> None:
    blocks = (domain("own", "contoso.com"), inbound("in", "In"))
    clicked(bench, inbound("in", "In"))
    bench.behaviour = Behaviour(dns="wait")
    bench.text = configuration(
        blocks[0],
        inbound("in", "In", 'comment = "ours"', 'depends_on = ["accepted_domain.own"]'),
        imported("inbound_connector.in", "In"),
    )
    assert [str(one.address) for one in bench.plan().plan.deferred] == ["inbound_connector.in"]
    assert bench.apply().exit is Exit.WAITING
    assert named(bench, "inbound_connector", "In")["Comment"] == ""
    bench.behaviour = Behaviour()
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)
    assert named(bench, "inbound_connector", "In")["Comment"] == "ours"


def story(folder: Path) -> Bench:
    """A tenant of things that were clicked together, one rule of ours that is to go, and a configuration that imports,
    changes, moves and makes."""
    folder.mkdir()
    bench = Bench(folder)
    clicked(bench, scoped("out", "Out"), routing("route", "Route", ROUTE), inbound("in", "In"), rule("mark", "Mark"))
    by_hand(bench, "New-TransportRule", Name="Foreign", SubjectContainsWords=["a"], SetSCL=3)
    bench.text = configuration(rule("old", "Old"))
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(
        scoped("out", "Out", 'comment = "ours"'),
        routing("route", "Route", ROUTE, "enabled = false"),
        inbound("in", "In, renamed", "require_tls = true"),
        rule("mark", "Mark", 'order = { at = "first" }', actions='{ prepend_subject = "[y] " }'),
        rule("new", "New"),
        imported("outbound_connector.out", "Out"),
        imported("transport_rule.route", "Route"),
        imported("inbound_connector.in", "In"),
        imported("transport_rule.mark", "Mark"),
    )
    return bench


IMPORTED = {"outbound_connector": "Out", "transport_rule": "Route", "inbound_connector": "In"}


def no_import_was_deleted(bench: Bench, ids: dict[str, object]) -> None:
    for kind, id in ids.items():
        assert id in bench.hand.snapshot()[kind], kind  # type: ignore[operator]


def test_a_refusal_at_any_step_forgets_what_was_to_be_imported_and_leaves_it_as_it_was(tmp_path: Path) -> None:
    done = story(tmp_path / "count")
    assert done.apply().exit is Exit.DONE
    assert settled(done)
    before_pivot = next(n for n, one in enumerate(requests(done)) if one.operation.startswith("Remove-"))
    assert before_pivot >= 7
    for nth in range(1, before_pivot + 1):
        bench = story(tmp_path / str(nth))
        was, state = bench.hand.snapshot(), bench.state
        report = bench.apply(Fault(When(nth=nth), Reject()))
        assert report.exit is Exit.ROLLED_BACK, (nth, report)
        assert difference(was, bench.hand.snapshot()) == [], nth
        assert bench.state == state, nth
        assert bench.apply().exit is Exit.DONE, nth
        assert settled(bench), nth


@pytest.mark.parametrize("forward", [False, True], ids=["back", "forward"])
def test_a_run_with_imports_killed_at_any_journal_entry_is_settled_by_recover(tmp_path: Path, forward: bool) -> None:
    points = 0
    for entries in range(1, 200):
        bench = story(tmp_path / str(entries))
        ids = {kind: guid(bench, kind, name) for kind, name in IMPORTED.items()}
        was, state = bench.hand.snapshot(), bench.state
        if not killed_after(bench, entries):
            break
        points += 1
        journal = bench.store.journal()
        assert journal is not None
        past_pivot = any(isinstance(entry, Pivot) for entry in journal.entries)
        report = bench.recover(forward=forward)
        assert report is not None
        assert report.exit is Exit.DONE, (entries, report)
        no_import_was_deleted(bench, ids)
        if not past_pivot and not forward:
            assert difference(was, bench.hand.snapshot()) == [], entries
            assert replace(bench.state, serial=state.serial) == state, entries
        assert drifting(bench).keys() <= {"transport_rule.old"}, (entries, "switched off, to be deleted")
        assert bench.apply().exit is Exit.DONE, entries
        assert settled(bench), entries
        no_import_was_deleted(bench, ids)
    assert points > 15


def killed_after(bench: Bench, entries: int) -> bool:
    """Applies, and dies when so many journal entries are durable; whether it died at all."""
    seen = 0

    def watch(entry: Entry) -> None:
        nonlocal seen
        seen += 1
        if seen == entries:
            raise Killed

    try:
        bench.apply(watch=watch)
    except Killed:
        return True
    return False


def test_what_earlier_runs_left_unresolved_is_resolved_by_importing_it(bench: Bench) -> None:
    clicked(bench, outbound("a", "A"))
    id = str(guid(bench, "outbound_connector", "A"))
    left = Unresolved(Address.parse("outbound_connector.z"), "outbound_connector", id, "nobody knows")
    bench.store.write(
        replace(bench.state, serial=bench.state.serial + 1, unresolved=(left,)), expected=bench.state.serial
    )
    bench.text = configuration(outbound("a", "A"), imported("outbound_connector.a", id))
    assert bench.apply().exit is Exit.DONE
    assert bench.state.unresolved == ()
