"""What goes together, and what is risky: each coupling with a configuration that has it right and one that hasn't."""

from __future__ import annotations

import pytest

from mailform.configuration.load import parse
from mailform.configuration.starter import STARTER
from mailform.diagnostics import Diagnostic, Severity
from writing import codes, configured, mistakes, only, wrong

RULE = '[transport_rule.x]\nname = "x"\n'
ACTION = "actions = { delete_message = true }\n"
PAIRS = [
    ('header_contains_message_header = "X"', 'header_contains_words = ["a"]'),
    ('header_matches_message_header = "X"', 'header_matches_patterns = ["a"]'),
    ('between_member_of1 = ["a@contoso.com"]', 'between_member_of2 = ["b@contoso.com"]'),
    ('ad_comparison_attribute = "City"', 'ad_comparison_operator = "Equal"'),
    ('manager_addresses = ["a@contoso.com"]', 'manager_for_evaluated_user = "Sender"'),
]
PAIRS_OF_ACTIONS = [
    ('set_header_name = "X"', 'set_header_value = "a"'),
    ('generate_incident_report = "a@contoso.com"', 'incident_report_content = ["Sender"]'),
]


def rule(section: str, *written: str) -> str:
    others = {"conditions": 'from_scope = "InOrganization"', "actions": "delete_message = true"}
    body = {**others, section: ", ".join(written)}
    return RULE + "".join(f"{name} = {{ {text} }}\n" for name, text in body.items())


@pytest.mark.parametrize("section", ["conditions", "exceptions"])
@pytest.mark.parametrize("pair", PAIRS)
def test_a_pair_of_conditions_goes_together(section: str, pair: tuple[str, str]) -> None:
    configured(rule(section, *pair))
    for alone in pair:
        found = only(mistakes(rule(section, alone)))
        assert found.code == "needs-other"
        assert section in found.message


@pytest.mark.parametrize("pair", PAIRS_OF_ACTIONS)
def test_a_pair_of_actions_goes_together(pair: tuple[str, str]) -> None:
    configured(rule("actions", *pair))
    for alone in pair:
        assert only(mistakes(rule("actions", alone))).code == "needs-other"


def test_a_disclaimers_place_and_fallback_need_its_text() -> None:
    text = 'apply_html_disclaimer_text = "<p>x</p>"'
    for setting in ('apply_html_disclaimer_location = "Append"', 'apply_html_disclaimer_fallback_action = "Wrap"'):
        configured(rule("actions", text, setting))
        assert only(mistakes(rule("actions", setting))).code == "needs-other"


OUTBOUND = '[outbound_connector.o]\nname = "o"\n'
INBOUND = '[inbound_connector.i]\nname = "i"\nsender_domains = ["*"]\n'
ON_PREMISES = 'connector_type = "OnPremises"'
INTERNAL = f"{INBOUND}{ON_PREMISES}\n"
DOMAIN = '[accepted_domain.d]\ndomain = "contoso.com"\n'


@pytest.mark.parametrize(
    ("right", "wrongs", "code"),
    [
        (
            OUTBOUND + 'use_mx_record = false\nsmart_hosts = ["h.contoso.com"]',
            [
                "use_mx_record = false",
                'smart_hosts = ["h.contoso.com"]',
                'use_mx_record = true\nsmart_hosts = ["h.a.com"]',
            ],
            "needs-other",
        ),
        (
            OUTBOUND + 'tls_settings = "DomainValidation"\ntls_domain = "contoso.com"',
            [
                'tls_settings = "DomainValidation"',
                'tls_domain = "contoso.com"',
                'tls_settings = "EncryptionOnly"\ntls_domain = "contoso.com"',
            ],
            "needs-other",
        ),
        (
            OUTBOUND + 'connector_type = "OnPremises"\nall_accepted_domains = true',
            ["all_accepted_domains = true", 'connector_type = "Partner"\nroute_all_messages_via_on_premises = true'],
            "on-premises-only",
        ),
        (
            OUTBOUND + 'recipient_domains = ["*.contoso.com", "*", "contoso.com"]',
            [
                'recipient_domains = ["a.*.com"]',
                'recipient_domains = ["*contoso.com"]',
                'recipient_domains = ["*.*.com"]',
            ],
            "embedded-wildcard",
        ),
        (
            INBOUND + 'tls_sender_certificate_name = "*.contoso.com"',
            ['tls_sender_certificate_name = "mail.*.com"'],
            "embedded-wildcard",
        ),
        (
            INBOUND + 'connector_type = "OnPremises"\ntreat_messages_as_internal = true',
            ["treat_messages_as_internal = true", 'connector_type = "Partner"\ntreat_messages_as_internal = true'],
            "on-premises-only",
        ),
        (
            INTERNAL + "treat_messages_as_internal = false\ncloud_services_mail_enabled = true",
            [f"{ON_PREMISES}\ntreat_messages_as_internal = true\ncloud_services_mail_enabled = true"],
            "excludes-other",
        ),
        (
            INBOUND + 'sender_ip_addresses = ["192.0.2.1", "192.0.2.0/24", "192.0.2.7/32"]',
            [
                'sender_ip_addresses = ["2001:db8::1"]',
                'sender_ip_addresses = ["192.0.0.0/23"]',
                'sender_ip_addresses = ["192.0.2.1-192.0.2.9"]',
                'sender_ip_addresses = ["mail.contoso.com"]',
            ],
            "bad-address",
        ),
        (
            DOMAIN + 'domain_type = "InternalRelay"\nmatch_sub_domains = true',
            ["match_sub_domains = true", 'domain_type = "Authoritative"\nmatch_sub_domains = true'],
            "needs-other",
        ),
    ],
)
def test_what_a_connector_or_domain_needs_and_excludes(right: str, wrongs: list[str], code: str) -> None:
    assert configured(right).warnings == ()
    block = next(block for block in (OUTBOUND, INBOUND, DOMAIN) if right.startswith(block))
    for written in wrongs:
        assert only(mistakes(block + written)).code == code


