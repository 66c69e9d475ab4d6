"""Two diffs of one resource, never one muddle: *change* is observed vs wanted, *drift* is recorded vs observed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mailform.expression import Unknown
from mailform.planning.steps import Difference, Note
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds.schema import Attribute, Kind, Source, Type
from mailform_providers.normal import Directory, same
from mailform_state.values import Recorded, Value

PROOF = "verified"
MAIL = "email"
"""What makes a domain an accepted one, beside its attributes: Graph has verified it, and Email is on for it."""


@dataclass(frozen=True, slots=True)
class Intended:
    """What is to be written of one attribute, and why, if the configuration doesn't write it."""

    value: Value | Unknown
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares resources of one kind. `observed` looks connectors up as they are, `wanted` as they are to be."""

    kind: Kind
    observed: Directory
    wanted: Directory

    def changes(self, wanted: Wanted, recorded: Recorded | None, current: Observed) -> tuple[Difference, ...]:
        """What has to be written so that `current` becomes what is wanted. Released attributes are named, with the
        value that they keep."""
        ignored = ignoring(wanted, recorded)
        return tuple(self._changes(wanted, recorded, current, ignored))

    def _changes(
        self, wanted: Wanted, recorded: Recorded | None, current: Observed, ignored: frozenset[str]
    ) -> Iterator[Difference]:
        for name, intended in intentions(self.kind, wanted, recorded).items():
            attribute = self.kind.attributes[name]
            before = current.attributes.get(name)
            if is_ignored(name, ignored) or (
                intended.note is Note.UNWRITTEN and self._is_implied(attribute, wanted.attributes, before)
            ):
                continue
            if intended.note is Note.RELEASED:
                yield Difference(name, before, before, _is_sensitive(name, wanted, recorded), Note.RELEASED)
            elif not self.agrees(attribute, intended.value, recorded, current):
                note = intended.note
                if (
                    note is None
                    and not isinstance(intended.value, Unknown)
                    and self._reads_the_same(attribute, intended, before)
                ):
                    note = Note.REPOINTED
                yield Difference(name, before, intended.value, _is_sensitive(name, wanted, recorded), note)

    def _is_implied(self, attribute: Attribute, written: Collection[str], seen: Value) -> bool:
        """Whether an attribute that nobody wrote has its value only because another one was written."""
        implied = attribute.implied_by in written and attribute.implied is not None
        return implied and same(attribute, attribute.implied, seen, self.observed)

    def _reads_the_same(self, attribute: Attribute, intended: Intended, before: Value) -> bool:
        value = intended.value
        return not isinstance(value, Unknown) and same(attribute, before, value, self.observed)

    def agrees(
        self, attribute: Attribute, value: Value | Unknown, recorded: Recorded | None, current: Observed
    ) -> bool:
        """Whether the tenant has what is wanted: by meaning, or because it shows what it showed when we wrote that."""
        if isinstance(value, Unknown):
            return False
        seen = current.attributes.get(attribute.name)
        if same(attribute, value, seen, self.wanted, self.observed):
            return True
        known = None if recorded is None else recorded.attributes.get(attribute.name)
        return (
            known is not None
            and same(attribute, value, known.written, self.wanted, self.observed)
            and same(attribute, seen, known.echoed, self.observed)
        )

    def drift(self, recorded: Recorded, current: Observed) -> tuple[Difference, ...]:
        """What somebody changed of what the state answers for. Sections of a rule are answered for as wholes."""
        return tuple(self._drift(recorded, current))

    def _drift(self, recorded: Recorded, current: Observed) -> Iterator[Difference]:
        for attribute in self.kind.writable:
            known = recorded.attributes.get(attribute.name)
            if known is None and attribute.section not in self.kind.sections:
                continue
            seen = current.attributes.get(attribute.name)
            before = None if known is None else known.written
            if same(attribute, before, seen, self.observed):
                continue
            if known is None and self._is_implied(attribute, recorded.attributes, seen):
                continue
            if known is not None and same(attribute, known.echoed, seen, self.observed):
                continue
            yield Difference(attribute.name, before, seen, known is not None and known.sensitive)


def ignoring(wanted: Wanted, recorded: Recorded | None) -> frozenset[str]:
    """What `ignore_changes` covers: as written, else as the state remembers it."""
    if wanted.lifecycle.ignore_changes is not None:
        return wanted.lifecycle.ignore_changes
    return frozenset() if recorded is None else recorded.ignore_changes


def is_ignored(name: str, ignored: frozenset[str]) -> bool:
    """Whether an attribute is covered: by its name, by its section's, or by `all`."""
    return bool(ignored) and (name in ignored or "all" in ignored or name.partition(".")[0] in ignored)


def intentions(kind: Kind, wanted: Wanted, recorded: Recorded | None) -> Mapping[str, Intended]:
    """Everything Mailform answers for on this resource, and what it is to be."""
    found = {name: Intended(value) for name, value in wanted.attributes.items()}
    if "enabled" in kind.attributes:
        found.setdefault("enabled", Intended(True))
    for attribute in kind.writable:
        if attribute.section in kind.sections:
            found.setdefault(attribute.name, Intended(_unset(attribute), Note.UNWRITTEN))
    for name in () if recorded is None else recorded.attributes:
        if name not in found and name in kind.attributes:
            found[name] = _taken_out(kind.attributes[name], name, recorded)
    return found


def _unset(attribute: Attribute) -> Value:
    return False if attribute.type is Type.BOOLEAN else None


def _taken_out(attribute: Attribute, name: str, recorded: Recorded | None) -> Intended:
    if recorded is not None and is_ignored(name, recorded.ignore_changes):
        return Intended(None, Note.RELEASED)
    if attribute.default is None:
        return Intended(None, Note.RELEASED)
    guessed = attribute.default.source is Source.GUESSED
    return Intended(attribute.default.value, Note.RESET_GUESSED if guessed else Note.RESET)


def everything(kind: Kind, wanted: Wanted) -> Mapping[str, Value | Unknown]:
    """What a new object is made with: what is written, and that it is enabled."""
    named = dict(wanted.attributes)
    if "enabled" in kind.attributes:
        named.setdefault("enabled", True)
    return {name: named[name] for name in kind.attributes if name in named}


def _is_sensitive(name: str, wanted: Wanted, recorded: Recorded | None) -> bool:
    known = None if recorded is None else recorded.attributes.get(name)
    return name in wanted.sensitive or (known is not None and known.sensitive)


def finishing(current: Observed | None) -> tuple[Difference, ...]:
    """What an accepted domain still needs before anything may use it."""
    facts: Mapping[str, Value] = {} if current is None else current.facts
    proof = () if facts.get(PROOF) else (Difference(PROOF, False, True, note=Note.PROOF),)
    # `known` is asked for too: Email may be on while Exchange has not heard of the domain yet
    ready = facts.get(MAIL) and facts.get("known")
    mail = () if ready else (Difference(MAIL, bool(facts.get(MAIL)), True, note=Note.MAIL),)
    return proof + mail
