from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailform_state.document import dump, load
from mailform_state.errors import Damaged, Refused, Unusable, WrongTenant
from mailform_state.local import STATE, LocalStore
from mailform_state.transfer import pull, push, restore
from mailform_state.values import Output, State

OLD = State("lineage", "tenant", serial=5, outputs={"x": Output("old")})
NEW = replace(OLD, serial=9, outputs={"x": Output("new")})


@pytest.fixture
def empty(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@pytest.fixture
def store(empty: LocalStore) -> LocalStore:
    empty.write(OLD, expected=None)
    return empty


def test_there_is_nothing_to_pull_before_the_first_apply(empty: LocalStore) -> None:
    with pytest.raises(Refused):
        pull(empty)


def test_what_is_pulled_is_the_document(store: LocalStore) -> None:
    assert load(pull(store)) == OLD


def test_a_first_state_is_pushed_under_its_own_serial(empty: LocalStore) -> None:
    assert push(empty, dump(NEW)) == NEW == empty.read()


def test_a_newer_state_is_pushed_under_the_next_serial(store: LocalStore) -> None:
    assert push(store, dump(NEW)) == replace(NEW, serial=6) == store.read()


@pytest.mark.parametrize(
    ("pushed", "failure"),
    [
        (replace(NEW, tenant="another"), WrongTenant),
        (replace(NEW, lineage="another"), WrongTenant),
        (replace(NEW, serial=5), Refused),
        (replace(NEW, serial=4), Refused),
    ],
)
def test_another_tenant_another_lineage_or_an_older_serial_needs_force(
    store: LocalStore, pushed: State, failure: type[Exception]
) -> None:
    with pytest.raises(failure):
        push(store, dump(pushed))
    assert store.read() == OLD
    assert push(store, dump(pushed), force=True) == replace(pushed, serial=6) == store.read()


@pytest.mark.parametrize("force", [True, False])
def test_a_damaged_document_is_never_pushed(store: LocalStore, force: bool) -> None:
    with pytest.raises(Damaged):
        push(store, dump(NEW)[:-9], force=force)
    assert store.read() == OLD


def test_a_version_that_is_restored_is_the_state_again_under_a_new_serial(store: LocalStore) -> None:
    store.write(replace(NEW, serial=6), expected=5)
    assert restore(store, 5) == replace(OLD, serial=7) == store.read()


@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"{")]
)
def test_restoring_repairs_a_state_file_that_is_gone_or_damaged(
    store: LocalStore, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(tmp_path / STATE)
    assert restore(store, 5) == replace(OLD, serial=6) == store.read()


def test_a_version_that_is_not_kept_cannot_be_restored(store: LocalStore) -> None:
    with pytest.raises(Unusable) as unusable:
        restore(store, 4)
    assert unusable.value.hint == "Kept are: 5."
