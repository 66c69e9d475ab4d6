"""What a cmdlet takes, from the kinds' attribute tables. How what was sent becomes that is in `binding`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from mailform_providers.kinds.schema import Attribute, Kind, Type
from mailform_providers.kinds.schema import Refusal as Unwanted
from mailform_providers.sandbox import values
from mailform_providers.sandbox.tenant import Setting

_PRIORITY = "Priority"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `stored` gives an item of a list the form that the service keeps."""

    name: str
    type: Type
    values: tuple[str, ...] = ()
    max_length: int | None = None
    clearable: bool = True
    mandatory: bool = False
    stored: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """Add to and remove from what a list already has."""

    add: tuple[str, ...]
    remove: tuple[str, ...]


Given: TypeAlias = Setting | Delta
"""A bound value; None clears."""

Parameters: TypeAlias = Mapping[str, Parameter]
"""By the name in lower case."""


def table(found: Iterable[Parameter]) -> Parameters:
    return {parameter.name.lower(): parameter for parameter in found}


_SHARED = (
    Parameter("Confirm", Type.BOOLEAN),
    Parameter("WhatIf", Type.BOOLEAN),
    Parameter("Verbose", Type.BOOLEAN),
    Parameter("ErrorAction", Type.STRING),
    Parameter("WarningAction", Type.STRING),
)
IDENTITY = Parameter("Identity", Type.STRING, clearable=False, mandatory=True)
ANY_IDENTITY = replace(IDENTITY, mandatory=False)
RESULT_SIZE = Parameter("ResultSize", Type.STRING)


def taking(*found: Parameter) -> Parameters:
    """A cmdlet's parameters: these, and what every cmdlet takes."""
    return table((*found, *_SHARED))


def of_kind(kind: Kind, verb: Literal["create", "update"], without: frozenset[str] = frozenset()) -> Parameters:
    """The parameters of a kind's New- or Set- cmdlet, from its attribute table."""
    settable = (
        _of_attribute(found, mandatory=verb == "create" and found.required)
        for found in kind.attributes.values()
        if (found.create if verb == "create" else found.update)
        and found.refused is not Unwanted.NOT_OURS
        and found.parameter not in without
    )
    return taking(*(() if verb == "create" else (IDENTITY,)), *settable)


def _of_attribute(found: Attribute, *, mandatory: bool) -> Parameter:
    unset = found.default is None or found.default.value in ("", ())
    clearable = found.type is not Type.BOOLEAN and not found.required and unset and found.parameter != _PRIORITY
    stored = values.address_space if found.parameter == "SenderDomains" else None
    return Parameter(found.parameter, found.type, found.values, found.max_length, clearable, mandatory, stored)
