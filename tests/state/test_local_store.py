from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from subprocess import run

import pytest

from mailform_state.address import Address
from mailform_state.document import dump, load
from mailform_state.errors import Damaged, Overtaken, Unusable
from mailform_state.journal import Begin, End, Image, Intent, Pivot
from mailform_state.local import JOURNAL, STATE, VERSIONS, LocalStore
from mailform_state.values import Output, State

AT = datetime(2026, 1, 2, tzinfo=UTC)
FIRST = State("lineage", "tenant", serial=1)
BEGIN = Begin("run", "", "tenant", "lineage", 1, "somebody", AT)
INTENT = Intent(1, Address("transport_rule", "route"), "create", "transport_rule", None, {"name": "Route"})


def stored(store: LocalStore) -> State:
    state = store.read()
    assert state is not None
    return state


def grown(store: LocalStore, times: int) -> State:
    """The state after `times` writes."""
    for _ in range(times):
        state = store.read()
        serial = 0 if state is None else state.serial
        store.write(replace(FIRST, serial=serial + 1), expected=serial or None)
    return stored(store)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read and write everything, so as root these tests become somebody else for a while."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_an_empty_folder_has_no_state(store: LocalStore) -> None:
    assert store.read() is None
    assert store.versions() == ()
    assert store.journal() is None


def test_what_was_written_is_the_state_and_a_version(store: LocalStore, tmp_path: Path) -> None:
    store.write(FIRST, expected=None)
    assert store.read() == FIRST == store.version(1)
    assert names(tmp_path) == {STATE, VERSIONS}
    assert names(tmp_path / VERSIONS) == {"0000000001.json"}


def test_our_files_are_for_us_alone(store: LocalStore, tmp_path: Path) -> None:
    store.write(FIRST, expected=None)
    store.append([BEGIN])
    store.keep_images(1, [])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / VERSIONS).stat().st_mode) == 0o700


def test_a_write_that_builds_on_another_serial_is_overtaken_and_changes_nothing(store: LocalStore) -> None:
    grown(store, 2)
    for expected in (None, 1, 3):
        with pytest.raises(Overtaken):
            store.write(replace(FIRST, serial=(expected or 0) + 1), expected=expected)
    assert stored(store).serial == 2
    assert [version.serial for version in store.versions()] == [1, 2]


def test_a_serial_never_jumps(store: LocalStore) -> None:
    grown(store, 1)
    with pytest.raises(ValueError):
        store.write(replace(FIRST, serial=3), expected=1)


def test_the_last_20_versions_are_kept_with_the_images_beside_them(store: LocalStore, tmp_path: Path) -> None:
    for serial in range(25):
        store.keep_images(serial, [])
        grown(store, 1)
    assert [version.serial for version in store.versions()] == list(range(6, 26))
    kept = {name for name in names(tmp_path / VERSIONS) if name.endswith("before.json")}
    assert kept == {f"{serial:010}.before.json" for serial in range(6, 25)}
    with pytest.raises(Unusable, match="5"):
        store.version(5)


def test_a_version_is_no_link_to_the_state_so_an_editor_cannot_spoil_both(store: LocalStore, tmp_path: Path) -> None:
    store.write(FIRST, expected=None)
    (tmp_path / STATE).write_bytes(b"")
    assert store.version(1) == FIRST
    with pytest.raises(Damaged):
        store.read()


def test_images_are_read_back_and_refused_when_damaged(store: LocalStore, tmp_path: Path) -> None:
    images = (Image("transport_rule", "id", None, {"name": "Röute", "words": ("a", "b")}),)
    store.keep_images(7, images)
    assert store.images(7) == images
    assert store.images(8) == ()
    file = tmp_path / VERSIONS / "0000000007.before.json"
    file.write_bytes(file.read_bytes().replace(b"id", b"di", 1))
    with pytest.raises(Damaged):
        store.images(7)


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b"\0" * 500])
def test_an_empty_or_cut_state_is_damage_and_never_no_state(store: LocalStore, tmp_path: Path, data: bytes) -> None:
    (tmp_path / STATE).write_bytes(data)
    with pytest.raises(Damaged):
        store.read()
    with pytest.raises(Damaged):
        store.write(FIRST, expected=None)
    assert (tmp_path / STATE).read_bytes() == data


def test_a_state_file_that_is_gone_is_damage_and_the_hint_restores_it(store: LocalStore, tmp_path: Path) -> None:
    grown(store, 1)
    (tmp_path / STATE).unlink()
    with pytest.raises(Damaged) as damage:
        store.read()
    assert "state restore 1" in damage.value.hint


def test_an_old_state_file_put_back_is_damage(store: LocalStore, tmp_path: Path) -> None:
    grown(store, 1)
    old = (tmp_path / STATE).read_bytes()
    grown(store, 1)
    (tmp_path / STATE).write_bytes(old)
    with pytest.raises(Damaged, match="exchanged"):
        store.read()


