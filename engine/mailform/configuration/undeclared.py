"""An address that nothing has, and what was meant: above all by one with a key too many, too few or mistyped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from difflib import get_close_matches
from itertools import chain

from mailform.configuration.findings import did_you_mean
from mailform.diagnostics import Diagnostic, Position
from mailform_state.address import Address

_MOST = 5
_COMPARED = 500


def undeclared(
    address: Address,
    at: Position | None,
    keys: Mapping[Address, tuple[str, ...] | None],
    known: Collection[Address],
) -> Diagnostic:
    """The mistake of naming `address`. `keys` has those of each block with `for_each`, `known` every address."""
    if address in keys:
        message = f"`{address}` has `for_each`, so one of its keys has to be named"
        return Diagnostic("needs-key", message, at, _with_a_key(address, keys[address] or ()))
    message = f"there is no resource `{address}` in the configuration"
    if address.key is not None and address.block in keys:
        hint = _nearest(address, keys[address.block] or ())
    elif address.key is not None and address.block in known:
        hint = f"`{address.block}` has no `for_each`: take the key out"
    else:
        same_kind = (str(one) for one in chain(known, keys) if one.kind == address.kind)
        hint = did_you_mean(str(address), same_kind, f"add [{address.block}], or refer to one that is there")
    return Diagnostic("undeclared", message, at, hint)


def _nearest(address: Address, keys: tuple[str, ...]) -> str:
    near = get_close_matches(str(address.key), keys[:_COMPARED], n=1)
    return f"did you mean `{replace(address, key=near[0])}`?" if near else _with_a_key(address.block, keys)


def _with_a_key(block: Address, keys: tuple[str, ...]) -> str:
    """The addresses that a block with `for_each` gives, as many as can be read."""
    named = [f"`{replace(block, key=key)}`" for key in keys[:_MOST]]
    if not named:
        return "its `for_each` is empty, so there is none"
    more = f" and {len(keys) - _MOST} more" if len(keys) > _MOST else ""
    return f"there {'are' if len(keys) > 1 else 'is'} {', '.join(named)}{more}"
