"""What a served sandbox is to be like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.faults import Fault

Right: TypeAlias = Literal["exchange-permission", "exchange-role", "exchange-write", "graph-permission", "graph-write"]
"""What a signed-in application has, and can be without: Exchange.ManageAsApp (401 without it), the directory's role
(403 without it; without `write` it is a reader's), and of Graph's permissions the only one, or the one for writing."""

RIGHTS: tuple[Right, ...] = get_args(Right)


@dataclass(frozen=True, slots=True)
class Federation:
    """Whose tokens the application takes instead of a secret: all three must be the assertion's `iss`, `sub`, `aud`."""

    issuer: str = "https://token.actions.githubusercontent.com"
    subject: str = "repo:contoso/mail-flow:ref:refs/heads/main"
    audience: str = "api://AzureADTokenExchange"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Options:
    """One served sandbox.

    port            0 takes any that is free
    state           the sandbox's file; None keeps the tenant in memory
    folder          where its certificates, keys and federated token are written; None makes one, and removes it
    others          further tenants that the sign-in authority knows, without the application in them
    faults          of Exchange and Graph; `login_faults` of the sign-in authority's POST requests
    token_lifetime  of access tokens, in seconds
    withheld        rights that its tokens haven't
    client_secret   empty makes one
    certificates    public certificates (PEM) that the application has besides the one in `folder`
    device_polls    how often a device code is asked for in vain before somebody has signed in with it
    """

    tenant: str = "fabrikam.onmicrosoft.com"
    port: int = 0
    state: Path | None = None
    folder: Path | None = None
    others: tuple[str, ...] = ()
    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: tuple[Fault, ...] = ()
    login_faults: tuple[Fault, ...] = ()
    token_lifetime: float = 3600.0
    withheld: frozenset[Right] = frozenset()
    client_secret: str = field(default="", repr=False)
    certificates: tuple[bytes, ...] = ()
    federation: Federation = field(default_factory=Federation)
    device_polls: int = 1
    clock: Callable[[], datetime] = _now
