"""Addresses: the names that a configuration gives to its resources."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import total_ordering

from mailform_state import visible

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_ADDRESS = re.compile(
    rf"(?P<modules>(?:module\.{_NAME}\.)*)(?P<kind>{_NAME})\.(?P<name>{_NAME})(?:\[(?P<key>\"(?:[^\"\\]|\\.)*\")\])?"
)


@total_ordering
@dataclass(frozen=True, slots=True)
class Address:
    """Names one resource of the configuration: `kind.name`, in a module `module.m.kind.name`, or `kind.name["key"]`.

    Its text is safe to show, whatever the key holds. It is not the object's identity in the tenant (that is the GUID,
    or a domain's name), so never look anything up in the tenant by it.
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
            raise ValueError(f"{text!r} is no address such as transport_rule.route")
        key = found["key"]
        read = None if key is None else visible.read(key[1:-1])
        return cls(found["kind"], found["name"], read, tuple(found["modules"].split(".")[1::2]))

    @property
    def block(self) -> Address:
        """The address of the block that the resource is written in: that of all its instances, without the key."""
        return self if self.key is None else replace(self, key=None)

    def __str__(self) -> str:
        modules = "".join(f"module.{name}." for name in self.module)
        key = "" if self.key is None else f"[{visible.written(self.key)}]"
        return f"{modules}{self.kind}.{self.name}{key}"

    def __lt__(self, other: Address) -> bool:
        return str(self) < str(other)
