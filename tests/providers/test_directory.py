from __future__ import annotations

import httpx
import pytest

from mailform_providers.directory import tenant_guid
from mailform_providers.errors import ReadFailed
from mailform_state.errors import Failure
from scripted import TENANT, Reaction, Script, Sleeps, answer, raw

LOGIN = "https://login.microsoftonline.com"


def asked(name: str, *reactions: Reaction) -> tuple[str, Script]:
    script = Script(list(reactions))
    with httpx.Client(transport=script) as http:
        return tenant_guid(LOGIN, name, http, Sleeps().patience()), script


def test_a_guid_is_itself_and_nobody_is_asked() -> None:
    found, script = asked(TENANT.upper())
    assert (found, script.requests) == (TENANT, [])


def test_a_domain_is_asked_of_the_sign_in_authority() -> None:
    said = answer({"issuer": f"{LOGIN}/{TENANT}/v2.0", "token_endpoint": f"{LOGIN}/{TENANT.upper()}/oauth2/v2.0/token"})
    found, script = asked("fabrikam.onmicrosoft.com", said)
    assert found == TENANT
    assert str(script.requests[0].url) == f"{LOGIN}/fabrikam.onmicrosoft.com/v2.0/.well-known/openid-configuration"
    assert "Authorization" not in script.requests[0].headers


def test_a_tenant_that_is_not_there_is_the_users_to_correct() -> None:
    unknown = answer({"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant 'x' not found."}, 400)
    with pytest.raises(Failure) as caught:
        asked("fabrikan.onmicrosoft.com", unknown)
    assert "fabrikan.onmicrosoft.com" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "reaction",
    [raw(200, b"<html>"), answer({"token_endpoint": "https://x/common/token"}), raw(404), httpx.ConnectError("down")],
)
def test_anything_else_is_a_failed_reading(reaction: Reaction) -> None:
    with pytest.raises(ReadFailed):
        asked("fabrikam.onmicrosoft.com", *[reaction] * 3)


def test_a_name_cannot_lead_to_another_path() -> None:
    said = answer({"token_endpoint": f"{LOGIN}/{TENANT}/oauth2/v2.0/token"})
    _, script = asked("../evil?x=", said)
    assert script.requests[0].url.raw_path.startswith(b"/..%2Fevil%3Fx%3D/v2.0/")
