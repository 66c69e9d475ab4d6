"""What every store has to do, asked of each of them over its real protocol."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailform_state.address import Address
from mailform_state.document import LARGEST
from mailform_state.errors import Damaged, Locked, Overtaken, Refused
from mailform_state.journal import Begin, End, Entry, Image, Intent, Undo
from mailform_state.local import LocalStore
from mailform_state.remote.http_store import HttpStore
from mailform_state.remote.objects import ObjectStore
from mailform_state.store import Holder, Store
from mailform_state.values import Output, State
from state.stores.conftest import Place

TESTS = str(Path(__file__).parents[2])
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
BEGIN = Begin(run="r", plan="", tenant="t", lineage="l", serial=1, actor="a", at=NOW)
FIRST = State(lineage="l", tenant="t", serial=1, tool_version="0")
RULE = Address("transport_rule", "x")
SECRET = "a value that nobody may read"


def somebody(name: str = "root", command: str = "mailform apply") -> Holder:
    return Holder(name, "runner-7", 4242, NOW, command, "https://pipelines.contoso.com/run/1")


def following(state: State, said: str = "") -> State:
    return replace(state, serial=state.serial + 1, outputs={"said": Output(said, False)})


def vanished(place: Place) -> None:
    """A process takes the lock, and is killed with it."""
    script = f"""
import os, signal
from pathlib import Path
from mailform.configuration.backend import located
from mailform_state.opening import open_store
from state.stores.test_store_conformance import somebody
folder = Path({str(place.folder)!r})
with open_store(located(folder, ()), folder, dict(os.environ)).lock(somebody("gone"), 0):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    died = subprocess.run([sys.executable, "-c", script], check=False, env={**os.environ, "PYTHONPATH": TESTS})
    assert died.returncode == -signal.SIGKILL


def everything(place: Place) -> bytes:
    """All bytes that lie in a store, as its administrator sees them."""
    match place.open():
        case LocalStore():
            return b"".join(path.read_bytes() for path in place.folder.rglob("mailform.state*") if path.is_file())
        case ObjectStore(_bucket=bucket):
            keys = [one.key for one in bucket.listed("")]
            return b"".join(found.data for key in keys if (found := bucket.get(key, LARGEST)) is not None)
        case HttpStore(_client=client):
            return client.get(LARGEST) or b""
    raise AssertionError("another store")


def begun(store: Store) -> None:
    store.write(FIRST, expected=None)


def test_a_state_comes_back_as_it_was_written(place: Place) -> None:
    store = place.open()
    assert store.read() is None
    with store.lock(somebody(), 0):
        begun(store)
        store.write(following(FIRST, "two"), expected=1)
    assert place.open().read() == following(FIRST, "two")


def test_a_write_over_another_serial_changes_nothing(place: Place) -> None:
    store = place.open()
    with store.lock(somebody(), 0):
        begun(store)
        store.write(following(FIRST, "theirs"), expected=1)
        with pytest.raises(Overtaken):
            store.write(following(FIRST, "ours"), expected=1)
        with pytest.raises(Overtaken):
            store.write(FIRST, expected=None)
    assert place.open().read() == following(FIRST, "theirs")


def test_two_never_hold_the_lock(place: Place) -> None:
    one, two = place.open(), place.open()
    with one.lock(somebody("anna"), 0) as held:
        held.check()
        with pytest.raises(Locked, match="anna on runner-7"), two.lock(somebody("ben"), 0):
            pytest.fail("both have it")
        with pytest.raises(Locked), two.lock(somebody("ben"), 0.3):
            pytest.fail("both have it after a while")
    with two.lock(somebody("ben"), 0) as held:
        held.check()


def test_a_lock_can_be_looked_at(place: Place) -> None:
    store = place.open()
    assert store.lock_info() is None
    with store.lock(somebody(), 0) as held:
        found = place.open().lock_info()
        assert found is not None
        assert (found.id, found.holder, found.held) == (held.id, somebody(), True)
    assert place.open().lock_info() is None


