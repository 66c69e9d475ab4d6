"""What PowerShell exported, as the objects that the service would have shown: `Get-TransportRule | ConvertTo-Json` and
its like, of one kind or of many in one file. Start reading at `exported`.

`json_text` reads what PowerShell writes, `plain_values` undoes what ConvertTo-Json does to values; what a record means
is in `records` and `domains`, the same as for what the service answers. `exported_proofs` has Graph's own records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from mailform_providers.contract import Observed
from mailform_providers.errors import ReadFailed
from mailform_providers.exchange.answers import Record
from mailform_providers.exchange.domains import joined, name_of
from mailform_providers.exchange.exported_proofs import proof
from mailform_providers.exchange.json_text import documents
from mailform_providers.exchange.plain_values import record
from mailform_providers.exchange.records import observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, TRANSPORT_RULE
from mailform_providers.kinds.schema import Kind

ENUMS = "export it in PowerShell 7 with ConvertTo-Json -EnumsAsStrings"
_DEEPEST = 6
_GUIDS = ("Guid", "ExchangeObjectId", "ImmutableId")
_UNNUMBERED = 1 << 30


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in an export that is no object, or none of ours, and why. `where` is a place in the file."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A domain as Graph shows it: it counts where Exchange's own record of the domain isn't in the file."""

    domain: Observed


@dataclass(frozen=True, slots=True)
class Export:
    """What a file has. `objects` are by kind, each once, rules in the order of their priority."""

    objects: Mapping[str, tuple[Observed, ...]]
    unread: tuple[Unread, ...]


def exported(content: bytes) -> Export:
    """The objects in a file. Raises json_text.Malformed when it is no JSON; whatever else is odd is in `unread`."""
    found: dict[str, list[Observed]] = {kind: [] for kind in KINDS}
    proofs: list[Observed] = []
    unread: list[Unread] = []
    for place, document in documents(content):
        for entry in _entries(document, place, None, 0):
            match entry:
                case Unread():
                    unread.append(entry)
                case Proof(domain):
                    proofs.append(domain)
                case Observed() if (twin := _twin(entry, found[entry.kind])) is None:
                    found[entry.kind].append(entry)
                case Observed() if twin != entry:
                    unread.append(
                        Unread(place, f"{entry.name} ({entry.id}) is there twice, and differs: the first counts")
                    )
    for domain in proofs:
        if _twin(domain, found[ACCEPTED_DOMAIN]) is None:
            found[ACCEPTED_DOMAIN].append(domain)
    rules = sorted(found[TRANSPORT_RULE], key=_priority)
    return Export({kind: tuple(rules if kind == TRANSPORT_RULE else found[kind]) for kind in KINDS}, tuple(unread))


def _entries(document: JsonValue, place: str, kind: str | None, depth: int) -> Iterator[Observed | Proof | Unread]:
    if document is None:
        return
    if depth > _DEEPEST:
        yield Unread(place, "it is nested too deeply for a list of objects")
    elif isinstance(document, list):
        for number, inner in enumerate(document, 1):
            yield from _entries(inner, f"{place}, entry {number}", kind, depth + 1)
    elif not isinstance(document, dict):
        cut = isinstance(document, str) and document.startswith("@{")
        yield Unread(place, "ConvertTo-Json cut it off: export with -Depth 10" if cut else "it is no object")
    elif (domain := proof(KINDS[ACCEPTED_DOMAIN], document)) is not None:
        yield Proof(domain)
    elif _is_record(document):
        yield _object(document, place, kind)
    else:
        for key, inner in document.items():
            if isinstance(inner, list | dict) and "@" not in key:
                yield from _entries(inner, f"{place}, {key}", _kind_named(key) or kind, depth + 1)


def _is_record(document: Mapping[str, JsonValue]) -> bool:
    keys = {key.casefold() for key in document}
    return bool(keys & {"name", "domainname", "guid", "identity"})


def _object(row: Mapping[str, JsonValue], place: str, named: str | None) -> Observed | Unread:
    kind = _kind_of(row) or (None if named is None else KINDS[named])
    if kind is None:
        return Unread(place, "it has no key of a connector, a transport rule or an accepted domain")
    plain = record(kind, row)
    state = plain.get("State")
    if kind.name == TRANSPORT_RULE and state not in (None, "Enabled", "Disabled"):
        return Unread(place, f"its State is {state!r}, not a word: {ENUMS}")
    try:
        return _domain(kind, plain) if kind.name == ACCEPTED_DOMAIN else _other(kind, plain)
    except ReadFailed:
        return Unread(place, f"it is a {kind.name.replace('_', ' ')} without a name")


def _domain(kind: Kind, row: Record) -> Observed:
    """A domain that Exchange shows is proven, and takes mail."""
    return joined(kind, name_of(kind, row), None, row)


def _other(kind: Kind, row: Record) -> Observed:
    """A connector or a rule; one whose GUID isn't shown goes by its name. Of a rule that doesn't show its state nobody
    knows whether it is enabled."""
    folded = {key.casefold(): entry for key, entry in row.items()}
    guid = next((folded[key.casefold()] for key in _GUIDS if isinstance(folded.get(key.casefold()), str)), None)
    seen = observed(kind, {**row, "Guid": guid or folded.get("name")})
    if kind.name == TRANSPORT_RULE and folded.get("state") is None:
        return replace(seen, attributes={name: one for name, one in seen.attributes.items() if name != "enabled"})
    return seen


def _kind_of(row: Mapping[str, JsonValue]) -> Kind | None:
    """The kind that most of the keys belong to which only one kind has."""
    keys = {key.casefold() for key in row}
    score, name = max((len(keys & own), name) for name, own in _OWN.items())
    return KINDS[name] if score else None


def _own_keys() -> Mapping[str, frozenset[str]]:
    keys = {name: {found.parameter.casefold() for found in kind.attributes.values()} for name, kind in KINDS.items()}
    return {
        name: frozenset(own.difference(*(other for kind, other in keys.items() if kind != name)))
        for name, own in keys.items()
    }


_OWN = _own_keys()


def _kind_named(key: str) -> str | None:
    """The kind that a key such as `Get-TransportRule`, `TransportRules` or `transport_rule` speaks of."""
    folded = "".join(mark for mark in key.casefold() if mark.isalnum()).removeprefix("get").removesuffix("s")
    return next((name for name in KINDS if name.replace("_", "") == folded), None)


def _twin(seen: Observed, others: list[Observed]) -> Observed | None:
    return next((other for other in others if other.id and other.id == seen.id), None)


def _priority(rule: Observed) -> int:
    number = rule.facts.get("priority")
    return number if isinstance(number, int) else _UNNUMBERED
