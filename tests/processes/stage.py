"""A folder, a tenant that outlives every process, and processes that are started there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from mailform_providers.sandbox import Behaviour, Sandbox, open_sandbox
from mailform_state.local import LocalStore
from processes.command import Running, start
from processes.gateway import Gateway, Heard, gateway
from processes.looking import Foreign
from processes.story import DOMAIN, plant


@dataclass(slots=True)
class Stage:
    """Where rounds are played. `gateway` is None where each process is its own tenant over a file that they share.
    `folder` holds the configuration and nothing that Mailform doesn't put there; what we keep is in `aside`."""

    folder: Path
    aside: Path
    hand: Sandbox
    foreign: Foreign
    gateway: Gateway | None
    started: int = 0
    """How many processes there were; the number of the next one."""

    @property
    def cloud(self) -> str:
        return "sandbox" if self.gateway is None else "global"

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.folder)

    def configure(self, text: str) -> None:
        (self.folder / "mailform.toml").write_text(text, "utf-8")

    def start(self, *words: str, shell: bool = False) -> Running:
        """One command line, in the folder."""
        sender, self.started = self.started, self.started + 1
        more = {} if self.gateway is None else self.gateway.environment(sender)
        return start(self.folder, self.aside / f"{sender:05}", more, *words, shell=shell)

    def heard(self, since: int = 0) -> tuple[Heard, ...]:
        """What the tenant was asked; nothing where nobody listens."""
        return () if self.gateway is None else self.gateway.heard(since)

    def calls_of(self, sender: int) -> int:
        return 0 if self.gateway is None else self.gateway.calls(sender)

    def came(self, sender: int, nth: int) -> bool:
        """Whether a process's `nth` call has come, after a moment's wait."""
        return self.gateway is None or self.gateway.wait_for_call(sender, nth, 0.1)

    def buried(self, sender: int) -> None:
        """What a process that is killed now had under way may take its time."""
        if self.gateway is not None:
            self.gateway.buried(sender)

    def quiet(self) -> None:
        """Waits until nothing is under way any more."""
        if self.gateway is not None:
            self.gateway.quiet()


@contextmanager
def stage(place: Path, *, served: bool, seed: int = 0, latency: float = 0.01) -> Iterator[Stage]:
    """A stage in an empty folder. `served`: the tenant is behind a socket, and each call takes up to `latency` seconds
    before and again after it is handled; else it is a file beside the configuration."""
    folder, aside = place / "folder", place / "aside"
    folder.mkdir()
    aside.mkdir()
    path = None if served else folder / ".mailform" / "sandbox.json"
    hand = open_sandbox(path, DOMAIN, behaviour=Behaviour())
    plant(hand)
    foreign = Foreign.of(hand)
    if not served:
        yield Stage(folder, aside, hand, foreign, None)
        return
    with gateway(hand, Random(f"{seed}/latency"), latency) as opened:
        yield Stage(folder, aside, hand, foreign, opened)
