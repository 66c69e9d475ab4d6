"""From a folder to a configuration, or to everything that is wrong with it. Start reading at `parse`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from mailform.configuration.blocks import Blocks, blocks
from mailform.configuration.couplings import couplings
from mailform.configuration.digest import digest
from mailform.configuration.documents import Document, document
from mailform.configuration.draft import Draft
from mailform.configuration.drafts import drafts
from mailform.configuration.files import sources as read_sources
from mailform.configuration.findings import Findings
from mailform.configuration.imports import imports
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.instances import instances
from mailform.configuration.limits import limits
from mailform.configuration.local_values import with_locals
from mailform.configuration.moved import moves
from mailform.configuration.outputs import output
from mailform.configuration.places import impossible_places
from mailform.configuration.removed import removals
from mailform.configuration.resources import outline
from mailform.configuration.routing import routing, same_names
from mailform.configuration.scope import Filled, Scope, depth_of, size_of
from mailform.configuration.tenant import tenant
from mailform.configuration.variables import Variable, variables
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.wanted import Configuration
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_state.address import Address

_NOTHING = VariableInputs()


def load(
    directory: Path, inputs: VariableInputs = _NOTHING, more: Mapping[str, bytes] = MappingProxyType({})
) -> Configuration:
    """The configuration in a folder, with `more` files that aren't there yet. Raises Mistakes with all that is wrong,
    warnings among it, by file and line."""
    findings = Findings()
    sources = read_sources(directory, findings)
    if not sources:
        raise Mistakes(findings.gathered())
    return _parse({**sources, **more}, inputs, findings)


def parse(sources: Mapping[str, bytes], inputs: VariableInputs = _NOTHING) -> Configuration:
    """The configuration in files that were read already, by their names. Raises Mistakes."""
    return _parse(sources, inputs, Findings())


def _parse(sources: Mapping[str, bytes], inputs: VariableInputs, findings: Findings) -> Configuration:
    parsed = [document(name, content) for name, content in sorted(sources.items())]
    findings.extend(found for found in parsed if isinstance(found, Diagnostic))
    documents = [found for found in parsed if isinstance(found, Document)]
    if len(documents) < len(parsed):
        # What an unreadable file declares is unknown, so everything that refers to it would look wrong.
        raise Mistakes(findings.gathered())
    configuration = _configuration(blocks(documents, findings), sources, inputs, findings)
    if findings.wrong or configuration is None:
        raise Mistakes(findings.gathered())
    return replace(configuration, warnings=findings.gathered())


def _configuration(
    found: Blocks, sources: Mapping[str, bytes], inputs: VariableInputs, findings: Findings
) -> Configuration | None:
    given = variables(found.named["variables"], inputs, findings)
    scope = Scope(_as_filled(given), early=True)
    # What is wrong with the locals is said below, where references to resources are looked at too.
    early = with_locals(scope, found.named["locals"], Findings())
    known = instances(found.resources, early, findings)
    outlines = [outline(one, known, early, findings.of(one.address)) for one in known.found]
    written = {one.address: frozenset(one.rows) for one in outlines}
    scope = replace(scope, written=written, keys=known.keys, early=False)
    scope = with_locals(scope, found.named["locals"], findings)
    owner = tenant(found.single.get("tenant"), scope, sources, findings)
    if "backend" in found.single:
        from mailform.configuration.backend import checked

        checked(found.single["backend"], findings)
    zone = None
    if "dns" in found.single:
        from mailform.configuration.dns import dns

        zone = dns(found.single["dns"], findings)
    drafted = drafts(outlines, scope, findings)
    _check(drafted.found, findings)
    drafts([outline(one, known, early, findings) for one in known.idle], scope, findings)
    outputs = {name: output(block, scope, drafted, findings) for name, block in found.named["outputs"].items()}
    moved = moves(found.listed["moved"], known, findings)
    imported = imports(found.listed["import"], scope, known, findings)
    removed = removals(found.listed["removed"], known.addresses, moved, findings)
    return (
        None
        if owner is None
        else Configuration(
            tenant=owner,
            resources=dict(sorted(drafted.resources.items())),
            moved=moved,
            imports=imported,
            removed=removed,
            outputs={name: one for name, one in outputs.items() if one is not None},
            variables={name: variable.value for name, variable in given.items()},
            sensitive_variables=frozenset(name for name, variable in given.items() if variable.sensitive),
            digest=digest(sources, given),
            dns=zone,
            keys={block: keys or () for block, keys in known.keys.items()},
        )
    )


def _as_filled(given: Mapping[str, Variable]) -> Mapping[str, Filled]:
    return {
        name: Filled(found.value, found.sensitive, found.broken, size_of(found.value), depth_of(found.value))
        for name, found in given.items()
    }


def _check(drafted: Mapping[Address, Draft], findings: Findings) -> None:
    for address, draft in drafted.items():
        findings.of(address).extend(couplings(draft))
    rules = {address: draft.resource for address, draft in drafted.items() if address.kind == TRANSPORT_RULE}
    findings.extend(impossible_places(rules))
    findings.extend(same_names(drafted))
    for address, one in routing(drafted):
        findings.of(address).extend([one])
    findings.extend(limits(drafted))
