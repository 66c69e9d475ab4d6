"""The state for programs, in the shape of `terraform show -json` on a state. Sensitive values stay hidden; only
`state pull` hands out the state itself."""

from __future__ import annotations

from collections.abc import Iterable

from mailform.render.modules_json import modules, naming
from mailform.render.outputs import as_json as outputs_as_json
from mailform.render.secrecy import sensitive
from mailform.render.shape import Json, json, nested
from mailform.render.value import SENSITIVE
from mailform_state.plain import moment
from mailform_state.store import VersionInfo
from mailform_state.values import Recorded, State

FORMAT_VERSION = "1.0"


def whole(state: State) -> dict[str, Json]:
    """Everything that the state knows."""
    return {
        "format_version": FORMAT_VERSION,
        "values": values(state),
        "mailform": {
            "lineage": state.lineage,
            "serial": state.serial,
            "tenant": state.tenant,
            "version": state.tool_version,
            "pending_delete": [
                {
                    "type": left.kind,
                    "id": left.id,
                    "name": left.name,
                    "address": str(left.address),
                    "reason": left.reason,
                }
                for left in state.pending_delete
            ],
            "unresolved": [
                {"address": str(left.address), "type": left.kind, "id": left.id, "detail": left.detail}
                for left in state.unresolved
            ],
        },
    }


def values(state: State) -> dict[str, Json]:
    """The outputs and resources of a state, in Terraform's shape."""
    resources = [(address, resource(known)) for address, known in sorted(state.resources.items())]
    return {"outputs": outputs_as_json(state.outputs), "root_module": modules(resources)}


def listing(state: State) -> list[Json]:
    """The addresses."""
    return [str(address) for address in sorted(state.resources)]


def resource(known: Recorded) -> dict[str, Json]:
    """One resource as it is recorded: what was written, never what the tenant has now."""
    hidden = sensitive(known)
    written: dict[str, Json] = {
        name: SENSITIVE if attribute.sensitive else json(attribute.written)
        for name, attribute in sorted(known.attributes.items())
    }
    return {
        **naming(known.address),
        "schema_version": 0,
        "values": {"id": SENSITIVE if "id" in hidden else known.id, **nested(written)},
        "sensitive_values": nested(dict.fromkeys(sorted(hidden), True)),
        "depends_on": [str(address) for address in sorted(known.dependencies)],
        "mailform": {
            "on_destroy": known.on_destroy,
            "prevent_destroy": known.prevent_destroy,
            "ignore_changes": [*sorted(known.ignore_changes)],
        },
    }


def history(versions: Iterable[VersionInfo]) -> list[Json]:
    """The versions that are kept, the newest first."""
    newest_first = sorted(versions, key=lambda version: version.serial, reverse=True)
    return [{"serial": found.serial, "at": moment(found.at), "bytes": found.size} for found in newest_first]
