"""The saved plan: what somebody looked at and approved, bound to everything it was made from.

`apply PLANFILE` plans again and compares fingerprints, so the file carries no instruction that is ever carried out.
Without a key its digest finds damage only: somebody who can write the file can forge it (`--expect-digest` stops that).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum

from mailform.diagnostics import Diagnostic, Mistakes
from mailform.expression import Unknown
from mailform.planning.plan import Options
from mailform.planning.steps import Create, Move, Plan, Replace, Step, Withdraw
from mailform.session.preparing import Prepared
from mailform_providers.contract import Observed
from mailform_state.address import Address
from mailform_state.canonical import canonical, digest, read_json
from mailform_state.errors import Damaged

FORMAT = "mailform-plan"
VERSION = 1
LARGEST = 64 << 20
"""Bytes. A plan over the largest tenant stays far below."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A saved plan. `shown` is the plan as JSON and `text` as text, for `show`; neither is ever acted on.
    `fingerprint` is what planning again must come to, with sensitive values as digests salted with `salt`."""

    tool_version: str
    created: datetime
    expires: datetime
    tenant: str
    lineage: str
    serial: int
    configuration: str
    options: Options
    allow_large_change: bool
    salt: str
    fingerprint: str
    shown: Mapping[str, object]
    text: str
    digest: str = field(default="")


def saved(
    prepared: Prepared,
    options: Options,
    *,
    allow_large_change: bool,
    tool_version: str,
    created: datetime,
    expires: datetime,
    shown: Mapping[str, object],
    text: str,
) -> PlanFile:
    """A plan ready to be written to a file."""
    salt = secrets.token_hex(16)
    return PlanFile(
        tool_version=tool_version,
        created=created,
        expires=expires,
        tenant=prepared.tenant,
        lineage="" if prepared.new else prepared.state.lineage,
        serial=prepared.state.serial,
        configuration=prepared.configuration.digest,
        options=options,
        allow_large_change=allow_large_change,
        salt=salt,
        fingerprint=fingerprint(prepared.plan, salt),
        shown=shown,
        text=text,
    )


def dump(plan: PlanFile) -> bytes:
    """The bytes of a plan file: canonical JSON with a digest over the rest."""
    body = _body(plan)
    return canonical({**body, "digest": digest(body)}) + b"\n"


def load(data: bytes) -> PlanFile:
    """The plan in these bytes. Raises Mistakes when they aren't a plan at all, Damaged when they were changed."""
    if FORMAT.encode() not in data[:LARGEST]:
        raise Mistakes(
            (Diagnostic("not-a-plan", "this file is no saved plan", None, "Make one with: mailform plan --out FILE"),)
        )
    document = read_json(data, what="the plan file", limit=LARGEST)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _damaged("it has another format")
    claimed = document.pop("digest", None)
    if claimed != digest(document) or canonical({**document, "digest": claimed}) + b"\n" != data:
        raise _damaged("its digest doesn't fit")
    if document.get("version") != VERSION:
        raise _damaged(f"it has version {document.get('version')}, this Mailform knows {VERSION}")
    try:
        asked = document["options"]
        return PlanFile(
            tool_version=document["tool_version"],
            created=datetime.fromisoformat(document["created"]),
            expires=datetime.fromisoformat(document["expires"]),
            tenant=document["tenant"],
            lineage=document["lineage"],
            serial=document["serial"],
            configuration=document["configuration"],
            options=Options(
                targets=tuple(Address.parse(text) for text in asked["targets"]),
                replace=tuple(Address.parse(text) for text in asked["replace"]),
                destroy=asked["destroy"],
                refresh_only=asked["refresh_only"],
            ),
            allow_large_change=asked["allow_large_change"],
            salt=document["salt"],
            fingerprint=document["fingerprint"],
            shown=document["shown"],
            text=document["text"],
            digest=str(claimed),
        )
    except (KeyError, TypeError, ValueError) as missing:
        raise _damaged(f"it lacks {missing}") from None


def _body(plan: PlanFile) -> dict[str, object]:
    options = asdict(plan.options)
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool_version": plan.tool_version,
        "created": plan.created.isoformat(),
        "expires": plan.expires.isoformat(),
        "tenant": plan.tenant,
        "lineage": plan.lineage,
        "serial": plan.serial,
        "configuration": plan.configuration,
        "options": {
            **options,
            "targets": [str(address) for address in plan.options.targets],
            "replace": [str(address) for address in plan.options.replace],
            "allow_large_change": plan.allow_large_change,
        },
        "salt": plan.salt,
        "fingerprint": plan.fingerprint,
        "shown": plan.shown,
        "text": plan.text,
    }


def _damaged(why: str) -> Damaged:
    return Damaged(f"the plan file is damaged or forged: {why}", hint="Plan again: mailform plan --out FILE")


def fingerprint(plan: Plan, salt: str) -> str:
    """What makes a plan the same plan: every step with the values it changes from and to, every move with its place.

    Attributes that nobody manages take no part, nor do objects that shift no planned move.
    """
    places = {token: index for index, token in enumerate(plan.rules_after)}
    told = [_told(step, places, salt) for step in plan.steps]
    outputs = [[change.name, _plain(change.after, salt, change.sensitive)] for change in plan.outputs]
    return digest({"steps": told, "outputs": outputs, "destroy": plan.destroy, "refresh_only": plan.refresh_only})


def _told(step: Step, places: Mapping[str, int], salt: str) -> dict[str, object]:
    """A step, down to the values. Moved and new rules stand for their place in the wanted order."""
    told: dict[str, object] = {"step": type(step).__name__, "address": str(step.address)}
    current = getattr(step, "current", None)
    if isinstance(current, Observed):
        told["id"] = current.id
    if isinstance(step, Create | Replace):
        told["place"] = places.get(str(step.address), -1)
        sensitive = step.wanted.sensitive
        told["attributes"] = {name: _plain(value, salt, name in sensitive) for name, value in step.attributes.items()}
    if isinstance(step, Withdraw):
        told["record"] = [step.record.zone, step.record.name, step.record.type, step.record.value, step.reachable]
    if isinstance(step, Move):
        told["move"] = [step.id, step.target]
    for difference in getattr(step, "differences", ()):
        told[f"difference {difference.attribute}"] = [
            _plain(difference.before, salt, difference.sensitive),
            _plain(difference.after, salt, difference.sensitive),
            str(difference.note or ""),
        ]
    settings = getattr(step, "settings", None)
    if settings is not None:
        told["settings"] = _plain(settings, salt, False)
    return told


def _plain(value: object, salt: str, sensitive: bool) -> object:
    """A value as JSON has it; a sensitive one as a digest that only who knows it can tell."""
    if sensitive:
        return digest([salt, _plain(value, salt, False)])
    if isinstance(value, Unknown):
        return {"known after apply": repr(value.expression)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, salt, False) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item, salt, False) for item in value]
    return value.value if isinstance(value, Enum) else value
