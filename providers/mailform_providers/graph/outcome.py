"""How a call to Graph ended, other than well, and when it may be repeated. Pure functions over replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pydantic import ValidationError

from mailform_providers.graph.documents import ErrorDocument
from mailform_providers.wire.patience import Again, retry_after
from mailform_providers.wire.reply import Broken, Delivery, Reply, Unsent

_BUSY = (429, 503)
_WORTH_READING_AGAIN = (408, 500, 502, 504)
_BROKEN_READS = 3


@dataclass(frozen=True, slots=True)
class Refused:
    """Graph said no, and nothing was changed. `details` are the codes that say what is the matter."""

    status: int
    code: str
    text: str
    details: tuple[str, ...] = ()

    @property
    def record_missing(self) -> bool:
        """Whether verifying failed because the DNS record isn't there (yet): no detail, and it speaks of DNS.

        Anything else, such as a domain in use by another tenant, doesn't pass by waiting.
        """
        return self.status == 400 and not self.details and "dns" in self.text.casefold()

    @property
    def hint(self) -> str:
        if self.status == 401:
            return "The token isn't taken: it ended, or is for another service than Graph."
        if self.status == 403:
            return (
                "The application needs Domain.Read.All to plan and Domain.ReadWrite.All to apply, with admin consent."
            )
        if "DomainInUse" in self.details:
            return "Another tenant has this domain; it has to be removed there first."
        if self.status in _BUSY:
            return "The service is busy. Try again in a few minutes."
        return ""


Answer: TypeAlias = Reply | Refused | Unsent | Broken


def refused(reply: Reply) -> Refused:
    """What an answer with an error status says."""
    try:
        error = ErrorDocument.model_validate_json(reply.body).error
    except ValidationError:
        return Refused(reply.status, "", f"status {reply.status}, and nothing that says why")
    codes = tuple(detail.code for detail in error.details or () if detail.code)
    told = f" (request-id {error.inner.request_id})" if error.inner and error.inner.request_id else ""
    return Refused(reply.status, error.code, f"{error.message or error.code}{told}", codes)


def read_again(delivery: Delivery) -> Again | None:
    """When a GET is tried again: always, but not for ever."""
    match delivery:
        case Reply() if delivery.status in _BUSY:
            return Again(_asked(delivery))
        case Reply():
            again = delivery.status in _WORTH_READING_AGAIN
            return Again(_asked(delivery), _BROKEN_READS) if again else None
        case Unsent() | Broken():
            return Again(tries=_BROKEN_READS)


def write_again(delivery: Delivery) -> Again | None:
    """When a write may be tried again: only when it was turned away."""
    if not isinstance(delivery, Reply):
        return None
    concurrent = delivery.status == 409 and refused(delivery).code == "Directory_ConcurrencyViolation"
    return Again(_asked(delivery)) if delivery.status in _BUSY or concurrent else None


def _asked(reply: Reply) -> float | None:
    return retry_after(reply.headers.get("Retry-After"))
