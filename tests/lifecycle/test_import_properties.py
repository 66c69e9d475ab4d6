"""What holds for every tenant that is imported by blocks, whatever hands did to it before."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import event, given
from hypothesis import strategies as st

from lifecycle.bench import Bench
from lifecycle.blocks import imported
from lifecycle.looks import let_go
from lifecycle.test_properties import behaviours, carry_out, often, refusals, require_settled, tenant
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform.planning.steps import Adopt
from mailform_providers.sandbox import Behaviour, Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference
from mailform_state.address import Address
from mailform_state.values import Recorded
from strategies.configurations import Edit, configurations, edits

IN_THE_WAY = {"already-exists", "circular-change", "impossible-order", "not-as-it-is"}
"""What hands may have done that an import can't bring together with what is wanted, each to be told to the user."""


def clicked(bench: Bench, text: str) -> Mapping[Address, Recorded]:
    """What a configuration describes, made and then known to nobody; what it was."""
    bench.text = text
    assert bench.apply().exit is Exit.DONE
    made = dict(bench.state.resources)
    for address in made:
        let_go(bench, str(address))
    return made


def with_imports(text: str, made: Mapping[Address, Recorded], bench: Bench) -> str:
    """The configuration with a block for each object that is still there."""
    there = bench.hand.snapshot()
    found = [imported(str(address), known.id) for address, known in made.items() if known.id in there[known.kind]]  # type: ignore[operator]
    return "\n".join([text, *found])


@often
@given(text=configurations(), behaviour=behaviours)
def test_what_is_as_it_is_written_is_imported_without_a_write(text: str, behaviour: Behaviour) -> None:
    with tenant(behaviour, []) as bench:
        made = clicked(bench, text)
        bench.text = with_imports(text, made, bench)
        steps = bench.plan().plan.steps
        assert sorted(step.address for step in steps) == sorted(made)
        assert all(isinstance(step, Adopt) and not step.differences for step in steps), steps
        assert bench.apply().exit is Exit.DONE
        assert bench.writes() == 0
        assert {address: known.id for address, known in bench.state.resources.items()} == {
            address: known.id for address, known in made.items()
        }
        require_settled(bench)


@often
@given(text=configurations(), hands=edits, behaviour=behaviours, refusal=st.none() | refusals)
def test_an_import_ends_as_it_is_written_or_as_it_was_and_never_deletes_what_it_took_over(
    text: str, hands: list[Edit], behaviour: Behaviour, refusal: When | None
) -> None:
    with tenant(behaviour, []) as bench:
        made = clicked(bench, text)
        for edit in hands:
            carry_out(bench, edit)
        bench.text = with_imports(text, made, bench)
        was, state = bench.hand.snapshot(), bench.state if made else None
        try:
            report = bench.apply(*(() if refusal is None else (Fault(refusal, Reject()),)))
        except Mistakes as found:
            assert {one.code for one in found.diagnostics} <= IN_THE_WAY, [one.message for one in found.diagnostics]
            event(f"no plan: {found.diagnostics[0].code}")
            return
        event(report.exit.name)
        now = bench.hand.snapshot()
        for known in made.values():
            assert (known.id in was[known.kind]) <= (known.id in now[known.kind])  # type: ignore[operator]
        if report.exit is Exit.ROLLED_BACK:
            assert difference(was, now) == []
            assert state is None or bench.state == state
            return
        assert report.exit is Exit.DONE, report
        require_settled(bench)
