"""A sandbox's tenant, as a value: what Exchange and the directory keep of it. An edit returns a new tenant.

Settings are sparse: a setting that an entry doesn't name has its kind's blank value (`nouns`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from uuid import NAMESPACE_DNS, UUID, uuid5
from zlib import crc32

Setting: TypeAlias = bool | int | str | tuple[str, ...] | None
Settings: TypeAlias = Mapping[str, Setting]
"""Settings by the service's names (`SmartHosts`), in the form in which the service keeps them."""

_NAMESPACE = uuid5(NAMESPACE_DNS, "sandbox.mailform")
_INITIAL = ".onmicrosoft.com"
DOMAIN_NAME = re.compile(r"(?=.{4,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+[a-z][a-z0-9-]{1,62}")
"""A domain in lower case, with A-labels."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A connector or a rule. Times are the service's text, always UTC."""

    guid: str
    settings: Settings
    created_at: str
    changed_at: str
    created_by: str
    changed_by: str

    @property
    def name(self) -> str:
        return str(self.settings["Name"])


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain of the directory; once it is verified and has Email among its services, also an accepted domain of
    Exchange, whose own settings are `settings`."""

    name: str
    guid: str
    created_at: str
    changed_at: str
    verified: bool = False
    initial: bool = False
    default: bool = False
    root: bool = True
    services: tuple[str, ...] = ()
    settings: Settings = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether Exchange knows the domain; the sandbox doesn't let it wait."""
        return self.verified and "Email" in self.services

    @property
    def proof(self) -> str:
        """What the DNS proof says, after `MS=`: the same for a domain whenever it is asked for."""
        return f"ms{crc32(self.guid.encode()) % 100_000_000:08d}"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant. `entries` are Exchange's objects by kind; rules stand in the order of their priority. `published`
    are the domains whose DNS proof is there, `made` counts the objects ever made, so that GUIDs are never given twice.
    """

    guid: str
    domains: tuple[Domain, ...]
    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    published: frozenset[str] = frozenset()
    customized: bool = False
    made: int = 0

    @property
    def initial(self) -> str:
        """The initial domain, which names the tenant in distinguished names."""
        return next(found.name for found in self.domains if found.initial)

    def of(self, kind: str) -> tuple[Entry, ...]:
        return self.entries.get(kind, ())

    def holding(self, kind: str, entries: tuple[Entry, ...]) -> Tenant:
        """The tenant with these entries of a kind, and no others of it."""
        return replace(self, entries={**self.entries, kind: entries})

    def domain(self, name: str) -> Domain | None:
        folded = name.casefold()
        return next((found for found in self.domains if found.name == folded), None)

    def answers_to(self, name: str) -> bool:
        """Whether `name` is the tenant's GUID or one of its domains."""
        return name.casefold() == self.guid or self.domain(name) is not None

    def next_guid(self) -> str:
        """The GUID of the next object: the same in every run that makes the same objects in the same order."""
        return str(uuid5(UUID(self.guid), f"object {self.made}"))


def names_tenant(name: str) -> bool:
    """Whether `name` can be a GUID or a domain at all."""
    return DOMAIN_NAME.fullmatch(name.strip().rstrip(".").casefold()) is not None or _is_guid(name)


def _is_guid(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def identify(name: str) -> tuple[str, str]:
    """The GUID and the initial domain of a new tenant that somebody calls `name`: a GUID, or any of its domains."""
    folded = name.strip().rstrip(".").casefold()
    try:
        guid = str(UUID(folded))
    except ValueError:
        initial = folded if folded.endswith(_INITIAL) else f"{folded.replace('.', '')}{_INITIAL}"
        return str(uuid5(_NAMESPACE, initial)), initial
    return guid, f"tenant{guid[:8]}{_INITIAL}"


def new_tenant(name: str, now: str) -> Tenant:
    """A tenant with its initial domain and nothing else."""
    guid, initial = identify(name)
    domain = Domain(
        name=initial,
        guid=str(uuid5(UUID(guid), "initial domain")),
        created_at=now,
        changed_at=now,
        verified=True,
        initial=True,
        default=True,
        services=("Email", "OfficeCommunicationsOnline"),
    )
    return Tenant(guid, (domain,))
