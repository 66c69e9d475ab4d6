from __future__ import annotations

import base64
import json
import traceback
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform_providers.clouds import CLOUDS, Audience
from mailform_providers.credentials import ReadyTokens, Secret, claims
from mailform_providers.errors import NotAllowed
from mailform_state.errors import WrongTenant

TENANT = "5f1d0f0a-2c11-4b0e-9e0e-6a3c1d2b4f10"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON = int(NOW.timestamp()) + 3600


def jwt(**said: object) -> str:
    body = {
        "tid": TENANT,
        "aud": "https://outlook.office365.com",
        "exp": SOON,
        "roles": ["Exchange.ManageAsApp"],
        **said,
    }
    payload = base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{payload}.sIgNaTuRe"


def ready(**environment: str) -> ReadyTokens:
    return ReadyTokens(environment, CLOUDS["global"], lambda: NOW)


def test_a_ready_token_is_given_as_it_is() -> None:
    tokens = ready(MAILFORM_EXCHANGE_TOKEN=f" {jwt()}\n")
    assert tokens.token(Audience.EXCHANGE) == jwt()
    assert tokens.tenant_id() == TENANT
    assert tokens.ends_at(Audience.EXCHANGE) == datetime(2026, 11, 23, 13, tzinfo=UTC)


@pytest.mark.parametrize("audience", ["https://outlook.office365.com/", "00000002-0000-0ff1-ce00-000000000000"])
def test_an_audience_has_two_spellings(audience: str) -> None:
    assert ready(MAILFORM_EXCHANGE_TOKEN=jwt(aud=audience)).token(Audience.EXCHANGE)


def test_graphs_token_is_missed_only_when_it_is_asked_for() -> None:
    tokens = ready(MAILFORM_EXCHANGE_TOKEN=jwt())
    tokens.token(Audience.EXCHANGE)
    with pytest.raises(NotAllowed) as caught:
        tokens.token(Audience.GRAPH)
    assert "MAILFORM_GRAPH_TOKEN" in caught.value.hint


def test_a_token_for_the_other_service_is_refused() -> None:
    with pytest.raises(NotAllowed, match="not for"):
        ready(MAILFORM_EXCHANGE_TOKEN=jwt(aud="https://graph.microsoft.com")).token(Audience.EXCHANGE)


def test_a_token_that_ended_is_refused() -> None:
    with pytest.raises(NotAllowed, match="ended"):
        ready(MAILFORM_EXCHANGE_TOKEN=jwt(exp=int(NOW.timestamp()))).token(Audience.EXCHANGE)


def test_two_tokens_of_two_tenants_are_refused() -> None:
    other = jwt(aud="https://graph.microsoft.com", tid="00000000-0000-4000-8000-000000000000")
    with pytest.raises(WrongTenant):
        ready(MAILFORM_EXCHANGE_TOKEN=jwt(), MAILFORM_GRAPH_TOKEN=other).token(Audience.GRAPH)


def test_permissions_are_roles_or_scopes() -> None:
    found = claims(Secret(jwt(roles=["Domain.Read.All"], scp="AdminApi.AccessAsUser.All Mail")), "X")
    assert found.permissions == ("Domain.Read.All", "AdminApi.AccessAsUser.All", "Mail")


@pytest.mark.parametrize(
    "text", ["sEcReT", "sEc.ReT", "a.sEcReT.c", "a.b.c.sEcReT", f"Bearer {jwt()}", "a.W10.c", "a.eyJ0aWQiOjF9.c"]
)
def test_what_is_no_token_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        ready(MAILFORM_EXCHANGE_TOKEN=text).token(Audience.EXCHANGE)
    shown = "".join(traceback.format_exception(caught.value))
    assert "no access token" in caught.value.message
    assert text not in shown


@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_any_text_is_a_token_or_a_clean_refusal(text: str) -> None:
    with pytest.raises(NotAllowed):
        ready(MAILFORM_EXCHANGE_TOKEN=text).token(Audience.EXCHANGE)


def test_nothing_that_holds_a_token_shows_it() -> None:
    token = jwt()
    tokens = ready(MAILFORM_EXCHANGE_TOKEN=token)
    for shown in (repr(tokens), str(tokens), repr(Secret(token)), str(Secret(token)), f"{Secret(token)}"):
        assert token not in shown
        assert "sIgNaTuRe" not in shown
