"""The machine: a user, an administrator and bad luck take turns, in any order, and everything in `truths` holds.

A run begins from a tenant that is as configured (or from nothing) and ends with everybody's good will: then one apply
must reach an empty plan. Speed is what makes thousands of runs possible, so steps are few and worlds are small.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.errors import StopTest
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from lifecycle.machine.beginnings import BEGINNINGS, begun
from lifecycle.machine.configured import EDITS, KINDS, Edit, edited
from lifecycle.machine.hands import Deed
from lifecycle.machine.settling import settle
from lifecycle.machine.trouble import QUIET, Trouble, deeds, troubles
from lifecycle.machine.truths import require_honest
from lifecycle.machine.world import LAGS, Ran, World
from mailform import planfile
from mailform.cli import apply, destroy, import_one, plan, recover
from mailform.cli.common import Common
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.session.preparing import Prepared
from mailform_providers.sandbox import Behaviour

edits = st.builds(Edit, st.sampled_from(EDITS), st.sampled_from(KINDS), st.integers(0, 4), st.integers(0, 5))
BEHAVIOURS = {
    "usual": Behaviour(),
    "by GUID": Behaviour(connector_form="guid", error_envelope="C"),
    "lagging": Behaviour(replicas=3, visibility_seconds=LAGS),
}
SERVICES = ("usual", "usual", "usual", "by GUID", "lagging")
"""To draw from; slow replicas take several times as long."""

SAVED = "plan.mailform"


def step(function: Callable[..., None]) -> Callable[..., None]:
    """A step that tells the machine when it was left unfinished: then the run doesn't go on to its end."""

    @wraps(function)
    def wrapped(machine: Machine, **given: Any) -> None:
        machine.failed = True
        function(machine, **given)
        machine.failed = False

    return wrapped


