from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform_providers.errors import NotAllowed
from mailform_providers.signin.refusals import token_of


def refusal(answer: object) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        token_of(answer)
    return caught.value


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (7000215, "not its ID"),
        (7000222, "ended"),
        (700016, "AZURE_CLIENT_ID"),
        (65001, "consent"),
        (90002, "[tenant] id"),
        (53003, "Conditional Access"),
        (700027, "Upload this certificate"),
        (70021, "subject"),
        (700213, "subject"),
        (700082, "mailform login"),
        (7000218, "public client flows"),
    ],
)
def test_what_the_authority_refuses_comes_with_what_to_do(code: int, words: str) -> None:
    said = f"AADSTS{code}: It is so. Trace ID: 11-22 Correlation ID: 33-44 Timestamp: 2026-11-23 12:00:00Z"
    listed = refusal({"error": "x", "error_description": said, "error_codes": [code], "correlation_id": "33-44"})
    assert listed.message == f"Signing in failed: AADSTS{code}: It is so. (correlation-id 33-44)"
    assert words in listed.hint
    assert refusal({"error": "x", "error_description": said}).hint == listed.hint


def test_what_is_not_known_is_told_as_the_service_says_it() -> None:
    assert refusal({"error": "odd", "error_description": "AADSTS12345: Odd."}).message.endswith("AADSTS12345: Odd.")
    assert refusal({"error": "odd"}).message == "Signing in failed: odd"
    assert refusal({"error": "authorization_declined"}).hint


_KEYS = st.sampled_from(["error", "error_description", "error_codes", "correlation_id"])


@given(st.none() | st.lists(st.integers()) | st.dictionaries(_KEYS, st.text() | st.integers()))
def test_any_answer_without_a_token_is_a_refusal(answer: object) -> None:
    assert refusal(answer).message.startswith("Signing in failed: ")
