"""A program that judges a plan: it reads the plan's JSON on standard input, and only exit 0 lets the plan pass.

It is started as it is named, by no shell, and gets of the environment what a program needs, no credential: it may be
one that a pull request has changed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from mailform.diagnostics import Diagnostic, Severity
from mailform.policy.judging import DENIED, WARNED

LARGEST = 1 << 20
"""Bytes of an answer that are read. A program that says more is not listened to."""

_LINES = 40
_PASSED_ON = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "SYSTEMROOT",
        "PATHEXT",
        "VIRTUAL_ENV",
    }
)


@dataclass(frozen=True, slots=True)
class Program:
    """A program and its arguments. `seconds`: when it is ended and counts as refusing."""

    words: tuple[str, ...]
    seconds: float

    @property
    def name(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class _Ran:
    code: int | None
    out: bytes
    err: bytes


def ask(program: Program, document: bytes, environment: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """What a program has against a plan (`document`: its JSON on one line). Whatever it can't say counts as no."""
    with tempfile.TemporaryFile() as plan, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        plan.write(document)
        plan.seek(0)
        try:
            code = _run(program, plan, out, err, environment)
        except OSError as error:
            return (_refusal(program, f"could not be started: {error.strerror}"),)
        ran = _Ran(code, _start_of(out), _start_of(err))
    if ran.code is None:
        return (_refusal(program, f"was not done after {program.seconds:g} s", ran),)
    found = tuple(_findings(program, ran))
    if ran.code and not any(one.severity is Severity.ERROR for one in found):
        return (*found, _refusal(program, f"refuses the plan (exit {ran.code})", ran))
    return found


def _run(
    program: Program, plan: IO[bytes], out: IO[bytes], err: IO[bytes], environment: Mapping[str, str]
) -> int | None:
    """Its exit code; None when it wasn't done in time, and was ended with everything that it had started."""
    kept = {name: value for name, value in environment.items() if name.upper() in _PASSED_ON}
    with subprocess.Popen(
        program.words, stdin=plan, stdout=out, stderr=err, env=kept, start_new_session=True
    ) as process:
        try:
            return process.wait(program.seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends it, and what it has left running; where there are no process groups, itself alone."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
    elif process.poll() is None:
        process.kill()


def _start_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(LARGEST + 1)


def _findings(program: Program, ran: _Ran) -> Iterator[Diagnostic]:
    """What its answer says: a JSON object with `findings`. Any other text says nothing."""
    if not ran.out.lstrip().startswith(b"{"):
        return
    from mailform.policy.answer import AnswerShape
    from mailform_state.canonical import read_json
    from mailform_state.errors import Damaged
    from mailform_state.shapes import shaped

    try:
        answer = shaped(AnswerShape, read_json(ran.out, what="it", limit=LARGEST), what="it")
    except Damaged as damage:
        yield _refusal(program, f"gave an answer that can't be read: {damage.message.removesuffix('.')}")
        return
    for found in answer.findings:
        denied = found.effect == "deny"
        about = "" if found.address is None else f"{found.address}: "
        yield Diagnostic(
            DENIED if denied else WARNED,
            f"{about}{found.message}",
            None,
            f"the policy `{found.policy or program.name}` speaks against it: change the configuration, "
            "or have it changed",
            Severity.ERROR if denied else Severity.WARNING,
        )


def _refusal(program: Program, what: str, ran: _Ran | None = None) -> Diagnostic:
    said = b"" if ran is None else ran.out + ran.err
    lines = said.decode("utf-8", errors="replace").splitlines()
    shown = "\n".join([*lines[:_LINES], *(["…"] if len(lines) > _LINES else [])])
    return Diagnostic(
        DENIED, f"the policy program `{program.name}` {what}", None, "only exit 0 lets a plan pass", paste=shown
    )
