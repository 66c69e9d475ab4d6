"""Dynamic updates (RFC 2136), signed with TSIG (RFC 8945), over TCP, at a zone's primary server."""

from __future__ import annotations

import base64
import binascii
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.tsig
import dns.update

from mailform_providers.contract import Lost, Rejected
from mailform_providers.dns.publish import TTL, Answer, read_back
from mailform_providers.dns.servers import Server
from mailform_providers.errors import NotAllowed, ReadFailed
from mailform_state.values import DnsRecord

SECRET = "MAILFORM_DNS_TSIG_SECRET"
"""The environment variable with the key's secret, in base64. It stands nowhere else."""

ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512")

_PATIENCE = 5.0
"""Seconds for one exchange with the server."""

_PRIMARY = "Name the zone's primary server, the zone itself and one of its keys in [dns]."

_HINTS = {
    dns.rcode.REFUSED: "Allow the key to update this name at the server.",
    dns.rcode.NOTAUTH: _PRIMARY,
    dns.rcode.NOTZONE: "Name the zone that has the record in [dns].",
    dns.rcode.NOTIMP: "This server takes no dynamic updates.",
}


@dataclass(frozen=True, slots=True)
class Rfc2136Publisher:
    """The zone at its primary server, with a key that may change it."""

    server: Server
    zone: str
    key: dns.tsig.Key = field(repr=False)

    def shows(self, record: DnsRecord) -> bool:
        query = dns.message.make_query(record.name, record.type)
        query.use_tsig(self.key)
        said = self._exchange(query)
        match said:
            case Rejected(message) | Lost(message):
                raise ReadFailed(message)
            case dns.message.Message():
                if said.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                    raise ReadFailed(f"{self.server} answered {dns.rcode.to_text(said.rcode())} when it was asked.")
                return _rdata(record) in {found for rrset in said.answer for found in rrset}
        assert_never(said)

    def publish(self, record: DnsRecord) -> Answer:
        update = self._update()
        update.add(dns.name.from_text(record.name), TTL, _rdata(record))
        return self._written(update, record, there=True)

    def withdraw(self, record: DnsRecord) -> Answer:
        update = self._update()
        update.delete(dns.name.from_text(record.name), _rdata(record))
        return self._written(update, record, there=False)

    def _update(self) -> dns.update.UpdateMessage:
        return dns.update.UpdateMessage(self.zone, keyring=self.key)

    def _written(self, update: dns.update.UpdateMessage, record: DnsRecord, *, there: bool) -> Answer:
        said = self._exchange(update)
        if not isinstance(said, dns.message.Message):
            return said
        if said.rcode() != dns.rcode.NOERROR:
            message = f"{self.server} refused to change {record.name}: {dns.rcode.to_text(said.rcode())}."
            return Rejected(message, _HINTS.get(said.rcode(), ""))
        return read_back(self, record, there=there)

    def _exchange(self, message: dns.message.Message) -> dns.message.Message | Rejected | Lost:
        """One signed message and its answer, whose signature is checked too."""
        sent = message.to_wire(prepend_length=True)
        try:
            connected = socket.create_connection((self.server.host, self.server.port), _PATIENCE)
        except OSError as failure:
            return Rejected(f"{self.server} can't be reached: {failure.strerror or failure}.")
        try:
            with connected, connected.makefile("rb") as stream:
                connected.sendall(sent)
                received = stream.read(int.from_bytes(stream.read(2)))
            if not _is_signed(received):
                # What it had done to the zone, it would have signed.
                return Rejected(f"{self.server} refused without a signature.", _PRIMARY)
            answer = dns.message.from_wire(received, keyring=self.key, request_mac=message.mac)
        except dns.tsig.PeerError as refused:
            hint = f"Compare key_name and algorithm in [dns], {SECRET}, and the clocks of both sides."
            return Rejected(f"{self.server} doesn't take the key: {_told(refused)}.", hint)
        except (dns.exception.DNSException, OSError) as failure:
            return Lost(f"{self.server} didn't answer with anything that can be used: {_told(failure)}.")
        return answer if message.is_response(answer) else Lost(f"{self.server} answered something else.")


def rfc2136(
    server: Server, zone: str, key_name: str, algorithm: str, environment: Mapping[str, str]
) -> Rfc2136Publisher:
    """The publisher, with the secret from the environment. Raises NotAllowed when it isn't there or can't be one."""
    secret = environment.get(SECRET, "").strip()
    if not secret:
        raise NotAllowed(f"[dns] needs the secret of the key {key_name}.", hint=f"Set {SECRET} to it, in base64.")
    try:
        key = dns.tsig.Key(key_name, base64.b64decode(secret, validate=True), algorithm)
    except (binascii.Error, ValueError, dns.exception.DNSException):
        raise NotAllowed(f"{SECRET} holds no secret in base64.", hint="Copy it from the server's key.") from None
    return Rfc2136Publisher(server, zone, key)


def _rdata(record: DnsRecord) -> dns.rdata.Rdata:
    """The value as DNS has it; TXT is cut into the strings of 255 bytes that it consists of."""
    type = dns.rdatatype.from_text(record.type)
    if type != dns.rdatatype.TXT:
        return dns.rdata.from_text("IN", type, record.value)
    text = record.value.encode()
    strings = [text[at : at + 255] for at in range(0, len(text), 255)] or [b""]
    return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, type, strings)


def _is_signed(received: bytes) -> bool:
    """Whether an answer carries a signature, right or wrong. Raises DNSException when it is no answer."""
    return dns.message.from_wire(received, keyring=False).had_tsig


def _told(failure: Exception) -> str:
    return str(failure).rstrip(".") or type(failure).__name__