@pytest.mark.parametrize(
    ("section", "right", "wrongs", "code"),
    [
        ("actions", "set_scl = -1", ["set_scl = -2", "set_scl = 10"], "out-of-range"),
        ("conditions", "scl_over = 9", ["scl_over = 10"], "out-of-range"),
        (
            "actions",
            'reject_message_enhanced_status_code = "5.7.1"',
            ['reject_message_enhanced_status_code = "5.8.1"', 'reject_message_enhanced_status_code = "550 5.7.1"'],
            "bad-status-code",
        ),
        (
            "conditions",
            'sender_ip_ranges = ["192.0.2.1-192.0.2.9", "2001:db8::/32"]',
            ['sender_ip_ranges = ["192.0.2.1-"]', 'sender_ip_ranges = ["192.0.2.0/33"]'],
            "bad-address",
        ),
        ("actions", "stop_rule_processing = true", ["stop_rule_processing = false", ""], "no-action"),
        ("actions", "set_scl = 0", ['prepend_subject = ""'], "no-action"),
    ],
)
def test_what_a_rule_may_say(section: str, right: str, wrongs: list[str], code: str) -> None:
    configured(rule(section, right))
    for written in wrongs:
        assert only(mistakes(rule(section, written))).code == code


def test_a_rule_ends_after_it_begins() -> None:
    dates = 'activation_date = 2026-11-23T21:00:00Z\nexpiry_date = "2026-11-23T21:00:00+0{}:00"\n'
    configured(rule("actions", "quarantine = true") + dates.format(0).replace("21:00:00+", "21:00:01+"))
    assert only(mistakes(rule("actions", "quarantine = true") + dates.format(0))).code == "never-active"
    assert only(mistakes(rule("actions", "quarantine = true") + dates.format(1))).code == "never-active"


def test_a_rule_says_which_messages_it_is_for() -> None:
    assert only(mistakes(RULE + ACTION)).code == "missing-conditions"
    found = only(configured(RULE + "conditions = {}\n" + ACTION).warnings)
    assert (found.code, found.severity) == ("all-messages", Severity.WARNING)


def changed(*edits: tuple[str, str]) -> str:
    """The starter with some of its text changed."""
    text = STARTER
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return text


def warned(*edits: tuple[str, str]) -> tuple[Diagnostic, ...]:
    return parse({"mailform.toml": changed(*edits).encode()}).warnings


SCOPED = "is_transport_rule_scoped = true"
REFERENCE = "${outbound_connector.to_signature.name}"


@pytest.mark.parametrize("name", [REFERENCE, "office 365 to contoso signature service"])
def test_a_connector_that_a_rule_routes_to_is_scoped_and_switched_on(name: str) -> None:
    named = (REFERENCE, name)
    assert codes(wrong(changed(named, (SCOPED, "")))) == ["connector-not-scoped"]
    assert codes(wrong(changed(named, (SCOPED, "is_transport_rule_scoped = false")))) == ["connector-not-scoped"]
    assert codes(wrong(changed(named, (SCOPED, f"{SCOPED}\nenabled = false")))) == ["connector-disabled"]


RETAINED = "cloud_services_mail_enabled = true"
OUT, BACK = f"{RETAINED} # has to be the same on the way back", f'domain}}"\n{RETAINED}'


