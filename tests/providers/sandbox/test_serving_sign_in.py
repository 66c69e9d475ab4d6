"""Signing in to a served sandbox with msal, over TLS: every way in, and every way to fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jwt
import msal
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_pem_x509_certificate
from reaching import EXCHANGE_SCOPE, GRAPH_SCOPE, authority, domains, http, invoke, session, sign_in

from mailform_providers.sandbox import Fault, Page, Reject, Throttle, When
from mailform_providers.sandbox.serving import Options, Served, serving
from mailform_providers.sandbox.serving.authority import FIRST_PARTY
from mailform_providers.sandbox.serving.certificates import client_certificate

CONTOSO = "contoso.onmicrosoft.com"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(Options(others=(CONTOSO,), device_polls=0)) as served:
        yield served


def certificate(served: Served) -> tuple[str, str]:
    """The key and the certificate that the application has."""
    pem = Path(served.ways["certificate"]["AZURE_CLIENT_CERTIFICATE_PATH"]).read_text()
    return pem, pem[pem.index("-----BEGIN CERTIFICATE") :]


def test_a_secret_gets_a_token_for_each_audience_and_each_service_takes_its_own(served: Served) -> None:
    found = served.environment
    exchange = sign_in(found, found["AZURE_CLIENT_SECRET"])["access_token"]
    graph = sign_in(found, found["AZURE_CLIENT_SECRET"], GRAPH_SCOPE)["access_token"]
    assert (invoke(found, exchange, "Get-AcceptedDomain"), domains(found, graph).status_code) == (200, 200)
    assert (invoke(found, graph, "Get-AcceptedDomain"), domains(found, exchange).status_code) == (401, 401)


def test_a_token_says_who_where_what_and_until_when_and_its_signature_can_be_checked(served: Served) -> None:
    found = served.environment
    token = sign_in(found, found["AZURE_CLIENT_SECRET"])["access_token"]
    base = f"{found['MAILFORM_LOGIN_URL']}/{found['AZURE_TENANT_ID']}"
    keys = jwt.PyJWKSet.from_dict(http(found).get(f"{base}/discovery/v2.0/keys").json())
    audience = "https://outlook.office365.com"
    claims = jwt.decode(token, keys[jwt.get_unverified_header(token)["kid"]], ["RS256"], audience=audience)
    assert (claims["tid"], claims["appid"]) == (found["AZURE_TENANT_ID"], found["AZURE_CLIENT_ID"])
    assert claims["roles"] == ["Exchange.ManageAsApp"]
    assert 3500 < claims["exp"] - time.time() <= 3600


def with_thumbprint(served: Served) -> object:
    key, public = certificate(served)
    from cryptography.hazmat.primitives.hashes import SHA1

    print_ = load_pem_x509_certificate(public.encode()).fingerprint(SHA1()).hex()
    return {"private_key": key, "thumbprint": print_}


def with_chain(served: Served) -> object:
    key, public = certificate(served)
    return {"private_key": key, "public_certificate": public}


def with_pfx(served: Served) -> object:
    key, public = certificate(served)
    private: Any = serialization.load_pem_private_key(key.encode(), None)
    encryption = serialization.BestAvailableEncryption(b"secret")
    packed = pkcs12.serialize_key_and_certificates(
        b"", private, load_pem_x509_certificate(public.encode()), None, encryption
    )
    path = served.folder / "client.pfx"
    path.write_bytes(packed)
    return {"private_key_pfx_path": str(path), "passphrase": "secret", "public_certificate": True}


def with_federated_file(served: Served) -> object:
    return {"client_assertion": Path(served.ways["federated"]["AZURE_FEDERATED_TOKEN_FILE"]).read_text}


@pytest.mark.parametrize("credential", [with_thumbprint, with_chain, with_pfx, with_federated_file])
def test_every_proof_that_msal_can_make_is_taken(served: Served, credential: Callable[[Served], object]) -> None:
    got = sign_in(served.environment, credential(served))
    assert "access_token" in got, got
    assert invoke(served.environment, got["access_token"], "Get-TransportRule") == 200


def strange_certificate(served: Served) -> object:
    key, public = client_certificate()
    return {"private_key": key.decode(), "public_certificate": public.decode()}


def other_key(served: Served) -> object:
    """The thumbprint of the application's certificate, over somebody else's signature."""
    known = with_thumbprint(served)
    return {**known, "private_key": client_certificate()[0].decode()}  # type: ignore[dict-item]


def assertion(**claims: object) -> Callable[[Served], object]:
    """A workload's token that differs in this."""
    return lambda served: {"client_assertion": lambda: served.workload_token(**claims)}


