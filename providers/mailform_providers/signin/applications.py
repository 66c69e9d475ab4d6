"""An application that signs in with a secret, a certificate or a federated token, through MSAL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, assert_never

import httpx

from mailform_providers.clouds import LOGIN_URL, Audience, Endpoints
from mailform_providers.errors import NotAllowed
from mailform_providers.signin.federation import assertion
from mailform_providers.signin.transport import SignInHttp, at
from mailform_providers.signin.ways import AzurePipeline, Certificate, ClientSecret, Federated, FederatedFile, GitHubJob
from mailform_providers.wire.patience import Patience

AUTHORITY = "the sign-in authority"


class Application:
    """Asks MSAL for an application's tokens. MSAL's own memory isn't relied on: who calls this wants a new one."""

    def __init__(
        self,
        way: ClientSecret | Certificate | Federated,
        tenant: str,
        places: Endpoints,
        http: httpx.Client,
        patience: Patience,
    ) -> None:
        self._way = way
        self._tenant = tenant
        self._places = places
        self._http = http
        self._patience = patience
        self._client: Any = None  # MSAL has no types

    def __call__(self, audience: Audience) -> object:
        """MSAL's answer for one audience, asked of the authority. Raises NotAllowed."""
        if self._client is None:
            self._client = self._signing_in()
        self._client.remove_tokens_for_client()
        return self._client.acquire_token_for_client([self._places.cloud.scope(audience)])

    def _signing_in(self) -> Any:
        import msal

        return at_authority(
            msal.ConfidentialClientApplication,
            self._way.client_id,
            self._tenant,
            self._places,
            SignInHttp(self._http, AUTHORITY, at(self._places.login, self._places.cloud.login), self._patience),
            client_credential=self._credential(),
            azure_region=False,
        )

    def _credential(self) -> str | Mapping[str, str | Callable[[], str]]:
        way = self._way
        match way:
            case ClientSecret():
                return way.secret.reveal()
            case Certificate():
                from mailform_providers.signin.certificate import key_pair

                return key_pair(way).credential()
            case FederatedFile() | GitHubJob() | AzurePipeline():
                cloud = self._places.cloud
                return {"client_assertion": lambda: assertion(way, cloud, self._http, self._patience).reveal()}
        assert_never(way)


def at_authority(
    kind: Callable[..., Any], client_id: str, tenant: str, places: Endpoints, http: SignInHttp, **more: object
) -> Any:
    """An MSAL application at our authority, which MSAL asks for its endpoints. Raises NotAllowed."""
    if not places.login.startswith("https://"):
        raise NotAllowed(
            "Nobody signs in over plain http.", hint=f"Give {LOGIN_URL} an https origin, or ready-made tokens."
        )
    quiet()
    authority = f"{places.login}/{tenant}"
    try:
        return kind(client_id, authority=authority, http_client=http, instance_discovery=False, **more)
    except (ValueError, KeyError):
        raise NotAllowed(
            f"Signing in failed: {authority} is no tenant that one can sign in to.",
            hint="Check [tenant] id and [tenant] cloud.",
        ) from None


def quiet() -> None:
    """Keeps MSAL from talking: its details name codes that a person types, and its warnings would get to standard
    error, where Python prints what nobody listens to. What matters of it we say ourselves."""
    import logging

    logger = logging.getLogger("msal")
    logger.setLevel(logging.CRITICAL)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
