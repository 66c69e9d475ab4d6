"""What a plan believed of a listing that may have come from a reader that lags, and what can't be taken back once the
state says so: that a domain is there which it adopts, that an object isn't there any more which it lets go of. Both are
looked at again before the pivot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailform.execute.ledger import Ledger
from mailform.planning.steps import Adopt, Create, Forget, Retry
from mailform_providers.kinds import ACCEPTED_DOMAIN
from mailform_state.address import Address

Keys = Mapping[tuple[str, str], Address]
"""Objects, by kind and id, and whose they are."""


@dataclass(frozen=True, slots=True)
class Beliefs:
    """The objects that were taken for `there` and for `gone`."""

    there: Keys
    gone: Keys

    def __bool__(self) -> bool:
        return bool(self.there or self.gone)


def beliefs(ledger: Ledger) -> Beliefs:
    """What the plan of a run believed."""
    there: dict[tuple[str, str], Address] = {}
    gone: dict[tuple[str, str], Address] = {}
    for step in ledger.plan.steps:
        match step:
            case Adopt(_, current):
                there[current.kind, current.id] = step.address
            case Forget(address, id, True):
                gone[address.kind, id] = address
            case Retry(pending, None):
                gone[pending.kind, pending.id] = pending.address
            case Create():
                former = ledger.state.resources.get(step.address)
                # a domain that is made again is the same one: it is there, and the service says so
                if former is not None and former.kind != ACCEPTED_DOMAIN:
                    gone[former.kind, former.id] = step.address
            case _:
                pass
    return Beliefs(there, {key: address for key, address in gone.items() if key not in there})
