"""Domains as Graph exports them: `Get-MgDomain | ConvertTo-Json`, or an answer of Graph itself. They say whether a
domain is proven and takes mail; what Exchange does with its mail is known from `Get-AcceptedDomain` alone."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from mailform_providers.contract import Observed
from mailform_providers.exchange.domains import joined
from mailform_providers.graph.documents import DomainDocument
from mailform_providers.kinds.schema import Kind


def proof(kind: Kind, row: Mapping[str, JsonValue]) -> Observed | None:
    """The domain that a record of Graph's shows; None when it is none. PowerShell capitalises Graph's keys."""
    try:
        domain = DomainDocument.model_validate(
            {key[:1].lower() + key[1:]: entry for key, entry in row.items()}
        ).domain()
    except ValidationError:
        return None
    return joined(kind, domain.name, domain, {} if domain.verified and domain.email else None)
