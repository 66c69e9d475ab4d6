"""From a `[backend]` to its store: credentials, keys and endpoints come from the environment, never from a file that
somebody's pull request can change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never
from urllib.parse import urlsplit

from mailform_state.errors import Unusable
from mailform_state.places import S3, Azure, Backend, Gcs, Http, Local, Place
from mailform_state.sealing import PLAIN, Seal
from mailform_state.store import Store

if TYPE_CHECKING:
    from mailform_state.remote.bucket import Bucket


def open_store(backend: Backend, folder: Path, environment: Mapping[str, str]) -> Store:
    """The store that a backend names; `folder` is the configuration's. Asks nothing of it yet. Raises Unusable. (The
    credentials of a bucket obstore takes from the process's own environment, whatever is given here.)"""
    return open_place(backend.place, folder, environment, seal_of(backend, folder, environment))


def open_place(place: Place, folder: Path, environment: Mapping[str, str], seal: Seal) -> Store:
    """The same under a seal of one's own."""
    match place:
        case Local():
            from mailform_state.local import LocalStore

            return LocalStore(folder, seal)
        case S3() | Azure() | Gcs():
            from mailform_state.remote.objects import ObjectStore

            return ObjectStore(_bucket(place, environment), seal)
        case Http():
            from mailform_state.remote.http_client import HttpClient
            from mailform_state.remote.http_store import HttpStore

            return HttpStore(HttpClient(place, environment), seal)
    assert_never(place)


def seal_of(backend: Backend, folder: Path, environment: Mapping[str, str]) -> Seal:
    """What keeps the backend's documents, and saved plans, from other eyes. Raises Unusable."""
    if backend.encryption is None:
        return PLAIN
    from mailform_state.sealed import sealed

    return sealed(backend.encryption, folder, environment)


def _bucket(place: S3 | Azure | Gcs, environment: Mapping[str, str]) -> Bucket:
    try:
        import obstore.store as stores
        from obstore.exceptions import BaseError
    except ModuleNotFoundError:
        raise Unusable(
            "This backend needs obstore, which isn't installed.", hint="Install it: pip install 'mailform[stores]'"
        ) from None
    from mailform_state.remote.bucket import Bucket

    inside = f"/{place.prefix}" if place.prefix else ""
    opened: stores.ObjectStore
    options: dict[str, Any] = {"prefix": place.prefix or None, "retry_config": {**_RETRIES}}
    try:
        match place:
            case S3():
                endpoint = _endpoint(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
                options |= {"endpoint": endpoint} if endpoint else {}
                options |= {"region": place.region} if place.region else {}
                opened = stores.S3Store(place.bucket, client_options=_client(endpoint), **options)
                where = f"s3://{place.bucket}{inside}"
            case Azure():
                endpoint = _endpoint(environment, "AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT")
                options |= {"endpoint": endpoint} if endpoint else {}
                opened = stores.AzureStore(
                    place.container, account_name=place.account, client_options=_client(endpoint), **options
                )
                where = f"azure://{place.account}/{place.container}{inside}"
            case Gcs():
                opened = stores.GCSStore(place.bucket, client_options=_client(None), **options)
                where = f"gs://{place.bucket}{inside}"
    except BaseError as error:
        reason = str(error).split("\n")[0]
        raise Unusable(f"The backend can't be opened: {reason}", hint="Check [backend] and the credentials.") from None
    return Bucket(opened, where)


def _endpoint(environment: Mapping[str, str], *names: str) -> str | None:
    """The endpoint that one of these variables names; None where none is set. Raises Unusable for one that obstore
    would choke on, and for one that anybody could listen to."""
    for name in names:
        if name not in environment:
            continue
        address = environment[name]
        if not address.startswith("https://") and not (address.startswith("http://") and loopback(address)):
            raise Unusable(
                f"{name} is set, and is no endpoint that is safe from listeners.",
                hint="Set it to https://… (plain http is taken for this very machine alone), or unset it.",
            )
        return address
    return None


_RETRIES: Mapping[str, object] = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}


def _client(endpoint: str | None) -> Any:
    plain = endpoint is not None and loopback(endpoint)
    return {"connect_timeout": "10s", "timeout": "60s", **({"allow_http": True} if plain else {})}


def loopback(address: str) -> bool:
    """Whether an address is on this very machine, where alone plain http is taken."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
