"""Federated tokens: what another identity provider says of this job or workload, for Entra to take as our proof.

Asked for anew each time that one is needed, because they last for minutes.
GitHub: docs.github.com, "OpenID Connect reference". Azure DevOps: learn.microsoft.com, "Oidctoken - Create".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

import httpx
from pydantic import BaseModel, Field, ValidationError

from mailform_providers.clouds import CLOUDS, Cloud, loopback
from mailform_providers.credentials import Secret
from mailform_providers.errors import NotAllowed
from mailform_providers.signin.credential_file import credential_file
from mailform_providers.signin.transport import SignInHttp
from mailform_providers.signin.ways import AzurePipeline, Federated, FederatedFile, GitHubJob
from mailform_providers.wire.patience import Patience

# Whom the token is for, as Entra's federated credentials expect it in each cloud.
_AUDIENCES: Mapping[str, str] = MappingProxyType(
    {
        CLOUDS["global"].login: "api://AzureADTokenExchange",
        CLOUDS["dod"].login: "api://AzureADTokenExchangeUSGov",
        CLOUDS["china"].login: "api://AzureADTokenExchangeChina",
    }
)
_FILE = "AZURE_FEDERATED_TOKEN_FILE"
_LONGEST_FILE = 64 * 1024
_TOKEN = re.compile(rb"[!-~]+")
"""What a header or a form can carry; whether it is a token Entra takes, Entra says."""


class _Given(BaseModel):
    """GitHub calls it `value`, Azure DevOps `oidcToken`."""

    value: str = ""
    pipeline: str = Field(default="", alias="oidcToken")


def assertion(way: Federated, cloud: Cloud, http: httpx.Client, patience: Patience) -> Secret:
    """A fresh token of the other identity provider. Raises NotAllowed when it gives none."""
    match way:
        case FederatedFile():
            return _from_file(way)
        case GitHubJob():
            request = _request(http, "GET", "ACTIONS_ID_TOKEN_REQUEST_URL", way.url, way.token)
            request.url = request.url.copy_merge_params({"audience": _AUDIENCES[cloud.login]})
            return _asked("GitHub", request, way.token, http, patience, _GITHUB)
        case AzurePipeline():
            request = _request(http, "POST", "SYSTEM_OIDCREQUESTURI", way.url, way.token)
            request.url = request.url.copy_merge_params({"api-version": "7.1", "serviceConnectionId": way.connection})
            return _asked("Azure DevOps", request, way.token, http, patience, _PIPELINE)
    assert_never(way)


_GITHUB = "The job needs `permissions: id-token: write`."
_PIPELINE = (
    "The job needs SYSTEM_ACCESSTOKEN: $(System.AccessToken), and a service connection with workload identity "
    "federation that this pipeline may use."
)


def _from_file(way: FederatedFile) -> Secret:
    text = credential_file(_FILE, way.path, _LONGEST_FILE).strip()
    if _TOKEN.fullmatch(text) is None:
        why = "which holds no token" if text else "which is empty"
        raise NotAllowed(f"{_FILE} names {way.path}, {why}.", hint="It takes the token alone, as it was issued.")
    return Secret(text.decode("ascii"))


def _request(http: httpx.Client, method: str, variable: str, address: str, token: Secret) -> httpx.Request:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise NotAllowed(f"{variable} is not a URL.") from None
    if url.scheme != "https" and not (url.scheme == "http" and loopback(url.host)):
        raise NotAllowed(f"{variable} would send a token over plain http.", hint="It has to be an https URL.")
    headers = {
        "Authorization": f"Bearer {token.reveal()}",
        "Accept": "application/json",
        # Azure DevOps would otherwise answer a bad token with a redirect to a sign-in page.
        "X-TFS-FedAuthRedirect": "Suppress",
    }
    return http.build_request(method, url, headers=headers, json={} if method == "POST" else None)


def _asked(
    who: str, request: httpx.Request, token: Secret, http: httpx.Client, patience: Patience, hint: str
) -> Secret:
    answer = SignInHttp(http, who, lambda _: True, patience).ask(request, (token.reveal(),))
    if answer.status_code != 200:
        raise NotAllowed(f"Signing in failed: {who} gives this job no token (status {answer.status_code}).", hint=hint)
    try:
        given = _Given.model_validate_json(answer.text)
    except ValidationError:
        given = _Given()
    if not (given.value or given.pipeline):
        raise NotAllowed(f"Signing in failed: the answer of {who} has no token in it.", hint=hint)
    return Secret(given.value or given.pipeline)
