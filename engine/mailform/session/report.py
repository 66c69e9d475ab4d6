"""What an apply did, as a value: what `render.report` shows and what the exit code is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailform.exits import Exit
from mailform.planning.verbs import Verb
from mailform_state.address import Address
from mailform_state.journal import Outcome, UndoOutcome


@dataclass(frozen=True, slots=True)
class Deed:
    """One write of the run: what it was for, and how it ended. `undone` is None where nothing was taken back.
    `before` and `after` are digests of the object (sha256:…), None where there was or is none."""

    number: int
    address: Address
    verb: Verb
    id: str | None
    outcome: Outcome
    detail: str = ""
    undone: UndoOutcome | None = None
    undo_detail: str = ""
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A domain that waits for its proof: publish one of the two records at `name` (TTL as you like). `detail` is what
    the service said, `looked_up` what our own look-up found."""

    address: Address
    name: str
    txt: str
    mx: str
    detail: str = ""
    looked_up: str = ""


class Recovery(StrEnum):
    """How a run that was left open has been settled. KEPT: what it had done stays, the rest was not done."""

    TAKEN_BACK = "taken_back"
    FINISHED = "finished"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Report:
    """How a run ended. `deferred` was left for a later apply; `pending` is retired but couldn't be deleted yet.
    `unresolved` isn't as it was, or may not stay so; `foreign` is what others did meanwhile, and was left to them.

    `began` and `ended` bound when mail may have been affected (UTC); rules act up to half an hour later.
    `recovery` says how an earlier run was settled; None for a run of its own.
    `failure` is what made it fail, `hint` what to do about it; `mail_host` the tenant's own MX host, where known.
    """

    run: str
    tenant: str
    actor: str
    exit: Exit
    deeds: tuple[Deed, ...] = ()
    waits: tuple[Wait, ...] = ()
    deferred: tuple[Address, ...] = ()
    pending: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    began: datetime | None = None
    ended: datetime | None = None
    serial: int = 0
    recovery: Recovery | None = None
    failure: str = ""
    hint: str = ""
    next_command: str = ""
    mail_host: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything was sent that could have changed the tenant."""
        return any(deed.outcome is not Outcome.UNSENT for deed in self.deeds)

    @property
    def reached(self) -> bool:
        """Whether anything of it did change the tenant, or may have."""
        return any(deed.outcome in (Outcome.OK, Outcome.AMBIGUOUS) for deed in self.deeds)


__all__ = ["Deed", "Recovery", "Report", "Verb", "Wait"]
