"""`mailform drift --adopt`: what somebody changed by hand goes into the configuration's files, and into the state."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailform.adoption.drifted import adopt_drift
from mailform.cli import desk
from mailform.cli.common import Common
from mailform.cli.state_edits import editing
from mailform.configuration.documents import MAX_BYTES
from mailform.configuration.files import sources
from mailform.configuration.findings import Findings, did_you_mean
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.diagnostics import Diagnostic, Mistakes, Severity
from mailform.planning.plan import Options, plan
from mailform.planning.records import readdressed
from mailform.planning.world import World
from mailform.refresh import refresh
from mailform.render import drift_text
from mailform.render.escape import shown
from mailform.session.preparing import require_tenant
from mailform_state.errors import Failure, Refused, Unusable
from mailform_state.files import read_ours, rewrite_whole, usable
from mailform_state.values import State

if TYPE_CHECKING:
    from mailform.planning.steps import Drift, Plan
    from mailform.wanted import Configuration
    from mailform_providers.connect import Connection
    from mailform_state.address import Address


def adopt(common: Common, asked: Sequence[Address], lock_timeout: str) -> None:
    """Takes over the drift of these resources: all of it, or nothing is written."""
    with editing(common, "mailform drift --adopt", lock_timeout) as store:
        read, inputs = _read(common), VariableInputs(common.variables, common.variable_files, dict(os.environ))
        configuration = parse(read, inputs)
        stored = store.read()
        if stored is None:
            raise Refused("There is no state yet.", hint="`mailform apply` makes the first one.")
        with desk.connection(common, configuration) as tenant:
            world = _world(common, configuration, stored, tenant)
        state, _ = readdressed(stored, configuration.moved)
        made = plan(configuration, stored, world, Options(refresh_only=True))
        made = replace(made, drift=_asked_for(made.drift, asked, state))
        found = adopt_drift(made.drift, configuration, read, inputs, state, world)
        if made.drift:
            new = replace(found.state, serial=stored.serial + 1, tool_version=desk.version())
            done: list[str] = []
            try:
                _write_files(found.files, read, done)
                store.write(new, expected=stored.serial)
            except (Failure, Mistakes, KeyboardInterrupt):
                if done:
                    told = ", ".join(map(shown, done))
                    desk.tell(f"Written: {told}, but the state is not. Run the same command again; it goes on.")
                raise
    _tell(common, made, stored, found.files)


def _read(common: Common) -> Mapping[str, bytes]:
    findings = Findings()
    read = sources(common.directory, findings)
    if findings.wrong:
        raise Mistakes(findings.gathered())
    return read


def _world(common: Common, configuration: Configuration, state: State, tenant: Connection) -> World:
    require_tenant(state, tenant.tenant_id)
    world, remarks = refresh(tenant.provider, configuration, state)
    desk.warn(common, (Diagnostic("service", remark, severity=Severity.WARNING) for remark in remarks))
    return world


def _asked_for(drift: Sequence[Drift], asked: Sequence[Address], state: State) -> tuple[Drift, ...]:
    """The drift of the resources that are asked for; of a block with `for_each`, that of each. Raises Mistakes."""
    known = {one: str(one) for one in state.resources}
    unknown = [one for one in asked if not any(one in (found, found.block) for found in known)]
    if unknown:
        hint = "see the addresses with: mailform state list"
        raise Mistakes(
            tuple(
                Diagnostic(
                    "unknown-address",
                    f"the state has nothing at {one}",
                    None,
                    did_you_mean(str(one), tuple(known.values()), hint),
                )
                for one in unknown
            )
        )
    return tuple(found for found in drift if found.address in asked or found.address.block in asked)


def _write_files(files: Mapping[str, str], read: Mapping[str, bytes], done: list[str]) -> None:
    """Writes each file whole or not at all, after all were seen to be writable and as they were read; `done` gets the
    name of each that is written. Raises Mistakes, Unusable."""
    for name in files:
        _require_unchanged(Path(name), read[name])
        with usable(f"{name} can't be read:"):
            if not stat.S_IMODE(Path(name).stat().st_mode) & 0o222:
                raise Unusable(
                    f"{name} is read-only, and nothing was written.", hint="Make it writable, if you mean it."
                )
    for name, text in files.items():
        with usable(f"{name} couldn't be written, and stays as it was:"):
            _require_unchanged(Path(name), read[name])
            rewrite_whole(Path(name), text.encode("utf-8"))
        done.append(name)


def _require_unchanged(path: Path, read: bytes) -> None:
    if read_ours(path, MAX_BYTES) != read:
        message = f"{path} was changed by somebody else meanwhile, and is left as it is"
        raise Mistakes((Diagnostic("file-changed", message, None, "save it, and run the same command again"),))


def _tell(common: Common, made: Plan, before: State, files: Collection[str]) -> None:
    serial = before.serial + bool(made.drift)
    if common.json:
        adopted = [str(found.address) for found in made.drift]
        desk.say_json({"adopted": adopted, "files": [*files], "serial": serial})
    elif not common.quiet:
        desk.say(drift_text.adopted(made, before, files, serial, colour=desk.coloured(common)))
