"""Inbound connectors: the couplings of their settings, and tenants that won't enable them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError

from mailform_providers.kinds import INBOUND_CONNECTOR, KINDS
from mailform_providers.sandbox import refusals
from mailform_providers.sandbox.cmdlet import Call
from mailform_providers.sandbox.connectors import Connectors, cmdlets, listed, on_premises_only, require_domains
from mailform_providers.sandbox.parameters import Given
from mailform_providers.sandbox.records import INBOUND_BLANK
from mailform_providers.sandbox.tenant import Entry, Settings, Tenant
from mailform_providers.sandbox.values import domain_of

_MADE_DISABLED = (
    "Inbound connector for this service offering is created in a disabled state. Contact Support to enable it."
)
_STAYS_DISABLED = "For this service offering, you can't enable an inbound connector. Contact Support to enable it."
_WIDEST = 24


def _settle(settings: Settings, given: Mapping[str, Given]) -> Settings:
    if not settings["SenderDomains"]:
        raise refusals.invalid("SenderDomains can't be empty.")
    require_domains("SenderDomains", tuple(domain_of(space) for space in listed(settings, "SenderDomains")))
    certificate = settings["TlsSenderCertificateName"]
    require_domains("TlsSenderCertificateName", (str(certificate),) if certificate else ())
    for address in listed(settings, "SenderIPAddresses"):
        _require_range(address)
    on_premises_only(settings, ("TreatMessagesAsInternal",))
    if settings["TreatMessagesAsInternal"] and settings["CloudServicesMailEnabled"]:
        raise refusals.invalid("TreatMessagesAsInternal can't be used when CloudServicesMailEnabled is true.")
    return settings


def _require_range(text: str) -> None:
    try:
        network = IPv4Network(text, strict=False)
    except (AddressValueError, NetmaskValueError):
        raise refusals.invalid(
            f"'{text}' isn't a valid IP address for SenderIPAddresses. Use IPv4 addresses."
        ) from None
    if not re.fullmatch(r"[\d.]+(/\d+)?", text) or network.prefixlen < _WIDEST:
        raise refusals.invalid(f"The range '{text}' of SenderIPAddresses is too wide. Use /24 to /32.")


def _start(call: Call) -> tuple[Mapping[str, Given], tuple[str, ...]]:
    """A tenant without the right to inbound connectors takes them, disabled, and says so."""
    creates = not call.identity
    if not call.behaviour.inbound_created_disabled or not (creates or call.changes.get("Enabled") is True):
        return call.changes, ()
    if creates:
        return {**call.changes, "Enabled": False}, (_MADE_DISABLED,)
    return {name: value for name, value in call.changes.items() if name != "Enabled"}, (_STAYS_DISABLED,)


def _release(tenant: Tenant, entry: Entry, settings: Settings | None) -> None:
    """Nothing refers to an inbound connector."""


def _shown(call: Call) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    return call.tenant.of(INBOUND_CONNECTOR), ()


CMDLETS = cmdlets(
    Connectors(
        KINDS[INBOUND_CONNECTOR],
        INBOUND_BLANK,
        "msExchSMTPInboundConnector",
        _settle,
        _release,
        _shown,
        start=_start,
    )
)
