"""What `[[import]]` and `[[removed]]` make of a plan: golden files for people and for programs."""

from __future__ import annotations

import json

from engine.render.golden import check
from engine.render.samples import IN, ROUTE, address, guid, observed, recorded, wanted
from mailform.planning.steps import Adopt, Difference, Forget, Move, Note, Plan
from mailform.render import plan_json, plan_text
from mailform_state.values import State, Value

CONNECTOR: dict[str, Value] = {"name": "From the signature service", "enabled": True, "require_tls": True}
RULE: dict[str, Value] = {
    "name": "Mark mail from outside",
    "enabled": True,
    "conditions.from_scope": "NotInOrganization",
    "actions.prepend_subject": "[External] ",
    "comments": "hush",
}
GONE = address("transport_rule.handed_over")


def imports() -> Plan:
    connector, rule = observed(IN, guid(1), CONNECTOR), observed(ROUTE, guid(2), RULE)
    differences = (
        Difference("actions.prepend_subject", "[External] ", "[Outside] "),
        Difference("comments", "hush", "hushed", sensitive=True),
        Difference("exceptions.from_scope", "InOrganization", None, note=Note.UNWRITTEN),
    )
    return Plan(
        steps=(
            Adopt(wanted(IN, {**CONNECTOR}), connector, ()),
            Forget(GONE, guid(3), gone=False),
            Adopt(wanted(ROUTE, {**RULE}, "comments"), rule, differences),
            Move(ROUTE, guid(2), "Mark mail from outside", 1, 0),
        ),
        rules_before=(guid(3), guid(2)),
        rules_after=(guid(2), guid(3)),
        observed={"inbound_connector": (connector,), "transport_rule": (rule,)},
        foreign={"inbound_connector": 0, "transport_rule": 1},
    )


def state() -> State:
    held = recorded(GONE, guid(3), {"name": "Handed over"})
    return State("5a9d7f4e-0000-4000-8000-000000000001", guid(9), resources={GONE: held})


def test_imports_and_removals_for_people() -> None:
    check("plan-import.txt", plan_text.text(imports(), colour=False, state=state()))


def test_imports_and_removals_for_programs() -> None:
    document = plan_json.as_json(imports(), configuration=None, state=state(), tool_version="0.1.0", tenant=guid(9))
    check("plan-import.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def test_an_imported_rule_that_only_moves_is_an_update() -> None:
    plan = imports()
    adopted = Adopt(wanted(ROUTE, {**RULE}), observed(ROUTE, guid(2), RULE), ())
    moved = Plan(steps=(adopted, plan.steps[-1]), observed=plan.observed)
    document = plan_json.as_json(moved, configuration=None, state=state(), tool_version="0", tenant=guid(9))
    change = next(one for one in document["resource_changes"] if one["address"] == str(ROUTE))  # type: ignore[index, call-overload, union-attr]
    assert change["change"]["actions"] == ["update"]
    assert change["change"]["importing"] == {"id": guid(2)}
