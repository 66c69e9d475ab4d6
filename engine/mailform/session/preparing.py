"""From a configuration, a state and a tenant to a plan. Takes no lock and writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from mailform.diagnostics import Diagnostic, Severity
from mailform.planning.guard import Objection, objections
from mailform.planning.plan import Options, plan, takes_connectors_away
from mailform.planning.steps import Plan
from mailform.planning.unresolved import reminders, settled
from mailform.planning.world import World
from mailform.refresh import refresh, with_rules
from mailform.session.meanwhile import as_it_stands
from mailform.wanted import Configuration
from mailform_providers.contract import Provider
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_state.errors import WrongTenant
from mailform_state.journal import Entry
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with all that it was made from. `objections` are what the guards say of it. `new`: there is no state
    yet, and `state` is the empty one that the first apply begins from."""

    configuration: Configuration
    state: State
    tenant: str
    plan: Plan
    objections: tuple[Objection, ...]
    new: bool = False

    @property
    def idle(self) -> bool:
        """Whether carrying it out would change neither the tenant nor the state."""
        settles = settled(self.state, self.configuration.resources.keys(), self.plan.observed)
        return self.plan.empty and not settles and not any(one.refreshed for one in self.plan.kept)


def prepare(
    configuration: Configuration,
    stored: State | None,
    tenant: str,
    provider: Provider,
    options: Options,
    *,
    lineage: str,
    allow_large_change: bool = False,
    open_run: Sequence[Entry] = (),
    also: Collection[str] = (),
) -> Prepared:
    """Reads the tenant (its GUID is `tenant`) and plans. Raises Mistakes, Failure. `lineage` names a state that is
    still to be made. `open_run` is the journal of a run that isn't settled: the plan then is only for looking at.
    `also` names kinds to read that no plan needs."""
    state = stored or State(lineage=lineage, tenant=tenant)
    require_tenant(state, tenant)
    world, remarks = refresh(provider, configuration, as_it_stands(state, open_run, World()), also)
    state = as_it_stands(state, open_run, world)
    made = plan(configuration, state, world, options)
    if takes_connectors_away(made) and TRANSPORT_RULE not in world.objects:
        made = plan(configuration, state, with_rules(provider, world), options)
    told = tuple(Diagnostic("service", remark, severity=Severity.WARNING) for remark in remarks)
    reminded = reminders(state, configuration.resources.keys(), world.objects)
    made = replace(made, warnings=(*made.warnings, *told, *reminded))
    found = objections(made, configuration, state, allow_large_change=allow_large_change)
    return Prepared(configuration, state, tenant, made, found, stored is None)


def require_tenant(state: State, tenant: str) -> None:
    """Raises WrongTenant when the state is another tenant's than the one (by GUID) that is signed in to."""
    if state.tenant != tenant:
        raise WrongTenant(
            f"the state belongs to tenant {state.tenant}, and the sign-in is for {tenant}",
            hint="Nothing was read or changed. Use the state's own configuration, or sign in to its tenant",
        )
