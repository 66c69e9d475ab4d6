"""A bucket as processes leave it that were killed between two of their requests, or whose answers were lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailform_state.errors import Damaged, Locked, Overtaken
from mailform_state.journal import End, Undo
from mailform_state.remote.bucket import Bucket, Conflict
from mailform_state.remote.object_lock import LOCK
from mailform_state.remote.objects import STATE, ObjectStore
from state.stores.conftest import Place
from state.stores.test_store_conformance import BEGIN, FIRST, NOW, following, somebody

LIMIT = 1 << 20


@pytest.fixture(params=["azure", "s3"])
def bucket(request: pytest.FixtureRequest, remote_of: object) -> Bucket:
    assert callable(remote_of)
    place: Place = remote_of(request.param)
    store = place.open()
    assert isinstance(store, ObjectStore)
    return store._bucket


def bodies(bucket: Bucket) -> dict[str, bytes]:
    """All objects."""
    found = ((one.key, bucket.get(one.key, LIMIT)) for one in bucket.listed(""))
    return {key: one.data for key, one in found if one is not None}


def test_a_version_that_its_writer_could_not_keep_is_kept_by_the_next(bucket: Bucket) -> None:
    store = ObjectStore(bucket)
    with store.lock(somebody(), 0):
        store.write(FIRST, expected=None)
        store.write(following(FIRST), expected=1)
    bucket.remove(["mailform.state.versions/0000000002.json"])
    assert ObjectStore(bucket).read() == following(FIRST)
    assert ObjectStore(bucket).version(2) == following(FIRST)
    with store.lock(somebody(), 0):
        store.write(following(following(FIRST)), expected=2)
    assert [known.serial for known in ObjectStore(bucket).versions()] == [1, 2, 3]
    assert ObjectStore(bucket).version(2) == following(FIRST)


def test_a_state_that_was_removed_or_exchanged_is_damage_and_can_be_restored(bucket: Bucket) -> None:
    store = ObjectStore(bucket)
    with store.lock(somebody(), 0):
        store.write(FIRST, expected=None)
        old = bodies(bucket)[STATE]
        store.write(following(FIRST, "two"), expected=1)
        bucket.put_whatever(STATE, old)
        with pytest.raises(Damaged, match="holds version 1"):
            store.read()
        bucket.remove([STATE])
        with pytest.raises(Damaged, match="is gone"):
            store.read()
        with pytest.raises(Damaged):
            store.write(FIRST, expected=None)
        assert store.overwrite(store.version(2)).serial == 3
    assert ObjectStore(bucket).read() == replace(following(FIRST, "two"), serial=3)


def test_a_journal_that_is_half_taken_away_is_closed(bucket: Bucket) -> None:
    store = ObjectStore(bucket)
    with store.lock(somebody(), 0):
        for entry in (BEGIN, Undo(1), Undo(2), End(3, NOW)):
            store.append((entry,))
        waves = {key: body for key, body in bodies(bucket).items() if "journal/" in key}
        store.close_journal()
    assert len(waves) == 4
    for left in (1, 3, 4):  # any of them may have stayed, in any order
        for key in sorted(waves)[-left:]:
            bucket.put_whatever(key, waves[key])
        assert ObjectStore(bucket).journal() is None
    with store.lock(somebody(), 0):
        store.append((BEGIN,))
        journal = ObjectStore(bucket).journal()
        assert journal is not None
        assert journal.entries == (BEGIN,)
        store.close_journal()
    assert len([key for key in bodies(bucket) if "journal/" in key]) == 1, "the end, and nothing before it"


def test_a_wave_that_is_missing_or_changed_is_damage(bucket: Bucket) -> None:
    store = ObjectStore(bucket)
    with store.lock(somebody(), 0):
        for entry in (BEGIN, Undo(1), Undo(2)):
            store.append((entry,))
    first, second, third = sorted(key for key in bodies(bucket) if "journal/" in key)
    whole = bodies(bucket)
    for key, body in ((second, None), (first, None), (second, whole[third]), (third, whole[third][:-2]), (third, b"")):
        if body is None:
            bucket.remove([key])
        else:
            bucket.put_whatever(key, body)
        with pytest.raises(Damaged):
            ObjectStore(bucket).journal()
        bucket.put_whatever(key, whole[key])
    assert ObjectStore(bucket).journal() is not None


def test_a_lock_that_nobody_can_read_is_held_until_it_is_named(bucket: Bucket) -> None:
    bucket.put_whatever(LOCK, b"nonsense")
    store = ObjectStore(bucket)
    found = store.lock_info()
    assert found is not None
    assert (found.holder, found.held) == (None, True)
    with pytest.raises(Locked, match="doesn't say by whom"), store.lock(somebody(), 0):
        pytest.fail("it was taken")
    store.unlock(found.id)
    with store.lock(somebody(), 0):
        pass
    assert LOCK in bodies(bucket), "a lock is never deleted"


def test_of_two_that_write_over_one_version_one_is_refused(bucket: Bucket) -> None:
    tag = bucket.put("x", b"0", None)
    bucket.put("x", b"1", tag)
    with pytest.raises(Conflict):
        bucket.put("x", b"2", tag)
    with pytest.raises(Conflict):
        bucket.put("x", b"2", None)
    assert bodies(bucket)["x"] == b"1"


def test_a_write_between_reading_and_writing_is_not_overwritten(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = ObjectStore(bucket), ObjectStore(bucket)
    with mine.lock(somebody(), 0):
        mine.write(FIRST, expected=None)
        kept = mine._keep

        def meanwhile(serial: int, document: bytes) -> None:
            monkeypatch.undo()
            kept(serial, document)
            found = bucket.get(STATE, LIMIT)
            assert found is not None
            theirs._publish(following(FIRST, "theirs"), found)

        monkeypatch.setattr(mine, "_keep", meanwhile)
        with pytest.raises(Overtaken):
            mine.write(following(FIRST, "mine"), expected=1)
    assert ObjectStore(bucket).read() == following(FIRST, "theirs")
    assert ObjectStore(bucket).version(2) == following(FIRST, "theirs")
