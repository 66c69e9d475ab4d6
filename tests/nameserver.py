"""A real name server (knot), on a port of its own: a zone that takes signed updates and answers for itself.

Tests that use it skip where knot isn't installed; with CI or MAILFORM_REQUIRE_NAMESERVER set they fail instead.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.update
import pytest

from mailform_providers.dns.servers import Server

ZONE = "smtp.contososignatureservice.com"
KEY = "mailform"
ALGORITHM = "hmac-sha256"
REMEMBERED = 60
"""Seconds for which the zone lets resolvers remember that a name isn't there."""

_CONFIGURATION = """
server:
    rundir: "{folder}"
    listen: "{address}@{port}"
database:
    storage: "{folder}/database"
log:
  - target: stderr
    any: error
key:
  - id: {key}
    algorithm: {algorithm}
    secret: {secret}
acl:
  - id: ours
    key: {key}
    action: update
zone:
  - domain: {zone}
    storage: "{folder}"
    file: zone
    acl: ours
"""

_ZONE = f"""$ORIGIN {ZONE}.
$TTL 300
@ SOA ns hostmaster 1 300 300 300 {REMEMBERED}
@ NS ns
@ NS second
ns A 127.0.0.1
second A 127.0.0.2
"""


@dataclass(frozen=True, slots=True)
class NameServer:
    """The primary server of ZONE. `secret` is the key's, in base64."""

    server: Server
    secret: str
    zone: str = ZONE
    key: str = KEY
    algorithm: str = ALGORITHM

    def texts(self, name: str) -> set[str]:
        """Every TXT value at a name, asked of the server itself."""
        query = dns.message.make_query(name, "TXT")
        answer = dns.query.tcp(query, self.server.host, timeout=2, port=self.server.port)
        return {
            b"".join(record.strings).decode()
            for rrset in answer.answer
            if rrset.rdtype == dns.rdatatype.TXT
            for record in rrset
        }

    def put(self, name: str, type: str, value: str) -> None:
        """Adds a record, as the zone's own administrator."""
        update = self._update()
        update.add(dns.name.from_text(name), 300, type, value)
        self._send(update)

    def take(self, name: str) -> None:
        """Takes away every record of a name."""
        update = self._update()
        update.delete(dns.name.from_text(name))
        self._send(update)

    def block(self) -> str:
        """`[dns]` of a configuration that publishes here."""
        return f"""
[dns]
type = "rfc2136"
server = "{self.server.host}"
port = {self.server.port}
zone = "{self.zone}"
key_name = "{self.key}"
algorithm = "{self.algorithm}"
"""

    def _update(self) -> dns.update.UpdateMessage:
        key = dns.tsig.Key(self.key, self.secret, self.algorithm)
        return dns.update.UpdateMessage(self.zone, keyring=key)

    def _send(self, update: dns.update.UpdateMessage) -> None:
        answer = dns.query.tcp(update, self.server.host, timeout=2, port=self.server.port)
        assert answer.rcode() == 0, answer


@contextlib.contextmanager
def running(folder: Path, address: str = "127.0.0.1", port: int = 0) -> Iterator[NameServer]:
    """A fresh zone, served until the end of the block; on a port that is free, unless one is given."""
    program = shutil.which("knotd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        if os.environ.get("CI") or os.environ.get("MAILFORM_REQUIRE_NAMESERVER"):
            pytest.fail("knotd is missing: install the package knot")
        pytest.skip("knotd is missing: install the package knot")
    secret = base64.b64encode(os.urandom(32)).decode()
    server = Server(address, port or _free_port())
    described = _CONFIGURATION.format(
        folder=folder, address=server.host, port=server.port, key=KEY, algorithm=ALGORITHM, secret=secret, zone=ZONE
    )
    (folder / "knot.conf").write_text(described)
    (folder / "zone").write_text(_ZONE)
    (folder / "database").mkdir()
    log = folder / "knot.log"
    with log.open("wb") as said:
        process = subprocess.Popen([program, "-c", str(folder / "knot.conf")], stdout=said, stderr=said)
    try:
        _await(server, process, log)
        yield NameServer(server, secret)
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    """A port that is free for TCP and for UDP."""
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind(("127.0.0.1", 0))
        port: int = stream.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))
    return port


def _await(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with contextlib.suppress(dns.exception.DNSException, OSError):
            query = dns.message.make_query(ZONE, "SOA")
            if dns.query.udp(query, server.host, timeout=0.2, port=server.port).answer:
                return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    pytest.fail(f"the name server didn't come up: {log.read_text(errors='replace')}")