class Machine(RuleBasedStateMachine):
    """One world, and everything that may happen in it."""

    runs: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.failed = False
        self.world: World | None = None
        self.saved: str = ""

    @initialize(service=st.sampled_from(SERVICES), beginning=st.sampled_from(tuple(BEGINNINGS)))
    def begin(self, service: str, beginning: str) -> None:
        self.world = begun(beginning, BEHAVIOURS[service])

    @rule(edits=st.lists(edits, min_size=1, max_size=3))
    @step
    def edit(self, edits: list[Edit]) -> None:
        self._edit(edits)

    @rule(deed=deeds)
    @step
    def meddle(self, deed: Deed) -> None:
        self.here.by_hand(deed)

    @rule(seconds=st.sampled_from((10.0, 60.0)))
    @step
    def wait(self, seconds: float) -> None:
        self.here.wait(seconds)

    @rule(edits=st.lists(edits, max_size=3), trouble=troubles, stop=st.booleans(), parallelism=st.sampled_from((1, 3)))
    @step
    def apply(self, edits: list[Edit], trouble: Trouble, stop: bool, parallelism: int) -> None:
        self._edit(edits)
        self._ran("apply", applying(stop, parallelism), trouble)

    @rule(deed=deeds, edit=edits, trouble=troubles)
    @step
    def apply_after_a_hand(self, deed: Deed, edit: Edit, trouble: Trouble) -> None:
        self.here.by_hand(deed)
        self._edit([edit])
        self._ran("apply", applying(), trouble)

    @rule(edits=st.lists(edits, max_size=2), twice=st.booleans())
    @step
    def plan(self, edits: list[Edit], twice: bool) -> None:
        """Writes nothing but the plan file, and is the same twice while nobody lags."""
        self._edit(edits)
        world = self.here
        again: list[Prepared] = []

        def command(common: Common) -> None:
            plan.command(common, out=world.folder / SAVED)
            if twice:
                again.append(plan.prepare(common, Options(), allow_large_change=False))

        ran = world.run("plan", command)
        assert not ran.writes
        assert (ran.before.tenant, ran.before.state) == (ran.after.tenant, ran.after.state)
        assert ran.before.journal == ran.after.journal
        assert ran.code in (Exit.DONE, Exit.ERROR, Exit.REFUSED), ran
        if ran.code is Exit.DONE:
            self.saved = "fresh"
        if again:
            saved = planfile.load((world.folder / SAVED).read_bytes())
            same = planfile.fingerprint(again[0].plan, saved.salt) == saved.fingerprint
            assert same or ran.flickering, "another plan"

    @precondition(lambda self: self.saved)
    @rule(deed=st.none() | deeds, trouble=troubles)
    @step
    def apply_saved(self, deed: Deed | None, trouble: Trouble) -> None:
        """Applied once, if it still is what was approved; else nothing is changed."""
        if deed is not None:
            self.here.by_hand(deed)
        path = self.here.folder / SAVED
        ran = self._ran("apply PLANFILE", lambda common: apply.command(common, planfile=path), trouble)
        if self.saved == "used" and ran.before.journal is None:
            unread = ran.code is Exit.ERROR and bool(ran.flickering)
            assert ran.code is Exit.STALE or unread or ran.happened, "it was applied already"
        if ran.writes and ran.before.journal is None:
            assert self.saved == "fresh"
            self.saved = "used"

    @rule(which=st.integers(0, 5), trouble=troubles)
    @step
    def take_over(self, which: int, trouble: Trouble) -> None:
        """Imports an object that nobody manages, if there is one whose resource is configured."""
        world, now = self.here, self.here.scene()
        taken = set() if now.state is None else {str(address) for address in now.state.resources}
        free = [key for key in now.objects if key not in now.known and key[0] != "accepted_domain"]
        wanted = [f"{kind}.{label}" for kind, label in blocks(world) if f"{kind}.{label}" not in taken]
        pairs = [(address, id) for kind, id in free for address in wanted if address.startswith(f"{kind}.")]
        if pairs:
            address, id = pairs[which % len(pairs)]
            self._ran("import", lambda common: import_one.command(common, address, id), trouble)

    @precondition(lambda self: self.here.store.journal() is not None)
    @rule(trouble=troubles, forward=st.booleans())
    @step
    def recover(self, trouble: Trouble, forward: bool) -> None:
        self._ran("recover", lambda common: recover.command(common, roll_forward=forward), trouble)

    @rule(trouble=troubles, really=st.integers(0, 3))
    @step
    def apply_or_destroy(self, trouble: Trouble, really: int) -> None:
        """Destroys seldom: it takes everything away that others could happen to."""
        if really < 3:
            self._ran("apply", applying(), trouble)
            return
        ran = self._ran("destroy", lambda common: destroy.command(common, auto_approve=True), trouble)
        if ran.code is Exit.DONE and not ran.flickering and not ran.meddled:
            state = self.here.store.read()
            assert state is None or not state.resources

    def _edit(self, edits: list[Edit]) -> None:
        for edit in edits:
            self.here.configured = edited(self.here.configured, edit)

    @property
    def here(self) -> World:
        assert self.world is not None
        return self.world

    def _ran(self, name: str, command: Callable[[Common], None], trouble: Trouble = QUIET) -> Ran:
        ran = self.here.run(name, command, trouble)
        require_honest(self.here, ran)
        return ran

    def teardown(self) -> None:
        if self.world is None:
            return
        cut = isinstance(sys.exc_info()[1], StopTest)  # Hypothesis had no more to draw from: that is no run
        try:
            if not self.failed and not cut:
                type(self).runs += 1
                settle(self.world, self._ran)
        finally:
            self.world.close()


def applying(stop: bool = False, parallelism: int = 1) -> Callable[[Common], None]:
    """`mailform apply`, as a user types it."""

    def command(common: Common) -> None:
        apply.command(
            common,
            auto_approve=True,
            on_failure="stop" if stop else "rollback",
            parallelism=parallelism,
            allow_large_change=True,
        )

    return command


def blocks(world: World) -> list[tuple[str, str]]:
    """Every resource that is configured, by kind and label."""
    return [(kind, label) for kind, found in world.configured.blocks.items() for label in found]


__all__ = ["Machine"]
