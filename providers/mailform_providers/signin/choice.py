"""Which way to sign in: the first that the environment has everything for. A pure function of the environment.

The names are those of Azure's libraries, GitHub and Azure DevOps, so that what works for them works here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mailform_providers.clouds import variable_set
from mailform_providers.credentials import Secret
from mailform_providers.errors import NotAllowed
from mailform_providers.signin.ways import (
    AzurePipeline,
    Certificate,
    ClientSecret,
    DeviceCode,
    FederatedFile,
    GitHubJob,
    ManagedIdentity,
    ReadyMade,
    Way,
)

CLIENT_ID, TENANT_ID = "AZURE_CLIENT_ID", "AZURE_TENANT_ID"
TOKEN_CACHE = "MAILFORM_TOKEN_CACHE"
USE_MANAGED_IDENTITY = "MAILFORM_USE_MANAGED_IDENTITY"
DEVICE_CODE = "a code that a person types into a browser"

Given = Callable[[str], str]
"""A variable's text, without the blanks around it; "" when it isn't set."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A way that the environment speaks of: the variables that are set for it, and those that are not but have to be
    (alternatives joined by "or"). Names alone, never what they hold."""

    title: str
    variables: tuple[str, ...]
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The way that is taken, and the others that are there, whole or in part."""

    way: Way
    taken: Offer
    others: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """One row of the table: `needs` is a list of alternatives each. A way is there when the first need is. One that
    the platform itself sets (`ambient`) is passed over when something lacks, since nobody may have meant it."""

    title: str
    needs: tuple[tuple[str, ...], ...]
    make: Callable[[Given], Way]
    may: tuple[str, ...] = ()
    ambient: bool = False


def _one(given: Given, *names: str) -> str:
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
    token, connection = Secret(given("SYSTEM_ACCESSTOKEN")), _one(given, *_CONNECTION)
    return AzurePipeline(_one(given, *_PIPELINE_CLIENT), given("SYSTEM_OIDCREQUESTURI"), token, connection)


def _managed(given: Given) -> Way:
    return ManagedIdentity(given(CLIENT_ID) or None)


_KINDS = (
    _Kind("ready-made tokens", (("MAILFORM_EXCHANGE_TOKEN",),), lambda _: ReadyMade(), may=("MAILFORM_GRAPH_TOKEN",)),
    _Kind(
        "client secret",
        (("AZURE_CLIENT_SECRET",), (CLIENT_ID,)),
        lambda given: ClientSecret(given(CLIENT_ID), Secret(given("AZURE_CLIENT_SECRET"))),
    ),
    _Kind(
        "certificate",
        (("AZURE_CLIENT_CERTIFICATE_PATH",), (CLIENT_ID,)),
        _certificate,
        may=("AZURE_CLIENT_CERTIFICATE_PASSWORD",),
    ),
    _Kind(
        "federated token in a file",
        (("AZURE_FEDERATED_TOKEN_FILE",), (CLIENT_ID,)),
        lambda given: FederatedFile(given(CLIENT_ID), Path(given("AZURE_FEDERATED_TOKEN_FILE"))),
    ),
    _Kind(
        "GitHub's token of the job",
        (("ACTIONS_ID_TOKEN_REQUEST_URL",), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN",), (CLIENT_ID,)),
        _github,
        ambient=True,
    ),
    _Kind(
        "Azure DevOps' token of the job",
        (("SYSTEM_OIDCREQUESTURI",), ("SYSTEM_ACCESSTOKEN",), _CONNECTION, _PIPELINE_CLIENT),
        _pipeline,
        ambient=True,
    ),
    _Kind(
        "managed identity",
        (("IDENTITY_ENDPOINT",), ("IDENTITY_HEADER",)),
        _managed,
        may=(CLIENT_ID,),
        ambient=True,
    ),
    _Kind(
        "managed identity (Machine Learning)",
        (("MSI_ENDPOINT",), ("MSI_SECRET",)),
        _managed,
        may=(CLIENT_ID,),
        ambient=True,
    ),
    # Nobody asks 169.254.169.254 on the off-chance: elsewhere than in Azure, something else may answer there.
    _Kind(
        "managed identity of the machine",
        (("AZURE_POD_IDENTITY_AUTHORITY_HOST", USE_MANAGED_IDENTITY),),
        _managed,
        may=(CLIENT_ID,),
    ),
)


def choose(environment: Mapping[str, str], *, person: bool) -> Choice:
    """The way to sign in. `person`: somebody sits at a terminal and may be asked.

    Raises NotAllowed when there is none, and when the one to take lacks something that the user has to set.
    """

    def given(name: str) -> str:
        text = environment[name].strip() if variable_set(environment, name) else ""
        return "" if name == USE_MANAGED_IDENTITY and text.lower() in ("0", "false", "no") else text

    offers = [(kind, offer) for kind in _KINDS if (offer := _offer(kind, given)) is not None]
    whole = next((kind for kind, offer in offers if not offer.lacks or not kind.ambient), None)
    others = tuple(offer for kind, offer in offers if kind is not whole)
    if whole is None and not person:
        raise _nothing(others)
    if whole is None:
        names = (CLIENT_ID,) if given(CLIENT_ID) else ()
        return Choice(DeviceCode(given(CLIENT_ID) or None, _cache(environment)), Offer(DEVICE_CODE, names), others)
    taken = next(offer for kind, offer in offers if kind is whole)
    if taken.lacks:
        raise NotAllowed(
            f"{taken.variables[0]} is set, but {' and '.join(taken.lacks)} is not.",
            hint=f"To sign in with {_article(taken.title)}, set {' and '.join(taken.lacks)} too.",
        )
    return Choice(whole.make(given), taken, others)


def _offer(kind: _Kind, given: Given) -> Offer | None:
    if not _one(given, *kind.needs[0]):
        return None
    wanted = tuple(name for need in kind.needs for name in need if given(name))
    more = tuple(name for name in kind.may if given(name))
    return Offer(kind.title, wanted + more, tuple(" or ".join(need) for need in kind.needs if not _one(given, *need)))


def _nothing(others: tuple[Offer, ...]) -> NotAllowed:
    parts = "".join(f" Of {offer.title}, {' and '.join(offer.lacks)} isn't set." for offer in others)
    return NotAllowed(
        f"There is nothing to sign in with.{parts}",
        hint=(
            "Set AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH (with "
            "AZURE_CLIENT_CERTIFICATE_PASSWORD) and AZURE_FEDERATED_TOKEN_FILE; in GitHub give the job id-token: "
            "write; in Azure DevOps set SYSTEM_ACCESSTOKEN and AZURE_SERVICE_CONNECTION_ID; on a machine in Azure set "
            f"{USE_MANAGED_IDENTITY}=1; or give a ready-made token in MAILFORM_EXCHANGE_TOKEN. At a terminal, a person "
            "signs in with a code."
        ),
    )


def _article(title: str) -> str:
    return f"a {title}" if title[0].islower() else title


def _cache(environment: Mapping[str, str]) -> Path:
    """Where the system keeps what a user's programs remember, unless the environment names a file."""
    if variable_set(environment, TOKEN_CACHE):
        return Path(environment[TOKEN_CACHE].strip())
    if sys.platform == "win32":
        home = environment.get("LOCALAPPDATA", "") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        home = os.path.expanduser("~/Library/Caches")
    else:
        home = environment.get("XDG_CACHE_HOME", "") or os.path.expanduser("~/.cache")
    return Path(home) / "mailform" / "tokens.json"
