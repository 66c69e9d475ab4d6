"""What an object shows beyond what may be written."""

from __future__ import annotations

import pytest

from exports import inbound, outbound, rule
from mailform_providers.exchange.records import observed
from mailform_providers.kinds import INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE


def test_an_ordinary_rule_shows_nothing_that_may_not_be_written() -> None:
    assert observed(KINDS[TRANSPORT_RULE], rule("One")).unwritable == {}


def test_what_is_read_only_and_says_something_is_told() -> None:
    seen = observed(KINDS[OUTBOUND_CONNECTOR], outbound("One"))
    assert seen.unwritable == {"is_validated": True, "last_validation_timestamp": "2026-03-03T01:15:23"}
    tested = observed(
        KINDS[INBOUND_CONNECTOR], inbound("One", EFTestMode=True, ScanAndDropRecipients=["a@contoso.com"])
    )
    assert tested.unwritable == {"ef_test_mode": True, "scan_and_drop_recipients": ("a@contoso.com",)}


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ({"Conditions": ["x.FromScopePredicate", "x.MoonPhasePredicate"]}, {"conditions"}),
        ({"Exceptions": ["x.MoonPhasePredicate"]}, {"exceptions"}),
        ({"Actions": ["x.PrependSubjectAction", "x.TeleportAction"]}, {"actions"}),
        (
            {
                "Conditions": ["x.HeaderContainsPredicate"],
                "FromScope": None,
                "HeaderContainsMessageHeader": "X-A",
                "HeaderContainsWords": ["1"],
            },
            set(),
        ),
        (
            {
                "Conditions": ["x.HeaderContainsPredicate", "x.MoonPhasePredicate"],
                "FromScope": None,
                "HeaderContainsMessageHeader": "X-A",
                "HeaderContainsWords": ["1"],
            },
            {"conditions"},
        ),
    ],
)
def test_a_condition_that_no_attribute_tells_is_told_by_its_class(shown: dict[str, object], told: set[str]) -> None:
    assert set(observed(KINDS[TRANSPORT_RULE], rule("One", **shown)).unwritable) == told
