from __future__ import annotations

import pytest

from mailform_providers.clouds import CLOUDS, Audience, endpoints
from mailform_state.errors import Failure


def test_every_cloud_has_its_own_exchange() -> None:
    names = {name: cloud.exchange for name, cloud in CLOUDS.items()}
    assert names["gcc-high"] == "https://outlook.office365.us"
    assert names["dod"] == "https://outlook-dod.office365.us"
    assert names["sandbox"] == names["global"] == "https://outlook.office365.com"


def test_the_environment_overrides_where_requests_go_but_not_what_tokens_are_for() -> None:
    found = endpoints("global", {"MAILFORM_EXCHANGE_URL": "http://127.0.0.1:8080/", "MAILFORM_GRAPH_URL": ""})
    assert (found.exchange, found.graph) == ("http://127.0.0.1:8080", "https://graph.microsoft.com")
    assert found.cloud.scope(Audience.EXCHANGE) == "https://outlook.office365.com/.default"


def test_the_environment_never_moves_the_sandbox() -> None:
    assert endpoints("sandbox", {"MAILFORM_EXCHANGE_URL": "https://evil.example"}) == endpoints("sandbox", {})


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://[::1]:8080", "http://127.8.0.1", "https://gateway.example:8443"]
)
def test_an_origin_is_taken(url: str) -> None:
    assert endpoints("dod", {"MAILFORM_LOGIN_URL": url}).login == url


@pytest.mark.parametrize(
    "url",
    [
        "https://gateway.example/path",
        "https://gateway.example?x=1",
        "https://user:secret@gateway.example",
        "http://gateway.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "ftp://gateway.example",
        "gateway.example",
        "https://",
        "https://gateway.example:port",
        "https://[::1",
    ],
)
def test_what_is_no_origin_is_refused(url: str) -> None:
    with pytest.raises(Failure) as caught:
        endpoints("global", {"MAILFORM_GRAPH_URL": url})
    assert "MAILFORM_GRAPH_URL" in caught.value.message
    assert "secret" not in caught.value.message + caught.value.hint


def test_a_cloud_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Failure) as caught:
        endpoints("mars", {})
    assert "gcc-high" in caught.value.hint
