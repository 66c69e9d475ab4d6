"""The digest of a configuration: every file's bytes and every variable's value, in one word."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePath

from mailform.configuration.variables import Variable
from mailform_state.values import Value


def digest(sources: Mapping[str, bytes], given: Mapping[str, Variable]) -> str:
    """`sha256:…`; the same wherever the folder is. Comments and spaces count: a plan is bound to what was reviewed."""
    content = {
        "files": {PurePath(name).name: hashlib.sha256(read).hexdigest() for name, read in sources.items()},
        "variables": {name: _part(name, variable) for name, variable in given.items()},
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _part(name: str, variable: Variable) -> Value:
    if not variable.sensitive:
        return variable.value
    # The digest stands in plan files: what is secret goes in so that guessing it is slow.
    secret = json.dumps(variable.value, sort_keys=True).encode()
    return hashlib.pbkdf2_hmac("sha256", secret, f"mailform variable {name}".encode(), 100_000).hex()
