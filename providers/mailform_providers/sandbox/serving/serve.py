"""Puts it together: one tenant, its authority, the servers, and the files and variables that a client needs."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid4, uuid5

from cryptography import x509

from mailform_providers.clouds import EXCHANGE_URL, GRAPH_URL, LOGIN_URL
from mailform_providers.sandbox.faults import Lose
from mailform_providers.sandbox.routing import Arrival
from mailform_providers.sandbox.service import Sandbox, open_sandbox
from mailform_providers.sandbox.serving import managed_identity
from mailform_providers.sandbox.serving.assertions import Trust
from mailform_providers.sandbox.serving.authority import Authority
from mailform_providers.sandbox.serving.certificates import client_certificate, server_certificate
from mailform_providers.sandbox.serving.grants import Issuer
from mailform_providers.sandbox.serving.managed_identity import ManagedIdentity
from mailform_providers.sandbox.serving.options import Options
from mailform_providers.sandbox.serving.server import listening
from mailform_providers.sandbox.serving.signing import Signer
from mailform_providers.sandbox.wire import Answer


@dataclass(frozen=True, slots=True)
class Served:
    """A sandbox that is being served.

    `environment` signs in with the client secret. `ways` are the other ways in, each as the variables to set instead
    of AZURE_CLIENT_SECRET: `certificate`, `federated`, `managed_identity`.
    """

    environment: Mapping[str, str] = field(repr=False)
    ways: Mapping[str, Mapping[str, str]] = field(repr=False)
    sandbox: Sandbox
    authority: Authority
    folder: Path
    issuer: Issuer = field(repr=False)
    trust: Trust = field(repr=False)

    def environment_of(self, way: str) -> Mapping[str, str]:
        """The environment with one of `ways` instead of the secret."""
        kept = {name: value for name, value in self.environment.items() if name != "AZURE_CLIENT_SECRET"}
        return {**kept, **self.ways[way]}

    def token(self, resource: str) -> str:
        """A ready-made access token, such as MAILFORM_EXCHANGE_TOKEN takes, without signing in."""
        return self.issuer.access_token(resource)

    def workload_token(self, **claims: object) -> str:
        """A token as a pipeline gets it to prove itself by; `claims` go before its own. Believed unless they differ."""
        return _workload_token(self.trust, self.issuer.options, claims)


@contextmanager
def serving(options: Options) -> Iterator[Served]:
    """Serves a sandbox until the end of the block. Raises OSError when the port is taken, Unusable for a tenant or file
    that can't be."""
    sandbox = open_sandbox(
        options.state, options.tenant, faults=options.faults, behaviour=options.behaviour, clock=options.clock
    )
    tenant = sandbox.tenant
    client_id = str(uuid5(NAMESPACE_DNS, f"application.{tenant.guid}"))
    issuer = Issuer(options, Signer(), tenant.guid, tenant.initial, client_id)
    secret = options.client_secret or secrets.token_urlsafe(30)
    with ExitStack() as open_things:
        folder = options.folder or Path(open_things.enter_context(tempfile.TemporaryDirectory(prefix="mailform-")))
        files = _Files(folder)
        certificate = files.client_certificate()
        further = (x509.load_pem_x509_certificate(pem) for pem in options.certificates)
        trust = Trust(client_id, (certificate, *further), options.federation, Signer())
        files.write("federated.jwt", _workload_token(trust, options, {}).encode())
        authority = Authority(options, issuer, trust, secret)

        def answering(arrival: Arrival) -> Answer | Lose:
            found = authority.answer(arrival)
            return sandbox.answer(_checked(arrival, issuer.signer)) if found is None else found

        origin = open_things.enter_context(listening(options.port, answering, files.server_certificate()))
        identity = ManagedIdentity(issuer, secrets.token_urlsafe(20))
        machine = open_things.enter_context(listening(0, identity.answer))
        environment = {
            "AZURE_TENANT_ID": tenant.guid,
            "AZURE_CLIENT_ID": client_id,
            "AZURE_CLIENT_SECRET": secret,
            LOGIN_URL: origin,
            EXCHANGE_URL: origin,
            GRAPH_URL: origin,
            "MAILFORM_CA_BUNDLE": str(files.path("ca.pem")),
        }
        ways = {
            "certificate": {"AZURE_CLIENT_CERTIFICATE_PATH": str(files.path("client.pem"))},
            "federated": {"AZURE_FEDERATED_TOKEN_FILE": str(files.path("federated.jwt"))},
            "managed_identity": {
                "IDENTITY_ENDPOINT": f"{machine}{managed_identity.PATH}",
                "IDENTITY_HEADER": identity.header,
            },
        }
        yield Served(environment, ways, sandbox, authority, folder, issuer, trust)


@dataclass(frozen=True, slots=True)
class _Files:
    """What a client reads. Keys are for nobody else's eyes."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def write(self, name: str, content: bytes) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(name)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        return path

    def server_certificate(self) -> Path:
        made = server_certificate()
        self.write("ca.pem", made.authority)
        return self.write("server.pem", made.server)

    def client_certificate(self) -> x509.Certificate:
        key, certificate = client_certificate()
        self.write("client.pem", key + certificate)
        return x509.load_pem_x509_certificate(certificate)


def _checked(arrival: Arrival, signer: Signer) -> Arrival:
    """The request, without a token that the authority didn't sign: to the services that is no token."""
    token = arrival.headers.get("authorization", "").partition(" ")[2].strip()
    if not token or signer.signed(token):
        return arrival
    return replace(arrival, headers={**arrival.headers, "authorization": ""})


def _workload_token(trust: Trust, options: Options, claims: Mapping[str, object]) -> str:
    now = int(options.clock().timestamp())
    wanted = trust.federation
    said = {"iss": wanted.issuer, "sub": wanted.subject, "aud": wanted.audience, "iat": now, "nbf": now}
    return trust.workload.sign({**said, "exp": now + 3600, "jti": str(uuid4()), **claims})
