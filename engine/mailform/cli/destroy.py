"""`mailform destroy`: takes away everything that the state records."""

from __future__ import annotations

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common


def register(app: typer.Typer) -> None:
    app.command("destroy", help="Delete everything that the state records.")(with_common(command))


def command(
    common: Common,
    auto_approve: shared.AutoApprove = False,
    on_failure: shared.OnFailure = "rollback",
    parallelism: shared.Parallelism = 3,
    domain_timeout: shared.DomainTimeout = "10m",
    visibility_timeout: shared.VisibilityTimeout = "5m",
    settle: shared.Settle = "10s",
    lock_timeout: shared.LockTimeout = "0s",
    events: shared.Events = False,
    target: shared.Targets = None,
    policies: shared.PolicyFolders = None,
    policy_command: shared.PolicyCommands = None,
    policy_timeout: shared.PolicyTimeout = "60s",
) -> None:
    from mailform.cli import apply, policing, working
    from mailform.cli.stream import streaming
    from mailform.planning.plan import Options

    asked = working.asked(
        options=Options(shared.addresses(target, "--target"), destroy=True),
        allow_large_change=True,
        auto_approve=auto_approve,
        on_failure=on_failure,
        parallelism=parallelism,
        domain_timeout=domain_timeout,
        visibility_timeout=visibility_timeout,
        settle=settle,
        lock_timeout=lock_timeout,
        policies=policing.policies(common, policies, policy_command, shared.span(policy_timeout, "--policy-timeout")),
    )
    apply.run(streaming(common) if events else common, asked)
