"""What `apply` and `destroy` share: lock, plan, ask, apply, report."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import typer

from mailform.cli import desk, zones
from mailform.cli import options as shared
from mailform.cli.approved import opened, require_fresh, require_same_tenant
from mailform.cli.common import Common
from mailform.cli.failing import Stale
from mailform.cli.plan import as_json, as_text, require_no_objection
from mailform.cli.policing import NONE, Policies, judged, policies_of
from mailform.cli.progress import Progress
from mailform.cli.settling import SETTLED, require_not_held, settle_journal
from mailform.cli.showing import show
from mailform.cli.stopping import Stopping
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.execute.ledger import Tempo
from mailform.exits import Exit
from mailform.planfile import PlanFile
from mailform.planning.plan import Options
from mailform.planning.steps import touches_tenant
from mailform.render import cost, events
from mailform.session import preparing
from mailform.session.applying import Manner, apply
from mailform.session.preparing import Prepared
from mailform.session.report import Report
from mailform.wanted import Configuration
from mailform_providers.connect import Connection
from mailform_providers.dns.servers import Server
from mailform_providers.errors import NotAllowed
from mailform_providers.wire.patience import Waits
from mailform_state.errors import Failure
from mailform_state.journal import Begin
from mailform_state.store import Lock, Store

TOO_SHORT = timedelta(minutes=10)
"""A ready-made token that ends sooner isn't begun with: it would end in the middle of an apply."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that was asked of an apply. `policies` None: those of the configuration's folder."""

    options: Options
    allow_large_change: bool
    auto_approve: bool
    rollback: bool
    tempo: Tempo
    domain_timeout: timedelta
    lock_timeout: timedelta
    name_server: Server | None = None
    policies: Policies | None = None


def asked(
    *,
    options: Options = Options(),
    allow_large_change: bool = False,
    auto_approve: bool = False,
    on_failure: str = "rollback",
    parallelism: int = 3,
    domain_timeout: str = "10m",
    visibility_timeout: str = "5m",
    settle: str = "10s",
    lock_timeout: str = "0s",
    dns_server: str | None = None,
    policies: Policies | None = None,
) -> Asked:
    """The options as values. Raises typer.BadParameter."""
    return Asked(
        options=options,
        allow_large_change=allow_large_change,
        auto_approve=auto_approve,
        rollback=shared.one_of(on_failure, ("rollback", "stop"), "--on-failure") == "rollback",
        tempo=Tempo(
            parallelism=parallelism,
            settle=shared.span(settle, "--settle").total_seconds(),
            visibility=shared.span(visibility_timeout, "--visibility-timeout").total_seconds(),
        ),
        domain_timeout=shared.span(domain_timeout, "--domain-timeout"),
        lock_timeout=shared.span(lock_timeout, "--lock-timeout"),
        name_server=zones.name_server(dns_server),
        policies=policies,
    )


def work(common: Common, request: Asked, planfile: Path | None, expect_digest: str | None) -> Exit:
    """Locks, plans, asks, applies and reports; answers with the exit code."""
    saved = None if planfile is None else opened(planfile, expect_digest, desk.seal(common))
    if saved is not None:
        request = replace(
            request, options=saved.options, allow_large_change=saved.allow_large_change, auto_approve=True
        )
    configured = desk.configuration(common)
    request = replace(request, policies=request.policies or policies_of(common))
    kept = desk.store(common)
    command = "mailform destroy" if request.options.destroy else "mailform apply"
    with kept.lock(desk.holder(command), request.lock_timeout.total_seconds()) as lock:
        require_not_held(kept)
        waits = Waits(
            domain_timeout=request.domain_timeout.total_seconds(), visibility_timeout=request.tempo.visibility
        )
        with desk.connection(common, configured, waits) as tenant:
            code = settle_journal(common, kept, lock, tenant, request.tempo)
            if code not in SETTLED:
                return code
            return _apply(common, request, saved, configured, kept, lock, tenant)


def go_on(
    common: Common, request: Asked, begin: Begin, configured: Configuration, kept: Store, lock: Lock, tenant: Connection
) -> Exit:
    """Plans and applies what is left of a run, with what it was asked with; what it has replaced isn't replaced again.
    It was approved when the run began, and so no policy is asked again."""
    options = replace(Options.of(begin.asked), replace=())
    return _apply(common, replace(request, options=options, policies=NONE), None, configured, kept, lock, tenant)


def _apply(
    common: Common,
    request: Asked,
    saved: PlanFile | None,
    configured: Configuration,
    kept: Store,
    lock: Lock,
    tenant: Connection,
) -> Exit:
    prepared = _prepared(request, saved, configured, kept, tenant)
    if saved is not None:
        require_same_tenant(saved, prepared)
    judgement = judged(request.policies or NONE, prepared, as_json)
    if saved is not None:
        desk.warn(common, () if judgement.denials else judgement.told)
    if common.stream is not None:
        common.stream.say(events.planned(as_json(judgement.prepared)))
    elif saved is None and not common.json:
        desk.say(as_text(judgement.prepared, colour=desk.coloured(common)))
    require_no_objection(prepared)
    judgement.require_allowed(shown=common.stream is not None or (saved is None and not common.json))
    if saved is not None:
        require_fresh(saved, prepared)
    publisher = zones.publisher(configured, prepared.plan)
    acts = any(touches_tenant(step) for step in prepared.plan.steps)
    if acts:
        _require_time_left(tenant, prepared)
        _ask(common, request, prepared)
    if prepared.idle:
        if common.json:
            show(common, Report("", prepared.tenant, desk.actor(), Exit.DONE, serial=prepared.state.serial))
        return Exit.DONE
    stopping = Stopping()
    with Progress(common) as progress, stopping:
        manner = Manner(
            run=desk.new_run(),
            actor=desk.actor(),
            tool_version=desk.version(),
            tempo=request.tempo,
            rollback=request.rollback,
            asked=request.options,
            plan_digest="" if saved is None else saved.digest,
            plan_expires=None if saved is None else saved.expires,
            watch=progress.tell,
            stopped=stopping.asked,
            publisher=publisher,
            look_up=zones.looking(configured, request.name_server),
        )
        report = apply(prepared, tenant.provider, kept, lock, desk.SystemClock(), manner)
    show(common, report)
    if common.stream is not None:
        # How the run ended is settled, whatever becomes of reading the state once more.
        with suppress(Failure):
            after = kept.read()
            common.stream.say(() if after is None else (events.outputs(after),))
    return report.exit


def _prepared(
    request: Asked, saved: PlanFile | None, configured: Configuration, kept: Store, tenant: Connection
) -> Prepared:
    try:
        return preparing.prepare(
            configured,
            kept.read(),
            tenant.tenant_id,
            tenant.provider,
            request.options,
            lineage=desk.new_lineage(),
            allow_large_change=request.allow_large_change,
        )
    except Mistakes as mistakes:
        if saved is None:
            raise
        raise Stale(
            "the saved plan can't be made any more: " + "; ".join(found.message for found in mistakes.diagnostics),
            hint="Nothing was changed. Plan again: mailform plan --out FILE",
        ) from None


def _require_time_left(tenant: Connection, prepared: Prepared) -> None:
    ends = tenant.ends_at(
        domains=any(address.kind == "accepted_domain" for address in prepared.configuration.resources)
    )
    if ends is not None and ends - desk.SystemClock().now() < TOO_SHORT:
        raise NotAllowed(
            f"the ready-made token ends at {ends:%H:%M} UTC, in less than 10 minutes",
            hint="Nothing was changed. Get a new one, so that it doesn't end in the middle",
        )


def _ask(common: Common, request: Asked, prepared: Prepared) -> None:
    """Asks for a yes, unless it was given. Where nobody can be asked, that is a mistake which names the flag."""
    if request.auto_approve:
        return
    if common.json or not desk.may_ask():
        raise Mistakes(
            (
                Diagnostic(
                    "approval",
                    "nobody can be asked to approve this plan here",
                    None,
                    "Nothing was changed. Approve it beforehand with --auto-approve, or apply a saved plan",
                ),
            )
        )
    desk.say(cost.text(cost.Cost.of(prepared.plan)))
    question = "Delete all of this?" if request.options.destroy else "Apply this?"
    answer = typer.prompt(f"{question} Only 'yes' is taken", default="", show_default=False)
    if answer.strip() != "yes":
        desk.tell("Nothing was changed.")
        desk.leave(Exit.ERROR)
