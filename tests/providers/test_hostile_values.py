"""Whatever a service says, or the files beside a sign-in hold: it is understood or refused, and nothing breaks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailform_providers.clouds import CLOUDS
from mailform_providers.connect import connect
from mailform_providers.errors import NotAllowed
from mailform_providers.exchange.answers import Fault, Garbled, Page, understand
from mailform_providers.exchange.records import observed
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Attribute
from mailform_providers.normal import Directory, normal, same
from mailform_providers.signin.certificate import key_pair
from mailform_providers.signin.credential_file import credential_file
from mailform_providers.signin.federation import assertion
from mailform_providers.signin.refusals import token_of
from mailform_providers.signin.ways import Certificate, FederatedFile
from mailform_providers.wire.patience import Patience
from mailform_providers.wire.reply import Reply
from mailform_state.canonical import canonical
from mailform_state.errors import Failure
from mailform_state.values import Value

ANY_TEXT = st.text(st.characters(exclude_categories=()))
LOOKING_RIGHT = st.from_regex(
    r"/Date\(-?\d+\)/|\d{1,30}(\.\d{1,500})?\s*[kmgt]?b|\d+-\d+|[0-9.]+/\d+|(xn--)?\w*(\.\w+)*"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d|\([0-9,. ]+ bytes\)|-?\d{1,5000}",
    fullmatch=True,
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | ANY_TEXT
    | LOOKING_RIGHT,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(ANY_TEXT, inner, max_size=2),
    max_leaves=4,
)
ATTRIBUTES = [attribute for kind in KINDS.values() for attribute in kind.attributes.values()]


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(ATTRIBUTES), VALUES, VALUES)
def test_any_value_of_any_attribute_has_a_normal_form(attribute: Attribute, one: Value, other: Value) -> None:
    hash(normal(attribute, one, Directory()))
    assert same(attribute, one, one, Directory())
    assert same(attribute, one, other, Directory()) == same(attribute, other, one, Directory())


def said(body: bytes, status: int = 200) -> Page | Fault | Garbled:
    return understand(Reply(status, httpx.Headers(), body, httpx.URL("https://outlook.office365.com")))


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    "hostile",
    ["NaN", "-Infinity", "1e999", "9" * 5_000, "9223372036854775808", '"\\ud800"', "[" * 70 + "]" * 70, "[" * 100_000],
    ids=["nan", "infinity", "out of range", "5,000 digits", "65 bits", "half a character", "deep", "without end"],
)
def test_an_answer_that_no_journal_could_hold_is_none_of_exchanges(hostile: str, status: int) -> None:
    found = said(b'{"value":[{"Guid":"g","Name":"n","Comment":' + hostile.encode() + b"}]}", status)
    assert isinstance(found, Garbled if status == 200 else Fault)


@given(st.dictionaries(ANY_TEXT, VALUES, max_size=4), st.sampled_from(list(KINDS)))
def test_what_is_taken_out_of_an_answer_can_always_be_written_down(record: dict[str, object], kind: str) -> None:
    whole = {"Guid": "6F9619FF-8B86-D011-B42D-00CF4FC964FF", "Name": "n", "Priority": "9" * 5_000, **record}
    found = said(json.dumps({"value": [whole]}, default=dict).encode())
    if isinstance(found, Page) and found.records:
        try:
            seen = observed(KINDS[kind], found.records[0])
        except Failure:
            return
        canonical([seen.attributes, seen.facts, seen.name, seen.id])


def test_a_refusal_with_a_code_without_end_is_still_told() -> None:
    with pytest.raises(NotAllowed, match="AADSTS9"):
        token_of({"error": "x", "error_description": "AADSTS" + "9" * 5_000})


VARIABLE = "AZURE_CLIENT_CERTIFICATE_PATH"


def strange(folder: Path, what: str) -> Path:
    """A name that has no file, or not one that this process may read."""
    path = folder / "credential.pem"
    match what:
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            return Path("/dev/zero")
        case "a link to a pipe":
            os.mkfifo(folder / "pipe")
            path.symlink_to(folder / "pipe")
        case "too large":
            with path.open("wb") as file:
                file.truncate(1 << 40)
        case "garbage":
            path.write_bytes(bytes(range(256)))
        case "empty":
            path.touch()
    return path


STRANGE = ["nothing", "a folder", "a pipe", "a device", "a link to a pipe", "too large", "garbage", "empty"]


@pytest.mark.parametrize("what", STRANGE)
def test_a_certificate_file_that_is_none_is_refused_by_its_name_and_never_waited_for(tmp_path: Path, what: str) -> None:
    path = strange(tmp_path, what)
    with pytest.raises(NotAllowed) as refused:
        key_pair(Certificate("app", path, None))
    assert VARIABLE in refused.value.message
    assert str(path) in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("what", STRANGE)
def test_a_bundle_of_authorities_that_is_none_is_refused_by_its_name(tmp_path: Path, what: str) -> None:
    path = strange(tmp_path, what)
    with pytest.raises(Failure) as refused:
        connect(
            "global",
            "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
            {"AZURE_CLIENT_ID": "a", "AZURE_CLIENT_SECRET": "b", "MAILFORM_CA_BUNDLE": str(path)},
            tmp_path,
        )
    assert "MAILFORM_CA_BUNDLE" in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("what", STRANGE)
def test_a_token_file_that_is_none_is_refused_by_its_name(tmp_path: Path, what: str) -> None:
    path = strange(tmp_path, what)
    with httpx.Client() as http, pytest.raises(NotAllowed) as refused:
        assertion(FederatedFile("app", path), CLOUDS["global"], http, Patience())
    assert "AZURE_FEDERATED_TOKEN_FILE" in refused.value.message
    assert refused.value.hint


def test_a_credential_file_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "..data").write_bytes(b"token")
    (tmp_path / "token").symlink_to(tmp_path / "..data")  # as Kubernetes mounts it
    assert credential_file(VARIABLE, tmp_path / "token", 10) == b"token"
