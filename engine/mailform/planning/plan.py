"""Making a plan: a pure function of what is wanted, what is recorded and what the tenant has.

Read `plan` first; `decide` has the three-way table, `order` the rules' order, `names` who gets which name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from graphlib import CycleError

from mailform.configuration.limits import MOST_RULES
from mailform.diagnostics import Diagnostic, Mistakes, Severity
from mailform.planning import complaints, hidden
from mailform.planning.actions import Make
from mailform.planning.decide import Decisions, Table
from mailform.planning.imports import claims
from mailform.planning.leftovers import wanted_again
from mailform.planning.names import collisions
from mailform.planning.ownership import given_up, owners, strangers
from mailform.planning.placing import place_rules
from mailform.planning.published import facts, output_changes
from mailform.planning.publishing import left_behind, withdrawals
from mailform.planning.records import readdressed
from mailform.planning.refreshing import refreshed
from mailform.planning.remarks import refined
from mailform.planning.renamed_keys import renamed_keys
from mailform.planning.routes import connectors_to_be, lost_routes
from mailform.planning.schedule import schedule
from mailform.planning.steps import (
    Adopt,
    Create,
    Delete,
    Plan,
    Readdress,
    Replace,
    Retry,
    Step,
    Update,
    Withdraw,
)
from mailform.planning.targets import reach, spread
from mailform.planning.waiting import deferred
from mailform.planning.world import World
from mailform.wanted import Configuration, Wanted, resolve
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.address import Address
from mailform_state.values import State, Value


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked of a plan. Empty `targets`: everything."""

    targets: tuple[Address, ...] = ()
    replace: tuple[Address, ...] = ()
    destroy: bool = False
    refresh_only: bool = False

    def told(self) -> Mapping[str, Value]:
        """The same as plain values, for a journal."""
        return {
            "targets": tuple(map(str, self.targets)),
            "replace": tuple(map(str, self.replace)),
            "destroy": self.destroy,
            "refresh_only": self.refresh_only,
        }

    @classmethod
    def of(cls, told: Mapping[str, Value]) -> Options:
        """The options that a journal tells."""

        def addresses(name: str) -> tuple[Address, ...]:
            found = told.get(name, ())
            return tuple(Address.parse(str(one)) for one in found) if isinstance(found, tuple) else ()

        return cls(
            addresses("targets"), addresses("replace"), bool(told.get("destroy")), bool(told.get("refresh_only"))
        )


def plan(configuration: Configuration, state: State, world: World, options: Options = Options()) -> Plan:
    """What would have to change. Raises Mistakes with everything that stands in the way."""
    known, origins = readdressed(state, configuration.moved)
    moves = tuple(Readdress(origin, target, known.resources[target].id) for target, origin in sorted(origins.items()))
    if options.refresh_only:
        return refreshed(known, world, moves)
    everywhere = {*configuration.resources, *known.resources, *(left.address for left in known.pending_delete)}
    options = spread(options, everywhere)
    decisions, wanted = _decide(configuration, known, world, options)
    steps: list[Step] = [*moves, *decisions.steps]
    steps += _retries(known, world, _adopted(decisions.steps).values(), options)
    if not options.targets:
        steps += withdrawals(known, wanted, configuration.dns, given_up(configuration, known).values())
    order = place_rules(wanted, known, world, tuple(steps), options.targets)
    mistakes = [*decisions.mistakes, *collisions(decisions.steps), *order.mistakes]
    mistakes += _unknown_addresses(options, configuration, known, everywhere) + _too_many_rules(decisions.steps, world)
    if mistakes:
        raise Mistakes(tuple(sorted(mistakes, key=lambda found: (found.position is None, str(found.position)))))
    fresh = frozenset(step.address for step in decisions.steps if isinstance(step, Create | Replace))
    told = facts(known, world, fresh, _adopted(decisions.steps))
    made = Plan(
        steps=tuple(sorted([*steps, *order.moves], key=_reading_order)),
        drift=tuple(decisions.drift),
        kept=tuple(decisions.kept),
        deferred=deferred(decisions.steps, wanted, order.moves),
        outputs=() if options.targets else output_changes(configuration, known, told, destroy=options.destroy),
        rules_before=order.before,
        rules_after=order.after,
        observed=world.objects,
        foreign=strangers(world, known, decisions.steps),
        unsupported=tuple(seen for seen in world.objects.get("transport_rule", ()) if seen.unsupported is not None),
        warnings=(
            *refined(configuration, world),
            *decisions.warnings,
            *hidden.of_plan(tuple(decisions.steps), tuple(decisions.kept), wanted),
            *renamed_keys(steps, world.directory),
            *order.warnings,
            *_partial(options),
        ),
        targets=options.targets,
        destroy=options.destroy,
    )
    _require_feasible(made, known)
    return replace(made, warnings=(*made.warnings, *left_behind(made)))


