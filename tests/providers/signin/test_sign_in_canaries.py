"""Whatever goes wrong, and however much is logged: nothing secret is said."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from identity import CONNECTION, DOMAIN, Answer, Authority
from mailform_providers.connect import connect
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_providers.wire.patience import Patience
from mailform_state.errors import Failure
from scripted import Sleeps


def secret(authority: Authority) -> dict[str, str]:
    return authority.settings(AZURE_CLIENT_SECRET=authority.secret)


def file(authority: Authority) -> dict[str, str]:
    path = authority.bundle.with_name("token")
    path.write_text("Canary.file.assertion")
    authority.federated.add("Canary.file.assertion")
    return authority.settings(AZURE_FEDERATED_TOKEN_FILE=str(path))


def github(authority: Authority) -> dict[str, str]:
    authority.federated.add(authority.job_assertion)
    url = f"{authority.url}/github?run=7"
    return authority.settings(ACTIONS_ID_TOKEN_REQUEST_URL=url, ACTIONS_ID_TOKEN_REQUEST_TOKEN=authority.job_token)


def pipeline(authority: Authority) -> dict[str, str]:
    settings = github(authority)
    return authority.settings(
        SYSTEM_OIDCREQUESTURI=f"{authority.url}/pipeline",
        SYSTEM_ACCESSTOKEN=settings["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
        AZURE_SERVICE_CONNECTION_ID=CONNECTION,
    )


def person(authority: Authority) -> dict[str, str]:
    return authority.settings(MAILFORM_TOKEN_CACHE=str(authority.bundle.with_name("tokens.json")))


TROUBLES: dict[str, Answer] = {
    "cut": (200, b'{"access_token": "Canary.cut.token'),
    "no token": (200, {"access_token": "Canary-no-token"}),
}
ECHOES = {"refused": 401, "bad request": 400, "busy": 503}


@pytest.mark.parametrize("trouble", ["none", *TROUBLES, *ECHOES])
@pytest.mark.parametrize("way", [secret, file, github, pipeline, person])
def test_no_secret_is_said_whatever_happens(
    authority: Authority,
    way: Callable[[Authority], dict[str, str]],
    trouble: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    settings = way(authority)
    authority.troubles += [TROUBLES[trouble]] * 9 if trouble in TROUBLES else []
    authority.echo = ECHOES.get(trouble, 0)
    failed = False
    try:
        patience = Patience(sleep=Sleeps())
        with connect("global", DOMAIN, settings, tmp_path, patience=patience, person=told.append) as tenant:
            told.append(f"{tenant!r} {tenant.tokens!r} {tenant.exchange!r} {vars(tenant.tokens)!r}")
            tenant.provider.read(TRANSPORT_RULE)
    except Failure as failure:
        failed = True
        told += [failure.message, failure.hint, *traceback.format_exception(failure)]
    assert failed is (trouble != "none"), told
    output = capfd.readouterr()
    everything = "\n".join((*told, caplog.text, output.out, output.err))
    for canary in (
        authority.secret,
        "Canary.file.assertion",
        authority.job_token,
        authority.job_assertion,
        "Canary-device-code",
        "Canary-refresh-token",
        "Canary.cut.token",
        "Canary-no-token",
        "Canary-signature",
    ):
        assert canary not in everything


def test_neither_msal_nor_requests_is_imported_before_somebody_signs_in() -> None:
    said = (
        "import sys, mailform_providers.connect, mailform_providers.signin.check\n"
        "print([name for name in ('httpx', 'msal', 'requests', 'cryptography', 'jwt') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