@pytest.mark.parametrize(
    "edit", [(OUT, ""), (BACK, 'domain}"'), (OUT, "cloud_services_mail_enabled = false")], ids=["out", "back", "false"]
)
def test_headers_retained_on_one_way_only_are_warned_of(edit: tuple[str, str]) -> None:
    assert codes(warned(edit)) == ["retained-headers"]


def test_headers_retained_on_no_way_are_not_warned_of() -> None:
    assert warned((OUT, ""), (BACK, 'domain}"')) == ()


EXCEPTIONS = 'exceptions = { header_contains_message_header = "SignatureContoso", header_contains_words = ["true"] }\n'


@pytest.mark.parametrize("exceptions", ["", "exceptions = {}\n", "exceptions = { sent_to = [] }\n"])
def test_a_routing_rule_without_an_exception_is_a_loop(exceptions: str) -> None:
    assert codes(warned((EXCEPTIONS, exceptions))) == ["loop"]


@pytest.mark.parametrize(
    ("domain", "hosts", "warning"),
    [
        ("smtp.contoso.com", ["SMTP.contoso.com."], False),
        ("*.contoso.com", ["smtp.contoso.com"], False),
        ("*.contoso.com", ["contoso.com"], True),
        ("contoso.com", ["smtp.contoso.com"], True),
        ("smtp.contoso.com", ["smtp.contoso.com", "smtp.fabrikam.com"], True),
        ("smtp.contoso.com", ["[192.0.2.1]"], False),
    ],
)
def test_a_tls_domain_covers_the_smart_hosts(domain: str, hosts: list[str], warning: bool) -> None:
    found = configured(
        f"{OUTBOUND}use_mx_record = false\nsmart_hosts = {hosts}\n"
        f'tls_settings = "DomainValidation"\ntls_domain = "{domain}"\n'
    )
    assert codes(found.warnings) == ["tls-domain"] * warning


CERTIFICATE = '"${accepted_domain.certificate.domain}"'
KNOWN = "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"


@pytest.mark.parametrize(
    ("name", "warning"),
    [(KNOWN.upper(), False), (f"a.{KNOWN}", False), (f"*.{KNOWN}", False), ("contoso.com", True), (f"x{KNOWN}", True)],
)
def test_a_certificates_name_is_an_accepted_domain_or_below_one(name: str, warning: bool) -> None:
    assert codes(warned((CERTIFICATE, f'"{name}"'))) == ["certificate-domain"] * warning


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ('[outbound_connector.a]\nname = "One"\n', '[outbound_connector.b]\nname = "${var.one}"\n'),
        ('[accepted_domain.a]\ndomain = "one.com"\n', '[accepted_domain.b]\ndomain = "ONE.com."\n'),
        ('[transport_rule.a]\nname = "one"\n', '[transport_rule.b]\nname = "ONE"\n'),
    ],
)
def test_two_of_a_kind_with_one_name_are_a_mistake(one: str, two: str) -> None:
    variable = '[variables.one]\ndefault = "ONE"\n'
    rest = 'conditions = { from_scope = "InOrganization" }\nactions = { delete_message = true }\n'
    blocks = [block + (rest if "rule" in block else "") for block in (one, two)]
    found = only(mistakes(variable + "".join(blocks)))
    assert found.code == "duplicate-name"
    assert ".a" in found.message
    assert ".b" in found.message


def test_one_name_for_two_kinds_is_fine() -> None:
    configured(OUTBOUND.replace('"o"', '"x"') + INBOUND.replace('"i"', '"x"'))


def numbered(number: int, section: str, written: str) -> str:
    """One of many rules."""
    return rule(section, written).replace("rule.x", f"rule.r{number}").replace('name = "x"', f'name = "{number}"')


def test_a_tenant_takes_300_rules_and_no_more() -> None:
    rules = [numbered(number, "actions", "quarantine = true") for number in range(301)]
    configured("".join(rules[:300]))
    assert only(mistakes("".join(rules))).code == "too-many-rules"


def test_a_rule_has_8192_characters_and_all_words_20_kilobytes() -> None:
    configured(rule("actions", f'apply_html_disclaimer_text = "{"x" * 8000}"'))
    assert only(mistakes(rule("actions", f'apply_html_disclaimer_text = "{"x" * 8193}"'))).code == "rule-too-large"
    words = [numbered(number, "conditions", f'from_address_contains_words = ["{"x" * 7000}"]') for number in range(3)]
    configured("".join(words[:2]))
    assert only(mistakes("".join(words))).code == "too-many-patterns"
