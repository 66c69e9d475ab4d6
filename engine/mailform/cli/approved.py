"""A saved plan, from the file to the certainty that it still is what somebody approved."""

from __future__ import annotations

from pathlib import Path

from mailform import planfile
from mailform.cli import desk, signing
from mailform.cli.failing import Stale
from mailform.fingerprint import fingerprint
from mailform.planfile import PlanFile
from mailform.session.preparing import Prepared
from mailform_state.errors import Damaged
from mailform_state.sealing import Seal


def opened(path: Path, expect_digest: str | None, seal: Seal) -> PlanFile:
    """The plan that was saved in a file, if it is the expected one. Raises Unusable, Mistakes, Damaged."""
    key = signing.plan_key()
    found = planfile.opened(path, key, seal)
    if found.signature is not None and key is None:
        desk.tell(
            "Warning: the plan is signed, and no key is here to check that with.\n  hint: see mailform apply --help"
        )
    if expect_digest is not None and expect_digest != found.digest:
        raise Damaged(
            f"the plan file has the digest {found.digest}, not the expected {expect_digest}",
            hint="Somebody exchanged the plan after it was approved. Plan again and have it approved again",
        )
    return found


def require_same_tenant(saved: PlanFile, prepared: Prepared) -> None:
    """Raises Damaged when the plan is another tenant's."""
    if saved.tenant != prepared.tenant:
        raise Damaged(
            f"the plan was made for tenant {saved.tenant}, this is {prepared.tenant}",
            hint="Nothing was changed. Apply it in the checkout that it was planned in",
        )


def require_fresh(saved: PlanFile, prepared: Prepared) -> None:
    """Raises Stale when the plan, made again, isn't the saved one."""
    reasons = [
        (saved.digest in prepared.state.used_plans, "it was applied already"),
        (saved.expires < desk.SystemClock().now(), f"it expired at {saved.expires:%Y-%m-%d %H:%M} UTC"),
        (saved.configuration != prepared.configuration.digest, "the configuration or its variables changed since"),
        (saved.lineage != ("" if prepared.new else prepared.state.lineage), "the state is another one now"),
        (saved.serial != prepared.state.serial, "the state changed since"),
        (saved.tool_version != desk.version(), f"it was made by Mailform {saved.tool_version}"),
        (saved.fingerprint != fingerprint(prepared.plan, saved.salt), "the tenant changed since"),
    ]
    for holds, reason in reasons:
        if holds:
            raise Stale(
                f"the saved plan can't be applied: {reason}",
                hint="Nothing was changed. Plan again: mailform plan --out FILE",
            )


def seal(saved: PlanFile) -> str:
    """What names a plan, and who vouches for it: its digest, and the key that it is signed with."""
    signature = saved.signature
    return (
        saved.digest if signature is None else f"{saved.digest}\nSigned with {signature.algorithm}, key {signature.key}"
    )
