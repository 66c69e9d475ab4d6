"""`[[removed]]`: the state lets go of an object, which stays as it is. So resources are handed to another folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lifecycle.bench import TENANT, Bench
from lifecycle.blocks import configuration, domain, imported, inbound, moved, removed, routing, rule, scoped
from lifecycle.looks import at, by_hand, mistakes, named, names, settled, steps
from mailform.exits import Exit
from mailform.planning.guard import objections
from mailform.planning.plan import Options
from mailform.planning.steps import Forget
from mailform.render import plan_json, plan_text
from mailform_providers.sandbox import Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference
from mailform_state.address import Address
from terminal import Terminal

ROUTE = "${outbound_connector.out.name}"
PROTECTED = "lifecycle = { prevent_destroy = true }"


def applied(bench: Bench, *blocks: str) -> None:
    bench.text = configuration(*blocks)
    assert bench.apply().exit is Exit.DONE


def test_what_is_removed_is_forgotten_and_stays_in_the_tenant(bench: Bench) -> None:
    applied(bench, rule("a", "A", PROTECTED), rule("b", "B"))
    bench.text = configuration(rule("b", "B"), removed("transport_rule.a"))
    assert steps(bench) == [". transport_rule.a"], "protected or not: nothing is destroyed"
    prepared = bench.plan()
    document = plan_json.as_json(
        prepared.plan, configuration=None, state=prepared.state, tool_version="0", tenant=prepared.tenant
    )
    changes = {one["address"]: one["change"]["actions"] for one in document["resource_changes"]}  # type: ignore[index, call-overload, union-attr]
    assert changes == {"transport_rule.a": ["forget"], "transport_rule.b": ["no-op"]}
    assert "the tenant isn't touched" in plan_text.text(prepared.plan, colour=False)
    assert prepared.plan.foreign == {"transport_rule": 1}
    was = bench.hand.snapshot()
    assert bench.apply().exit is Exit.DONE
    assert (bench.writes(), difference(was, bench.hand.snapshot())) == (0, [])
    assert [str(address) for address in bench.state.resources] == ["transport_rule.b"]
    assert settled(bench), "the block is done, and says nothing any more"


def test_a_removal_of_what_the_state_never_had_is_done(bench: Bench) -> None:
    applied(bench, rule("b", "B"), removed("transport_rule.a"))
    assert settled(bench)


def test_a_domain_that_would_be_deleted_is_forgotten_all_the_same(bench: Bench) -> None:
    applied(bench, domain("own", "contoso.com", 'on_destroy = "delete"'), rule("b", "B"))
    applied(bench, rule("b", "B"), removed("accepted_domain.own"))
    assert bench.writes() == 0
    assert "contoso.com" in names(bench, "accepted_domain")


def test_what_is_removed_and_gone_is_forgotten_too(bench: Bench) -> None:
    applied(bench, rule("a", "A"), rule("b", "B"))
    by_hand(bench, "Remove-TransportRule", "A")
    bench.text = configuration(rule("b", "B"), removed("transport_rule.a"))
    (step,) = bench.plan().plan.steps
    assert isinstance(step, Forget)
    assert step.gone


def test_destroying_spares_what_is_removed(bench: Bench) -> None:
    applied(bench, rule("a", "A"), rule("b", "B"))
    bench.text = configuration(rule("b", "B"), removed("transport_rule.a"))
    assert steps(bench, Options(destroy=True)) == [". transport_rule.a", "- transport_rule.b"]
    assert bench.apply(options=Options(destroy=True)).exit is Exit.DONE
    assert names(bench, "transport_rule") == ["A"]


def test_a_target_leaves_other_removals_for_later(bench: Bench) -> None:
    applied(bench, rule("a", "A"), rule("b", "B"), rule("c", "C"))
    bench.text = configuration(rule("c", "C"), removed("transport_rule.a"), removed("transport_rule.b"))
    assert steps(bench, Options(targets=at("transport_rule.b"))) == [". transport_rule.b"]


def test_a_connector_is_let_go_of_while_our_rule_still_routes_to_it_by_name(bench: Bench) -> None:
    applied(bench, scoped("out", "Out"), routing("r", "R", ROUTE))
    bench.text = configuration(routing("r", "R", "Out"), removed("outbound_connector.out"))
    assert steps(bench) == [". outbound_connector.out"]
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert bench.state.resources[Address.parse("transport_rule.r")].dependencies == frozenset()
    assert settled(bench)


def test_a_rule_of_what_was_let_go_of_goes_first_when_it_is_taken_out(bench: Bench) -> None:
    applied(bench, scoped("out", "Out"), routing("r", "R", ROUTE), rule("b", "B"))
    applied(bench, rule("b", "B"), removed("outbound_connector.out"))
    assert (names(bench, "transport_rule"), names(bench, "outbound_connector")) == (["B"], ["Out"])


@pytest.mark.parametrize(
    ("was", "comes", "origin"),
    [
        (rule("a", "A"), rule("c", "A"), "transport_rule.a"),
        (domain("a", "contoso.com"), domain("c", "contoso.com"), "accepted_domain.a"),
    ],
)
def test_what_comes_under_the_name_of_what_is_let_go_of_has_moved(
    bench: Bench, was: str, comes: str, origin: str
) -> None:
    applied(bench, was, rule("b", "B"))
    bench.text = configuration(rule("b", "B"), comes, removed(origin))
    (found,) = mistakes(bench)
    assert found.code == "moved"
    assert f'[[moved]]\nfrom = "{origin}"' in found.paste


def test_a_failed_apply_forgets_nothing(bench: Bench) -> None:
    applied(bench, rule("a", "A"), rule("b", "B"))
    state = bench.state
    bench.text = configuration(rule("b", "B", 'comments = "x"'), removed("transport_rule.a"))
    assert bench.apply(Fault(When(operation="Set-TransportRule"), Reject())).exit is Exit.ROLLED_BACK
    assert bench.state == state
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_letting_go_of_everything_is_no_empty_configuration(bench: Bench) -> None:
    applied(bench, rule("a", "A"))
    bench.text = configuration(removed("transport_rule.a"))
    assert bench.plan().objections == ()
    bench.text = TENANT
    prepared = bench.plan()
    assert objections(prepared.plan, prepared.configuration, prepared.state, allow_large_change=False)


BLOCKS = (
    domain("own", "contoso.com", 'on_destroy = "delete"'),
    scoped("out", "Out", PROTECTED),
    routing("route", "Route", ROUTE, 'order = { at = "first" }'),
    inbound("in", "In", 'client_host_names = ["a.contoso.com"]'),
)
ADDRESSES = {
    "accepted_domain.own": "contoso.com",
    "outbound_connector.out": "Out",
    "transport_rule.route": "Route",
    "inbound_connector.in": "In",
}


def gives(bench: Bench) -> None:
    """The folder that has everything gives it away."""
    bench.text = configuration(rule("stays", "Stays"), *map(removed, ADDRESSES))


def takes(bench: Bench) -> None:
    """The folder that has nothing takes it over."""
    bench.text = configuration(*BLOCKS, *(imported(address, id) for address, id in ADDRESSES.items()))


@pytest.mark.parametrize("turns", [(0, 1), (1, 0)], ids=["given, then taken", "taken, then given"])
def test_resources_are_handed_from_one_folder_to_another_without_a_write(
    tmp_path: Path, turns: tuple[int, int]
) -> None:
    one, two = Bench(tmp_path / "one"), Bench(tmp_path / "two")
    two.memory = one.memory
    one.folder.mkdir()
    two.folder.mkdir()
    applied(one, *BLOCKS, rule("stays", "Stays"))
    was = one.hand.snapshot()
    gives(one)
    takes(two)
    for turn in turns:
        bench = (one, two)[turn]
        assert bench.apply().exit is Exit.DONE
        assert bench.writes() == 0
    assert difference(was, one.hand.snapshot()) == []
    assert settled(one)
    assert settled(two)
    assert [str(address) for address in one.state.resources] == ["transport_rule.stays"]
    assert sorted(map(str, two.state.resources)) == sorted(ADDRESSES)
    two.text = two.text.replace('name = "In"', 'name = "Taken in"')
    assert two.apply().exit is Exit.DONE
    assert named(two, "inbound_connector", "Taken in")


def test_a_resource_moves_and_another_is_let_go_of_in_one_plan_without_a_write(bench: Bench) -> None:
    applied(bench, rule("a", "A"), rule("b", "B"))
    bench.text = configuration(
        rule("c", "A"), moved("transport_rule.a", "transport_rule.c"), removed("transport_rule.b")
    )
    assert sorted(steps(bench)) == [". transport_rule.b", "~ transport_rule.c"]
    assert bench.apply().exit is Exit.DONE
    assert (bench.writes(), settled(bench)) == (0, True)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("MAILFORM_SANDBOX", str(tmp_path / "tenant.json"))
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


def test_state_commands_and_import_hand_a_resource_over_too(terminal: Terminal, looking: Callable[[], bytes]) -> None:
    for folder in ("one", "two"):
        (terminal.folder / folder).mkdir()
    terminal.write(configuration(rule("a", "A"), rule("b", "B")), "one/mailform.toml")
    terminal.done("-C", "one", "apply", "--auto-approve")
    was = looking()
    terminal.done("-C", "one", "state", "mv", "transport_rule.a", "transport_rule.first")
    terminal.done("-C", "one", "state", "rm", "transport_rule.b")
    terminal.write(configuration(rule("first", "A")), "one/mailform.toml")
    terminal.write(configuration(rule("b", "B")), "two/mailform.toml")
    terminal.done("-C", "two", "import", "transport_rule.b", "B")
    for folder in ("one", "two"):
        assert "No changes." in terminal.done("-C", folder, "plan")
    assert looking() == was


@pytest.fixture
def looking(tmp_path: Path) -> Callable[[], bytes]:
    """The whole tenant, as its file has it."""
    return lambda: (tmp_path / "tenant.json").read_bytes()
