"""A file of what PowerShell gave, as the ground for an adoption: its objects stand for the tenant, and no state."""

from __future__ import annotations

from collections.abc import Mapping

from mailform.adoption.ground import Ground
from mailform.configuration.inputs import VariableInputs
from mailform.diagnostics import Diagnostic, Mistakes, Position
from mailform.planning.world import World
from mailform.wanted import Configuration
from mailform_providers.exchange.exported import Unread, exported
from mailform_providers.exchange.json_text import Malformed
from mailform_state.values import State


def ground_of(
    content: bytes,
    name: str,
    file: str,
    sources: Mapping[str, bytes],
    inputs: VariableInputs,
    configuration: Configuration,
) -> tuple[Ground, tuple[Unread, ...]]:
    """What `content` has, to be written to `file` beside `sources`; and what of it can't be read. Raises Mistakes."""
    try:
        found = exported(content)
    except Malformed as error:
        hint = "export again: Get-TransportRule | ConvertTo-Json -Depth 10 | Out-File rules.json"
        at = Position(name, error.line, error.column)
        raise Mistakes((Diagnostic("bad-export", f"{name} can't be read: {error.message}", at, hint),)) from None
    state = State(lineage="", tenant="")
    return Ground(file, sources, inputs, configuration, state, World(found.objects)), found.unread
