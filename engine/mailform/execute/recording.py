"""What the state is to hold of a resource once one more write is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mailform.execute.ledger import Ledger
from mailform.planning.actions import Make, Write
from mailform.planning.compare import everything
from mailform.planning.operations import Operation
from mailform.planning.records import taken_over
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS
from mailform_state.values import Attribute, Recorded, Value


def recorded(
    one: Operation, id: str, values: Mapping[str, Value], shown: Mapping[str, Value], ledger: Ledger
) -> Recorded | None:
    """The record with `values` written, where the object `id` shows `shown` of them; None where a write says nothing of
    a resource that stays."""
    if one.wanted is None or not isinstance(one.action, Make | Write):
        return None
    known = ledger.records.get(one.address)
    adopted = one.current is not None and one.current.id == id
    if known is not None and known.id != id:
        known = None if adopted else replace(known, id=id, attributes={})
    base = known or _beginning(one.wanted, one.current, id)
    kind = KINDS[one.kind]
    written = {
        name: Attribute(value, shown.get(name, value), name in one.wanted.sensitive)
        for name, value in values.items()
        if name in kind.attributes
    }
    on_destroy = base.on_destroy or (one.wanted.on_destroy or "forget" if kind.naming == "domain" else None)
    # what was reset because nobody writes it any more is managed no longer
    wanted = everything(kind, one.wanted)
    attributes = {n: value for n, value in {**base.attributes, **written}.items() if n in wanted or n not in written}
    return replace(base, attributes=attributes, on_destroy=on_destroy)


def _beginning(wanted: Wanted, current: Observed | None, id: str) -> Recorded:
    """The record before the first write: of an object that becomes ours it has all that the object shows."""
    if current is not None and current.id == id:
        return taken_over(wanted, current)
    return Recorded(wanted.address, id, {}, wanted.dependencies)
