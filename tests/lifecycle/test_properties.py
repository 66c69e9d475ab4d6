"""What holds for every configuration and every tenant, whatever hands did to it in between."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from lifecycle.bench import Bench
from lifecycle.looks import all_of, requests
from lifecycle.stories import AFTER, BEFORE
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform.planning.plan import Options, plan
from mailform.planning.steps import Plan
from mailform.planning.world import World
from mailform.render.plan_json import as_json
from mailform.session.preparing import Prepared
from mailform_providers.sandbox import Behaviour, Fault, Reject, SandboxRefused, When
from mailform_providers.sandbox.seeds import dlp_rule, unsupported_rule
from mailform_providers.sandbox.snapshot import Snapshot, difference
from mailform_state.values import State
from strategies.configurations import DOMAINS, Edit, configurations, edits

EXPECTED = {"another-object", "already-exists", "circular-change", "foreign-reference", "impossible-order", "moved"}
"""What may stand in the way of a plan between two configurations, each to be told to the user."""
NOUNS = {
    "transport_rule": "TransportRule",
    "inbound_connector": "InboundConnector",
    "outbound_connector": "OutboundConnector",
}
behaviours = st.builds(
    Behaviour,
    connector_form=st.sampled_from(("name", "as_given", "guid")),
    test_mode_listing=st.sampled_from(("only", "all")),
    completes_actions=st.booleans(),
    error_envelope=st.sampled_from(("B", "C")),
)
refusals = st.one_of(
    st.builds(When, nth=st.integers(1, 12)),
    st.builds(When, nth=st.integers(1, 2), operation=st.sampled_from(("Remove-*", "Enable-*", "Set-*", "DELETE *"))),
)
often = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@contextmanager
def tenant(behaviour: Behaviour, hands: list[Edit]) -> Iterator[Bench]:
    """A tenant in which hands have done something before anybody heard of Mailform."""
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder), behaviour=behaviour)
        dlp_rule(bench.hand, "Made by DLP")
        for edit in hands:
            carry_out(bench, edit)
        unsupported_rule(bench.hand, "Not to be expressed")
        yield bench


def carry_out(bench: Bench, edit: Edit) -> None:
    """An edit by hand, as far as the service takes it."""
    noun = NOUNS[edit.kind]
    present = all_of(bench, edit.kind)
    try:
        if edit.what == "add" or not present:
            bench.hand.run(f"New-{noun}", made(edit))
            return
        identity: dict[str, JsonValue] = {"Identity": present[edit.which % len(present)]["Guid"]}
        if edit.what == "remove":
            bench.hand.run(f"Remove-{noun}", identity)
        elif edit.kind == "transport_rule" and edit.what == "switch":
            bench.hand.run(f"{'Enable' if edit.number % 2 else 'Disable'}-{noun}", identity)
        else:
            bench.hand.run(f"Set-{noun}", {**identity, **changed(edit, len(present))})
    except SandboxRefused:
        event("a hand was refused")


def made(edit: Edit) -> dict[str, JsonValue]:
    """What a hand makes; under names that no configuration has."""
    name: dict[str, JsonValue] = {"Name": f"Theirs {edit.number}"}
    match edit.kind:
        case "transport_rule":
            return {**name, "SubjectContainsWords": ["theirs"], "SetSCL": 1, "Priority": 0}
        case "inbound_connector":
            return {**name, "SenderDomains": ["theirs.contoso.com"]}
        case _:
            return {**name, "IsTransportRuleScoped": bool(edit.number % 2)}


def changed(edit: Edit, count: int) -> dict[str, JsonValue]:
    """What a hand changes."""
    rule = edit.kind == "transport_rule"
    match edit.what:
        case "rename":
            return {"Name": f"By hand {edit.number}"}
        case "move" if rule:
            return {"Priority": edit.number % count}
        case "scl" if rule:
            return {"ExceptIfSCLOver": edit.number}
        case "switch":
            return {"Enabled": bool(edit.number % 2)}
        case _:
            return {"Comments" if rule else "Comment": f"by hand {edit.number}"}


def applied(bench: Bench, text: str, *faults: Fault) -> Exit | None:
    """How applying ends; None when the plan can't be made, and says so."""
    bench.text = text
    try:
        return bench.apply(*faults).exit
    except Mistakes as found:
        assert found.diagnostics
        assert {one.code for one in found.diagnostics} <= EXPECTED, [one.message for one in found.diagnostics]
        assert all(one.hint for one in found.diagnostics)
        event(f"no plan: {found.diagnostics[0].code}")
        return None


