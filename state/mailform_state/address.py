"""Addresses: the names that a configuration gives to its resources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_ADDRESS = re.compile(
    rf"(?P<modules>(?:module\.{_NAME}\.)*)(?P<kind>{_NAME})\.(?P<name>{_NAME})(?:\[(?P<key>\"(?:[^\"\\]|\\.)*\")\])?"
)


@total_ordering
@dataclass(frozen=True, slots=True)
class Address:
    """Names one resource of the configuration: `kind.name`, in a module `module.m.kind.name`, or `kind.name["key"]`.

    It is not the object's identity in the tenant (that is the GUID, or a domain's name), so never look anything up in
    the tenant by it.
    """

    kind: str
    name: str
    key: str | None = None
    module: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address written as `text`. Raises ValueError when it isn't one."""
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not an address such as transport_rule.route")
        key = found["key"]
        unquoted = None if key is None else re.sub(r"\\(.)", r"\1", key[1:-1])
        return cls(found["kind"], found["name"], unquoted, tuple(found["modules"].split(".")[1::2]))

    def __str__(self) -> str:
        modules = "".join(f"module.{name}." for name in self.module)
        key = "" if self.key is None else '["' + self.key.replace("\\", "\\\\").replace('"', '\\"') + '"]'
        return f"{modules}{self.kind}.{self.name}{key}"

    def __lt__(self, other: Address) -> bool:
        return str(self) < str(other)
