"""The real command, in a process of its own, against a sandbox over TLS: signing in as pipelines do, and the whole
story; with canaries in every secret, which nothing that is written or said may hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from lifecycle.bench import SCENARIO
from mailform_providers.sandbox import Fault, When
from mailform_providers.sandbox.faults import Expire, Lose, Throttle
from mailform_providers.sandbox.serving import Options, Served, serving
from terminal import environment

REAL = SCENARIO.replace('cloud = "sandbox"', 'cloud = "global"')
SECRET = "canary-Xq7~secret-of-the-application"


def mailform(folder: Path, signed_in: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """One command line, and what it said."""
    foreign = ("AZURE_", "MAILFORM_", "IDENTITY_", "ACTIONS_", "SYSTEM_", "REQUESTS_CA", "CURL_CA", "SSL_CERT")
    clean = {name: value for name, value in environment().items() if not name.startswith(foreign)}
    return subprocess.run(
        [sys.executable, "-c", "from mailform.cli.main import run; run()", *words],
        cwd=folder,
        env={**clean, **signed_in},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def configured(folder: Path, text: str = REAL) -> Path:
    (folder / "mailform.toml").write_text(text)
    return folder


def whole_story(folder: Path, signed_in: Mapping[str, str]) -> list[subprocess.CompletedProcess[str]]:
    ran = [
        mailform(folder, signed_in, "apply", "--auto-approve"),
        mailform(folder, signed_in, "plan", "--detailed-exitcode"),
        mailform(folder, signed_in, "destroy", "--auto-approve"),
    ]
    assert [one.returncode for one in ran] == [0, 0, 0], [one.stderr for one in ran]
    return ran


@pytest.mark.parametrize("way", ["secret", "certificate", "federated", "managed_identity"])
def test_the_whole_story_with_each_way_to_sign_in(tmp_path: Path, way: str) -> None:
    folder = configured(tmp_path)
    with serving(Options()) as served:
        whole_story(folder, served.environment if way == "secret" else served.environment_of(way))


def test_another_tenant_ends_with_nine_and_no_call_to_the_service(tmp_path: Path) -> None:
    other = "contoso.onmicrosoft.com"
    folder = configured(tmp_path, REAL.replace("fabrikam.onmicrosoft.com", other))
    with serving(Options(others=(other,))) as served:
        ran = mailform(folder, served.environment, "plan")
        assert (ran.returncode, served.sandbox.log) == (9, ())


@pytest.mark.parametrize("nth", [1, 4, 9, 14, 20])
def test_a_token_that_ends_in_the_middle_is_renewed_once(tmp_path: Path, nth: int) -> None:
    folder = configured(tmp_path)
    with serving(Options(faults=(Fault(When(nth=nth, writes=None), Expire()),))) as served:
        ran = mailform(folder, served.environment, "apply", "--auto-approve")
        assert ran.returncode == 0, ran.stderr


def test_a_busy_service_is_waited_for_and_said_to_be_busy(tmp_path: Path) -> None:
    folder = configured(tmp_path)
    with serving(Options(faults=(Fault(When(nth=3, times=2), Throttle(retry_after="1")),))) as served:
        ran = mailform(folder, served.environment, "apply", "--auto-approve")
    assert ran.returncode == 0, ran.stderr
    assert "trying again" in ran.stderr


@pytest.mark.parametrize(
    ("right", "word"), [("exchange-permission", "Exchange.ManageAsApp"), ("exchange-role", "Exchange Administrator")]
)
def test_a_role_that_is_missing_is_named(tmp_path: Path, right: str, word: str) -> None:
    folder = configured(tmp_path)
    with serving(Options(withheld=frozenset({right}))) as served:  # type: ignore[arg-type]
        ran = mailform(folder, served.environment, "plan")
    assert ran.returncode == 1
    assert word in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_reader_may_plan_and_its_apply_changes_nothing(tmp_path: Path) -> None:
    folder = configured(tmp_path)
    with serving(Options(withheld=frozenset({"exchange-write", "graph-write"}))) as served:
        was = served.sandbox.snapshot()
        assert mailform(folder, served.environment, "plan").returncode == 0
        assert mailform(folder, served.environment, "apply", "--auto-approve").returncode == 3
        assert served.sandbox.snapshot() == was


def test_no_secret_is_in_anything_that_is_said_or_written(tmp_path: Path) -> None:
    folder = configured(tmp_path)
    faults = (Fault(When(nth=5), Lose(applied=True)), Fault(When(nth=2, writes=None), Expire()))
    with serving(Options(client_secret=SECRET, faults=faults)) as served:
        ran = [
            mailform(folder, served.environment, "login", "--check", "-vv"),
            mailform(folder, served.environment, "plan", "-vv", "--out", "saved.mfplan"),
            mailform(folder, served.environment, "apply", "-vv", "saved.mfplan"),
            mailform(folder, {**served.environment, "AZURE_CLIENT_SECRET": f"{SECRET}-wrong"}, "plan", "-vv"),
            mailform(folder, served.environment, "destroy", "--auto-approve", "-vv", "--json"),
        ]
        tokens = tokens_of(served)
    assert [one.returncode for one in ran] == [0, 0, 0, 1, 0], [one.stderr for one in ran]
    said = [text for one in ran for text in (one.stdout, one.stderr)]
    written = [path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    assert len(written) > 3
    for text in (*said, *written):
        assert SECRET not in text
        assert "eyJ" not in text, "a token"
        assert not any(token in text for token in tokens)


def tokens_of(served: Served) -> list[str]:
    """A token's own signature part would differ each time; what all of them share is their head."""
    return [served.token("https://outlook.office365.com").partition(".")[0]]
