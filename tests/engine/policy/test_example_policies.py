"""The policies of `examples/policies`: each lets pass what the examples do, and denies what it is there for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mailform.policy.reading import rules
from terminal import Terminal

EXAMPLES = Path(__file__).parents[3] / "examples"
POLICIES = EXAMPLES / "policies"

GOOD = """
[outbound_connector.out]
name = "Out"
connector_type = "OnPremises"
tls_settings = "DomainValidation"
tls_domain = "mx.contoso.com"
smart_hosts = ["mx.contoso.com"]
use_mx_record = false

[inbound_connector.in]
name = "In"
connector_type = "OnPremises"
sender_domains = ["*"]
require_tls = true
restrict_domains_to_certificate = true
tls_sender_certificate_name = "mx.contoso.com"

[transport_rule.a]
name = "A"
conditions = { subject_contains_words = ["x"] }
actions = { set_scl = 5 }
"""
OUT = GOOD[: GOOD.index("[inbound")]
ACTIONS = "actions = { set_scl = 5"

BAD = {
    "connectors-stay": GOOD.replace(OUT, ""),
    "connectors-are-kept-in-sight": GOOD.replace(OUT, '[[removed]]\nfrom = "outbound_connector.out"\n'),
    "tls-to-a-known-domain-stays": GOOD.replace(
        '"DomainValidation"\ntls_domain = "mx.contoso.com"', '"EncryptionOnly"'
    ),
    "tls-with-a-certificate-stays": GOOD.replace(
        '"DomainValidation"\ntls_domain = "mx.contoso.com"', '"EncryptionOnly"'
    ),
    "tls-stays": GOOD.replace('tls_settings = "DomainValidation"\ntls_domain = "mx.contoso.com"', 'tls_settings = ""'),
    "new-connectors-have-tls": GOOD + '[outbound_connector.two]\nname = "Two"\nconnector_type = "OnPremises"\n',
    "tls-on-the-way-in": GOOD.replace("require_tls = true", "require_tls = false"),
    "certificates-on-the-way-in": GOOD.replace(
        "restrict_domains_to_certificate = true", "restrict_domains_to_certificate = false"
    ),
    "redirected-outside": GOOD.replace(ACTIONS, 'actions = { redirect_message_to = ["a@contoso.com"]'),
    "copied-outside": GOOD.replace(ACTIONS, f'{ACTIONS}, copy_to = ["a@fabrikam.com", "a@contoso.com"]'),
    "blind-copied-outside": GOOD.replace(ACTIONS, f'{ACTIONS}, blind_copy_to = ["a@fabrikam.com.contoso.com"]'),
    "added-outside": GOOD.replace(ACTIONS, f'{ACTIONS}, add_to_recipients = ["a@contoso.com"]'),
    "reported-outside": GOOD.replace(
        ACTIONS, f'{ACTIONS}, generate_incident_report = "a@contoso.com", incident_report_content = ["Sender"]'
    ),
    "every-message": GOOD.replace('conditions = { subject_contains_words = ["x"] }', "conditions = {}"),
    "deleted-without-a-word": GOOD.replace(ACTIONS, "actions = { delete_message = true"),
}
"""A change that the policy of this name is there for."""

BEFORE = {
    "tls-with-a-certificate-stays": GOOD.replace(
        '"DomainValidation"\ntls_domain = "mx.contoso.com"', '"CertificateValidation"'
    ),
    "tls-stays": GOOD.replace('"DomainValidation"\ntls_domain = "mx.contoso.com"', '"EncryptionOnly"'),
}
"""What was there before, where that isn't GOOD."""


@pytest.fixture
def guarded(terminal: Terminal) -> Terminal:
    """A folder with all policies of the examples."""
    for path in POLICIES.glob("*.toml"):
        shutil.copy(path, terminal.folder / "policies")
    return terminal


def test_every_policy_is_tried(guarded: Terminal) -> None:
    assert {rule.name for rule in rules(guarded.folder)} == set(BAD)


@pytest.mark.parametrize("name", BAD)
def test_a_policy_speaks_against_what_it_is_there_for(guarded: Terminal, name: str) -> None:
    guarded.write(BEFORE.get(name, GOOD))
    guarded.done("apply", "--auto-approve", "-q")
    guarded.write(BAD[name])
    ran = guarded.run("plan", "--json")
    told = [one for one in ran.document["mailform"]["warnings"] if f".{name}`" in one["detail"]]
    assert told, ran.document["mailform"]["warnings"]
    assert ran.code == (10 if told[0]["code"] == "policy-denied" else 0)
    guarded.write(BEFORE.get(name, GOOD))
    guarded.done("plan")


def test_higher_tls_and_forwarding_inside_are_nobody_s_concern(guarded: Terminal) -> None:
    guarded.write(BEFORE["tls-stays"])
    guarded.done("apply", "--auto-approve", "-q")
    inside = 'redirect_message_to = ["A@Fabrikam.com", "b@mail.fabrikam.com"]'
    guarded.write(GOOD.replace(ACTIONS, f"actions = {{ {inside}"))
    ran = guarded.run("plan")
    assert (ran.code, "policy-" in ran.out) == (0, False)


@pytest.mark.parametrize("example", ["ordinary-rules", "several-sites", "signature-service"])
def test_the_examples_pass(guarded: Terminal, example: str) -> None:
    for path in (EXAMPLES / example).glob("*.toml"):
        shutil.copy(path, guarded.folder)
    ran = guarded.run("plan")
    assert ran.code == 0, ran.out
