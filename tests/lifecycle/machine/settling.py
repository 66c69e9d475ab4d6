"""How every run ends: with nothing in the way any more, and a user who does what Mailform asks for.

From wherever the run has got to, an apply that isn't refused must be done at once; and done means that the next plan is
empty (`truths`), so that another apply has nothing to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from lifecycle.machine.configured import DOMAIN, RULE
from lifecycle.machine.world import Ran, World
from mailform.cli import apply, import_one, recover, state_edits
from mailform.cli.common import Common
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.exits import Exit
from mailform_state.errors import Refused
from mailform_state.journal import Intent

Running = Callable[[str, Callable[[Common], None]], Ran]

PATIENCE = 12
"""How many mistakes a user resolves before something must be wrong."""


def settle(world: World, run: Running) -> None:
    """Reaches an empty plan, resolving on the way what a user has to."""
    world.wait(120.0)
    if world.configured.empty:
        world.configured = world.configured.holding(
            "inbound_connector", "a", name="One", sender_domains=["contoso.com"]
        )
    for _ in range(PATIENCE):
        ran = run("apply", _apply)
        world.wait(60.0)
        if isinstance(ran.error, Refused):
            _recover(run)
        elif isinstance(ran.error, Mistakes):
            for mistake in ran.error.diagnostics:
                resolve(mistake, world, run)
        elif ran.code is Exit.WAITING and world.lags and ran.before.journal is not None:
            continue  # it planned right behind its own recovery, which no number of looks shows to be everywhere
        else:
            assert ran.code is Exit.DONE, (ran.code, ran.said)
            break
    else:
        raise AssertionError(f"there is no end of it: {ran.code!r} {ran.error}")


def _apply(common: Common) -> None:
    apply.command(common, auto_approve=True, allow_large_change=True)


def _recover(run: Running) -> None:
    """Recovers; what can't be taken back even so is left as it is, on purpose."""
    ran = run("recover", recover.command)
    if ran.code is Exit.UNRESOLVED:
        written = {str(entry.address) for entry in ran.after.journal or () if isinstance(entry, Intent)}
        left = [address for address in sorted(written) if address in ran.said]
        assert left, f"nothing is named that could be left: {ran.said}"
        ran = run("recover", lambda common: recover.command(common, skip=left, reason="looked at"))
    assert ran.code in (Exit.DONE, Exit.WAITING), (ran.code, ran.said)


def resolve(mistake: Diagnostic, world: World, run: Running) -> None:
    """Does what a user does about a mistake: what its hint says, or something that leads around it."""
    match mistake.code:
        case "already-exists" | "another-object":
            address = mistake.message.partition(":")[0]
            found = re.search(r"mailform import '([^']+)' ([^\s;]+)", mistake.hint)
            if found is not None:
                assert found[1] == address
                ran = run("import", lambda common: import_one.command(common, address, found[2]))
            if found is None or isinstance(ran.error, Mistakes):  # nobody can manage it, or another resource does
                _rename(world, address)
                if mistake.code == "another-object":
                    run("state rm", lambda common: state_edits.remove(common, [address]))
        case "moved":
            found = re.search(r'from = "(\S+)"\nto = "(\S+)"', mistake.paste)
            assert found is not None, mistake
            _move(world, found[1], found[2])
        case "impossible-order":
            for label, block in world.configured.of(RULE).items():
                if "order" in block or "priority" in block:
                    world.configured = world.configured.holding(RULE, label, order=None, priority=None)
        case "foreign-reference":
            found = re.search(r"the rule “[^”]*” \(([^)]+)\)", mistake.message)
            assert found is not None, mistake
            world.hand.run("Remove-TransportRule", {"Identity": found[1]})
            world.gone.add((RULE, found[1]))
        case "circular-change" | "referenced-connector" | "lost-route":
            for address in _addresses(mistake, world):
                _rename(world, address)
        case "prevent-destroy":
            address = mistake.message.split(" ")[0]
            kind, _, label = address.partition(".")
            block = world.configured.of(kind).get(label) or world.configured.attic[kind, label]
            block = {**block, "lifecycle": {"prevent_destroy": False}}
            world.configured = world.configured.holding(kind, label, **block)
        case "domain-taken":
            world.configured = world.configured.without(DOMAIN, mistake.message.split(":")[0].partition(".")[2])
        case other:
            raise AssertionError(f"nobody knows what to do about {other}: {mistake}")


def _addresses(mistake: Diagnostic, world: World) -> Iterable[str]:
    known = [f"{kind}.{label}" for kind, found in world.configured.blocks.items() for label in found]
    return [address for address in known if re.search(rf"\b{re.escape(address)}\b", mistake.message)]


def _rename(world: World, address: str) -> None:
    """Gives a resource a name that nobody has; a domain, which is its name, is let go."""
    kind, _, label = address.partition(".")
    if kind == DOMAIN:
        world.configured = world.configured.without(kind, label)
        return
    count = sum(str(block.get("name", "")).startswith("Fresh") for block in world.configured.of(kind).values())
    world.configured = world.configured.holding(kind, label, name=f"Fresh {count} {label}")


def _move(world: World, origin: str, target: str) -> None:
    """Says that a resource has a new address, or gives what comes another name."""
    configured = world.configured
    kind, _, label = origin.partition(".")
    if label in configured.of(kind) or origin in configured.moved or target in configured.moved.values():
        _rename(world, target)
    else:
        world.configured = replace(configured, moved={**configured.moved, origin: target})
