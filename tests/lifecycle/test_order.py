"""The rules' order: one list, in which only rules that say something of their place are ever moved."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, routing, rule, scoped
from lifecycle.looks import at, by_hand, codes, guid, mistakes, names, requests, sent, settled, steps
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.planning.steps import Create
from mailform_providers.sandbox import Fault, Reject, When
from mailform_providers.sandbox.seeds import dlp_rule, unsupported_rule
from mailform_providers.sandbox.snapshot import difference
from mailform_providers.sandbox.tenant import Entry


def applied(bench: Bench, *blocks: str) -> None:
    bench.text = configuration(*blocks)
    report = bench.apply()
    assert report.exit is Exit.DONE, report


def theirs(bench: Bench, *wanted: str) -> None:
    """Rules of nobody's, at the end."""
    for name in wanted:
        by_hand(bench, "New-TransportRule", Name=name, FromScope="InOrganization", SetSCL=1)


def order(bench: Bench) -> str:
    """The rules' names in their order, in one word."""
    return "".join(map(str, names(bench, "transport_rule")))


def test_rules_without_a_place_are_made_last_in_the_order_of_their_addresses(bench: Bench) -> None:
    theirs(bench, "x")
    applied(bench, rule("b", "b"), rule("a", "a"))
    assert order(bench) == "xab"
    assert settled(bench)


def test_a_rule_without_a_place_is_never_moved(bench: Bench) -> None:
    applied(bench, rule("a", "a"), rule("b", "b"), rule("c", "c"))
    by_hand(bench, "Set-TransportRule", "c", Priority=0)
    assert settled(bench)
    applied(bench, rule("a", "a"), rule("b", "b"), rule("c", "c"))
    assert order(bench) == "cab"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("priority = 0", "axyz"),
        ("priority = 2", "xyaz"),
        ("priority = 3", "xyza"),
        ('order = { at = "first" }', "axyz"),
        ('order = { at = "last" }', "xyza"),
    ],
)
def test_a_new_rule_is_made_at_its_place_among_foreign_rules(bench: Bench, place: str, expected: str) -> None:
    theirs(bench, *"xyz")
    applied(bench, rule("a", "a", place))
    assert order(bench) == expected
    assert "Priority" not in {name for request in requests(bench)[1:] for name in request.parameters}
    assert settled(bench)


@pytest.mark.parametrize(
    ("place", "expected"), [("priority = 0", "axyz"), ("priority = 2", "xyaz"), ('order = { at = "last" }', "xyza")]
)
def test_a_rule_that_a_hand_moved_is_moved_back_with_one_move(bench: Bench, place: str, expected: str) -> None:
    theirs(bench, *"xyz")
    applied(bench, rule("a", "a", place))
    by_hand(bench, "Set-TransportRule", "a", Priority=1)
    assert steps(bench) == ["> transport_rule.a"]
    assert bench.apply().exit is Exit.DONE
    assert (order(bench), sent(bench)) == (expected, ["Set-TransportRule"])
    assert settled(bench)


def test_priorities_count_disabled_rules_and_foreign_ones(bench: Bench) -> None:
    theirs(bench, *"xy")
    by_hand(bench, "Disable-TransportRule", "x")
    applied(bench, rule("a", "a", "priority = 1"))
    assert order(bench) == "xay"
    assert settled(bench)


def test_a_priority_beyond_the_end_is_last_and_warned_of(bench: Bench) -> None:
    theirs(bench, *"xy")
    bench.text = configuration(rule("a", "a", "priority = 30"))
    assert "priority-beyond-end" in [found.code for found in bench.plan().plan.warnings]
    assert bench.apply().exit is Exit.DONE
    assert order(bench) == "xya"
    assert bench.plan().plan.empty


def test_two_priorities_beyond_the_end_are_the_last_two_in_their_order(bench: Bench) -> None:
    theirs(bench, "x")
    applied(bench, rule("a", "a", "priority = 8"), rule("b", "b", "priority = 7"))
    assert order(bench) == "xba"
    assert settled(bench)


