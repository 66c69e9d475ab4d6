"""A draft: a resource with what its values come to offline. What the checks across attributes and resources look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailform.configuration.findings import shown
from mailform.diagnostics import Diagnostic, Position, Severity
from mailform.expression import Template, Unknown
from mailform.wanted import Resource
from mailform_state.address import Address
from mailform_state.values import Value

BROKEN = Unknown(Template(()))
"""What a wrong value counts as in later checks: there is one, and nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A resource and its values; Unknown for what only the tenant can tell. Only for checking: a plan resolves the
    resource anew, with what is known of the tenant. `unread`: sections that hold names nobody knows."""

    resource: Resource
    values: Mapping[str, Value | Unknown] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @property
    def address(self) -> Address:
        return self.resource.address

    def at(self, name: str) -> Position:
        """Where an attribute is written; where the block begins, if it isn't."""
        return self.resource.positions.get(name, self.resource.position)

    def get(self, name: str) -> Value | Unknown:
        """An attribute's value; None when it isn't written."""
        return self.values.get(name)

    def says(self, name: str) -> bool:
        """Whether an attribute is written and neither empty nor false."""
        value = self.values.get(name)
        return value is not None and value is not False and value != "" and value != ()

    def says_any(self, section: str) -> bool:
        """Whether a section says anything at all, be it wrong."""
        return section in self.unread or any(self.says(name) for name in self.values if name.startswith(f"{section}."))

    def texts(self, name: str) -> tuple[str, ...]:
        """The text, or the texts of the list, that an attribute has; none while they aren't known."""
        value = self.values.get(name)
        many = value if isinstance(value, tuple) else (value,)
        return tuple(text for text in many if isinstance(text, str) and text)

    def shown(self, name: str, part: object = None) -> str:
        """A value (or a part of it) as a message may have it."""
        if name in self.resource.sensitive:
            return "(sensitive)"
        return shown(self.values.get(name) if part is None else part)

    def error(self, code: str, message: str, name: str, hint: str) -> Diagnostic:
        """A mistake at an attribute."""
        return Diagnostic(code, message, self.at(name), hint)

    def warning(self, code: str, message: str, name: str, hint: str) -> Diagnostic:
        """A warning at an attribute."""
        return Diagnostic(code, message, self.at(name), hint, Severity.WARNING)
