"""What holds after every command, whatever went wrong and whatever hands did. Start reading at `require_honest`.

Each fails with what a user would notice, in their words: a lie of an exit code, an object that nobody answers for, an
object that was nobody's business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from pydantic import JsonValue

from lifecycle.machine.trouble import LockBroken
from lifecycle.machine.world import Object, Ran, World, objects_of
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform_providers.sandbox.snapshot import Snapshot, difference
from mailform_state.errors import Locked, Refused
from mailform_state.journal import End, Intent, Result

EXPECTED = {
    "already-exists",
    "another-object",
    "circular-change",
    "foreign-reference",
    "impossible-order",
    "moved",
    "prevent-destroy",
    "domain-taken",
    "lost-route",
    "referenced-connector",
}
"""What may stand in the way of a plan, each to be told to the user."""

OF_IMPORTS = {"address-taken", "already-managed", "to-be-deleted", "unsupported-rule", "no-such-object"}
"""What may stand in the way of an import."""

UNCHANGING = (Exit.ERROR, Exit.STALE, Exit.INTEGRITY, Exit.REFUSED)


def require_honest(world: World, ran: Ran) -> None:
    """Everything that must be true of a command that changes something, and of what it left behind."""
    for truth in TRUTHS:
        try:
            truth(world, ran)
        except AssertionError as broken:
            broken.add_note(f"{truth.__name__}: {ran.command} ended with {ran.code!r} ({ran.error}); {ran.trouble}")
            broken.add_note(ran.said)
            raise


def the_state_only_grows(_: World, ran: Ran) -> None:
    """It can be read, its serial never goes back, its lineage never changes."""
    assert ran.after.serial >= ran.before.serial
    if ran.before.state is not None:
        assert ran.after.state is not None, "the state is gone"
        assert ran.after.state.lineage == ran.before.state.lineage


def the_exit_code_fits_what_happened(world: World, ran: Ran) -> None:
    """Nothing fails without a cause, and mistakes are of a kind that the user can do something about."""
    if isinstance(ran.error, Mistakes):
        codes = {found.code for found in ran.error.diagnostics}
        assert codes <= (OF_IMPORTS if ran.command == "import" else EXPECTED), [
            found.message for found in ran.error.diagnostics
        ]
        assert all(found.hint for found in ran.error.diagnostics)
    held = ran.before.journal is not None and isinstance(ran.before.journal[-1], End)
    if ran.clean and not (isinstance(ran.error, Mistakes) or ran.code in (Exit.STALE, Exit.REFUSED)):
        # a plan made of what slow replicas still show comes to nothing, but does no harm
        misled = (Exit.ERROR, Exit.ROLLED_BACK) if ran.flickering else ()
        assert ran.code in (Exit.DONE, Exit.WAITING, *misled), "nothing was in its way"
    if held and isinstance(ran.error, Refused):
        assert ran.code is Exit.ERROR
    assert ran.code is not Exit.INTEGRITY
    if ran.code is Exit.LOCKED:
        assert isinstance(ran.trouble, LockBroken), "nobody touched the lock"


def a_journal_is_open_if_the_exit_code_says_so(_: World, ran: Ran) -> None:
    left = ran.after.journal
    match ran.code:
        case Exit.DONE | Exit.ROLLED_BACK | Exit.WAITING:
            assert left is None, "the journal is still open"
        case Exit.UNRESOLVED | Exit.INTERRUPTED:
            assert left is not None, "there is nothing to recover"
        case Exit.STALE | Exit.REFUSED:
            assert left is None
        case Exit.ERROR:
            assert left is None or ran.before.journal is not None


def nothing_was_changed_if_the_exit_code_says_so(_: World, ran: Ran) -> None:
    if ran.code in UNCHANGING and ran.before.journal is None and not ran.late_before:
        assert not difference(ran.before.tenant, ran.after.tenant)
        assert ran.after.state == ran.before.state
        assert not [request for request in ran.writes if request.status is not None and request.status < 400]


def a_rollback_brings_everything_back(world: World, ran: Ran) -> None:
    """Exit 3: the tenant is exactly as before, but for what hands did, and nothing is on its way any more."""
    if ran.code is not Exit.ROLLED_BACK:
        return
    assert ran.late_after <= ran.late_before, "a change may still land"
    if ran.before.journal is None and not ran.late_before:
        before, after = unproven(ran.before.tenant), unproven(ran.after.tenant)
        # of what it saw only as it had been, it can't know how it was
        touched = ran.meddled | ran.flickering
        if not touched:
            assert difference(before, after) == [], difference(before, after)
        others = {key: found for key, found in objects_of(before).items() if key not in touched}
        now = objects_of(after)
        for key, found in others.items():
            assert now.get(key) == found, key
        assert now.keys() - others.keys() - touched <= world.strays, "something of it is still there"
        assert ran.after.state == ran.before.state or ran.command == "apply PLANFILE"


def done_means_that_nothing_is_left_to_do(world: World, ran: Ran) -> None:
    """Exit 0 of an apply: the next plan is empty, and nothing is on its way any more."""
    if ran.code is not Exit.DONE or ran.command not in ("apply", "apply PLANFILE"):
        return
    assert ran.late_after <= ran.late_before, "a change may still land"
    if ran.meddled or ran.late_before or ran.flickering:
        return
    if world.lags:
        world.wait(world.behaviour.visibility_seconds)
    prepared = world.prepared()
    left = prepared.plan
    assert left.empty, [*left.steps, *left.outputs]
    assert not left.drift, left.drift
    # what it shows may have come back while replicas that had not heard of it answered: then the next apply notes it
    assert prepared.idle or world.lags, "another apply would change the state"


def what_nobody_manages_is_left_alone(world: World, ran: Ran) -> None:
    """Foreign objects are as they were, and so is their order among themselves."""
    adopted = {(kind, id) for kind, id in ran.after.known if kind == "accepted_domain"}
    # a proof that was asked for can't be taken back
    asked = {request.identity.casefold() for request in ran.writes if request.operation.endswith("/verify")}
    adopted |= {("accepted_domain", name) for name in asked}
    left_alone = {key for key in ran.before.objects if key not in ran.before.known | ran.meddled | adopted}
    if ran.late_before:
        return
    for key in left_alone:
        assert ran.after.objects.get(key) == ran.before.objects[key], key
    order = [id for id in ran.before.order if ("transport_rule", id) in left_alone]
    assert [id for id in ran.after.order if id in order] == order
    if not ran.meddled:
        sent = {request.identity for request in ran.writes if request.identity}
        assert not sent & {id for kind, id in left_alone if kind != "accepted_domain"}, "something was sent to it"


def nothing_is_lost(world: World, ran: Ran) -> None:
    """No orphan: every object is in the state, still to be deleted, in an open journal, or was made by a hand."""
    if ran.late_before:
        world.strays |= ran.after.objects.keys() - ran.before.objects.keys() - ran.after.known
        return
    for key, found in ran.after.objects.items():
        if key in ran.after.known | world.strays or (key in ran.before.objects and key not in ran.before.known):
            continue
        if key[0] == "accepted_domain" and key in ran.before.known:
            continue  # forgotten, as its on_destroy says
        raise AssertionError(f"nobody knows of {key}: {found}")


def nothing_is_made_up(world: World, ran: Ran) -> None:
    """No phantom: what the state knows is there, unless a hand took it away."""
    if ran.after.journal is not None or ran.after.state is None:
        return
    if ran.late_before:
        world.gone |= ran.before.objects.keys() - ran.after.objects.keys()
    recorded: set[Object] = {(one.kind, one.id) for one in ran.after.state.resources.values()}
    # a domain is known by its name alone: one deleted just before, which every replica asked still shows, is adopted
    world.gone |= {key for key in ran.flickering - ran.after.objects.keys() if key[0] == "accepted_domain"}
    assert recorded - ran.after.objects.keys() <= world.gone, "the state has what isn't there"


def a_lost_lock_stops_everything(_: World, ran: Ran) -> None:
    """Exit 7, and nothing is sent any more but what was announced before: no rollback either."""
    if ran.broken_at is None:
        return
    assert ran.code is Exit.LOCKED or isinstance(ran.error, Locked)
    journal = ran.after.journal or ()
    ended = {entry.step for entry in journal if isinstance(entry, Result)}
    announced = sum(isinstance(entry, Intent) and entry.step not in ended for entry in journal)
    late = {(request.operation, request.identity) for request in ran.writes[ran.broken_at - 1 :]}
    assert len(late) <= max(announced, 1), f"it went on without the lock: {late}"


def what_was_killed_has_a_journal_or_did_nothing(_: World, ran: Ran) -> None:
    if (
        ran.code is None
        and ran.after.journal is None
        and ran.before.journal is None
        and ran.after.serial == ran.before.serial
    ):
        assert not difference(ran.before.tenant, ran.after.tenant) or ran.meddled


def unproven(tenant: Snapshot) -> Snapshot:
    """A tenant without what its domains have proven: that can't be taken back, and takes no part in mail flow."""
    domains = cast("dict[str, dict[str, JsonValue]]", tenant["accepted_domain"])
    return {**tenant, "accepted_domain": {name: {**one, "isVerified": None} for name, one in domains.items()}}


TRUTHS: tuple[Callable[[World, Ran], None], ...] = (
    the_state_only_grows,
    the_exit_code_fits_what_happened,
    a_journal_is_open_if_the_exit_code_says_so,
    nothing_was_changed_if_the_exit_code_says_so,
    a_rollback_brings_everything_back,
    what_nobody_manages_is_left_alone,
    nothing_is_lost,
    nothing_is_made_up,
    a_lost_lock_stops_everything,
    what_was_killed_has_a_journal_or_did_nothing,
    done_means_that_nothing_is_left_to_do,
)
