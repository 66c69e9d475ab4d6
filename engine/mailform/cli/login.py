"""`mailform login`: signs in as every command would, and says how, as whom and until when; `--check` also tries what
may be read. Changes nothing; a person's sign-in is remembered for the next command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.wanted import Configuration
    from mailform_providers.signin.check import Standing
    from mailform_providers.signin.choice import Choice


def register(app: typer.Typer) -> None:
    app.command("login", help="Sign in, and say how, as whom, and what may be read.")(with_common(command))


def command(
    common: Common,
    check: Annotated[bool, typer.Option("--check", help="Try every listing that a plan needs.")] = False,
) -> None:
    from mailform.cli import desk
    from mailform.render import login
    from mailform_providers.clouds import SANDBOX
    from mailform_providers.signin.choice import choose
    from mailform_state.errors import WrongTenant

    configured = desk.configuration(common)
    sandbox = configured.tenant.cloud == SANDBOX
    choice = None if sandbox else choose(dict(os.environ), person=desk.may_ask())
    try:
        tenant_id, standings = _standings(common, configured, choice, look=check)
    except WrongTenant:
        if not common.json:
            desk.say("\n".join(login.credential_lines(choice)))
        raise
    found = login.SignIn(choice, configured.tenant.id, tenant_id, standings)
    if common.json:
        desk.say_json(login.as_json(found))
    else:
        desk.say(login.text(found, colour=desk.coloured(common)))
    if not found.works:
        desk.leave(Exit.ERROR)


def _standings(
    common: Common, configured: Configuration, choice: Choice | None, *, look: bool
) -> tuple[str, tuple[Standing, ...]]:
    """The tenant's GUID, and how we stand with its services. Without a connection the first says why."""
    from mailform.cli import desk
    from mailform_providers.clouds import Audience
    from mailform_providers.errors import ServiceFailure
    from mailform_providers.kinds import ACCEPTED_DOMAIN
    from mailform_providers.signin.check import Refusal, Standing, check
    from mailform_providers.signin.ways import DeviceCode

    domains = any(address.kind == ACCEPTED_DOMAIN for address in configured.resources)
    spare = choice is not None and isinstance(choice.way, DeviceCode)
    try:
        with desk.connection(common, configured) as tenant:
            return tenant.tenant_id, check(tenant, domains=domains, look=look, spare=spare)
    except ServiceFailure as failure:
        refusal = Refusal(failure.message, failure.hint)
        return "", (Standing(Audience.EXCHANGE, needed=True, refusal=refusal),)
