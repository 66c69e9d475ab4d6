"""`mailform sandbox serve`, started as users start it: what it prints, what that is good for, and how it ends."""

from __future__ import annotations

import json
import os
import shlex
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msal
import pytest
import requests

from mailform_providers.sandbox import open_sandbox
from terminal import Terminal, environment

EXCHANGE, GRAPH = "https://outlook.office365.com", "https://graph.microsoft.com"
VARIABLES = [
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "MAILFORM_LOGIN_URL",
    "MAILFORM_EXCHANGE_URL",
    "MAILFORM_GRAPH_URL",
    "MAILFORM_CA_BUNDLE",
]


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody with msal and httpx who was told what the command printed."""

    environment: Mapping[str, str]

    def sign_in(self, credential: object, audience: str = EXCHANGE) -> Any:
        session = requests.Session()
        session.trust_env = False
        session.verify = self.environment["MAILFORM_CA_BUNDLE"]
        application = msal.ConfidentialClientApplication(
            self.environment["AZURE_CLIENT_ID"],
            client_credential=credential,
            authority=f"{self.environment['MAILFORM_LOGIN_URL']}/{self.environment['AZURE_TENANT_ID']}",
            instance_discovery=False,
            http_client=session,
        )
        return application.acquire_token_for_client([f"{audience}/.default"])

    def http(self, audience: str = EXCHANGE) -> httpx.Client:
        got = self.sign_in(self.environment["AZURE_CLIENT_SECRET"], audience)
        trust = ssl.create_default_context(cafile=self.environment["MAILFORM_CA_BUNDLE"])
        headers = {"Authorization": f"Bearer {got['access_token']}"}
        return httpx.Client(verify=trust, trust_env=False, headers=headers)

    def run(self, http: httpx.Client, cmdlet: str, **parameters: object) -> httpx.Response:
        tenant = self.environment["AZURE_TENANT_ID"]
        url = f"{self.environment['MAILFORM_EXCHANGE_URL']}/adminapi/beta/{tenant}/InvokeCommand"
        return http.post(url, json={"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}})


@contextmanager
def started(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process of its own, and the first line that it printed."""
    code = "from mailform.cli.main import run; run()"
    arguments = [sys.executable, "-c", code, "sandbox", "serve", *options]
    process = subprocess.Popen(
        arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(10)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[Client, Mapping[str, Mapping[str, str]]]]:
    """The command with --json: a client, and the other ways in."""
    with started(folder, "--json", *options) as (_, line):
        document = json.loads(line)
        yield Client(document["environment"]), document["ways"]


def test_it_prints_lines_that_a_shell_takes_and_ends_with_0_when_it_is_told(tmp_path: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        with started(tmp_path) as (process, first):
            assert process.stdout is not None
            lines = [first, *(process.stdout.readline() for _ in VARIABLES[1:])]
            told = [shlex.split(line) for line in lines]
            assert [export for export, _ in told] == ["export"] * len(VARIABLES)
            found = dict(assignment.split("=", 1) for _, assignment in told)
            assert list(found) == VARIABLES
            assert "access_token" in Client(found).sign_in(found["AZURE_CLIENT_SECRET"])
            process.send_signal(number)
            assert process.wait(10) == 0
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()
            assert not os.path.exists(found["MAILFORM_CA_BUNDLE"])


def test_secret_certificate_and_federated_token_sign_in_and_a_wrong_secret_doesnt(tmp_path: Path) -> None:
    with serving(tmp_path) as (client, ways):
        pem = Path(ways["certificate"]["AZURE_CLIENT_CERTIFICATE_PATH"]).read_text()
        token = Path(ways["federated"]["AZURE_FEDERATED_TOKEN_FILE"]).read_text
        for credential in (
            client.environment["AZURE_CLIENT_SECRET"],
            {"private_key": pem, "public_certificate": pem[pem.index("-----BEGIN CERT") :]},
            {"client_assertion": token},
        ):
            assert "access_token" in client.sign_in(credential)
        assert client.sign_in("wrong")["error_codes"] == [7000215]


def test_exchange_and_graph_answer_over_tls_about_the_same_tenant_that_the_file_keeps(tmp_path: Path) -> None:
    with serving(tmp_path, "--state", "tenant.json", "--tenant", "contoso.com") as (client, _):
        graph = client.http(GRAPH)
        made = graph.post(f"{client.environment['MAILFORM_GRAPH_URL']}/v1.0/domains", json={"id": "mail.contoso.com"})
        assert made.status_code == 201
        assert client.run(client.http(), "New-TransportRule", Name="Over TLS").status_code == 200
    kept = open_sandbox(tmp_path / "tenant.json", "contoso.com").tenant
    assert [domain.name for domain in kept.domains] == ["contosocom.onmicrosoft.com", "mail.contoso.com"]
    assert [rule.name for rule in kept.of("transport_rule")] == ["Over TLS"]


def test_options_reach_the_service(tmp_path: Path) -> None:
    fault = ("--fault", "write:2:throttle=7", "--fault", "login:3:busy")
    with serving(tmp_path, *fault, "--dns", "wait", "--page-size", "1", "--visibility", "60") as (client, _):
        http = client.http()
        made = [client.run(http, "New-TransportRule", Name=name) for name in "AB"]
        assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in made] == [(200, None), (429, "7")]
        assert client.run(http, "Get-TransportRule").json()["value"] == []
        domains = f"{client.environment['MAILFORM_GRAPH_URL']}/v1.0/domains"
        assert client.http(GRAPH).get(domains).json()["value"][0]["isInitial"] is True
        with pytest.raises(msal.exceptions.MsalServiceError):
            client.sign_in(client.environment["AZURE_CLIENT_SECRET"])


def test_a_right_can_be_withheld_and_a_token_be_short_lived(tmp_path: Path) -> None:
    with serving(tmp_path, "--withhold", "graph-permission", "--token-lifetime", "5") as (client, _):
        assert client.sign_in(client.environment["AZURE_CLIENT_SECRET"])["expires_in"] == 5
        domains = f"{client.environment['MAILFORM_GRAPH_URL']}/v1.0/domains"
        assert client.http(GRAPH).get(domains).json()["error"]["code"] == "Authorization_RequestDenied"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fault", "write:3:explode"], "none of"),
        (["--dns", "later"], "--dns"),
        (["--withhold", "everything"], "--withhold"),
        (["--port", "70000"], "--port"),
        (["--replicas", "0"], "--replicas"),
        (["--tenant", "no tenant"], "can't name a tenant"),
    ],
)
def test_what_cant_be_served_is_refused_at_once(terminal: Terminal, options: list[str], said: str) -> None:
    terminal.run("sandbox", "serve", *options).refuses(said)


def test_a_port_that_is_taken_is_told_with_a_way_out(tmp_path: Path, terminal: Terminal) -> None:
    with serving(tmp_path) as (client, _):
        port = client.environment["MAILFORM_LOGIN_URL"].rpartition(":")[2]
        terminal.run("sandbox", "serve", "--port", port).refuses(f"Port {port}", "--port")


def test_the_group_shows_its_command(terminal: Terminal) -> None:
    assert "serve" in terminal.done("sandbox", "--help")
