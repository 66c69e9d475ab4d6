"""The table of the ways to sign in, in the order in which they are taken: which variables each needs, and what it
makes of them. Data for `choice`, which decides.

The names are those of Azure's libraries, GitHub and Azure DevOps, so that what works for them works here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailform_providers.credentials import Secret
from mailform_providers.signin.ways import (
    AzurePipeline,
    Certificate,
    ClientSecret,
    FederatedFile,
    GitHubJob,
    ManagedIdentity,
    ReadyMade,
    Way,
)

CLIENT_ID = "AZURE_CLIENT_ID"
USE_MANAGED_IDENTITY = "MAILFORM_USE_MANAGED_IDENTITY"

Given = Callable[[str], str]
"""A variable's text, without the blanks around it; "" when it isn't set."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: `needs` is a list of alternatives each. A way is there when the first need is. One that
    the platform itself sets (`ambient`) is passed over when something lacks, since nobody may have meant it."""

    title: str
    needs: tuple[tuple[str, ...], ...]
    make: Callable[[Given], Way]
    may: tuple[str, ...] = ()
    ambient: bool = False


def first(given: Given, *names: str) -> str:
    """The first of these variables that is set; "" when none is."""
    return next((text for text in map(given, names) if text), "")


_CONNECTION = ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "AZURE_SERVICE_CONNECTION_ID")
_PIPELINE_CLIENT = (CLIENT_ID, "AZURESUBSCRIPTION_CLIENT_ID")


def _certificate(given: Given) -> Way:
    password = given("AZURE_CLIENT_CERTIFICATE_PASSWORD")
    path = Path(given("AZURE_CLIENT_CERTIFICATE_PATH"))
    return Certificate(given(CLIENT_ID), path, Secret(password) if password else None)


def _github(given: Given) -> Way:
    token = Secret(given("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
    return GitHubJob(given(CLIENT_ID), given("ACTIONS_ID_TOKEN_REQUEST_URL"), token)


def _pipeline(given: Given) -> Way:
    token, connection = Secret(given("SYSTEM_ACCESSTOKEN")), first(given, *_CONNECTION)
    return AzurePipeline(first(given, *_PIPELINE_CLIENT), given("SYSTEM_OIDCREQUESTURI"), token, connection)


def _managed(given: Given) -> Way:
    return ManagedIdentity(given(CLIENT_ID) or None)


TABLE = (
    Row("ready-made tokens", (("MAILFORM_EXCHANGE_TOKEN",),), lambda _: ReadyMade(), may=("MAILFORM_GRAPH_TOKEN",)),
    Row(
        "client secret",
        (("AZURE_CLIENT_SECRET",), (CLIENT_ID,)),
        lambda given: ClientSecret(given(CLIENT_ID), Secret(given("AZURE_CLIENT_SECRET"))),
    ),
    Row(
        "certificate",
        (("AZURE_CLIENT_CERTIFICATE_PATH",), (CLIENT_ID,)),
        _certificate,
        may=("AZURE_CLIENT_CERTIFICATE_PASSWORD",),
    ),
    Row(
        "federated token in a file",
        (("AZURE_FEDERATED_TOKEN_FILE",), (CLIENT_ID,)),
        lambda given: FederatedFile(given(CLIENT_ID), Path(given("AZURE_FEDERATED_TOKEN_FILE"))),
    ),
    Row(
        "GitHub's token of the job",
        (("ACTIONS_ID_TOKEN_REQUEST_URL",), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN",), (CLIENT_ID,)),
        _github,
        ambient=True,
    ),
    Row(
        "Azure DevOps' token of the job",
        (("SYSTEM_OIDCREQUESTURI",), ("SYSTEM_ACCESSTOKEN",), _CONNECTION, _PIPELINE_CLIENT),
        _pipeline,
        ambient=True,
    ),
    Row(
        "managed identity",
        (("IDENTITY_ENDPOINT",), ("IDENTITY_HEADER",)),
        _managed,
        may=(CLIENT_ID,),
        ambient=True,
    ),
    Row(
        "managed identity (Machine Learning)",
        (("MSI_ENDPOINT",), ("MSI_SECRET",)),
        _managed,
        may=(CLIENT_ID,),
        ambient=True,
    ),
    # Nobody asks 169.254.169.254 on the off-chance: elsewhere than in Azure, something else may answer there.
    Row(
        "managed identity of the machine",
        (("AZURE_POD_IDENTITY_AUTHORITY_HOST", USE_MANAGED_IDENTITY),),
        _managed,
        may=(CLIENT_ID,),
    ),
)
