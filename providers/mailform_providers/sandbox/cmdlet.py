"""What a cmdlet is to the sandbox: a name, its parameters, and a pure function of the tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.parameters import Given, Parameters
from mailform_providers.sandbox.tenant import Entry, Setting, Settings, Tenant

Record: TypeAlias = Mapping[str, Setting]
"""An object as the service shows it, without the keys that tell types."""


@dataclass(frozen=True, slots=True)
class Call:
    """One cmdlet that runs: `given` is bound already. `now` and `who` are what the objects' dates and names show."""

    tenant: Tenant
    given: Mapping[str, Given]
    behaviour: Behaviour
    now: str
    who: str

    @property
    def identity(self) -> str:
        return str(self.given.get("Identity") or "")

    @property
    def changes(self) -> Mapping[str, Given]:
        """What is given and is a setting of the object."""
        about_the_call = ("Identity", "Confirm", "WhatIf", "Verbose", "ErrorAction", "WarningAction", "Priority")
        return {name: value for name, value in self.given.items() if name not in about_the_call}

    def make(self, settings: Settings) -> tuple[Tenant, Entry]:
        """A new entry, and the tenant that won't give its GUID again; the entry isn't in it yet."""
        entry = Entry(self.tenant.next_guid(), settings, self.now, self.now, self.who, self.who)
        return replace(self.tenant, made=self.tenant.made + 1), entry

    def touch(self, entry: Entry, settings: Settings) -> Entry:
        return replace(entry, settings=settings, changed_at=self.now, changed_by=self.who)


@dataclass(frozen=True, slots=True)
class Result:
    """The tenant after a cmdlet, the objects it answers with, and what it warns of."""

    tenant: Tenant
    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """`run` raises `refusals.Refusal`. `answers` is false of those whose success has no object to show."""

    name: str
    parameters: Parameters
    run: Callable[[Call], Result]
    writes: bool = True
    answers: bool = True
    while_dehydrated: bool = False


def unchanged(identity: str) -> str:
    """The warning of a Set- that changed nothing; it succeeds all the same."""
    return f"The command completed successfully but no settings of '{identity}' have been modified."
