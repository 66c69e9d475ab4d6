"""Signing in at the command line, against an authority over TLS, Exchange and Graph that know nothing but tokens."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from identity import CLIENT, DOMAIN, TENANT, Authority, certificate, pem, running
from terminal import Terminal

CONFIGURATION = f'[tenant]\nid = "{DOMAIN}"\ncloud = "global"\n'
RULE = '[transport_rule.x]\nname = "X"\nconditions = {}\nactions = { delete_message = true }\n'
CONNECTOR = '[inbound_connector.x]\nname = "X"\nconnector_type = "Partner"\nsender_domains = ["contoso.com"]\n'
ACCEPTED = '[accepted_domain.x]\ndomain = "contoso.com"\n'
SPOKEN_TO = ("AZURE", "MAILFORM_", "ACTIONS_", "SYSTEM_", "IDENTITY_", "MSI_", "CI")


@pytest.fixture
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with running(tmp_path_factory.mktemp("authority")) as found:
        yield found


@pytest.fixture
def there(terminal: Terminal, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal with a configuration for a tenant that signs in with a client secret."""
    for name in [name for name in os.environ if name.startswith(SPOKEN_TO)]:
        monkeypatch.delenv(name)
    for name, value in authority.settings(AZURE_CLIENT_SECRET=authority.secret).items():
        monkeypatch.setenv(name, value)
    terminal.write(CONFIGURATION + RULE)
    return terminal


def test_a_check_says_how_as_whom_where_until_when_and_what_may_be_read(there: Terminal, authority: Authority) -> None:
    said = there.done("login", "--check")
    assert "Credential: client secret (AZURE_CLIENT_SECRET, AZURE_CLIENT_ID)" in said
    assert f"Tenant: {TENANT} ({DOMAIN})" in said
    assert re.search(rf"as application {CLIENT}, until \d{{4}}-\d\d-\d\d \d\d:\d\d UTC", said)
    assert "with Exchange.ManageAsApp, Domain.ReadWrite.All" in said
    for listing in ("OutboundConnector", "InboundConnector", "TransportRule", "AcceptedDomain"):
        assert f"Get-{listing}: allowed" in said
    assert "Graph (not needed: the configuration has no accepted_domain)" in said
    assert "GET /domains: allowed" in said


def test_signing_in_alone_reads_nothing(there: Terminal, authority: Authority) -> None:
    assert "Exchange.ManageAsApp" in there.done("login")
    assert authority.asked("InvokeCommand") == 0


