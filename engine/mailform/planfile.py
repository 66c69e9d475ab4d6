"""The saved plan: what somebody looked at and approved, bound to everything it was made from.

`apply PLANFILE` plans again and compares fingerprints, so the file carries no instruction that is ever carried out.
Its digest, over all the rest, finds damage only: somebody who can write the file can forge it. A signature, or the
digest handed over another way (`--expect-digest`), stops that.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from mailform.diagnostics import Diagnostic, Mistakes
from mailform.fingerprint import fingerprint
from mailform.plan_key import PlanKey, Signature, SigningKey, complaint, signed
from mailform.planning.plan import Options
from mailform.session.preparing import Prepared
from mailform_state.canonical import canonical, digest, read_json
from mailform_state.errors import Damaged, Unusable
from mailform_state.regular import NotAFile, read_named
from mailform_state.sealing import OPENING, PLAIN, Seal

FORMAT = "mailform-plan"
VERSION = 1
LARGEST = 64 << 20
"""Bytes. A plan over the largest tenant stays far below."""

_OPENING = b'{"configuration":'
"""How every plan file begins, since its keys are sorted: what was cut before it says its format is a plan still."""

_AGAIN = "Plan again: mailform plan --out FILE"


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
    signature: Signature | None = None
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


def stamped(plan: PlanFile, key: SigningKey | None) -> PlanFile:
    """The plan with its digest, and with a signature where there is a key."""
    body = _body(plan)
    signature = None if key is None else signed(canonical(body), key)
    return replace(plan, signature=signature, digest=digest({**body, **_signature(signature)}))


def dump(plan: PlanFile) -> bytes:
    """The bytes of a stamped plan: canonical JSON."""
    return canonical({**_body(plan), **_signature(plan.signature), "digest": plan.digest}) + b"\n"


def opened(path: Path, key: PlanKey | None, seal: Seal = PLAIN) -> PlanFile:
    """The plan in a file, signed with the key if there is one. Raises Unusable when it can't be read, Mistakes when it
    is no plan at all, Damaged when it is a plan no more, or not this key's."""
    hint = f"Make it: mailform plan --out {path}"
    try:
        data = read_named(path, LARGEST)
    except OSError as error:
        raise Unusable(f"{path} can't be read: {error.strerror}", hint=hint) from None
    except NotAFile as found:
        raise Unusable(f"{path} is {found.what}, and no plan can be read from it", hint=hint) from None
    if data.startswith(OPENING) or (seal.hides and FORMAT.encode() in data):
        data = seal.open(data, "plan")
    return load(data, key)


def load(data: bytes, key: PlanKey | None = None) -> PlanFile:
    """The plan in these bytes. Raises Mistakes when they aren't a plan at all, Damaged when they were changed: also
    when they were cut, be it to nothing. With a key, what isn't signed with it is no better than changed."""
    if FORMAT.encode() not in data and not data.startswith(_OPENING) and not _OPENING.startswith(data):
        raise Mistakes(
            (Diagnostic("not-a-plan", "this file is no saved plan", None, "Make one with: mailform plan --out FILE"),)
        )
    from mailform.plan_shape import PlanShape
    from mailform_state.shapes import shaped

    try:
        document = read_json(data, what="the file", limit=LARGEST)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise Damaged("it has another format")
        _require_known(document.get("version"))
        claimed = document.pop("digest", None)
        if claimed != digest(document) or canonical({**document, "digest": claimed}) + b"\n" != data:
            raise Damaged("its digest doesn't fit")
        plan = shaped(PlanShape, document, what="it").read(str(claimed))
        if key is not None:
            document.pop("signature", None)
            _require_signed(canonical(document), plan.signature, key)
        return plan
    except Damaged as damage:
        message = damage.message.removesuffix(".")
        raise Damaged(f"the plan file is damaged or forged: {message}", hint=damage.hint or _AGAIN) from None


def _require_signed(content: bytes, signature: Signature | None, key: PlanKey) -> None:
    wrong = "it isn't signed, and a key is configured" if signature is None else complaint(content, signature, key)
    if wrong is not None:
        raise Damaged(
            wrong, hint="Plan again with the key that plans are signed with. Whoever made this one had it not"
        )


def _require_known(version: object) -> None:
    """Before the digest: a newer Mailform may make it in another way."""
    if type(version) is int and version > VERSION:
        raise Damaged(
            f"it has version {version} of the format, this Mailform knows {VERSION}",
            hint="Plan and apply with the same version of Mailform",
        )


def _signature(signature: Signature | None) -> dict[str, object]:
    return {} if signature is None else {"signature": asdict(signature)}


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
