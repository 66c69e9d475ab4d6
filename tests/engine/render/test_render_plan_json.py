"""A plan for programs: Terraform's shape, and the same plan as the text."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict, replace

from engine.render.golden import check
from engine.render.samples import (
    CERTIFICATE,
    DOMAIN,
    IN,
    OUT,
    ROUTE,
    address,
    configuration,
    create,
    guid,
    later,
    mixed,
    observed,
    recorded,
    scenario,
    state,
    wanted,
)
from mailform.planning.steps import Create, Drift, Kept, Move, Plan
from mailform.render.plan_json import as_json
from mailform.render.plan_text import text
from mailform.render.shape import Json
from mailform.render.summary import counts
from mailform_state.values import State

EMPTY = State("lineage", guid(100))


def document(plan: Plan, before: State = EMPTY, **more: str) -> dict[str, Json]:
    return as_json(plan, configuration=configuration(), state=before, tool_version="0.1.0", tenant=guid(100), **more)


def changes(plan: Plan, before: State = EMPTY) -> dict[str, dict]:  # type: ignore[type-arg]
    return {entry["address"]: entry for entry in document(plan, before)["resource_changes"]}  # type: ignore


def pretty(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def test_the_scenario_on_an_empty_tenant() -> None:
    check("plan-scenario.json", pretty(document(scenario())))


def test_one_of_everything() -> None:
    check("plan-mixed.json", pretty(document(mixed(), state(), plan_digest="sha256:00")))


def test_text_and_json_say_the_same_figures() -> None:
    for plan, before in ((scenario(), EMPTY), (mixed(), state()), (Plan(), EMPTY)):
        said = document(plan, before)
        figures = counts(plan)
        assert said["mailform"]["summary"] == asdict(figures)  # type: ignore
        steps = Counter(
            word for entry in said["resource_changes"] for word in entry.get("mailform", {}).get("steps", ())
        )  # type: ignore
        line = text(plan, colour=False).splitlines()[-1]
        for number, word in re.findall(r"(\d+) to (\w+)", line):
            assert steps[word] == int(number) == getattr(figures, word)
        assert figures.state_only == steps["state_only"]
        assert len(said["resource_drift"]) == figures.drift  # type: ignore[arg-type]
        assert len(said["deferred_changes"]) == figures.deferred  # type: ignore[arg-type]


def test_every_resource_of_the_state_is_listed_once_under_its_new_address() -> None:
    said = [entry["address"] for entry in document(mixed(), state())["resource_changes"] if "deposed" not in entry]  # type: ignore
    assert len(said) == len(set(said))
    assert "transport_rule.outside" not in said
    assert {str(at) for at in state().resources} - {"transport_rule.outside"} | {"transport_rule.external"} == set(said)


def test_the_actions_are_those_of_terraform() -> None:
    actions = [
        (entry["address"], entry["change"]["actions"], "deposed" in entry)
        for entry in document(mixed(), state())["resource_changes"]  # type: ignore
    ]
    assert actions == [
        ("accepted_domain.certificate", ["update"], False),
        ("inbound_connector.from_signature", ["create", "delete"], False),
        ("outbound_connector.to_signature", ["create", "delete"], False),
        ("transport_rule.external", ["no-op"], False),
        ("transport_rule.gone", ["forget"], False),
        ("transport_rule.route", ["update"], False),
        ("transport_rule.unwanted", ["delete"], False),
        ("outbound_connector.to_signature", ["delete"], True),
        ("inbound_connector.from_signature", ["forget"], True),
    ]


def test_a_move_alone_is_an_update_that_names_its_places() -> None:
    seen = observed(ROUTE, guid(1), {"name": "Route"})
    before = EMPTY.recording(recorded(ROUTE, guid(1), {"name": "Route"}))
    plan = Plan(steps=(Move(ROUTE, guid(1), "Route", 7, 1),), observed={"transport_rule": (seen,)})
    entry = changes(plan, before)[str(ROUTE)]
    assert entry["change"]["actions"] == ["update"]
    assert entry["change"]["before"] == entry["change"]["after"]
    assert entry["mailform"]["move"] == {"from": 7, "to": 1}


def test_an_unchanged_resource_is_a_no_op_with_both_sides() -> None:
    seen = observed(OUT, guid(1), {"name": "Out", "comment": ""})
    plan = Plan(kept=(Kept(recorded(OUT, guid(1), {"name": "Out"}), seen, None),))
    change = changes(plan)[str(OUT)]["change"]
    assert change["actions"] == ["no-op"]
    assert change["before"] == change["after"] == {"id": guid(1), "name": "Out"}


def test_an_adopted_domain_is_imported_by_its_id() -> None:
    change = changes(mixed(), state())[str(DOMAIN)]["change"]
    assert change["importing"] == {"id": CERTIFICATE}


def test_an_unknown_value_is_left_out_and_marked_where_it_stands() -> None:
    target = "actions.route_message_outbound_connector"
    change = changes(Plan(steps=(create(ROUTE, {"name": "r", target: later(OUT, "name")}),)))[str(ROUTE)]["change"]
    assert change["after"] == {"name": "r"}
    assert change["after_unknown"] == {"actions": {"route_message_outbound_connector": True}, "id": True}


def test_a_sensitive_value_is_nowhere_in_the_document_and_marked_on_both_sides() -> None:
    said = document(mixed(), state())
    assert "hunter" not in json.dumps(said)
    change = changes(mixed(), state())[str(ROUTE)]["change"]
    assert change["before_sensitive"] == change["after_sensitive"] == {"comments": True}
    assert change["before"]["comments"] == change["after"]["comments"] == "(sensitive)"


def test_a_domain_whose_name_is_sensitive_hides_its_id_too() -> None:
    known = recorded(DOMAIN, "secret.example", {"domain": "secret.example"}, "domain")
    seen = observed(DOMAIN, "secret.example", {"domain": "secret.example"})
    drift = (Drift(DOMAIN, "secret.example", "secret.example", gone=True),)
    plan = Plan(kept=(Kept(known, seen, None),), drift=drift, observed={"accepted_domain": (seen,)})
    assert "secret.example" not in json.dumps(document(plan, EMPTY.recording(known)))
    assert "secret.example" not in text(plan, colour=False)


def test_the_document_does_not_depend_on_the_order_in_which_things_were_read() -> None:
    plan = mixed()
    shuffled = replace(
        plan,
        observed={kind: objects[::-1] for kind, objects in reversed(plan.observed.items())},
        kept=plan.kept[::-1],
        foreign=dict(reversed(plan.foreign.items())),
    )
    before = state()
    turned = replace(before, resources=dict(reversed(before.resources.items())))
    assert json.dumps(document(plan, before)) == json.dumps(document(shuffled, turned))


def test_resources_of_a_module_stand_in_a_child_of_the_root() -> None:
    inside = address('module.a.module.b.transport_rule.r["k"]')
    root = document(Plan(steps=(create(inside, {"name": "r"}),)))["planned_values"]["root_module"]  # type: ignore
    child = root["child_modules"][0]["child_modules"][0]
    assert root["resources"] == []
    assert child["address"] == "module.a.module.b"
    assert child["resources"][0]["index"] == "k"


def test_what_is_planned_has_every_resource_that_stays() -> None:
    root = document(mixed(), state())["planned_values"]["root_module"]  # type: ignore
    assert {entry["address"] for entry in root["resources"]} == {str(at) for at in (DOMAIN, IN, OUT, ROUTE)} | {
        "transport_rule.external"
    }


def test_the_configuration_names_what_refers_to_what_and_no_secret() -> None:
    root = document(Plan())["configuration"]["root_module"]  # type: ignore
    rule = next(entry for entry in root["resources"] if entry["address"] == str(ROUTE))
    assert rule["expressions"]["actions"]["route_message_outbound_connector"] == {
        "references": [f"{OUT}.name", str(OUT)]
    }
    assert rule["expressions"]["comments"] == {}
    assert rule["depends_on"] == [str(IN)]


def test_a_plan_without_a_configuration_at_hand_has_an_empty_root() -> None:
    said = as_json(Plan(), configuration=None, state=EMPTY, tool_version="0.1.0", tenant=guid(100))
    assert said["configuration"] == {"root_module": {}}


def test_a_created_object_has_no_before_and_an_unknown_id() -> None:
    plan = Plan(steps=(Create(wanted(OUT, {"name": "x"}), {"name": "x"}),))
    change = changes(plan)[str(OUT)]["change"]
    assert (change["before"], change["before_sensitive"]) == (None, False)
    assert change["after_unknown"] == {"id": True}
