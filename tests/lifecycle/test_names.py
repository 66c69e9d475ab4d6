"""Who gets which name: swaps, circles and chains in one plan; and when two names are one object."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, moved, outbound, routing, rule, scoped
from lifecycle.looks import at, by_hand, codes, guid, mistakes, names, requests, sent, settled, steps
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform_providers.sandbox import Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference

BLOCKS: dict[str, Callable[..., str]] = {
    "transport_rule": rule,
    "inbound_connector": inbound,
    "outbound_connector": outbound,
}
each_kind = pytest.mark.parametrize("kind", list(BLOCKS))


def of(kind: str, **named: str) -> str:
    return configuration(*(BLOCKS[kind](label, name) for label, name in named.items()))


def guids(bench: Bench, kind: str, *wanted: str) -> list[object]:
    return [guid(bench, kind, name) for name in wanted]


def applied(bench: Bench, text: str) -> None:
    bench.text = text
    report = bench.apply()
    assert report.exit is Exit.DONE, report


@each_kind
def test_two_resources_swap_their_names_over_a_temporary_one(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B"))
    before = guids(bench, kind, "A", "B")
    bench.text = of(kind, a="B", b="A")
    assert steps(bench) == [f"~ {kind}.a", f"~ {kind}.b"]
    assert bench.apply().exit is Exit.DONE
    assert guids(bench, kind, "B", "A") == before
    given = [request.parameters["Name"] for request in requests(bench)]
    assert len(given) == 3
    assert "~" in str(given[0])
    assert settled(bench)


@each_kind
@pytest.mark.parametrize("wanted", [found for found in permutations("ABC") if found != tuple("ABC")])
def test_names_may_go_round_in_any_way(bench: Bench, kind: str, wanted: tuple[str, str, str]) -> None:
    applied(bench, of(kind, a="A", b="B", c="C"))
    before = guids(bench, kind, "A", "B", "C")
    applied(bench, of(kind, a=wanted[0], b=wanted[1], c=wanted[2]))
    assert guids(bench, kind, *wanted) == before
    assert settled(bench)


@each_kind
def test_two_circles_of_names_at_once(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B", c="C", d="D", e="E"))
    before = guids(bench, kind, *"ABCDE")
    applied(bench, of(kind, a="B", b="A", c="D", d="E", e="C"))
    assert guids(bench, kind, *"BADEC") == before
    assert settled(bench)


@each_kind
def test_a_chain_of_names_that_are_freed_and_taken_needs_no_temporary_name(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B", c="C"))
    before = guids(bench, kind, "A", "B", "C")
    applied(bench, of(kind, a="B", b="C", c="D"))
    assert guids(bench, kind, "B", "C", "D") == before
    assert [request.parameters["Name"] for request in requests(bench)] == ["D", "C", "B"]
    assert settled(bench)


@each_kind
def test_names_swapped_in_other_case_are_swapped_too(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="Left", b="Right"))
    before = guids(bench, kind, "Left", "Right")
    applied(bench, of(kind, a="RIGHT", b="LEFT"))
    assert guids(bench, kind, "RIGHT", "LEFT") == before
    assert settled(bench)


@each_kind
def test_a_name_freed_by_a_rename_is_taken_by_a_new_resource_in_the_same_plan(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A"))
    before = guid(bench, kind, "A")
    applied(bench, of(kind, a="Old", b="A"))
    assert guid(bench, kind, "Old") == before
    assert settled(bench)


@each_kind
def test_a_name_freed_by_a_deletion_and_taken_by_a_rename_is_taken_after_the_pivot(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B"))
    before = guid(bench, kind, "A")
    applied(bench, of(kind, a="B"))
    assert guid(bench, kind, "B") == before
    assert names(bench, kind) == ["B"]
    removed = next(index for index, name in enumerate(sent(bench)) if name.startswith("Remove-"))
    renamed = [index for index, request in enumerate(requests(bench)) if request.parameters.get("Name") == "B"]
    assert renamed == [removed + 1]
    assert settled(bench)


@each_kind
def test_nothing_new_waits_for_a_deletion_since_what_goes_steps_aside(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B"))
    before = guid(bench, kind, "A")
    applied(bench, of(kind, a="B", c="A"))
    assert guid(bench, kind, "B") == before
    assert names(bench, kind) in (["A", "B"], ["B", "A"])
    assert sent(bench)[-1].startswith("Remove-")
    assert settled(bench)


@each_kind
def test_what_stepped_aside_is_called_as_before_when_a_step_fails(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B"))
    was = bench.hand.snapshot()
    bench.text = of(kind, a="B", c="A")
    assert bench.apply(Fault(When(operation="New-*"), Reject())).exit is Exit.ROLLED_BACK
    assert difference(was, bench.hand.snapshot()) == []
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_new_routing_rule_does_not_wait_for_a_deletion_by_which_its_connector_gets_its_name(bench: Bench) -> None:
    applied(bench, configuration(scoped("a", "A"), scoped("b", "B")))
    applied(bench, configuration(scoped("a", "B"), routing("r", "Route", "${outbound_connector.a.name}")))
    assert (names(bench, "outbound_connector"), sent(bench)[-1]) == (["B"], "Remove-OutboundConnector")
    assert settled(bench)


@each_kind
def test_a_name_of_what_could_not_be_deleted_yet_is_taken_once_it_is(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B"))
    bench.text = of(kind, a="B")
    assert bench.apply(Fault(When(operation="Remove-*"), Reject())).exit is Exit.WAITING
    assert names(bench, kind) == ["A", "B"]
    assert steps(bench) == [f"~ {kind}.a", f"- {kind}.b"]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, kind) == ["B"]
    assert settled(bench)


@each_kind
def test_another_resource_may_have_the_name_of_what_could_not_be_deleted_yet(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B"))
    bench.text = of(kind, a="A")
    assert bench.apply(Fault(When(operation="Remove-*"), Reject())).exit is Exit.WAITING
    before = guid(bench, kind, "B")
    bench.text = of(kind, a="A", c="B")
    assert steps(bench) == [f"+ {kind}.c", f"- {kind}.b"]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, kind) == ["A", "B"]
    assert guid(bench, kind, "B") != before
    assert settled(bench)


@each_kind
def test_a_rename_behind_the_pivot_that_is_refused_is_for_the_next_apply(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, a="A", b="B"))
    bench.text = of(kind, a="B")
    # a connector is switched off by a Set- of its own before it is deleted
    renaming = When(operation="Set-*", nth=1 if kind == "transport_rule" else 2)
    report = bench.apply(Fault(renaming, Reject()))
    assert report.exit is Exit.WAITING
    assert report.pending
    assert names(bench, kind) == ["A"]
    assert steps(bench) == [f"~ {kind}.a"]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, kind) == ["B"]
    assert settled(bench)


def test_what_is_written_behind_the_pivot_is_recorded_in_full(bench: Bench) -> None:
    applied(bench, configuration(rule("a", "A", 'comments = "x"', 'mode = "Audit"'), rule("b", "B"), rule("c", "C")))
    applied(
        bench, configuration(rule("a", "B", 'mode = "Enforce"', 'depends_on = ["transport_rule.c"]'), rule("c", "C"))
    )
    state = bench.state
    assert settled(bench)
    assert bench.apply().exit is Exit.DONE
    assert bench.state == state


def test_two_connectors_that_rules_route_to_cannot_swap_their_names_and_the_mistake_says_how(bench: Bench) -> None:
    def text(a: str, b: str) -> str:
        return configuration(
            scoped("a", a),
            scoped("b", b),
            routing("to_a", "To a", "${outbound_connector.a.name}"),
            routing("to_b", "To b", "${outbound_connector.b.name}"),
        )

    applied(bench, text("A", "B"))
    bench.text = text("B", "A")
    (mistake,) = mistakes(bench)
    assert mistake.code == "circular-change"
    assert "two steps" in (mistake.hint or "")


def test_a_name_of_nobodys_object_cannot_be_taken_by_a_rename(bench: Bench) -> None:
    applied(bench, of("inbound_connector", a="A"))
    by_hand(bench, "New-InboundConnector", Name="Theirs", SenderDomains=["contoso.com"])
    bench.text = of("inbound_connector", a="theirs")
    assert codes(bench) == ["already-exists"]


def test_a_name_of_nobodys_object_cannot_be_taken_by_a_rename_that_is_a_replacement(bench: Bench) -> None:
    applied(bench, configuration(scoped("a", "A"), routing("r", "R", "${outbound_connector.a.name}")))
    by_hand(bench, "New-OutboundConnector", Name="Theirs", UseMXRecord=True, RecipientDomains=["contoso.com"])
    bench.text = configuration(scoped("a", "theirs"), routing("r", "R", "${outbound_connector.a.name}"))
    assert codes(bench) == ["already-exists"]


@each_kind
def test_two_resources_of_one_kind_with_the_same_name_are_a_mistake(bench: Bench, kind: str) -> None:
    bench.text = '[variables.b]\ntype = "string"\ndefault = "same"\n' + of(kind, a="Same", b="${var.b}")
    with pytest.raises(Mistakes) as found:
        bench.plan()
    assert [one.code for one in found.value.diagnostics] == ["duplicate-name"]


def test_resources_of_different_kinds_may_have_the_same_name(bench: Bench) -> None:
    applied(bench, configuration(rule("a", "Same"), inbound("a", "Same"), outbound("a", "Same")))
    assert settled(bench)


@pytest.mark.parametrize("second", ["contoso.com", "CONTOSO.com", "contoso.com."])
def test_two_resources_with_one_domain_are_a_mistake(bench: Bench, second: str) -> None:
    bench.text = configuration(domain("a", "contoso.com"), domain("b", second))
    with pytest.raises(Mistakes) as found:
        bench.plan()
    assert [one.code for one in found.value.diagnostics] == ["duplicate-name"]


@each_kind
def test_a_resource_that_comes_with_the_name_of_one_that_goes_is_told_to_be_moved(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, old="Same"))
    bench.text = of(kind, new="same")
    (mistake,) = mistakes(bench)
    assert mistake.code == "moved"
    assert f'[[moved]]\nfrom = "{kind}.old"\nto = "{kind}.new"' in mistake.paste


def test_a_domain_that_comes_while_the_same_one_goes_is_told_to_be_moved(bench: Bench) -> None:
    applied(bench, configuration(domain("old", "contoso.com")))
    bench.text = configuration(domain("new", "contoso.com"))
    (mistake,) = mistakes(bench)
    assert mistake.code == "moved"


@each_kind
def test_a_moved_resource_keeps_its_object_and_the_state_alone_changes(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, old="A"))
    before = guid(bench, kind, "A")
    bench.text = of(kind, new="A") + moved(f"{kind}.old", f"{kind}.new")
    assert steps(bench) == [f"~ {kind}.new"]
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert list(bench.state.resources) == list(at(f"{kind}.new"))
    assert guid(bench, kind, "A") == before
    assert settled(bench)


@each_kind
def test_a_moved_resource_may_change_at_the_same_time(bench: Bench, kind: str) -> None:
    applied(bench, of(kind, old="A"))
    before = guid(bench, kind, "A")
    bench.text = of(kind, new="B") + moved(f"{kind}.old", f"{kind}.new")
    assert steps(bench) == [f"~ {kind}.new", f"~ {kind}.new"]
    assert bench.apply().exit is Exit.DONE
    assert guid(bench, kind, "B") == before
    assert list(bench.state.resources) == list(at(f"{kind}.new"))
    assert settled(bench)


def test_a_connector_may_move_together_with_the_rule_that_routes_to_it_and_be_renamed(bench: Bench) -> None:
    applied(bench, configuration(scoped("old", "Out"), routing("old", "Route", "${outbound_connector.old.name}")))
    bench.text = (
        configuration(scoped("new", "Way out"), routing("new", "Route", "${outbound_connector.new.name}"))
        + moved("outbound_connector.old", "outbound_connector.new")
        + moved("transport_rule.old", "transport_rule.new")
    )
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == ["Way out"]
    assert list(bench.state.resources) == list(at("outbound_connector.new", "transport_rule.new"))
    assert settled(bench)


def test_what_moved_twice_is_found_at_its_last_address(bench: Bench) -> None:
    applied(bench, of("transport_rule", one="A"))
    bench.text = (
        of("transport_rule", three="A")
        + moved("transport_rule.two", "transport_rule.three")
        + moved("transport_rule.one", "transport_rule.two")
    )
    assert bench.apply().exit is Exit.DONE
    assert list(bench.state.resources) == list(at("transport_rule.three"))
    assert settled(bench)


def test_a_move_that_was_carried_out_already_does_no_harm(bench: Bench) -> None:
    applied(bench, of("transport_rule", old="A"))
    applied(bench, of("transport_rule", new="A") + moved("transport_rule.old", "transport_rule.new"))
    assert settled(bench)


def test_a_move_is_taken_back_with_the_rest_when_a_step_fails(bench: Bench) -> None:
    applied(bench, of("transport_rule", old="A"))
    was = bench.state
    bench.text = of("transport_rule", new="B") + moved("transport_rule.old", "transport_rule.new")
    assert bench.apply(Fault(When(nth=1), Reject())).exit is Exit.ROLLED_BACK
    assert bench.state == was
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)
