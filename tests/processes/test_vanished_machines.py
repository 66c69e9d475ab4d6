"""An apply whose machine vanishes in the middle: it is killed, its folder is gone, and another machine settles it from
the store alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailform.configuration.backend import located
from mailform_state.opening import open_store
from processes.command import Running, start
from processes.looking import problems
from processes.stage import Stage, stage
from processes.story import FLAVOUR, race
from servers import Server


@dataclass(slots=True)
class Machine:
    """A runner with a checkout of the configuration, and nothing else."""

    tenant: Stage
    server: Server
    folder: Path

    def checks_out(self, number: int, place: str) -> None:
        self.folder.mkdir()
        text = race(self.tenant.hand.tenant_id, self.tenant.cloud, number)
        (self.folder / "mailform.toml").write_text(text + self.server.block(place))

    def starts(self, *words: str) -> Running:
        assert self.tenant.gateway is not None
        sender, self.tenant.started = self.tenant.started, self.tenant.started + 1
        more = {**self.tenant.gateway.environment(sender), **self.server.environment}
        variable = () if words[0] in ("state", "unlock") else ("--var", f"{FLAVOUR}=contoso")
        return start(self.folder, self.tenant.aside / f"{sender:05}", more, *words, *variable)

    def done(self, *words: str) -> str:
        run = self.starts(*words)
        run.ends_with(0)
        return run.out


@pytest.mark.parametrize("kind", ["azure", "s3", "http", "gitlab"])
def test_an_apply_whose_machine_vanished_is_recovered_elsewhere(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server: Server = request.getfixturevalue(f"{kind}_server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    with stage(tmp_path, served=True, latency=0.002) as tenant:
        first, lost, other = (Machine(tenant, server, tmp_path / name) for name in ("first", "lost", "other"))
        first.checks_out(0, f"vanished-{kind}")
        first.done("apply", "--auto-approve")
        lost.checks_out(1, f"vanished-{kind}")
        dying = lost.starts("apply", "--auto-approve")
        sender = tenant.started - 1
        assert tenant.gateway is not None
        assert tenant.gateway.wait_for_call(sender, 9, 60)
        tenant.buried(sender)
        dying.kill(group=True)
        assert dying.killed, dying.err
        tenant.quiet()
        shutil.rmtree(lost.folder)
        shutil.rmtree(first.folder)

        other.checks_out(1, f"vanished-{kind}")
        lock = json.loads(other.done("state", "lock-info", "--json"))
        assert lock["holder"]["pid"] == dying.process.pid
        other.done("unlock", lock["id"])
        other.done("recover", "--settle", "1s")
        state = open_store(located(other.folder, ()), other.folder, server.environment).read()
        assert [*problems(tenant.hand, state, tenant.foreign)] == []
        other.done("apply", "--auto-approve")
