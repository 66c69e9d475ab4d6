from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mailform_providers.conformance import Check, checks
from mailform_providers.connect import connect
from mailform_providers.contract import Lost, Provider, Rejected
from mailform_providers.errors import NotAllowed
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_providers.sandbox import EXCHANGE, GRAPH, Fault, Forbid, Lose, Sandbox, When, open_sandbox
from mailform_providers.sandbox.routing import Arrival

TENANT = "5f1d0f0a-2c11-4b0e-9e0e-6a3c1d2b4f10"
RULE = {"name": "x", "actions.prepend_subject": "y"}


class _Service(BaseHTTPRequestHandler):
    """A sandbox behind a socket."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer
    sandbox: Sandbox

    def _handle(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.sandbox.answer(Arrival(self.command, self.path, headers, body))
        if isinstance(answer, Lose):
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - the names are http.server's

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def served(*faults: Fault) -> Iterator[Provider]:
    """The real way in: origins and ready-made tokens of the environment, and a socket."""
    sandbox = open_sandbox(None, TENANT, faults=faults)
    handler = type("Service", (_Service,), {"sandbox": sandbox})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        environment = {
            "MAILFORM_EXCHANGE_URL": url,
            "MAILFORM_GRAPH_URL": url,
            "MAILFORM_EXCHANGE_TOKEN": sandbox.token(EXCHANGE),
            "MAILFORM_GRAPH_TOKEN": sandbox.token(GRAPH),
        }
        with connect("global", sandbox.tenant_id, environment, Path()) as connection:
            yield connection.provider
        server.shutdown()


@pytest.mark.parametrize("check", [check for check in checks() if "comes back as written" not in check.name], ids=str)
def test_a_tenant_over_the_network_conforms(check: Check) -> None:
    with served() as provider:
        check(provider)


def test_a_connection_that_breaks_over_the_network_is_a_lost_write() -> None:
    with served(Fault(When(nth=1), Lose(applied=True))) as provider:
        assert isinstance(provider.create(TRANSPORT_RULE, RULE), Lost)
        assert [seen.name for seen in provider.read(TRANSPORT_RULE).objects] == ["x"]


def test_the_nul_bytes_of_a_403_over_the_network_are_a_403() -> None:
    with served(Fault(When(writes=None), Forbid())) as provider:
        with pytest.raises(NotAllowed):
            provider.read(TRANSPORT_RULE)
        assert isinstance(provider.create(TRANSPORT_RULE, RULE), Rejected)
