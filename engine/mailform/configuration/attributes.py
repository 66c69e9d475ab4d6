"""One attribute's value against its row of the table: type, enumeration, length. Values in, faults out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from mailform.configuration import domains, timestamps
from mailform.configuration.findings import did_you_mean, escaped, listed, shown
from mailform_providers.kinds.schema import Attribute, Form, Type
from mailform_state.values import Value

_SIZE = re.compile(r"\s*[0-9]{1,15}\s*(?:[KMGT]?B)?\s*", re.IGNORECASE)
_GUID = re.compile(r"\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ANY_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value; `item` is the number of the list's item that it is about."""

    code: str
    message: str
    hint: str
    item: int | None = None


Checked: TypeAlias = tuple[Value, tuple[Fault, ...]]
"""The value as it is kept (dates in one form, domains as A-labels), and what is wrong with it."""


def conform(attribute: Attribute, value: Value, shown_as: str | None = None) -> Checked:
    """Checks a value. `shown_as`: what messages show instead of it, when they may not (a sensitive variable)."""

    def show(part: object) -> str:
        return shown_as or shown(part)

    if value in ("", ()) and attribute.required:
        return value, (_fault(attribute, "required", "can't be empty", "give it a value"),)
    match attribute.type:
        case Type.STRINGS | Type.ENUMERATIONS:
            return _list(attribute, value, show)
        case Type.BOOLEAN:
            return value, () if isinstance(value, bool) else (_wrong(attribute, "true or false", value, show),)
        case Type.INTEGER:
            return value, _integer(attribute, value, show)
        case Type.SIZE:
            return value, _size(attribute, value, show)
        case Type.TABLES:
            is_list = isinstance(value, tuple) and all(isinstance(item, Mapping) for item in value)
            return value, () if is_list else (_wrong(attribute, "a list of tables", value, show),)
        case Type.STRING | Type.ENUMERATION | Type.TIMESTAMP | Type.GUID:
            return _single(attribute, value, show)
    assert_never(attribute.type)


def expected(attribute: Attribute) -> str:
    """What an attribute takes, in words."""
    return {
        Type.STRING: "a string",
        Type.BOOLEAN: "true or false",
        Type.INTEGER: "a whole number",
        Type.ENUMERATION: "one of " + listed(attribute.values) if attribute.values else "a string",
        Type.STRINGS: "a list of strings",
        Type.ENUMERATIONS: "a list of " + listed(attribute.values) if attribute.values else "a list of strings",
        Type.SIZE: 'a size such as "10MB", or bytes',
        Type.TIMESTAMP: "a date such as 2026-11-23T21:00:00Z",
        Type.GUID: "a GUID",
        Type.TABLES: "a list of tables",
    }[attribute.type]


def _single(attribute: Attribute, value: Value, show: Callable[[object], str]) -> Checked:
    if not isinstance(value, str):
        return value, (_wrong(attribute, expected(attribute), value, show),)
    if value == "":
        return value, ()
    if attribute.type is Type.ENUMERATION:
        return value, _word(attribute, value, show)
    if attribute.type is Type.TIMESTAMP:
        try:
            return timestamps.normalised(value), ()
        except ValueError:
            return value, (_wrong(attribute, expected(attribute), value, show),)
    if attribute.type is Type.GUID and _GUID.fullmatch(value) is None:
        return value, (_wrong(attribute, expected(attribute), value, show),)
    if attribute.name == "domain":
        return _domain(attribute, value, show)
    return value, _text(attribute, value, show)


def _list(attribute: Attribute, value: Value, show: Callable[[object], str]) -> Checked:
    if not isinstance(value, tuple):
        hint = f"write `{_short(attribute)} = [{show(value)}]`" if isinstance(value, str) else 'write a list: ["…"]'
        return value, (_wrong(attribute, expected(attribute), value, show, hint),)
    faults: list[Fault] = []
    for index, item in enumerate(value):
        if not isinstance(item, str) or item == "":
            what = "an empty text" if item == "" else show(item)
            message = f"`{attribute.name}` is {expected(attribute)}; {what} is none"
            faults.append(Fault("wrong-type", message, "take the item out or give it a text", index))
            continue
        check = _word if attribute.type is Type.ENUMERATIONS else _text
        faults += [Fault(found.code, found.message, found.hint, index) for found in check(attribute, item, show)]
    return value, tuple(faults)


def _word(attribute: Attribute, value: str, show: Callable[[object], str]) -> tuple[Fault, ...]:
    if value in attribute.values:
        return ()
    hint = did_you_mean(value, attribute.values, f"write {listed(attribute.values)}")
    return (_fault(attribute, "unknown-value", f"can't be {show(value)}", hint),)


def _text(attribute: Attribute, value: str, show: Callable[[object], str]) -> tuple[Fault, ...]:
    faults = []
    forbidden = _CONTROL if attribute.form is Form.TEXT and attribute.name != "name" else _ANY_CONTROL
    if (found := forbidden.search(value)) is not None:
        message = f"has a control character (U+{ord(found[0]):04X}) in it"
        faults.append(_fault(attribute, "control-character", message, "take it out; nobody could see it"))
    if attribute.max_length is not None and len(value) > attribute.max_length:
        message = f"has {len(value):,} characters, more than {attribute.max_length:,}: {show(value)}"
        faults.append(_fault(attribute, "too-long", message, "shorten it"))
    return tuple(faults)


def _integer(attribute: Attribute, value: Value, show: Callable[[object], str]) -> tuple[Fault, ...]:
    if not isinstance(value, int) or isinstance(value, bool):
        return (_wrong(attribute, expected(attribute), value, show),)
    if abs(value) > _LARGEST:
        return (_fault(attribute, "out-of-range", f"is too large: {show(value)}", f"at most {_LARGEST:,}"),)
    return ()


def _size(attribute: Attribute, value: Value, show: Callable[[object], str]) -> tuple[Fault, ...]:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return ()
    if isinstance(value, str) and (value == "" or _SIZE.fullmatch(value) is not None):
        return ()
    return (_wrong(attribute, expected(attribute), value, show, "write B, KB, MB, GB or TB after a whole number"),)


def _domain(attribute: Attribute, value: str, show: Callable[[object], str]) -> Checked:
    try:
        return domains.normalised(value), ()
    except ValueError as error:
        message = f"is no domain name: {show(value)}; {escaped(str(error))}"
        return value, (_fault(attribute, "bad-domain", message, "write it as contoso.com, without a wildcard"),)


def _wrong(attribute: Attribute, wanted: str, value: Value, show: Callable[[object], str], hint: str = "") -> Fault:
    message = f"has to be {wanted}, not {_described(value, show)}"
    return _fault(attribute, "wrong-type", message, hint or f"write {wanted}")


def _described(value: Value, show: Callable[[object], str]) -> str:
    match value:
        case tuple():
            return "a list"
        case Mapping():
            return "a table"
        case _:
            return show(value)


def _fault(attribute: Attribute, code: str, message: str, hint: str) -> Fault:
    return Fault(code, f"`{attribute.name}` {message}", hint)


def _short(attribute: Attribute) -> str:
    return attribute.name.rpartition(".")[2]
