"""One cmdlet, and how it ended. Reads answer or raise; writes answer with a value for each way they can end.

What may be sent again: anything that was refused because the service is busy; reads also when the answer got lost;
writes never then, because they may have been carried out.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

import httpx
from pydantic import JsonValue

from mailform_providers.clouds import Audience
from mailform_providers.contract import Lost, Rejected
from mailform_providers.credentials import Tokens
from mailform_providers.errors import NotAllowed, ReadFailed
from mailform_providers.exchange import faults
from mailform_providers.exchange.answers import Answered, Fault, Garbled, Page, Record, understand
from mailform_providers.exchange.request import Call, Session
from mailform_providers.wire.patience import Patience
from mailform_providers.wire.reply import Broken, Unsent, send

_REDIRECTS = 3
_RESTARTS = 3
_BROKEN_READS = 3

Outcome: TypeAlias = Answered | Unsent | Broken


@dataclass(frozen=True, slots=True)
class Answer:
    """What a cmdlet gave: all its objects, of every page, and what the service warned of."""

    records: tuple[Record, ...]
    warnings: tuple[str, ...] = ()


class ExchangeClient:
    """Runs cmdlets in one tenant. May be used from several threads; writes of rules must still come one by one."""

    def __init__(
        self, origin: str, tenant_id: str, tokens: Tokens, http: httpx.Client, patience: Patience | None = None
    ) -> None:
        self._session = Session(origin, tenant_id, str(uuid.uuid4()))
        self._tokens = tokens
        self._http = http
        self._patience = Patience() if patience is None else patience

    def read(self, cmdlet: str, parameters: Mapping[str, JsonValue]) -> Answer:
        """Everything that a Get- cmdlet lists. Raises ReadFailed or NotAllowed, and never gives a part of the list."""
        found = self._read(Call(cmdlet, parameters))
        if isinstance(found, Fault):
            raise ReadFailed(f"{cmdlet} failed: {found.text}")
        return found

    def look_up(self, cmdlet: str, identity: str, parameters: Mapping[str, JsonValue]) -> Answer | None:
        """What a Get- cmdlet has under an identity; None when the service says that there is no such object. Raises
        ReadFailed or NotAllowed."""
        found = self._read(Call(cmdlet, {"Identity": identity, **parameters}))
        return None if isinstance(found, Fault) else found

    def write(self, cmdlet: str, parameters: Mapping[str, JsonValue]) -> Answer | Rejected | Lost:
        """Runs a cmdlet that changes something."""
        call = Call(cmdlet, parameters)
        try:
            outcome = self._patience.persist(lambda: self._once(call, self._session.url), faults.write_again(call))
        except NotAllowed as error:
            # No token any more: this attempt wasn't sent, and those before it were turned away.
            return Rejected(error.message, error.hint)
        match outcome:
            case Page(records, warnings):
                return Answer(records or (), warnings)
            case Fault():
                certain = faults.certain(outcome)
                return faults.refusal(call, outcome) if certain else Lost(faults.message(call, outcome))
            case Unsent(reason):
                return Rejected(
                    f"{cmdlet} was not sent: {reason}", hint="Nothing left this machine. Check the network."
                )
            case Garbled(reason) | Broken(reason):
                return Lost(f"{cmdlet} was sent and its answer got lost: {reason}")
        assert_never(outcome)

    def _read(self, call: Call) -> Answer | Fault:
        """All pages; a Fault only when it says that the object asked for isn't there."""
        for _ in range(_RESTARTS):
            found = self._pages(call)
            if not isinstance(found, Fault) or not faults.expired_link(found):
                return found
        # A list that can't be read to its end is no list: a short one would look like deletions.
        raise ReadFailed(f"{call.cmdlet} failed: its list broke off {_RESTARTS} times between two pages.")

    def _pages(self, call: Call) -> Answer | Fault:
        records: list[Record] = []
        warnings: dict[str, None] = {}
        url, seen = self._session.url, {str(self._session.url)}
        while True:
            page = self._page(call, url)
            first = len(seen) == 1
            if isinstance(page, Fault):
                if not first and not faults.expired_link(page):
                    raise ReadFailed(f"{call.cmdlet} failed in the middle of its list: {page.text}")
                return page
            if not page.records and (page.records is None or not first):
                raise ReadFailed(f"{call.cmdlet} failed: it answered without a list.")
            records += page.records
            warnings.update(dict.fromkeys(page.warnings))
            if page.next_link is None:
                break
            url = self._following(call, url, page.next_link)
            if str(url) in seen:
                raise ReadFailed(f"{call.cmdlet} failed: its pages go round in a circle.")
            seen.add(str(url))
        cut = next((text for text in warnings if "resultsize" in text.casefold()), None)
        if cut is not None:
            raise ReadFailed(f"{call.cmdlet} gave only a part of its list: {cut}")
        return Answer(tuple(records), tuple(warnings))

    def _page(self, call: Call, url: httpx.URL) -> Page | Fault:
        outcome = self._patience.persist(lambda: self._once(call, url), faults.read_again(_BROKEN_READS))
        match outcome:
            case Page():
                return outcome
            case Fault():
                if faults.missing(outcome) or faults.expired_link(outcome):
                    return outcome
                if outcome.status in (401, 403):
                    raise NotAllowed(faults.message(call, outcome), hint=faults.hint(outcome))
                raise ReadFailed(faults.message(call, outcome), hint=faults.hint(outcome))
            case Garbled(reason) | Broken(reason) | Unsent(reason):
                raise ReadFailed(
                    f"{call.cmdlet} failed: {reason}", hint="Nothing was changed. Check the network, try again."
                )
        assert_never(outcome)

    def _following(self, call: Call, url: httpx.URL, link: str) -> httpx.URL:
        try:
            target = url.join(link)
        except httpx.InvalidURL:
            raise ReadFailed(f"{call.cmdlet} failed: the link to its next page is no URL.") from None
        if not self._session.trusts(target):
            raise ReadFailed(f"{call.cmdlet} failed: its next page would be at another host, {target.host}.")
        return target

    def _once(self, call: Call, url: httpx.URL) -> Outcome:
        """One attempt: with a new token if the service doesn't like the one we had, and along redirects in the house.
        A redirect or a 401 is a refusal to carry anything out, so that a write may follow it too."""
        renewed = False
        for _ in range(_REDIRECTS + 2):
            request = self._session.request(self._http, call, url, self._tokens.token(Audience.EXCHANGE))
            reply = send(self._http, request)
            if isinstance(reply, Unsent | Broken):
                return reply
            if reply.status == 401 and not renewed and self._tokens.refresh(Audience.EXCHANGE):
                renewed = True
                continue
            if reply.status in (302, 307, 308) and "Location" in reply.headers:
                target = _target(url, reply.headers["Location"])
                if target is None or not self._session.trusts(target):
                    return Fault(reply.status, "it redirects to another host, which gets no token from us")
                url = target
                continue
            return understand(reply)
        return Fault(302, "it redirects in a circle")


def _target(url: httpx.URL, location: str) -> httpx.URL | None:
    try:
        return url.join(location)
    except httpx.InvalidURL:
        return None
