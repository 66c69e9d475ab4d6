"""What a kind is: its attributes, each one row of a table. The tables are the TOML files beside this one.

Facts come from Microsoft's cmdlet reference; defaults say for themselves how sure they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailform_state.values import Value


class Type(StrEnum):
    """What an attribute's value is, in the configuration."""

    STRING = "string"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    ENUMERATION = "enumeration"
    STRINGS = "strings"
    ENUMERATIONS = "enumerations"
    SIZE = "size"
    TIMESTAMP = "timestamp"
    GUID = "guid"
    TABLES = "tables"


class Form(StrEnum):
    """How two spellings of a value are told to mean the same. Which attribute has which, and what each means:
    `forms.toml`. The last three go by the type alone."""

    ADDRESS = "address"
    ADDRESS_SPACE = "address_space"
    AUDIT_SEVERITY = "audit_severity"
    CONNECTOR = "connector"
    DOMAIN = "domain"
    HEADER = "header"
    HOST = "host"
    IP = "ip"
    KEYWORD = "keyword"
    SIZE = "size"
    TIMESTAMP = "timestamp"
    NUMBER = "number"
    SWITCH = "switch"
    TEXT = "text"


class Source(StrEnum):
    """How sure a default is: the reference says so, untouched objects of real tenants show it, or nobody knows."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    GUESSED = "guessed"


class Refusal(StrEnum):
    """Why Mailform doesn't take an attribute, as the user is told."""

    NOT_OURS = "it is read-only, or not a setting of Exchange Online"
    NO_EFFECT = "it has no effect in Exchange Online"
    RESERVED = "it is reserved for Microsoft"


@dataclass(frozen=True, slots=True)
class Default:
    """What the service has when nobody says anything. Never use it as what a tenant *has*: only as what to reset to."""

    value: Value
    source: Source


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. `name` is the configuration's (`conditions.from_scope`), `parameter` the cmdlet's, `key` the
    property under which the service shows it. `max_length` counts characters; of a list, of each of its values. An
    unwritten attribute shows the value `implied` when `implied_by` (its full name) is set; a disclaimer's place does.
    `follows` is another attribute (its full name) whose writing may change this one too; MX routing clears smart hosts.
    """

    name: str
    parameter: str
    type: Type
    form: Form
    values: tuple[str, ...] = ()
    max_length: int | None = None
    create: bool = True
    update: bool = True
    required: bool = False
    on_premises: bool = False
    refused: Refusal | None = None
    default: Default | None = None
    implied_by: str | None = None
    implied: Value = None
    follows: str | None = None

    @property
    def section(self) -> str | None:
        """`conditions`, `exceptions` or `actions`; None for what stands on the resource itself."""
        head, dot, _ = self.name.partition(".")
        return head if dot else None

    @property
    def is_list(self) -> bool:
        return self.type in (Type.STRINGS, Type.ENUMERATIONS, Type.TABLES)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object. `attributes` is in the reference's order; `sections` are managed as wholes; `cmdlets` names
    the cmdlet of each verb (create, read, update, delete, enable, disable), where there is one."""

    name: str
    cmdlets: Mapping[str, str]
    attributes: Mapping[str, Attribute]
    sections: tuple[str, ...] = ()

    @property
    def writable(self) -> tuple[Attribute, ...]:
        """What create or update takes: an object's before-image consists of these."""
        return tuple(found for found in self.attributes.values() if found.refused is None)

    def following(self, names: Collection[str]) -> frozenset[str]:
        """The attributes that may change by themselves when these are written."""
        return frozenset(
            name for name, found in self.attributes.items() if found.follows in names or found.implied_by in names
        )

    @property
    def naming(self) -> str:
        """The attribute that names the object to people: `domain` of a domain, `name` of all others."""
        return "domain" if "domain" in self.attributes else "name"
