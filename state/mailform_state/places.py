"""Where a state may be kept and how it is encrypted, as `[backend]` names it. Values only; `opening` opens them.

None of them holds a secret: credentials, passphrases and keys are named, and come from the environment or a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Local:
    """Beside the configuration."""


@dataclass(frozen=True, slots=True)
class S3:
    """A bucket of S3, or of a store that speaks its protocol. `prefix` is the folder in it."""

    bucket: str
    prefix: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Azure:
    """A container of Azure Blob Storage."""

    account: str
    container: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Gcs:
    """A bucket of Google Cloud Storage."""

    bucket: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Http:
    """A server that speaks Terraform's HTTP protocol, such as GitLab. Without a `lock_address` the lock is at
    `address`, without an `unlock_address` at the lock's."""

    address: str
    lock_address: str = ""
    unlock_address: str = ""
    lock_method: str = "LOCK"
    unlock_method: str = "UNLOCK"


Place: TypeAlias = Local | S3 | Azure | Gcs | Http


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a key comes from: a variable of the environment or a file, and whether that holds a passphrase or the 32
    bytes of the key itself."""

    kind: Literal["passphrase", "key"]
    source: Literal["env", "file"]
    name: str


@dataclass(frozen=True, slots=True)
class Encryption:
    """What is written is sealed with `key`; what was sealed with `previous` can still be read."""

    key: KeySource
    previous: KeySource | None = None


@dataclass(frozen=True, slots=True)
class Backend:
    """Where the state is, and how it is kept from other eyes; not at all where `encryption` is None."""

    place: Place = Local()
    encryption: Encryption | None = None