def own_assertion(**claims: object) -> Callable[[Served], object]:
    """An assertion by the application's certificate that differs in this."""

    def made(served: Served) -> object:
        key, public = certificate(served)
        chain = load_pem_x509_certificate(public.encode()).public_bytes(serialization.Encoding.DER)
        found = served.environment
        url = f"{found['MAILFORM_LOGIN_URL']}/{found['AZURE_TENANT_ID']}/oauth2/v2.0/token"
        client = found["AZURE_CLIENT_ID"]
        said = {"iss": client, "sub": client, "aud": url, "exp": int(time.time()) + 600, **claims}
        from base64 import b64encode

        token = jwt.encode(said, key, "PS256", {"x5c": [b64encode(chain).decode()]})
        return {"client_assertion": lambda: token}

    return made


def signed_by_a_stranger(served: Served) -> object:
    said = jwt.decode(served.workload_token(), options={"verify_signature": False})
    token = jwt.encode(said, client_certificate()[0], "RS256")
    return {"client_assertion": lambda: token}


PAST = 1_000_000_000


@pytest.mark.parametrize(
    ("credential", "number"),
    [
        (lambda served: "wrong", 7000215),
        (strange_certificate, 700027),
        (other_key, 700027),
        (own_assertion(aud="https://elsewhere.example"), 700023),
        (own_assertion(sub="somebody else"), 700021),
        (own_assertion(exp=PAST), 700024),
        (own_assertion(nbf=4_000_000_000), 700024),
        (assertion(iss="https://elsewhere.example"), 700211),
        (assertion(aud="api://other"), 700212),
        (assertion(sub="repo:contoso/other:ref:refs/heads/main"), 700213),
        (assertion(exp=PAST), 700024),
        (signed_by_a_stranger, 700027),
        (lambda served: {"client_assertion": lambda: "no.token.atall"}, 700027),
    ],
)
def test_what_proves_nothing_gets_no_token_but_the_number_that_says_why(
    served: Served, credential: Callable[[Served], object], number: int
) -> None:
    got = sign_in(served.environment, credential(served))
    assert got["error_codes"] == [number], got
    assert got["error_description"].startswith(f"AADSTS{number}: ")
    assert "access_token" not in got


def test_the_right_assertion_by_hand_is_taken(served: Served) -> None:
    assert "access_token" in sign_in(served.environment, own_assertion()(served))


@pytest.mark.parametrize(
    ("how", "scope", "number"),
    [
        ({"client_id": "00000000-0000-4000-8000-000000000000"}, EXCHANGE_SCOPE, 700016),
        ({"tenant": CONTOSO}, EXCHANGE_SCOPE, 700016),
        ({}, "https://elsewhere.example/.default", 500011),
        ({}, "https://graph.microsoft.com/Domain.ReadWrite.All", 1002012),
    ],
)
def test_the_wrong_application_tenant_or_scope_gets_none(
    served: Served, how: dict[str, str], scope: str, number: int
) -> None:
    got = sign_in(served.environment, served.environment["AZURE_CLIENT_SECRET"], scope, **how)
    assert got["error_codes"] == [number], got


@pytest.mark.parametrize("name", ["fabrikam.onmicrosoft.com", "Fabrikam.OnMicrosoft.com", CONTOSO])
def test_discovery_tells_a_tenants_guid(served: Served, name: str) -> None:
    found = served.environment
    said = http(found).get(f"{found['MAILFORM_LOGIN_URL']}/{name}/v2.0/.well-known/openid-configuration").json()
    guid = said["issuer"].split("/")[-2]
    assert (guid == found["AZURE_TENANT_ID"]) is (name != CONTOSO)
    assert said["token_endpoint"] == f"{found['MAILFORM_LOGIN_URL']}/{guid}/oauth2/v2.0/token"


def test_a_tenant_that_nobody_knows_is_refused_with_its_number(served: Served) -> None:
    found = served.environment
    url = f"{found['MAILFORM_LOGIN_URL']}/nowhere.example/v2.0/.well-known/openid-configuration"
    answer = http(found).get(url)
    assert (answer.status_code, answer.json()["error"], answer.json()["error_codes"]) == (
        400,
        "invalid_tenant",
        [90002],
    )


def test_a_token_request_without_a_credential_or_with_another_grant_is_refused(served: Served) -> None:
    found = served.environment
    url = f"{found['MAILFORM_LOGIN_URL']}/{found['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    asking = {"client_id": found["AZURE_CLIENT_ID"], "scope": EXCHANGE_SCOPE}
    for grant, number in (("client_credentials", 7000218), ("password", 70003)):
        answer = http(found).post(url, data={**asking, "grant_type": grant})
        assert answer.json()["error_codes"] == [number]


