"""One folder of objects in Azure, S3 or Google Cloud, through `obstore`: the only module that knows of it.

Everything rests on two promises: of those who put an object that isn't there one gets it, and of those who put over a
version of it one does. `prove` finds out whether a store keeps them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from mailform_state.errors import Damaged, Unusable

if TYPE_CHECKING:
    from obstore import PutMode, UpdateVersion
    from obstore.store import ObjectStore

Tag: TypeAlias = Mapping[str, str]
"""Names one version of an object, as the store does: never look into it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object as it was read."""

    data: bytes
    tag: Tag


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing shows it; `size` in bytes."""

    key: str
    at: datetime
    size: int


class Conflict(Exception):
    """The object isn't in the version that was to be put over, or is there already. Nothing was written by this
    request; whether by an earlier one whose answer was lost, only reading it again can tell."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Objects by their keys. `where` is the folder's name for people."""

    store: ObjectStore
    where: str

    def get(self, key: str, limit: int) -> Found | None:
        """The object; None when there is none. Raises Damaged when it is larger than `limit` bytes."""
        import obstore

        with self._usable(f"{key} can't be read"):
            try:
                answer = obstore.get(self.store, key)
            except FileNotFoundError:
                return None
            if answer.meta["size"] > limit:
                raise Damaged(f"{self.where}/{key} is larger than the {limit:,} bytes that Mailform reads.")
            return Found(bytes(answer.bytes()), _tag(answer.meta))

    def put(self, key: str, data: bytes, over: Tag | None) -> Tag:
        """Writes the object over the version `over`, or as a new one. Raises Conflict."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        with self._usable(f"{key} couldn't be written"):
            try:
                mode: PutMode = "create" if over is None else cast("UpdateVersion", over)
                answer = obstore.put(self.store, key, data, mode=mode, use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                raise Conflict from None
            return _tag(answer)

    def put_whatever(self, key: str, data: bytes) -> None:
        """Writes the object whether it is there or not. Never for what two may write."""
        import obstore

        with self._usable(f"{key} couldn't be written"):
            obstore.put(self.store, key, data, use_multipart=False)

    def remove(self, keys: Sequence[str]) -> None:
        """Takes objects away; those that are gone already are no mistake."""
        import obstore

        with self._usable("objects can't be removed"):
            try:
                obstore.delete(self.store, list(keys))
            except FileNotFoundError:  # of some stores; of the others in the list nobody knows then
                for key in keys:
                    with suppress(FileNotFoundError):
                        obstore.delete(self.store, key)

    def listed(self, folder: str) -> tuple[Listed, ...]:
        """The objects of a folder, by their keys."""
        import obstore

        with self._usable(f"{folder} can't be listed"):
            found = obstore.list(self.store, folder).collect()
        listed = (Listed(one["path"], one["last_modified"], one["size"]) for one in found)
        return tuple(sorted(listed, key=lambda one: one.key))

    def prove(self) -> None:
        """Raises Unusable when the store doesn't refuse what it has to refuse. Leaves nothing behind."""
        key = f"mailform.probe.{secrets.token_hex(6)}"
        try:
            self._prove(key)
        except Unusable:
            with suppress(Unusable):
                self.remove((key,))
            raise
        self.remove((key,))

    def _prove(self, key: str) -> None:
        try:
            first = self.put(key, b"one", None)
            self._refuses(key, None)
            second = self.put(key, b"two", first)
            self._refuses(key, first)
            self.put(key, b"three", second)
        except Conflict:
            raise Unusable(f"{self.where} refuses a write over the version that is there.", hint=_LIAR) from None

    def _refuses(self, key: str, over: Tag | None) -> None:
        try:
            self.put(key, b"never", over)
        except Conflict:
            return
        raise Unusable(
            f"{self.where} ignores the conditions of a write: two runs could overwrite each other.", hint=_LIAR
        )

    @contextmanager
    def _usable(self, what: str) -> Iterator[None]:
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        try:
            yield
        except FileNotFoundError:
            raise Unusable(f"{self.where} isn't there.", hint="Make it first; Mailform makes no buckets.") from None
        except (PermissionDeniedError, UnauthenticatedError) as error:
            hint = "Give this identity the rights to read, write, list and delete there: docs/reference/backends.md."
            raise Unusable(f"{self.where}: {what}: {_reason(error)}", hint=hint) from None
        except BaseError as error:
            hint = "Check the names in [backend], the network and the credentials, and run the command again."
            raise Unusable(f"{self.where}: {what}: {_reason(error)}", hint=hint) from None


_LIAR: Final = "Keep the state in a store that honours If-Match and If-None-Match on PUT."
_QUERY: Final = re.compile(r"\?[^\s)\"']*")
_LONGEST: Final = 300


def _tag(told: Mapping[str, object]) -> Tag:
    """What a write has to name to be over this version: which of the two, depends on the store."""
    return {name: str(told[name]) for name in ("e_tag", "version") if told.get(name) is not None}


def _reason(error: Exception) -> str:
    """What the store said, without the query of an address: it may be signed."""
    first = str(error).split("Debug source:")[0].strip().split("\n")[0]
    return _QUERY.sub("", first)[:_LONGEST].strip()
