"""What holds however a run was cut off: plain functions that answer with what doesn't. They follow the design's section
on apply, rollback and recovery, not what the code happens to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from lifecycle.crashes import Image, Stage
from mailform.exits import Exit
from mailform.session.report import Report
from mailform_providers.exchange.records import initial_parameters, parameters
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, TRANSPORT_RULE
from mailform_providers.sandbox import Request
from mailform_providers.sandbox.snapshot import Snapshot, difference
from mailform_providers.sandbox.tenant import Tenant
from mailform_state.errors import Failure
from mailform_state.local import JOURNAL
from mailform_state.values import State

_OBJECTS = tuple(kind for kind in KINDS if kind != ACCEPTED_DOMAIN)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a story is measured by: tenant and state before the run and after an uninterrupted one, what that one wrote
    to (by kind and id), and in how many writes."""

    before: Tenant
    was: Snapshot
    goal: Snapshot
    state: State | None
    state_after: State
    touched: frozenset[tuple[str, str]]
    planned: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How a recovery ended. `past_pivot`: the run was only to go forward. `sent_before` is how many writes had left
    before, `crashes` how often a run or a recovery died."""

    stage: Stage
    report: Report | None
    past_pivot: bool
    sent_before: int
    crashes: int
    tenant: Tenant = field(init=False)
    snapshot: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tenant", self.stage.hand.tenant)
        object.__setattr__(self, "snapshot", self.stage.hand.snapshot())

    @property
    def exit(self) -> Exit:
        return Exit.DONE if self.report is None else self.report.exit


def broken(ground: Ground, ending: Ending) -> list[str]:
    """Everything that doesn't hold once a recovery is over."""
    return [
        *readable(ground, ending.stage),
        *settled(ending),
        *(finished(ground, ending) if ending.past_pivot else taken_back(ground, ending)),
        *orphans(ground, ending),
        *phantoms(ending),
        *trespasses(ground, ending.tenant),
        *too_many_writes(ground, ending),
    ]


def readable(ground: Ground, stage: Stage) -> Iterator[str]:
    """The state can be read at any instant, and is the one before the run or the one after it, nothing between."""
    try:
        state = stage.store.read()
        stage.store.journal()
    except Failure as failure:
        yield f"the store can't be read: {failure.message}"
        return
    if state not in (ground.state, ground.state_after):
        yield f"the state is neither the one before the run nor the one after it: {state}"


def settled(ending: Ending) -> Iterator[str]:
    """Nobody interfered, so recovery leaves nothing open, and nothing for anybody to decide."""
    if ending.exit not in (Exit.DONE, Exit.WAITING):
        yield f"recovery ended with {ending.exit.name}: {ending.report}"
    if ending.stage.store.journal() is not None:
        yield "the journal is still there"


def taken_back(ground: Ground, ending: Ending) -> Iterator[str]:
    """Before the pivot: everything is exactly as it was, GUIDs, order and every attribute; and so is the state."""
    yield from (f"not as it was: {path}" for path in difference(ground.was, ending.snapshot))
    if ending.stage.store.read() != ground.state:
        yield "the state isn't the one before the run"


def finished(ground: Ground, ending: Ending) -> Iterator[str]:
    """Behind the pivot: everything is as it was meant; what couldn't be deleted yet is told of, in state and exit."""
    paths = difference(ground.goal, ending.snapshot)
    if not paths:
        if ending.exit is not Exit.DONE:
            yield f"everything is done, but recovery ended with {ending.exit.name}"
        if ending.stage.store.read() != ground.state_after:
            yield "the state isn't the one that the run was to lead to"
        return
    yield from (f"not as it was meant: {path}" for path in paths)
    if ending.exit is Exit.DONE:
        yield "recovery says that all is done, and it isn't"


def orphans(ground: Ground, ending: Ending) -> Iterator[str]:
    """Every object is in the state, or is still to be deleted, or was there before and is nobody's, or is told of."""
    state = ending.stage.store.read()
    known = set() if state is None else {(address.kind, one.id) for address, one in state.resources.items()}
    known |= set() if state is None else {(one.kind, one.id) for one in state.pending_delete}
    foreign = ids(ground.before) - ground.touched
    told = str(ending.report)
    for kind, id in sorted(ids(ending.tenant) - known - foreign):
        if (kind, id) not in ids(ground.before) and id not in told:
            yield f"nobody knows of {kind} {id}"


def phantoms(ending: Ending) -> Iterator[str]:
    """What the state has is there."""
    state = ending.stage.store.read()
    if state is not None:
        there = ids(ending.tenant)
        for address, one in state.resources.items():
            if (address.kind, one.id) not in there:
                yield f"the state has {address}, and the tenant has not"


def trespasses(ground: Ground, tenant: Tenant) -> Iterator[str]:
    """What the plan didn't name was not even written to: its dates are what they were."""
    now = {(kind, one.guid): one for kind in _OBJECTS for one in tenant.of(kind)}
    for kind in _OBJECTS:
        for one in ground.before.of(kind):
            if (kind, one.guid) not in ground.touched and now.get((kind, one.guid)) != one:
                yield f"{kind} {one.name!r} was touched, and isn't in the plan"
    domains = {one.name: one for one in tenant.domains}
    for domain in ground.before.domains:
        if (ACCEPTED_DOMAIN, domain.name) not in ground.touched and domains.get(domain.name) != domain:
            yield f"the domain {domain.name} was touched, and isn't in the plan"


