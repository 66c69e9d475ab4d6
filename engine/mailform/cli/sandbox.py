"""`mailform sandbox …`: the tenant that is none, for any HTTP client."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli.common import Common, with_common
from mailform.cli.options import one_of

if TYPE_CHECKING:
    from mailform_providers.sandbox import Fault

HELP = """Serve a tenant over HTTPS on this machine, with a sign-in authority, until Ctrl-C or SIGTERM.

It prints the variables that make Mailform sign in to it; [tenant] then names --tenant, and its cloud is "global".
Certificates, keys and the client secret are new at every start.

\b
A fault is written WHICH:NTH:WHAT[=VALUE][:OPERATION], such as write:3:reject, call:5x2:throttle=2,
read:*:busy:Get-TransportRule or login:1:throttle.
  WHICH      call (any of Exchange and Graph), read, write; login: a POST to the sign-in authority
  NTH        counts from 1: 3 is the third, 3x2 that and the next, 3+ all from it on, * every one
  OPERATION  only of this cmdlet or Graph path: New-*, PATCH /domains/*

\b
WHAT is one of
  reject[=STATUS]         refused for good (400)
  missing, conflict       404 and 409, as of what was just made, or is being changed
  expired-link            the link to the next page is too old
  transient[=TYPE]        fails for now, with the name of a .NET type such as ServerBusyException
  throttle[=RETRY-AFTER]  429; the value is sent as it is, but date:5 as the date in 5 seconds
  busy[=RETRY-AFTER]      503
  crowd[=STATUS]          plain text about concurrent requests, under 200 or this status
  forbid[=DIAGNOSTICS]    403 that can't be read
  redirect[=PREFIX]       302 to PREFIX.host
  expire                  401, and the token is never taken again
  lose, lose-applied      the connection breaks before, or after, the request was carried out
  late[=SECONDS]          the connection breaks, and the request is carried out 30 seconds later
  page, page-applied      a web page with 200
  cut, cut-unapplied      JSON that ends in the middle, of a request that was carried out, or not
"""


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    short = "Serve a tenant over HTTPS on this machine, with sign-in."
    group.command("serve", help=HELP, short_help=short)(with_common(serve))
    group.callback()(_group)  # or typer would take the one command for the group
    app.add_typer(group, name="sandbox", help="A tenant that is none: to try things out, and for tests.")


def _group() -> None: ...


def serve(
    common: Common,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any that is free.")] = 0,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="FILE", help="Keep the tenant in this file; else in memory.")
    ] = None,
    tenant: Annotated[
        str, typer.Option("--tenant", metavar="NAME", help="Its GUID, or a domain of it.")
    ] = "fabrikam.onmicrosoft.com",
    other_tenant: Annotated[
        list[str] | None, typer.Option("--other-tenant", metavar="NAME", help="A further tenant that sign-in knows.")
    ] = None,
    dns: Annotated[
        str, typer.Option("--dns", metavar="at-once|wait", help="When a domain counts as proven.")
    ] = "at-once",
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault", metavar="SPEC", help="What goes wrong, and when; `sandbox serve --help` has the words."
        ),
    ] = None,
    latency: Annotated[float, typer.Option("--latency", min=0, help="Seconds that each request takes.")] = 0.0,
    replicas: Annotated[int, typer.Option("--replicas", min=1, max=20, help="How many there are.")] = 1,
    visibility: Annotated[
        float, typer.Option("--visibility", min=0, help="Seconds until a change has reached the slowest replica.")
    ] = 0.0,
    domain_delay: Annotated[
        float, typer.Option("--domain-delay", min=0, help="Seconds until Exchange knows a domain with Email.")
    ] = 0.0,
    page_size: Annotated[int | None, typer.Option("--page-size", min=1, help="Most objects on a page.")] = None,
    unreachable: Annotated[
        list[str] | None, typer.Option("--unreachable", metavar="HOST", help="Validation can't reach it; * is all.")
    ] = None,
    token_lifetime: Annotated[
        float, typer.Option("--token-lifetime", min=1, help="Seconds until an access token ends.")
    ] = 3600.0,
    withhold: Annotated[
        list[str] | None,
        typer.Option(
            "--withhold",
            metavar="RIGHT",
            help="exchange-permission, exchange-role, exchange-write, graph-permission or graph-write.",
        ),
    ] = None,
) -> None:
    from mailform.cli.serving import serve_until_told
    from mailform_providers.sandbox import Behaviour
    from mailform_providers.sandbox.serving import RIGHTS, Options

    behaviour = Behaviour(
        dns="wait" if one_of(dns, ("at-once", "wait"), "--dns") == "wait" else "at-once",
        latency_seconds=latency,
        replicas=replicas,
        visibility_seconds=visibility,
        domain_delay_seconds=domain_delay,
        page_size=page_size,
        unreachable_hosts=frozenset(host.casefold() for host in unreachable or ()),
    )
    for right in withhold or ():
        one_of(right, RIGHTS, "--withhold")
    service, login = _faults(fault or [])
    options = Options(
        tenant=tenant,
        port=port,
        state=state,
        others=tuple(other_tenant or ()),
        behaviour=behaviour,
        faults=service,
        login_faults=login,
        token_lifetime=token_lifetime,
        withheld=frozenset(right for right in RIGHTS if right in (withhold or ())),
    )
    serve_until_told(common, options)


def _faults(specs: list[str]) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Those of Exchange and Graph, and those of sign-in. Raises typer.BadParameter."""
    from mailform_providers.sandbox.fault_specs import parse

    try:
        found = [parse(spec) for spec in specs]
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fault") from None
    service = tuple(fault for side, fault in found if side == "service")
    return service, tuple(fault for side, fault in found if side == "login")