def test_whoever_waits_gets_the_lock_when_it_is_free(place: Place) -> None:
    import threading

    one, two, order = place.open(), place.open(), []

    def wait() -> None:
        with two.lock(somebody("ben"), 30):
            order.append("ben")

    with one.lock(somebody("anna"), 0):
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.2)
        order.append("anna")
    waiting.join(30)
    assert order == ["anna", "ben"]


def test_a_lock_that_nobody_has_cannot_be_broken(place: Place) -> None:
    with pytest.raises(Refused):
        place.open().unlock("no such lock")


def test_the_wrong_id_breaks_no_lock(remote: Place) -> None:
    store = remote.open()
    with store.lock(somebody(), 0) as held:
        with pytest.raises(Refused, match=held.id):
            remote.open().unlock("another")
        held.check()
        store.append((BEGIN,))


def test_a_lock_of_somebody_who_vanished_is_broken_by_its_id(remote: Place) -> None:
    vanished(remote)
    found = remote.open().lock_info()
    assert found is not None
    assert found.holder == somebody("gone")
    remote.open().unlock(found.id)
    assert remote.open().lock_info() is None
    with remote.open().lock(somebody(), 0):
        pass


def test_unlocking_what_somebody_else_took_meanwhile_leaves_it_to_them(remote: Place) -> None:
    vanished(remote)
    found = remote.open().lock_info()
    assert found is not None
    remote.open().unlock(found.id)
    with remote.open().lock(somebody("ben"), 0) as held:
        with pytest.raises(Refused):
            remote.open().unlock(found.id)
        held.check()


def test_whoever_lost_the_lock_writes_nothing_more_and_takes_it_from_nobody(remote: Place) -> None:
    slow, other = remote.open(), remote.open()
    with other.lock(somebody("before"), 0):
        begun(other)
    with slow.lock(somebody("slow"), 0) as held:
        slow.append((BEGIN,))
        slow.append((Undo(1),))
        remote.open().unlock(held.id)
        with other.lock(somebody("other"), 0) as theirs:
            with pytest.raises(Locked):
                held.check()
            with pytest.raises(Locked):
                slow.append((Undo(2),))
            journal = other.journal()
            assert journal is not None
            other.append((End(3, NOW),))
            other.close_journal()
            other.write(following(FIRST, "theirs"), expected=1)
            with pytest.raises(Locked):
                slow.append((Undo(3),))
            with pytest.raises(Locked):
                slow.write(following(FIRST, "ours"), expected=1)
            theirs.check()
        with pytest.raises(Locked):
            slow.append((Undo(4),))
    assert remote.open().read() == following(FIRST, "theirs")
    assert remote.open().journal() is None
    assert remote.open().lock_info() is None


def test_giving_back_a_lock_that_was_lost_takes_it_from_nobody(remote: Place) -> None:
    slow, other = remote.open(), remote.open()
    lost = slow.lock(somebody("slow"), 0)
    held = lost.__enter__()
    remote.open().unlock(held.id)
    with other.lock(somebody("other"), 0) as theirs:
        lost.__exit__(None, None, None)
        theirs.check()
        with pytest.raises(Locked), slow.lock(somebody("slow"), 0):
            pytest.fail("both have it")
        other.append((BEGIN,))


def test_a_journal_is_read_by_others_as_it_was_told(place: Place) -> None:
    told: tuple[Entry, ...] = (BEGIN, Undo(1), Undo(2), End(3, NOW))
    store = place.open()
    assert store.journal() is None
    with store.lock(somebody(), 0):
        store.append(told[:1])
        store.append(told[1:3])
        found = place.open().journal()
        assert found is not None
        assert (found.entries, found.open) == (told[:3], True)
    with place.open().lock(somebody("other"), 0):
        other = place.open()
        assert other.journal() is not None
    again = place.open()
    with again.lock(somebody("other"), 0):
        again.append(told[3:])
        found = place.open().journal()
        assert found is not None
        assert (found.entries, found.open) == (told, False)
        again.close_journal()
    assert place.open().journal() is None


