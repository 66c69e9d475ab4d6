"""Which attributes are sensitive, from everything a plan knows. What is in doubt is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailform.planning.steps import Adopt, Create, Delete, Difference, Plan, Readdress, Replace, Step, Update
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_state.address import Address
from mailform_state.values import Recorded, State


@dataclass(frozen=True, slots=True)
class Secrets:
    """The sensitive attributes by address. Sensitive once (in the configuration, the state, a difference) is sensitive
    wherever the attribute is shown, before and after."""

    hidden: frozenset[tuple[Address, str]] = frozenset()

    @classmethod
    def of(cls, plan: Plan, state: State | None = None) -> Secrets:
        """The secrets of a plan, and of the state it was made from, where that is at hand."""
        found = set(_of_plan(plan))
        if state is not None:
            readdressed = {step.origin: step.address for step in plan.steps if isinstance(step, Readdress)}
            for address, known in state.resources.items():
                found |= {(readdressed.get(address, address), name) for name in sensitive(known)}
        return cls(frozenset(found))

    def hide(self, address: Address, attribute: str) -> bool:
        """Whether an attribute's value must not be shown."""
        return (address, attribute) in self.hidden

    def hide_name(self, address: Address) -> bool:
        """Whether the object's own name must not be shown."""
        return address.kind in KINDS and self.hide(address, KINDS[address.kind].naming)

    def hide_id(self, address: Address) -> bool:
        """Whether the object's id must not be shown: a domain's is its name."""
        return address.kind == ACCEPTED_DOMAIN and self.hide_name(address)


def sensitive(known: Recorded) -> frozenset[str]:
    """The sensitive attributes of a recorded resource; the `id` of a domain is its name, and as sensitive."""
    names = frozenset(name for name, attribute in known.attributes.items() if attribute.sensitive)
    return names | {"id"} if known.kind == ACCEPTED_DOMAIN and "domain" in names else names


def _of_plan(plan: Plan) -> Iterator[tuple[Address, str]]:
    for step in plan.steps:
        yield from ((step.address, name) for name in _of_step(step))
    for drift in plan.drift:
        yield from ((drift.address, name) for name in _of_differences(drift.differences))
    for kept in plan.kept:
        names = sensitive(kept.recorded) | (frozenset() if kept.wanted is None else kept.wanted.sensitive)
        yield from ((kept.address, name) for name in names)


def _of_step(step: Step) -> frozenset[str]:
    match step:
        case Create():
            return step.wanted.sensitive
        case Update() | Replace() | Adopt():
            return step.wanted.sensitive | _of_differences(step.differences)
        case Delete():
            return sensitive(step.recorded)
        case _:
            return frozenset()


def _of_differences(differences: tuple[Difference, ...]) -> frozenset[str]:
    return frozenset(found.attribute for found in differences if found.sensitive)
