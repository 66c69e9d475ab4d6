"""The shapes of the fixed blocks, as data. `shapes` checks blocks against them; attributes of resources are in `KINDS`.

Plain tables and not pydantic, which the floors below use for JSON: importing it and building these few models takes
longer than everything else that `mailform validate` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

CLOUDS = ("global", "gcc-high", "dod", "china", "sandbox")
DNS_TYPES = ("rfc2136", "lexicon")
TSIG_ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512")
VARIABLE_TYPES = ("string", "number", "bool", "list", "map")


class Takes(StrEnum):
    """What a field takes, as a message says it. WORD: one of the field's values. Nothing is converted."""

    ANYTHING = "a value"
    FLAG = "true or false"
    LIST = "a list"
    NAMES = 'a list of strings, or "all"'
    NUMBER = "a number"
    TABLE = "a table"
    TEXT = "a string"
    WORD = "one of the words that are known"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a block. `into` is the shape's own name for it, where Python has the word for itself."""

    name: str
    takes: Takes
    required: bool = False
    values: tuple[str, ...] = ()
    into: str = ""


Fields: TypeAlias = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class TenantShape:
    """`[tenant]`. `id` is a tenant GUID or any of its domains and may use variables; `cloud` is a literal."""

    fields: ClassVar[Fields] = (Field("id", Takes.TEXT, required=True), Field("cloud", Takes.WORD, values=CLOUDS))
    id: str
    cloud: str = "global"


@dataclass(frozen=True, slots=True)
class VariableShape:
    """`[variables.NAME]`. Without `default` a value has to be given."""

    fields: ClassVar[Fields] = (
        Field("type", Takes.WORD, values=VARIABLE_TYPES),
        Field("default", Takes.ANYTHING),
        Field("description", Takes.TEXT),
        Field("sensitive", Takes.FLAG),
        Field("validation", Takes.TABLE),
    )
    type: str = "string"
    default: object = None
    description: str = ""
    sensitive: bool = False
    validation: object = None


@dataclass(frozen=True, slots=True)
class ValidationShape:
    """`validation` of a variable, as data: every rule that is given has to hold.

    `pattern`: a Python regular expression that a string (each string of a list) has to match as a whole.
    `one_of`: the values that are allowed. `min` and `max`: of a number its value; of a string, list or map its length.
    `message`: what the user is told to do about it.
    """

    fields: ClassVar[Fields] = (
        Field("pattern", Takes.TEXT),
        Field("one_of", Takes.LIST),
        Field("min", Takes.NUMBER),
        Field("max", Takes.NUMBER),
        Field("message", Takes.TEXT),
    )
    pattern: str | None = None
    one_of: Sequence[object] | None = None
    min: float | None = None
    max: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class OutputShape:
    """`[outputs.NAME]`."""

    fields: ClassVar[Fields] = (
        Field("value", Takes.ANYTHING, required=True),
        Field("sensitive", Takes.FLAG),
        Field("description", Takes.TEXT),
    )
    value: object
    sensitive: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class LifecycleShape:
    """`lifecycle` of a resource. `ignore_changes` names attributes, whole sections, or is "all"."""

    fields: ClassVar[Fields] = (Field("prevent_destroy", Takes.FLAG), Field("ignore_changes", Takes.NAMES))
    prevent_destroy: bool | None = None
    ignore_changes: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class MovedShape:
    """`[[moved]]`: addresses, from the old to the new one."""

    fields: ClassVar[Fields] = (
        Field("from", Takes.TEXT, required=True, into="origin"),
        Field("to", Takes.TEXT, required=True, into="target"),
    )
    origin: str
    target: str


@dataclass(frozen=True, slots=True)
class ImportShape:
    """`[[import]]`: the address, and the GUID, name or domain of the object that the tenant has."""

    fields: ClassVar[Fields] = (
        Field("to", Takes.TEXT, required=True, into="target"),
        Field("id", Takes.TEXT, required=True),
    )
    target: str
    id: str


@dataclass(frozen=True, slots=True)
class RemovedShape:
    """`[[removed]]`: the address that the state lets go of."""

    fields: ClassVar[Fields] = (
        Field("from", Takes.TEXT, required=True, into="origin"),
        Field("lifecycle", Takes.TABLE),
    )
    origin: str
    lifecycle: object = None


@dataclass(frozen=True, slots=True)
class DestroyShape:
    """`lifecycle` of `[[removed]]`, as Terraform writes it: it can only say what is so anyway."""

    fields: ClassVar[Fields] = (Field("destroy", Takes.FLAG),)
    destroy: bool = False


@dataclass(frozen=True, slots=True)
class Rfc2136Shape:
    """`[dns]` with `type = "rfc2136"`: a zone whose primary server takes dynamic updates, signed with a key."""

    fields: ClassVar[Fields] = (
        Field("type", Takes.WORD, required=True, values=("rfc2136",)),
        Field("zone", Takes.TEXT, required=True),
        Field("server", Takes.TEXT, required=True),
        Field("port", Takes.NUMBER),
        Field("key_name", Takes.TEXT, required=True),
        Field("algorithm", Takes.WORD, values=TSIG_ALGORITHMS),
    )
    type: str
    zone: str
    server: str
    key_name: str
    port: float = 53
    algorithm: str = TSIG_ALGORITHMS[0]


@dataclass(frozen=True, slots=True)
class LexiconShape:
    """`[dns]` with `type = "lexicon"`: a zone at a hoster that dns-lexicon knows by `provider`."""

    fields: ClassVar[Fields] = (
        Field("type", Takes.WORD, required=True, values=("lexicon",)),
        Field("zone", Takes.TEXT, required=True),
        Field("provider", Takes.TEXT, required=True),
    )
    type: str
    zone: str
    provider: str
