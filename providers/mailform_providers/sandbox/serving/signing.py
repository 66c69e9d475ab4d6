"""Tokens with a signature: what the served authority issues, and what it believes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from mailform_providers.sandbox.serving.certificates import new_key


def _key_id(key: RSAPublicKey) -> str:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()[:20]).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs tokens with RS256. Nobody but a test believes him."""

    _key: RSAPrivateKey = field(default_factory=new_key, repr=False)

    def sign(self, claims: Mapping[str, object]) -> str:
        return jwt.encode(dict(claims), self._key, "RS256", {"kid": _key_id(self._key.public_key())})

    def signed(self, token: str) -> bool:
        """Whether this one signed a token, whatever it says."""
        return _verified(token, self._key.public_key())

    def key_set(self) -> Mapping[str, object]:
        """The public key, as the authority publishes it."""
        public = self._key.public_key()
        shown = RSAAlgorithm.to_jwk(public, as_dict=True)
        return {"keys": [{**shown, "use": "sig", "kid": _key_id(public)}]}


def _verified(token: str, key: RSAPublicKey) -> bool:
    try:
        jwt.decode(token, key, ["RS256"], options={"verify_exp": False, "verify_aud": False, "verify_nbf": False})
    except jwt.PyJWTError:
        return False
    return True


def unproven(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A token's header and claims, with nothing checked. Raises jwt.PyJWTError when it is none."""
    whole = jwt.decode_complete(token, options={"verify_signature": False})
    return whole["header"], whole["payload"]