def _require_feasible(made: Plan, state: State) -> None:
    """Refuses a plan whose names or references go round in a circle that no temporary name can break."""
    try:
        waves = schedule(made, state, "00000000")
    except CycleError as found:
        circle = [step.address for step in made.steps if isinstance(step, Adopt | Create | Replace | Update)]
        raise Mistakes((complaints.circle(circle),)) from found
    late = [one.address for wave in waves.cleanup for one in wave if isinstance(one.action, Make)]
    if late:
        raise Mistakes((complaints.circle(late),))


def _decide(
    configuration: Configuration, state: State, world: World, options: Options
) -> tuple[Decisions, Mapping[Address, Wanted]]:
    """Decides every resource; again, as long as an object turns out to be replaced whose GUID others refer to."""
    let_go = given_up(configuration, state)
    fresh: frozenset[Address] = frozenset()
    adopted: Mapping[Address, Observed] = {}
    while True:
        wanted = {} if options.destroy else dict(resolve(configuration, facts(state, world, fresh, adopted)))
        touched = reach(options, wanted, state)
        asked = (one for one in configuration.imports if one.target in wanted)
        claimed = claims((one for one in asked if touched is None or one.target in touched), state, world)
        again = wanted_again(wanted, state, world, options.replace)
        taken = {address: one for address, one in again.items() if touched is None or address in touched}
        taken |= claimed.objects
        kept = {(one.kind, one.id) for one in taken.values()}
        table = Table(
            world=world,
            managed=owners(state, let_go, taken),
            replacing=frozenset(options.replace),
            wanted_connectors=connectors_to_be(world, wanted, dict(state.resources), fresh, adopted),
            staying=frozenset(wanted),
            claimed=taken,
            let_go=let_go,
            left_over=frozenset((entry.kind, entry.id) for entry in state.pending_delete) - kept,
        )
        decisions = Decisions(mistakes=[*claimed.mistakes.values()])
        for address in sorted({*wanted, *state.resources}):
            if address not in claimed.mistakes and (touched is None or address in touched):
                table.decide(wanted.get(address), state.resources.get(address), decisions)
        renewed = frozenset(step.address for step in decisions.steps if isinstance(step, Create | Replace))
        taken_over = _adopted(decisions.steps)
        if renewed <= fresh and taken_over.keys() <= adopted.keys():
            decisions.mistakes.extend(lost_routes(decisions.steps, wanted, world.directory))
            return decisions, wanted
        fresh |= renewed
        adopted = {**adopted, **taken_over}


def _retries(state: State, world: World, adopted: Iterable[Observed], options: Options) -> list[Retry]:
    """What is still to be deleted, unless it is wanted again."""
    again = {(current.kind, current.id) for current in adopted}
    return [
        Retry(entry, None, again=True)
        if (entry.kind, entry.id) in again
        else Retry(entry, world.find(entry.kind, entry.id))
        for entry in state.pending_delete
        if not options.targets or entry.address in options.targets
    ]


def _adopted(steps: Iterable[Step]) -> Mapping[Address, Observed]:
    return {step.address: step.current for step in steps if isinstance(step, Adopt)}


def takes_connectors_away(made: Plan) -> bool:
    """Whether an outbound connector is to go, or to be no longer what a rule of anybody's needs it to be."""
    taken = {"name", "enabled", "is_transport_rule_scoped", "test_mode"}
    return any(
        isinstance(step, Delete | Replace | Retry)
        or (isinstance(step, Update | Adopt) and any(found.attribute in taken for found in step.differences))
        for step in made.steps
        if step.address.kind == OUTBOUND_CONNECTOR
    )


def _too_many_rules(steps: Iterable[Step], world: World) -> list[Diagnostic]:
    present = len(world.objects.get(TRANSPORT_RULE, ()))
    added = sum(isinstance(step, Create | Replace) and step.address.kind == TRANSPORT_RULE for step in steps)
    too_many = added and present + added > MOST_RULES
    return [complaints.too_many_rules(present, added, MOST_RULES)] if too_many else []


def _partial(options: Options) -> tuple[Diagnostic, ...]:
    if not options.targets:
        return ()
    return (
        Diagnostic(
            "partial-plan",
            "this plan is partial: only the targets and what they depend on are looked at, no other rule is moved and "
            "no output changes",
            None,
            "Plan without --target afterwards",
            Severity.WARNING,
        ),
    )


def _unknown_addresses(
    options: Options, configuration: Configuration, state: State, everywhere: Set[Address]
) -> list[Diagnostic]:
    known = {*configuration.resources, *state.resources}
    missing = [one for one in options.targets if one not in everywhere and one not in configuration.keys]
    missing += [one for one in options.replace if one not in known]
    return [complaints.unknown_address(one, sorted(found for found in known if found.block == one)) for one in missing]


def _reading_order(step: Step) -> tuple[int, int, str]:
    """Kinds in the order in which they are made; of one resource, its other steps before its move."""
    rank = list(KINDS).index(step.address.kind) if step.address.kind in KINDS else len(KINDS)
    last = 2 if isinstance(step, Withdraw) else 1 if isinstance(step, Delete | Retry) else 0
    return (rank, last, str(step.address))
