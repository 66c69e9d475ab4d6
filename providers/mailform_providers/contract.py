"""What every provider does: a handful of verbs over kinds that are data.

A read that fails raises (`errors.ReadFailed`) and is never "absent". A write answers with a value, because the engine
must act on each way it can end: `Done`, `Waiting`, `Rejected`, `Lost`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from mailform_providers.kinds.schema import Kind
from mailform_state.values import NOTHING, Value


@dataclass(frozen=True, slots=True)
class Observed:
    """One object of the tenant, as it was when it was read.

    `id` is its GUID (a domain's: its name in lower case). `attributes` has every writable attribute that the service
    showed, by the configuration's names and in the configuration's types (a list is a tuple); a key the service didn't
    send is absent, never false. `facts` is what no configuration writes: of a domain `verified`, `email` (Email is
    among its services), `known` (Exchange has it), `initial`, `default`, `verification_txt`, `verification_mx`,
    `mail_exchange`; of a rule `priority`. `unsupported` says why Mailform can't express the object (made by DLP).
    `unwritable` is what it shows beyond `attributes` that says something and that nobody may write, or that we have no
    word for (of a rule: the classes of such conditions). Only for telling people; never compare it.
    """

    kind: str
    id: str
    name: str
    attributes: Mapping[str, Value]
    facts: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    distinguished_name: str = ""
    changed_by: str | None = None
    changed_at: str | None = None
    unsupported: str | None = None
    unwritable: Mapping[str, Value] = field(default_factory=lambda: NOTHING, compare=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects of one kind, complete; rules in the order of their priority. `warnings` is what the service said."""

    kind: str
    objects: tuple[Observed, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The write was carried out. `object` is what the service answered with, where it answers with the object."""

    id: str
    object: Observed | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing failed, but a domain's DNS proof isn't there yet: publish `txt` (or the MX record) at `name`."""

    id: str
    name: str
    txt: str
    mx: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The service refused, and nothing was changed. `missing` when it said that the object isn't there, `dangling` when
    it said so of something that the write refers to, `used` when something may still need the object. A reader that
    lags says the first two of what was just made, the last of what was just let go."""

    message: str
    hint: str = ""
    missing: bool = False
    dangling: bool = False
    used: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """The request left, the answer didn't come: it may have been carried out. Never send it again blindly."""

    message: str


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that validating a connector tried. `succeeded` None: the service doesn't say."""

    name: str
    succeeded: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Validated:
    """A connector was validated; whether it works is in the tasks."""

    id: str
    tasks: tuple[Task, ...] = ()


Written: TypeAlias = Done | Waiting | Rejected | Lost
"""How a write ended."""


class Provider(Protocol):
    """A tenant that can be read and changed. Reads may run side by side; writes of rules may not.

    Attributes are by the configuration's names. In `update`, only what is given is written; None, "" and () clear.
    `enabled` must be given alone, since Exchange switches rules with a cmdlet of its own.
    """

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """What may be written, as data."""

    def read(self, kind: str) -> Listing:
        """All objects of a kind, in one listing. Raises ReadFailed."""

    def find(self, kind: str, id: str) -> Observed | None:
        """One object by its GUID (a domain by its name); None only when the service says that there is none.
        Raises ReadFailed."""

    def create(self, kind: str, attributes: Mapping[str, Value], priority: int | None = None) -> Written:
        """Makes an object, a rule at `priority` (0 is first). Attributes that only update takes must not be given. A
        connector may take its time to show for the next request; a domain is waited for."""

    def update(self, kind: str, id: str, attributes: Mapping[str, Value]) -> Written:
        """Writes attributes of the object with this GUID. Of a domain also `verified` (asks Graph to verify) and
        `email` (Email among its services; waits until Exchange knows it), each given alone."""

    def delete(self, kind: str, id: str) -> Written:
        """Removes the object with this GUID; a rule is waited for until it is gone, since it holds on to its connector.
        Answers Rejected with `missing` when there is none."""

    def validate(self, id: str, recipients: tuple[str, ...]) -> Validated | Rejected | Lost:
        """Has the service send real test mail through an outbound connector. Changes nothing in the tenant."""

    def move(self, id: str, priority: int) -> Written:
        """Gives a rule this priority; the service shifts the others."""
