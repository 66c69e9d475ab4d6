"""The shapes of what the files hold, checked by pydantic, and each shape as the value it stands for.

Import this only where a file is read: pydantic takes a tenth of a second, which commands without a state needn't pay.
Every shape refuses keys it doesn't know: a key that is ignored today would be lost with the next write.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf, NonNegativeInt, ValidationError

from mailform_state.address import Address
from mailform_state.errors import Damaged
from mailform_state.store import Holder
from mailform_state.values import (
    Attribute,
    DnsRecord,
    Output,
    PendingDelete,
    Proof,
    Recorded,
    State,
    Unresolved,
    Value,
)


def _address(value: object) -> Address:
    if not isinstance(value, str):
        raise ValueError("an address is a text")
    return Address.parse(value)


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a date is a text")
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("the date has no time zone")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("the date is out of range") from None


AddressText = Annotated[InstanceOf[Address], BeforeValidator(_address)]
Moment = Annotated[datetime, BeforeValidator(_moment)]


def frozen(value: object) -> Value:
    """A JSON value as a value of the core: lists become tuples."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list():
            return tuple(frozen(entry) for entry in value)
        case dict():
            return {str(name): frozen(entry) for name, entry in value.items()}
    raise TypeError(f"{type(value).__name__} is not from JSON")


def frozen_items(values: Mapping[str, object]) -> Mapping[str, Value]:
    """JSON values by name, as values of the core."""
    return {name: frozen(value) for name, value in values.items()}


class Shape(BaseModel):
    """What all shapes have in common: nothing is coerced, nothing unknown is let through."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


AnyShape = TypeVar("AnyShape", bound=Shape)


def shaped(shape: type[AnyShape], data: object, *, what: str) -> AnyShape:
    """`data` in this shape; Damaged, with the first place that doesn't fit, if it hasn't. `what` opens the message."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "its top"
        raise Damaged(f"{what} doesn't have the shape that Mailform writes, at {place}: {first['msg']}.") from None


class AttributeShape(Shape):
    written: object
    echoed: object
    sensitive: bool = False

    def read(self) -> Attribute:
        return Attribute(frozen(self.written), frozen(self.echoed), self.sensitive)


class RecordedShape(Shape):
    address: AddressText
    kind: str
    id: str
    attributes: dict[str, AttributeShape]
    dependencies: list[AddressText]
    on_destroy: str | None
    prevent_destroy: bool
    ignore_changes: list[str]

    def read(self) -> Recorded:
        return Recorded(
            self.address,
            self.id,
            {name: shape.read() for name, shape in self.attributes.items()},
            frozenset(self.dependencies),
            self.on_destroy,
            self.prevent_destroy,
            frozenset(self.ignore_changes),
        )


class OutputShape(Shape):
    value: object
    sensitive: bool

    def read(self) -> Output:
        return Output(frozen(self.value), self.sensitive)


class PendingDeleteShape(Shape):
    kind: str
    id: str
    name: str
    address: AddressText
    reason: str

    def read(self) -> PendingDelete:
        return PendingDelete(self.kind, self.id, self.name, self.address, self.reason)


class UnresolvedShape(Shape):
    address: AddressText
    kind: str
    id: str | None
    detail: str

    def read(self) -> Unresolved:
        return Unresolved(self.address, self.kind, self.id, self.detail)


class DnsRecordShape(Shape):
    zone: str
    name: str
    type: str
    value: str
    address: AddressText

    def read(self) -> DnsRecord:
        return DnsRecord(self.zone, self.name, self.type, self.value, self.address)


class ProofShape(Shape):
    address: AddressText
    name: str
    txt: str
    mx: str

    def read(self) -> Proof:
        return Proof(self.address, self.name, self.txt, self.mx)


class StateShape(Shape):
    format: Literal["mailform-state"]
    version: NonNegativeInt
    tool_version: str
    serial: NonNegativeInt
    lineage: str
    tenant: str
    resources: list[RecordedShape]
    outputs: dict[str, OutputShape]
    unresolved: list[UnresolvedShape]
    pending_delete: list[PendingDeleteShape]
    used_plans: dict[str, Moment]
    dns_records: list[DnsRecordShape]
    proofs: list[ProofShape] = []
    mail_host: str = ""

    def read(self) -> State:
        return State(
            lineage=self.lineage,
            tenant=self.tenant,
            serial=self.serial,
            tool_version=self.tool_version,
            resources={shape.address: shape.read() for shape in self.resources},
            outputs={name: shape.read() for name, shape in self.outputs.items()},
            unresolved=tuple(shape.read() for shape in self.unresolved),
            pending_delete=tuple(shape.read() for shape in self.pending_delete),
            used_plans=self.used_plans,
            dns_records=tuple(shape.read() for shape in self.dns_records),
            proofs=tuple(shape.read() for shape in self.proofs),
            mail_host=self.mail_host,
        )


class HolderShape(Shape):
    id: str
    user: str
    host: str
    pid: int
    since: Moment
    command: str
    pipeline: str | None

    def read(self) -> Holder:
        return Holder(self.user, self.host, self.pid, self.since, self.command, self.pipeline)
