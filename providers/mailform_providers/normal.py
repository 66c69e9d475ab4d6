"""When two spellings mean the same: what each `Form` makes of a value. Which attribute has which is in the table
`kinds/forms.toml`.

`same` is the comparison that drift and change rest on. Normal forms are for comparing only: never write one to the
service or to the state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from ipaddress import ip_address, ip_network, summarize_address_range

from mailform_providers.contract import Observed
from mailform_providers.kinds.schema import Attribute, Form
from mailform_state.values import Value

EMPTY: Hashable = ()
"""null, "", [] and a key that isn't there: where the service makes no difference, neither do we."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Which object a connector's name, GUID or distinguished name stands for."""

    ids: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, connectors: tuple[Observed, ...]) -> Directory:
        """The directory of what the tenant has now."""
        ids = {_folded(spelling): seen.id for seen in connectors for spelling in (seen.distinguished_name, seen.name)}
        return cls({**ids, **{_folded(seen.id): seen.id for seen in connectors}})

    def overlaid(self, names: Mapping[str, str]) -> Directory:
        """This directory, in which `names` (name -> object) count first: what the tenant will have."""
        return Directory({**self.ids, **{_folded(name): id for name, id in names.items()}})

    def __call__(self, spelling: str) -> str:
        folded = _folded(spelling)
        guid = folded[1:-1] if re.fullmatch(r"\{[0-9a-f-]{36}\}", folded) else folded
        return self.ids.get(guid, folded)


def same(attribute: Attribute, left: Value, right: Value, lefts: Directory, rights: Directory | None = None) -> bool:
    """Whether two values of an attribute mean the same. Connectors are looked up in a directory for each side."""
    if left == right and attribute.form is not Form.CONNECTOR:
        return True
    return normal(attribute, left, lefts) == normal(attribute, right, lefts if rights is None else rights)


def normal(attribute: Attribute, value: Value, connectors: Directory) -> Hashable:
    """The normal form of an attribute's value."""
    if isinstance(value, tuple) and not attribute.is_list and len(value) == 1:
        value = value[0]  # a single value that is shown as a list of one
    if attribute.form is Form.CONNECTOR:
        return EMPTY if _is_empty(value) else connectors(str(value))
    form = _FORMS[attribute.form]
    if isinstance(value, tuple):
        members = frozenset(form(item) for item in value if not _is_empty(item))
        return members or EMPTY
    if _is_empty(value):
        return EMPTY
    found = form(value)
    if attribute.section is not None and found == ("switch", False):
        return EMPTY  # a rule shows an unset switch as false
    return frozenset((found,)) if attribute.is_list else found


def _is_empty(value: object) -> bool:
    return value is None or value in ("", ())


def _text(value: object) -> Hashable:
    return str(value).replace("\r\n", "\n")


def _folded(value: object) -> str:
    # Not casefold: it makes one of ß and ss, which are two for whoever compares names.
    return str(value).strip().lower()


def _number(value: object) -> Hashable:
    """A whole number; `"9"` is 9. Anything else that stands where a number should is a text."""
    text = str(value).strip()
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else ("text", text)


def _switch(value: object) -> Hashable:
    text = _folded(value)
    return ("switch", text == "true") if text in ("true", "false") else ("text", text)


def domain(value: object) -> str:
    """A domain in lower case, as A-labels, without a trailing dot; `*` and `*.` stay."""
    text = _folded(value).removesuffix(".")
    if text.isascii():
        return text
    import idna

    star, rest = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    try:
        return star + idna.encode(rest, uts46=True).decode("ascii")
    except idna.IDNAError:
        return text


def _host(value: object) -> Hashable:
    """Where mail is handed to: a domain, or an IP address, which may stand in brackets."""
    text = _folded(value)
    try:
        return str(ip_address(text.removeprefix("[").removesuffix("]")))
    except ValueError:
        return domain(text)


def _address(value: object) -> Hashable:
    mailbox, at, host = _folded(value).removeprefix("smtp:").rpartition("@")
    return f"{mailbox}{at}{domain(host) if at else host}"


def _address_space(value: object) -> Hashable:
    """`smtp:contoso.com;1` and `contoso.com` are one; a cost other than 1 counts."""
    space, _, cost = _folded(value).partition(";")
    name = domain(space.strip().removeprefix("smtp:"))
    return name if cost.strip() in ("", "1") else (name, _number(cost))


def _audit_severity(value: object) -> Hashable:
    folded = _folded(value)
    return EMPTY if folded == "donotaudit" else folded


_LONGEST_SIZE = 100
_UNITS = {"": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}


def size(value: object) -> Hashable:
    """A size in bytes: `30MB`, `31457280` and `30 MB (31,457,280 bytes)` are one."""
    text = _folded(value)
    if len(text) > _LONGEST_SIZE:
        return text
    exact = re.search(r"\(([0-9][0-9,.\s]*) bytes\)", text)
    if exact is not None:
        return int(re.sub(r"[^0-9]", "", exact[1]))
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?b?)", text)
    if found is None:
        return text
    unit = found[2] if found[2] in _UNITS else found[2] + "b"
    return round(Fraction(found[1]) * _UNITS[unit])


def timestamp(value: object) -> Hashable:
    """A moment in UTC: ISO 8601 (without a zone: UTC; a date alone: its first second) and `/Date(milliseconds)/`. Other
    spellings stay text: nobody can tell 3/4/2026 from 4/3/2026. What is below a microsecond, .NET's last digit, isn't
    looked at."""
    text = str(value).strip()
    since_epoch = re.fullmatch(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/", text)
    if since_epoch is not None:
        return _since_epoch(since_epoch[1]) or text
    shorter = re.sub(r"(\.\d{6})\d+", r"\1", text)
    try:
        moment = datetime.fromisoformat(shorter)
    except ValueError:
        return text
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return text


def _since_epoch(milliseconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _ip(value: object) -> Hashable:
    """An address, a network (with its length or its mask) or a range, as the networks that it covers."""
    text = _folded(value)
    try:
        if "-" in text:
            first, last = (ip_address(end.strip()) for end in text.split("-"))
            return tuple(map(str, summarize_address_range(first, last)))
        masked = re.sub(r"\(([0-9.]+)\)$", r"/\1", text)
        return (str(ip_network(masked, strict=False)),)
    except (ValueError, TypeError):
        return text


_FORMS: Mapping[Form, Callable[[object], Hashable]] = {
    Form.ADDRESS: _address,
    Form.ADDRESS_SPACE: _address_space,
    Form.AUDIT_SEVERITY: _audit_severity,
    Form.CONNECTOR: _text,
    Form.DOMAIN: domain,
    Form.HEADER: _folded,
    Form.HOST: _host,
    Form.IP: _ip,
    Form.KEYWORD: _folded,
    Form.SIZE: size,
    Form.TIMESTAMP: timestamp,
    Form.NUMBER: _number,
    Form.SWITCH: _switch,
    Form.TEXT: _text,
}
