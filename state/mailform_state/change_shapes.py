"""The shapes of what a journal's entries make of the state, each as the change it stands for. See `shapes`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailform_state.changes import (
    Change,
    Finished,
    Forget,
    Leave,
    Postpone,
    Publish,
    PublishRecord,
    Record,
    Resolve,
    Tell,
    WithdrawRecord,
)
from mailform_state.shapes import (
    AddressText,
    DnsRecordShape,
    OutputShape,
    PendingDeleteShape,
    ProofShape,
    RecordedShape,
    Shape,
    UnresolvedShape,
)


class RecordShape(Shape):
    type: Literal["record"]
    resource: RecordedShape

    def read(self) -> Change:
        return Record(self.resource.read())


class ForgetShape(Shape):
    type: Literal["forget"]
    address: AddressText

    def read(self) -> Change:
        return Forget(self.address)


class PostponeShape(Shape):
    type: Literal["postpone"]
    pending: PendingDeleteShape

    def read(self) -> Change:
        return Postpone(self.pending.read())


class FinishedShape(Shape):
    type: Literal["finished"]
    kind: str
    id: str

    def read(self) -> Change:
        return Finished(self.kind, self.id)


class PublishShape(Shape):
    type: Literal["publish"]
    outputs: dict[str, OutputShape]

    def read(self) -> Change:
        return Publish({name: shape.read() for name, shape in self.outputs.items()})


class PublishRecordShape(Shape):
    type: Literal["publish_record"]
    record: DnsRecordShape

    def read(self) -> Change:
        return PublishRecord(self.record.read())


class WithdrawRecordShape(Shape):
    type: Literal["withdraw_record"]
    record: DnsRecordShape

    def read(self) -> Change:
        return WithdrawRecord(self.record.read())


class TellShape(Shape):
    type: Literal["tell"]
    proofs: list[ProofShape]
    mail_host: str

    def read(self) -> Change:
        return Tell(tuple(shape.read() for shape in self.proofs), self.mail_host)


class LeaveShape(Shape):
    type: Literal["leave"]
    unresolved: UnresolvedShape

    def read(self) -> Change:
        return Leave(self.unresolved.read())


class ResolveShape(Shape):
    type: Literal["resolve"]
    address: AddressText

    def read(self) -> Change:
        return Resolve(self.address)


ChangeShape = Annotated[
    RecordShape
    | ForgetShape
    | PostponeShape
    | FinishedShape
    | PublishShape
    | PublishRecordShape
    | WithdrawRecordShape
    | TellShape
    | LeaveShape
    | ResolveShape,
    Field(discriminator="type"),
]
