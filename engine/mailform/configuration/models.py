"""The shapes of the fixed blocks, checked by pydantic. The resources' attributes are data (`KINDS`) instead.

Importing this costs what pydantic costs, so only whoever reads a configuration does.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Cloud: TypeAlias = Literal["global", "gcc-high", "dod", "china", "sandbox"]
VariableType: TypeAlias = Literal["string", "number", "bool", "list", "map"]


class Shape(BaseModel):
    """What all fixed blocks have in common: nothing unknown is taken, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TenantShape(Shape):
    """`[tenant]`. `id` is a tenant GUID or any of its domains and may use variables; `cloud` is a literal."""

    id: str = Field(min_length=1)
    cloud: Cloud = "global"


class ValidationShape(Shape):
    """`validation` of a variable, as data: every rule that is given has to hold.

    `pattern`: a Python regular expression that a string (each string of a list) has to match as a whole.
    `one_of`: the values that are allowed. `min` and `max`: of a number its value; of a string, list or map its length.
    `message`: what the user is told instead of our own words.
    """

    pattern: str | None = None
    one_of: list[object] | None = None
    min: float | None = None
    max: float | None = None
    message: str = ""


class VariableShape(Shape):
    """`[variables.NAME]`. Without `default` a value has to be given."""

    type: VariableType = "string"
    default: object = None
    description: str = ""
    sensitive: bool = False
    validation: ValidationShape | None = None


class OutputShape(Shape):
    """`[outputs.NAME]`."""

    value: object
    sensitive: bool = False
    description: str = ""


class LifecycleShape(Shape):
    """`lifecycle` of a resource. `ignore_changes` names attributes, whole sections, or is "all"."""

    prevent_destroy: bool | None = None
    ignore_changes: list[str] | Literal["all"] | None = None


class MovedShape(Shape):
    """`[[moved]]`: addresses, from the old to the new one."""

    from_: str = Field(alias="from")
    to: str


class BackendShape(Shape):
    """`[backend]`: where the state is kept."""

    type: Literal["local"]
