"""What commands work with: the configuration, the store, the tenant, and where things are printed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

import typer

from mailform import __version__
from mailform.cli.common import Common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.configuration.inputs import VariableInputs
    from mailform.configuration.sketch import Sketch
    from mailform.diagnostics import Diagnostic
    from mailform.wanted import Configuration
    from mailform_providers.connect import Connection
    from mailform_providers.wire.patience import Waits
    from mailform_state.sealing import Seal
    from mailform_state.store import Holder, Store


NOTHING: Mapping[str, bytes] = MappingProxyType({})


class SystemClock:
    """The real clock."""

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def now(self) -> datetime:
        return datetime.now(UTC)


def leave(code: Exit) -> None:
    """Ends the command with this exit code."""
    raise typer.Exit(int(code))


def say(text: str) -> None:
    """Prints a result to standard output."""
    _print(sys.stdout, text)


def say_json(document: Mapping[str, object] | Sequence[object] | str | float | None) -> None:
    """Prints one JSON document on one line of standard output."""
    from mailform.render.escape import json_text

    say(json_text(document))


def command(text: str) -> None:
    """Prints commands to the pipeline that runs us to standard output, as they are."""
    sys.stdout.write(text)
    sys.stdout.flush()


def tell(text: str) -> None:
    """Prints what isn't the result (progress, warnings, errors) to standard error."""
    _print(sys.stderr, text)


def hand_over(value: str) -> None:
    """Gives standard output a value as it is, without a line's end, in UTF-8 whatever the locale says: for programs. A
    terminal is none, and gets it escaped."""
    from mailform.render.escape import shown

    sys.stdout.flush()
    sys.stdout.buffer.write((shown(value) if sys.stdout.isatty() else value).encode("utf-8"))
    sys.stdout.buffer.flush()


def _print(stream: TextIO, text: str) -> None:
    from mailform.render.escape import page

    stream.write(page(text if text.endswith("\n") else f"{text}\n", colours=stream.isatty()))
    stream.flush()


def warn(common: Common, found: Iterable[Diagnostic]) -> None:
    """Shows warnings on standard error."""
    told = tuple(found)
    if told:
        from mailform.render import diagnostics

        tell(diagnostics.text(told, colour=coloured(common, errors=True)))


def coloured(common: Common, *, errors: bool = False) -> bool:
    """Whether to use colours: on a terminal, unless the user or NO_COLOR says no."""
    stream = sys.stderr if errors else sys.stdout
    return common.color and not common.json and "NO_COLOR" not in os.environ and stream.isatty()


def may_ask() -> bool:
    """Whether a question may be asked: never where standard input is no terminal, or a pipeline runs us."""
    return sys.stdin is not None and sys.stdin.isatty() and not os.environ.get("CI")


def configuration(common: Common, more: Mapping[str, bytes] = NOTHING) -> Configuration:
    """The configuration of the folder, with `more` files that aren't there yet. Raises Mistakes."""
    from mailform.configuration.load import load

    return load(common.directory, inputs(common), more)


def inputs(common: Common) -> VariableInputs:
    """What the variables are given from outside."""
    from mailform.configuration.inputs import VariableInputs

    return VariableInputs(common.variables, common.variable_files, dict(os.environ))


def store(common: Common) -> Store:
    """The store that the folder's `[backend]` names. Raises Mistakes, Failure; also while a state that was not moved
    there lies beside the configuration, or where it was before, since everything would look new."""
    from mailform.cli.moving import left_behind, there_is_one_beside
    from mailform.configuration.backend import located
    from mailform_state.errors import Refused
    from mailform_state.opening import open_store
    from mailform_state.places import Local

    backend = located(common.directory, common.backend_config)
    if not isinstance(backend.place, Local) and there_is_one_beside(common.directory):
        raise Refused(
            "A state lies beside the configuration, and [backend] says that it is kept elsewhere.",
            hint="Move it there: mailform init --migrate-state; or take mailform.state.json away",
        )
    found = open_store(backend, common.directory, os.environ)
    if left_behind(common, backend, found):
        raise Refused(
            f"There is no state in {found.where}, and [backend] said another place when this folder was prepared.",
            hint="Move it there: mailform init --migrate-state; or take .mailform/backend.toml away",
        )
    return found


def seal(common: Common) -> Seal:
    """What keeps saved plans from other eyes: the state's own seal. Raises Mistakes, Failure."""
    from mailform.configuration.backend import located
    from mailform_state.opening import seal_of

    return seal_of(located(common.directory, common.backend_config), common.directory, os.environ)


def connection(common: Common, configured: Configuration | Sketch, waits: Waits | None = None) -> Connection:
    """The tenant that the configuration is for. Raises Failure before anything is asked of another one."""
    from mailform_providers.connect import Log, connect
    from mailform_providers.wire.patience import Patience

    tenant = configured.tenant
    patience = Patience() if common.quiet else Patience(tell=tell)
    person = _tell_line if may_ask() else None
    log = Log(_tell_line, ids=common.verbose > 1) if common.verbose else None
    return connect(tenant.cloud, tenant.id, dict(os.environ), common.directory, waits, patience, person, log)


def _tell_line(line: str) -> None:
    from mailform.render.escape import shown

    tell(shown(line))


def holder(command: str) -> Holder:
    """Who runs this, for the lock to name."""
    from mailform_state.store import Holder

    return Holder(
        user=_user(),
        host=_host(),
        pid=os.getpid(),
        since=datetime.now(UTC),
        command=command,
        pipeline=_pipeline(),
    )


def actor() -> str:
    """Who runs this, in one word, for journal and report."""
    return f"{_user()}@{_host()}"


def _host() -> str:
    import socket

    return socket.gethostname()


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _pipeline() -> str | None:
    """The URL of the pipeline run, as GitHub, GitLab and Azure DevOps tell it."""
    found = os.environ
    if "GITHUB_RUN_ID" in found:
        server, repository = found.get("GITHUB_SERVER_URL", ""), found.get("GITHUB_REPOSITORY", "")
        return f"{server}/{repository}/actions/runs/{found['GITHUB_RUN_ID']}"
    if "CI_PIPELINE_URL" in found:
        return found["CI_PIPELINE_URL"]
    if "BUILD_BUILDID" in found:
        home, project = found.get("SYSTEM_COLLECTIONURI", ""), found.get("SYSTEM_TEAMPROJECT", "")
        return f"{home}{project}/_build/results?buildId={found['BUILD_BUILDID']}"
    return None


def new_run() -> str:
    """The id of a new run."""
    import uuid

    return uuid.uuid4().hex


def new_lineage() -> str:
    """The lineage of a state still to be made."""
    import uuid

    return str(uuid.uuid4())


def version() -> str:
    """The version of this tool, as states and plans carry it."""
    return __version__


def write_private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all. Raises Unusable."""
    from mailform_state.errors import Unusable

    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Unusable(
            f"{path} can't be written: {error.strerror}", hint="Name a file in a folder that is yours"
        ) from None
