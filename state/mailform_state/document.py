"""The state as one JSON document: `dump` and `load`, each the other's reverse.

The document names its format and version and carries a digest over all the rest, so that a file that was cut, edited
or mixed up is refused and never half understood. Keys are in the order of the format's description; resources and
attributes are sorted, so that two versions can be compared line by line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from mailform_state import upgrade
from mailform_state.canonical import canonical, digest, read_json
from mailform_state.errors import Damaged
from mailform_state.plain import plain
from mailform_state.values import State

FORMAT = "mailform-state"
LARGEST = 64 * 1024 * 1024
"""Bytes of a state document at most. A tenant's 300 rules with 8,192 characters each are far below it."""

_HINT = "See `mailform state history` for the versions that are kept, and `mailform state restore SERIAL`."


def dump(state: State) -> bytes:
    """The document of `state`: indented JSON, a newline at its end. Raises ValueError for a value JSON can't hold."""
    rest: dict[str, object] = {
        "format": FORMAT,
        "version": upgrade.VERSION,
        "tool_version": state.tool_version,
        "serial": state.serial,
        "lineage": state.lineage,
        "tenant": state.tenant,
        "resources": [plain(state.resources[address]) for address in sorted(state.resources)],
        "outputs": plain(state.outputs),
        "unresolved": plain(state.unresolved),
        "pending_delete": plain(state.pending_delete),
        "used_plans": plain(state.used_plans),
        "dns_records": plain(state.dns_records),
    }
    if state.proofs:
        rest["proofs"] = plain(state.proofs)
    if state.mail_host:
        rest["mail_host"] = state.mail_host
    canonical(rest)  # refuses what the indented form below would let through
    return (json.dumps({**rest, "digest": digest(rest)}, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def load(data: bytes, *, chain: Mapping[int, upgrade.Upgrade] = upgrade.CHAIN) -> State:
    """The state that a document holds, an older one upgraded. Damaged when it is empty, cut, edited, something else,
    or newer than this Mailform. `chain` is for the tests of upgrading."""
    try:
        document = read_json(data, what="The state", limit=LARGEST)
    except Damaged as damage:
        raise Damaged(damage.message, hint=_HINT) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Damaged("This is no state of Mailform: its `format` is another.", hint=_HINT)
    version = document.get("version")
    if type(version) is not int:
        raise Damaged("The state has no version of its format.", hint=_HINT)
    if version > upgrade.VERSION:
        upgrade.upgraded(document, version)
    rest = {name: value for name, value in document.items() if name != "digest"}
    if document.get("digest") != digest(rest):
        raise Damaged("The state isn't what Mailform wrote: its digest doesn't fit.", hint=_HINT)
    return _state(upgrade.upgraded(rest, version, chain=chain))


def _state(document: Mapping[str, object]) -> State:
    from mailform_state.shapes import StateShape, shaped

    shape = shaped(StateShape, document, what="The state")
    addresses = [entry.address for entry in shape.resources]
    if len(set(addresses)) != len(addresses):
        raise Damaged("The state holds one address twice.", hint=_HINT)
    for entry in shape.resources:
        if entry.kind != entry.address.kind:
            raise Damaged(f"The state gives {entry.address} another kind: {entry.kind}.", hint=_HINT)
    return shape.read()