def require_settled(bench: Bench) -> None:
    """Nothing is left to do, nothing drifted, and another apply sends nothing and leaves the state as it is."""
    left = bench.plan().plan
    assert left.empty, [*left.steps, *left.outputs]
    assert not left.drift, left.drift
    state = bench.state
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert bench.state == state


def foreign(snapshot: Snapshot, state: State | None) -> Mapping[str, object]:
    """What nobody manages, by kind; and the order of those rules."""
    ours = set() if state is None else {known.id for known in state.resources.values()}
    found: dict[str, object] = {}
    for kind in (*NOUNS, "accepted_domain"):
        objects = snapshot[kind]
        assert isinstance(objects, dict)
        found[kind] = {id: shown for id, shown in objects.items() if id not in ours}
    order = snapshot["rule_order"]
    assert isinstance(order, list)
    found["rule_order"] = [id for id in order if id not in ours]
    return found


@often
@given(behaviours, edits, configurations())
def test_after_an_apply_the_plan_is_empty_and_a_second_apply_sends_nothing(
    behaviour: Behaviour, hands: list[Edit], text: str
) -> None:
    with tenant(behaviour, hands) as bench:
        before = foreign(bench.hand.snapshot(), None)
        if applied(bench, text) is None:
            return
        require_settled(bench)
        assert foreign(bench.hand.snapshot(), bench.state) == before


@often
@given(behaviours, edits, configurations(), edits, configurations())
def test_from_any_configuration_and_any_edit_by_hand_the_next_configuration_is_reached(
    behaviour: Behaviour, first: list[Edit], before: str, later: list[Edit], after: str
) -> None:
    with tenant(behaviour, first) as bench:
        if applied(bench, before) is None:
            return
        for edit in later:
            carry_out(bench, edit)
        known = bench.state
        was = foreign(bench.hand.snapshot(), known)
        code = applied(bench, after)
        if code is None:
            return
        assert code is Exit.DONE
        require_settled(bench)
        now = foreign(bench.hand.snapshot(), bench.state)
        forgotten = {known.id for known in known.resources.values() if known.kind == "accepted_domain"}
        assert {id: shown for id, shown in now.items() if id != "accepted_domain"} == {
            id: shown for id, shown in was.items() if id != "accepted_domain"
        }
        left = now["accepted_domain"]
        assert isinstance(left, dict)
        assert {id for id in left if id not in forgotten} <= {"fabrikam.onmicrosoft.com"}


@often
@given(behaviours, edits, configurations(), edits, configurations(), refusals)
def test_a_refusal_anywhere_leaves_the_tenant_as_it_was_or_is_behind_the_pivot_and_goes_through_next_time(
    behaviour: Behaviour, first: list[Edit], before: str, later: list[Edit], after: str, when: When
) -> None:
    with tenant(behaviour, first) as bench:
        if applied(bench, before) is None:
            return
        for edit in later:
            carry_out(bench, edit)
        was, state = bench.hand.snapshot(), bench.state
        code = applied(bench, after, Fault(when, Reject()))
        event(f"ended as {code!r}")
        if code is Exit.ROLLED_BACK:
            assert difference(was, bench.hand.snapshot()) == []
            assert bench.state == state
        if code in (Exit.ROLLED_BACK, Exit.WAITING):
            assert applied(bench, after) is Exit.DONE
        if code is not None:
            require_settled(bench)