def test_a_newer_state_file_from_a_colleague_is_taken(store: LocalStore, tmp_path: Path) -> None:
    grown(store, 2)
    (tmp_path / STATE).write_bytes(dump(replace(FIRST, serial=9)))
    assert grown(store, 1).serial == 10


@pytest.mark.parametrize("count", [0, 3])
def test_a_writer_that_died_before_it_claimed_the_serial_wrote_nothing(
    store: LocalStore, tmp_path: Path, count: int
) -> None:
    before = grown(store, count) if count else None
    left = tmp_path / f"{STATE}.{count + 1:010}.0a1b.tmp"
    left.write_bytes(b"half of it")
    assert store.read() == before
    grown(store, 1)
    assert not left.exists()


@pytest.mark.parametrize("count", [0, 3])
def test_a_writer_that_died_after_it_claimed_the_serial_has_written(
    store: LocalStore, tmp_path: Path, count: int
) -> None:
    if count:
        grown(store, count)
    after = replace(FIRST, serial=count + 1, outputs={"x": Output(1)})
    (tmp_path / VERSIONS).mkdir(exist_ok=True)
    (tmp_path / VERSIONS / f"{count + 1:010}.json").write_bytes(dump(after))
    (tmp_path / f"{STATE}.{count + 1:010}.0a1b.tmp").write_bytes(dump(after))
    assert store.read() == after
    assert grown(store, 1).serial == count + 2
    assert load((tmp_path / STATE).read_bytes()).serial == count + 2
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("rest", ["json", "before.json"])
def test_what_a_writer_that_died_left_among_the_versions_goes_with_the_next_write(
    store: LocalStore, tmp_path: Path, rest: str
) -> None:
    grown(store, 2)
    left = tmp_path / VERSIONS / f"0000000002.{rest}.0a1b2c3d4e5f.tmp"
    left.write_bytes(b"half of it")
    grown(store, 1)
    assert not left.exists()


@pytest.mark.parametrize("count", [0, 3])
def test_closing_the_journal_of_a_writer_that_died_shows_what_it_had_claimed(
    store: LocalStore, tmp_path: Path, count: int
) -> None:
    if count:
        grown(store, count)
    after = replace(FIRST, serial=count + 1, outputs={"x": Output(1)})
    store.append([BEGIN])
    (tmp_path / VERSIONS).mkdir(exist_ok=True)
    claimed = tmp_path / VERSIONS / f"{count + 1:010}.json"
    claimed.write_bytes(dump(after))
    claimed.with_name(f"{claimed.name}.0a1b.tmp").write_bytes(dump(after))
    (tmp_path / f"{STATE}.{count + 1:010}.0a1b.tmp").write_bytes(b"of a writer that came too late")
    store.close_journal()
    assert load((tmp_path / STATE).read_bytes()) == store.read() == after
    assert not list(tmp_path.rglob("*.tmp"))


def test_overwriting_repairs_whatever_is_there_and_keeps_the_damaged_file(store: LocalStore, tmp_path: Path) -> None:
    grown(store, 3)
    (tmp_path / STATE).write_bytes(b"spoiled")
    assert store.overwrite(FIRST).serial == 4
    assert stored(store).serial == 4
    (kept,) = tmp_path.glob("*.damaged")
    assert kept.read_bytes() == b"spoiled"


def test_a_version_file_with_another_version_inside_is_damage(store: LocalStore, tmp_path: Path) -> None:
    grown(store, 2)
    (tmp_path / VERSIONS / "0000000001.json").write_bytes((tmp_path / STATE).read_bytes())
    with pytest.raises(Damaged):
        store.version(1)


