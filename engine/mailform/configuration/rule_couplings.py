"""What goes together within a transport rule. The service refuses most of it itself, but in the middle of an apply."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailform.configuration.draft import Draft
from mailform.diagnostics import Diagnostic

_PAIRS_OF_PREDICATES = (
    ("header_contains_message_header", "header_contains_words"),
    ("header_matches_message_header", "header_matches_patterns"),
    ("between_member_of1", "between_member_of2"),
    ("ad_comparison_attribute", "ad_comparison_operator"),
    ("manager_addresses", "manager_for_evaluated_user"),
)
PAIRS: tuple[tuple[str, str], ...] = (
    *(
        (f"{section}.{one}", f"{section}.{two}")
        for section in ("conditions", "exceptions")
        for one, two in _PAIRS_OF_PREDICATES
    ),
    ("actions.set_header_name", "actions.set_header_value"),
    ("actions.generate_incident_report", "actions.incident_report_content"),
)
"""Attributes of a rule that mean something only together."""

_NEEDS_TEXT = ("actions.apply_html_disclaimer_location", "actions.apply_html_disclaimer_fallback_action")
_TEXT = "actions.apply_html_disclaimer_text"
_SCL = ("conditions.scl_over", "exceptions.scl_over", "actions.set_scl")
_STATUS_CODE = re.compile(r"5\.7\.[0-9]{1,3}")


def _pairs(draft: Draft) -> Iterator[Diagnostic]:
    for pair in PAIRS:
        for here, missing in (pair, pair[::-1]):
            if draft.says(here) and not draft.says(missing):
                yield _together(draft, here, missing)
    for name in _NEEDS_TEXT:
        if draft.says(name) and not draft.says(_TEXT):
            yield _together(draft, name, _TEXT)


def _together(draft: Draft, here: str, missing: str) -> Diagnostic:
    message = f"`{here}` needs `{missing}`, which isn't set"
    return Diagnostic("needs-other", message, draft.at(here), f"set `{missing}` too, or take `{here}` out")


def _acts(draft: Draft) -> Iterator[Diagnostic]:
    if not draft.says_any("actions"):
        hint = 'add what it is to do: `actions = { prepend_subject = "[external] " }`'
        yield Diagnostic("no-action", f"`{draft.address}` has no action", draft.at("actions"), hint)


def _all_messages(draft: Draft) -> Iterator[Diagnostic]:
    if "conditions" in draft.resource.sections and not draft.says_any("conditions"):
        message = f"`{draft.address}` has no condition: it is for all messages"
        yield draft.warning("all-messages", message, "conditions", "add a condition unless that is what you want")


def _numbers(draft: Draft) -> Iterator[Diagnostic]:
    for name in _SCL:
        value = draft.get(name)
        if isinstance(value, int) and not -1 <= value <= 9:
            yield draft.error(
                "out-of-range", f"`{name}` is from -1 to 9, not {value}", name, "write a number from -1 to 9"
            )


def _status_code(draft: Draft) -> Iterator[Diagnostic]:
    name = "actions.reject_message_enhanced_status_code"
    code = draft.get(name)
    if isinstance(code, str) and code and _STATUS_CODE.fullmatch(code) is None:
        hint = "write 5.7.1, or 5.7.900 to 5.7.999"
        yield draft.error("bad-status-code", f"`{name}` can't be {draft.shown(name)}", name, hint)


def _dates(draft: Draft) -> Iterator[Diagnostic]:
    begins, ends = draft.get("activation_date"), draft.get("expiry_date")
    if isinstance(begins, str) and isinstance(ends, str) and begins and ends and ends <= begins:
        message = "`expiry_date` isn't after `activation_date`: the rule would never act"
        yield draft.error("never-active", message, "expiry_date", "let it end after it begins")


RULE_COUPLINGS = (_pairs, _acts, _all_messages, _numbers, _status_code, _dates)
"""Every check of a rule."""
