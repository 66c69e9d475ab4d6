"""The zone in which the proofs of domains may be published, as `[dns]` names it. Values only; `mailform_providers.dns`
does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Rfc2136:
    """A zone whose primary server takes updates that are signed with a key. The key's secret is in no file."""

    name: str
    server: str
    port: int
    key_name: str
    algorithm: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A zone at a hoster; `provider` is dns-lexicon's name for it. Credentials are in no file."""

    name: str
    provider: str


Zone: TypeAlias = Rfc2136 | Lexicon


def covering(zone: Zone | None, domain: object) -> str:
    """The zone's name, if a domain (as an A-label name) is in it; otherwise "": nobody's but its owner's."""
    if zone is None or not isinstance(domain, str):
        return ""
    name = domain.rstrip(".").lower()
    return zone.name if name == zone.name or name.endswith(f".{zone.name}") else ""
