"""`mailform apply`: makes the tenant what the configuration says, or leaves it as it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.cli.working import Asked


_HELP = """Make the tenant what the configuration says.

A PLANFILE is applied once, as it was approved, or not at all. Its digest finds damage only: against somebody who can
write the file, hand the digest over another way (--expect-digest), or sign plans: where MAILFORM_PLAN_KEY or
MAILFORM_PLAN_KEY_FILE has a key (of an Ed25519 pair the public half is enough), no other plan is taken.
"""


def register(app: typer.Typer) -> None:
    app.command("apply", help=_HELP, short_help="Make the tenant what the configuration says.")(with_common(command))


def command(
    common: Common,
    planfile: shared.PlanFileArgument = None,
    auto_approve: shared.AutoApprove = False,
    on_failure: shared.OnFailure = "rollback",
    expect_digest: Annotated[
        str | None,
        typer.Option("--expect-digest", metavar="sha256:…", help="Refuse any other plan file than this one."),
    ] = None,
    parallelism: shared.Parallelism = 3,
    domain_timeout: shared.DomainTimeout = "10m",
    visibility_timeout: shared.VisibilityTimeout = "5m",
    settle: shared.Settle = "10s",
    lock_timeout: shared.LockTimeout = "0s",
    events: shared.Events = False,
    dns_server: shared.DnsServer = None,
    destroy: shared.Destroy = False,
    refresh_only: shared.RefreshOnly = False,
    target: shared.Targets = None,
    replace: shared.Replacements = None,
    allow_large_change: shared.AllowLargeChange = False,
    policies: shared.PolicyFolders = None,
    policy_command: shared.PolicyCommands = None,
    policy_timeout: shared.PolicyTimeout = "60s",
) -> None:
    from mailform.cli import policing, working
    from mailform.cli.stream import streaming
    from mailform.planning.plan import Options

    planned = Options(
        shared.addresses(target, "--target"), shared.addresses(replace, "--replace"), destroy, refresh_only
    )
    if planfile is not None and (planned != Options() or allow_large_change):
        raise typer.BadParameter("a saved plan has its options already; give none with it", param_hint="PLANFILE")
    if expect_digest is not None and planfile is None:
        raise typer.BadParameter("it needs a PLANFILE to be compared with", param_hint="--expect-digest")
    if expect_digest is not None and re.fullmatch("sha256:[0-9a-f]{64}", expect_digest) is None:
        raise typer.BadParameter("a digest is sha256: and 64 hexadecimal digits", param_hint="--expect-digest")
    asked = working.asked(
        options=planned,
        allow_large_change=allow_large_change,
        auto_approve=auto_approve,
        on_failure=on_failure,
        parallelism=parallelism,
        domain_timeout=domain_timeout,
        visibility_timeout=visibility_timeout,
        settle=settle,
        lock_timeout=lock_timeout,
        dns_server=dns_server,
        policies=policing.policies(common, policies, policy_command, shared.span(policy_timeout, "--policy-timeout")),
    )
    run(streaming(common) if events else common, asked, planfile, expect_digest)


def run(common: Common, asked: Asked, planfile: Path | None = None, expect_digest: str | None = None) -> None:
    """Applies, and leaves with the exit code of what happened."""
    from mailform.cli import desk, working

    code = working.work(common, asked, planfile, expect_digest)
    if code is not Exit.DONE:
        desk.leave(code)
