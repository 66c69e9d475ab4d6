"""A certificate with its key, from a PEM or a PFX file, in the form that MSAL signs with (PS256, by SHA-256)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from mailform_providers.errors import NotAllowed
from mailform_providers.signin.credential_file import credential_file
from mailform_providers.signin.ways import Certificate

_LONGEST = 1024 * 1024
_PATH, _PASSWORD = "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PASSWORD"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and the key that belongs to it, both as PEM; the key unprotected, so it must never be written."""

    certificate: str = field(repr=False)
    key: str = field(repr=False)

    def credential(self) -> Mapping[str, str]:
        """What MSAL calls a client credential."""
        return {"private_key": self.key, "public_certificate": self.certificate}


def key_pair(way: Certificate) -> KeyPair:
    """Reads the file. Raises NotAllowed when there is no certificate with its RSA key in it, or the password is
    wrong."""
    data = credential_file(_PATH, way.path, _LONGEST)
    password = None if way.password is None else way.password.reveal().encode("utf-8", "surrogateescape")
    try:
        found = _pem(data, password) if b"-----BEGIN" in data else _pfx(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # `from None`: what was read of the file may be in the error.
        needed = "the password is wrong" if password else f"it may need a password ({_PASSWORD})"
        raise NotAllowed(
            f"{_PATH} names {way.path}, from which no certificate with its key can be read.",
            hint=f"It takes a PEM file with both, or a PFX file. If that is what it is, {needed}.",
        ) from None
    if found is None:
        raise NotAllowed(
            f"{_PATH} names {way.path}, which doesn't hold a certificate together with its RSA key.",
            hint="Put the key and its certificate into one PEM file, or into a PFX file.",
        )
    return found


def _pem(data: bytes, password: bytes | None) -> KeyPair | None:
    protected = b"ENCRYPTED" in data
    key = serialization.load_pem_private_key(data, password if protected else None)
    return _pair(key, x509.load_pem_x509_certificates(data))


def _pfx(data: bytes, password: bytes | None) -> KeyPair | None:
    key, certificate, others = pkcs12.load_key_and_certificates(data, password)
    return _pair(key, [*([] if certificate is None else [certificate]), *others])


def _pair(key: object, certificates: list[x509.Certificate]) -> KeyPair | None:
    """The key with the certificate that it belongs to; a file may have the whole chain in any order."""
    if not isinstance(key, RSAPrivateKey):
        return None
    ours = key.public_key()
    own = next((each for each in certificates if each.public_key() == ours), None)
    if own is None:
        return None
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(own.public_bytes(serialization.Encoding.PEM).decode("ascii"), plain.decode("ascii"))
