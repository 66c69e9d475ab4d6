"""A managed identity: a service on this machine, or right beside it, gives out tokens without a secret.

MSAL reads where that service is from the process's own environment (`IDENTITY_ENDPOINT`, `MSI_ENDPOINT`,
`AZURE_POD_IDENTITY_AUTHORITY_HOST`, Azure Arc's place); the choice to ask it at all was made by `choice`.
"""

from __future__ import annotations

from contextlib import ExitStack
from ipaddress import ip_address

import httpx

from mailform_providers.clouds import Audience, Cloud, loopback
from mailform_providers.errors import NotAllowed
from mailform_providers.signin.applications import quiet
from mailform_providers.signin.transport import SignInHttp
from mailform_providers.signin.ways import ManagedIdentity
from mailform_providers.wire.patience import Patience

_TIMEOUT = 30.0


class MachineIdentity:
    """Asks for a machine's tokens."""

    def __init__(self, way: ManagedIdentity, cloud: Cloud, patience: Patience, cleanup: ExitStack) -> None:
        self._way = way
        self._cloud = cloud
        # No proxy: what is beside the machine can't be reached over one, and mustn't be.
        http = cleanup.enter_context(httpx.Client(trust_env=False, timeout=_TIMEOUT))
        self._http = SignInHttp(http, "the machine's identity service", _beside, patience)

    def __call__(self, audience: Audience) -> object:
        """MSAL's answer for one audience. A new client each time, since MSAL's memory can't be told to forget."""
        import msal

        quiet()
        named = self._way.client_id
        identity = (
            msal.SystemAssignedManagedIdentity() if named is None else msal.UserAssignedManagedIdentity(client_id=named)
        )
        client = msal.ManagedIdentityClient(identity, http_client=self._http)
        try:
            return client.acquire_token_for_client(resource=self._cloud.resource(audience))
        except (ValueError, KeyError, msal.ManagedIdentityError):
            # Service Fabric, which wants a client of its own, or a service that isn't what it says.
            raise NotAllowed(
                "Signing in failed: this machine's identity service isn't one that Mailform can use.",
                hint="Use a federated token or a certificate.",
            ) from None


def _beside(url: httpx.URL) -> bool:
    """This machine and its link-local neighbours, where Azure has these services; elsewhere only over TLS."""
    if url.scheme == "https" or loopback(url.host):
        return True
    try:
        return ip_address(url.host).is_link_local
    except ValueError:
        return False
