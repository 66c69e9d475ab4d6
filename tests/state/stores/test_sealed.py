"""What a seal keeps: nobody reads without the key, and nobody changes anything, inside or outside."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from mailform_state.errors import Damaged, Unusable
from mailform_state.journal import Undo
from mailform_state.local import JOURNAL, LocalStore
from mailform_state.places import Encryption, KeySource
from mailform_state.sealed import Sealed, Secret, sealed
from mailform_state.sealing import PLAIN
from state.stores.test_store_conformance import BEGIN

KEY = Secret("key", bytes(range(32)))
PASSPHRASE = Secret("passphrase", b"correct horse battery staple")


@pytest.mark.parametrize("secret", [KEY, PASSPHRASE])
def test_what_is_closed_can_be_opened_and_says_only_serial_and_lineage(secret: Secret) -> None:
    closed = Sealed(secret).close(b"hidden", "state", serial=7, lineage="line")
    assert b"hidden" not in closed
    assert base64.b64encode(b"hidden")[:6] not in closed
    told = json.loads(closed)
    assert (told["serial"], told["lineage"], told["format"]) == (7, "line", "mailform-sealed")
    assert Sealed(secret).open(closed, "state") == b"hidden"


def test_every_flipped_bit_is_found() -> None:
    closed = Sealed(KEY).close(b"hidden", "state", serial=7, lineage="line")
    for place in range(len(closed)):
        for bit in (1, 32):
            changed = bytearray(closed)
            changed[place] ^= bit
            with pytest.raises(Damaged):
                Sealed(KEY).open(bytes(changed), "state")
    for length in range(len(closed)):
        with pytest.raises(Damaged):
            Sealed(KEY).open(closed[:length], "state")


def test_serial_lineage_and_kind_cannot_be_exchanged() -> None:
    told = json.loads(Sealed(KEY).close(b"hidden", "state", serial=7, lineage="line"))
    for name, value in (("serial", 8), ("lineage", "other"), ("what", "plan"), ("more", 1)):
        with pytest.raises(Damaged):
            Sealed(KEY).open(json.dumps({**told, name: value}).encode(), "plan" if name == "what" else "state")


def test_nothing_is_sealed_twice_in_the_same_way() -> None:
    seal = Sealed(KEY)
    assert len({seal.close(b"same", "journal", serial=1, lineage="") for _ in range(100)}) == 100


def test_an_old_key_opens_and_the_new_one_closes() -> None:
    old = Sealed(PASSPHRASE).close(b"hidden", "state", serial=1, lineage="l")
    turned = Sealed(KEY, previous=PASSPHRASE)
    assert turned.open(old, "state") == b"hidden"
    new = turned.close(b"hidden", "state", serial=2, lineage="l")
    assert Sealed(KEY).open(new, "state") == b"hidden"
    with pytest.raises(Damaged):
        Sealed(PASSPHRASE).open(new, "state")
    with pytest.raises(Damaged):
        Sealed(KEY).open(old, "state")


def test_what_should_be_sealed_and_isnt_is_refused_and_the_reverse() -> None:
    with pytest.raises(Damaged, match="isn't encrypted"):
        Sealed(KEY).open(b'{"format": "mailform-state"}', "state")
    with pytest.raises(Damaged, match="is encrypted"):
        PLAIN.open(Sealed(KEY).close(b"hidden", "state", serial=1, lineage=""), "state")


def test_a_costly_derivation_that_somebody_wrote_in_is_refused() -> None:
    told = json.loads(Sealed(PASSPHRASE).close(b"hidden", "state", serial=1, lineage=""))
    told["key"]["scrypt"]["n"] = 2**30
    with pytest.raises(Damaged):
        Sealed(PASSPHRASE).open(json.dumps(told).encode(), "state")


def test_keys_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(KEY.value)
    (tmp_path / "hex").write_text(KEY.value.hex() + "\n")
    (tmp_path / "base64").write_text(base64.b64encode(KEY.value).decode() + "\n")
    for name in ("raw", "hex", "base64"):
        assert sealed(Encryption(KeySource("key", "file", name)), tmp_path, {}).secret == KEY
    found = sealed(Encryption(KeySource("key", "env", "K")), tmp_path, {"K": KEY.value.hex()})
    assert found.secret == KEY
    (tmp_path / "words").write_text("correct horse battery staple\n")
    assert sealed(Encryption(KeySource("passphrase", "file", "words")), tmp_path, {}).secret == PASSPHRASE
    assert repr(KEY.value) not in repr(found)


@pytest.mark.parametrize(
    ("source", "environment"),
    [
        (KeySource("key", "env", "K"), {}),
        (KeySource("key", "env", "K"), {"K": "abcdef"}),
        (KeySource("key", "file", "gone"), {}),
        (KeySource("key", "file", "."), {}),
        (KeySource("passphrase", "env", "K"), {}),
        (KeySource("passphrase", "env", "K"), {"K": "tiny"}),
    ],
)
def test_a_key_that_isnt_there_or_is_weak_is_refused_before_anything(
    source: KeySource, environment: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(Unusable) as refused:
        sealed(Encryption(source), tmp_path, environment)
    assert refused.value.hint
    assert not any(value in refused.value.message for value in environment.values())


def test_a_sealed_journal_loses_its_torn_tail_and_nothing_else(tmp_path: Path) -> None:
    store = LocalStore(tmp_path, Sealed(KEY))
    path = tmp_path / JOURNAL
    store.append((BEGIN,))
    store.append((Undo(1), Undo(2)))
    whole = path.read_bytes()
    assert whole.count(b"\n") == 2, "a line a wave"
    path.write_bytes(whole + whole[:40])
    found = LocalStore(tmp_path, Sealed(KEY)).journal()
    assert found is not None
    assert (found.entries, found.torn, found.intact) == ((BEGIN, Undo(1), Undo(2)), True, len(whole))
    LocalStore(tmp_path, Sealed(KEY)).append((Undo(3),))
    found = LocalStore(tmp_path, Sealed(KEY)).journal()
    assert found is not None
    assert (found.entries, found.torn) == ((BEGIN, Undo(1), Undo(2), Undo(3)), False)
    first, second, third = path.read_bytes().splitlines(keepends=True)
    for wrong in (first + third, second + first + third, first + second.replace(b'"data":"', b'"data":"A')):
        path.write_bytes(wrong)
        with pytest.raises(Damaged):
            LocalStore(tmp_path, Sealed(KEY)).journal()


def test_a_journal_that_should_be_sealed_and_isnt_is_refused_and_the_reverse(tmp_path: Path) -> None:
    LocalStore(tmp_path).append((BEGIN,))
    with pytest.raises(Damaged, match="isn't encrypted"):
        LocalStore(tmp_path, Sealed(KEY)).journal()
    (tmp_path / JOURNAL).unlink()
    LocalStore(tmp_path, Sealed(KEY)).append((BEGIN,))
    with pytest.raises(Damaged, match="is encrypted"):
        LocalStore(tmp_path).journal()
