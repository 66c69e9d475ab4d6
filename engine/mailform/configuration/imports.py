"""`[[import]]`: objects that the tenant has already, and the resources that are to manage them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings
from mailform.configuration.fixed import ImportShape
from mailform.configuration.instances import Instances
from mailform.configuration.named_resource import named_resource
from mailform.configuration.scope import Scope
from mailform.configuration.shapes import shaped
from mailform.configuration.substitution import filled
from mailform.configuration.undeclared import undeclared
from mailform.diagnostics import Diagnostic
from mailform.wanted import Import
from mailform_providers.kinds import ACCEPTED_DOMAIN
from mailform_providers.normal import domain
from mailform_state.address import Address


def imports(blocks: Iterable[Block], scope: Scope, known: Instances | None, findings: Findings) -> tuple[Import, ...]:
    """All imports, each address and each object once. Only the tenant can tell whether a GUID and a name are one.
    `known` None: resources that aren't written yet are about to be."""
    targets: dict[Address, Import] = {}
    objects: dict[tuple[str, str], Import] = {}
    for block in blocks:
        found = _import(block, replace(scope, resources=False), findings)
        if found is None:
            continue
        if targets.setdefault(found.target, found) is not found:
            hint = "a resource is one object; take one of the blocks out"
            findings.error("duplicate-import", f"`{found.target}` is imported twice", block.value("to"), hint)
        elif (first := objects.setdefault(_object(found), found)) is not found:
            message = f"this object is imported to `{first.target}` already"
            hint = "an object is one resource; take one of the blocks out"
            findings.error("duplicate-import", message, block.value("id"), hint)
        if known is not None and found.target not in known.addresses:
            findings.extend(_undeclared(found.target, block, known))
    return tuple(targets.values())


def _undeclared(target: Address, block: Block, known: Instances) -> Iterator[Diagnostic]:
    if known.keys.get(target.block, ()) is None:  # which keys its block has isn't known, and said already
        return
    found = undeclared(target, block.value("to"), known.keys, known.addresses)
    if target.key is None and target not in known.keys:
        written = "have it written: mailform plan --generate-config-out FILE.mailform.toml"
        found = replace(
            found, hint=f"{found.hint} Or {written}" if "?" in found.hint else f"{found.hint}, or {written}"
        )
    yield found


def _import(block: Block, scope: Scope, findings: Findings) -> Import | None:
    shape = shaped(ImportShape, block, findings)
    if shape is None:
        return None
    target = named_resource(shape.target, block, "to", findings)
    id = filled(shape.id, block, ("id",), scope, findings)
    if target is None or id.broken:
        return None
    if id.sensitive:
        hint = "every plan shows which object is imported; write it out, or use a variable that isn't sensitive"
        findings.error("sensitive-import", "`id` can't be sensitive", block.value("id"), hint)
        return None
    if not isinstance(id.expression, str) or not id.expression.strip():
        message, hint = "`id` has to say which object", "write its GUID, its name, or the domain"
        findings.error("bad-import", message, block.value("id"), hint)
        return None
    return Import(target, id.expression.strip(), block.value("id"))


def _object(found: Import) -> tuple[str, str]:
    kind = found.target.kind
    return (kind, domain(found.id) if kind == ACCEPTED_DOMAIN else found.id.casefold())
