"""The request for one cmdlet, as the admin endpoint takes it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from pydantic import JsonValue

# The arbitration mailbox that every tenant has: with it as anchor, all requests of a session reach the same place,
# which paging and reading what was just written need.
_ANCHOR = "APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{tenant}"


@dataclass(frozen=True, slots=True)
class Call:
    """A cmdlet and its parameters. `Parameters` is always sent as an object, if need be an empty one."""

    cmdlet: str
    parameters: Mapping[str, JsonValue]

    @property
    def makes(self) -> bool:
        """Whether repeating it could make a second object."""
        return self.cmdlet.startswith("New-")

    @property
    def body(self) -> dict[str, JsonValue]:
        return {"CmdletInput": {"CmdletName": self.cmdlet, "Parameters": dict(self.parameters)}}


@dataclass(frozen=True, slots=True)
class Session:
    """What stays the same over all requests of a run. `tenant_id` is the GUID: the service wants no domain here."""

    origin: str
    tenant_id: str
    connection_id: str

    @property
    def url(self) -> httpx.URL:
        # beta is the only version that answers InvokeCommand.
        return httpx.URL(f"{self.origin}/adminapi/beta/{self.tenant_id}/InvokeCommand")

    def request(self, http: httpx.Client, call: Call, url: httpx.URL, token: str) -> httpx.Request:
        """One attempt's request; each has an id of its own, for whoever looks for it in the service's logs."""
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "X-AnchorMailbox": _ANCHOR.format(tenant=self.tenant_id),
            "X-CmdletName": call.cmdlet,
            "X-ResponseFormat": "json",
            "Prefer": "odata.maxpagesize=1000",
            "connection-id": self.connection_id,
            "client-request-id": str(uuid.uuid4()),
        }
        return http.build_request("POST", url, json=call.body, headers=headers)

    def trusts(self, url: httpx.URL) -> bool:
        """Whether a token may be sent there: the endpoint itself, or a host below it, to which it redirects some."""
        home = httpx.URL(self.origin)
        ours = url.host == home.host or url.host.endswith(f".{home.host}")
        return ours and (url.scheme, url.port) == (home.scheme, home.port) and not url.userinfo