def too_many_writes(ground: Ground, ending: Ending) -> Iterator[str]:
    """At most what was planned, and what takes back what was sent; a write that was in flight once more a crash."""
    sent = ending.sent_before + len(ending.stage.requests())
    needed = ground.planned if ending.past_pivot else 2 * ending.sent_before
    if sent > needed + ending.crashes:
        yield f"{sent} writes were sent, where {needed} and {ending.crashes} once more do"


def unannounced(request: Request, journal: bytes) -> Iterator[str]:
    """A write is announced by what is durable before it is carried out: an intent that says exactly this, or that the
    step is about to be taken back."""
    open: dict[int, dict[str, Any]] = {}
    undoing: dict[int, dict[str, Any]] = {}
    intents: dict[int, dict[str, Any]] = {}
    made: dict[int, str | None] = {}
    for entry in entries_of(journal):
        match entry:
            case {"type": "intent", "step": step}:
                intents[step] = open[step] = entry
            case {"type": "result", "step": step, "outcome": outcome, "id": id}:
                made[step] = id
                if outcome != "ambiguous":
                    open.pop(step, None)
            case {"type": "undo", "step": step}:
                undoing[step] = intents[step]
            case {"type": "undo_result", "step": step}:
                undoing.pop(step, None)
    if not (
        any(_says(intent, request) for intent in open.values())
        or any(_takes_back(intent, request, made.get(step)) for step, intent in undoing.items())
    ):
        yield f"the journal didn't announce {request.operation} {request.identity} {request.parameters}"


def _says(intent: Mapping[str, Any], request: Request) -> bool:
    kind, given = (
        KINDS[intent["kind"]],
        {k: v for k, v in request.parameters.items() if k not in ("Confirm", "Identity")},
    )
    payload = {name: tuple(v) if isinstance(v, list) else v for name, v in intent["payload"].items()}
    if "/" in request.operation:
        return _says_of_domain(intent, request)
    verbs = {cmdlet: verb for verb, cmdlet in kind.cmdlets.items()}
    verb = verbs.get(request.operation)
    if verb != "create" and request.identity.casefold() != str(intent["id"]).casefold():
        return False
    match intent["action"], verb:
        case "create", "create":
            given.pop("Priority", None)
            return given == initial_parameters(kind, payload)
        case "update", "update":
            return given == parameters(kind, payload)
        case "update", "enable" | "disable":
            return payload == {"enabled": verb == "enable"}
        case "move", "update":
            return given.keys() == {"Priority"}
        case "delete", "delete":
            return not given
    return False


def _says_of_domain(intent: Mapping[str, Any], request: Request) -> bool:
    if intent["kind"] != ACCEPTED_DOMAIN:
        return False
    method, _, path = request.operation.partition(" ")
    name = path.removeprefix("/domains").strip("/")
    payload = intent["payload"]
    match method, intent["action"]:
        case "POST", "create":
            return not name and request.parameters.get("id") == payload["domain"]
        case "POST", "update":
            return name == f"{intent['id']}/verify" and payload.get("verified") is True
        case "PATCH", "update":
            mail = "Email" in list(request.parameters.get("supportedServices", ()))  # type: ignore[arg-type]
            return name == intent["id"] and payload == {"email": mail}
        case "DELETE", "delete":
            return name == intent["id"]
    return False


def _takes_back(intent: Mapping[str, Any], request: Request, made: str | None) -> bool:
    """Taking back writes what was there before, which no intent has; so only the object and the kind of write count."""
    kind = KINDS[intent["kind"]]
    id = str(intent["id"] or made)
    if "/" in request.operation:
        method, _, path = request.operation.partition(" ")
        wanted = {"create": "DELETE", "update": "PATCH"}.get(intent["action"])
        return intent["kind"] == ACCEPTED_DOMAIN and path == f"/domains/{id}" and method == wanted
    verb = {cmdlet: verb for verb, cmdlet in kind.cmdlets.items()}.get(request.operation)
    wanted_verbs = {"create": ("delete",), "update": ("update", "enable", "disable"), "move": ("update",)}
    return verb in wanted_verbs.get(intent["action"], ()) and request.identity.casefold() == id.casefold()


def entries_of(journal: bytes) -> list[dict[str, Any]]:
    """What the whole lines of a journal say, without asking the code that wrote it."""
    return [json.loads(line)["entry"] for line in journal.split(b"\n")[:-1]]


def past_pivot(image: Image) -> bool:
    """Whether the run that left this was only to go forward."""
    return any(entry["type"] == "pivot" for entry in entries_of(image.files.get(JOURNAL, b"")))


def ids(tenant: Tenant) -> set[tuple[str, str]]:
    """Every object, by kind and id. The initial domain is the tenant itself."""
    objects = {(kind, one.guid) for kind in _OBJECTS for one in tenant.of(kind)}
    return objects | {(ACCEPTED_DOMAIN, one.name) for one in tenant.domains if not one.initial}


def by_name(snapshot: Snapshot) -> dict[str, JsonValue]:
    """A snapshot with names in place of GUIDs, which differ when an object is made again."""
    found: dict[str, Any] = dict(snapshot)
    rules: Any = found["transport_rule"]
    order = [rules[guid]["Name"] for guid in found.pop("rule_order")]
    for kind in _OBJECTS:
        found[kind] = {str(one["Name"]): one for one in found[kind].values()}
    return {**found, f"{TRANSPORT_RULE} order": order}


__all__ = ["Ending", "Ground", "broken", "by_name", "past_pivot", "unannounced"]
