"""`mailform plan`: what would change. Takes no lock and writes nothing but the plan file that it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.plan_key import SigningKey
    from mailform.planfile import PlanFile
    from mailform.planning.plan import Options
    from mailform.session.preparing import Prepared
    from mailform.wanted import Configuration
    from mailform_providers.dns.servers import Server
    from mailform_state.journal import Entry
    from mailform_state.sealing import Seal


_HELP = """Show what would change.

A plan saved with --out is what `apply FILE` carries out, once. Its digest finds damage only: without a key, whoever can
write the file can forge it. MAILFORM_PLAN_KEY (a key) or MAILFORM_PLAN_KEY_FILE (a file that has one) has it signed.
"""


def register(app: typer.Typer) -> None:
    app.command("plan", help=_HELP, short_help="Show what would change.")(with_common(command))


def command(
    common: Common,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Save the plan for `apply FILE`.")] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there is something to do.")
    ] = False,
    destroy: shared.Destroy = False,
    refresh_only: shared.RefreshOnly = False,
    target: shared.Targets = None,
    replace: shared.Replacements = None,
    allow_large_change: shared.AllowLargeChange = False,
    format: shared.PlanFormat = "text",
    events: shared.Events = False,
    json_into: Annotated[
        Path | None, typer.Option("--json-into", metavar="FILE", help="Write the plan as JSON, beside showing it.")
    ] = None,
    expires: Annotated[
        str, typer.Option("--expires", metavar="TIME", help="How long a saved plan may be applied.")
    ] = "7d",
    generate_config_out: Annotated[
        Path | None,
        typer.Option(
            "--generate-config-out",
            metavar="FILE",
            help="Write the blocks that [[import]] asks for and nobody has written to this new file, and plan.",
        ),
    ] = None,
    dns_server: shared.DnsServer = None,
    policies: shared.PolicyFolders = None,
    policy_command: shared.PolicyCommands = None,
    policy_timeout: shared.PolicyTimeout = "60s",
) -> None:
    from mailform.cli import approved, desk, policing, reviews, signing, zones
    from mailform.cli.generating import with_missing_blocks
    from mailform.cli.stream import streaming
    from mailform.planning.plan import Options
    from mailform.render.escape import shown
    from mailform.render.events import planned

    shared.one_of(format, reviews.PLAN_FORMATS, "--format")
    lifetime = shared.span(expires, "--expires")
    key = None if out is None else signing.signing_key()
    common = streaming(common) if events else common
    server = zones.name_server(dns_server)
    asked = Options(shared.addresses(target, "--target"), shared.addresses(replace, "--replace"), destroy, refresh_only)
    configured = None if generate_config_out is None else with_missing_blocks(common, generate_config_out)
    timeout = shared.span(policy_timeout, "--policy-timeout")
    found = policing.policies(common, policies, policy_command, timeout)
    prepared = prepare(common, asked, configured, allow_large_change=allow_large_change)
    judgement = policing.judged(found, prepared, as_json)
    prepared = judgement.prepared
    document = as_json(prepared)
    text = as_text(prepared, colour=False)
    refused = (*(one.message for one in prepared.objections), *(one.message for one in judgement.denials))
    if json_into is not None:
        from mailform.render.escape import json_text

        desk.write_private(json_into, json_text(document).encode() + b"\n")
    if common.stream is not None:
        common.stream.say(planned(document))
    elif common.json or format == "json":
        desk.say_json(document)
    elif format != "text":
        desk.say(reviews.reviewed(document, format, refused))
    else:
        desk.say(as_text(prepared, colour=desk.coloured(common)))
    reviews.summarize_plan(document, refused)
    if server is not None:
        # Not without being asked to: a plan of a stranger's pull request looks nothing up.
        tell_proofs(prepared, server)
    require_no_objection(prepared, printed_json=common.json and common.stream is None)
    judgement.require_allowed(shown=True)
    if out is not None:
        now = desk.SystemClock().now()
        protection = desk.seal(common)
        saved = save(out, prepared, asked, allow_large_change, document, text, now, now + lifetime, key, protection)
        if not common.quiet:
            told = f"Saved the plan. To apply exactly this: mailform apply {shown(str(out))}"
            desk.tell(f"{told}\n{approved.seal(saved)}")
    if detailed_exitcode and not prepared.plan.empty:
        desk.leave(Exit.CHANGES)


def prepare(
    common: Common,
    asked: Options,
    configured: Configuration | None = None,
    *,
    allow_large_change: bool,
    also: Collection[str] = (),
) -> Prepared:
    """Reads everything and plans; what is `configured`, unless it is at hand already. `also` names kinds to read that
    no plan needs."""
    from mailform.cli import desk
    from mailform.session import preparing

    configured = configured or desk.configuration(common)
    kept = desk.store(common)
    stored = kept.read()
    open_run = note_open_journal(common)
    with desk.connection(common, configured) as tenant:
        return preparing.prepare(
            configured,
            stored,
            tenant.tenant_id,
            tenant.provider,
            asked,
            lineage=desk.new_lineage(),
            allow_large_change=allow_large_change,
            open_run=open_run,
            also=also,
        )


def tell_proofs(prepared: Prepared, server: Server) -> None:
    """Says of each domain that isn't proven yet whether its record is there."""
    from mailform.cli import desk, zones
    from mailform.render.escape import shown
    from mailform.session.explaining import explained, unproven

    for wait in explained(unproven(prepared.plan), zones.looking(prepared.configuration, server)):
        desk.tell(f"{shown(str(wait.address))}: {shown(wait.looked_up)}")


