"""Each way to sign in, against an authority over TLS that checks what it is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from identity import CLIENT, CONNECTION, DOMAIN, TENANT, Authority, certificate, pem, served
from mailform_providers.clouds import Audience
from mailform_providers.connect import Connection, connect
from mailform_providers.errors import NotAllowed
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_providers.wire.patience import Patience
from mailform_state.errors import WrongTenant
from scripted import Sleeps

OTHER = "00000000-0000-4000-8000-000000000000"


def signed_in(
    environment: dict[str, str],
    folder: Path,
    sleeps: Sleeps | None = None,
    person: Callable[[str], None] | None = None,
) -> Connection:
    return connect("global", DOMAIN, environment, folder, patience=Patience(sleep=sleeps or Sleeps()), person=person)


def works(connection: Connection) -> None:
    with connection as tenant:
        assert tenant.tenant_id == TENANT
        assert tenant.ends_at(domains=True) is None
        assert tenant.provider.read(TRANSPORT_RULE).objects == ()
        assert tenant.graph.domains() == ()


def test_a_client_secret_signs_in(authority: Authority, tmp_path: Path) -> None:
    works(signed_in(authority.settings(AZURE_CLIENT_SECRET=f"{authority.secret}\n"), tmp_path))
    assert [form["scope"] for form in authority.forms] == [
        "https://outlook.office365.com/.default",
        "https://graph.microsoft.com/.default",
    ]


@pytest.mark.parametrize("password", [None, b"Canary pass"])
def test_a_certificate_in_a_pem_file_signs_in(
    authority: Authority, tmp_path: Path, key: rsa.RSAPrivateKey, password: bytes | None
) -> None:
    own = certificate("mailform", key)
    authority.known.append(own)
    path = tmp_path / "app.pem"
    # an authority's certificate before our own, as some tools write them
    path.write_bytes(pem(certificate("root", rsa.generate_private_key(65537, 2048))) + pem(own) + pem(key, password))
    more = {"AZURE_CLIENT_CERTIFICATE_PASSWORD": password.decode()} if password else {}
    works(signed_in(authority.settings(AZURE_CLIENT_CERTIFICATE_PATH=str(path), **more), tmp_path))


@pytest.mark.parametrize("password", [None, b"Canary pass"])
def test_a_certificate_in_a_pfx_file_signs_in(
    authority: Authority, tmp_path: Path, key: rsa.RSAPrivateKey, password: bytes | None
) -> None:
    own = certificate("mailform", key)
    authority.known.append(own)
    path = tmp_path / "app.pfx"
    protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"app", key, own, None, protection))
    more = {"AZURE_CLIENT_CERTIFICATE_PASSWORD": password.decode()} if password else {}
    works(signed_in(authority.settings(AZURE_CLIENT_CERTIFICATE_PATH=str(path), **more), tmp_path))


@pytest.mark.parametrize("what", ["nothing", "a folder", "rubbish", "no key", "wrong password", "another's key"])
def test_a_certificate_that_cannot_be_used_is_refused_before_it_is_sent(
    authority: Authority, tmp_path: Path, key: rsa.RSAPrivateKey, what: str
) -> None:
    own, path = certificate("mailform", key), tmp_path / "app"
    match what:
        case "a folder":
            path.mkdir()
        case "rubbish":
            path.write_bytes(b"\x30\x82rubbish")
        case "no key":
            path.write_bytes(pem(own))
        case "wrong password":
            path.write_bytes(pem(own) + pem(key, b"right"))
        case "another's key":
            path.write_bytes(pem(own) + pem(rsa.generate_private_key(65537, 2048)))
    with pytest.raises(NotAllowed, match="AZURE_CLIENT_CERTIFICATE_PATH"):
        signed_in(
            authority.settings(AZURE_CLIENT_CERTIFICATE_PATH=str(path), AZURE_CLIENT_CERTIFICATE_PASSWORD="Canary"),
            tmp_path,
        )
    assert authority.forms == []


def test_a_federated_token_is_read_from_its_file_each_time(authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first.token.x\n")
    authority.federated |= {"first.token.x", "second.token.x"}
    with signed_in(authority.settings(AZURE_FEDERATED_TOKEN_FILE=str(path)), tmp_path) as tenant:
        path.write_text("second.token.x")
        tenant.tokens.token(Audience.GRAPH)
    assert [form["client_assertion"] for form in authority.forms] == ["first.token.x", "second.token.x"]
    assert {form["client_assertion_type"].rpartition(":")[2] for form in authority.forms} == {"jwt-bearer"}


@pytest.mark.parametrize("text", [None, "", "sch\u00f6n"])
def test_a_federated_file_without_a_token_is_named(authority: Authority, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "token"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(NotAllowed, match="AZURE_FEDERATED_TOKEN_FILE"):
        signed_in(authority.settings(AZURE_FEDERATED_TOKEN_FILE=str(path)), tmp_path)


def github(authority: Authority, token: str) -> dict[str, str]:
    return authority.settings(
        ACTIONS_ID_TOKEN_REQUEST_URL=f"{authority.url}/github?run=7", ACTIONS_ID_TOKEN_REQUEST_TOKEN=token
    )


def pipeline(authority: Authority, token: str) -> dict[str, str]:
    return authority.settings(
        SYSTEM_OIDCREQUESTURI=f"{authority.url}/pipeline",
        SYSTEM_ACCESSTOKEN=token,
        AZURE_SERVICE_CONNECTION_ID=CONNECTION,
    )


@pytest.mark.parametrize("job", [github, pipeline])
def test_a_job_signs_in_with_what_its_platform_says_of_it(
    authority: Authority, tmp_path: Path, job: Callable[[Authority, str], dict[str, str]]
) -> None:
    authority.federated.add(authority.job_assertion)
    works(signed_in(job(authority, authority.job_token), tmp_path))


@pytest.mark.parametrize(("job", "hint"), [(github, "id-token: write"), (pipeline, "SYSTEM_ACCESSTOKEN")])
def test_a_platform_that_gives_no_token_is_named_with_what_it_needs(
    authority: Authority, tmp_path: Path, job: Callable[[Authority, str], dict[str, str]], hint: str
) -> None:
    with pytest.raises(NotAllowed, match="no token") as caught:
        signed_in(job(authority, "Canary-wrong"), tmp_path)
    assert hint in caught.value.hint


def test_a_jobs_token_is_never_sent_over_plain_http(authority: Authority, tmp_path: Path) -> None:
    settings = github(authority, "Canary") | {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://github.example/"}
    with pytest.raises(NotAllowed, match="plain http"):
        signed_in(settings, tmp_path)


@pytest.mark.parametrize("client", ["", CLIENT])
def test_a_managed_identity_signs_in(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with served(authority, None) as url:
        machine = {"IDENTITY_ENDPOINT": f"{url}/machine", "IDENTITY_HEADER": authority.machine_header}
        for name, value in machine.items():
            monkeypatch.setenv(name, value)
        works(signed_in(authority.settings(**machine) | {"AZURE_CLIENT_ID": client}, tmp_path))
    asked = [path for path in authority.paths if path.startswith("/machine")]
    assert ["client_id" in path for path in asked] == [bool(client)] * 2
    assert all("resource=https" in path for path in asked)


def test_a_managed_identity_is_asked_for_beside_the_machine_alone(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = {"IDENTITY_ENDPOINT": "http://identity.example/machine", "IDENTITY_HEADER": "Canary"}
    for name, value in machine.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NotAllowed, match=r"identity\.example"):
        signed_in(authority.settings(**machine), tmp_path)


def test_a_person_signs_in_with_a_code_once(authority: Authority, tmp_path: Path) -> None:
    cache, told = tmp_path / "new" / "tokens.json", list[str]()
    settings = authority.settings(MAILFORM_TOKEN_CACHE=str(cache))
    works(signed_in(settings, tmp_path, person=told.append))
    works(signed_in(settings, tmp_path, person=told.append))
    assert told == [f"To sign in, open {authority.url}/code in a browser and enter the code ABC123"]
    assert cache.stat().st_mode & 0o777 == 0o600
    assert authority.asked("devicecode") == 1


def test_a_cache_that_others_could_write_is_not_believed(authority: Authority, tmp_path: Path) -> None:
    cache, told = tmp_path / "tokens.json", list[str]()
    settings = authority.settings(MAILFORM_TOKEN_CACHE=str(cache))
    signed_in(settings, tmp_path, person=told.append).close()
    cache.chmod(0o666)
    signed_in(settings, tmp_path, person=told.append).close()
    assert len(told) == 2
    assert cache.stat().st_mode & 0o777 == 0o600


def test_a_sign_in_that_cannot_be_remembered_is_one_all_the_same(authority: Authority, tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "file").write_text("")
    settings = authority.settings(MAILFORM_TOKEN_CACHE=str(tmp_path / "file" / "tokens.json"))
    with signed_in(settings, tmp_path, person=told.append) as tenant:
        assert tenant.tokens.token(Audience.EXCHANGE)
    assert "won't be remembered" in told[-1]


def test_a_token_of_another_tenant_ends_it_before_the_service_is_asked(authority: Authority, tmp_path: Path) -> None:
    authority.tenant = OTHER
    with pytest.raises(WrongTenant, match=OTHER):
        signed_in(authority.settings(AZURE_CLIENT_SECRET=authority.secret), tmp_path)
    assert authority.asked("adminapi") == 0


def test_a_tenant_that_changes_at_a_refresh_ends_it_too(authority: Authority, tmp_path: Path) -> None:
    with signed_in(authority.settings(AZURE_CLIENT_SECRET=authority.secret), tmp_path) as tenant:
        authority.tenant = OTHER
        authority.revoked |= set(authority.tokens)
        with pytest.raises(WrongTenant):
            tenant.provider.read(TRANSPORT_RULE)
        with pytest.raises(WrongTenant):
            tenant.graph.domains()
    assert authority.asked("adminapi") == 1
    assert authority.asked("v1.0/domains") == 0


def test_azures_own_tenant_has_to_be_the_configurations(authority: Authority, tmp_path: Path) -> None:
    settings = authority.settings(AZURE_CLIENT_SECRET=authority.secret)
    with pytest.raises(WrongTenant, match="AZURE_TENANT_ID"):
        signed_in({**settings, "AZURE_TENANT_ID": OTHER}, tmp_path)
    assert authority.forms == []
    works(signed_in({**settings, "AZURE_TENANT_ID": TENANT.upper()}, tmp_path))
    works(signed_in({**settings, "AZURE_TENANT_ID": DOMAIN}, tmp_path))


def test_a_401_in_the_middle_gets_one_new_token(authority: Authority, tmp_path: Path) -> None:
    with signed_in(authority.settings(AZURE_CLIENT_SECRET=authority.secret), tmp_path) as tenant:
        tenant.provider.read(TRANSPORT_RULE)
        authority.revoked |= set(authority.tokens)
        assert tenant.provider.read(TRANSPORT_RULE).objects == ()
    assert len(authority.tokens) == 2


def test_a_busy_authority_is_asked_again_after_the_pause_it_names(authority: Authority, tmp_path: Path) -> None:
    sleeps = Sleeps()
    authority.troubles += [(429, {"error": "x"}, {"Retry-After": "7"}), (503, b"<html>busy</html>")]
    works(signed_in(authority.settings(AZURE_CLIENT_SECRET=authority.secret), tmp_path, sleeps))
    assert [7 <= sleeps.slept[0] < 15, 5 <= sleeps.slept[1] < 15, len(sleeps.slept)] == [True, True, 2]


def test_patience_with_a_busy_authority_ends(authority: Authority, tmp_path: Path) -> None:
    sleeps = Sleeps()
    authority.troubles += [(429, {})] * 20
    with pytest.raises(NotAllowed, match="busy"):
        signed_in(authority.settings(AZURE_CLIENT_SECRET=authority.secret), tmp_path, sleeps)
    assert 0 < sum(sleeps.slept) <= 60


@pytest.mark.parametrize(
    "trouble", [(200, b'{"access_token": "Canary.cut'), (200, b"<html>"), (302, b""), (200, b"[]")]
)
def test_what_is_not_the_authoritys_is_refused(
    authority: Authority, tmp_path: Path, trouble: tuple[int, bytes]
) -> None:
    authority.troubles += [trouble] * 9
    with pytest.raises(NotAllowed, match="Signing in failed"):
        signed_in(authority.settings(AZURE_CLIENT_SECRET=authority.secret), tmp_path)


def test_a_refusal_says_what_the_service_said_and_what_to_do(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed) as caught:
        signed_in(authority.settings(AZURE_CLIENT_SECRET="Canary-wrong"), tmp_path)
    assert caught.value.message == (
        "Signing in failed: AADSTS7000215: Invalid client secret provided. (correlation-id c0-12)"
    )
    assert "not its ID" in caught.value.hint


def test_an_authority_that_sends_us_elsewhere_gets_nothing(authority: Authority, tmp_path: Path) -> None:
    here, authority.url = authority.url, "https://evil.example"
    settings = authority.settings(AZURE_CLIENT_SECRET=authority.secret, MAILFORM_LOGIN_URL=here)
    with pytest.raises(NotAllowed, match=r"evil\.example"):
        signed_in(settings, tmp_path)


def test_nobody_signs_in_at_an_authority_that_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    settings = authority.settings(AZURE_CLIENT_SECRET=authority.secret) | {"MAILFORM_CA_BUNDLE": ""}
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        signed_in(settings, tmp_path)
    assert authority.paths == []


def test_nobody_signs_in_over_plain_http(authority: Authority, tmp_path: Path) -> None:
    with served(authority, None) as url, pytest.raises(NotAllowed, match="plain http"):
        signed_in(authority.settings(AZURE_CLIENT_SECRET="Canary", MAILFORM_LOGIN_URL=url), tmp_path)
    assert authority.forms == []
