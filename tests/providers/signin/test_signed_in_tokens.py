from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from mailform_providers.clouds import Audience
from mailform_providers.errors import NotAllowed
from mailform_providers.signin.tokens import SignedIn

TENANT = "5f1d0f0a-2c11-4b0e-9e0e-6a3c1d2b4f10"


@dataclass
class Source:
    """Gives tokens of an hour, each another one; a clock that is set by hand."""

    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)
    given: list[Audience] = field(default_factory=list)
    broken: bool = False

    def __call__(self, audience: Audience) -> object:
        if self.broken:
            return {"error": "server_error", "error_description": "Not now."}
        self.given.append(audience)
        said = {"tid": TENANT, "aud": audience, "exp": int(self.now.timestamp()) + 3600, "jti": len(self.given)}
        payload = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        return {"access_token": f"e30.{payload}.x", "expires_in": 3600}

    def tokens(self) -> SignedIn:
        return SignedIn(TENANT, self, lambda: self.now)


def test_a_token_is_kept_for_each_service_until_five_minutes_before_its_end() -> None:
    source = Source()
    tokens = source.tokens()
    first = tokens.token(Audience.EXCHANGE)
    assert tokens.token(Audience.GRAPH) != first
    source.now += timedelta(minutes=54, seconds=59)
    assert tokens.token(Audience.EXCHANGE) == first
    source.now += timedelta(seconds=1)
    assert tokens.token(Audience.EXCHANGE) != first
    assert source.given == [Audience.EXCHANGE, Audience.GRAPH, Audience.EXCHANGE]


def test_graph_is_not_asked_for_before_it_is_needed() -> None:
    source = Source()
    assert source.tokens().tenant_id() == TENANT
    assert source.given == [Audience.EXCHANGE]


def test_a_token_that_is_still_good_bridges_a_renewal_that_fails() -> None:
    source = Source()
    tokens = source.tokens()
    first = tokens.token(Audience.EXCHANGE)
    source.now, source.broken = source.now + timedelta(minutes=56), True
    assert tokens.token(Audience.EXCHANGE) == first
    source.now += timedelta(minutes=4)
    with pytest.raises(NotAllowed, match="Not now"):
        tokens.token(Audience.EXCHANGE)


def test_many_threads_whose_token_was_refused_get_one_new_one() -> None:
    source = Source()
    tokens = source.tokens()
    ready = threading.Barrier(8)

    def work(_: int) -> tuple[bool, str]:
        tokens.token(Audience.EXCHANGE)
        ready.wait(10)
        return tokens.refresh(Audience.EXCHANGE), tokens.token(Audience.EXCHANGE)

    with ThreadPoolExecutor(8) as pool:
        outcomes = set(pool.map(work, range(8)))
    assert len(outcomes) == 1
    assert len(source.given) == 2


def test_a_second_refusal_is_answered_with_another_token() -> None:
    tokens = Source().tokens()
    seen = [tokens.token(Audience.EXCHANGE)]
    for _ in range(2):
        assert tokens.refresh(Audience.EXCHANGE)
        seen.append(tokens.token(Audience.EXCHANGE))
    assert len(set(seen)) == 3


def test_a_source_that_gives_the_refused_token_again_says_so() -> None:
    fixed = Source()(Audience.EXCHANGE)
    tokens = SignedIn(TENANT, lambda _: fixed, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
    tokens.token(Audience.EXCHANGE)
    assert not tokens.refresh(Audience.EXCHANGE)
