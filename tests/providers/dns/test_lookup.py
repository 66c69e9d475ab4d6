"""Looking for a proof at the zone's name servers: what is there, what isn't, and what can't be known."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from socket import SOCK_DGRAM, socket

import dns.resolver
import pytest

from mailform_providers.dns.lookup import Absent, Partly, Shown, Sought, Unasked, look_up
from mailform_providers.dns.servers import Server
from nameserver import REMEMBERED, ZONE, NameServer, running

NAME = f"s5hg3dcg14h8s1r2303rzhm4rx.{ZONE}"
PROOF = Sought(NAME, "MS=ms12345678", "ms12345678.msv1.invalid")


def test_a_record_that_is_not_there_is_absent_from_its_zone(name_server: NameServer) -> None:
    assert look_up(PROOF, name_server.server) == Absent(ZONE)
    name_server.put(NAME, "TXT", '"MS=ms87654321"')
    name_server.put(NAME, "MX", "10 mail.contoso.com.")
    assert look_up(PROOF, name_server.server) == Absent(ZONE)


def test_either_record_is_the_proof_whatever_else_stands_beside_it(name_server: NameServer) -> None:
    name_server.put(NAME, "TXT", '"v=spf1 -all"')
    name_server.put(NAME, "TXT", '"MS=ms" "12345678"')
    assert look_up(PROOF, name_server.server) == Shown(ZONE, REMEMBERED)
    name_server.take(NAME)
    name_server.put(NAME, "MX", "32767 MS12345678.msv1.invalid.")
    assert look_up(PROOF, name_server.server) == Shown(ZONE, REMEMBERED)


def test_a_proof_at_the_top_of_a_zone_is_found_too(name_server: NameServer) -> None:
    name_server.put(ZONE, "TXT", '"MS=ms12345678"')
    assert look_up(Sought(ZONE, PROOF.txt), name_server.server) == Shown(ZONE, REMEMBERED)


def test_a_server_that_does_not_have_the_zone_says_nothing_of_it(name_server: NameServer) -> None:
    assert isinstance(look_up(Sought("www.fabrikam.com", "MS=ms1"), name_server.server), Unasked)


def test_a_server_that_never_answers_costs_no_more_than_the_patience() -> None:
    with closing(socket(type=SOCK_DGRAM)) as deaf:
        deaf.bind(("127.0.0.1", 0))
        began = time.monotonic()
        assert isinstance(look_up(PROOF, Server("127.0.0.1", deaf.getsockname()[1]), 0.3), Unasked)
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("name", ["", "a" * 64 + ".com", "a..b", "\N{SNOWMAN}" * 80])
def test_whatever_is_asked_nothing_is_raised(name: str) -> None:
    assert isinstance(look_up(Sought(name, "MS=ms1"), Server("127.0.0.1", 1), 0.2), Unasked | Absent)


def test_without_a_server_of_its_own_the_zones_name_servers_are_found_and_asked(
    name_server: NameServer, tmp_path: Path
) -> None:
    name_server.put(NAME, "TXT", '"MS=ms12345678"')
    with running(tmp_path, "127.0.0.2", name_server.server.port) as second:
        assert look_up(PROOF, resolver=through(name_server)) == Partly(ZONE, having=1, asked=2)
        second.put(NAME, "TXT", '"MS=ms12345678"')
        assert look_up(PROOF, resolver=through(name_server)) == Shown(ZONE, REMEMBERED)
        name_server.take(NAME)
        second.take(NAME)
        assert look_up(PROOF, resolver=through(name_server)) == Absent(ZONE)


def test_a_name_server_that_is_down_has_no_say(name_server: NameServer) -> None:
    name_server.put(NAME, "TXT", '"MS=ms12345678"')
    assert look_up(PROOF, patience=1, resolver=through(name_server)) == Shown(ZONE, REMEMBERED)


def through(first: NameServer) -> dns.resolver.Resolver:
    """A resolver that knows this name server, and nobody else."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [first.server.host], first.server.port
    return resolver


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("ns1.contoso.com", Server("ns1.contoso.com")),
        ("127.0.0.1:5353", Server("127.0.0.1", 5353)),
        ("::1", Server("::1")),
        ("[::1]:5353", Server("::1", 5353)),
        ("[::1]", Server("::1")),
    ],
)
def test_a_server_is_written_by_host_and_port(text: str, server: Server) -> None:
    assert Server.parse(text) == server
    assert Server.parse(str(server)) == server


@pytest.mark.parametrize("text", ["", ":53", "a:", "a:b", "a:0", "a:65536", "a b", "[::1", "[::1]53", "1:2:3:g", "a:²"])
def test_anything_else_is_no_server(text: str) -> None:
    with pytest.raises(ValueError):
        Server.parse(text)
