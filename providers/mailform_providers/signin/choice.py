"""Which way to sign in: the first that the environment has everything for. A pure function of the environment.

The ways and their variables are the table in `variables`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailform_providers.clouds import variable_set
from mailform_providers.errors import NotAllowed
from mailform_providers.signin.variables import CLIENT_ID, TABLE, USE_MANAGED_IDENTITY, Given, Row, first
from mailform_providers.signin.ways import DeviceCode, Way

TENANT_ID = "AZURE_TENANT_ID"
TOKEN_CACHE = "MAILFORM_TOKEN_CACHE"
DEVICE_CODE = "a code that a person types into a browser"


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


def choose(environment: Mapping[str, str], *, person: bool) -> Choice:
    """The way to sign in. `person`: somebody sits at a terminal and may be asked.

    Raises NotAllowed when there is none, and when the one to take lacks something that the user has to set.
    """

    def given(name: str) -> str:
        text = environment[name].strip() if variable_set(environment, name) else ""
        return "" if name == USE_MANAGED_IDENTITY and text.lower() in ("0", "false", "no") else text

    offers = [(row, offer) for row in TABLE if (offer := _offer(row, given)) is not None]
    whole = next((row for row, offer in offers if not offer.lacks or not row.ambient), None)
    others = tuple(offer for row, offer in offers if row is not whole)
    if whole is None and not person:
        raise _nothing(others)
    if whole is None:
        names = (CLIENT_ID,) if given(CLIENT_ID) else ()
        return Choice(DeviceCode(given(CLIENT_ID) or None, _cache(environment)), Offer(DEVICE_CODE, names), others)
    taken = next(offer for row, offer in offers if row is whole)
    if taken.lacks:
        raise NotAllowed(
            f"{taken.variables[0]} is set, but {' and '.join(taken.lacks)} is not.",
            hint=f"To sign in with {_article(taken.title)}, set {' and '.join(taken.lacks)} too.",
        )
    return Choice(whole.make(given), taken, others)


def _offer(row: Row, given: Given) -> Offer | None:
    if not first(given, *row.needs[0]):
        return None
    wanted = tuple(name for need in row.needs for name in need if given(name))
    more = tuple(name for name in row.may if given(name))
    return Offer(row.title, wanted + more, tuple(" or ".join(need) for need in row.needs if not first(given, *need)))


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