@pytest.mark.parametrize("second", ["priority = 1", "priority = 1\nenabled = false"])
def test_two_rules_with_the_same_priority_are_a_mistake(bench: Bench, second: str) -> None:
    bench.text = configuration(rule("a", "a", "priority = 1"), rule("b", "b", second))
    with pytest.raises(Mistakes) as found:
        bench.plan()
    assert [one.code for one in found.value.diagnostics] == ["place-taken"]


def test_a_rule_after_another_is_content_anywhere_behind_it(bench: Bench) -> None:
    applied(bench, rule("a", "a"), rule("b", "b", 'order = { after = "transport_rule.a" }'))
    theirs(bench, *"xy")
    by_hand(bench, "Set-TransportRule", "b", Priority=3)
    assert order(bench) == "axyb"
    assert settled(bench)


def test_a_rule_that_has_to_move_behind_another_goes_directly_there(bench: Bench) -> None:
    applied(bench, rule("a", "a"), rule("b", "b", 'order = { after = "transport_rule.a" }'))
    theirs(bench, *"xy")
    by_hand(bench, "Set-TransportRule", "b", Priority=0)
    assert steps(bench) == ["> transport_rule.b"]
    assert bench.apply().exit is Exit.DONE
    assert order(bench) == "abxy"
    assert settled(bench)


def test_a_rule_before_another_is_placed_around_the_one_that_says_nothing(bench: Bench) -> None:
    theirs(bench, *"x")
    applied(bench, rule("a", "a"))
    theirs(bench, *"y")
    bench.text = configuration(rule("a", "a"), rule("b", "b", 'order = { before = "transport_rule.a" }'))
    assert steps(bench) == ["+ transport_rule.b"]
    assert bench.apply().exit is Exit.DONE
    assert order(bench) == "xbay"
    assert settled(bench)


def test_a_rule_put_at_the_top_is_one_write_and_not_a_move_of_every_other(bench: Bench) -> None:
    labels = "abcdefgh"
    blocks = [rule(label, label, f"priority = {place}") for place, label in enumerate(labels)]
    applied(bench, *blocks)
    shifted = [rule(label, label, f"priority = {place + 1}") for place, label in enumerate(labels)]
    bench.text = configuration(rule("z", "z", "priority = 0"), *shifted)
    plan = bench.plan().plan
    assert [type(step) for step in plan.steps] == [Create]
    assert not plan.drift
    assert bench.apply().exit is Exit.DONE
    assert order(bench) == f"z{labels}"
    assert settled(bench)


def test_the_reverse_order_is_reached_with_all_moves_but_one(bench: Bench) -> None:
    labels = "abcdef"
    applied(bench, *(rule(label, label, f"priority = {place}") for place, label in enumerate(labels)))
    turned = [rule(label, label, f"priority = {5 - place}") for place, label in enumerate(labels)]
    bench.text = configuration(*turned)
    assert len(steps(bench)) == 5
    assert bench.apply().exit is Exit.DONE
    assert order(bench) == "fedcba"
    assert len(sent(bench)) == 5
    assert settled(bench)


def test_rules_that_swap_places_take_one_move_and_foreign_ones_stay(bench: Bench) -> None:
    theirs(bench, "x")
    applied(bench, rule("a", "a"), rule("b", "b", 'order = { after = "transport_rule.a" }'))
    theirs(bench, "y")
    bench.text = configuration(rule("a", "a"), rule("b", "b", 'order = { before = "transport_rule.a" }'))
    assert steps(bench) == ["> transport_rule.b"]
    assert bench.apply().exit is Exit.DONE
    assert order(bench) == "xbay"
    assert settled(bench)


