"""Publishing a proof and withdrawing it, at a real name server and at a hoster that dns-lexicon knows."""

from __future__ import annotations

import base64
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_server

import pytest

from mailform_providers.contract import Done, Lost, Rejected
from mailform_providers.dns.lexicon import lexicon
from mailform_providers.dns.publish import Publisher
from mailform_providers.dns.rfc2136 import SECRET, rfc2136
from mailform_providers.dns.servers import Server
from mailform_providers.errors import NotAllowed, ReadFailed
from mailform_state.address import Address
from mailform_state.errors import Unusable
from mailform_state.values import DnsRecord
from nameserver import ALGORITHM, KEY, ZONE, NameServer

NAME = f"s5hg3dcg14h8s1r2303rzhm4rx.{ZONE}"
PROOF = DnsRecord(ZONE, NAME, "TXT", "MS=ms12345678", Address("accepted_domain", "certificate"))
WRONG = base64.b64encode(b"another secret altogether").decode()


def updating(at: NameServer, secret: str | None = None, key: str = KEY, zone: str = ZONE) -> Publisher:
    return rfc2136(at.server, zone, key, ALGORITHM, {SECRET: secret or at.secret})


@pytest.fixture(params=["rfc2136", "lexicon"])
def publisher(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """Each publisher, over a zone that has another TXT value at the same name already."""
    if request.param == "rfc2136":
        at: NameServer = request.getfixturevalue("name_server")
        at.put(NAME, "TXT", '"v=spf1 -all"')
        yield updating(at)
    else:
        zone = tmp_path / "zone"
        zone.write_text(f'$ORIGIN {ZONE}.\n$TTL 300\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n{NAME}. TXT "v=spf1 -all"\n')
        monkeypatch.setenv("LEXICON_LOCALZONE_FILENAME", str(zone))
        monkeypatch.setenv("LEXICON_DELEGATED", "fabrikam.com")
        yield lexicon("localzone", ZONE)


def other(publisher: Publisher) -> bool:
    """Whether the value that was there before still is."""
    return publisher.shows(DnsRecord(ZONE, NAME, "TXT", "v=spf1 -all", PROOF.address))


def test_one_value_comes_and_goes_and_the_others_stay(publisher: Publisher) -> None:
    assert not publisher.shows(PROOF)
    assert isinstance(publisher.publish(PROOF), Done)
    assert publisher.shows(PROOF)
    assert other(publisher)
    assert isinstance(publisher.withdraw(PROOF), Done)
    assert not publisher.shows(PROOF)
    assert other(publisher)


def test_doing_it_twice_is_doing_it_once(publisher: Publisher) -> None:
    for _ in range(2):
        assert isinstance(publisher.publish(PROOF), Done)
        assert publisher.shows(PROOF)
    for _ in range(2):
        assert isinstance(publisher.withdraw(PROOF), Done)
        assert not publisher.shows(PROOF)


@pytest.mark.parametrize(
    ("secret", "key", "zone", "words"),
    [
        (WRONG, KEY, ZONE, "the key"),
        (None, "nobody", ZONE, "the key"),
        (None, KEY, "fabrikam.com", "signature"),
    ],
)
def test_a_refused_update_says_why_and_changes_nothing(
    name_server: NameServer, secret: str | None, key: str, zone: str, words: str
) -> None:
    refused = updating(name_server, secret, key, zone).publish(PROOF)
    assert isinstance(refused, Rejected)
    assert words in refused.message
    assert refused.hint
    assert name_server.texts(NAME) == set()


def test_a_server_that_is_not_there_is_a_refusal_since_nothing_was_sent(name_server: NameServer) -> None:
    gone = rfc2136(Server("127.0.0.1", 1), ZONE, KEY, ALGORITHM, {SECRET: name_server.secret})
    assert isinstance(gone.publish(PROOF), Rejected)
    with pytest.raises(ReadFailed):
        gone.shows(PROOF)


@contextmanager
def hanging_up() -> Iterator[Server]:
    """A server that takes what is sent and closes the connection."""
    with closing(create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Server("127.0.0.1", listening.getsockname()[1])
        thread.join(5)


def test_an_answer_that_does_not_come_is_no_refusal() -> None:
    with hanging_up() as server:
        assert isinstance(rfc2136(server, ZONE, KEY, ALGORITHM, {SECRET: WRONG}).publish(PROOF), Lost)


@pytest.mark.parametrize("given", [{}, {SECRET: " "}, {SECRET: "no base64!"}])
def test_without_a_usable_secret_there_is_no_publisher(given: dict[str, str]) -> None:
    with pytest.raises(NotAllowed) as refused:
        rfc2136(Server("127.0.0.1"), ZONE, KEY, ALGORITHM, given)
    assert SECRET in refused.value.message + refused.value.hint
    assert "no base64!" not in str(refused.value)


def test_the_secret_is_shown_by_nothing(name_server: NameServer) -> None:
    publisher = updating(name_server)
    assert name_server.secret not in f"{publisher!r} {publisher}"
    assert name_server.secret not in repr(updating(name_server, key="nobody").publish(PROOF))


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lexicon", None)
    with pytest.raises(Unusable) as missing:
        lexicon("cloudflare", ZONE)
    assert "mailform[lexicon]" in missing.value.hint


def test_a_hoster_that_is_not_known_is_a_refusal() -> None:
    assert isinstance(lexicon("nosuch", ZONE).publish(PROOF), Rejected)


def test_a_hosters_exception_is_never_shown_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXICON_LOCALZONE_FILENAME", str(tmp_path / "canary-4711"))
    refused = lexicon("localzone", ZONE).publish(PROOF)
    assert isinstance(refused, Rejected)
    assert "canary" not in refused.message + refused.hint
