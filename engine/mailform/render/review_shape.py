"""The shape of what a review is made from: a plan as `plan --json` prints it, checked by pydantic.

A saved plan brings such a document too, and whoever forged the file wrote what he liked. Keys that no review needs are
let through. Import this only where a review is made, since pydantic takes its time.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from mailform_state.shapes import Shape

Figure = Annotated[int, Field(ge=0, lt=10**9)]
"""A number of things. One with a thousand digits would break what has to fit."""


class Read(Shape):
    model_config = ConfigDict(extra="ignore")


class Sides(Read):
    actions: list[str]
    before: dict[str, object] | None
    after: dict[str, object] | None
    after_unknown: bool | dict[str, object] = False
    before_sensitive: bool | dict[str, object] = False
    after_sensitive: bool | dict[str, object] = False


class Setting(Read):
    before: object
    after: object


class Ours(Read):
    steps: list[str] = Field(default_factory=list)
    risks: list[str] = Field(default_factory=list)
    changed: list[str] = Field(default_factory=list)
    notes: dict[str, str] = Field(default_factory=dict)
    move: dict[str, Figure] | None = None
    settings: dict[str, Setting] = Field(default_factory=dict)
    aside: bool = False
    retire: bool = True
    reason: str = ""
    changed_by: str | None = None
    changed_at: str | None = None


class Changed(Read):
    address: str
    type: str
    deposed: str | None = None
    previous_address: str | None = None
    change: Sides
    mailform: Ours = Ours()


class Waiting(Read):
    domain: str = ""


class DeferredShape(Read):
    reason: str
    resource_change: Changed
    mailform: Waiting = Waiting()


class OutputShape(Read):
    actions: list[str]
    before: object
    after: object
    after_unknown: bool
    after_sensitive: bool


class ConfiguredResource(Read):
    address: str
    expressions: dict[str, object] = Field(default_factory=dict)
    depends_on: list[str] = Field(default_factory=list)


class ConfiguredModule(Read):
    resources: list[ConfiguredResource] = Field(default_factory=list)


class ConfigurationShape(Read):
    root_module: ConfiguredModule = ConfiguredModule()


class WarningShape(Read):
    summary: str
    code: str = ""
    severity: str = "warning"


class RecordShape(Read):
    address: str
    action: str
    zone: str
    type: str
    name: str
    value: str | None


class OrderShape(Read):
    after: list[str] = Field(default_factory=list)


class WholeShape(Read):
    version: str
    tenant: str
    destroy: bool
    refresh_only: bool
    summary: dict[str, Figure]
    warnings: list[WarningShape]
    released: dict[str, list[str]]
    foreign: dict[str, Figure]
    dns_records: list[RecordShape]
    rule_order: OrderShape


class PlanDocument(Read):
    resource_changes: list[Changed]
    resource_drift: list[Changed]
    deferred_changes: list[DeferredShape]
    output_changes: dict[str, OutputShape]
    configuration: ConfigurationShape
    mailform: WholeShape
