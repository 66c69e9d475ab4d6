"""Tenants that somebody else filled, in files, and what PowerShell would export of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailform_providers.conformance.populated import populate
from mailform_providers.connect import connect_sandbox
from mailform_providers.sandbox import Behaviour, Sandbox, open_sandbox
from mailform_providers.sandbox.storage import File, Memory
from terminal import DOMAIN

CMDLETS = ("Get-TransportRule", "Get-OutboundConnector", "Get-InboundConnector", "Get-AcceptedDomain")


def large_tenant(path: Path) -> None:
    """A tenant with 300 rules, 40 connectors and 60 domains, in which every attribute is in use."""
    memory = Memory()
    with connect_sandbox(Sandbox(memory, DOMAIN, behaviour=Behaviour())) as tenant:
        populate(tenant.provider)
    kept = File(path)
    with kept.editing():
        kept.write(memory.read())


def export(sandbox: Sandbox) -> Mapping[str, list[dict[str, Any]]]:
    """What each cmdlet shows, by its name; connectors in test mode included, as a careful exporter has them."""
    shown = {cmdlet: list(sandbox.run(cmdlet)["value"]) for cmdlet in CMDLETS}  # type: ignore[call-overload]
    shown["Get-OutboundConnector"] += sandbox.run("Get-OutboundConnector", {"IncludeTestModeConnectors": True})["value"]  # type: ignore[arg-type]
    return shown


def exported(path: Path, sandbox_file: Path) -> Path:
    """The export of a sandbox in a file, as Windows PowerShell writes it."""
    found = export(open_sandbox(sandbox_file, DOMAIN))
    path.write_bytes(json.dumps(found, indent=4).encode("utf-16"))
    return path
