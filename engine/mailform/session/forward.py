"""Keeping what a run has done instead of taking it back: only where everything that it knows of still is as it left it.

What was still to be done is planned again and applied by whoever calls this: the plan, not the journal, says what is
wanted now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from mailform.planning.images import seen, strange
from mailform.planning.undo import Images, shown
from mailform.session.aftermath import Aftermath
from mailform_providers.kinds import KINDS
from mailform_state.address import Address
from mailform_state.changes import Change, Forget, Postpone, Record
from mailform_state.journal import Entry, Result
from mailform_state.values import PendingDelete, State

_ENABLED = "enabled"


def misfits(scene: Aftermath) -> tuple[str, ...]:
    """What isn't as the run found or left it: somebody else changed it, so that nobody can say what going on would
    make of it."""
    return tuple(_misfits(scene))


def _misfits(scene: Aftermath) -> Iterator[str]:
    images = shown(scene.told)
    names = {(one.kind, one.id): str(one.address or one.id) for one in scene.begin.before}
    objects = {
        (kind, one.id): one for kind in sorted({k for k, _ in images}) for one in scene.provider.read(kind).objects
    }
    for key, known in images.items():
        if not known:
            continue
        current = objects.get(key)
        what = names.get(key, key[1])
        if current is None:
            yield f"{what} isn't there any more"
            continue
        made = key not in names
        now = {name: value for name, value in seen(current).items() if not made or name in known[-1]}
        odd = strange(key[0], now, known, scene.directory())
        if odd:
            yield f"somebody else changed {', '.join(odd)} of {what}"


def kept(base: State, scene: Aftermath) -> tuple[Change, ...]:
    """What keeping everything that was done makes of the state, beside what the results say: an object that was to be
    replaced is still to be deleted, one that was only disabled before its deletion is disabled, and no object has two
    addresses."""
    records = [change.resource for change in _changes(scene.told) if isinstance(change, Record)]
    images = shown(scene.told)
    found: list[Change] = []
    for resource in {one.address: one for one in records}.values():
        former = base.resources.get(resource.address)
        if former is not None and former.id != resource.id:
            name = str((images.get((former.kind, former.id)) or ({},))[-1].get(KINDS[former.kind].naming, ""))
            pending = PendingDelete(
                former.kind, former.id, name, former.address, "it was replaced, and is to be deleted"
            )
            found.append(Postpone(pending))
        found.extend(Forget(other) for other in others(base, resource.address, resource.id))
    told = {one.address for one in records} | {one.address for one in found if isinstance(one, Forget)}
    found.extend(_retired(base, told, images))
    return tuple(found)


def _retired(base: State, told: Collection[Address], images: Mapping[tuple[str, str], Images]) -> Iterator[Record]:
    """The records of what the run switched off to delete it later: nobody but Mailform did that, so it is no drift."""
    for address, known in base.resources.items():
        before, *since = images.get((known.kind, known.id), ({},))
        switched = bool(since) and before.get(_ENABLED) is not False and since[-1].get(_ENABLED) is False
        if switched and address not in told and _ENABLED in known.attributes:
            off = replace(known.attributes[_ENABLED], written=False, echoed=False)
            yield Record(replace(known, attributes={**known.attributes, _ENABLED: off}))


def others(base: State, address: Address, id: str) -> Iterator[Address]:
    """The other addresses at which the state knows an object: it moved to `address` while the run was on."""
    yield from (known.address for known in base.resources.values() if known.id == id and known.address != address)


def _changes(told: list[Entry]) -> Iterator[Change]:
    for entry in told:
        if isinstance(entry, Result):
            yield from entry.changes
