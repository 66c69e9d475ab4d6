from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform_providers.errors import ReadFailed
from mailform_providers.exchange.answers import Record
from mailform_providers.exchange.domains import joined
from mailform_providers.exchange.records import initial_parameters, observed, parameters
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.values import Value

GUID = "2F9D3F2B-0000-4000-8000-000000000001"
RULE: Record = {
    "Priority": 2,
    "DlpPolicyId": "00000000-0000-0000-0000-000000000000",
    "Comments": None,
    "LastModifiedBy": "An administrator",
    "State": "Disabled",
    "Mode": "Enforce",
    "IsRuleConfigurationSupported": True,
    "RuleSubType": "None",
    "FromScope": "InOrganization",
    "SubjectContainsWords": ["a", "b"],
    "SCLOver": "9",
    "ExceptIfHeaderContainsMessageHeader": "X-Contoso",
    "StopRuleProcessing": True,
    "SentTo": [None],
    "Guid": GUID,
    "Name": "Route",
    "WhenChanged": "2026-07-23T21:51:45.0000000+00:00",
}


def test_a_rule_is_read_in_the_configurations_names_and_types() -> None:
    rule = observed(KINDS[TRANSPORT_RULE], RULE)
    assert rule.attributes == {
        "name": "Route",
        "comments": None,
        "enabled": False,
        "mode": "Enforce",
        "conditions.from_scope": "InOrganization",
        "conditions.subject_contains_words": ("a", "b"),
        "conditions.scl_over": 9,
        "conditions.sent_to": (),
        "exceptions.header_contains_message_header": "X-Contoso",
        "actions.stop_rule_processing": True,
    }
    assert rule.facts == {"priority": 2}
    assert (rule.id, rule.name, rule.unsupported) == (GUID.lower(), "Route", None)
    assert (rule.changed_by, rule.changed_at) == ("An administrator", "2026-07-23T21:51:45Z")


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ({"WhenChanged": "/Date(1772500523000)/"}, "2026-03-03T01:15:23Z"),
        ({"WhenChanged": "2026-03-03T03:15:23.0000000+02:00"}, "2026-03-03T01:15:23Z"),
        ({"WhenChanged": "3/3/2026 3:15:23 AM", "WhenChangedUTC": "2026-03-03T01:15:23"}, "2026-03-03T01:15:23Z"),
        ({"whenchanged": "3/4/2026 3:15:23 AM"}, "3/4/2026 3:15:23 AM"),
        ({"WhenChanged": None}, None),
    ],
)
def test_when_an_object_was_changed_is_told_in_utc_where_its_spelling_tells_it(
    shown: dict[str, str | None], told: str | None
) -> None:
    seen = observed(KINDS[OUTBOUND_CONNECTOR], {"Guid": GUID, "Name": "x", **shown})
    domain = joined(KINDS[ACCEPTED_DOMAIN], "contoso.com", None, {"DomainName": "contoso.com", **shown})
    assert seen.changed_at == domain.changed_at == told


def test_keys_are_known_in_any_case() -> None:
    record = {"guid": GUID, "NAME": "x", "tlssettings": None, "Usemxrecord": "False"}
    assert observed(KINDS[OUTBOUND_CONNECTOR], record).attributes == {
        "name": "x",
        "tls_settings": None,
        "use_mx_record": False,
    }


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"DlpPolicy": "Credit cards"}, "made by a DLP policy"),
        ({"DlpPolicyId": "11111111-0000-0000-0000-000000000000"}, "made by a DLP policy"),
        ({"RuleSubType": "Dlp"}, "made by a DLP policy"),
        (
            {"IsRuleConfigurationSupported": False, "RuleConfigurationUnsupportedReason": "old predicate"},
            "old predicate",
        ),
    ],
)
def test_a_rule_that_cannot_be_expressed_says_why(more: dict[str, object], reason: str) -> None:
    assert observed(KINDS[TRANSPORT_RULE], {**RULE, **more}).unsupported == reason  # type: ignore[dict-item]


@pytest.mark.parametrize("record", [{"Name": "x"}, {"Guid": GUID}, {}])
def test_an_object_without_an_identity_is_an_error(record: dict[str, str]) -> None:
    with pytest.raises(ReadFailed):
        observed(KINDS[INBOUND_CONNECTOR], dict(record))


def test_attributes_become_parameters() -> None:
    wanted: Mapping[str, Value] = {
        "name": "Route",
        "activation_date": "2026-12-01T08:00:00",
        "conditions.from_scope": "InOrganization",
        "exceptions.header_contains_words": ("true",),
        "actions.stop_rule_processing": True,
        "actions.set_scl": -1,
        "conditions.attachment_size_over": "10MB",
    }
    assert parameters(KINDS[TRANSPORT_RULE], wanted) == {
        "Name": "Route",
        "ActivationDate": "2026-12-01T08:00:00+00:00",
        "FromScope": "InOrganization",
        "ExceptIfHeaderContainsWords": ["true"],
        "StopRuleProcessing": True,
        "SetSCL": -1,
        "AttachmentSizeOver": "10MB",
    }


def test_what_is_empty_is_cleared_by_set_and_left_out_by_new() -> None:
    wanted: Mapping[str, Value] = {
        "name": "x",
        "comments": "",
        "conditions.sent_to": (),
        "conditions.from_scope": None,
        "actions.quarantine": None,
        "actions.set_scl": 0,
        "actions.delete_message": False,
    }
    assert parameters(KINDS[TRANSPORT_RULE], wanted) == {
        "Name": "x",
        "Comments": None,
        "SentTo": None,
        "FromScope": None,
        "Quarantine": False,
        "SetSCL": 0,
        "DeleteMessage": False,
    }
    assert initial_parameters(KINDS[TRANSPORT_RULE], wanted) == {"Name": "x", "SetSCL": 0, "DeleteMessage": False}


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)
_rule_keys = st.sampled_from([found.parameter for found in KINDS[TRANSPORT_RULE].writable if found.name != "name"])


@given(st.dictionaries(_rule_keys, _json, max_size=6))
def test_no_value_of_the_service_breaks_reading(record: dict[str, object]) -> None:
    rule = observed(KINDS[TRANSPORT_RULE], {**record, "Guid": GUID, "Name": "x"})  # type: ignore[dict-item]
    hash(repr(rule))
