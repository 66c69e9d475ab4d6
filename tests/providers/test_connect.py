from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mailform_providers.connect import connect
from mailform_providers.contract import Done
from mailform_providers.errors import NotAllowed
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.errors import Failure, WrongTenant
from mailform_state.values import Value
from scripted import TENANT

INBOUND: Mapping[str, Value] = {"name": "From the signature service", "sender_domains": ("*",)}
OTHER = "00000000-0000-4000-8000-000000000000"


def jwt(audience: str = "https://outlook.office365.com", tenant: str = TENANT) -> str:
    said = json.dumps({"tid": tenant, "aud": audience, "exp": 4_000_000_000}).encode()
    return f"e30.{base64.urlsafe_b64encode(said).decode().rstrip('=')}."


class _Service(BaseHTTPRequestHandler):
    """Discovery, and an Exchange without objects."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer

    def do_GET(self) -> None:
        self._answer({"token_endpoint": f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"value": []})

    def _answer(self, document: object) -> None:
        body = json.dumps(document).encode()
        self.server.paths.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Service) as server:
        paths: list[str] = []
        server.paths = paths  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()


def settings(url: str, **more: str) -> dict[str, str]:
    places = {"MAILFORM_EXCHANGE_URL": url, "MAILFORM_GRAPH_URL": url, "MAILFORM_LOGIN_URL": url}
    return {**places, "MAILFORM_EXCHANGE_TOKEN": jwt(), **more}


def test_a_sandbox_lives_beside_the_configuration(tmp_path: Path) -> None:
    with connect("sandbox", "fabrikam.onmicrosoft.com", {}, tmp_path) as first:
        assert isinstance(first.provider.create(INBOUND_CONNECTOR, INBOUND), Done)
        assert first.ends_at(domains=True) is None
    with connect("sandbox", "fabrikam.onmicrosoft.com", {}, tmp_path) as second:
        assert second.tenant_id == first.tenant_id
        assert [seen.name for seen in second.provider.read(INBOUND_CONNECTOR).objects] == [INBOUND["name"]]
    assert (tmp_path / ".mailform" / "sandbox.json").exists()


def test_a_sandbox_may_be_shared(tmp_path: Path) -> None:
    shared = {"MAILFORM_SANDBOX": str(tmp_path / "shared.json"), "MAILFORM_EXCHANGE_URL": "https://evil.example"}
    with connect("sandbox", "fabrikam.onmicrosoft.com", shared, tmp_path / "here") as first:
        first.provider.create(INBOUND_CONNECTOR, INBOUND)
    with connect("sandbox", "fabrikam.onmicrosoft.com", shared, tmp_path / "there") as second:
        assert len(second.provider.read(INBOUND_CONNECTOR).objects) == 1


def test_a_service_is_reached_over_the_network(service: tuple[str, list[str]], tmp_path: Path) -> None:
    url, paths = service
    with connect("global", "fabrikam.onmicrosoft.com", settings(url), tmp_path) as there:
        assert there.tenant_id == TENANT
        assert there.provider.read(TRANSPORT_RULE).objects == ()
        end = there.ends_at()
        assert end is not None
        assert end.year == 2096
    assert [path.rpartition("/")[2] for path in paths] == ["openid-configuration", "InvokeCommand"]


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    service: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with connect("global", TENANT, settings(service[0]), tmp_path) as there:
        assert there.provider.read(TRANSPORT_RULE).objects == ()


def test_a_token_of_another_tenant_is_refused_before_anything_is_asked(
    service: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, paths = service
    with pytest.raises(WrongTenant):
        connect(
            "global", "fabrikam.onmicrosoft.com", settings(url, MAILFORM_EXCHANGE_TOKEN=jwt(tenant=OTHER)), tmp_path
        )
    assert not [path for path in paths if "InvokeCommand" in path]


def test_without_domains_no_token_for_graph_is_needed(service: tuple[str, list[str]], tmp_path: Path) -> None:
    with connect("global", TENANT, settings(service[0]), tmp_path) as there:
        assert there.ends_at() is not None
        with pytest.raises(NotAllowed, match="Graph"):
            there.ends_at(domains=True)
        with pytest.raises(NotAllowed, match="Graph"):
            there.provider.read(ACCEPTED_DOMAIN)


def test_without_a_token_the_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotAllowed) as caught:
        connect("global", "fabrikam.onmicrosoft.com", {}, tmp_path)
    assert "MAILFORM_EXCHANGE_TOKEN" in caught.value.hint


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_bundle_without_certificates_is_refused(text: str | None, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    if text is not None:
        bundle.write_text(text)
    with pytest.raises(Failure, match="MAILFORM_CA_BUNDLE"):
        connect("global", TENANT, {"MAILFORM_EXCHANGE_TOKEN": jwt(), "MAILFORM_CA_BUNDLE": str(bundle)}, tmp_path)


def test_importing_what_connects_costs_no_http() -> None:
    said = "import sys, mailform_providers.connect; print([name for name in ('httpx', 'msal') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
