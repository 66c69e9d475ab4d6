"""A sandbox behind a socket: HTTP/1.1 on 127.0.0.1, with TLS or (for a managed identity) without."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

from mailform_providers.sandbox.faults import Lose
from mailform_providers.sandbox.routing import Arrival
from mailform_providers.sandbox.wire import Answer

LOOPBACK = "127.0.0.1"
_IDLE = 60.0
_LARGEST_BODY = 8 << 20
_NO_LINGERING = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)

Answering: TypeAlias = Callable[[Arrival], Answer | Lose]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, answering: Answering, scheme: str) -> None:
        self.answering = answering
        self.scheme = scheme
        super().__init__((LOOPBACK, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Shows what is a mistake of ours; a client that went away, or doesn't trust our authority, is none."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Microsoft-HTTPAPI/2.0", ""
    timeout = _IDLE
    wbufsize = -1  # one packet an answer
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            self.send_error(413)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        answer = self.server.answering(Arrival(self.command, self.path, headers, body, self.server.scheme))
        if isinstance(answer, Lose):
            self._reset()
            return
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815 - the names are http.server's

    def _reset(self) -> None:
        """Ends the connection the hard way: the client gets a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        socket.close(self.connection.detach())
        self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is said of requests; the sandbox has its own log."""


@contextmanager
def listening(port: int, answering: Answering, certificate: Path | None = None) -> Iterator[str]:
    """Serves until the end of the block, in threads of its own, and answers with the origin. `certificate` is a PEM
    file with key and certificate; without one it is plain http. Raises OSError when the port is taken."""
    scheme = "http" if certificate is None else "https"
    with _Server(port, answering, scheme) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is for the thread of the connection: a slow client must not keep the others out.
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"{scheme}://{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
