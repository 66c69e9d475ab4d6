"""What a configuration says before its resources are looked at: enough to ask the tenant for objects that `[[import]]`
names and no block describes yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailform.configuration.blocks import Blocks, blocks
from mailform.configuration.documents import Document, document
from mailform.configuration.findings import Findings
from mailform.configuration.imports import imports
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.scope import Filled, Scope, size_of
from mailform.configuration.tenant import tenant
from mailform.configuration.variables import variables
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.wanted import Import, Tenant
from mailform_providers.kinds import OUTBOUND_CONNECTOR
from mailform_state.address import Address


@dataclass(frozen=True, slots=True)
class Sketch:
    """Never to be planned from: the resources were not even read. `missing` are the imports to resources that aren't
    written (one with a key needs more than a block); `connectors` has the outbound connectors that are, by the names
    that are written out."""

    tenant: Tenant
    missing: tuple[Import, ...]
    connectors: Mapping[str, Address]


def sketch(sources: Mapping[str, bytes], inputs: VariableInputs) -> Sketch:
    """The sketch of the configuration in these files. Raises Mistakes of what it looks at."""
    findings = Findings()
    parsed = [document(name, content) for name, content in sorted(sources.items())]
    findings.extend(found for found in parsed if isinstance(found, Diagnostic))
    found = blocks((one for one in parsed if isinstance(one, Document)), findings)
    given = variables(found.named["variables"], inputs, findings)
    filled = {name: Filled(one.value, one.sensitive, one.broken, size_of(one.value)) for name, one in given.items()}
    owner = tenant(found.single.get("tenant"), Scope(filled), sources, findings)
    asked = imports(found.listed["import"], Scope(filled), None, findings)
    if findings.wrong or owner is None:
        raise Mistakes(findings.gathered())
    missing = tuple(one for one in asked if one.target not in found.resources and one.target.key is None)
    return Sketch(owner, missing, _connectors(found))


def _connectors(found: Blocks) -> Mapping[str, Address]:
    named = {
        address: block.data.get("name")
        for address, block in found.resources.items()
        if address.kind == OUTBOUND_CONNECTOR and isinstance(block.data, dict)
    }
    return {name: address for address, name in named.items() if isinstance(name, str) and "${" not in name}
