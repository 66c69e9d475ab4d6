"""Reading again, before the pivot: is everything as it was meant?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailform.execute.believed import beliefs
from mailform.execute.ledger import Ledger
from mailform.execute.lost import rounds
from mailform.execute.steady import Streak
from mailform.planning.images import agrees, seen
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS, TRANSPORT_RULE
from mailform_providers.kinds.schema import Form
from mailform_providers.normal import Directory
from mailform_state.address import Address
from mailform_state.journal import Begin, Entry, Intent, Outcome, Result
from mailform_state.values import Value

Objects = Mapping[tuple[str, str], Observed]


@dataclass(slots=True)
class Expectation:
    """What one object is to show: what was written last of each attribute, over what it showed before. `shown` is what
    it showed right after the last write that was looked at."""

    address: Address
    before: Mapping[str, Value]
    shown: Mapping[str, Value] | None = None
    written: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading again found. `problems` fail the run; `remarks` are values that came back in another spelling."""

    objects: Objects
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def verification(told: Sequence[Entry], ledger: Ledger) -> Verification:
    """Reads every kind that was written to, until what was written shows or it has had all the time it may take.

    An attribute that shows neither what was written nor what was there before, and did so right after the write, came
    back in the service's own spelling: that is remembered as its echo, and is no failure. One that is as before was
    ignored, one that changed since was changed by somebody else: these are. What the plan believed of
    a single listing has to show more than once.
    """
    expected, believed = _expected(told), beliefs(ledger)
    for key, address in believed.there.items():
        expected.setdefault(key, Expectation(address, {}))
    kinds = sorted({kind for kind, _ in (*expected, *believed.gone)})
    if not kinds:
        return Verification({})
    found = Verification({})
    streak = Streak(ledger, ledger.tempo.settle if believed.gone else 0.0)
    for _ in rounds(ledger, ledger.tempo.visibility):
        objects = {(kind, one.id): one for kind in kinds for one in ledger.provider.read(kind).objects}
        problems: list[str] = []
        remarks: list[str] = []
        for key, expectation in expected.items():
            _compare(expectation, objects.get(key), key[0], ledger.directory(), problems, remarks)
        for (kind, id), address in believed.gone.items():
            if (kind, id) in objects:
                problems.append(f"{address}: {id} is there after all, though the tenant didn't show it before")
        if any(kind == TRANSPORT_RULE for kind, _ in expected):
            problems.extend(_misplaced(told, objects, ledger))
        found = Verification(objects, tuple(problems), tuple(remarks))
        if streak.sure(not problems) or not (problems or believed):
            break
    return found


def _expected(told: Sequence[Entry]) -> dict[tuple[str, str], Expectation]:
    intents = {entry.step: entry for entry in told if isinstance(entry, Intent)}
    before = {(one.kind, one.id): one.attributes for entry in told if isinstance(entry, Begin) for one in entry.before}
    expected: dict[tuple[str, str], Expectation] = {}
    for result in (entry for entry in told if isinstance(entry, Result)):
        intent = intents.get(result.step)
        if (
            intent is None
            or result.outcome is not Outcome.OK
            or result.id is None
            or intent.action not in ("create", "update", "move")
        ):
            continue
        key = (intent.kind, result.id)
        expectation = expected.setdefault(key, Expectation(intent.address, before.get(key, {})))
        expectation.written.update(intent.payload)
        expectation.shown = expectation.shown if result.after is None else result.after
    return expected


def _compare(
    expectation: Expectation,
    current: Observed | None,
    kind: str,
    directory: Directory,
    problems: list[str],
    remarks: list[str],
) -> None:
    if current is None:
        problems.append(f"{expectation.address}: the tenant doesn't show the object")
        return
    shown = seen(current)
    for name, value in expectation.written.items():
        visible = name in current.attributes or name in shown
        if not visible or agrees(kind, name, value, shown.get(name), directory):
            continue
        if name == "enabled" or agrees(kind, name, expectation.before.get(name), shown.get(name), directory):
            problems.append(f"{expectation.address}: {name} was written, but the tenant doesn't show it")
        elif _is_spelling(kind, name, shown.get(name), expectation, directory):
            remarks.append(f"{expectation.address}: {name} comes back in another spelling than it was written")
        else:
            problems.append(f"{expectation.address}: somebody else changed {name} after it was written")


def _is_spelling(kind: str, name: str, now: Value, expectation: Expectation, directory: Directory) -> bool:
    """Whether a value that wasn't written is the service's own spelling of what was. Recipients are resolved at a time
    of the service's own; everything else shows its spelling at once."""
    attribute = KINDS[kind].attributes.get(name)
    if expectation.shown is None or (attribute is not None and attribute.form is Form.ADDRESS):
        return True
    return agrees(kind, name, expectation.shown.get(name), now, directory)


def _misplaced(told: Sequence[Entry], objects: Objects, ledger: Ledger) -> Iterator[str]:
    """Rules that were placed, and stand elsewhere among the others."""
    placed = {
        result.id
        for result in told
        if isinstance(result, Result) and result.outcome is Outcome.OK and result.id in ledger.order
    }
    actual = [id for kind, id in objects if kind == TRANSPORT_RULE]
    wanted = [id for id in ledger.order if id in actual]
    present = [id for id in actual if id in wanted]
    if present != wanted:
        for id in present:
            if id in placed and present.index(id) != wanted.index(id):
                yield f"the rule {id} stands at place {present.index(id)}, not at {wanted.index(id)}"
                return
