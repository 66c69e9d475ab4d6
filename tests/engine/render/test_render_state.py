"""The state and its outputs, for people and for programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from engine.render.golden import check
from engine.render.samples import DOMAIN, ROUTE, guid, recorded, state
from mailform.render import outputs, state_json, state_text
from mailform_state.store import VersionInfo
from mailform_state.values import Output, State

SECRET = "hunter"


def test_the_whole_state_for_people() -> None:
    check("state.txt", state_text.whole(state()))


def test_the_whole_state_for_programs() -> None:
    check("state.json", json.dumps(state_json.whole(state()), indent=2) + "\n")


def test_nothing_sensitive_is_in_any_listing() -> None:
    told = state()
    shown = [state_text.whole(told), state_text.listing(told), outputs.text(told.outputs)]
    shown += [json.dumps(state_json.whole(told)), json.dumps(outputs.as_json(told.outputs))]
    assert not any(SECRET in text for text in shown)


def test_a_sensitive_domain_is_hidden_as_an_id_too() -> None:
    known = recorded(DOMAIN, "secret.example", {"domain": "secret.example"}, "domain")
    assert "secret.example" not in state_text.resource(known)
    assert "secret.example" not in json.dumps(state_json.resource(known))


def test_the_listing_is_the_sorted_addresses() -> None:
    assert state_text.listing(state()).splitlines() == state_json.listing(state())
    assert state_text.listing(State("l", "t")) == ""


def test_an_empty_state_says_that_it_has_no_resources() -> None:
    assert "no resources" in state_text.whole(State("l", "t"))


def test_the_history_begins_with_the_newest_version() -> None:
    versions = [VersionInfo(number, datetime(2026, 11, number, 9, tzinfo=UTC), 1234) for number in (1, 3, 2)]
    assert [line.split()[0] for line in state_text.history(versions).splitlines()] == ["3", "2", "1"]
    assert state_json.history(versions)[0] == {"serial": 3, "at": "2026-11-03T09:00:00Z", "bytes": 1234}
    assert state_text.history(()) == "No versions are kept.\n"


def test_an_output_asked_for_by_name_is_shown_in_full() -> None:
    assert outputs.one(Output("hunter2", sensitive=True)) == '"hunter2"\n'
    assert outputs.one(Output("x" * 1000)) == f'"{"x" * 1000}"\n'
    assert outputs.one_as_json(Output(("a",))) == ["a"]


def test_a_state_without_outputs_says_so() -> None:
    assert outputs.text({}) == "There are no outputs.\n"


def test_what_a_resource_records_of_a_rule_is_nested_for_programs() -> None:
    said = state_json.resource(recorded(ROUTE, guid(1), {"conditions.from_scope": "InOrganization"}))
    assert said["values"] == {"id": guid(1), "conditions": {"from_scope": "InOrganization"}}
