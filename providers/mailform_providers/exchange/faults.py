"""What follows from a failure of Exchange: whether to try again, and what to tell the user. Pure functions."""

from __future__ import annotations

from collections.abc import Callable

from mailform_providers.contract import Rejected
from mailform_providers.exchange.answers import Answered, Fault, Garbled, Page
from mailform_providers.exchange.request import Call
from mailform_providers.wire.patience import Again
from mailform_providers.wire.reply import Broken, Unsent

# They pass by themselves, also under a 400 or 500: a domain controller changed, a backend is busy.
_TRANSIENT = (
    "ADServerSettingsChangedException",
    "CmdletProxyNotAvailableFailure",
    "ServerBusyException",
    "TransientException",
    "ADTransientException",
    "BackendCommunicationException",
    "UnableToWriteToAadException",
)
_BUSY = (429, 503)
_WORTH_READING_AGAIN = (408, 500, 502, 503, 504)


def missing(fault: Fault) -> bool:
    """Whether the service says that an object isn't there. The type says it, never a status: a gateway has 404s too."""
    return fault.is_a("ManagementObjectNotFoundException")


def expired_link(fault: Fault) -> bool:
    return fault.status == 400 and "pagination request" in fault.text.casefold()


def busy(fault: Fault) -> bool:
    """Whether the request was turned away unread, so that even a New- may be sent again."""
    return fault.status in _BUSY or "maximum number of concurrent requests" in fault.text.casefold()


def transient(fault: Fault) -> bool:
    text = fault.text.casefold()
    # Said of a domain controller, a missing permission passes too; said of us, it doesn't.
    elsewhere = fault.is_a("InsufficientPermissionsException") and "target dc" in text
    return fault.is_a(*_TRANSIENT) or elsewhere or "issue may be transient" in text


def read_again(tries: int) -> Callable[[Answered | Unsent | Broken], Again | None]:
    """When a read is tried again; after something other than "busy" at most `tries` times in all."""

    def judge(outcome: Answered | Unsent | Broken) -> Again | None:
        match outcome:
            case Fault():
                if busy(outcome) or transient(outcome):
                    return Again(outcome.retry_after)
                unknown = outcome.status in _WORTH_READING_AGAIN and not outcome.type_name
                return Again(outcome.retry_after, tries) if unknown else None
            case Garbled() | Broken() | Unsent():
                return Again(tries=tries)
            case Page():
                return None

    return judge


def write_again(call: Call) -> Callable[[Answered | Unsent | Broken], Again | None]:
    """When a write may be tried again: it was turned away unread, or it failed for now and repeating it makes nothing
    twice."""

    def judge(outcome: Answered | Unsent | Broken) -> Again | None:
        if not isinstance(outcome, Fault):
            return None
        passing = busy(outcome) or (transient(outcome) and not call.makes)
        return Again(outcome.retry_after) if passing else None

    return judge


def certain(fault: Fault) -> bool:
    """Whether a failed write surely changed nothing: the cmdlet's own layer said so, or it was refused before it."""
    return bool(fault.type_name) or busy(fault) or (fault.status < 500 and fault.status != 408)


def message(call: Call, fault: Fault) -> str:
    """What happened, in one line."""
    told = f" (request-id {fault.request_id})" if fault.request_id and not fault.type_name else ""
    return f"{call.cmdlet} failed: {fault.text}{told}"


def hint(fault: Fault) -> str:
    """What to do about it, where we know."""
    if fault.status == 401:
        return "The token isn't taken: it ended, is for another service, or lacks the permission Exchange.ManageAsApp."
    if fault.status == 403:
        return (
            "The application needs Exchange.ManageAsApp with admin consent, and the role Exchange Administrator or a "
            "role group with Transport Rules and Remote and Accepted Domains. A grant takes some minutes to count."
        )
    if busy(fault) or transient(fault):
        return "The service is busy. Try again in a few minutes."
    if fault.is_a("CmdletInvalidOperationInDehydratedContextException"):
        return "Run Enable-OrganizationCustomization once in this tenant."
    if fault.is_a("ADObjectAlreadyExistsException"):
        return "An object of this name is there already; `mailform import` takes it over."
    return ""


def refusal(call: Call, fault: Fault) -> Rejected:
    """A write that was refused. `missing` only when the object it was *about* isn't there: a rule can be refused
    because of a connector that isn't."""
    identity = call.parameters.get("Identity")
    about = isinstance(identity, str) and identity.casefold() in fault.text.casefold()
    absent, used = missing(fault), fault.is_a("InvalidOperationException")
    return Rejected(message(call, fault), hint(fault), absent and about, absent and not about, used)