def test_a_check_is_one_document_for_programs(there: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PATH", "/nowhere.pem")
    monkeypatch.setenv("SYSTEM_OIDCREQUESTURI", "https://ado.example/")
    found = there.run("login", "--check", "--json").document
    assert found["works"] is True
    assert found["credential"]["variables"] == ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID"]
    assert [(other["title"], other["lacks"] != []) for other in found["others"]] == [
        ("certificate", False),
        ("Azure DevOps' token of the job", True),
    ]
    assert found["tenant"] == {"id": TENANT, "configured": DOMAIN}
    exchange, graph = found["services"]
    assert (exchange["application"], exchange["needed"], graph["needed"]) == (CLIENT, True, False)
    assert {read["what"] for read in exchange["reads"] if read["allowed"]} >= {
        "Get-TransportRule",
        "Get-AcceptedDomain",
    }


def test_a_role_that_is_missing_is_said_with_what_to_do(there: Terminal, authority: Authority) -> None:
    authority.exchange_role = False
    ran = there.run("login", "--check")
    assert ran.code == 1
    assert "Get-TransportRule: refused: " in ran.out
    assert "hint: The application needs Exchange.ManageAsApp" in ran.out


@pytest.mark.parametrize(("blocks", "code"), [(RULE, 0), (RULE + ACCEPTED, 1)])
def test_graph_counts_only_where_domains_are_managed(
    there: Terminal, authority: Authority, blocks: str, code: int
) -> None:
    there.write(CONFIGURATION + blocks)
    authority.graph_role = False
    ran = there.run("login", "--check")
    assert (ran.code, "GET /domains: refused: " in ran.out) == (code, True)


def test_a_plan_without_domains_asks_for_no_token_of_graph(there: Terminal, authority: Authority) -> None:
    there.done("plan")
    assert {form["scope"] for form in authority.forms} == {"https://outlook.office365.com/.default"}


def test_another_tenants_token_exits_with_9_and_asks_the_service_nothing(there: Terminal, authority: Authority) -> None:
    authority.tenant = "00000000-0000-4000-8000-000000000000"
    for command in (["login", "--check"], ["plan"], ["apply", "--auto-approve"]):
        ran = there.run(*command)
        assert (ran.code, "00000000-0000-4000-8000-000000000000" in ran.err) == (9, True)
    assert authority.asked("adminapi") + authority.asked("v1.0") == 0


def test_tokens_that_end_in_the_middle_are_renewed(there: Terminal, authority: Authority) -> None:
    there.write(CONFIGURATION + RULE + CONNECTOR)
    authority.revoking = frozenset({1})
    assert "Plan: 2 to create" in there.done("plan")
    assert len(authority.tokens) == 2


def test_with_nothing_to_sign_in_with_the_ways_are_listed(
    there: Terminal, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    for command in ("login", "plan"):
        there.run(command).refuses(
            "nothing to sign in with", "AZURE_CLIENT_CERTIFICATE_PATH", "MAILFORM_EXCHANGE_TOKEN"
        )
    assert authority.paths == []


def test_a_credential_that_is_refused_is_named_with_the_services_reason(
    there: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "Canary.wrong")
    ran = there.run("login", "--check")
    assert ran.code == 1
    assert "Credential: client secret" in ran.out
    assert "no token: Signing in failed: AADSTS7000215: Invalid client secret provided." in ran.out
    assert "Canary" not in ran.out + ran.err


def test_nobody_has_to_sign_in_to_the_sandbox(scenario: Terminal) -> None:
    said = scenario.done("login", "--check")
    assert "nobody has to sign in" in said
    assert "GET /domains: allowed" in said


def test_a_person_at_a_terminal_is_asked_for_a_code_once(there: Terminal, authority: Authority) -> None:
    cache = there.folder / "cache" / "tokens.json"
    environment = {**os.environ, "MAILFORM_TOKEN_CACHE": str(cache)}
    del environment["AZURE_CLIENT_SECRET"]
    leading, following = os.openpty()
    try:
        first, second = (there.process("login", "--check", env=environment, stdin=following) for _ in range(2))
    finally:
        os.close(leading)
        os.close(following)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert f"open {authority.url}/code in a browser and enter the code ABC123" in first.stderr
    assert "as user admin@fabrikam.onmicrosoft.com" in first.stdout
    assert second.stderr == ""
    assert cache.stat().st_mode & 0o777 == 0o600


def test_a_pipeline_is_never_asked_for_a_code(there: Terminal) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "AZURE_CLIENT_SECRET"}
    leading, following = os.openpty()
    try:
        ran = there.process("plan", env={**environment, "CI": "true"}, stdin=following)
    finally:
        os.close(leading)
        os.close(following)
    assert ran.returncode == 1
    assert "nothing to sign in with" in ran.stderr


def test_no_command_says_or_writes_anything_secret(
    there: Terminal, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    path = tmp_path_factory.mktemp("key") / "app.pem"
    own = certificate("mailform", key)
    authority.known.append(own)
    path.write_bytes(pem(own) + pem(key, b"Canary.password"))
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PATH", str(path))
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", "Canary.password")
    monkeypatch.setenv("MAILFORM_GRAPH_TOKEN", "Canary.graph.token")
    for name in ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN", "IDENTITY_HEADER", "MSI_SECRET"):
        monkeypatch.setenv(name, f"Canary.{name}")
    for name in ("ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"):
        monkeypatch.setenv(name, f"{authority.url}/github")
    said = ""
    for credential in ("secret", "certificate", "wrong", "token"):
        for command in (
            ["login", "--check"],
            ["login", "--json"],
            ["plan", "--out", f"{credential}.mfplan"],
            ["apply"],
        ):
            ran = there.run(*command, "-vv")
            said += ran.out + ran.err
        match credential:
            case "secret":
                monkeypatch.delenv("AZURE_CLIENT_SECRET")
            case "certificate":
                monkeypatch.setenv("AZURE_CLIENT_SECRET", "Canary.wrong")
            case "wrong":
                monkeypatch.setenv("MAILFORM_EXCHANGE_TOKEN", authority.issue("https://outlook.office365.com"))
    written = b"".join(file.read_bytes() for file in there.folder.rglob("*") if file.is_file())
    assert "Plan: 1 to create" in said
    assert b"mailform" in written
    assert "Canary" not in said
    assert b"Canary" not in written


def test_a_bundle_is_trusted_beside_the_systems_authorities_and_nothing_else_is(
    there: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MAILFORM_CA_BUNDLE")
    there.run("plan").refuses("CERTIFICATE_VERIFY_FAILED")
