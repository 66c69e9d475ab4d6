"""Documents that nobody reads without the key: AES-256-GCM, the key given as it is or derived from a passphrase.

    {"cipher": "AES-256-GCM", "data": "…", "format": "mailform-sealed", "key": {"scrypt": {…}}, "lineage": "…",
     "nonce": "…", "serial": 7, "version": 1, "what": "state"}

All but `data` stands outside, where servers and people may need it, and is authenticated with it: whoever changes any
of it has a document that can't be opened. A key may be replaced: what the previous one sealed can still be read, and is
sealed with the new one when it is written next.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mailform_state.canonical import canonical, read_json
from mailform_state.errors import Damaged, Unusable
from mailform_state.places import Encryption, KeySource
from mailform_state.sealing import What

FORMAT: Final = "mailform-sealed"
VERSION: Final = 1
CIPHER: Final = "AES-256-GCM"
LARGEST: Final = 512 * 1024 * 1024
"""Bytes of a sealed document at most: a journal is the largest there is, and base64 makes it longer by a third."""

_SCRYPT: Final = {"n": 2**16, "r": 8, "p": 1}
"""64 MiB and about 0.15 s for each guess (RFC 7914). Others aren't taken: a forged document mustn't cost more."""
_SHORTEST: Final = 16
_GIVEN: Final = "given"
_AGAIN: Final = "Give the key that it was sealed with, as key or as previous key: see [backend.encryption]."


@dataclass(frozen=True, slots=True)
class Secret:
    """A passphrase, or a key of 32 bytes. Never shown: `repr` has nothing of it."""

    kind: str
    value: bytes = field(repr=False)


@dataclass(slots=True)
class Sealed:
    """The seal of one key, which also opens what the previous one sealed. Remembers what it derived from a passphrase:
    that is slow on purpose."""

    secret: Secret
    previous: Secret | None = None
    hides: bool = field(default=True, init=False)
    _derived: dict[tuple[Secret, bytes], bytes] = field(default_factory=dict, init=False, repr=False)
    _salt: bytes = field(default=b"", init=False, repr=False)

    def close(self, data: bytes, what: What, *, serial: int, lineage: str) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(12)
        outside: dict[str, object] = {
            "format": FORMAT,
            "version": VERSION,
            "what": what,
            "serial": serial,
            "lineage": lineage,
            "cipher": CIPHER,
            "key": self._described(),
            "nonce": _text(nonce),
        }
        hidden = AESGCM(self._key(self.secret, self._salt)).encrypt(nonce, data, canonical(outside))
        return canonical({**outside, "data": _text(hidden)})

    def open(self, data: bytes, what: What) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        told = read_json(data, what=f"The {what}", limit=LARGEST)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise Damaged(
                f"The {what} isn't encrypted, and [backend.encryption] says that it is to be.",
                hint="If it was made before the block was added: mailform init --migrate-state",
            )
        if told.get("version") != VERSION or told.get("what") != what or told.get("cipher") != CIPHER:
            raise Damaged(f"The {what} is sealed in a way that this Mailform doesn't know, or is something else.")
        hidden, nonce = _bytes(told.pop("data", None), what), _bytes(told.get("nonce"), what)
        salt = _salt_of(told.get("key"), what)
        for secret in (self.secret, self.previous):
            if secret is None or (secret.kind == "passphrase") != bool(salt) or len(nonce) != 12:
                continue
            try:
                opened = AESGCM(self._key(secret, salt)).decrypt(nonce, hidden, canonical(told))
            except InvalidTag:
                continue
            if secret is self.secret:
                self._salt = salt  # one derivation serves for what is written after it
            return opened
        raise Damaged(f"The {what} can't be opened: it has another key, or was changed.", hint=_AGAIN)

    def _described(self) -> object:
        if self.secret.kind != "passphrase":
            return _GIVEN
        self._salt = self._salt or secrets.token_bytes(16)
        return {"scrypt": {**_SCRYPT, "salt": _text(self._salt)}}

    def _key(self, secret: Secret, salt: bytes) -> bytes:
        if secret.kind != "passphrase":
            return secret.value
        if (secret, salt) not in self._derived:
            from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

            derived = Scrypt(salt=salt, length=32, **_SCRYPT).derive(secret.value)
            self._derived[secret, salt] = derived
        return self._derived[secret, salt]


def sealed(encryption: Encryption, folder: Path, environment: Mapping[str, str]) -> Sealed:
    """The seal that `[backend.encryption]` names. Raises Unusable when a key isn't there or is too short."""
    previous = encryption.previous
    return Sealed(
        _secret(encryption.key, folder, environment),
        None if previous is None else _secret(previous, folder, environment),
    )


def _secret(source: KeySource, folder: Path, environment: Mapping[str, str]) -> Secret:
    if source.source == "env":
        where = f"the variable {source.name}"
        value = environment.get(source.name, "").encode()
    else:
        where = f"the file {source.name}"
        value = _read(folder / source.name, where)
    if source.kind == "key":
        return Secret("key", _whole_key(value, where))
    value = value.strip(b"\r\n")
    if len(value) < _SHORTEST:
        raise Unusable(
            f"The passphrase in {where} is {'missing' if not value else 'too short'}.",
            hint=f"Set one of {_SHORTEST} characters or more, such as `openssl rand -base64 24` makes.",
        )
    return Secret("passphrase", value)


def _read(path: Path, where: str) -> bytes:
    from mailform_state.regular import NotAFile, read_named

    try:
        return read_named(path, 4096)
    except (OSError, NotAFile):
        raise Unusable(f"The key in {where} can't be read.", hint="Check that the file is there.") from None


def _whole_key(value: bytes, where: str) -> bytes:
    """32 bytes: as they are, in base64 or in hexadecimal."""
    if len(value) == 32:
        return value
    text = value.strip()
    for decode in (bytes.fromhex, lambda told: base64.b64decode(told, validate=True)):
        try:
            key: bytes = decode(text.decode("ascii"))
        except (ValueError, binascii.Error):
            continue
        if len(key) == 32:
            return key
    raise Unusable(
        f"The key in {where} is {'missing' if not text else 'not 32 bytes'}.",
        hint="Make one: openssl rand -base64 32",
    )


def _salt_of(described: object, what: str) -> bytes:
    """The salt of a derived key; empty for one that was given."""
    match described:
        case str() if described == _GIVEN:
            return b""
        case {"scrypt": {"salt": salt, **costs}} if costs == _SCRYPT:
            return _bytes(salt, what)
    raise Damaged(f"The {what} is sealed with a kind of key that this Mailform doesn't know.", hint=_AGAIN)


def _bytes(text: object, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (ValueError, binascii.Error):
        raise Damaged(f"The {what} is damaged: a part of it isn't base64.") from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
