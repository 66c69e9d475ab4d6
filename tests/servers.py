"""Real servers that states are kept on in tests: Azurite for Blob, MiniStack for S3, and one of Terraform's protocol.

The first two are programs in `.servers/`, where `.ci/servers` puts them (or in the folder that MAILFORM_TEST_SERVERS
names); tests that use one skip where it isn't, and fail when CI is set. GCS has no emulator that tells the truth about
conditional writes, so nothing of it is tested here.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

ROOT = Path(__file__).parent.parent
FOLDER = Path(os.environ.get("MAILFORM_TEST_SERVERS") or ROOT / ".servers")

_AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's one account key, the same everywhere: it is in its documentation."""

USER, PASSWORD = "state", "not a secret"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is up. `backend` is what `[backend]` says of it, but for the place in it; `place` the attribute
    that says that; `environment` has the credentials."""

    type: str
    backend: Mapping[str, str]
    environment: Mapping[str, str]

    def block(self, place: str) -> str:
        """`[backend]` for a state of its own."""
        told = {"type": self.type, **self.backend}
        if self.type == "http":
            base = f"{self.backend['address']}/{place}"
            told |= {"address": base, "lock_address": f"{base}/lock", "unlock_address": f"{base}/lock"}
        elif self.type != "local":
            told["prefix"] = place
        return "[backend]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in told.items())


@contextlib.contextmanager
def azurite(folder: Path) -> Iterator[Server]:
    """Azure's own emulator of Blob Storage, with the container `states`."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}/devstoreaccount1"
    line = ["azurite-blob", "--silent", "--blobHost", "127.0.0.1", "--blobPort", str(port), "-l", str(folder)]
    environment = {"AZURE_STORAGE_ENDPOINT": endpoint, "AZURE_STORAGE_ACCOUNT_KEY": _AZURITE_KEY}
    with _running([*line, "--skipApiVersionCheck"], {}, folder / "log", port):
        _azure_container(endpoint)
        yield Server("azure", {"account": "devstoreaccount1", "container": "states"}, environment)


@contextlib.contextmanager
def ministack(folder: Path) -> Iterator[Server]:
    """S3 on this machine, with the bucket `states`."""
    port = free_port()
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "SERVICES": "s3"}
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with _running(["ministack"], settings, folder / "log", port):
        httpx.put(f"http://127.0.0.1:{port}/states", trust_env=False).raise_for_status()
        yield Server("s3", {"bucket": "states", "region": "us-east-1"}, environment)


@dataclass(slots=True)
class _Kept:
    """What a server of Terraform's protocol keeps of one state."""

    document: bytes = b""
    serial: int = 0
    lock: bytes = b""
    writes: list[bytes] = field(default_factory=list)

    @property
    def holder(self) -> str:
        return str(json.loads(self.lock)["ID"]) if self.lock else ""


@dataclass(slots=True)
class States:
    """All that such a server keeps, by path. As strict as GitLab: no serial twice, no write without the lock's ID while
    it is held, no unlocking with another's."""

    kept: dict[str, _Kept] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    careless: bool = False
    """Gives the lock to everybody: for the test that `init` finds such a server out."""

    def answer(self, method: str, path: str, lock: str, body: bytes) -> tuple[int, bytes]:
        with self.guard:
            name, _, about = path.strip("/").partition("/")
            kept = self.kept.setdefault(name, _Kept())
            match method, about:
                case "GET", "":
                    return (200, kept.document) if kept.document else (404, b"")
                case "POST", "":
                    return self._write(kept, lock, body)
                case (("POST" | "LOCK"), "lock"):
                    if kept.lock and not self.careless:
                        return 409 if method == "POST" else 423, kept.lock
                    kept.lock = body
                    return 200, b""
                case (("DELETE" | "UNLOCK"), "lock"):
                    if kept.lock and not self.careless and json.loads(body)["ID"] != kept.holder:
                        return 409, kept.lock
                    kept.lock = b""
                    return 200, b""
            return 405, b""

    def _write(self, kept: _Kept, lock: str, body: bytes) -> tuple[int, bytes]:
        serial = json.loads(body)["serial"]
        if kept.lock and lock != kept.holder:
            return 409, kept.lock
        if serial <= kept.serial:
            return 422, b"that serial is taken"
        kept.document, kept.serial = body, serial
        kept.writes.append(body)
        return 200, b""


