"""Resources in Terraform's tree of modules: those of `module.m` stand in a child of the root."""

from __future__ import annotations

from collections.abc import Iterable

from mailform.render.shape import Json
from mailform_state.address import Address

PROVIDER = "mailform"


def naming(address: Address) -> dict[str, Json]:
    """How Terraform's shape names a resource: its address, its type (the kind), its name, its key and its module."""
    named: dict[str, Json] = {"address": str(address)}
    if address.module:
        named["module_address"] = _module(address.module)
    named |= {"mode": "managed", "type": address.kind, "name": address.name}
    if address.key is not None:
        named["index"] = address.key
    return {**named, "provider_name": PROVIDER}


def modules(resources: Iterable[tuple[Address, dict[str, Json]]]) -> dict[str, Json]:
    """The root module, with everything below it. Each resource comes with its own entry, made elsewhere."""
    return _tree((), tuple(resources))


def _tree(path: tuple[str, ...], resources: tuple[tuple[Address, dict[str, Json]], ...]) -> dict[str, Json]:
    depth = len(path)
    below = [found for found in resources if found[0].module[:depth] == path]
    module: dict[str, Json] = {"address": _module(path)} if path else {}
    module["resources"] = [entry for address, entry in below if address.module == path]
    children = sorted({address.module[: depth + 1] for address, _ in below if len(address.module) > depth})
    if children:
        module["child_modules"] = [_tree(child, resources) for child in children]
    return module


def _module(path: tuple[str, ...]) -> str:
    return ".".join(f"module.{name}" for name in path)
