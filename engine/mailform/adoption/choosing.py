"""Which objects can be taken over at all, and what of them can't be written: decided before anything is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mailform.adoption.left_out import LeftOut
from mailform.adoption.spelling import unspeakable
from mailform.planning.hidden import hidden, refusal
from mailform.planning.world import identity
from mailform.wanted import Configuration
from mailform_providers.contract import Observed
from mailform_providers.exchange.exported import ENUMS
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.kinds.schema import Attribute, Type
from mailform_state.address import Address
from mailform_state.values import State, Value


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for: of these kinds, and with a name that one of the patterns fits. Empty: all."""

    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __contains__(self, seen: Observed) -> bool:
        name = seen.name.casefold()
        return (not self.kinds or seen.kind in self.kinds) and (
            not self.names or any(fnmatchcase(name, pattern.casefold()) for pattern in self.names)
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """`objects` are to be taken over, `left_out` not; `managed` counts those that the state has already."""

    objects: tuple[Observed, ...]
    left_out: tuple[LeftOut, ...]
    managed: int = 0


def choose(objects: Iterable[Observed], selection: Selection, configuration: Configuration, state: State) -> Choice:
    """What to take over of `objects`, which have all of the kinds that matter."""
    everything = list(objects)
    owned = {(known.kind, known.id.casefold()) for known in state.resources.values()}
    going = {(left.kind, left.id.casefold()) for left in state.pending_delete}
    names = Counter((seen.kind, identity(seen.kind, seen.name)) for seen in everything)
    written = dict(_written(configuration))
    asked = [seen for seen in everything if seen in selection]
    taken: list[Observed] = []
    left: list[LeftOut] = []
    for seen in asked:
        key, name = (seen.kind, seen.id.casefold()), (seen.kind, identity(seen.kind, seen.name))
        if key in owned:
            continue
        reason = (
            "it is still to be deleted: mailform apply"
            if key in going
            else _named_alike(seen)
            if names[name] > 1
            else _written_already(seen, written[name])
            if name in written
            else _inexpressible(seen)
        )
        if reason is None:
            taken.append(seen)
            left += _parts(seen)
        else:
            left.append(LeftOut.of(seen, reason))
    return Choice(tuple(taken), tuple(left), sum((seen.kind, seen.id.casefold()) in owned for seen in asked))


def _written(configuration: Configuration) -> Iterator[tuple[tuple[str, str], Address]]:
    for address, resource in configuration.resources.items():
        name = resource.attributes.get(KINDS[address.kind].naming)
        if isinstance(name, str):
            yield (address.kind, identity(address.kind, name)), address


def _named_alike(seen: Observed) -> str:
    return f"another {seen.kind.replace('_', ' ')} has the same name: rename one of them"


def _written_already(seen: Observed, address: Address) -> str:
    return f"{address} is written already: mailform import '{address}' {seen.id}".rstrip()


def _inexpressible(seen: Observed) -> str | None:
    """Why an object can't be described as it is."""
    if seen.unsupported is not None:
        return seen.unsupported
    kind = KINDS[seen.kind]
    clause = next(hidden(seen), None)
    if clause is not None:
        return clause
    for attribute in kind.writable:
        lost = unspeakable(attribute, seen.attributes.get(attribute.name))
        if lost and (attribute.section or attribute.required):
            return f"{attribute.name} is {', '.join(map(repr, lost))}: {_cannot(attribute, lost[0])}"
    if "enabled" in kind.attributes and not isinstance(seen.attributes.get("enabled"), bool):
        return "whether it is enabled isn't shown"
    if kind.sections and not _shown(seen, kind.sections):
        return "its conditions and actions aren't shown"
    if seen.kind == ACCEPTED_DOMAIN and not all(map(seen.facts.get, ("verified", "email", "known"))):
        return "it takes no mail yet: its DNS proof is missing, or Email isn't on for it"
    return None


def _shown(seen: Observed, sections: Collection[str]) -> bool:
    """Whether a rule shows its conditions, were they only unset. One without them would be written as for all mail."""
    return {name.partition(".")[0] for name in seen.attributes} >= {*sections}


def _parts(seen: Observed) -> Iterator[LeftOut]:
    """What of an object that is taken can't be written."""
    kind = KINDS[seen.kind]
    for name, value in seen.unwritable.items():
        yield LeftOut.of(seen, refusal(kind.name, name), name, value)
    for attribute in kind.writable:
        value = seen.attributes.get(attribute.name)
        for lost in unspeakable(attribute, value):
            yield LeftOut.of(seen, _cannot(attribute, lost), attribute.name, lost)


def _cannot(attribute: Attribute, value: Value) -> str:
    """Why a configuration has no word for a value."""
    if attribute.values and isinstance(value, int):
        return f"a number that stands for a word; {ENUMS}"
    if attribute.values:
        return "Exchange Online doesn't take this value back"
    return "it can't be read as one thing" if attribute.type is Type.TIMESTAMP else "it can't be written"
