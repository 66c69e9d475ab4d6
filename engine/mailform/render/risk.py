"""What in a plan deserves a second look before somebody says yes. A mark, never a refusal: guards are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

from mailform.expression import Unknown
from mailform.planning.actions import RECIPIENTS
from mailform.planning.steps import Adopt, Create, Delete, Difference, Plan, Replace, Retry, Step, Update
from mailform.planning.world import ROUTE
from mailform.render.images import following, telling
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.values import Value

_TLS = frozenset(
    {
        "require_tls",
        "restrict_domains_to_certificate",
        "tls_domain",
        "tls_sender_certificate_name",
        "tls_settings",
        "mta_sts_mode",
        "smtp_dane_mode",
        "actions.route_message_outbound_require_tls",
    }
)
_TRUSTED = frozenset(
    {
        "associated_accepted_domains",
        "cloud_services_mail_enabled",
        "connector_type",
        "restrict_domains_to_certificate",
        "restrict_domains_to_ip_addresses",
        "sender_domains",
        "sender_ip_addresses",
        "tls_sender_certificate_name",
        "treat_messages_as_internal",
        "trusted_organizations",
    }
)
"""By what Exchange knows whose mail an inbound connector brings, and how much it trusts that mail."""

_FORWARDS = tuple(
    f"actions.{name}" for name in ("add_to_recipients", "blind_copy_to", "copy_to", "redirect_message_to")
)

Attributes: TypeAlias = "Mapping[str, Value | Unknown]"


class Risk(StrEnum):
    """Why a step is marked."""

    ALL_MESSAGES = "acts on every message: the rule has no conditions"
    ROUTES_MAIL = "routes mail to another server"
    FORWARDS_OUTSIDE = "sends mail to an address outside the domains that are known here"
    RELAYS = "lets another server send mail in the organization's name, and to anybody"
    CHANGES_TLS = "changes how a connection is encrypted, or whose certificate is taken"
    REPLACES_LIST = "replaces or empties a whole list: nothing stays of what was in it"
    SENDS_MAIL = "sends real test mail to its validation_recipients"
    DELETES = "deletes an object that can't be brought back"


def risks(step: Step, own: frozenset[str] = frozenset()) -> tuple[Risk, ...]:
    """What is risky about a step, judged by what the object will be. `own` are the domains that aren't outside."""
    match step:
        case Delete():
            return (Risk.DELETES,)
        case Retry():
            return (Risk.DELETES,) if step.current is not None else ()
        case Create() | Update() | Replace() | Adopt():
            return tuple(_of_change(step, own))
        case _:
            return ()


def own_domains(plan: Plan) -> frozenset[str]:
    """The accepted domains that a plan knows of: those of the tenant that were read, and those that are to be made."""
    read = (seen.attributes.get("domain") for seen in plan.observed.get(ACCEPTED_DOMAIN, ()))
    made = (following(step) for step in plan.steps if step.address.kind == ACCEPTED_DOMAIN)
    told = (*read, *(after.get("domain") for after in made if after is not None))
    return frozenset(domain.casefold() for domain in told if isinstance(domain, str))


def _of_change(step: Create | Update | Replace | Adopt, own: frozenset[str]) -> Iterator[Risk]:
    after = following(step) or {}
    differences = () if isinstance(step, Create) else step.differences
    changed = frozenset(telling(after)) if isinstance(step, Create) else frozenset(one.attribute for one in differences)
    match step.address.kind:
        case kind if kind == TRANSPORT_RULE:
            yield from _of_rule(after, own)
        case kind if kind == INBOUND_CONNECTOR and after.get("connector_type") == "OnPremises" and changed & _TRUSTED:
            yield Risk.RELAYS
        case _:
            pass
    if changed & _TLS and not isinstance(step, Create):
        yield Risk.CHANGES_TLS
    if any(_is_exchanged(found) for found in differences):
        yield Risk.REPLACES_LIST
    if step.address.kind == OUTBOUND_CONNECTOR and _is_validated(step.wanted.attributes):
        yield Risk.SENDS_MAIL
    if isinstance(step, Replace) and step.retire:
        yield Risk.DELETES


def _of_rule(after: Attributes, own: frozenset[str]) -> Iterator[Risk]:
    set_ones = telling(after)
    if not any(name.startswith("conditions.") for name in set_ones):
        yield Risk.ALL_MESSAGES
    if ROUTE in set_ones:
        yield Risk.ROUTES_MAIL
    if any(_is_outside(address, own) for name in _FORWARDS for address in _listed(set_ones.get(name))):
        yield Risk.FORWARDS_OUTSIDE


def _is_validated(wanted: Attributes) -> bool:
    return bool(wanted.get(RECIPIENTS) and wanted.get("enabled", True))


def _is_outside(address: object, own: frozenset[str]) -> bool:
    """Whether mail to this address may leave. A name without a domain is somebody of the tenant's."""
    if not isinstance(address, str):
        return True
    return "@" in address and address.rpartition("@")[2].casefold() not in own


def _is_exchanged(found: Difference) -> bool:
    """Whether a list loses everything that is in it. What is known after apply only may be the same."""
    if not isinstance(found.before, tuple) or not found.before or isinstance(found.after, Unknown):
        return False
    return not set(map(repr, found.before)) & set(map(repr, _listed(found.after)))


def _listed(value: Value | Unknown) -> tuple[object, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)