@often
@given(edits, configurations(), configurations())
def test_what_waits_for_a_proof_goes_on_from_where_it_was_left(first: list[Edit], before: str, after: str) -> None:
    with tenant(Behaviour(dns="wait"), first) as bench:
        code = applied(bench, before)
        if code is None:
            return
        assert code in (Exit.DONE, Exit.WAITING)
        if any(rule["State"] == "Enabled" for rule in routing(bench)):
            wanted = bench.plan().configuration.resources.keys()
            assert {one for one in wanted if one.kind == "inbound_connector"} <= bench.state.resources.keys()
        assert applied(bench, before) is code
        assert {request.operation.rpartition("/")[2] for request in requests(bench)} <= {"verify"}
        assert applied(bench, after) in (None, Exit.DONE, Exit.WAITING)
        for name in DOMAINS:
            bench.hand.publish(name)
        code = applied(bench, after)
        event(f"ended as {code!r}")
        if code is not None:
            assert code is Exit.DONE
            require_settled(bench)


def routing(bench: Bench) -> list[Mapping[str, JsonValue]]:
    """The rules that route to a connector."""
    return [rule for rule in all_of(bench, "transport_rule") if rule["RouteMessageOutboundConnector"]]


@often
@given(behaviours, edits, configurations(), edits)
def test_destroying_leaves_only_what_nobody_managed(
    behaviour: Behaviour, first: list[Edit], text: str, later: list[Edit]
) -> None:
    with tenant(behaviour, first) as bench:
        if applied(bench, text) is None:
            return
        for edit in later:
            carry_out(bench, edit)
        was = foreign(bench.hand.snapshot(), bench.state)
        kept = {known.id for known in bench.state.resources.values() if known.on_destroy == "forget"}
        assert bench.apply(options=Options(destroy=True)).exit is Exit.DONE
        assert bench.state.resources == {}
        left = dict(foreign(bench.hand.snapshot(), bench.state))
        domains = left["accepted_domain"]
        assert isinstance(domains, dict)
        left["accepted_domain"] = {id: shown for id, shown in domains.items() if id not in kept}
        assert left == was


@often
@given(edits, configurations(), edits, configurations(), st.randoms(use_true_random=False))
def test_the_plan_is_the_same_in_whatever_order_the_service_lists_things(
    first: list[Edit], before: str, later: list[Edit], after: str, chance: Random
) -> None:
    with tenant(Behaviour(), first) as bench:
        if applied(bench, before) is None:
            return
        for edit in later:
            carry_out(bench, edit)
        bench.text = after
        try:
            one = bench.plan()
        except Mistakes:
            return
        # the order in which rules are listed is what they stand in
        listed = {
            kind: objects if kind == "transport_rule" else tuple(chance.sample(objects, len(objects)))
            for kind, objects in one.plan.observed.items()
        }
        other = plan(one.configuration, one.state, World(listed))
        assert shown(one, other) == shown(one, one.plan)


def shown(prepared: Prepared, planned: Plan) -> Mapping[str, object]:
    """A plan as programs read it."""
    return as_json(
        planned,
        configuration=prepared.configuration,
        state=prepared.state,
        tool_version="0.1.0",
        tenant=prepared.tenant,
    )


def test_the_plan_is_the_same_whatever_seed_python_hashes_with(tmp_path: Path) -> None:
    def mailform(*arguments: str, seed: int = 0) -> bytes:
        code = "from mailform.cli.main import run; run()"
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "CI": "true"}
        environment.pop("MAILFORM_SANDBOX", None)
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True).stdout

    written = tmp_path / "mailform.toml"
    written.write_text(BEFORE)
    mailform("apply", "--auto-approve")
    written.write_text(AFTER)
    plans = {mailform("plan", "--json", "--allow-large-change", seed=seed) for seed in range(3)}
    texts = {mailform("plan", "--allow-large-change", seed=seed) for seed in range(2)}
    assert (len(plans), len(texts)) == (1, 1)