def test_the_journal_is_appended_to_and_closed(store: LocalStore, tmp_path: Path) -> None:
    store.append([BEGIN, INTENT])
    LocalStore(tmp_path).append([Pivot()])
    store.append([End(0, AT)])
    journal = store.journal()
    assert journal is not None
    assert journal.entries == (BEGIN, INTENT, Pivot(), End(0, AT))
    store.close_journal()
    assert store.journal() is None
    store.close_journal()
    store.append([BEGIN])
    again = store.journal()
    assert again is not None
    assert again.entries == (BEGIN,)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The files, by inode, that the disk was asked to keep."""
    found: set[int] = set()
    sync = os.fsync

    def noting(file: int) -> None:
        found.add(os.fstat(file).st_ino)
        sync(file)

    monkeypatch.setattr(os, "fsync", noting)
    return found


def test_an_entry_is_on_the_disk_before_anybody_is_told_so(store: LocalStore, tmp_path: Path, synced: set[int]) -> None:
    for entry in (BEGIN, INTENT):
        synced.clear()
        store.append([entry])
        assert (tmp_path / JOURNAL).stat().st_ino in synced


def test_a_state_is_on_the_disk_before_anybody_is_told_so(store: LocalStore, tmp_path: Path, synced: set[int]) -> None:
    grown(store, 1)
    files = (tmp_path / STATE, tmp_path / VERSIONS / "0000000001.json", tmp_path, tmp_path / VERSIONS)
    assert {file.stat().st_ino for file in files} <= synced


@pytest.mark.parametrize("fresh", [True, False])
def test_a_torn_tail_is_cut_off_before_more_is_written(store: LocalStore, tmp_path: Path, fresh: bool) -> None:
    store.append([BEGIN])
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"digest":"sha256:')
    (LocalStore(tmp_path) if fresh else store).append([INTENT])
    journal = store.journal()
    assert journal is not None
    assert (journal.entries, journal.torn) == ((BEGIN, INTENT), False)


def test_a_journal_whose_first_line_is_torn_is_none(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_bytes(b'{"digest":"sha256:')
    assert store.journal() is None
    store.append([BEGIN])
    journal = store.journal()
    assert journal is not None
    assert journal.entries == (BEGIN,)


def test_a_damaged_journal_is_not_appended_to(store: LocalStore, tmp_path: Path) -> None:
    store.append([BEGIN, INTENT])
    spoiled = (tmp_path / JOURNAL).read_bytes().replace(b"create", b"delete")
    (tmp_path / JOURNAL).write_bytes(spoiled)
    with pytest.raises(Damaged):
        LocalStore(tmp_path).append([Pivot()])
    assert (tmp_path / JOURNAL).read_bytes() == spoiled


def link(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))


def link_to_a_file(path: Path) -> None:
    path.with_name("elsewhere").write_bytes(dump(FIRST))
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
@pytest.mark.parametrize("put", [link, link_to_a_file, os.mkfifo, Path.mkdir])
def test_a_link_a_pipe_or_a_folder_in_our_place_is_refused_at_once(
    store: LocalStore, tmp_path: Path, put: Callable[[Path], object]
) -> None:
    put(tmp_path / STATE)
    put(tmp_path / JOURNAL)
    for call in (
        store.read,
        store.journal,
        lambda: store.write(FIRST, expected=None),
        lambda: store.overwrite(FIRST),
        lambda: store.append([BEGIN]),
    ):
        with pytest.raises(Unusable, match="not a file that Mailform made"):
            call()


def test_a_link_in_place_of_the_versions_is_refused(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / VERSIONS).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unusable):
        store.write(FIRST, expected=None)
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other permissions")
def test_files_that_are_not_ours_to_read_or_write_say_what_holds_now() -> None:
    folder = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others
    try:
        store = LocalStore(folder)
        grown(store, 1)
        store.append([BEGIN])
        for path in (folder / STATE, folder / JOURNAL):
            path.chmod(0o000)
        folder.chmod(0o555)
        with as_nobody():
            with pytest.raises(Unusable) as reading:
                store.read()
            with pytest.raises(Unusable) as appending:
                store.append([INTENT])
        assert "permission" in reading.value.message
        assert "nothing that it was to announce was done" in appending.value.message
        assert "read and write access" in appending.value.hint
        (folder / STATE).chmod(0o444)
        (folder / VERSIONS).chmod(0o555)
        with as_nobody(), pytest.raises(Unusable, match="the one before it stays"):
            store.write(replace(FIRST, serial=2), expected=1)
        assert stored(store) == FIRST
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_full_disk_changes_nothing_and_says_so(tmp_path: Path) -> None:
    """A limit on the size of files is as real as a full disk: the system takes a part and refuses the rest."""
    store = LocalStore(tmp_path)
    grown(store, 1)
    store.append([BEGIN])
    size = (tmp_path / JOURNAL).stat().st_size
    script = f"""
import json, resource, sys
from dataclasses import replace
from pathlib import Path
from mailform_state.errors import Unusable
from mailform_state.local import LocalStore
from mailform_state.values import Output
from mailform_state.changes import Publish
from mailform_state.journal import Verified, Pivot
store = LocalStore(Path({str(tmp_path)!r}))
state = store.read()
resource.setrlimit(resource.RLIMIT_FSIZE, ({size} + 300, {size} + 300))
said = []
big = {{"x": Output("x" * 2000)}}
for call in (lambda: store.append([Verified(), Pivot((Publish(big),))]),
             lambda: store.write(replace(state, serial=2, outputs=big), expected=1),
             lambda: store.keep_images(1, [])):
    try:
        call()
    except Unusable as error:
        said.append(error.message)
print(json.dumps(said))
"""
    done = run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert [message.split(":")[0] for message in said] == [
        "The journal couldn't be written, and nothing that it was to announce was done",
        "Version 2 of the state wasn't written, and the one before it stays",
    ]
    assert (tmp_path / JOURNAL).stat().st_size == size
    assert stored(store).serial == 1
    assert not list(tmp_path.rglob("*.tmp"))
