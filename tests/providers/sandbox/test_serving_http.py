"""A served sandbox over its socket: TLS, tokens that are checked, faults that are felt."""

from __future__ import annotations

import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from reaching import domains, http, invoke

from mailform_providers.sandbox import (
    EXCHANGE,
    GRAPH,
    Behaviour,
    Expire,
    Fault,
    Lose,
    Redirect,
    When,
    open_sandbox,
)
from mailform_providers.sandbox.serving import Options, Right, serving


def test_a_token_that_the_authority_didnt_sign_is_none() -> None:
    with serving(Options()) as served, serving(Options()) as other:
        found = served.environment
        assert invoke(found, served.token(EXCHANGE), "Get-TransportRule") == 200
        assert invoke(found, other.token(EXCHANGE), "Get-TransportRule") == 401
        assert invoke(found, served.sandbox.token(EXCHANGE), "Get-TransportRule") == 401
        assert domains(found, served.sandbox.token(GRAPH)).status_code == 401


@pytest.mark.parametrize(
    ("withheld", "read", "write", "graph"),
    [
        ("exchange-permission", 401, 401, 200),
        ("exchange-role", 403, 403, 200),
        ("exchange-write", 200, 403, 200),
        ("graph-permission", 200, 200, 403),
        ("graph-write", 200, 200, 200),
    ],
)
def test_a_right_that_is_withheld_is_missed_where_the_service_misses_it(
    withheld: Right, read: int, write: int, graph: int
) -> None:
    with serving(Options(withheld=frozenset({withheld}))) as served:
        found, token = served.environment, served.token(EXCHANGE)
        assert invoke(found, token, "Get-TransportRule") == read
        assert invoke(found, token, "New-TransportRule", Name="A") == write
        assert domains(found, served.token(GRAPH)).status_code == graph


def test_a_token_ends_when_its_lifetime_is_over() -> None:
    now = [datetime(2026, 11, 23, 12, tzinfo=UTC)]
    with serving(Options(token_lifetime=60, clock=lambda: now[0])) as served:
        token = served.token(EXCHANGE)
        assert invoke(served.environment, token, "Get-TransportRule") == 200
        now[0] += timedelta(seconds=61)
        assert invoke(served.environment, token, "Get-TransportRule") == 401
        assert invoke(served.environment, served.token(EXCHANGE), "Get-TransportRule") == 200


def test_a_token_that_a_fault_ends_stays_ended() -> None:
    with serving(Options(faults=(Fault(When(nth=1, writes=None), Expire()),))) as served:
        found, token = served.environment, served.token(EXCHANGE)
        assert [invoke(found, token, "Get-TransportRule") for _ in range(2)] == [401, 401]
        assert invoke(found, served.token(EXCHANGE), "Get-TransportRule") == 200


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_is_a_connection_that_breaks(applied: bool) -> None:
    with serving(Options(faults=(Fault(When(nth=1), Lose(applied)),))) as served:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            invoke(served.environment, served.token(EXCHANGE), "New-TransportRule", Name="A")
        assert len(served.sandbox.tenant.of("transport_rule")) == int(applied)


def test_a_redirect_from_an_address_comes_back_to_it() -> None:
    with serving(Options(faults=(Fault(When(nth=1, writes=None), Redirect()),))) as served:
        found = served.environment
        client = http(found, Authorization=f"Bearer {served.token(GRAPH)}")
        answer = client.get(f"{found['MAILFORM_GRAPH_URL']}/v1.0/domains", follow_redirects=True)
        assert (answer.status_code, len(answer.history)) == (200, 1)


def test_a_redirect_from_a_name_leads_below_it() -> None:
    with serving(Options(faults=(Fault(When(nth=1, writes=None), Redirect("nam03")),))) as served:
        url = served.environment["MAILFORM_GRAPH_URL"].replace("127.0.0.1", "localhost")
        answer = http(served.environment, Authorization=f"Bearer {served.token(GRAPH)}").get(f"{url}/v1.0/domains")
        assert answer.headers["Location"] == url.replace("localhost", "nam03.localhost") + "/v1.0/domains"


def test_who_doesnt_trust_the_authority_gets_nothing_and_others_are_served_on() -> None:
    with serving(Options()) as served:
        found = served.environment
        with pytest.raises(httpx.ConnectError):
            httpx.Client(verify=ssl.create_default_context(), trust_env=False).get(found["MAILFORM_LOGIN_URL"])
        assert http(found).get(f"{found['MAILFORM_LOGIN_URL']}/").status_code == 404


def test_a_tenant_in_a_file_is_the_one_that_everything_else_sees(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    with serving(Options(state=path)) as served:
        assert invoke(served.environment, served.token(EXCHANGE), "New-TransportRule", Name="A") == 200
    assert [rule.name for rule in open_sandbox(path, "fabrikam.onmicrosoft.com").tenant.of("transport_rule")] == ["A"]


def test_slow_requests_wait_side_by_side() -> None:
    with serving(Options(behaviour=Behaviour(latency_seconds=0.2))) as served, ThreadPoolExecutor(8) as pool:
        token = served.token(EXCHANGE)
        began = datetime.now(UTC)
        done = list(pool.map(lambda _: invoke(served.environment, token, "Get-TransportRule"), range(8)))
        assert (set(done), (datetime.now(UTC) - began).total_seconds() < 1.0) == ({200}, True)


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_keys_are_for_their_owner_alone_and_gone_at_the_end() -> None:
    with serving(Options()) as served:
        assert {path.stat().st_mode & 0o777 for path in served.folder.iterdir()} == {0o600}
        assert served.environment["AZURE_CLIENT_SECRET"] not in repr(served)
    assert not served.folder.exists()


def test_a_port_that_is_taken_is_an_error() -> None:
    with serving(Options()) as served:
        port = int(served.environment["MAILFORM_LOGIN_URL"].rpartition(":")[2])
        with pytest.raises(OSError), serving(Options(port=port)):
            pass
