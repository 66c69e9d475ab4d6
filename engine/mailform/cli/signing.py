"""The key that plan files are signed and checked with, from the environment or a file that it names.

Never from the command line, which other processes can read, nor from the configuration, which strangers may propose.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mailform.diagnostics import Diagnostic, Mistakes

if TYPE_CHECKING:
    from mailform.plan_key import PlanKey, SigningKey

KEY = "MAILFORM_PLAN_KEY"
KEY_FILE = "MAILFORM_PLAN_KEY_FILE"
LARGEST = 1 << 16
"""Bytes of a key file."""

_KINDS = "It has to be an Ed25519 key in PEM (openssl genpkey -algorithm ed25519) or base64 (openssl rand -base64 32)"


def plan_key() -> PlanKey | None:
    """The key that plans are checked with; None where none is configured. Raises Mistakes, also for a variable that is
    set and empty: a pipeline that has lost its secret must not go on as if none were asked for."""
    given = [name for name in (KEY, KEY_FILE) if name in os.environ]
    if not given:
        return None
    if len(given) > 1:
        raise _mistake(f"both {KEY} and {KEY_FILE} are set", "Set one of them")
    name = given[0]
    value = os.environ[name]
    if not value.strip():
        raise _mistake(f"{name} is set, and empty", "Give it a key, or unset it where plans aren't signed")
    text = value if name == KEY else _content(Path(value))
    from mailform.plan_key import Unfit, parsed

    try:
        return parsed(text)
    except Unfit as unfit:
        raise _mistake(f"what {name} names is no key for plans: {unfit}", _KINDS) from None


def signing_key() -> SigningKey | None:
    """The key that a plan is signed with; None where none is configured. Raises Mistakes."""
    from mailform.plan_key import PublicKey

    key = plan_key()
    if isinstance(key, PublicKey):
        raise _mistake(
            "the key for plans is a public one, which can't sign",
            f"Give {KEY_FILE} the private key where plans are made, and the public one where they are applied",
        )
    return key


def _content(path: Path) -> str:
    from mailform_state.regular import NotAFile, read_named

    try:
        data = read_named(path, LARGEST)
    except OSError as error:
        raise _mistake(f"{path} can't be read: {error.strerror}", f"Check what {KEY_FILE} says") from None
    except NotAFile as found:
        raise _mistake(
            f"{path} is {found.what}, and no key can be read from it", f"Check what {KEY_FILE} says"
        ) from None
    if len(data) > LARGEST:
        raise _mistake(f"{path} is too large for a key", _KINDS)
    return data.decode("ascii", errors="replace")


def _mistake(message: str, hint: str) -> Mistakes:
    return Mistakes((Diagnostic("plan-key", message, None, hint),))
