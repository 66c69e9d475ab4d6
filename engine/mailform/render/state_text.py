"""The state for people: what Mailform recorded, never what the tenant has now. Sensitive values are hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailform.render import outputs
from mailform.render.attribute_lines import laid_out, written
from mailform.render.escape import quoted, shown
from mailform.render.figures import figure, moment
from mailform.render.palette import PLAIN
from mailform.render.secrecy import sensitive
from mailform_state.store import VersionInfo
from mailform_state.values import Recorded, State


def listing(state: State) -> str:
    """The addresses, one a line, sorted: for `state list` and for shells. Empty for a state without resources."""
    return "".join(f"{shown(str(address))}\n" for address in sorted(state.resources))


def resource(known: Recorded) -> str:
    """One resource with what was written of it."""
    return "\n".join(_resource(known)) + "\n"


def whole(state: State) -> str:
    """Everything that the state knows."""
    head = f"State of tenant {shown(state.tenant)}, serial {state.serial}, lineage {shown(state.lineage)}.\n"
    parts = [head, *(resource(state.resources[address]) for address in sorted(state.resources))]
    if not state.resources:
        parts.append("It has no resources.\n")
    if state.outputs:
        parts.append("Outputs:\n" + "".join(f"  {line}\n" for line in outputs.text(state.outputs).splitlines()))
    left = list(_left(state))
    if left:
        parts.append("\n".join(left) + "\n")
    return "\n".join(parts)


def history(versions: Iterable[VersionInfo]) -> str:
    """The versions that are kept, the newest first."""
    newest_first = sorted(versions, key=lambda version: version.serial, reverse=True)
    lines = [f"{found.serial:>6}  {moment(found.at)}  {figure(found.size, 'byte')}\n" for found in newest_first]
    return "".join(lines) or "No versions are kept.\n"


def _resource(known: Recorded) -> Iterator[str]:
    yield shown(str(known.address))
    lines = [written(" ", "id", known.id, hidden="id" in sensitive(known))]
    lines += [written(" ", shown(name), held.written, hidden=held.sensitive) for name, held in known.attributes.items()]
    if known.on_destroy is not None:
        lines.append(written(" ", "on_destroy", known.on_destroy, hidden=False))
    if known.prevent_destroy:
        lines.append(written(" ", "prevent_destroy", True, hidden=False))
    if known.ignore_changes:
        lines.append(written(" ", "ignore_changes", tuple(sorted(known.ignore_changes)), hidden=False))
    if known.dependencies:
        needed = tuple(str(address) for address in sorted(known.dependencies))
        lines.append(written(" ", "depends_on", needed, hidden=False))
    yield from laid_out(lines, PLAIN, " ")


def _left(state: State) -> Iterator[str]:
    for found in state.pending_delete:
        kind = shown(found.kind.replace("_", " "))
        yield f"Still to be deleted: {kind} {quoted(found.name)}, {shown(found.id)}: {shown(found.reason)}"
    for unsure in state.unresolved:
        yield f"Unresolved: {shown(str(unsure.address))}, {shown(unsure.id or 'no id')}: {shown(unsure.detail)}"
