"""Keys and certificates of a served sandbox, made anew at every start and good for a week.

The authority signs nothing but this one server's certificate; its key is never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = timedelta(days=7)
_NAMES = (
    x509.DNSName("localhost"),
    x509.DNSName("*.localhost"),
    x509.IPAddress(ip_address("127.0.0.1")),
    x509.IPAddress(ip_address("::1")),
)


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """PEM: the authority to trust, and the server's certificate with its key."""

    authority: bytes
    server: bytes


def server_certificate() -> ServerCertificate:
    """A certificate for this very machine's loopback names, and the authority that made it."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name, server_name = _name("Mailform sandbox authority"), _name("Mailform sandbox")
    authority = _builder(authority_name, authority_name, authority_key, authority_key, _usage(signs_others=True))
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    server = _builder(server_name, authority_name, server_key, authority_key, _usage(signs_others=False))
    server = (
        server.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_NAMES), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    signed = server.sign(authority_key, hashes.SHA256())
    return ServerCertificate(
        authority.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
        private_pem(server_key) + signed.public_bytes(serialization.Encoding.PEM),
    )


def client_certificate(name: str = "Mailform") -> tuple[bytes, bytes]:
    """A self-signed certificate to sign in with: its key, and the certificate, as PEM."""
    key = new_key()
    subject = _name(name)
    builder = _builder(subject, subject, key, key, _usage(signs_others=False))
    return private_pem(key), builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def new_key() -> RSAPrivateKey:
    """A key to sign tokens with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: RSAPrivateKey | EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: RSAPrivateKey | EllipticCurvePrivateKey,
    issuer_key: RSAPrivateKey | EllipticCurvePrivateKey,
    usage: x509.KeyUsage,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )
