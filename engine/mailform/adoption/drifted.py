"""Taking over what somebody changed by hand: the files that say it, and the state that records it.

Start reading at `adopt_drift`. Nothing here reads a file or a tenant, or writes either. Whoever writes has to write the
files first: cut off after that, the configuration says what the tenant has, and the same command goes on. The other way
round the drift would be forgotten, and the next apply would undo what was to be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from mailform.adoption.reading import Reading, block_of
from mailform.adoption.saying import Written, said
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.configuration.rewriting import Change, Edit, rewritten
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.expression import Unknown
from mailform.planning.compare import everything, ignoring, is_ignored
from mailform.planning.steps import Drift
from mailform.planning.world import World
from mailform.spelling import for_shell
from mailform.wanted import Configuration, Resource
from mailform_providers.kinds.schema import Kind
from mailform_state.values import Attribute, Recorded, State


@dataclass(frozen=True, slots=True)
class Adopted:
    """`files` are to be written, by name, before `state` is (its serial is still that of the state before)."""

    files: Mapping[str, str]
    state: State


def adopt_drift(
    drift: Sequence[Drift],
    configuration: Configuration,
    sources: Mapping[str, bytes],
    inputs: VariableInputs,
    state: State,
    world: World,
) -> Adopted:
    """Takes over all of this drift, or none of it. `sources` and `inputs` make `configuration`; the state has its
    `[[moved]]` carried out. Raises Mistakes with everything that can't be written, by file and line."""
    reading = Reading.of(configuration, sources, state, world)
    changes: dict[str, list[Change]] = {}
    mistakes: list[Diagnostic] = []
    for found in drift:
        resource = configuration.resources.get(found.address)
        if found.gone or resource is None:
            mistakes.append(_nothing_to_write(found, resource))
            continue
        written = reading.written(found)
        edits = tuple(_edits(found, written, mistakes))
        change = Change((found.address.kind, found.address.name), edits, _order(written.comparison.kind))
        changes.setdefault(resource.position.file, []).append(change)
    if mistakes:
        raise Mistakes(tuple(mistakes))
    texts = {name: content.decode("utf-8") for name, content in sources.items()}
    files = {name: rewritten(texts[name], asked) for name, asked in changes.items() if any(one.edits for one in asked)}
    new = {**sources, **{name: text.encode("utf-8") for name, text in files.items()}}
    after = _proven(drift, reading, new, inputs) if files else reading
    resources = {found.address: _record(found, after.written(found)) for found in drift}
    return Adopted(files, replace(state, resources={**state.resources, **resources}))


def _edits(found: Drift, written: Written, mistakes: list[Diagnostic]) -> Iterator[Edit]:
    for difference in found.differences:
        answer = said(written, difference)
        if isinstance(answer, Diagnostic):
            mistakes.append(answer)
        else:
            yield from answer


def _order(kind: Kind) -> tuple[str, ...]:
    """Attributes and sections as they are written in a block, then what is in the sections."""
    own = [name for name, one in kind.attributes.items() if one.section is None]
    return (*own, *kind.sections, *(name for name in kind.attributes if name not in own))


def _nothing_to_write(found: Drift, resource: Resource | None) -> Diagnostic:
    """What can't be adopted as a whole. A block is never taken out for anybody: it holds more than its values."""
    address = found.address
    if resource is None:
        message = f"{address} has no block in the configuration, so there is nothing to write it into"
        hint = f"`mailform plan` shows what becomes of it; to let go of it: mailform state rm {for_shell(address)}"
        return Diagnostic("not-written", message, None, hint)
    message = f"{address} is gone from the tenant; its block isn't taken out for you"
    hint = f"take it out by hand, and apply forgets it; to make it again: mailform apply --target {for_shell(address)}"
    return Diagnostic("gone", message, resource.position, hint)


def _proven(drift: Sequence[Drift], before: Reading, sources: Mapping[str, bytes], inputs: VariableInputs) -> Reading:
    """The new files, once they were seen to say what the tenant has, and else what they said before."""
    try:
        configuration = parse(sources, inputs)
    except Mistakes as mistakes:
        message = "with what the tenant has, the configuration would have mistakes; nothing was written"
        first = Diagnostic("not-adopted", message, None, "change it by hand, or set the tenant back with --revert")
        raise Mistakes((first, *mistakes.diagnostics)) from None
    after = Reading.of(configuration, sources, before.state, before.world)
    wrong = {
        name: after.data[name]
        for name in before.data
        if _rest(before.data[name], drift) != _rest(after.data[name], drift)
    }
    unsaid = [found for found in drift if not all(_agrees(after.written(found), found))]
    if wrong or unsaid:
        message = (
            "the configuration is written in a way that can't be edited without touching more; nothing was written"
        )
        at = before.configuration.resources[(unsaid or drift)[0].address].position
        raise Mistakes((Diagnostic("not-adopted", message, at, "change it by hand; `mailform drift` says what"),))
    return after


def _agrees(written: Written, found: Drift) -> Iterator[bool]:
    for difference in found.differences:
        yield written.agrees(written.comparison.kind.attributes[difference.attribute])


def _rest(data: Mapping[str, object], drift: Sequence[Drift]) -> Mapping[str, object]:
    """All that a file says beside the attributes that drifted."""
    rest = deepcopy(dict(data))
    for found in drift:
        block = block_of(rest, found.address)
        assert isinstance(block, dict)
        for difference in found.differences:
            section, _, name = difference.attribute.rpartition(".")
            table = block.get(section, {}) if section else block
            table.pop(name, None)
            if section and not table:
                block.pop(section, None)
    return rest


def _record(found: Drift, written: Written) -> Recorded:
    """What is recorded afterwards: of what drifted, what the block says and the tenant has. What else differs between
    the two is still to be planned, and stays as it was recorded."""
    known, current = written.recorded, written.current
    ignored = ignoring(written.wanted, known)
    says = everything(written.comparison.kind, written.wanted)
    attributes = dict(known.attributes)
    for difference in found.differences:
        name, seen = difference.attribute, current.attributes.get(difference.attribute)
        value = says.get(name)
        if is_ignored(name, ignored):
            attributes[name] = Attribute(seen, seen, name in known.attributes and known.attributes[name].sensitive)
        elif name in says and not isinstance(value, Unknown):
            attributes[name] = Attribute(value, seen, name in written.wanted.sensitive)
        else:
            attributes.pop(name, None)
    new = replace(known, attributes=attributes, dependencies=written.wanted.dependencies)
    if written.comparison.changes(written.wanted, new, current):
        return replace(new, dependencies=known.dependencies | new.dependencies)
    return new
