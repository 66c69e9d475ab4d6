"""What a plan marks for a second look, and what it doesn't."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import DOMAIN, IN, INBOUND, OUT, OUTBOUND, ROUTE, RULE, create, guid, observed, wanted

from mailform.planning.steps import Difference, Plan, Update
from mailform.render.risk import Risk, own_domains, risks
from mailform_state.values import Value

OWN = frozenset({"contoso.com"})


def updated(attribute: str, before: Value, after: Value, address=ROUTE, rest=RULE) -> Update:  # type: ignore[no-untyped-def]
    seen = observed(address, guid(1), {**rest, attribute: before})
    return Update(wanted(address, {}), seen, (Difference(attribute, before, after),))


@pytest.mark.parametrize(
    ("to", "is_marked"),
    [
        (("a@contoso.com", "a@CONTOSO.com"), False),
        (("a@contoso.com", "a@contoso.net"), True),
        (("a@mail.contoso.com",), True),
        (("Somebody of ours",), False),
    ],
)
@pytest.mark.parametrize("action", ["blind_copy_to", "copy_to", "add_to_recipients", "redirect_message_to"])
def test_mail_that_goes_outside_the_domains_is_marked(action: str, to: tuple[str, ...], is_marked: bool) -> None:
    step = create(ROUTE, {"name": "x", "conditions.from_scope": "InOrganization", f"actions.{action}": to})
    assert risks(step, OWN) == ((Risk.FORWARDS_OUTSIDE,) if is_marked else ())


def test_the_domains_of_the_tenant_and_those_still_to_be_made_are_no_outside() -> None:
    read = observed(DOMAIN, "Contoso.com", {"domain": "Contoso.com"})
    plan = Plan((create(DOMAIN, {"domain": "fabrikam.com"}),), observed={"accepted_domain": (read,)})
    assert own_domains(plan) == {"contoso.com", "fabrikam.com"}


@pytest.mark.parametrize(
    ("attribute", "before", "after"),
    [("tls_settings", "DomainValidation", "EncryptionOnly"), ("tls_domain", "a.contoso.com", "b.contoso.com")],
)
def test_a_change_of_tls_is_marked(attribute: str, before: str, after: str) -> None:
    assert risks(updated(attribute, before, after, OUT, OUTBOUND)) == (Risk.CHANGES_TLS,)
    assert risks(updated("comment", before, after, OUT, OUTBOUND)) == ()


def test_an_inbound_connector_is_marked_where_it_says_whom_it_trusts() -> None:
    assert risks(create(IN, INBOUND)) == (Risk.RELAYS,)
    assert risks(create(IN, {**INBOUND, "connector_type": "Partner"})) == ()
    assert risks(updated("sender_ip_addresses", ("192.0.2.1",), ("192.0.2.1", "192.0.2.2"), IN, INBOUND)) == (
        Risk.RELAYS,
    )
    assert risks(updated("comment", "a", "b", IN, INBOUND)) == ()


@pytest.mark.parametrize(
    ("before", "after", "is_marked"),
    [
        (("a", "b"), ("c",), True),
        (("a", "b"), (), True),
        (("a", "b"), None, True),
        (("a", "b"), ("b", "c"), False),
        ((), ("a",), False),
    ],
)
def test_a_list_of_which_nothing_stays_is_marked(before: Value, after: Value, is_marked: bool) -> None:
    step = updated("exceptions.header_contains_words", before, after)
    assert (Risk.REPLACES_LIST in risks(step)) == is_marked


def test_a_rule_without_conditions_and_one_that_routes_are_marked() -> None:
    everything = replace(create(ROUTE, {name: value for name, value in RULE.items() if "conditions" not in name}))
    assert risks(everything) == (Risk.ALL_MESSAGES, Risk.ROUTES_MAIL)
