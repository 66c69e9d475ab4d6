"""The zone of `[dns]`, with its credentials from the environment, and the name servers that are asked for proofs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from mailform.cli import desk
from mailform.cli.common import Common

if TYPE_CHECKING:
    from mailform.planning.steps import Plan
    from mailform.session.explaining import LookUp
    from mailform.wanted import Configuration
    from mailform_providers.dns.publish import Publisher
    from mailform_providers.dns.servers import Server
    from mailform_state.store import Store


def name_server(text: str | None) -> Server | None:
    """The server that `--dns-server` names. Raises typer.BadParameter."""
    if text is None:
        return None
    from mailform_providers.dns.servers import Server

    try:
        return Server.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--dns-server") from None


def looking(configured: Configuration, server: Server | None) -> LookUp | None:
    """How proofs are looked for; None for a sandbox, whose domains nobody in the world knows, unless a server is
    named."""
    if server is None and configured.tenant.cloud == "sandbox":
        return None
    from mailform_providers.dns.lookup import Sought, look_up

    return lambda name, txt, mx: look_up(Sought(name, txt, mx), server)


def publisher(configured: Configuration, plan: Plan) -> Publisher | None:
    """The zone, where a plan publishes or withdraws something in it. Raises Failure without credentials: before
    anything was changed."""
    from mailform.planning.publishing import writes_records

    return opened(configured) if writes_records(plan) else None


def for_journal(common: Common, kept: Store) -> Publisher | None:
    """The zone, where the open journal tells of records in one. Raises Mistakes, Failure."""
    from mailform.execute.publishing import PUBLISH, WITHDRAW
    from mailform_state.journal import Intent

    journal = kept.journal()
    told = () if journal is None else journal.entries
    if any(isinstance(entry, Intent) and entry.action in (PUBLISH, WITHDRAW) for entry in told):
        return opened(desk.configuration(common))
    return None


def opened(configured: Configuration) -> Publisher | None:
    """The zone of `[dns]`. Raises Failure when its credentials aren't there."""
    from mailform.zone import Lexicon, Rfc2136

    match configured.dns:
        case None:
            return None
        case Rfc2136(name, server, port, key_name, algorithm):
            from mailform_providers.dns.rfc2136 import rfc2136
            from mailform_providers.dns.servers import Server

            return rfc2136(Server(server, port), name, key_name, algorithm, dict(os.environ))
        case Lexicon(name, provider):
            from mailform_providers.dns.lexicon import lexicon

            return lexicon(provider, name)
