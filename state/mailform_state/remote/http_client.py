"""Terraform's HTTP protocol, as GitLab and others serve it: GET, POST with `?ID=`, LOCK and UNLOCK.

A refused write is a lost lock. No redirect is followed: credentials go to the address that was configured and to no
other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from mailform_state.errors import Damaged, Locked, Unusable
from mailform_state.places import Http

if TYPE_CHECKING:
    import httpx

USERNAME: Final = "MAILFORM_HTTP_USERNAME"
PASSWORD: Final = "MAILFORM_HTTP_PASSWORD"

_REFUSED: Final = (409, 422, 423)
_TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody else has the lock; `text` is what the server says of it."""

    text: bytes


class HttpClient:
    """One state at one address. Raises Unusable for everything that the protocol has no word for."""

    def __init__(self, place: Http, environment: Mapping[str, str]) -> None:
        self._place = place
        self._lock_address = place.lock_address or place.address
        self._unlock_address = place.unlock_address or self._lock_address
        self._environment = environment
        self._opened: httpx.Client | None = None
        self.where = place.address.partition("?")[0]

    def get(self, limit: int) -> bytes | None:
        """The document; None when there is none."""
        answer = self._send("GET", self._place.address, "the state can't be read", again=True)
        if answer.status_code in (204, 404) or (answer.status_code == 200 and not answer.content):
            return None
        if answer.status_code != 200:
            raise self._failed("the state can't be read", answer)
        if len(answer.content) > limit:
            raise Damaged(f"What {self.where} holds is larger than the {limit:,} bytes that Mailform reads.")
        return answer.content

    def post(self, document: bytes, lock: str) -> None:
        """Writes the document under a lock. Raises Locked when the server refuses that."""
        answer = self._send("POST", self._place.address, "the state couldn't be written", document, lock)
        if answer.status_code in _REFUSED:
            raise Locked(
                f"{self.where} refused to write the state ({answer.status_code}): the lock was lost.",
                hint="See who has it: mailform state lock-info; then run `mailform recover`.",
            )
        if not answer.is_success:
            raise self._failed("the state couldn't be written", answer)

    def lock(self, body: bytes) -> Taken | None:
        """Takes the lock; answers with who has it, when somebody has."""
        answer = self._send(self._place.lock_method, self._lock_address, "the state can't be locked", body)
        if answer.status_code in _REFUSED:
            return Taken(answer.content)
        if not answer.is_success:
            raise self._failed("the state can't be locked", answer)
        return None

    def unlock(self, body: bytes, lock: str) -> Taken | None:
        """Gives the lock back; answers with who has it, when that is somebody else."""
        answer = self._send(self._place.unlock_method, self._unlock_address, "the lock can't be freed", body, lock)
        if answer.status_code in _REFUSED:
            return Taken(answer.content)
        if not answer.is_success:
            raise self._failed("the lock can't be freed", answer)
        return None

    def _send(
        self, method: str, address: str, what: str, body: bytes | None = None, lock: str = "", *, again: bool = False
    ) -> httpx.Response:
        """One request. Only a read is sent `again` when no answer came: of a write nobody knows whether it landed."""
        import httpx

        url = httpx.URL(address)
        headers = {} if body is None else {"Content-Type": "application/json"}
        for left in reversed(range(_TRIES if again else 1)):
            try:
                return self._client().request(
                    method, url.copy_merge_params({"ID": lock}) if lock else url, content=body, headers=headers
                )
            except httpx.HTTPError as error:
                if not left:
                    hint = "Check [backend] and the network, and run the command again."
                    reason = f"{type(error).__name__}: {str(error).partition('?')[0]}"
                    raise Unusable(f"{self.where}: {what}: {reason}", hint=hint) from None
        raise AssertionError("the last try answers or raises")

    def _client(self) -> httpx.Client:
        import httpx

        if self._opened is None:
            user, password = self._environment.get(USERNAME, ""), self._environment.get(PASSWORD, "")
            origins = {urlsplit(one)[:2] for one in (self._place.address, self._lock_address, self._unlock_address)}
            if (user or password) and len(origins) > 1:
                raise Unusable(
                    "The addresses of [backend] are of more than one server, and credentials go to one alone.",
                    hint="Name the same scheme, host and port in all of them.",
                )
            auth = (user, password) if user or password else None
            verify = self._environment.get("MAILFORM_CA_BUNDLE") or True
            context = httpx.create_ssl_context()
            if isinstance(verify, str):
                context.load_verify_locations(verify)
            self._opened = httpx.Client(auth=auth, timeout=60, verify=context, trust_env=False)
        return self._opened

    def _failed(self, what: str, answer: httpx.Response) -> Unusable:
        match answer.status_code:
            case 401 | 403:
                hint = f"Set {USERNAME} and {PASSWORD} to somebody who may read and write there."
            case 404:
                hint = "Check the addresses in [backend]."
            case 413:
                hint = "The server takes no document of this size: raise its limit."
            case _:
                hint = "Look at the server's log, and run the command again."
        return Unusable(f"{self.where}: {what}: the server answers {answer.status_code}.", hint=hint)
