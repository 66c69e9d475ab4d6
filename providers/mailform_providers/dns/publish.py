"""Putting the record that proves a domain into its zone, and taking it away again.

A publisher writes single values: others at the same name stay. What it answers is a value (`Done`, `Rejected`,
`Lost`), because the engine has to act on each. Read `Publisher` first; `rfc2136` and `lexicon` are the two there are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeAlias

from mailform_providers.contract import Done, Lost, Rejected
from mailform_providers.errors import ReadFailed
from mailform_state.values import DnsRecord

TTL = 300
"""Seconds that resolvers may remember a proof. Short, since it is needed once."""

Answer: TypeAlias = Done | Rejected | Lost
"""How publishing or withdrawing ended. Done: and it shows so at the zone's own server."""


class Publisher(Protocol):
    """One zone that Mailform may write to."""

    def shows(self, record: DnsRecord) -> bool:
        """Whether the zone has this value at this name. Raises ReadFailed: that is never "no"."""

    def publish(self, record: DnsRecord) -> Answer:
        """Adds the value; where it is there already, nothing changes."""

    def withdraw(self, record: DnsRecord) -> Answer:
        """Takes this one value away; where it is gone already, nothing changes."""


def read_back(
    publisher: Publisher,
    record: DnsRecord,
    *,
    there: bool,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """What became of a write that was agreed to, by looking at the zone a few times within a second."""
    for pause in (0.0, 0.1, 0.2, 0.4):
        sleep(pause)
        try:
            if publisher.shows(record) is there:
                return Done(record.name)
        except ReadFailed as unread:
            return Done(record.name, warnings=(f"It was agreed to, but could not be read back: {unread.message}",))
    if there:
        return Lost(f"The server of {record.zone} agreed to the record, and doesn't show it.")
    return Lost(f"The server of {record.zone} agreed to withdraw the record, and still shows it.")