def test_rules_of_dlp_and_those_that_nobody_can_express_keep_their_place_and_are_never_written(bench: Bench) -> None:
    theirs(bench, "x")
    planted = [dlp_rule(bench.hand, "d"), unsupported_rule(bench.hand, "u")]
    before = {id: bench.hand.snapshot()["transport_rule"][id] for id in planted}  # type: ignore[index, call-overload]
    applied(bench, rule("a", "a", "priority = 0"), rule("b", "b", "priority = 2"), rule("c", "c"))
    assert order(bench) == "axbduc"
    written = {str(request.identity).casefold() for request in requests(bench)}
    assert not written & {"d", "u", "x", *(id.casefold() for id in planted)}
    after = {id: bench.hand.snapshot()["transport_rule"][id] for id in planted}  # type: ignore[index, call-overload]
    assert before == after
    assert settled(bench)
    assert {seen.name for seen in bench.plan().plan.unsupported} == {"d", "u"}


def become_inexpressible(bench: Bench, name: str) -> None:
    """Something that Mailform doesn't know of has rewritten a rule."""
    tenant = bench.hand.tenant
    rewritten = [
        replace(entry, settings={**entry.settings, "IsRuleConfigurationSupported": False})
        if entry.name == name
        else entry
        for entry in tenant.of("transport_rule")
    ]
    bench.memory.write({tenant.guid: tenant.holding("transport_rule", tuple(rewritten))})


def test_a_managed_rule_that_mailform_can_express_no_more_is_left_alone_and_said_to_be(bench: Bench) -> None:
    applied(bench, rule("a", "a"), rule("b", "b", "priority = 0"))
    become_inexpressible(bench, "b")
    by_hand(bench, "Set-TransportRule", "b", Priority=1, Comments="theirs")
    bench.text = configuration(rule("a", "a"), rule("b", "other", "priority = 0"))
    plan = bench.plan().plan
    assert plan.empty
    assert "unsupported-rule" in [found.code for found in plan.warnings]


@pytest.mark.parametrize("destroy", [False, True])
def test_a_rule_that_mailform_can_express_no_more_is_forgotten_and_not_deleted(bench: Bench, destroy: bool) -> None:
    applied(bench, rule("a", "a"), rule("b", "b"))
    become_inexpressible(bench, "b")
    bench.text = configuration(rule("a", "a"))
    options = Options(destroy=destroy)
    assert ". transport_rule.b" in steps(bench, options)
    assert bench.apply(options=options).exit is Exit.DONE
    assert "b" in order(bench)
    assert settled(bench) or destroy


@pytest.mark.parametrize(("present", "added", "fits"), [(298, 2, True), (299, 2, False), (300, 1, False)])
def test_a_tenant_has_no_more_than_three_hundred_rules_while_new_ones_are_added(
    bench: Bench, present: int, added: int, fits: bool
) -> None:
    crowd(bench, present)
    bench.text = configuration(*(rule(label, label) for label in "ab"[:added]))
    assert codes(bench) == ([] if fits else ["too-many-rules"])


def test_rules_that_go_still_count_while_new_ones_are_added(bench: Bench) -> None:
    applied(bench, rule("a", "a"))
    crowd(bench, 299)
    bench.text = configuration(rule("b", "b"))
    assert codes(bench) == ["too-many-rules"]
    bench.text = configuration(rule("a", "a"))
    assert codes(bench, Options(replace=at("transport_rule.a"))) == ["too-many-rules"]


def crowd(bench: Bench, count: int) -> None:
    """So many rules of nobody's, at once."""
    tenant = bench.hand.tenant
    moment = "2026-11-23T12:00:00.0000000Z"
    rules = [Entry(str(uuid4()), {"Name": f"Theirs {n}", "SetSCL": 1}, moment, moment, "", "") for n in range(count)]
    bench.memory.write({tenant.guid: tenant.holding("transport_rule", (*tenant.of("transport_rule"), *rules))})


def test_rules_that_never_move_and_stand_the_wrong_way_round_make_an_order_impossible(bench: Bench) -> None:
    applied(bench, rule("a", "a"), rule("b", "b"))
    bench.text = configuration(
        rule("a", "a"),
        rule("b", "b"),
        rule("c", "c", 'order = { after = "transport_rule.b", before = "transport_rule.a" }'),
    )
    (mistake,) = mistakes(bench)
    assert mistake.code == "impossible-order"
    assert mistake.hint


