"""Keys that a plan file is signed with: who has none can neither make a plan that is applied nor change one.

Two sorts: a shared secret (HMAC-SHA256: whoever can check can sign too), and Ed25519, where the public half alone
checks. Which algorithm counts, the key says, never the file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, assert_never

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SHORTEST = 32
"""Bytes of a shared secret: fewer could be guessed."""

_PURPOSE = b"mailform plan 1\n"
"""Signed along with the plan, so that nothing else that was signed with the key passes for one."""


class Unfit(ValueError):
    """A text is no key that plans are signed or checked with. Says why, and never shows the text."""


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """A secret that both sides know."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The half of an Ed25519 pair that signs; it checks too."""

    key: Ed25519PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half of an Ed25519 pair that only checks: all that an apply needs."""

    key: Ed25519PublicKey


PlanKey: TypeAlias = SharedSecret | PrivateKey | PublicKey
SigningKey: TypeAlias = SharedSecret | PrivateKey


@dataclass(frozen=True, slots=True)
class Signature:
    """What a key says of a plan. `key` names the key without giving it away, `value` is in hex."""

    algorithm: str
    key: str
    value: str


def parsed(text: str) -> PlanKey:
    """The key in a text: PEM is an Ed25519 key, anything else a shared secret in base64. Raises Unfit."""
    text = text.strip()
    if text.startswith("-----BEGIN"):
        return _from_pem(text)
    try:
        secret = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unfit("it is neither PEM nor base64") from None
    if len(secret) < SHORTEST:
        raise Unfit(f"the secret has {len(secret)} bytes, and {SHORTEST} are the least")
    return SharedSecret(secret)


def signed(content: bytes, key: SigningKey) -> Signature:
    """The signature over a plan's canonical form. The same content and key always come to the same."""
    match key:
        case SharedSecret():
            value = hmac.digest(key.secret, _PURPOSE + content, "sha256")
        case PrivateKey():
            value = key.key.sign(_PURPOSE + content)
        case _:
            assert_never(key)
    return Signature(algorithm(key), identity(key), value.hex())


def complaint(content: bytes, signature: Signature, key: PlanKey) -> str | None:
    """Why a signature isn't this key's over this content; None when it is."""
    if signature.algorithm != algorithm(key):
        return f"it is signed with {signature.algorithm}, and the key here is for {algorithm(key)}"
    if signature.key != identity(key):
        return f"it is signed with the key {signature.key}, and the one here is {identity(key)}"
    return None if _holds(content, signature, key) else "its signature doesn't fit"


def algorithm(key: PlanKey) -> str:
    """What the key signs with, as plan files name it."""
    return "hmac-sha256" if isinstance(key, SharedSecret) else "ed25519"


def identity(key: PlanKey) -> str:
    """A name of the key, the same for both halves of a pair: to tell keys apart, and for nothing else."""
    if isinstance(key, SharedSecret):
        return hmac.digest(key.secret, b"mailform plan key", "sha256").hex()[:16]
    return hashlib.sha256(_public(key).public_bytes_raw()).hexdigest()[:16]


def _holds(content: bytes, signature: Signature, key: PlanKey) -> bool:
    if isinstance(key, SharedSecret):
        return hmac.compare_digest(signed(content, key).value, signature.value)
    from cryptography.exceptions import InvalidSignature

    try:
        _public(key).verify(bytes.fromhex(signature.value), _PURPOSE + content)
    except InvalidSignature:
        return False
    return True


def _public(key: PrivateKey | PublicKey) -> Ed25519PublicKey:
    return key.key.public_key() if isinstance(key, PrivateKey) else key.key


def _from_pem(text: str) -> PrivateKey | PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

    try:
        if text.startswith("-----BEGIN PUBLIC KEY-----"):
            public = load_pem_public_key(text.encode())
            if isinstance(public, Ed25519PublicKey):
                return PublicKey(public)
        else:
            private = load_pem_private_key(text.encode(), password=None)
            if isinstance(private, Ed25519PrivateKey):
                return PrivateKey(private)
    except TypeError:
        raise Unfit("it is protected by a passphrase, and nobody can be asked for that") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Unfit("its PEM can't be read") from None
    raise Unfit("it is PEM, but no Ed25519 key")
