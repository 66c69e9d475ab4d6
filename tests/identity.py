"""A tenant over TLS for tests: a sign-in authority that checks what it is shown, Exchange and Graph without objects,
and the places where GitHub, Azure DevOps and Azure give a job or a machine its tokens. All on one loopback port."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import NameOID

TENANT = "5f1d0f0a-2c11-4b0e-9e0e-6a3c1d2b4f10"
DOMAIN = "fabrikam.onmicrosoft.com"
CLIENT = "3c1f9a52-7f0b-4f62-9d53-2f7f5f1a9b01"
CONNECTION = "0b7a6f5e-4d3c-4b2a-9190-807060504030"

Fields = Mapping[str, str]
Answer = tuple[int, object] | tuple[int, object, Mapping[str, str]]


def certificate(
    name: str,
    key: CertificateIssuerPrivateKeyTypes,
    issuer: tuple[x509.Certificate, CertificateIssuerPrivateKeyTypes] | None = None,
) -> x509.Certificate:
    """A certificate for a loopback server or an application; without an issuer an authority of its own."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    making = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer[0].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return making.sign(key if issuer is None else issuer[1], hashes.SHA256())


def pem(
    what: x509.Certificate | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes | None = None
) -> bytes:
    """A certificate or a key as PEM."""
    if isinstance(what, x509.Certificate):
        return what.public_bytes(serialization.Encoding.PEM)
    protection = serialization.NoEncryption() if password is None else serialization.BestAvailableEncryption(password)
    return what.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


