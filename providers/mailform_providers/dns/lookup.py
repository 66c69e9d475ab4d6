"""Whether a domain's proof is published: asked of the zone's own name servers, past every cache.

The answer explains why the service refused to verify a domain, and is for nothing else: it never stands in the way of
asking the service, and whatever goes wrong here is an answer too.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeAlias

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.SOA
import dns.rdtypes.ANY.TXT
import dns.resolver

from mailform_providers.dns.servers import Server

PATIENCE = 3.0
"""Seconds that one look-up may take in all."""

_MOST = 6
"""How many of a zone's name servers are asked. Zones with more of them have the same content on all."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What to look for at `name`: the TXT record `txt` or the MX record to the host `mx`; either proves the domain."""

    name: str
    txt: str
    mx: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Every name server that answered has the record. `remembered` is how many seconds a resolver that asked too early
    may go on saying that there is none."""

    zone: str
    remembered: int = 0


@dataclass(frozen=True, slots=True)
class Partly:
    """`having` of the `asked` name servers have the record: the zone is still being handed on."""

    zone: str
    having: int
    asked: int


@dataclass(frozen=True, slots=True)
class Absent:
    """No name server of the zone has the record."""

    zone: str


@dataclass(frozen=True, slots=True)
class Unasked:
    """Nobody could be asked, so nothing is known."""

    reason: str


Finding: TypeAlias = Shown | Partly | Absent | Unasked


def look_up(
    sought: Sought,
    server: Server | None = None,
    patience: float = PATIENCE,
    resolver: dns.resolver.Resolver | None = None,
) -> Finding:
    """Asks the name servers of the zone that `sought.name` is in, or `server` instead of them. Never raises; takes
    `patience` seconds at most. `resolver` finds the servers (None: this machine's), and its port is theirs too."""
    end = time.monotonic() + patience
    zone: dns.name.Name | None = None
    try:
        name = dns.name.from_text(sought.name)
        finder = _resolver() if resolver is None else resolver
        if server is None:
            zone, places = _authorities(name, finder, end)
        else:
            places = _addresses(server, finder, end)
        if not places:
            return Unasked("no name server of it has an address that could be found")
        with ThreadPoolExecutor(len(places)) as pool:
            answers = [found for found in pool.map(lambda place: _asked(place, name, sought, end), places) if found]
    except dns.exception.DNSException as failure:
        return Unasked(_reason(failure))
    except (OSError, ValueError) as failure:
        return Unasked(str(failure))
    return _judged(zone, answers)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one name server says. `zone` is the one that it speaks for, where it tells."""

    has: bool
    zone: str
    remembered: int


def _judged(zone: dns.name.Name | None, answers: list[_Answer]) -> Finding:
    if not answers:
        return Unasked("no name server answered in time")
    told = next((answer.zone for answer in answers if answer.zone), "") if zone is None else _plain(zone)
    having = sum(answer.has for answer in answers)
    if having == len(answers):
        return Shown(told, max(answer.remembered for answer in answers))
    return Partly(told, having, len(answers)) if having else Absent(told)


def _authorities(
    name: dns.name.Name, resolver: dns.resolver.Resolver, end: float
) -> tuple[dns.name.Name, tuple[Server, ...]]:
    """The zone that a name is in, and the addresses of its name servers."""
    zone = dns.resolver.zone_for_name(name, resolver=resolver, lifetime=_left(end))
    servers = resolver.resolve(zone, "NS", lifetime=_left(end))
    hosts = sorted(str(record.target) for record in servers)
    places: list[Server] = []
    for host in hosts[:_MOST]:
        with suppress(dns.exception.DNSException):
            places += _addresses(Server(host, resolver.port), resolver, end)[:1]
    return zone, tuple(places)


def _addresses(server: Server, resolver: dns.resolver.Resolver, end: float) -> tuple[Server, ...]:
    """The server by its address, IPv4 before IPv6."""
    try:
        return (Server(str(ip_address(server.host)), server.port),)
    except ValueError:
        pass
    found = resolver.resolve_name(server.host, lifetime=_left(end))
    in_order = sorted(set(found.addresses()), key=lambda address: (":" in address, address))
    return tuple(Server(address, server.port) for address in in_order)


def _resolver() -> dns.resolver.Resolver:
    found = dns.resolver.Resolver()
    found.timeout = 1.0
    return found


def _asked(place: Server, name: dns.name.Name, sought: Sought, end: float) -> _Answer | None:
    """What one server says; None when it can't be reached or has nothing to say of this zone."""
    try:
        proofs = [_query(place, name, type, end) for type, wanted in (("TXT", sought.txt), ("MX", sought.mx)) if wanted]
        has = any(_holds(answer, name, sought) for answer in proofs)
        zone, remembered = _start_of_authority(proofs)
        if not zone:
            zone, remembered = _start_of_authority([_query(place, name, "SOA", end)])
    except (dns.exception.DNSException, OSError, EOFError, ValueError):
        return None
    return _Answer(has, zone, remembered)


def _query(place: Server, name: dns.name.Name, type: str, end: float) -> dns.message.Message:
    """Asks one server. Recursion is asked for too, since `--dns-server` may name a resolver."""
    query = dns.message.make_query(name, type)
    answer, _ = dns.query.udp_with_fallback(query, place.host, timeout=_left(end), port=place.port)
    if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        raise ValueError(f"{place} answered {dns.rcode.to_text(answer.rcode())}")
    return answer


def _holds(answer: dns.message.Message, name: dns.name.Name, sought: Sought) -> bool:
    for rrset in answer.answer:
        for record in rrset:
            match record:
                case dns.rdtypes.ANY.TXT.TXT():
                    if sought.txt and b"".join(record.strings) == sought.txt.encode():
                        return True
                case dns.rdtypes.ANY.MX.MX():
                    host = _plain(record.exchange).lower()
                    if sought.mx and host == sought.mx.rstrip(".").lower():
                        return True
    return False


def _start_of_authority(answers: list[dns.message.Message]) -> tuple[str, int]:
    """The zone, and for how many seconds resolvers may remember that a name isn't there (RFC 2308, section 5)."""
    for answer in answers:
        for rrset in (*answer.authority, *answer.answer):
            for record in rrset:
                if isinstance(record, dns.rdtypes.ANY.SOA.SOA):
                    return _plain(rrset.name), min(record.minimum, rrset.ttl)
    return "", 0


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise dns.exception.Timeout
    return left


def _reason(failure: dns.exception.DNSException) -> str:
    match failure:
        case dns.exception.Timeout():
            return "no answer in time"
        case dns.resolver.NoResolverConfiguration():
            return "this machine has no resolver"
        case dns.resolver.NXDOMAIN() | dns.resolver.NoAnswer() | dns.resolver.NoRootSOA():
            return "the zone's name servers could not be found"
        case dns.resolver.NoNameservers():
            return "this machine's resolver could not answer"
        case _:
            return str(failure) or type(failure).__name__
