"""`mailform import --all` and `--from`: a whole tenant, or a file of what PowerShell gave, as configuration."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common
from mailform_providers.kinds import KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE

if TYPE_CHECKING:
    from mailform.adoption.adopt import Adoption
    from mailform.adoption.choosing import Selection
    from mailform.cli.surroundings import Surroundings
    from mailform_providers.connect import Connection
    from mailform_state.values import State

LARGEST_EXPORT = 100_000_000
"""Bytes. An export of 300 rules has about three million."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. Without `out` nothing is written."""

    out: str | None
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    dry_run: bool
    lock_timeout: str

    @property
    def selection(self) -> Selection:
        from mailform.adoption.choosing import Selection

        return Selection(self.kinds, self.names)


def request(
    out: str | None, kinds: Sequence[str] | None, names: Sequence[str] | None, *, dry_run: bool, lock_timeout: str
) -> Request:
    """The options as values. Raises typer.BadParameter."""
    if out is None and not dry_run:
        raise typer.BadParameter("name the file to write, such as found.mailform.toml", param_hint="--out")
    known = tuple(shared.one_of(kind, tuple(KINDS), "--type") for kind in kinds or ())
    return Request(out, known, tuple(names or ()), dry_run, lock_timeout)


def from_tenant(common: Common, asked: Request) -> None:
    """Takes over what the tenant has and nobody manages."""
    from mailform.cli import desk
    from mailform.cli.adopted import tell
    from mailform.cli.state_edits import editing
    from mailform.cli.surroundings import destination, surroundings, write_once
    from mailform_state.errors import Failure

    around = surroundings(common, destination(common, _out(asked)), needs_tenant=True)
    if asked.dry_run:
        with desk.connection(common, around.configuration) as tenant:
            found = _read(common, around, asked, tenant, desk.store(common).read())
        return tell(common, found, around, None)
    with (
        editing(common, "mailform import", asked.lock_timeout) as store,
        desk.connection(common, around.configuration) as tenant,
    ):
        stored = store.read()
        found = _read(common, around, asked, tenant, stored)
        if found.chosen:
            write_once(around.path, found.text)
            new = replace(found.state, serial=found.state.serial + 1, tool_version=desk.version())
            try:
                store.write(new, expected=None if stored is None else stored.serial)
            except (Failure, KeyboardInterrupt):
                desk.tell(f"{around.path} is written, but the state is not. Run the same command again; it goes on.")
                raise
    return tell(common, found, around, around.path)


def from_file(common: Common, asked: Request, file: str) -> None:
    """Writes what an export has as configuration, and nothing else: no tenant is asked, no state is written."""
    from mailform.adoption.adopt import adopt
    from mailform.adoption.export import ground_of
    from mailform.cli import desk
    from mailform.cli.adopted import tell
    from mailform.cli.surroundings import anywhere, surroundings, write_once

    path, remark = anywhere(common, _out(asked))
    around = surroundings(common, path, needs_tenant=False)
    ground, unread = ground_of(
        _content(file), file, str(around.path), around.sources, around.inputs, around.configuration
    )
    found = adopt(ground, asked.selection)
    if found.chosen and not asked.dry_run:
        write_once(around.path, found.text)
        if remark:
            desk.tell(remark)
    return tell(common, found, around, None if asked.dry_run else around.path, unread, from_file=True)


def _out(asked: Request) -> str:
    from mailform.configuration.files import SUFFIX

    return f"found{SUFFIX}" if asked.out is None else asked.out


def _read(common: Common, around: Surroundings, asked: Request, tenant: Connection, stored: State | None) -> Adoption:
    from mailform.adoption.adopt import adopt
    from mailform.adoption.ground import Ground
    from mailform.cli import desk
    from mailform.diagnostics import Diagnostic, Severity
    from mailform.refresh import refresh
    from mailform.session.preparing import require_tenant
    from mailform_state.values import State

    state = stored or State(lineage=desk.new_lineage(), tenant=tenant.tenant_id)
    require_tenant(state, tenant.tenant_id)
    kinds = {*(asked.kinds or KINDS)}
    if TRANSPORT_RULE in kinds:
        kinds.add(OUTBOUND_CONNECTOR)  # a rule's connector is told by its name or by its GUID
    world, remarks = refresh(tenant.provider, around.configuration, state, kinds)
    desk.warn(common, (Diagnostic("service", remark, severity=Severity.WARNING) for remark in remarks))
    ground = Ground(str(around.path), around.sources, around.inputs, around.configuration, state, world)
    return adopt(ground, asked.selection)


def _content(file: str) -> bytes:
    from mailform.diagnostics import Diagnostic, Mistakes
    from mailform_state.files import usable

    with usable(f"{file} can't be read:"):
        if file == "-":
            data = sys.stdin.buffer.read(LARGEST_EXPORT + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(LARGEST_EXPORT + 1)
    if len(data) > LARGEST_EXPORT:
        message = f"{file} has more than the {LARGEST_EXPORT:,} bytes that an export may have"
        raise Mistakes((Diagnostic("file-too-large", message, None, "export one kind at a time"),))
    return data
