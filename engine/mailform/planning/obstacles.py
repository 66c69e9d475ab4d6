"""Why an object may not go, or a name doesn't come free, although nothing but this plan asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailform.diagnostics import Diagnostic
from mailform.planning import complaints
from mailform.planning.world import World
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, OUTBOUND_CONNECTOR
from mailform_state.address import Address
from mailform_state.values import Recorded


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What stands in the way in one tenant. `managed` has whose each object of ours is, by kind and id; `left_over` the
    objects that stay retired: they are deleted behind the pivot, when names have long been given."""

    world: World
    managed: Mapping[tuple[str, str], Address]
    left_over: frozenset[tuple[str, str]]

    def to_deletion(self, recorded: Recorded, current: Observed, wanted: Wanted | None) -> list[Diagnostic]:
        """Why a resource's object may not be taken away; `wanted` is the block that takes another instead."""
        mistakes = []
        position = None if wanted is None else wanted.position
        protected = recorded.prevent_destroy
        if wanted is not None and wanted.lifecycle.prevent_destroy is not None:
            protected = wanted.lifecycle.prevent_destroy
        if protected:
            mistakes.append(complaints.protected(recorded.address, position))
        if current.kind == ACCEPTED_DOMAIN and (current.facts.get("initial") or current.facts.get("default")):
            mistakes.append(complaints.never_deleted(recorded, current))
        if current.kind == OUTBOUND_CONNECTOR and wanted is None:
            mistakes.extend(
                complaints.used_by_foreign(recorded.address, position, current, rule, "deleted")
                for rule in self.foreign(self.world.routing_to(current.id))
            )
        return mistakes

    def to_naming(self, wanted: Wanted, holder: Observed) -> list[Diagnostic]:
        """Why the name that `holder` has can't become the resource's: the service doesn't rename a connector that a
        rule routes to, be it somebody's or one that is left over as well."""
        if holder.kind != OUTBOUND_CONNECTOR or (holder.kind, holder.id) not in self.left_over:
            return []
        users = self.world.routing_to(holder.id)
        foreign = self.foreign(users)
        mistakes = [
            complaints.used_by_foreign(wanted.address, wanted.position, holder, rule, "renamed or deleted")
            for rule in foreign
        ]
        if len(foreign) < len(users):
            ours = tuple(rule for rule in users if rule not in foreign)
            mistakes.append(complaints.left_over(wanted, holder, ours))
        return mistakes

    def foreign(self, rules: tuple[Observed, ...]) -> tuple[Observed, ...]:
        """Those of the rules that are nobody's."""
        return tuple(rule for rule in rules if (rule.kind, rule.id) not in self.managed)