def test_a_deletion_does_not_move_what_comes_after(bench: Bench) -> None:
    applied(bench, rule("a", "a", "priority = 0"), rule("b", "b", "priority = 1"), rule("c", "c", "priority = 2"))
    bench.text = configuration(rule("b", "b", "priority = 0"), rule("c", "c", "priority = 1"))
    assert steps(bench) == ["- transport_rule.a"]
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == ["Disable-TransportRule", "Remove-TransportRule"]
    assert order(bench) == "bc"
    assert settled(bench)


def test_creating_moving_and_deleting_at_once_ends_in_the_wanted_order(bench: Bench) -> None:
    theirs(bench, "x")
    applied(bench, *(rule(label, label) for label in "abcd"))
    theirs(bench, "y")
    bench.text = configuration(
        rule("a", "a", 'order = { at = "last" }'),
        rule("c", "c"),
        rule("d", "d", "priority = 0"),
        rule("e", "e", "priority = 2"),
        rule("f", "f", 'order = { after = "transport_rule.d" }'),
    )
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)
    found = order(bench)
    assert sorted(found) == list("acdefxy")
    assert (found[0], found[2], found[-1]) == ("d", "e", "a")
    assert found.index("x") < found.index("c") < found.index("y")
    assert found.index("f") > 0


def test_a_failure_in_the_middle_of_moves_restores_the_order(bench: Bench) -> None:
    theirs(bench, "x")
    labels = "abcd"
    applied(bench, *(rule(label, label, f"priority = {place + 1}") for place, label in enumerate(labels)))
    was = bench.hand.snapshot()
    bench.text = configuration(*(rule(label, label, f"priority = {3 - place}") for place, label in enumerate(labels)))
    total = len(steps(bench))
    for nth in range(1, total + 1):
        assert bench.apply(Fault(When(nth=nth), Reject())).exit is Exit.ROLLED_BACK
        assert difference(was, bench.hand.snapshot()) == []
    assert bench.apply().exit is Exit.DONE
    assert order(bench) == "dcbax"
    assert settled(bench)


def test_the_way_back_moves_only_what_the_run_has_moved(bench: Bench) -> None:
    theirs(bench, "x")
    theirs(bench, "y")
    applied(bench, rule("a", "a"), rule("b", "b"))
    a, b = guid(bench, "transport_rule", "a"), guid(bench, "transport_rule", "b")
    bench.text = configuration(rule("a", "a", 'comments = "new"'), rule("b", "b", 'order = { at = "first" }'))
    report = bench.apply(Fault(When(operation="Set-TransportRule", identity=str(a)), Reject()))
    assert report.exit is Exit.ROLLED_BACK
    assert [request.identity for request in requests(bench)] == [b, a, b]
    assert order(bench) == "xyab"


def test_a_rule_is_moved_before_routing_is_switched_on(bench: Bench) -> None:
    applied(
        bench,
        scoped("out", "Out"),
        rule("a", "a"),
        routing("r", "r", "${outbound_connector.out.name}", "enabled = false"),
    )
    bench.text = configuration(
        scoped("out", "Out"),
        rule("a", "a"),
        routing("r", "r", "${outbound_connector.out.name}", 'order = { before = "transport_rule.a" }'),
    )
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == ["Set-TransportRule", "Enable-TransportRule"]
    assert order(bench) == "ra"
    assert settled(bench)


def test_a_rule_that_is_still_to_be_deleted_does_not_count_in_the_places_of_the_others(bench: Bench) -> None:
    bench.text = configuration(rule("old", "Old", "priority = 0"))
    bench.apply()
    by_hand(bench, "New-TransportRule", Name="Foreign", SubjectContainsWords=["a"], SetSCL=1)
    bench.text = configuration(rule("new", "New", "priority = 1"))
    assert bench.apply(Fault(When(operation="Remove-*"), Reject())).exit is Exit.WAITING
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "transport_rule") == ["Foreign", "New"]
    assert settled(bench)
