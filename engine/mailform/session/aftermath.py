"""What a journal tells of its run, and how everything that it doesn't know the end of has ended after all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailform.execute.ledger import Clock, Tempo
from mailform.execute.lost import found_of_all
from mailform.execute.outcome import gone
from mailform.execute.publishing import PUBLISH, WITHDRAW, settled
from mailform.execute.undo import Leftover
from mailform.planning.images import seen, strange, touched
from mailform.planning.undo import Images, shown
from mailform.planning.world import identity
from mailform.session.telling import NOT_SHOWN
from mailform_providers.contract import Observed, Provider
from mailform_providers.dns.publish import Publisher
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Source
from mailform_providers.normal import Directory
from mailform_state.changes import Record
from mailform_state.journal import Begin, Entry, Intent, Outcome, Result
from mailform_state.values import Value

FOUND = "found when recovering"


@dataclass(slots=True)
class Aftermath:
    """What a journal tells of its run, as far as looking for lost answers and taking back need it."""

    provider: Provider
    tempo: Tempo
    clock: Clock
    begin: Begin
    told: list[Entry]
    publisher: Publisher | None = None
    _directory: Directory = field(default_factory=Directory)

    def __post_init__(self) -> None:
        if any(isinstance(entry, Intent) and entry.kind == TRANSPORT_RULE for entry in self.told):
            self._directory = Directory.of(self.provider.read(OUTBOUND_CONNECTOR).objects)

    def present(self) -> Mapping[str, frozenset[str]]:
        """The ids of every object that was there before the run, by kind."""
        return {kind: frozenset(ids) for kind, ids in self.begin.present.items()}

    def own(self) -> frozenset[str]:
        """The ids of the objects whose making the journal knows of."""
        made = {entry.step for entry in self.told if isinstance(entry, Intent) and entry.action == "create"}
        return frozenset(
            entry.id for entry in self.told if isinstance(entry, Result) and entry.step in made and entry.id is not None
        )

    def directory(self) -> Directory:
        """The tenant's connectors, by every spelling."""
        return self._directory


def unsettled(told: Iterable[Entry]) -> list[Intent]:
    """The intents of which the journal doesn't say how they ended, or only that they didn't show: they may now."""
    entries = tuple(told)
    last = {entry.step: entry for entry in entries if isinstance(entry, Result)}
    known = {
        step for step, result in last.items() if result.outcome is not Outcome.AMBIGUOUS and result.detail != NOT_SHOWN
    }
    return list({one.step: one for one in entries if isinstance(one, Intent) and one.step not in known}.values())


def settling(intents: list[Intent], scene: Aftermath) -> Iterator[Result]:
    """How each intent ended after all: as the tenant shows it. What doesn't show within the settle window didn't
    happen, or happens so late that nobody can wait for it."""
    # whether a move happened makes no difference: the order is restored as a whole, and only where it has to be
    looked_for = [intent for intent in intents if intent.action in ("create", "update", "delete")]
    found = found_of_all(looked_for, {}, scene) if looked_for else {}
    left = {intent.kind for intent in looked_for if intent.action == "update" and intent.step not in found}
    objects = {one.id: one for kind in sorted(left) for one in scene.provider.read(kind).objects}
    images = shown(scene.told)
    for intent in intents:
        current = found.get(intent.step)
        known = images.get((intent.kind, str(intent.id)), ())
        before = known[-1] if known else {}
        match intent.action:
            case "move":
                yield Result(intent.step, Outcome.OK, intent.id, detail="taken for done when recovering")
            case "validate":
                detail = "whether the test mail was sent isn't known"
                yield Result(intent.step, Outcome.UNSENT, intent.id, detail=detail)
            case action if action in (PUBLISH, WITHDRAW):
                yield settled(intent, scene)
            case "create" if current is not None:
                after = _made(intent, current)
                yield Result(intent.step, Outcome.OK, current.id, after, recorded(intent, current), FOUND)
            case "delete" if current is not None:
                yield Result(intent.step, Outcome.OK, current.id, None, gone(intent))
            case "update" if current is not None:
                after = touched(intent.kind, before, intent.payload.keys(), seen(current))
                yield Result(intent.step, Outcome.OK, current.id, after, recorded(intent, current), FOUND)
            case "update" if (changed := _changed(intent, known, objects, scene)) is not None:
                # neither as before nor as it was sent: somebody wrote over it, or over what it was to change
                after = {**touched(intent.kind, before, intent.payload.keys(), seen(changed)), **intent.payload}
                yield Result(intent.step, Outcome.OK, changed.id, after, recorded(intent, changed), FOUND)
            case _:
                yield Result(intent.step, Outcome.UNSENT, intent.id, detail=NOT_SHOWN)


