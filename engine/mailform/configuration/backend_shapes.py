"""The shapes of `[backend]`, one a type, and of `[backend.encryption]`.

Nothing but `type` has to be written: `--backend-config` may say the rest, and `backend` looks whether all is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from mailform.configuration.fixed import Field, Fields, Takes

LOCK_METHODS = ("LOCK", "POST", "PUT")
UNLOCK_METHODS = ("UNLOCK", "DELETE", "POST", "PUT")

_ENCRYPTION = Field("encryption", Takes.TABLE)


def _type(word: str) -> Field:
    return Field("type", Takes.WORD, required=True, values=(word,))


@dataclass(frozen=True, slots=True)
class LocalShape:
    """`type = "local"`: beside the configuration."""

    fields: ClassVar[Fields] = (_type("local"), _ENCRYPTION)
    type: str
    encryption: object = None


@dataclass(frozen=True, slots=True)
class S3Shape:
    """`type = "s3"`: a bucket."""

    fields: ClassVar[Fields] = (
        _type("s3"),
        Field("bucket", Takes.TEXT),
        Field("prefix", Takes.TEXT),
        Field("region", Takes.TEXT),
        _ENCRYPTION,
    )
    needs: ClassVar[tuple[str, ...]] = ("bucket",)
    type: str
    bucket: str = ""
    prefix: str = ""
    region: str = ""
    encryption: object = None


@dataclass(frozen=True, slots=True)
class AzureShape:
    """`type = "azure"`: a container of Blob Storage."""

    fields: ClassVar[Fields] = (
        _type("azure"),
        Field("account", Takes.TEXT),
        Field("container", Takes.TEXT),
        Field("prefix", Takes.TEXT),
        _ENCRYPTION,
    )
    needs: ClassVar[tuple[str, ...]] = ("account", "container")
    type: str
    account: str = ""
    container: str = ""
    prefix: str = ""
    encryption: object = None


@dataclass(frozen=True, slots=True)
class GcsShape:
    """`type = "gcs"`: a bucket of Google Cloud Storage."""

    fields: ClassVar[Fields] = (
        _type("gcs"),
        Field("bucket", Takes.TEXT),
        Field("prefix", Takes.TEXT),
        _ENCRYPTION,
    )
    needs: ClassVar[tuple[str, ...]] = ("bucket",)
    type: str
    bucket: str = ""
    prefix: str = ""
    encryption: object = None


@dataclass(frozen=True, slots=True)
class HttpShape:
    """`type = "http"`: a server that speaks Terraform's HTTP protocol."""

    fields: ClassVar[Fields] = (
        _type("http"),
        Field("address", Takes.TEXT),
        Field("lock_address", Takes.TEXT),
        Field("unlock_address", Takes.TEXT),
        Field("lock_method", Takes.WORD, values=LOCK_METHODS),
        Field("unlock_method", Takes.WORD, values=UNLOCK_METHODS),
        _ENCRYPTION,
    )
    needs: ClassVar[tuple[str, ...]] = ("address",)
    type: str
    address: str = ""
    lock_address: str = ""
    unlock_address: str = ""
    lock_method: str = LOCK_METHODS[0]
    unlock_method: str = UNLOCK_METHODS[0]
    encryption: object = None


@dataclass(frozen=True, slots=True)
class EncryptionShape:
    """`[backend.encryption]`: where the key comes from, and the one before it."""

    fields: ClassVar[Fields] = (
        Field("passphrase", Takes.TEXT),
        Field("key", Takes.TEXT),
        Field("previous_passphrase", Takes.TEXT),
        Field("previous_key", Takes.TEXT),
    )
    passphrase: str = ""
    key: str = ""
    previous_passphrase: str = ""
    previous_key: str = ""


RemoteShape = S3Shape | AzureShape | GcsShape | HttpShape
SHAPES: Mapping[str, type[LocalShape | RemoteShape]] = MappingProxyType(
    {"local": LocalShape, "azure": AzureShape, "s3": S3Shape, "gcs": GcsShape, "http": HttpShape}
)
"""The shape of `[backend]` by its `type`."""