@dataclass
class Authority:
    """What the server knows and does. Tests change it while it runs."""

    secret: str = "Canary~client.secret+1"
    known: list[x509.Certificate] = field(default_factory=list)
    federated: set[str] = field(default_factory=set)
    job_token: str = "Canary-job-token"
    job_assertion: str = "Canary.job.assertion"
    machine_header: str = "Canary-identity-header"
    tenant: str = TENANT
    lifetime: float = 3600
    roles: tuple[str, ...] = ("Exchange.ManageAsApp", "Domain.ReadWrite.All")
    exchange_role: bool = True
    graph_role: bool = True
    pending: int = 1
    troubles: list[Answer] = field(default_factory=list)
    """What the token endpoint answers next, before it looks at anything."""
    echo: int = 0
    """A gateway before the token endpoint that refuses with this status, and shows what it refuses."""
    revoked: set[str] = field(default_factory=set)
    requests: int = 0
    revoking: frozenset[int] = frozenset()
    """The requests to Exchange and Graph, by number, at which all tokens so far end."""
    tokens: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    forms: list[Fields] = field(default_factory=list)
    scope: str = ""
    url: str = ""
    bundle: Path = Path()

    def asked(self, part: str) -> int:
        """How many requests had this in their path."""
        return sum(part in path for path in self.paths)

    def settings(self, **more: str) -> dict[str, str]:
        """An environment that leads here."""
        places = dict.fromkeys(("MAILFORM_EXCHANGE_URL", "MAILFORM_GRAPH_URL", "MAILFORM_LOGIN_URL"), self.url)
        return {**places, "MAILFORM_CA_BUNDLE": str(self.bundle), "AZURE_CLIENT_ID": CLIENT, **more}

    def issue(self, audience: str, **more: object) -> str:
        """A token for an audience."""
        said = {
            "tid": self.tenant,
            "aud": audience,
            "exp": int(time.time() + self.lifetime),
            "roles": self.roles,
            "appid": CLIENT,
            "jti": str(len(self.tokens)),
            **more,
        }
        payload = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        self.tokens.append(f"e30.{payload}.Canary-signature")
        return self.tokens[-1]

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        place = urlsplit(path)
        query = dict(parse_qsl(place.query))
        if place.path.endswith("/.well-known/openid-configuration"):
            return self._discovery(place.path.split("/")[1])
        if place.path.endswith("/oauth2/v2.0/devicecode"):
            self.scope = parse_qs(body.decode())["scope"][0]
            code = {"device_code": "Canary-device-code", "user_code": "ABC123", "verification_uri": f"{self.url}/code"}
            return 200, {**code, "expires_in": 900, "interval": 0}
        if place.path.endswith("/oauth2/v2.0/token"):
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self.forms.append(form)
            if self.echo:
                return self.echo, {
                    "error": "invalid_client",
                    "error_description": f"You sent {' '.join(form.values())}",
                }
            return self.troubles.pop(0) if self.troubles else self._token(form)
        if place.path in ("/github", "/pipeline"):
            return self._job(place.path, query, headers)
        if place.path == "/machine":
            return self._machine(query, headers)
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        self.requests += 1
        if self.requests in self.revoking:
            self.revoked |= set(self.tokens)
        if token not in set(self.tokens) - self.revoked:
            return 401, {"error": {"code": "InvalidAuthenticationToken", "message": "no"}}
        if not self.exchange_role and "adminapi" in place.path:
            return 403, {}
        if not self.graph_role and "v1.0" in place.path:
            return 403, {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges."}}
        return 200, {"value": []}

    def _discovery(self, tenant: str) -> Answer:
        if tenant not in (TENANT, DOMAIN):
            return 400, {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."}
        here = f"{self.url}/{TENANT}/oauth2/v2.0"
        return 200, {
            "issuer": f"{self.url}/{TENANT}/v2.0",
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "device_authorization_endpoint": f"{here}/devicecode",
        }

    def _token(self, form: Fields) -> Answer:
        refusal = self._refusal(form)
        if refusal is not None:
            code, said = refusal
            text = f"AADSTS{code}: {said} Trace ID: 1 Correlation ID: 2 Timestamp: 2026-11-23 12:00:00Z"
            kind = "authorization_pending" if code == 70016 else "invalid_client"
            told = {"error": kind, "error_description": text, "error_codes": [code], "correlation_id": "c0-12"}
            return 400 if code == 70016 else 401, told
        audience = next(scope for scope in form.get("scope", self.scope).split() if scope.startswith("https://"))
        resource = "/".join(audience.split("/")[:3])
        answer: dict[str, object] = {"token_type": "Bearer", "expires_in": int(self.lifetime)}
        if form["grant_type"] == "client_credentials":
            return 200, {**answer, "access_token": self.issue(resource)}
        person = {"upn": "admin@fabrikam.onmicrosoft.com", "roles": [], "scp": "AdminApi.AccessAsUser.All"}
        info = base64.urlsafe_b64encode(json.dumps({"uid": "u", "utid": self.tenant}).encode()).decode().rstrip("=")
        token = self.issue(resource, **person)
        return 200, {**answer, "access_token": token, "refresh_token": "Canary-refresh-token", "client_info": info}

    def _refusal(self, form: Fields) -> tuple[int, str] | None:
        grant = form["grant_type"]
        if grant == "refresh_token":
            return None if form["refresh_token"] == "Canary-refresh-token" else (700082, "The refresh token has ended.")
        if grant.endswith("device_code"):
            self.pending -= 1
            return (70016, "Nobody has typed it in yet.") if self.pending >= 0 else None
        if form["client_id"] != CLIENT:
            return 700016, "Application not found in the directory."
        if "client_assertion" in form:
            return self._assertion_refused(form["client_assertion"])
        return None if form.get("client_secret") == self.secret else (7000215, "Invalid client secret provided.")

    def _assertion_refused(self, text: str) -> tuple[int, str] | None:
        if text in self.federated:
            return None
        try:
            shown = jwt.get_unverified_header(text)["x5t#S256"]
        except (jwt.PyJWTError, KeyError):
            return 700213, "No matching federated identity record found for presented assertion subject."
        for one in self.known:
            thumbprint = base64.urlsafe_b64encode(one.fingerprint(hashes.SHA256())).decode().rstrip("=")
            if shown.rstrip("=") == thumbprint:
                key = one.public_key()
                assert isinstance(key, rsa.RSAPublicKey)
                here = f"{self.url}/{TENANT}/oauth2/v2.0/token"
                jwt.decode(text, key, algorithms=["PS256"], audience=here, issuer=CLIENT)
                return None
        return 700027, "The certificate with this identifier isn't registered."

    def _job(self, path: str, query: Fields, headers: Mapping[str, str]) -> Answer:
        if headers.get("Authorization") != f"Bearer {self.job_token}":
            return 401, {"message": f"not for {headers.get('Authorization')}"}
        if path == "/github":
            right = query.get("audience") == "api://AzureADTokenExchange" and query.get("run") == "7"
            return (200, {"value": self.job_assertion}) if right else (400, {"message": "no audience"})
        right = query == {"api-version": "7.1", "serviceConnectionId": CONNECTION}
        return (200, {"oidcToken": self.job_assertion}) if right else (404, {"message": "no such connection"})

    def _machine(self, query: Fields, headers: Mapping[str, str]) -> Answer:
        if headers.get("X-IDENTITY-HEADER") != self.machine_header or query.get("client_id", CLIENT) != CLIENT:
            said = f"no identity for {headers.get('X-IDENTITY-HEADER')}"
            return 400, {"statusCode": 400, "message": said}
        token = self.issue(query["resource"])
        return 200, {"access_token": token, "expires_on": str(int(time.time() + self.lifetime)), "token_type": "Bearer"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer
    authority: Authority

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.authority.paths.append(self.path)
        status, document, *more = self.authority.answer(self.command, self.path, dict(self.headers.items()), body)
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        for name, value in (more[0] if more else {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that doesn't trust us hangs up."""


@contextmanager
def served(authority: Authority, context: ssl.SSLContext | None) -> Iterator[str]:
    """The authority on a loopback port, over TLS unless there is no context; its origin."""
    handler = type("Handler", (_Handler,), {"authority": authority})
    with _Server(("127.0.0.1", 0), handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http{'' if context is None else 's'}://127.0.0.1:{server.server_port}"
        server.shutdown()


def trusted(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS, and the file with the authority that vouches for it."""
    own, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Contoso test authority", own)
    chain, bundle = folder / "server.pem", folder / "authority.pem"
    chain.write_bytes(pem(theirs) + pem(certificate("127.0.0.1", theirs, (root, own))))
    bundle.write_bytes(pem(root))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, bundle


@contextmanager
def running(folder: Path) -> Iterator[Authority]:
    """An authority over TLS that no system trusts: only who is given its bundle."""
    context, bundle = trusted(folder)
    authority = Authority(bundle=bundle)
    with served(authority, context) as url:
        authority.url = url
        yield authority
