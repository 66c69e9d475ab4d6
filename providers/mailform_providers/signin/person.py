"""A person at a terminal, who types a code into a browser once. The sign-in is remembered in a file of mode 0600."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from mailform_providers.clouds import Audience, Endpoints
from mailform_providers.signin.applications import AUTHORITY, at_authority
from mailform_providers.signin.transport import SignInHttp, at
from mailform_providers.signin.ways import DeviceCode
from mailform_providers.wire.patience import Patience
from mailform_state.errors import Unusable
from mailform_state.files import read_ours, replace_whole, usable

# Microsoft's own applications for this: Exchange Online PowerShell, and Microsoft Graph Command Line Tools.
_MICROSOFTS: Mapping[Audience, str] = MappingProxyType(
    {
        Audience.EXCHANGE: "fb78d390-0c51-40cd-8e17-fdbfab77341b",
        Audience.GRAPH: "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    }
)
_LONGEST_CACHE = 4 * 1024 * 1024
_PENDING = ("authorization_pending", "slow_down")


class Person:
    """Asks for a person's tokens: from what is remembered, else with a code. `tell` shows a line to that person."""

    def __init__(
        self,
        way: DeviceCode,
        tenant: str,
        places: Endpoints,
        http: httpx.Client,
        patience: Patience,
        tell: Callable[[str], None],
    ) -> None:
        self._way = way
        self._tenant = tenant
        self._places = places
        self._http = SignInHttp(http, AUTHORITY, at(places.login, places.cloud.login), patience)
        self._sleep = patience.sleep
        self._tell = tell
        self._clients: dict[str, Any] = {}  # MSAL has no types
        self._memory: Any = None

    def __call__(self, audience: Audience) -> object:
        """MSAL's answer for one audience. Raises NotAllowed."""
        client = self._client(self._way.client_id or _MICROSOFTS[audience])
        scopes = [self._scope(audience)]
        answer = self._remembered(client, scopes) or self._with_code(client, scopes)
        if self._memory.has_state_changed:
            try:
                keep(self._way.cache, self._memory.serialize())
            except Unusable as failure:
                self._tell(f"The sign-in won't be remembered: {failure.message}")
        return answer

    def _remembered(self, client: Any, scopes: list[str]) -> Mapping[str, object] | None:
        """A new token for the person that is remembered; None when nobody is, or has to show up again."""
        for account in sorted(client.get_accounts(), key=self._of_elsewhere):
            answer: Mapping[str, object] | None = client.acquire_token_silent(scopes, account, force_refresh=True)
            if answer and "access_token" in answer:
                return answer
        return None

    def _with_code(self, client: Any, scopes: list[str]) -> Mapping[str, object]:
        flow: dict[str, Any] = client.initiate_device_flow(scopes)
        if "user_code" not in flow or "device_code" not in flow:
            return flow
        self._tell(
            f"To sign in, open {flow.get('verification_uri')} in a browser and enter the code {flow['user_code']}"
        )
        while True:
            answer: Mapping[str, object] = client.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
            if answer.get("error") not in _PENDING or time.time() > flow["expires_at"]:
                return answer
            self._sleep(flow["interval"])

    def _client(self, client_id: str) -> Any:
        import msal

        if self._memory is None:
            self._memory = msal.SerializableTokenCache()
            self._memory.deserialize(remembered(self._way.cache))
        if client_id not in self._clients:
            kind = msal.PublicClientApplication
            self._clients[client_id] = at_authority(
                kind, client_id, self._tenant, self._places, self._http, token_cache=self._memory
            )
        return self._clients[client_id]

    def _scope(self, audience: Audience) -> str:
        """Everything that the application was given; of Microsoft's own for Graph, which has no such list, what domains
        need."""
        if audience is Audience.GRAPH and self._way.client_id is None:
            return f"{self._places.cloud.resource(audience)}/Domain.ReadWrite.All"
        return self._places.cloud.scope(audience)

    def _of_elsewhere(self, account: Mapping[str, object]) -> bool:
        return not str(account.get("home_account_id", "")).lower().endswith(self._tenant)


def remembered(path: Path) -> str:
    """What the cache holds, as MSAL wrote it; "" when there is none that can be read, or one that others could have
    read or written."""
    import json

    try:
        data = read_ours(path, _LONGEST_CACHE)
    except Unusable:
        return ""
    if data is None or (sys.platform != "win32" and path.stat().st_mode & 0o077):
        return ""
    try:
        text = data.decode("utf-8")
        return text if isinstance(json.loads(text), dict) else ""
    except (ValueError, RecursionError):
        return ""


def keep(path: Path, text: str) -> None:
    """Writes the cache whole, for its owner alone. Raises Unusable."""
    with usable(f"the token cache {path} can't be written:"):
        os.makedirs(path.parent, 0o700, exist_ok=True)
        replace_whole(path, text.encode())
