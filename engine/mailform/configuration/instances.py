"""`for_each`: from blocks to instances. What it ranges over is known before anything else is: which resources there
are can't depend on one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, shown
from mailform.configuration.scope import BROKEN_VALUE, Each, Filled, Scope, depth_of, size_of
from mailform.configuration.substitution import filled
from mailform.diagnostics import Position
from mailform.expression import Items, Table, Template, references
from mailform_state.address import Address
from mailform_state.values import Value

FOR_EACH = "for_each"
MOST_KEYS = 5_000
"""Of one block. A tenant has no room for more objects of a kind, and a plan of a stranger's shouldn't either."""
_FORM = 'write a table, { eu = "…" }, or a list of strings, ["eu", "us"]'


@dataclass(frozen=True, slots=True)
class Instance:
    """One resource to be: a block for itself, or with one key of its `for_each`."""

    address: Address
    block: Block
    each: Each | None = None


@dataclass(frozen=True, slots=True)
class Instances:
    """All resources to be. `keys` is as in `Scope`. `idle` are blocks of which there is none, since their `for_each` is
    empty: they are only checked."""

    found: tuple[Instance, ...]
    idle: tuple[Instance, ...]
    keys: Mapping[Address, tuple[str, ...] | None]
    addresses: frozenset[Address]


def instances(blocks: Mapping[Address, Block], scope: Scope, findings: Findings) -> Instances:
    """The instances of each block; `scope` is an early one. A block whose `for_each` is wrong counts as one resource of
    which no value is known, so that everything else about it is still checked."""
    found: list[Instance] = []
    idle: list[Instance] = []
    keys: dict[Address, tuple[str, ...] | None] = {}
    unknown = Each(BROKEN_VALUE, BROKEN_VALUE)
    for address, block in blocks.items():
        if not isinstance(block.data, dict) or FOR_EACH not in block.data:
            found.append(Instance(address, block))
            continue
        ranged = _ranged(block, scope, findings)
        keys[address] = None if ranged is None else tuple(ranged)
        if ranged:
            found += [Instance(replace(address, key=key), block, each) for key, each in ranged.items()]
        else:
            (found if ranged is None else idle).append(Instance(address, block, unknown))
    return Instances(tuple(found), tuple(idle), keys, frozenset(one.address for one in found))


def _ranged(block: Block, scope: Scope, findings: Findings) -> Mapping[str, Each] | None:
    """What each key stands for; None, and why among the findings, when it can't be told."""
    data = block.data[FOR_EACH] if isinstance(block.data, dict) else None
    given = filled(data, block, (FOR_EACH,), scope, findings)
    if given.broken:
        return None
    mistakes = Findings()
    ranged = dict(_pairs(given, block, mistakes))
    findings.extend(mistakes.gathered())
    return None if mistakes.wrong else ranged


def _pairs(given: Filled, block: Block, findings: Findings) -> Iterator[tuple[str, Each]]:
    at = block.value(FOR_EACH)
    expression = given.expression
    if isinstance(expression, Template | Items | Table):
        needed = next(references(expression))
        message = f"`for_each` has to be known offline, and `{needed.address}.{needed.attribute}` is a resource's"
        findings.error("for-each-unknown", message, at, "range over what is written out, variables and locals")
        return
    if not isinstance(expression, tuple | Mapping):
        seen = "(sensitive)" if given.sensitive else shown(expression)
        findings.error("wrong-type", f"`for_each` takes a table or a list of strings, not {seen}", at, _FORM)
        return
    if len(expression) > MOST_KEYS:
        message = f"`for_each` has {len(expression):,} keys, more than {MOST_KEYS:,}"
        findings.error("too-large", message, at, "range over less")
    elif isinstance(expression, Mapping):
        yield from _table(expression, given, block, findings)
    else:
        yield from _set(expression, given, block, findings)


def _table(entries: Mapping[str, Value], given: Filled, block: Block, findings: Findings) -> Iterator[tuple[str, Each]]:
    if given.sensitive and not given.parts:
        _refuse_sensitive(block.value(FOR_EACH), findings)
        return
    for key, value in entries.items():
        if key == "":
            findings.error(
                "empty-key", "a key of `for_each` can't be empty", block.key(FOR_EACH, key), "give it a name"
            )
        else:
            known = given.parts.get(key) or Filled(value, size=size_of(value), depth=depth_of(value))
            yield key, Each(Filled(key, size=len(key)), known)


def _set(items: tuple[Value, ...], given: Filled, block: Block, findings: Findings) -> Iterator[tuple[str, Each]]:
    taken: set[str] = set()
    for index, item in enumerate(items):
        at = block.value(FOR_EACH, index)
        if given.parts[index].sensitive if index in given.parts else given.sensitive:
            _refuse_sensitive(at, findings)
            return
        if not isinstance(item, str):
            what = "a list" if isinstance(item, tuple) else "a table" if isinstance(item, Mapping) else shown(item)
            findings.error("wrong-type", f"the keys of `for_each` are strings, not {what}", at, _FORM)
        elif item == "":
            findings.error("empty-key", "a key of `for_each` can't be empty", at, "take it out, or give it a name")
        elif item in taken:
            findings.error("duplicate-key", f"the key {shown(item)} is there twice", at, "take one of them out")
        else:
            taken.add(item)
            key = Filled(item, size=len(item))
            yield item, Each(key, key)


def _refuse_sensitive(at: Position, findings: Findings) -> None:
    message = "`for_each` can't range over a sensitive value: its keys stand in addresses, for everybody to see"
    hint = 'write the keys out, `{ eu = "${var.secret}" }`: the values may be sensitive'
    findings.error("sensitive-key", message, at, hint)