def test_a_second_journal_has_nothing_of_the_first(place: Place) -> None:
    store = place.open()
    with store.lock(somebody(), 0):
        for run in ("one", "two", "three"):
            store.append((replace(BEGIN, run=run),))
            store.append((End(0, NOW),))
            found = place.open().journal()
            assert found is not None
            assert found.entries == (replace(BEGIN, run=run), End(0, NOW))
            store.close_journal()
    assert place.open().journal() is None


def test_before_images_stay_beside_their_version(place: Place) -> None:
    images = (Image("transport_rule", "g", None, {"Name": "x"}),)
    store = place.open()
    with store.lock(somebody(), 0):
        store.keep_images(0, images)
    assert place.open().images(0) == images
    assert place.open().images(1) == ()


def test_the_state_that_a_run_began_from_can_be_had_until_its_journal_is_closed(place: Place) -> None:
    store = place.open()
    with store.lock(somebody(), 0):
        begun(store)
        store.append((BEGIN,))
        store.write(following(FIRST), expected=1)
        assert place.open().version(1) == FIRST
        assert place.open().version(2) == following(FIRST)


def test_versions_are_kept_or_it_is_said_that_they_are_not(place: Place) -> None:
    store = place.open()
    state = FIRST
    with store.lock(somebody(), 0):
        begun(store)
        for _ in range(22):
            store.write(following(state, "x"), expected=state.serial)
            state = following(state, "x")
    if place.kind in ("http", "gitlab"):
        with pytest.raises(Refused, match="keeps no versions"):
            place.open().versions()
        return
    assert [known.serial for known in place.open().versions()] == [*range(4, 24)]
    assert place.open().version(4).serial == 4


def test_an_overwritten_state_has_a_serial_above_all_before(place: Place) -> None:
    store = place.open()
    with store.lock(somebody(), 0):
        begun(store)
        store.write(following(FIRST), expected=1)
        assert store.overwrite(FIRST).serial == 3
    found = place.open().read()
    assert found is not None
    assert found.serial == 3


def test_a_store_can_be_prepared_again_and_again(place: Place) -> None:
    place.open().prepare()
    store = place.open()
    with store.lock(somebody(), 0):
        begun(store)
    place.open().prepare()
    assert place.open().read() == FIRST


def test_nothing_that_is_secret_lies_in_a_sealed_store(sealed: Place) -> None:
    store = sealed.open()
    store.prepare()
    intent = Intent(1, RULE, "create", "transport_rule", None, {"Name": SECRET})
    with store.lock(somebody(), 0):
        begun(store)
        store.append((BEGIN, intent))
        store.append((Undo(1),))
        store.keep_images(1, (Image("transport_rule", "g", None, {"Name": SECRET}),))
        store.write(following(FIRST, SECRET), expected=1)
        other = sealed.open()
        assert other.read() == following(FIRST, SECRET)
        journal = other.journal()
        assert journal is not None
        assert journal.entries == (BEGIN, intent, Undo(1))
        assert other.images(1)[0].attributes == {"Name": SECRET}
        assert other.version(1) == FIRST
        lying = everything(sealed)
        assert len(lying) > 1000
        assert SECRET.encode() not in lying
        assert b'"lineage":"l"' in lying, "what stays readable outside"


def test_who_has_no_key_or_another_is_refused(sealed: Place) -> None:
    from mailform_state.sealed import Sealed, Secret

    store = sealed.open()
    with store.lock(somebody(), 0):
        begun(store)
    for seal in (Sealed(Secret("passphrase", b"something else altogether")), Sealed(Secret("key", bytes(32)))):
        other = sealed.open()
        other._seal = seal  # as a process with another key would open it
        with pytest.raises(Damaged, match="can't be opened"):
            other.read()
