"""Which tenant a domain belongs to, asked of the sign-in authority. Nobody has to be signed in for that."""

from __future__ import annotations

import re
import uuid
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from mailform_providers.errors import ReadFailed
from mailform_providers.wire.patience import Again, Patience, retry_after
from mailform_providers.wire.reply import Broken, Delivery, Reply, Unsent, send
from mailform_state.errors import Failure

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Discovery(BaseModel):
    """The parts of an OpenID provider's metadata that name the tenant. The issuer may have a placeholder for it, as for
    multi-tenant applications; the token endpoint has the GUID."""

    token_endpoint: str
    issuer: str = ""


def tenant_guid(login: str, name: str, http: httpx.Client, patience: Patience | None = None) -> str:
    """The GUID, in lower case, of a tenant named by GUID or by one of its domains.

    Raises Failure when there is no such tenant, ReadFailed when the authority couldn't be asked.
    """
    if is_guid(name):
        return name.lower()
    url = f"{login}/{quote(name, safe='')}/v2.0/.well-known/openid-configuration"
    delivery = (patience or Patience()).persist(lambda: send(http, http.build_request("GET", url)), _again)
    match delivery:
        case Unsent(reason) | Broken(reason):
            raise ReadFailed(f"The tenant of {name} can't be looked up: {reason}", hint="Check the network, try again.")
        case Reply() if not delivery.ok:
            raise _unknown(name, delivery)
        case Reply():
            return _found(name, delivery)


def is_guid(text: str) -> bool:
    """Whether a text is a GUID as Entra writes it."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _found(name: str, reply: Reply) -> str:
    try:
        said = _Discovery.model_validate_json(reply.body)
    except ValidationError:
        raise ReadFailed(f"The tenant of {name} can't be looked up: the answer isn't OpenID metadata.") from None
    found = _GUID.search(said.token_endpoint.lower()) or _GUID.search(said.issuer.lower())
    if found is None:
        raise ReadFailed(f"The tenant of {name} can't be looked up: the answer names no tenant.")
    return found[0]


def _unknown(name: str, reply: Reply) -> Failure:
    text = reply.body.decode("utf-8", "replace")
    if "AADSTS90002" in text or "AADSTS900023" in text or "invalid_tenant" in text:
        return Failure(
            f"There is no tenant {name}.",
            hint="Write one of the tenant's domains, or its GUID, as [tenant] id, and check [tenant] cloud.",
        )
    return ReadFailed(f"The tenant of {name} can't be looked up: status {reply.status}.", hint="Try again later.")


def _again(delivery: Delivery) -> Again | None:
    if isinstance(delivery, Reply):
        busy = delivery.status in (429, 500, 502, 503, 504)
        return Again(retry_after(delivery.headers.get("Retry-After")), 3) if busy else None
    return Again(tries=2)
