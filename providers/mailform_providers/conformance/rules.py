"""What holds of rules beyond what holds of every object: their order, their switch, their references."""

from __future__ import annotations

from collections.abc import Mapping

from mailform_providers.conformance.check import Bench, Check, check, done, expect, rejected
from mailform_providers.kinds import OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.values import Value


def _order(bench: Bench) -> list[str]:
    """The rules that this check made, in the order of the listing."""
    ours = {id for kind, id in bench.made if kind == TRANSPORT_RULE}
    return [seen.id for seen in bench.provider.read(TRANSPORT_RULE).objects if seen.id in ours]


def a_new_rule_is_last_unless_it_is_given_a_place(bench: Bench) -> None:
    first, second = (bench.make(TRANSPORT_RULE).id for _ in range(2))
    expect(_order(bench) == [first, second], "a new rule isn't last")
    place = _priority(bench, first)
    between = bench.make(TRANSPORT_RULE, priority=place + 1).id
    expect(_order(bench) == [first, between, second], "a new rule isn't where it was put")


def priorities_have_no_gaps(bench: Bench) -> None:
    rules = [bench.make(TRANSPORT_RULE).id for _ in range(3)]
    done(bench.provider.delete(TRANSPORT_RULE, rules[1]))
    listing = bench.provider.read(TRANSPORT_RULE).objects
    found = [seen.facts["priority"] for seen in listing]
    expect(found == list(range(len(listing))), f"the priorities are {found}")


def a_moved_rule_shifts_the_others(bench: Bench) -> None:
    a, b, c = (bench.make(TRANSPORT_RULE).id for _ in range(3))
    top = _priority(bench, a)
    done(bench.provider.move(c, top))
    expect(_order(bench) == [c, a, b], "moving up doesn't shift the others down")
    done(bench.provider.move(c, top + 2))
    expect(_order(bench) == [a, b, c], "moving down doesn't shift the others up")


def a_place_beyond_the_end_is_refused(bench: Bench) -> None:
    made = bench.make(TRANSPORT_RULE)
    count = len(bench.provider.read(TRANSPORT_RULE).objects)
    rejected(bench.provider.move(made.id, count))


def a_rule_is_switched_off_and_on_and_nothing_else_changes(bench: Bench) -> None:
    made = bench.make(TRANSPORT_RULE, enabled=True)
    before = bench.see(TRANSPORT_RULE, made.id).attributes
    expect(before["enabled"] is True, "a rule that was made enabled isn't")
    for wanted in (False, True):
        done(bench.provider.update(TRANSPORT_RULE, made.id, {"enabled": wanted}))
        after = bench.see(TRANSPORT_RULE, made.id).attributes
        expect({**before, "enabled": wanted} == after, "switching a rule changed something else")


def conditions_exceptions_and_actions_are_told_apart(bench: Bench) -> None:
    wanted: Mapping[str, Value] = {
        "conditions.from_scope": "InOrganization",
        "conditions.subject_contains_words": ("one", "two"),
        "exceptions.header_contains_message_header": "X-Contoso",
        "exceptions.header_contains_words": ("true",),
        "actions.prepend_subject": "[x] ",
        "actions.stop_rule_processing": True,
    }
    seen = bench.see(TRANSPORT_RULE, bench.make_from(TRANSPORT_RULE, wanted).id).attributes
    for name, value in wanted.items():
        expect(seen[name] == value, f"{name} came back as {seen.get(name)!r}")


def a_condition_is_cleared(bench: Bench) -> None:
    made = bench.make_from(TRANSPORT_RULE, {"conditions.from_scope": "InOrganization"})
    done(bench.provider.update(TRANSPORT_RULE, made.id, {"conditions.from_scope": None}))
    done(bench.provider.update(TRANSPORT_RULE, made.id, {"conditions.subject_contains_words": ()}))
    seen = bench.see(TRANSPORT_RULE, made.id).attributes
    for name in ("conditions.from_scope", "conditions.subject_contains_words"):
        expect(seen.get(name) in (None, "", ()), f"a cleared {name} came back as {seen.get(name)!r}")


def a_rule_routes_to_a_connector_made_a_moment_ago(bench: Bench) -> None:
    name = bench.name()
    target = bench.make(OUTBOUND_CONNECTOR, name=name, enabled=True)
    made = bench.make_from(TRANSPORT_RULE, {"actions.route_message_outbound_connector": name})
    shown = bench.see(TRANSPORT_RULE, made.id).attributes["actions.route_message_outbound_connector"]
    connector = bench.see(OUTBOUND_CONNECTOR, target.id)
    expect(shown in (name, target.id, connector.distinguished_name), f"the connector came back as {shown!r}")


def a_connector_that_a_rule_routes_to_is_not_deleted(bench: Bench) -> None:
    name = bench.name()
    target = bench.make(OUTBOUND_CONNECTOR, name=name, enabled=True)
    bench.make_from(TRANSPORT_RULE, {"actions.route_message_outbound_connector": name})
    expect(not rejected(bench.provider.delete(OUTBOUND_CONNECTOR, target.id)).missing, "a used connector is missing")
    bench.see(OUTBOUND_CONNECTOR, target.id)


def _priority(bench: Bench, id: str) -> int:
    found = bench.see(TRANSPORT_RULE, id).facts["priority"]
    expect(isinstance(found, int), f"a rule's priority is {found!r}")
    return found if isinstance(found, int) else 0


RULES: tuple[Check, ...] = tuple(
    map(
        check,
        (
            a_new_rule_is_last_unless_it_is_given_a_place,
            priorities_have_no_gaps,
            a_moved_rule_shifts_the_others,
            a_place_beyond_the_end_is_refused,
            a_rule_is_switched_off_and_on_and_nothing_else_changes,
            conditions_exceptions_and_actions_are_told_apart,
            a_condition_is_cleared,
            a_rule_routes_to_a_connector_made_a_moment_ago,
            a_connector_that_a_rule_routes_to_is_not_deleted,
        ),
    )
)
