"""From a plan's JSON to its review. From that alone, so that a saved plan is shown like a fresh one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from mailform.render.figures import figure
from mailform.render.review import WORDS, Item, Review
from mailform.render.review_lines import attribute_lines, before, output_line
from mailform.render.review_shape import Changed, PlanDocument, RecordShape
from mailform.render.risk import Risk
from mailform.render.summary import Counts, sentence
from mailform_providers.kinds import OUTBOUND_CONNECTOR
from mailform_state.shapes import shaped

_RISKS = {risk.name.lower(): risk for risk in Risk}


def review(document: Mapping[str, object]) -> Review:
    """The review of a plan, without what refuses it: that is told above. Raises Damaged when the document isn't what
    `plan --json` prints."""
    read = shaped(PlanDocument, document, what="the plan")
    whole, ground = read.mailform, _Ground.of(read)
    items = [_item(found, ground) for found in read.resource_changes]
    acting = sorted((item for item in items if item.words), key=lambda item: item.weight)
    counted = Counts(**{field.name: whole.summary.get(field.name, 0) for field in fields(Counts)})
    return Review(
        tenant=whole.tenant,
        version=whole.version,
        counts=counted,
        conclusion=_conclusion(read, counted),
        risky=tuple(item for item in acting if item.risks),
        rest=tuple(item for item in acting if not item.risks),
        same=tuple(item for item in items if not item.words),
        drift=tuple(map(_drifted, read.resource_drift)),
        outputs=tuple(
            output_line(name, found) for name, found in read.output_changes.items() if "no-op" not in found.actions
        ),
        records=tuple(map(_record, whole.dns_records)),
        warnings=tuple(f"{found.summary} [{found.code}]" for found in whole.warnings if found.severity != "error"),
        left_alone=tuple(sorted((kind, number) for kind, number in whole.foreign.items() if number)),
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is looked up for each resource. `places` are those of the rules in the end; `written` is what each refers
    to in the configuration; `connectors` are addresses by the name that the tenant has."""

    waits: Mapping[str, str]
    places: Mapping[str, int]
    written: Mapping[str, tuple[str, ...]]
    connectors: Mapping[object, tuple[str, ...]]
    released: Mapping[str, list[str]]

    @classmethod
    def of(cls, read: PlanDocument) -> _Ground:
        known = {one.address for one in read.resource_changes}
        connectors: dict[object, tuple[str, ...]] = defaultdict(tuple)
        for one in read.resource_changes:
            if one.type == OUTBOUND_CONNECTOR:
                connectors[before(one).get("name")] += (one.address,)
        return cls(
            waits={found.resource_change.address: found.mailform.domain for found in read.deferred_changes},
            places={name: place for place, name in enumerate(read.mailform.rule_order.after)},
            written={
                one.address: tuple(
                    dict.fromkeys(name for name in (*_references(one.expressions), *one.depends_on) if name in known)
                )
                for one in read.configuration.root_module.resources
            },
            connectors=connectors,
            released=read.mailform.released,
        )

    def needs(self, found: Changed) -> tuple[str, ...]:
        """What a resource refers to: by the configuration, or, where it isn't in it any more, by a connector's name."""
        if found.address in self.written:
            return self.written[found.address]
        route = before(found).get("actions.route_message_outbound_connector")
        return self.connectors.get(route, ()) if isinstance(route, str) else ()


def _conclusion(read: PlanDocument, counted: Counts) -> str:
    if read.mailform.refresh_only:
        return "Refresh only: the state is brought up to date; the tenant isn't touched."
    if counted.steps:
        return sentence(counted)
    return "No changes in the tenant; outputs change." if counted.outputs else "No changes."


def _item(found: Changed, ground: _Ground) -> Item:
    return Item(
        address=found.address,
        kind=found.type,
        words=tuple(word for word in found.mailform.steps if word in WORDS),
        risks=tuple(dict.fromkeys(_RISKS[name] for name in found.mailform.risks if name in _RISKS)),
        remarks=tuple(_remarks(found, ground)),
        lines=attribute_lines(found),
        needs=() if found.deposed else ground.needs(found),
    )


def _drifted(found: Changed) -> Item:
    ours, gone = found.mailform, found.change.after is None
    by = f" by {ours.changed_by}" if ours.changed_by else ""
    at = f", {ours.changed_at}" if ours.changed_at else ""
    return Item(
        address=found.address,
        kind=found.type,
        words=("delete" if gone else "update",),
        remarks=(f"last changed{by}{at}",) if by or at else ("it is gone",) if gone else (),
        lines=() if gone else attribute_lines(found),
    )


def _remarks(found: Changed, ground: _Ground) -> Iterator[str]:
    ours = found.mailform
    if found.deposed is not None:
        yield f"left over from an earlier apply, {found.deposed}: {ours.reason}"
        return
    if found.address in ground.waits:
        yield f"waits until {ground.waits[found.address]} is proven"
    if found.previous_address:
        yield f"was {found.previous_address}; the object stays as it is"
    if ours.move is not None:
        yield f"from place {ours.move.get('from', 0)} to place {ours.move.get('to', 0)} (0 is first)"
    if "create" in ours.steps and found.address in ground.places:
        yield f"comes to place {ground.places[found.address]} of {figure(len(ground.places), 'rule')} (0 is first)"
    if "replace" in ours.steps:
        yield (
            "the old one is renamed aside, the new one takes its name and place" if ours.aside else "a new one is made"
        )
        yield "the old one is deleted in the end" if ours.retire else "the old one is forgotten, not deleted"
    if "forget" in ours.steps:
        yield "the state lets go of it; the tenant isn't touched"
    if "adopt" in ours.steps:
        yield "the tenant has it already; only what differs is written"
    for name in ground.released.get(found.address, ()):
        yield f"{name} is taken out of the configuration: left as it is, not managed any more"


def _record(found: RecordShape) -> str:
    return f"{found.action} {found.type} {found.name} {found.value or '(known after apply)'}, in the zone {found.zone}"


def _references(expressions: object) -> Iterator[str]:
    match expressions:
        case {"references": list(names)}:
            yield from (name for name in names if isinstance(name, str))
        case {"constant_value": _}:
            return
        case dict():
            for inner in expressions.values():
                yield from _references(inner)
        case _:
            return
