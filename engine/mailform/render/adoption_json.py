"""An adoption as JSON: the twin of `adoption_text`, with nothing put together or cut."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mailform.adoption.adopt import Adoption
from mailform.render.shape import Json, json
from mailform_providers.exchange.exported import Unread

FORMAT_VERSION = "1.0"


def document(found: Adoption, unread: Sequence[Unread], written: Path | None, *, recorded: bool) -> dict[str, Json]:
    """The document of `import --all` and `import --from`. `written` is None after a dry run."""
    resources: list[Json] = [
        {"address": str(one.address), "type": one.seen.kind, "id": one.seen.id, "name": one.seen.name}
        for one in found.chosen
    ]
    left: list[Json] = [
        {
            "type": one.kind,
            "id": one.id,
            "name": one.name,
            "attribute": one.attribute,
            "value": json(one.value),
            "reason": one.reason,
        }
        for one in found.left_out
    ]
    return {
        "format_version": FORMAT_VERSION,
        "file": str(written) if written is not None and found.chosen else None,
        "imported": recorded and bool(found.chosen),
        "resources": resources,
        "managed": found.managed,
        "left_out": left,
        "unread": [{"where": one.where, "reason": one.reason} for one in unread],
        "configuration": found.text if written is None else None,
    }
