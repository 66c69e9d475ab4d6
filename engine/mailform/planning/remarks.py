"""The configuration's warnings, once the tenant is known: what it already has nobody needs to be warned of."""

from __future__ import annotations

from mailform.configuration.domains import below
from mailform.diagnostics import Diagnostic
from mailform.planning.world import World
from mailform.wanted import Configuration
from mailform_providers.kinds import ACCEPTED_DOMAIN

_CERTIFICATE = "tls_sender_certificate_name"


def refined(configuration: Configuration, world: World) -> tuple[Diagnostic, ...]:
    """The warnings without those about certificates whose domain the tenant has accepted, though no resource has it."""
    accepted = [seen.id for seen in world.objects.get(ACCEPTED_DOMAIN, ()) if seen.facts.get("verified")]
    settled = set()
    for resource in configuration.resources.values():
        name = resource.attributes.get(_CERTIFICATE)
        if isinstance(name, str) and any(below(name.removeprefix("*."), domain) for domain in accepted):
            settled.add(resource.positions.get(_CERTIFICATE))
    return tuple(
        warning
        for warning in configuration.warnings
        if warning.code != "certificate-domain" or warning.position not in settled
    )
