from __future__ import annotations

import gzip

import httpx
import pytest

from mailform_providers.wire.reply import Broken, Delivery, Reply, Unsent, send
from scripted import Reaction, Script, raw

NULS = b"\0" * 512


def sent(reaction: Reaction) -> Delivery:
    with httpx.Client(transport=Script([reaction])) as http:
        return send(http, http.build_request("POST", "https://outlook.office365.com/x", json={}))


def test_a_body_falsely_marked_as_gzip_keeps_its_status() -> None:
    reply = sent(raw(403, NULS, headers={"Content-Encoding": "gzip", "x-ms-diagnostics": "1;reason=no"}))
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body, reply.headers["x-ms-diagnostics"]) == (403, NULS, "1;reason=no")


def test_a_packed_body_is_unpacked() -> None:
    reply = sent(raw(200, gzip.compress(b'{"value":[]}'), headers={"Content-Encoding": "gzip"}))
    assert isinstance(reply, Reply)
    assert reply.body == b'{"value":[]}'


def test_a_packed_body_that_is_cut_is_no_answer() -> None:
    packed = gzip.compress(b"x" * 10_000)
    assert isinstance(sent(raw(200, packed[:-6], headers={"Content-Encoding": "gzip"})), Broken)


def test_an_answer_that_was_read_when_it_was_made_is_taken_as_it_is() -> None:
    reply = sent(httpx.Response(200, json={"value": []}))
    assert isinstance(reply, Reply)
    assert reply.body == b'{"value":[]}'


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.ProxyError("407")]
)
def test_without_a_connection_nothing_was_sent(error: Exception) -> None:
    assert isinstance(sent(error), Unsent)


@pytest.mark.parametrize(
    "error",
    [httpx.ReadTimeout("slow"), httpx.ReadError("reset"), httpx.WriteError("reset"), httpx.RemoteProtocolError("gone")],
)
def test_a_connection_that_breaks_leaves_it_open_whether_it_was_carried_out(error: Exception) -> None:
    assert isinstance(sent(error), Broken)


def test_a_body_that_breaks_off_is_no_answer() -> None:
    assert isinstance(sent(raw(200, b'{"value":', httpx.ReadError("reset"))), Broken)
