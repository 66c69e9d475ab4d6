"""What an object shows that nobody may write back: read-only keys, Microsoft's own, conditions without a name of ours.

Nothing is planned with it. It is there so that taking an object over can say what isn't taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from mailform_providers.exchange.answers import Record
from mailform_providers.kinds.schema import Attribute, Kind
from mailform_state.values import Value

_SAYS_NOTHING = frozenset({"", "false", "none", "00000000-0000-0000-0000-000000000000"})
_TOGETHER = (
    frozenset({"header_contains_message_header", "header_contains_words"}),
    frozenset({"header_matches_message_header", "header_matches_patterns"}),
    frozenset({"between_member_of1", "between_member_of2"}),
    frozenset({"set_header_name", "set_header_value"}),
    frozenset({"reject_message_reason_text", "reject_message_enhanced_status_code"}),
    frozenset(
        {"apply_html_disclaimer_text", "apply_html_disclaimer_location", "apply_html_disclaimer_fallback_action"}
    ),
)
"""Attributes that the service counts as one condition or action. Of others that go together nobody has seen it; they
count each for itself, so that no rule is thought to have more than it has."""


def unwritable(kind: Kind, record: Record) -> Mapping[str, Value]:
    """What says something in a record and can't be written, by our names; a section's own name (`conditions`) with the
    classes the service lists, where these are more than the attributes beside them tell."""
    shown = {key.casefold(): entry for key, entry in record.items()}
    refused = {
        found.name: _told(shown[found.parameter.casefold()])
        for found in kind.attributes.values()
        if found.refused is not None and _says(shown.get(found.parameter.casefold()))
    }
    return {**refused, **dict(_nameless(kind, shown))}


def _nameless(kind: Kind, shown: Mapping[str, JsonValue]) -> Iterator[tuple[str, Value]]:
    for section in kind.sections:
        classes = shown.get(section)
        if not isinstance(classes, list):
            continue
        listed = tuple(dict.fromkeys(str(name).rpartition(".")[2] for name in classes if name))
        named = {
            _counted(found)
            for found in kind.attributes.values()
            if found.section == section and _says(shown.get(found.parameter.casefold()))
        }
        if len(listed) > len(named):
            yield section, listed


def _counted(attribute: Attribute) -> frozenset[str]:
    bare = attribute.name.rpartition(".")[2]
    return next((group for group in _TOGETHER if bare in group), frozenset({bare}))


def _says(raw: JsonValue) -> bool:
    if isinstance(raw, list):
        return any(map(_says, raw))
    return raw is not None and str(raw).strip().casefold() not in _SAYS_NOTHING


def _told(raw: JsonValue) -> Value:
    match raw:
        case list():
            return tuple(map(str, raw))
        case dict():
            return str(raw)
        case _:
            return raw
