"""The configuration's warnings, once the tenant is known: what it already has nobody needs to be warned of."""

from __future__ import annotations

from mailform.configuration.domains import below
from mailform.configuration.findings import shown
from mailform.diagnostics import Diagnostic
from mailform.planning.world import World
from mailform.wanted import Configuration
from mailform_providers.kinds import ACCEPTED_DOMAIN

_CERTIFICATE = "tls_sender_certificate_name"


def refined(configuration: Configuration, world: World) -> tuple[Diagnostic, ...]:
    """The warnings without those about certificates whose domain the tenant has accepted, though no resource has it."""
    accepted = [seen.id for seen in world.objects.get(ACCEPTED_DOMAIN, ()) if seen.facts.get("verified")]
    settled = []
    for resource in configuration.resources.values():
        name = resource.attributes.get(_CERTIFICATE)
        if isinstance(name, str) and any(below(name.removeprefix("*."), domain) for domain in accepted):
            settled.append((resource.positions.get(_CERTIFICATE), shown(name)))
    return tuple(
        warning
        for warning in configuration.warnings
        if warning.code != "certificate-domain"
        # Instances of one block share their place, so the name has to tell which of them it is about.
        or not any(warning.position == at and name in warning.message for at, name in settled)
    )
