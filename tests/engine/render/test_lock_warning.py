"""What a plan says of a lock beside an open journal."""

from __future__ import annotations

from datetime import UTC, datetime

from mailform.render.lock_text import warning
from mailform_state.store import Holder, LockInfo

SINCE = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
LOCK = LockInfo("4f2a", Holder("ann", "runner7", 12, SINCE, "apply", "https://ci.contoso.com/7"))


def test_of_a_remote_lock_it_says_whose_it_is_that_it_may_be_gone_and_what_to_run() -> None:
    said = warning(LOCK, alive=False)
    for part in ("ann on runner7", "2026-03-01", "https://ci.contoso.com/7", "may be gone"):
        assert part in said
    assert "mailform unlock 4f2a, then mailform recover" in said
    assert "is on just now" not in said


def test_a_remote_lock_that_names_nobody_can_be_freed_all_the_same() -> None:
    assert "mailform unlock 4f2a" in warning(LockInfo("4f2a", None), alive=False)


def test_the_local_store_knows_that_the_run_is_on() -> None:
    assert "a run is on just now" in warning(LOCK, alive=True)
