from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform_providers.errors import NotAllowed
from mailform_providers.signin.choice import choose
from mailform_providers.signin.ways import (
    AzurePipeline,
    Certificate,
    ClientSecret,
    DeviceCode,
    FederatedFile,
    GitHubJob,
    ManagedIdentity,
    ReadyMade,
)

READY = {"MAILFORM_EXCHANGE_TOKEN": "Canary.0"}
SECRET = {"AZURE_CLIENT_SECRET": "Canary.1"}
CERTIFICATE = {"AZURE_CLIENT_CERTIFICATE_PATH": "/keys/app.pem", "AZURE_CLIENT_CERTIFICATE_PASSWORD": "Canary.2"}
FILE = {"AZURE_FEDERATED_TOKEN_FILE": "/var/run/token"}
GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://gh.example/", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "Canary.3"}
PIPELINE = {
    "SYSTEM_OIDCREQUESTURI": "https://ado.example/",
    "SYSTEM_ACCESSTOKEN": "Canary.4",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "con",
}
MACHINE = {"IDENTITY_ENDPOINT": "http://127.0.0.1/", "IDENTITY_HEADER": "Canary.5"}
LEARNING = {"MSI_ENDPOINT": "http://127.0.0.1/", "MSI_SECRET": "Canary.6"}
METADATA = {"MAILFORM_USE_MANAGED_IDENTITY": "1"}
CLIENT = {"AZURE_CLIENT_ID": "app"}

ORDER: tuple[tuple[Mapping[str, str], type], ...] = (
    (READY, ReadyMade),
    (SECRET, ClientSecret),
    (CERTIFICATE, Certificate),
    (FILE, FederatedFile),
    (GITHUB, GitHubJob),
    (PIPELINE, AzurePipeline),
    (MACHINE, ManagedIdentity),
    (LEARNING, ManagedIdentity),
    (METADATA, ManagedIdentity),
)


@given(st.sets(st.sampled_from(range(len(ORDER))), min_size=1), st.booleans())
def test_the_first_in_order_is_taken_and_the_others_are_named_without_what_they_hold(
    there: set[int], person: bool
) -> None:
    environment = dict(CLIENT)
    for index in there:
        environment |= ORDER[index][0]
    choice = choose(environment, person=person)
    assert type(choice.way) is ORDER[min(there)][1]
    assert set(choice.taken.variables) - CLIENT.keys() == ORDER[min(there)][0].keys()
    assert len(choice.others) == len(there) - 1
    assert "Canary" not in f"{choice!r}"


@pytest.mark.parametrize(
    ("variables", "lacking"),
    [(SECRET, "AZURE_CLIENT_ID"), (CERTIFICATE, "AZURE_CLIENT_ID"), (FILE, "AZURE_CLIENT_ID")],
)
def test_half_of_what_the_user_has_to_set_is_a_mistake(variables: Mapping[str, str], lacking: str) -> None:
    with pytest.raises(NotAllowed, match=lacking):
        choose({**variables, **MACHINE}, person=True)


@pytest.mark.parametrize("variables", [GITHUB, {"SYSTEM_OIDCREQUESTURI": "https://ado.example/", **CLIENT}])
def test_what_a_platform_sets_by_itself_is_passed_over_when_it_is_not_whole(variables: Mapping[str, str]) -> None:
    choice = choose({**variables, **MACHINE}, person=False)
    assert isinstance(choice.way, ManagedIdentity)
    assert choice.others[0].lacks


def test_an_azure_pipeline_knows_its_application_by_the_task_that_runs_us() -> None:
    choice = choose({**PIPELINE, "AZURESUBSCRIPTION_CLIENT_ID": "theirs"}, person=False)
    assert isinstance(choice.way, AzurePipeline)
    assert choice.way.client_id == "theirs"


def test_without_anything_every_way_is_named_and_what_lacks_of_half_ones() -> None:
    with pytest.raises(NotAllowed) as caught:
        choose({"MAILFORM_USE_MANAGED_IDENTITY": "0", "AZURE_CLIENT_SECRET": " ", **GITHUB}, person=False)
    for name in (
        "SECRET",
        "CERTIFICATE_PATH",
        "FEDERATED_TOKEN_FILE",
        "id-token",
        "MANAGED_IDENTITY",
        "EXCHANGE_TOKEN",
    ):
        assert name in caught.value.hint
    assert "AZURE_CLIENT_ID isn't set" in caught.value.message


def test_a_person_is_asked_only_when_there_is_nothing_else(tmp_path: Path) -> None:
    choice = choose({**GITHUB, "MAILFORM_TOKEN_CACHE": str(tmp_path / "t.json")}, person=True)
    assert choice.way == DeviceCode(None, tmp_path / "t.json")
    assert [offer.lacks for offer in choice.others] == [("AZURE_CLIENT_ID",)]
    assert isinstance(choose({**METADATA}, person=True).way, ManagedIdentity)
