"""The ways to sign in, as values. What they hold is read from the environment by `choice`, and used by `entry`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from mailform_providers.credentials import Secret


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """Somebody else signed in; the tokens are in the environment and can't be renewed."""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """An application that shows a password."""

    client_id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Certificate:
    """An application that signs with a key: a PEM file with key and certificate, or a PFX file."""

    client_id: str
    path: Path
    password: Secret | None


@dataclass(frozen=True, slots=True)
class FederatedFile:
    """An application that shows another identity provider's token, which that one keeps fresh in a file."""

    client_id: str
    path: Path


@dataclass(frozen=True, slots=True)
class GitHubJob:
    """An application that shows the token which GitHub gives a job about itself."""

    client_id: str
    url: str
    token: Secret


@dataclass(frozen=True, slots=True)
class AzurePipeline:
    """An application that shows the token which Azure DevOps gives a job for a service connection."""

    client_id: str
    url: str
    token: Secret
    connection: str


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """The identity that Azure gives the machine. `client_id` names one of several; None is the machine's own."""

    client_id: str | None


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A person who types a code into a browser. `client_id` None means the applications that Microsoft has for this;
    `cache` is the file that remembers the sign-in."""

    client_id: str | None
    cache: Path


Federated: TypeAlias = FederatedFile | GitHubJob | AzurePipeline

Way: TypeAlias = ReadyMade | ClientSecret | Certificate | Federated | ManagedIdentity | DeviceCode
