"""How what was sent becomes what the service keeps.

Names are found in any case; enumerations by the beginning of a name, as PowerShell does; an object value needs its
type tag. Everything that doesn't fit is a `Refusal` of the binder, before the cmdlet runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import assert_never
from uuid import UUID

from pydantic import JsonValue

from mailform_providers.kinds.schema import Type
from mailform_providers.sandbox import refusals, values
from mailform_providers.sandbox.parameters import Delta, Given, Parameter, Parameters
from mailform_providers.sandbox.tenant import Setting, Settings

TAG = "#Exchange.GenericHashTable"


def bind(parameters: Parameters, sent: Mapping[str, JsonValue], *, null_clears: bool) -> dict[str, Given]:
    """What was sent, by the parameters' own names. Raises Refusal."""
    unknown = [name for name in sent if name.lower() not in parameters]
    if unknown:
        raise refusals.unknown_parameters(unknown)
    found = {parameters[name.lower()]: value for name, value in sent.items()}
    missing = [wanted.name for wanted in parameters.values() if wanted.mandatory and found.get(wanted) in (None, "")]
    if missing:
        raise refusals.missing_parameters(missing)
    return {parameter.name: _bound(parameter, value, null_clears) for parameter, value in found.items()}


def merged(current: Settings, blank: Settings, given: Mapping[str, Given]) -> Settings:
    """The settings after a write, sparse: what is as blank isn't named."""
    settings = dict(current)
    for name, value in given.items():
        match value:
            case None:
                settings.pop(name, None)
            case Delta(add, remove):
                had = settings.get(name) or ()
                kept = tuple(item for item in (had if isinstance(had, tuple) else ()) if not _among(item, remove))
                settings[name] = (*kept, *(item for item in add if not _among(item, kept)))
            case _:
                settings[name] = value
    return {name: value for name, value in settings.items() if name not in blank or blank[name] != value}


def _among(item: str, items: tuple[str, ...]) -> bool:
    return item.casefold() in {other.casefold() for other in items}


def _bound(parameter: Parameter, value: JsonValue, null_clears: bool) -> Given:
    if value is None and not (null_clears and parameter.clearable):
        raise refusals.bad_value(parameter.name, "", _type_name(parameter))
    if isinstance(value, dict):
        return _of_object(parameter, value)
    if parameter.type in (Type.STRINGS, Type.ENUMERATIONS, Type.TABLES):
        return _of_list(parameter, value) or None
    if value is None or (value == "" and parameter.type is not Type.BOOLEAN):
        if not parameter.clearable:
            raise refusals.bad_value(parameter.name, "", _type_name(parameter))
        return None
    if isinstance(value, list):
        raise refusals.bad_value(parameter.name, "System.Object[]", _type_name(parameter))
    return _of_scalar(parameter, value)


def _of_scalar(parameter: Parameter, value: bool | int | float | str) -> Setting:
    text = str(value)
    try:
        match parameter.type:
            case Type.BOOLEAN:
                if not isinstance(value, bool):
                    raise ValueError(text)
                return value
            case Type.INTEGER:
                return int(text)
            case Type.ENUMERATION | Type.ENUMERATIONS:
                return _enumerated(parameter, text)
            case Type.SIZE:
                return values.size(text)
            case Type.TIMESTAMP:
                return values.timestamp(text)
            case Type.GUID:
                return str(UUID(text))
            case Type.STRING | Type.STRINGS | Type.TABLES:
                return _measured(parameter, parameter.stored(text) if parameter.stored else text)
        assert_never(parameter.type)
    except ValueError:
        raise refusals.bad_value(parameter.name, text, _type_name(parameter)) from None


def _measured(parameter: Parameter, text: str) -> str:
    if parameter.max_length is not None and len(text) > parameter.max_length:
        raise refusals.too_long(len(text), parameter.max_length)
    return text


def _enumerated(parameter: Parameter, text: str) -> str:
    folded = text.casefold()
    exact = [value for value in parameter.values if value.casefold() == folded]
    begun = exact or [value for value in parameter.values if value.casefold().startswith(folded)]
    if len(begun) == 1:
        return begun[0]
    names = ", ".join(parameter.values)
    problem = "Unable to match the identifier name" if not begun else "The identifier name is ambiguous:"
    advice = f"Specify one of the following enumerator names and try again: {names}"
    raise refusals.bad_value(parameter.name, text, _type_name(parameter), f"{problem} {text}. {advice}")


def _of_list(parameter: Parameter, value: JsonValue) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [] if value in (None, "") else [value]
    return tuple(dict.fromkeys(_of_item(parameter, item) for item in items))


def _of_item(parameter: Parameter, item: JsonValue) -> str:
    if isinstance(item, dict) and parameter.type is Type.TABLES:
        return json.dumps(_untagged(parameter, item), sort_keys=True)
    if item is None or isinstance(item, dict | list):
        raise refusals.bad_value(parameter.name, item, _type_name(parameter))
    return str(_of_scalar(parameter, item))


def _of_object(parameter: Parameter, value: dict[str, JsonValue]) -> Delta | tuple[str, ...] | None:
    keys = {key.lower(): items for key, items in _untagged(parameter, value).items()}
    if not keys and parameter.clearable:
        return None
    if parameter.type is Type.TABLES:
        return (_of_item(parameter, value),)
    if not keys or parameter.type not in (Type.STRINGS, Type.ENUMERATIONS) or keys.keys() - {"add", "remove"}:
        raise refusals.bad_value(parameter.name, "System.Collections.Hashtable", _type_name(parameter))
    return Delta(_of_list(parameter, keys.get("add")), _of_list(parameter, keys.get("remove")))


def _untagged(parameter: Parameter, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if value.get("@odata.type") != TAG:
        raise refusals.bad_value(parameter.name, "Newtonsoft.Json.Linq.JObject", _type_name(parameter))
    return {key: item for key, item in value.items() if key != "@odata.type"}


def _type_name(parameter: Parameter) -> str:
    return {
        Type.BOOLEAN: "System.Boolean",
        Type.INTEGER: "System.Int32",
        Type.TIMESTAMP: "System.DateTime",
        Type.GUID: "System.Guid",
        Type.SIZE: "Microsoft.Exchange.Data.ByteQuantifiedSize",
        Type.STRINGS: "Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]",
    }.get(parameter.type, "System.String" if not parameter.values else f"Microsoft.Exchange.Data.{parameter.name}")
