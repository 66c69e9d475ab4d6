"""From the chosen way to tokens for a tenant."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import assert_never

import httpx

from mailform_providers.clouds import Endpoints
from mailform_providers.signin.applications import Application
from mailform_providers.signin.managed import MachineIdentity
from mailform_providers.signin.person import Person
from mailform_providers.signin.tokens import Acquire, SignedIn
from mailform_providers.signin.ways import (
    AzurePipeline,
    Certificate,
    ClientSecret,
    DeviceCode,
    FederatedFile,
    GitHubJob,
    ManagedIdentity,
)
from mailform_providers.wire.patience import Patience


def sign_in(
    way: ClientSecret | Certificate | FederatedFile | GitHubJob | AzurePipeline | ManagedIdentity | DeviceCode,
    tenant: str,
    places: Endpoints,
    http: httpx.Client,
    cleanup: ExitStack,
    patience: Patience | None = None,
    tell: Callable[[str], None] | None = None,
) -> SignedIn:
    """Tokens for the tenant with this GUID. Nobody is asked for one before it is needed. `tell` shows a line to the
    person at the terminal; `cleanup` closes what was opened."""
    patient = Patience() if patience is None else patience

    def acquire() -> Acquire:
        match way:
            case ClientSecret() | Certificate() | FederatedFile() | GitHubJob() | AzurePipeline():
                return Application(way, tenant, places, http, patient)
            case ManagedIdentity():
                return MachineIdentity(way, places.cloud, patient, cleanup)
            case DeviceCode():
                return Person(way, tenant, places, http, patient, tell or (lambda _: None))
        assert_never(way)

    return SignedIn(tenant, acquire())
