"""`--target`: the target and what it depends on, and nothing else."""

from __future__ import annotations

from lifecycle.bench import SCENARIO, Bench
from lifecycle.blocks import configuration, outbound, routing, rule, scoped
from lifecycle.looks import at, by_hand, codes, names, sent, settled, steps
from mailform.exits import Exit
from mailform.planning.plan import Options


def target(*addresses: str, destroy: bool = False) -> Options:
    return Options(targets=at(*addresses), destroy=destroy)


def test_a_target_brings_what_it_depends_on_and_leaves_the_rest(bench: Bench) -> None:
    bench.text = SCENARIO + outbound("other", "Other")
    assert steps(bench, target("inbound_connector.from_signature")) == [
        "+ accepted_domain.certificate",
        "+ inbound_connector.from_signature",
    ]
    assert bench.apply(options=target("inbound_connector.from_signature")).exit is Exit.DONE
    assert (names(bench, "outbound_connector"), names(bench, "transport_rule")) == ([], [])
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_partial_plan_says_that_it_is_partial(bench: Bench) -> None:
    assert "partial-plan" in [
        found.code for found in bench.plan(target("outbound_connector.to_signature")).plan.warnings
    ]
    assert "partial-plan" not in [found.code for found in bench.plan().plan.warnings]


def test_other_rules_are_not_moved_even_if_they_stand_wrong(bench: Bench) -> None:
    bench.text = configuration(*(rule(label, label, f"priority = {place}") for place, label in enumerate("abc")))
    bench.apply()
    by_hand(bench, "Set-TransportRule", "a", Priority=2)
    bench.text = configuration(
        *(rule(label, label, f"priority = {place}", 'comments = "x"') for place, label in enumerate("abc"))
    )
    assert steps(bench, target("transport_rule.b")) == ["~ transport_rule.b", "> transport_rule.b"]
    assert bench.apply(options=target("transport_rule.b")).exit is Exit.DONE
    assert names(bench, "transport_rule") == ["c", "b", "a"]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "transport_rule") == ["a", "b", "c"]
    assert settled(bench)


def test_a_new_target_takes_its_place_among_rules_that_do_not_move(bench: Bench) -> None:
    bench.text = configuration(rule("a", "a"), rule("b", "b"))
    bench.apply()
    bench.text = configuration(
        rule("a", "a", 'order = { at = "last" }'),
        rule("b", "b"),
        rule("c", "c", "priority = 0"),
    )
    assert bench.apply(options=target("transport_rule.c")).exit is Exit.DONE
    assert names(bench, "transport_rule") == ["c", "a", "b"]


def test_outputs_do_not_change(bench: Bench) -> None:
    output = '[outputs.host]\nvalue = "{}"\n'
    bench.text = configuration(rule("a", "A"), rule("b", "B")) + output.format("before")
    bench.apply()
    bench.text = configuration(rule("a", "A2"), rule("b", "B")) + output.format("after")
    assert bench.apply(options=target("transport_rule.a")).exit is Exit.DONE
    assert bench.state.outputs["host"].value == "before"
    bench.apply()
    assert bench.state.outputs["host"].value == "after"


def test_what_is_no_target_stays_in_the_state_as_it_was(bench: Bench) -> None:
    bench.text = configuration(rule("a", "A"), rule("b", "B"))
    bench.apply()
    before = bench.state.resources[at("transport_rule.b")[0]]
    by_hand(bench, "Set-TransportRule", "B", SetSCL=5)
    bench.text = configuration(rule("a", "A2"), rule("b", "B2"))
    assert bench.apply(options=target("transport_rule.a")).exit is Exit.DONE
    assert bench.state.resources[at("transport_rule.b")[0]] == before
    assert names(bench, "transport_rule") == ["A2", "B"]


def test_a_renamed_connector_as_the_target_leaves_the_rule_that_routes_to_it(bench: Bench) -> None:
    def blocks(name: str) -> str:
        return configuration(scoped("out", name), routing("route", "Route", "${outbound_connector.out.name}"))

    bench.text = blocks("Before")
    bench.apply()
    bench.text = blocks("After")
    options = target("outbound_connector.out")
    assert steps(bench, options) == ["-/+ outbound_connector.out"]
    report = bench.apply(options=options)
    assert report.exit in (Exit.DONE, Exit.WAITING), report
    assert "After" in names(bench, "outbound_connector")
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == ["After"]
    assert settled(bench)


def test_destroying_a_target_takes_what_depends_on_it_along(bench: Bench) -> None:
    bench.text = SCENARIO + outbound("other", "Other")
    bench.apply()
    options = target("outbound_connector.to_signature", destroy=True)
    assert steps(bench, options) == ["- outbound_connector.to_signature", "- transport_rule.route"]
    assert bench.apply(options=options).exit is Exit.DONE
    assert sent(bench)[-2:] == ["Remove-TransportRule", "Remove-OutboundConnector"]
    assert names(bench, "outbound_connector") == ["Other"]
    assert len(bench.state.resources) == 3


def test_destroying_a_target_leaves_what_it_depends_on(bench: Bench) -> None:
    bench.text = SCENARIO
    bench.apply()
    assert bench.apply(options=target("transport_rule.route", destroy=True)).exit is Exit.DONE
    assert names(bench, "transport_rule") == []
    assert len(bench.state.resources) == 3


def test_a_target_that_goes_is_deleted_alone(bench: Bench) -> None:
    bench.text = configuration(rule("a", "A"), rule("b", "B"), rule("c", "C"))
    bench.apply()
    bench.text = configuration(rule("c", "C"))
    assert bench.apply(options=target("transport_rule.a")).exit is Exit.DONE
    assert names(bench, "transport_rule") == ["B", "C"]


def test_an_unknown_target_is_a_mistake(bench: Bench) -> None:
    assert codes(bench, target("transport_rule.nobody")) == ["unknown-address"]