def note_open_journal(common: Common) -> tuple[Entry, ...]:
    """The journal of a run that isn't settled, and says that there is one, for commands that work all the same."""
    from mailform.cli import desk

    kept = desk.store(common)
    journal = kept.journal()
    if journal is None:
        return ()
    lock = kept.lock_info()
    if lock is not None and lock.held:
        from mailform.configuration.backend import located
        from mailform.render import lock_text
        from mailform_state.places import Local

        here = isinstance(located(common.directory, common.backend_config).place, Local)
        desk.tell(lock_text.warning(lock, alive=here))
    else:
        desk.tell(
            "Warning: an earlier run left its journal open. What is shown is as that run left it, not as "
            "it will be once it is settled.\n  hint: mailform recover"
        )
    return journal.entries


def require_no_objection(prepared: Prepared, *, printed_json: bool = False) -> None:
    """Raises GuardRefused when a guard speaks against the plan. `printed_json`: standard output has its one document
    already, so that this is told beside it and the command is left."""
    from mailform.cli import desk
    from mailform.cli.failing import GuardRefused, failed

    if not prepared.objections:
        return
    refused = GuardRefused(
        "; ".join(found.message for found in prepared.objections),
        hint="; ".join(found.hint for found in prepared.objections),
    )
    if not printed_json:
        raise refused
    desk.leave(failed(refused, as_json=False))


def as_text(prepared: Prepared, *, colour: bool) -> str:
    """The plan as people read it."""
    from mailform.render import plan_text

    return plan_text.text(prepared.plan, colour=colour, state=prepared.state)


def as_json(prepared: Prepared) -> dict[str, object]:
    """The plan as programs read it."""
    from mailform.cli import desk
    from mailform.diagnostics import errors
    from mailform.render import plan_json

    return dict(
        plan_json.as_json(
            prepared.plan,
            configuration=prepared.configuration,
            state=prepared.state,
            tool_version=desk.version(),
            tenant=prepared.tenant,
            refused=bool(prepared.objections or errors(prepared.plan.warnings)),
        )
    )


def save(
    path: Path,
    prepared: Prepared,
    asked: Options,
    allow_large_change: bool,
    document: dict[str, object],
    text: str,
    now: datetime,
    expires: datetime,
    key: SigningKey | None,
    seal: Seal,
) -> PlanFile:
    """Writes the plan file, and gives what is in it."""
    from mailform import planfile
    from mailform.cli import desk

    plan = planfile.saved(
        prepared,
        asked,
        allow_large_change=allow_large_change,
        tool_version=desk.version(),
        created=now,
        expires=expires,
        shown=document,
        text=text,
    )
    stamped = planfile.stamped(plan, key)
    data = planfile.dump(stamped)
    desk.write_private(path, seal.close(data, "plan", serial=plan.serial, lineage=plan.lineage))
    return stamped
