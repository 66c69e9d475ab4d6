"""Any order of rules becomes the wanted one in one apply, with the fewest moves there are.

What there is to be reached is found by trying every order; the sandbox shifts the priorities as the service does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, rule
from lifecycle.looks import by_hand, guid, mistakes, names, requests, settled
from mailform.exits import Exit

BEYOND = 99


@dataclass(frozen=True)
class Place:
    """What one of our rules says of its place. `number` BEYOND is last."""

    number: int | None = None
    after: str | None = None
    before: str | None = None

    def written(self) -> str:
        if self.number is not None:
            ends = {0: 'order = { at = "first" }', BEYOND: 'order = { at = "last" }'}
            return ends.get(self.number, f"priority = {self.number}")
        told = [
            f'{word} = "transport_rule.{one}"' for word, one in (("after", self.after), ("before", self.before)) if one
        ]
        return f"order = {{ {', '.join(told)} }}" if told else ""


@dataclass(frozen=True)
class Case:
    """Today's order, and the places of our rules; the rest is somebody else's."""

    today: tuple[str, ...]
    ours: Mapping[str, Place]

    @property
    def movable(self) -> frozenset[str]:
        return frozenset(label for label, place in self.ours.items() if place != Place())

    def orders(self) -> Iterator[tuple[str, ...]]:
        """Every order that will do."""
        still = [label for label in self.today if label not in self.movable]
        for order in permutations(self.today):
            if [label for label in order if label not in self.movable] == still and self._has_all_places(order):
                yield order

    def _has_all_places(self, order: tuple[str, ...]) -> bool:
        numbered = sorted((place.number, label) for label, place in self.ours.items() if place.number is not None)
        limit = len(order)
        for number, label in reversed(numbered):
            limit = min(number, limit - 1)
            if order.index(label) != limit:
                return False
        return all(
            (place.after is None or order.index(place.after) < order.index(label))
            and (place.before is None or order.index(label) < order.index(place.before))
            for label, place in self.ours.items()
        )

    def moves_to(self, order: tuple[str, ...]) -> int:
        """The fewest rules to take out so that the others stand alike today and then."""
        for count in range(len(self.movable) + 1):
            for moved in combinations(sorted(self.movable), count):
                if [label for label in self.today if label not in moved] == [one for one in order if one not in moved]:
                    return count
        raise AssertionError("rules that never move stand in two orders")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    today = tuple(draw(st.permutations("abcde"[: draw(st.integers(2, 5))])))
    ours = sorted(draw(st.sets(st.sampled_from(today), min_size=1)))
    numbers = iter(draw(st.permutations([0, 1, 2, 3, 4, BEYOND])))
    ranks = draw(st.permutations(ours))
    places = {}
    for label in ours:
        says = draw(st.sampled_from(["nothing", "number", "after", "before", "both"]))
        ahead, behind = ranks[: ranks.index(label)], ranks[ranks.index(label) + 1 :]
        places[label] = Place(
            next(numbers) if says == "number" else None,
            draw(st.sampled_from(ahead)) if says in ("after", "both") and ahead else None,
            draw(st.sampled_from(behind)) if says in ("before", "both") and behind else None,
        )
    return Case(today, places)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_any_order_becomes_the_wanted_one_in_one_apply_with_the_fewest_moves(case: Case) -> None:
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        bench.text = configuration(*(rule(label, label) for label in case.ours))
        assert bench.apply().exit is Exit.DONE
        for label in case.today:
            if label not in case.ours:
                by_hand(bench, "New-TransportRule", Name=label, FromScope="InOrganization", SetSCL=1)
        for place, label in enumerate(case.today):
            by_hand(bench, "Set-TransportRule", label, Priority=place)
        assert tuple(names(bench, "transport_rule")) == case.today

        bench.text = configuration(*(rule(label, label, place.written()) for label, place in case.ours.items()))
        reachable = list(case.orders())
        if not reachable:
            event("can't be reached")
            assert mistakes(bench) != ()
            return
        report = bench.apply()
        assert report.exit is Exit.DONE, report
        assert tuple(names(bench, "transport_rule")) in reachable
        fewest = min(map(case.moves_to, reachable))
        event(f"{fewest} moves")
        assert len(requests(bench)) == fewest
        movable = {guid(bench, "transport_rule", label) for label in case.movable}
        assert {request.identity for request in requests(bench)} <= movable
        assert settled(bench)
