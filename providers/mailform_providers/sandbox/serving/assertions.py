"""Proof of an application by a signed token: by its own certificate, or by a token of somebody whom it trusts.

Everything that Entra looks at is looked at: who signed, for whom, how long it holds. Raises `Denied` for the first
thing that isn't right.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mailform_providers.sandbox.serving import sign_in_errors as denials
from mailform_providers.sandbox.serving.options import Federation
from mailform_providers.sandbox.serving.signing import Signer, unproven

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SKEW = 300


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the application is proven by: its certificates, and a federation whose tokens `workload` signs."""

    client_id: str
    certificates: Sequence[x509.Certificate]
    federation: Federation
    workload: Signer


def require(trust: Trust, assertion: str, audiences: Sequence[str], now: float) -> None:
    """Believes an assertion, or raises Denied. `audiences` are the names that the authority answers to for its own
    applications; `now` is in seconds since 1970."""
    try:
        header, claims = unproven(assertion)
    except jwt.PyJWTError:
        raise denials.bad_assertion("The assertion is not a JSON Web Token.") from None
    if claims.get("iss") == trust.client_id:
        _require_certificate(trust, assertion, header, claims, audiences)
    else:
        _require_federation(trust, assertion, claims)
    _require_time(claims, now)


def _require_certificate(
    trust: Trust, assertion: str, header: Mapping[str, Any], claims: Mapping[str, Any], audiences: Sequence[str]
) -> None:
    found = next((known for known in trust.certificates if _names(header, known)), None)
    if found is None:
        raise denials.bad_assertion("The key was not found.")
    try:
        jwt.decode(
            assertion,
            found.public_key(),  # type: ignore[arg-type]  # whatever key it is, the algorithms below want RSA
            ["RS256", "PS256"],
            options={"verify_exp": False, "verify_aud": False, "verify_nbf": False, "verify_iat": False},
        )
    except (jwt.PyJWTError, TypeError):
        raise denials.bad_assertion("The signature does not match the key.") from None
    if claims.get("sub") != trust.client_id:
        raise denials.foreign_assertion()
    if claims.get("aud") not in audiences:
        raise denials.misdirected_assertion()


def _names(header: Mapping[str, Any], certificate: x509.Certificate) -> bool:
    """Whether the header means this certificate: by either thumbprint, or by holding it."""
    prints = {"x5t": hashes.SHA1(), "x5t#S256": hashes.SHA256()}
    for name, algorithm in prints.items():
        if name in header:
            return _decoded(str(header[name])) == certificate.fingerprint(algorithm)
    chain = header.get("x5c")
    first = chain[0] if isinstance(chain, list) and chain else chain
    try:
        held = x509.load_der_x509_certificate(base64.b64decode(str(first)))
    except ValueError:
        return False
    return held == certificate


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _require_federation(trust: Trust, assertion: str, claims: Mapping[str, Any]) -> None:
    wanted = trust.federation
    if claims.get("iss") != wanted.issuer:
        raise denials.no_federation("issuer", claims.get("iss"))
    if not trust.workload.signed(assertion):
        raise denials.bad_assertion("The key was not found.")
    if claims.get("aud") != wanted.audience:
        raise denials.no_federation("audience", claims.get("aud"))
    if claims.get("sub") != wanted.subject:
        raise denials.no_federation("subject", claims.get("sub"))


def _require_time(claims: Mapping[str, Any], now: float) -> None:
    ends, starts = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(ends, (int, float)) or not isinstance(starts, (int, float)):
        raise denials.untimely_assertion()
    if ends + _SKEW < now or starts - _SKEW > now:
        raise denials.untimely_assertion()
