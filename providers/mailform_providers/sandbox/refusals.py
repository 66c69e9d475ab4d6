"""How the sandbox's Exchange says no: a closed union of values, raised inside `Refusal`.

The texts in quotes are the service's own where a real tenant's answer was published; the others say the same thing
in plain words. `wire` turns them into the envelopes that clients get.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

SERVER = "BY1PR09A06DC005.NAMPR09A006.PROD.OUTLOOK.COM"
"""The domain controller that the service's texts name."""

_BINDER = "Microsoft.Exchange.AdminApi.CommandInvocation"
_TASKS = "Microsoft.Exchange.Configuration.Tasks"


@dataclass(frozen=True, slots=True)
class BadCall:
    """The binder refused the parameters as a whole (envelope A, with details)."""

    type: str
    text: str


@dataclass(frozen=True, slots=True)
class BadValue:
    """The binder couldn't make the parameter's type of a value (envelope A, without details)."""

    text: str
    type: str = f"{_BINDER}.ParameterTransformationException"


@dataclass(frozen=True, slots=True)
class Failed:
    """The cmdlet ran and refused (envelope B or C)."""

    type: str
    text: str
    status: int = 400
    code: str = "BadRequest"


@dataclass(frozen=True, slots=True)
class Forbidden:
    """403 with a body that can't be read: an unknown cmdlet, or a caller without the role."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """The body isn't an invocation at all (400, with a text of its own)."""

    text: str


Error: TypeAlias = BadCall | BadValue | Failed | Forbidden | Malformed


class Refusal(Exception):
    """Ends a cmdlet: nothing was changed."""

    def __init__(self, error: Error) -> None:
        super().__init__(str(error))
        self.error = error


def unknown_parameters(names: Iterable[str]) -> Refusal:
    text = "Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified."
    return Refusal(BadCall(f"{_BINDER}.AmbiguousParameterSetException", f"{text} {', '.join(names)}"))


def missing_parameters(names: Iterable[str]) -> Refusal:
    text = f"Cannot process command because of one or more missing mandatory parameters: {' '.join(names)}."
    return Refusal(BadCall("System.Management.Automation.ParameterBindingException", text))


def bad_value(parameter: str, value: object, type: str, more: str = "") -> Refusal:
    text = f"Cannot process argument transformation on parameter '{parameter}'. Cannot convert value \"{value}\""
    return Refusal(BadValue(f'{text} to type "{type}".{more and " "}{more}'))


def not_found(identity: str) -> Refusal:
    text = f"The operation couldn't be performed because object '{identity}' couldn't be found on '{SERVER}'."
    return Refusal(Failed(f"{_TASKS}.ManagementObjectNotFoundException", text, 404, "NotFound"))


def already_exists(name: str) -> Refusal:
    text = f"The object '{name}' already exists. It can't be created on '{SERVER}'."
    return Refusal(Failed("Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException", text))


def too_long(length: int, most: int) -> Refusal:
    text = f"The length of the property is too long. The maximum length is {most}"
    text = f"{text} and the length of the value provided is {length}."
    return Refusal(Failed("Microsoft.Exchange.Data.DataValidationException", text))


def invalid(text: str) -> Refusal:
    """Settings that can't be, or can't go together."""
    return Refusal(Failed("System.ArgumentException", text))


def in_use(text: str) -> Refusal:
    """An object that something else still needs."""
    return Refusal(Failed("System.InvalidOperationException", text))


def dehydrated(cmdlet: str) -> Refusal:
    text = f"The command you tried to run isn't currently allowed in your organization: {cmdlet}."
    text = f"{text} To run this command, you first need to run the command: Enable-OrganizationCustomization."
    return Refusal(Failed(f"{_TASKS}.CmdletInvalidOperationInDehydratedContextException", text))
