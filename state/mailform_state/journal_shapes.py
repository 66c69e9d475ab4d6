"""The shapes of the journal's entries, each as the entry it stands for. See `shapes` for when to import this."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from mailform_state.change_shapes import ChangeShape
from mailform_state.journal import (
    Begin,
    End,
    Entry,
    Image,
    Intent,
    Outcome,
    Pivot,
    Result,
    Skip,
    Undo,
    UndoOutcome,
    UndoResult,
    Verified,
)
from mailform_state.shapes import (
    AddressText,
    Moment,
    RecordedShape,
    Shape,
    frozen_items,
)


class ImageShape(Shape):
    kind: str
    id: str
    address: AddressText | None
    attributes: dict[str, object]

    def read(self) -> Image:
        return Image(self.kind, self.id, self.address, frozen_items(self.attributes))


class BeginShape(Shape):
    type: Literal["begin"]
    run: str
    plan: str
    tenant: str
    lineage: str
    serial: NonNegativeInt
    actor: str
    at: Moment
    before: list[ImageShape]
    rule_order: list[str]
    present: dict[str, list[str]]
    plan_expires: Moment | None
    rule_order_after: list[str]
    configuration: str
    asked: dict[str, object]

    def read(self) -> Entry:
        return Begin(
            run=self.run,
            plan=self.plan,
            tenant=self.tenant,
            lineage=self.lineage,
            serial=self.serial,
            actor=self.actor,
            at=self.at,
            before=tuple(shape.read() for shape in self.before),
            rule_order=tuple(self.rule_order),
            present={kind: tuple(ids) for kind, ids in self.present.items()},
            plan_expires=self.plan_expires,
            rule_order_after=tuple(self.rule_order_after),
            configuration=self.configuration,
            asked=frozen_items(self.asked),
        )


class SentShape(Shape):
    step: int
    address: AddressText
    action: str
    kind: str
    id: str | None
    payload: dict[str, object]
    meant: RecordedShape | None

    def read(self) -> Intent:
        meant = None if self.meant is None else self.meant.read()
        return Intent(self.step, self.address, self.action, self.kind, self.id, frozen_items(self.payload), meant)


class IntentShape(SentShape):
    type: Literal["intent"]


class ResultShape(Shape):
    type: Literal["result"]
    step: int
    outcome: Annotated[Outcome, Field(strict=False)]
    id: str | None
    after: dict[str, object] | None
    changes: list[ChangeShape]
    detail: str

    def read(self) -> Entry:
        after = None if self.after is None else frozen_items(self.after)
        changes = tuple(shape.read() for shape in self.changes)
        return Result(self.step, self.outcome, self.id, after, changes, self.detail)


class VerifiedShape(Shape):
    type: Literal["verified"]

    def read(self) -> Entry:
        return Verified()


class PivotShape(Shape):
    type: Literal["pivot"]
    changes: list[ChangeShape]
    rest: list[SentShape]

    def read(self) -> Entry:
        return Pivot(tuple(shape.read() for shape in self.changes), tuple(shape.read() for shape in self.rest))


class UndoShape(Shape):
    type: Literal["undo"]
    step: int

    def read(self) -> Entry:
        return Undo(self.step)


class UndoResultShape(Shape):
    type: Literal["undo_result"]
    step: int
    outcome: Annotated[UndoOutcome, Field(strict=False)]
    detail: str

    def read(self) -> Entry:
        return UndoResult(self.step, self.outcome, self.detail)


class SkipShape(Shape):
    type: Literal["skip"]
    address: AddressText
    reason: str
    changes: list[ChangeShape]

    def read(self) -> Entry:
        return Skip(self.address, self.reason, tuple(shape.read() for shape in self.changes))


class EndShape(Shape):
    type: Literal["end"]
    exit: int
    at: Moment

    def read(self) -> Entry:
        return End(self.exit, self.at)


EntryShape = Annotated[
    BeginShape
    | IntentShape
    | ResultShape
    | VerifiedShape
    | PivotShape
    | UndoShape
    | UndoResultShape
    | SkipShape
    | EndShape,
    Field(discriminator="type"),
]


class LineShape(Shape):
    """One line of the journal, its digest aside."""

    seq: NonNegativeInt
    previous: str
    entry: EntryShape


class ImagesShape(Shape):
    """The file of before-images that is kept beside a version of the state."""

    format: Literal["mailform-images"]
    serial: NonNegativeInt
    images: list[ImageShape]
