"""A JSON Schema of the configuration, for editors (Even Better TOML, Taplo), made of the kinds' tables.

It helps while writing; what is valid is decided by `load`, which checks much more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from mailform.configuration.backend_shapes import LOCK_METHODS, SHAPES, UNLOCK_METHODS
from mailform.configuration.fixed import CLOUDS, DNS_TYPES, TSIG_ALGORITHMS, VARIABLE_TYPES
from mailform.configuration.references import HOLE
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Attribute, Kind, Type

Schema: TypeAlias = dict[str, object]

_NAME = "^[A-Za-z_][A-Za-z0-9_-]*$"
_REFERENCE: Schema = {"type": "string", "pattern": HOLE}
_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_ADDRESSES: Schema = {"type": "array", "items": _TEXT}
_FOR_EACH: Schema = {
    "anyOf": [
        {"type": "object", "propertyNames": {"minLength": 1}},
        {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
        _REFERENCE,
    ]
}


def schema() -> Schema:
    """The schema (draft-07, which the editors take) of a mailform.toml."""
    fixed: Schema = {
        "tenant": _table({"id": _TEXT, "cloud": {"enum": [*CLOUDS]}}, "Whose mail flow it is", required=["id"]),
        "variables": _named(_variable(), "Values that are given from outside"),
        "locals": {"type": "object", "description": "Names for values that are used more than once"},
        "outputs": _named(
            _table({"value": {}, "sensitive": _FLAG, "description": _TEXT}, required=["value"]),
            "Values that are published",
        ),
        "moved": {"type": "array", "items": _table({"from": _TEXT, "to": _TEXT}, required=["from", "to"])},
        "import": {"type": "array", "items": _table({"to": _TEXT, "id": _TEXT}, required=["to", "id"])},
        "removed": {"type": "array", "items": _table({"from": _TEXT, "lifecycle": _forgetting()}, required=["from"])},
        "backend": _backend(),
        "dns": _dns(),
    }
    kinds: Schema = {
        name: _named(_resource(kind), f"{kind.cmdlets['read']} shows these") for name, kind in KINDS.items()
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Mailform configuration",
        **_table({**fixed, **kinds}),
    }


def _forgetting() -> Schema:
    return _table({"destroy": {"const": False, "description": "What [[removed]] means anyway"}})


def _backend() -> Schema:
    texts = ("account", "address", "bucket", "container", "lock_address", "prefix", "region", "unlock_address")
    source: Schema = {"type": "string", "pattern": "^(env|file):", "description": "env:NAME or file:PATH"}
    keys: Schema = dict.fromkeys(("passphrase", "key", "previous_passphrase", "previous_key"), source)
    fields: Schema = {
        "type": {"enum": [*SHAPES]},
        **dict.fromkeys(texts, _TEXT),
        "lock_method": {"enum": [*LOCK_METHODS]},
        "unlock_method": {"enum": [*UNLOCK_METHODS]},
        "encryption": _table(keys, "How the state is encrypted"),
    }
    return _table(fields, "Where the state is kept", required=["type"])


def _dns() -> Schema:
    fields: Schema = {
        "type": {"enum": [*DNS_TYPES]},
        "zone": {**_TEXT, "description": "The zone, as its name server has it"},
        "server": {**_TEXT, "description": "rfc2136: the zone's primary name server"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "rfc2136: its port. Default: 53"},
        "key_name": {**_TEXT, "description": "rfc2136: the key; its secret comes from MAILFORM_DNS_TSIG_SECRET"},
        "algorithm": {"enum": [*TSIG_ALGORITHMS], "description": "rfc2136: the key's algorithm"},
        "provider": {**_TEXT, "description": "lexicon: the hoster; its credentials come from LEXICON_…"},
    }
    return _table(fields, "Where the proofs of domains may be published", required=["type", "zone"])


def _variable() -> Schema:
    rules: Schema = {
        "pattern": _TEXT,
        "one_of": {"type": "array"},
        "min": {"type": "number"},
        "max": {"type": "number"},
        "message": _TEXT,
    }
    return _table(
        {
            "type": {"enum": [*VARIABLE_TYPES]},
            "default": {},
            "description": _TEXT,
            "sensitive": _FLAG,
            "validation": _table(rules),
        }
    )


def _resource(kind: Kind) -> Schema:
    own = [found for found in kind.writable if found.section is None and found.name != "priority"]
    properties: Schema = {found.name: _attribute(found) for found in own}
    for section in kind.sections:
        inside = {found.name.removeprefix(f"{section}."): found for found in kind.writable if found.section == section}
        properties[section] = _table({name: _attribute(found) for name, found in inside.items()})
    properties["depends_on"] = _ADDRESSES
    properties["for_each"] = {**_FOR_EACH, "description": "One resource for each key: ${each.key}, ${each.value}"}
    properties["lifecycle"] = _table(
        {"prevent_destroy": _FLAG, "ignore_changes": {"anyOf": [{"const": "all"}, _ADDRESSES]}}
    )
    required = [found.name for found in own if found.required]
    if kind.name == TRANSPORT_RULE:
        rules: Schema = {"anyOf": [_TEXT, _ADDRESSES]}
        number: Schema = {"anyOf": [{"type": "integer", "minimum": 0}, _REFERENCE]}
        properties["priority"] = {**number, "description": "Exchange's number; 0 is first"}
        properties["order"] = _table({"after": rules, "before": rules, "at": {"enum": ["first", "last"]}})
        required.append("conditions")
    if kind.name == ACCEPTED_DOMAIN:
        properties["on_destroy"] = {"enum": ["forget", "delete"]}
    if kind.name == OUTBOUND_CONNECTOR:
        properties["validation"] = {"enum": ["fail", "warn"], "description": "What a failed validation mail means"}
    return _table(properties, required=required)


def _attribute(attribute: Attribute) -> Schema:
    description = f"{attribute.parameter}"
    if attribute.on_premises:
        description += ". OnPremises connectors only"
    if not attribute.update:
        description += ". Can't be changed later"
    default = attribute.default
    if default is not None and default.value not in ("", ()):
        description += f". Default: {str(default.value).lower() if isinstance(default.value, bool) else default.value}"
    return {"description": description, **_type(attribute)}


def _type(attribute: Attribute) -> Schema:
    text: Schema = {"type": "string"}
    if attribute.max_length is not None:
        text["maxLength"] = attribute.max_length
    match attribute.type:
        case Type.STRING | Type.GUID:
            return text if attribute.max_length is None else {"anyOf": [text, _REFERENCE]}
        case Type.STRINGS:
            return {"anyOf": [{"type": "array", "items": text}, _REFERENCE]}
        case Type.BOOLEAN:
            return {"anyOf": [_FLAG, _REFERENCE]}
        case Type.INTEGER:
            return {"anyOf": [{"type": "integer"}, _REFERENCE]}
        case Type.ENUMERATION:
            return {"anyOf": [{"enum": [*attribute.values, ""]}, _REFERENCE]}
        case Type.ENUMERATIONS:
            word: Schema = {"anyOf": [{"enum": [*attribute.values]}, _REFERENCE]}
            return {"anyOf": [{"type": "array", "items": word}, _REFERENCE]}
        case Type.SIZE:
            return {"anyOf": [_TEXT, {"type": "integer", "minimum": 0}]}
        case Type.TIMESTAMP:
            # TOML's own dates are no strings to every editor, so nothing is said of the type.
            return {}
        case Type.TABLES:
            return {"type": "array", "items": {"type": "object"}}


def _named(block: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "patternProperties": {_NAME: block},
        "additionalProperties": False,
    }


def _table(properties: Mapping[str, object], description: str = "", required: Iterable[str] = ()) -> Schema:
    table: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if description:
        table["description"] = description
    if needed := list(required):
        table["required"] = needed
    return table
