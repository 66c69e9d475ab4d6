"""Clients of a served sandbox, with nothing but its environment: what a stranger with msal and httpx would write."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import httpx
import msal
import requests

EXCHANGE_SCOPE = "https://outlook.office365.com/.default"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


def session(environment: Mapping[str, str]) -> requests.Session:
    """A session that trusts the sandbox's authority, whatever REQUESTS_CA_BUNDLE says."""
    made = requests.Session()
    made.trust_env = False
    made.verify = environment["MAILFORM_CA_BUNDLE"]
    return made


def authority(environment: Mapping[str, str], tenant: str = "") -> dict[str, Any]:
    """What every msal application needs to know."""
    url = f"{environment['MAILFORM_LOGIN_URL']}/{tenant or environment['AZURE_TENANT_ID']}"
    return {"authority": url, "instance_discovery": False, "http_client": session(environment)}


def sign_in(environment: Mapping[str, str], credential: object, scope: str = EXCHANGE_SCOPE, **how: Any) -> Any:
    """What msal says of a credential: a token, or an error."""
    client = how.pop("client_id", environment["AZURE_CLIENT_ID"])
    application = msal.ConfidentialClientApplication(
        client, client_credential=credential, **authority(environment, **how)
    )
    return application.acquire_token_for_client([scope])


def http(environment: Mapping[str, str], **headers: str) -> httpx.Client:
    """A client that trusts nobody but the sandbox's authority."""
    trust = ssl.create_default_context(cafile=environment["MAILFORM_CA_BUNDLE"])
    return httpx.Client(verify=trust, trust_env=False, headers=headers)


def invoke(environment: Mapping[str, str], token: str, cmdlet: str, **parameters: object) -> int:
    """The status of a cmdlet; its body may be one that can't be read."""
    url = f"{environment['MAILFORM_EXCHANGE_URL']}/adminapi/beta/{environment['AZURE_TENANT_ID']}/InvokeCommand"
    body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
    with http(environment, Authorization=f"Bearer {token}").stream("POST", url, json=body) as answer:
        return answer.status_code


def domains(environment: Mapping[str, str], token: str) -> httpx.Response:
    """Graph's list of domains."""
    client = http(environment, Authorization=f"Bearer {token}")
    return client.get(f"{environment['MAILFORM_GRAPH_URL']}/v1.0/domains")
