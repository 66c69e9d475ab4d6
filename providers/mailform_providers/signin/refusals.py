"""What the sign-in authority says when it says no, and what to do about it. Pure functions.

The codes: learn.microsoft.com/entra/identity-platform/reference-error-codes, and the pages on workload identity
federation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel, ValidationError

from mailform_providers.credentials import Secret
from mailform_providers.errors import NotAllowed

_SUBJECT = (
    "The application has no federated credential that fits this job: its issuer, subject and audience must be exactly "
    "those of the token."
)
_CERTIFICATE = "Upload this certificate (without the key) to the application, or check that it hasn't ended."
_AGAIN = "Sign in again: mailform login"
_POLICY = "A Conditional Access policy stands in the way. An administrator finds it in Entra's sign-in log."
_CONSENT = "An administrator has to consent to the application's permissions in this tenant."
_APPLICATION = "AZURE_CLIENT_ID is no application of this tenant. Check it, and [tenant] id and cloud."
_TENANT = "Check [tenant] id and [tenant] cloud."

_HINTS: Mapping[int, str] = MappingProxyType(
    {
        50034: "This user isn't known in the tenant. Check [tenant] id, or sign in as another.",
        50076: _AGAIN,
        50079: _AGAIN,
        50105: "Nobody assigned this user to the application.",
        50173: _AGAIN,
        53000: _POLICY,
        53001: _POLICY,
        53002: _POLICY,
        53003: _POLICY,
        65001: _CONSENT,
        70011: "The cloud has no such service. Check [tenant] cloud.",
        70020: "The code ended before it was typed in. Try again.",
        70021: _SUBJECT,
        70043: _AGAIN,
        90002: _TENANT,
        90014: "The sign-in authority misses a field; is something between that changes requests?",
        500011: "The tenant doesn't have this service. Check [tenant] cloud.",
        700016: _APPLICATION,
        700024: "The clock of this machine, or of who made the token, is wrong.",
        700027: _CERTIFICATE,
        700030: _CERTIFICATE,
        700082: _AGAIN,
        700211: _SUBJECT,
        700212: _SUBJECT,
        700213: _SUBJECT,
        900023: _TENANT,
        7000112: "The application is disabled in this tenant.",
        7000215: "AZURE_CLIENT_SECRET is no secret of this application. It takes the secret's value, not its ID.",
        7000218: "The application takes no codes: switch on 'Allow public client flows' in its settings.",
        7000222: "The client secret ended. Make a new one, or use a federated credential, which has no secret.",
        7000229: _APPLICATION,
    }
)

_OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "authorization_declined": "The sign-in was declined in the browser.",
        "expired_token": "The code ended before it was typed in. Try again.",
        "identity_not_found": "The machine has no such managed identity. Check AZURE_CLIENT_ID.",
    }
)

_CODE = re.compile(r"AADSTS([0-9]{1,9})")
_TAIL = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp):.*", re.DOTALL)
_LONGEST = 600


class Outcome(BaseModel):
    """MSAL's answer, success or not. Entra sends more; nothing else of it is used."""

    access_token: str = ""
    error: str = ""
    error_description: str = ""
    error_codes: tuple[int, ...] = ()
    correlation_id: str = ""


def token_of(answer: object) -> Secret:
    """The token in MSAL's answer. Raises NotAllowed with the service's reason when there is none."""
    try:
        said = Outcome.model_validate(answer)
    except ValidationError:
        raise NotAllowed(
            "Signing in failed: the answer is none that a sign-in authority gives.", hint="Check the network."
        ) from None
    if said.access_token:
        return Secret(said.access_token)
    raise NotAllowed(f"Signing in failed: {_text(said)}", hint=_hint(said))


def _text(said: Outcome) -> str:
    text = _TAIL.sub("", said.error_description).strip() or said.error or "the answer has no token in it"
    told = f" (correlation-id {said.correlation_id})" if said.correlation_id else ""
    return f"{text[:_LONGEST]}{told}"


def _hint(said: Outcome) -> str:
    codes = (*said.error_codes, *(int(code) for code in _CODE.findall(said.error_description)))
    found = (_HINTS[code] for code in codes if code in _HINTS)
    return next(found, _OTHERS.get(said.error, ""))
