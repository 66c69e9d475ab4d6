"""Refusals that the service is known for, to put into a `Fault`: all of them pass by themselves.

`transient` by .NET type, since under a 400 or 500 only the type tells a bad moment from a bad request.
"""

from __future__ import annotations

from typing import Final

from mailform_providers.sandbox.faults import Reject

_TYPES = {
    "ADServerSettingsChangedException": (
        "Microsoft.Exchange.Data.Directory.ADServerSettingsChangedException",
        "An error caused a change in the current set of domain controllers.",
    ),
    "ServerBusyException": (
        "Microsoft.Exchange.Data.Storage.ServerBusyException",
        "The server is busy. Please try again later.",
    ),
    "ADTransientException": (
        "Microsoft.Exchange.Data.Directory.ADTransientException",
        "The issue may be transient. Please retry a couple of times.",
    ),
    "InsufficientPermissionsException": (
        "Microsoft.Exchange.Management.Tasks.InsufficientPermissionsException",
        "The user doesn't have write permission to target DC 'BY1PR09A06DC005.NAMPR09A006.PROD.OUTLOOK.COM'.",
    ),
    "CmdletProxyNotAvailableFailure": (
        "Microsoft.Exchange.Configuration.Tasks.CmdletProxyNotAvailableFailure",
        "The proxy of the cmdlet isn't available.",
    ),
    "UnableToWriteToAadException": (
        "Microsoft.Exchange.Configuration.Tasks.UnableToWriteToAadException",
        "An Azure Active Directory call was made to keep object in sync. It failed and the issue may be transient.",
    ),
}
TRANSIENT: Final = tuple(_TYPES)
"""The types that `transient` knows, by their short names."""


def transient(name: str = "ADServerSettingsChangedException", status: int = 400) -> Reject:
    """A cmdlet that fails for now, with a type of `TRANSIENT`. Raises KeyError for another. Of Graph: with the status
    alone."""
    type, text = _TYPES[name]
    return Reject(text, type, status)


EXPIRED_LINK: Final = Reject("Expired or Invalid pagination request. Default Expiry time is 00:30:00")
"""A next page that is no more, whichever it is."""

CONFLICT: Final = Reject("The directory object is being changed by another operation.", status=409)
"""Two changes of the directory at the same time; of Graph with its code, Directory_ConcurrencyViolation."""

NOT_YET: Final = Reject(
    "Resource does not exist or one of its queried reference-property objects are not present.",
    "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
    404,
)
"""404 for something that was just made."""