@contextlib.contextmanager
def terraform_http(states: States | None = None, *, gitlab: bool = False) -> Iterator[Server]:
    """A server of Terraform's protocol; `gitlab`: with the methods that GitLab has for locks."""
    methods = {"lock_method": "POST", "unlock_method": "DELETE"} if gitlab else {}
    environment = {"MAILFORM_HTTP_USERNAME": USER, "MAILFORM_HTTP_PASSWORD": PASSWORD}
    with _served(_handler(states or States())) as port:
        yield Server("http", {"address": f"http://127.0.0.1:{port}", **methods}, environment)


@contextlib.contextmanager
def careless_bucket() -> Iterator[Server]:
    """A bucket that takes every write, whatever its conditions say: as much of S3 as it takes to notice."""
    kept: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            key = urlsplit(self.path).path
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code, answer = 200, b""
            match self.command:
                case "PUT":
                    kept[key] = body
                case "POST":  # objects to be removed, all in one request
                    answer = b"<DeleteResult><Deleted><Key>any</Key></Deleted></DeleteResult>"
                case _:
                    code, answer = (200, kept[key]) if key in kept else (404, b"")
            self.send_response(code)
            self.send_header("ETag", f'"{hashlib.sha256(body or answer).hexdigest()}"')
            self.send_header("Last-Modified", formatdate(usegmt=True))
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST = handle_any  # noqa: N815  # the names that http.server asks

        def log_message(self, format: str, *args: object) -> None:
            pass

    with _served(Handler) as port:
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        yield Server("s3", {"bucket": "states", "region": "us-east-1"}, environment)


@contextlib.contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    served = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.daemon_threads = True
    threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield served.server_port
    finally:
        served.shutdown()
        served.server_close()


def _handler(states: States) -> type[BaseHTTPRequestHandler]:
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            if not hmac.compare_digest(self.headers.get("Authorization") or "", expected):
                code, answer = 401, b""
            else:
                lock = parse_qs(parts.query).get("ID", [""])[0]
                code, answer = states.answer(self.command, parts.path, lock, body)
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_LOCK = do_UNLOCK = do_DELETE = handle_any  # noqa: N815  # the names that http.server asks

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def program(name: str) -> Path:
    """A server's program. Skips the test where it isn't; in CI that is a failure."""
    found = FOLDER / "bin" / name
    if found.exists():
        return found
    missing = f"{name} is missing: run .ci/servers"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(line: list[str], settings: Mapping[str, str], log: Path, port: int) -> Iterator[None]:
    with log.open("wb") as said:
        process = subprocess.Popen(
            [program(line[0]), *line[1:]], env={**os.environ, **settings}, stdout=said, stderr=said, cwd=log.parent
        )
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            if process.poll() is not None:
                pytest.fail(f"{line[0]} didn't come up: {log.read_text(errors='replace')}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _azure_container(endpoint: str) -> None:
    """Makes the container, signed with the account's key, which obstore has no word for (shared key, version 2021)."""
    date, version = formatdate(usegmt=True), "2021-08-06"
    resource = "/devstoreaccount1/devstoreaccount1/states\nrestype:container"
    text = "PUT" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:{version}\n{resource}"
    signed = hmac.digest(base64.b64decode(_AZURITE_KEY), text.encode(), hashlib.sha256)
    headers = {
        "x-ms-date": date,
        "x-ms-version": version,
        "Authorization": f"SharedKey devstoreaccount1:{base64.b64encode(signed).decode()}",
        "Content-Length": "0",
    }
    answer = httpx.put(f"{endpoint}/states?restype=container", headers=headers, trust_env=False)
    assert answer.status_code in (201, 409), answer.text