def test_a_person_signs_in_with_a_device_code_and_stays_signed_in(served: Served) -> None:
    application = msal.PublicClientApplication(FIRST_PARTY, **authority(served.environment))
    flow = application.initiate_device_flow([EXCHANGE_SCOPE])
    assert flow["user_code"] in flow["message"]
    got = application.acquire_token_by_device_flow(flow)
    assert got["id_token_claims"]["preferred_username"] == "admin@fabrikam.onmicrosoft.com"
    assert invoke(served.environment, got["access_token"], "New-TransportRule", Name="By a person") == 200
    rule = served.sandbox.tenant.of("transport_rule")[-1]
    assert rule.created_by == "admin@fabrikam.onmicrosoft.com"
    graph = application.acquire_token_silent([GRAPH_SCOPE], application.get_accounts()[0])
    assert domains(served.environment, graph["access_token"]).status_code == 200


def test_a_device_code_has_to_be_waited_for_and_works_once() -> None:
    with serving(Options(device_polls=2)) as served:
        found = served.environment
        base = f"{found['MAILFORM_LOGIN_URL']}/{found['AZURE_TENANT_ID']}/oauth2/v2.0"
        client = http(found)
        asked = client.post(f"{base}/devicecode", data={"client_id": FIRST_PARTY, "scope": EXCHANGE_SCOPE}).json()
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        form = {"grant_type": grant, "client_id": FIRST_PARTY, "device_code": asked["device_code"]}
        said = [client.post(f"{base}/token", data=form).json().get("error", "token") for _ in range(4)]
        assert said == ["authorization_pending", "authorization_pending", "token", "invalid_grant"]


def test_a_managed_identity_gets_its_token_from_the_machine(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in served.ways["managed_identity"].items():
        monkeypatch.setenv(name, value)
    client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=session(served.environment))
    got = client.acquire_token_for_client(resource="https://outlook.office365.com")
    assert invoke(served.environment, got["access_token"], "Get-TransportRule") == 200


@pytest.mark.parametrize(
    ("header", "query", "status"),
    [
        ("wrong", {"api-version": "2019-08-01", "resource": "https://graph.microsoft.com"}, 401),
        (None, {"api-version": "2017-09-01", "resource": "https://graph.microsoft.com"}, 400),
        (None, {"api-version": "2019-08-01", "resource": "https://elsewhere.example"}, 400),
        (None, {"api-version": "2019-08-01", "resource": "https://graph.microsoft.com", "client_id": "other"}, 400),
        (None, {"api-version": "2019-08-01", "resource": "https://graph.microsoft.com/"}, 200),
    ],
)
def test_the_machine_gives_no_token_to_just_anybody(
    served: Served, header: str | None, query: Mapping[str, str], status: int
) -> None:
    way = served.ways["managed_identity"]
    headers = {"X-IDENTITY-HEADER": way["IDENTITY_HEADER"] if header is None else header}
    answer = session(served.environment).get(way["IDENTITY_ENDPOINT"], params=query, headers=headers)
    assert answer.status_code == status, answer.text


def test_a_certificate_of_the_users_own_can_be_registered() -> None:
    key, public = client_certificate("contoso")
    with serving(Options(certificates=(public,))) as served:
        got = sign_in(served.environment, {"private_key": key.decode(), "public_certificate": public.decode()})
        assert "access_token" in got


def test_the_authority_has_moods_of_its_own() -> None:
    faults = (
        Fault(When(nth=1), Throttle("1")),
        Fault(When(nth=2), Throttle(status=503)),
        Fault(When(nth=3), Page()),
        Fault(When(nth=4), Reject(status=500)),
    )
    with serving(Options(login_faults=faults)) as served:
        found = served.environment
        url = f"{found['MAILFORM_LOGIN_URL']}/{found['AZURE_TENANT_ID']}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": found["AZURE_CLIENT_ID"],
            "client_secret": found["AZURE_CLIENT_SECRET"],
            "scope": GRAPH_SCOPE,
        }
        answers = [http(found).post(url, data=form) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [429, 503, 200, 500, 200]
        assert answers[0].headers["Retry-After"] == "1"
        assert answers[2].headers["Content-Type"].startswith("text/html")
        assert "access_token" in answers[4].json()
        assert served.authority.log == ["POST /oauth2/v2.0/token"] * 5
