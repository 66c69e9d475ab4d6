"""What a single write does, and to which object: data only. `operations` cuts steps into these, `execute` does them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mailform.expression import Unknown
from mailform_state.address import Address
from mailform_state.values import DnsRecord, PendingDelete, Value

RECIPIENTS = "validation_recipients"
"""Who is sent the test mail that validates a connector."""


@dataclass(frozen=True, slots=True)
class Made:
    """The object that this very run makes for a resource; its GUID is known once that has happened."""

    address: Address


Target: TypeAlias = str | Made
"""Which object an operation writes to: by its GUID, or one still to be made."""


@dataclass(frozen=True, slots=True)
class Make:
    """Creates an object. A rule is made at its place in the wanted order."""

    attributes: Mapping[str, Value | Unknown]


@dataclass(frozen=True, slots=True)
class Write:
    """Writes attributes of an object. `enabled` always comes alone, as do a domain's proof and Email."""

    target: Target
    attributes: Mapping[str, Value | Unknown]


@dataclass(frozen=True, slots=True)
class Place:
    """Moves a rule to its place in the wanted order; the number is worked out when it happens."""

    target: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Deletes an object; what can't be deleted yet is postponed as `pending`. `forget`: the address goes with it."""

    target: str
    pending: PendingDelete
    forget: bool


@dataclass(frozen=True, slots=True)
class Validate:
    """Has the service send real test mail through a connector. Changes nothing, so there is nothing to take back.
    `strict`: a task that fails is a failed step."""

    target: Target
    strict: bool


@dataclass(frozen=True, slots=True)
class Publish:
    """Puts the record that proves a domain into a zone. Which record that is, the service tells once it has the
    domain. A record that can't be published is one that the domain waits for, and no failure."""

    target: Target
    zone: str


@dataclass(frozen=True, slots=True)
class Unpublish:
    """Takes a record of ours out of its zone."""

    record: DnsRecord


Action: TypeAlias = Make | Write | Place | Remove | Validate | Publish | Unpublish
