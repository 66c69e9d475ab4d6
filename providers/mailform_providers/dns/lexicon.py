"""The DNS hosters that dns-lexicon knows (the extra `mailform[lexicon]`), with their credentials from LEXICON_*."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mailform_providers.contract import Lost, Rejected
from mailform_providers.dns.publish import Answer, read_back
from mailform_providers.errors import ReadFailed
from mailform_state.errors import Unusable
from mailform_state.values import DnsRecord

T = TypeVar("T")


class Hoster(Protocol):
    """A zone as dns-lexicon opens it. What is there already isn't added again, what is gone isn't an error."""

    def list_records(self, rtype: str | None, name: str | None) -> list[dict[str, object]]: ...

    def create_record(self, rtype: str, name: str, content: str) -> bool: ...

    def delete_record(self, identifier: None, rtype: str, name: str, content: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class LexiconPublisher:
    """One zone at a hoster. `provider` is dns-lexicon's name for the hoster."""

    provider: str
    zone: str

    def shows(self, record: DnsRecord) -> bool:
        found = self._with(lambda hoster: hoster.list_records(record.type, record.name))
        if isinstance(found, Rejected):
            raise ReadFailed(found.message, hint=found.hint)
        return any(str(one.get("content", "")).strip('"') == record.value for one in found)

    def publish(self, record: DnsRecord) -> Answer:
        def add(hoster: Hoster) -> bool:
            return hoster.create_record(record.type, record.name, record.value)

        return self._write(add, record, there=True)

    def withdraw(self, record: DnsRecord) -> Answer:
        def take(hoster: Hoster) -> bool:
            return hoster.delete_record(None, record.type, record.name, record.value)

        return self._write(take, record, there=False)

    def _write(self, write: Callable[[Hoster], bool], record: DnsRecord, *, there: bool) -> Answer:
        """One write. Hosters answer in many ways to what is done already, so that isn't sent at all; and where the
        hoster's module breaks off, nobody knows how far it came."""
        try:
            if self.shows(record) is not there:
                done = self._with(write)
                if isinstance(done, Rejected):
                    return Lost(done.message)
                if not done:
                    return Rejected(f"{self.provider} refused to change {record.name}.")
        except ReadFailed as unread:
            return Rejected(unread.message, unread.hint)
        return read_back(self, record, there=there)

    def _with(self, act: Callable[[Hoster], T]) -> T | Rejected:
        from lexicon.client import Client
        from lexicon.config import ConfigResolver
        from lexicon.exceptions import AuthenticationError, ProviderNotAvailableError

        # What is given first counts first, so that no variable names another zone. `delegated`: the zone is this one,
        # not what lexicon would make of its name.
        fixed = {"provider_name": self.provider, "domain": self.zone, "delegated": self.zone}
        settings = ConfigResolver().with_dict(fixed).with_env()  # type: ignore[no-untyped-call]  # lexicon's own
        try:
            with Client(settings) as hoster:
                return act(hoster)
        except ProviderNotAvailableError:
            return Rejected(f"dns-lexicon has no provider {self.provider!r}, or lacks a package for it.")
        except AuthenticationError:
            hint = f"Look at the variables LEXICON_{self.provider.upper()}_…"
            return Rejected(f"{self.provider} refused the sign-in.", hint)
        except Exception as failure:
            # A hoster's module raises whatever its HTTP library does, and its text may hold what was sent.
            return Rejected(f"{self.provider} could not be used: {type(failure).__name__}.")


def lexicon(provider: str, zone: str) -> LexiconPublisher:
    """The publisher. Raises Unusable without the extra."""
    import logging
    from importlib.util import find_spec

    for talkative in ("lexicon", "tldextract", "urllib3"):
        # What they have to say would come to standard error with a traceback, and with what was sent.
        logging.getLogger(talkative).addHandler(logging.NullHandler())
    if find_spec("lexicon") is None:
        raise Unusable(
            'Publishing through dns-lexicon needs the extra "lexicon".',
            hint="Nothing was changed. Install it: pip install 'mailform[lexicon]'",
        )
    return LexiconPublisher(provider, zone)
