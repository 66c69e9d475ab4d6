"""Values to try each attribute with, and what has to go along with them. Data, with rules of thumb to spare rows."""

from __future__ import annotations

from collections.abc import Mapping

from mailform_providers.kinds.schema import Attribute, Form, Type
from mailform_state.values import NOTHING, Value

# By the attribute's bare name, which conditions and exceptions share.
_OWN: Mapping[str, tuple[Value, Value]] = {
    "ad_comparison_attribute": ("City", "Department"),
    "ad_comparison_operator": ("Equal", "NotEqual"),
    "attachment_property_contains_words": (("Business Impact:High",), ("Class:One,Two",)),
    "content_character_set_contains_words": (("koi8-r",), ("gb2312", "big5")),
    "generate_notification": ("<p>Held</p>", "Held"),
    "mail_flow_region": ("NAM", "EUR"),
    "mode": ("Audit", "Enforce"),
    "recipient_ad_attribute_contains_words": (("City:Oslo",), ("City:Oslo,Bergen", "Title:x")),
    "recipient_ad_attribute_matches_patterns": (("City:^O",), ("City:^B",)),
    "reject_message_enhanced_status_code": ("5.7.900", "5.7.901"),
    "scl_over": (5, 0),
    "sender_ad_attribute_contains_words": (("City:Oslo",), ("City:Oslo,Bergen", "Title:x")),
    "sender_ad_attribute_matches_patterns": (("City:^O",), ("City:^B",)),
    "sender_domains": (("contoso.com", "*.fabrikam.com"), ("*",)),
    "sender_ip_addresses": (("192.0.2.1",), ("198.51.100.0/24", "192.0.2.1")),
    "set_scl": (-1, 9),
    "smart_hosts": (("smtp.contoso.com",), ("192.0.2.9", "mx.fabrikam.com")),
    "tls_settings": ("EncryptionOnly", "CertificateValidation"),
    "use_mx_record": (False, True),
    "with_importance": ("High", "Low"),
}

_TEXT: Mapping[Form, tuple[str, str]] = {
    Form.ADDRESS: ("someone@contoso.com", "others@fabrikam.com"),
    Form.ADDRESS_SPACE: ("contoso.com", "*.fabrikam.com"),
    Form.DOMAIN: ("mail.contoso.com", "fabrikam.com"),
    Form.HEADER: ("X-Contoso", "X-Fabrikam"),
    Form.IP: ("192.0.2.1", "198.51.100.0/24"),
}
_PLAIN = ("Grüße, 你好", "two words; \"quoted\" & <b>'more'</b>")

_TOGETHER: tuple[Mapping[str, Value], ...] = (
    {"header_contains_message_header": "X-Contoso", "header_contains_words": ("true",)},
    {"header_matches_message_header": "X-Contoso", "header_matches_patterns": ("^t",)},
    {"between_member_of1": ("a@contoso.com",), "between_member_of2": ("b@contoso.com",)},
    {"ad_comparison_attribute": "City", "ad_comparison_operator": "Equal"},
    {"manager_addresses": ("a@contoso.com",), "manager_for_evaluated_user": "Sender"},
    {"set_header_name": "X-Contoso", "set_header_value": "1"},
    {"generate_incident_report": "a@contoso.com", "incident_report_content": ("Sender",)},
    {
        "apply_html_disclaimer_text": "<p>x</p>",
        "apply_html_disclaimer_location": "Append",
        "apply_html_disclaimer_fallback_action": "Wrap",
    },
    {"reject_message_reason_text": "No.", "reject_message_enhanced_status_code": "5.7.1"},
    {"tls_domain": "smtp.contoso.com", "tls_settings": "DomainValidation"},
)
_CLEARED_WITH: Mapping[str, Mapping[str, Value]] = {"smart_hosts": {"use_mx_record": True}}
_NEEDS: Mapping[str, Mapping[str, Value]] = {
    "treat_messages_as_internal": {"connector_type": "OnPremises"},
    "match_sub_domains": {"domain_type": "InternalRelay"},
}


def samples(attribute: Attribute) -> tuple[Value, Value]:
    """Two values that differ in meaning."""
    own = _OWN.get(_bare(attribute))
    if own is not None:
        return own
    one, two = _TEXT.get(attribute.form, _PLAIN)
    match attribute.type:
        case Type.BOOLEAN:
            return (True, False)
        case Type.INTEGER:
            return (1, 2)
        case Type.ENUMERATION:
            return (attribute.values[0], attribute.values[-1])
        case Type.ENUMERATIONS:
            return (attribute.values[:2], attribute.values[1:])
        case Type.STRINGS:
            return ((one,), (two, one))
        case Type.SIZE:
            return ("10MB", "1500KB")
        case Type.TIMESTAMP:
            return ("2027-01-31T08:00:00+00:00", "2027-06-30T12:30:00+02:00")
        case Type.STRING | Type.GUID | Type.TABLES:
            return (one, two)


def companions(attribute: Attribute) -> Mapping[str, Value]:
    """What has to be set along with an attribute."""
    bare = _bare(attribute)
    if attribute.on_premises:
        return {"connector_type": "OnPremises"}
    together = next((group for group in _TOGETHER if bare in group and _goes_along(bare)), NOTHING)
    return {**_NEEDS.get(bare, NOTHING), **_beside(attribute, together)}


def cleared_with(attribute: Attribute) -> Mapping[str, Value]:
    """What has to be written when an attribute is emptied: what makes no sense without it, emptied too."""
    together = next((group for group in _TOGETHER if _bare(attribute) in group), NOTHING)
    emptied = {name: () if isinstance(value, tuple) else "" for name, value in together.items()}
    return {**_CLEARED_WITH.get(_bare(attribute), NOTHING), **_beside(attribute, emptied)}


def _goes_along(bare: str) -> bool:
    # TLS settings stand alone; the domain to compare with doesn't.
    return bare != "tls_settings"


def _beside(attribute: Attribute, group: Mapping[str, Value]) -> Mapping[str, Value]:
    prefix = "" if attribute.section is None else f"{attribute.section}."
    return {f"{prefix}{name}": value for name, value in group.items() if f"{prefix}{name}" != attribute.name}


def _bare(attribute: Attribute) -> str:
    return attribute.name.rpartition(".")[2]