def recorded(intent: Intent, current: Observed) -> tuple[Record, ...]:
    """What the state is to hold of a resource, as its write was meant and as its object shows it."""
    if intent.meant is None:
        return ()
    held = {
        name: replace(known, echoed=current.attributes.get(name, known.echoed)) if name in intent.payload else known
        for name, known in intent.meant.attributes.items()
    }
    return (Record(replace(intent.meant, id=current.id, attributes=held)),)


def arrived(scene: Aftermath) -> tuple[Result, ...]:
    """What had not shown, and shows now: it was on its way all the time. One look, without waiting for any more."""
    at_once = replace(scene, tempo=replace(scene.tempo, settle=0.0))
    intents = [intent for intent in unsettled(scene.told) if intent.action in ("create", "update")]
    found = settling(intents, at_once) if intents else ()
    return tuple(result for result in found if result.outcome is Outcome.OK)


def _changed(intent: Intent, known: Images, objects: Mapping[str, Observed], scene: Aftermath) -> Observed | None:
    """The object, if what was to be written is as it has never been during the run. Of what the run itself made, and of
    a domain, that is known only where it was seen before."""
    current = objects.get(str(intent.id))
    if current is None or not known:
        return None
    partly = intent.kind == ACCEPTED_DOMAIN or current.id in scene.own()
    names = {name for name in intent.payload if not partly or name in known[-1]}
    return current if names.intersection(strange(intent.kind, seen(current), known, scene.directory())) else None


def _made(intent: Intent, current: Observed) -> Mapping[str, Value]:
    """What a new object shows by the run's doing: what was sent, and nothing where the service leaves it empty. All
    else in it may be the service's or somebody's; nobody has seen it before."""
    now = seen(current)
    sent: dict[str, Value] = {name: now.get(name) for name in intent.payload}
    kind = KINDS[intent.kind]
    follow = kind.following(intent.payload)
    empty = {
        name: None
        for name, attribute in kind.attributes.items()
        if name not in follow
        and attribute.default is not None
        and attribute.default.source is not Source.GUESSED
        and attribute.default.value in ("", ())
    }
    return {**empty, **sent}


def namesakes(intents: list[Intent], results: Iterable[Result], scene: Aftermath) -> Iterator[Leftover]:
    """Objects that bear the name of one whose making doesn't show, weren't there before, and aren't as the run would
    have made them: somebody's, or ours and edited since. Nobody can say, so they stay and are told."""
    vain = {result.step for result in results if result.outcome is Outcome.UNSENT}
    for intent in (one for one in intents if one.action == "create" and one.step in vain):
        name = identity(intent.kind, intent.payload.get(KINDS[intent.kind].naming))
        known = scene.present().get(intent.kind, frozenset()) | scene.own()
        for current in scene.provider.read(intent.kind).objects:
            if current.id not in known and identity(intent.kind, current.name) == name:
                detail = (
                    f"an object of its name is there ({current.id}) that wasn't, and isn't as it would have been made"
                )
                yield Leftover(str(intent.address), f"{detail}; it was left", foreign=True)
