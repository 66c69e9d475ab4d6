from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given

from mailform_state.address import Address
from mailform_state.canonical import digest
from mailform_state.document import dump, load
from mailform_state.errors import Damaged
from mailform_state.upgrade import Document, upgraded
from mailform_state.values import Attribute, DnsRecord, Output, PendingDelete, Recorded, State, Unresolved
from strategies.state import addresses, states

RULE = Address("transport_rule", "route")
DOMAIN = Address("accepted_domain", "certificate", "eu")
SAMPLE = State(
    lineage="4f1f6f4e-8d8a-4d5f-9f5f-1b7a5f1f7b11",
    tenant="9b1d9f0e-2d2c-4f57-8b70-8f0f3f1f4a10",
    serial=7,
    tool_version="0.1.0",
    resources={
        RULE: Recorded(
            RULE,
            "0b7c1f52-6f2b-4b60-9f0e-2f6b1d7f9c11",
            {"name": Attribute("Röute", "Röute"), "conditions.header_contains_words": Attribute(("true",), (), True)},
            dependencies=frozenset({DOMAIN}),
        ),
        DOMAIN: Recorded(DOMAIN, "fabrikam.com", on_destroy="forget", ignore_changes=frozenset({"domain_type"})),
    },
    outputs={"host": Output("fabrikam.mail.protection.outlook.com")},
    unresolved=(Unresolved(RULE, "transport_rule", None, "no answer"),),
    pending_delete=(PendingDelete("outbound_connector", "c0ffee", "To contoso", RULE, "in use"),),
    used_plans={"sha256:00": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)},
    dns_records=(DnsRecord("fabrikam.com", "@", "TXT", "MS=ms1", DOMAIN),),
)


def reworked(change: Callable[[dict[str, object]], object]) -> bytes:
    """The sample changed by somebody who knows how to make the digest fit."""
    document = json.loads(dump(SAMPLE))
    del document["digest"]
    change(document)
    return json.dumps({**document, "digest": digest(document)}).encode()


@given(states)
def test_a_state_is_read_back_as_it_was_written(state: State) -> None:
    assert load(dump(state)) == state


@given(states)
def test_one_state_has_one_document_whatever_order_it_was_made_in(state: State) -> None:
    shuffled = {address: state.resources[address] for address in reversed(list(state.resources))}
    other = State(**{name: getattr(state, name) for name in State.__slots__} | {"resources": shuffled})
    assert dump(other) == dump(state)


@given(addresses)
def test_an_address_is_read_back_from_its_text(address: Address) -> None:
    assert Address.parse(str(address)) == address


def test_the_document_has_the_written_format() -> None:
    sample = Path(__file__).with_name("state_version_1.json").read_bytes()
    assert dump(SAMPLE) == sample
    assert load(sample) == SAMPLE


def test_a_state_that_is_cut_anywhere_is_damage_and_never_no_state() -> None:
    document = dump(SAMPLE)
    for end in range(len(document) - 1):
        with pytest.raises(Damaged):
            load(document[:end])
    assert load(document[:-1]) == SAMPLE  # only the newline is gone: nothing it says


def test_a_flip_in_any_byte_is_damage_or_changes_nothing_that_the_state_says() -> None:
    document = dump(SAMPLE)
    space_for_newline = 0x20 ^ 0x0A
    harmless = 0
    for place in range(len(document)):
        for mask in (*(1 << bit for bit in range(8)), 0xFF, space_for_newline):
            flipped = bytearray(document)
            flipped[place] ^= mask
            try:
                found = load(bytes(flipped))
            except Damaged:
                continue
            harmless += 1
            assert found == SAMPLE
            assert document[place : place + 1].isspace()
    assert harmless == document.count(b"\n") + document.count(b" ") - b"".join(document.split(b'"')[1::2]).count(b" ")


def test_a_document_of_another_format_is_refused() -> None:
    for data in (b"[]", b"{}", b'"mailform-state"', b'{"format": "terraform"}', b'{"format": "mailform-state"}'):
        with pytest.raises(Damaged):
            load(data)


def test_a_newer_state_is_refused_and_says_to_upgrade_even_if_its_digest_is_made_otherwise() -> None:
    newer = json.dumps({"format": "mailform-state", "version": 2, "digest": "blake3:00"}).encode()
    with pytest.raises(Damaged, match="version 2") as refused:
        load(newer)
    assert "Upgrade Mailform" in refused.value.hint


@pytest.mark.parametrize("version", [True, 1.0, "1", None, -1, 0])
def test_a_version_that_never_was_is_refused(version: object) -> None:
    with pytest.raises(Damaged):
        load(reworked(lambda document: document.update(version=version)))


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(surprise=1),
        lambda document: document.pop("tenant"),
        lambda document: document.update(serial="7"),
        lambda document: document.update(serial=True),
        lambda document: document.update(serial=-1),
        lambda document: document.update(used_plans={"sha256:00": 5}),
        lambda document: document.update(used_plans={"sha256:00": "2026-01-02T03:04:05"}),
        lambda document: document["resources"].append(document["resources"][0]),
        lambda document: document["resources"][0].update(kind="transport_rule"),
        lambda document: document["resources"][0].update(address="not an address"),
        lambda document: document["resources"][1]["attributes"]["name"].pop("echoed"),
        lambda document: document["resources"][1]["attributes"]["name"].update(sensitive="yes"),
    ],
)
def test_a_document_of_another_shape_is_refused_though_its_digest_fits(
    change: Callable[[dict[str, object]], object],
) -> None:
    with pytest.raises(Damaged):
        load(reworked(change))


def test_an_older_state_goes_through_each_upgrade_in_turn() -> None:
    def lower(document: Document) -> Document:
        return {**document, "seen": "0 to 1"}

    def upper(document: Document) -> Document:
        return {**document, "seen": f"{document['seen']}, 1 to 2 from {document['version']}"}

    made = upgraded({"version": 0}, 0, to=2, chain={0: lower, 1: upper})
    assert made == {"version": 2, "seen": "0 to 1, 1 to 2 from 1"}


def test_an_older_document_is_upgraded_when_it_is_read() -> None:
    def renamed(document: Document) -> Document:
        return {("lineage" if name == "ancestry" else name): value for name, value in document.items()}

    def older(document: dict[str, object]) -> None:
        document["version"] = 0
        document["ancestry"] = document.pop("lineage")

    assert load(reworked(older), chain={0: renamed}) == SAMPLE


def test_what_cannot_be_read_again_is_not_written() -> None:
    for value in ("\ud800", float("nan")):
        with pytest.raises(ValueError):
            dump(State("lineage", "tenant", outputs={"x": Output(value)}))
    with pytest.raises(ValueError):
        dump(State("lineage", "tenant", used_plans={"sha256:00": datetime(2026, 1, 1)}))


def test_pydantic_is_imported_by_reading_alone() -> None:
    script = "import sys, mailform_state.local, mailform_state.transfer; sys.exit('pydantic' in sys.modules)"
    assert run([sys.executable, "-c", script], check=False).returncode == 0
