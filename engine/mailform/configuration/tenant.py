"""`[tenant]`: whose mail flow it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from mailform.configuration import domains, files
from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, shown
from mailform.configuration.fixed import TenantShape
from mailform.configuration.scope import Scope
from mailform.configuration.shapes import shaped
from mailform.configuration.substitution import filled
from mailform.diagnostics import Position
from mailform.wanted import Tenant

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def tenant(block: Block | None, scope: Scope, sources: Mapping[str, bytes], findings: Findings) -> Tenant | None:
    """The tenant; only variables may stand in its `id`, since nothing of a tenant is known before it is."""
    if block is None:
        first = min(sources, key=lambda name: (PurePath(name).name != files.MAIN, name))
        line = sources[first].decode("utf-8").replace("\r\n", "\n").partition("\n")[0]
        hint = f'add to {first}: [tenant] with id = "fabrikam.onmicrosoft.com", a tenant GUID or any of its domains'
        findings.error(
            "missing-tenant", "there is no [tenant]: whose mail flow is this?", Position(first, 1, 1, line), hint
        )
        return None
    shape = shaped(TenantShape, block, findings)
    if shape is None:
        return None
    id = filled(shape.id, block, ("id",), replace(scope, resources=False), findings)
    if id.broken:
        return None
    text = id.expression if isinstance(id.expression, str) else ""
    if _GUID.fullmatch(text):
        return Tenant(text.lower(), shape.cloud, block.position)
    try:
        return Tenant(domains.normalised(text), shape.cloud, block.position)
    except ValueError:
        as_shown = "(sensitive)" if id.sensitive else shown(text)
        message = f"{as_shown} is no tenant"
        findings.error("bad-tenant", message, block.value("id"), "write the tenant's GUID or one of its domains")
        return None
