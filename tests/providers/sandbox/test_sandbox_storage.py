"""What lasts: names of tenants, the file, and two sandboxes that share it."""

from __future__ import annotations

import json
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from wired import Wired

from mailform_providers.sandbox import open_sandbox
from mailform_state.errors import Unusable

FABRIKAM = "fabrikam.onmicrosoft.com"


def test_a_tenants_guid_follows_from_its_domain() -> None:
    one = open_sandbox(None, FABRIKAM)
    assert str(UUID(one.tenant_id)) == one.tenant_id
    assert open_sandbox(None, " Fabrikam.OnMicrosoft.com. ").tenant_id == one.tenant_id
    assert open_sandbox(None, "contoso.onmicrosoft.com").tenant_id != one.tenant_id
    assert open_sandbox(None, "contoso.com").tenant_id != open_sandbox(None, "contoso.net").tenant_id


def test_a_tenant_opened_by_its_guid_has_an_initial_domain_too() -> None:
    guid = str(uuid4())
    sandbox = open_sandbox(None, guid.upper())
    assert sandbox.tenant_id == guid
    assert sandbox.tenant.initial.endswith(".onmicrosoft.com")


@pytest.mark.parametrize("name", ["", "fabrikam", "../etc", "a b.com"])
def test_what_can_be_no_tenant_is_refused(name: str) -> None:
    with pytest.raises(Unusable):
        open_sandbox(None, name)


def test_opening_and_reading_write_nothing(tmp_path: Path) -> None:
    Wired(open_sandbox(tmp_path / "sandbox.json", FABRIKAM)).call("Get-TransportRule")
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_is_there_for_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "hidden" / "sandbox.json"
    first = open_sandbox(path, FABRIKAM)
    wire = Wired(first)
    wire.call("New-OutboundConnector", Name="Out", UseMXRecord=False, SmartHosts=["a.com"])
    wire.call("New-TransportRule", Name="A", SubjectContainsWords=["x", "y"], SetSCL=5, DeleteMessage=True)
    wire.graph("POST", "/domains", {"id": "contoso.com"})
    first.publish("contoso.com")
    second = open_sandbox(path, FABRIKAM)
    assert second.snapshot() == first.snapshot()
    assert second.tenant == first.tenant
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_killed_writer_left_is_gone_after_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    (tmp_path / "sandbox.json.new").write_text("half a file")
    open_sandbox(path, FABRIKAM).run("New-TransportRule", {"Name": "A"})
    assert sorted(one.name for one in tmp_path.iterdir()) == ["sandbox.json", "sandbox.json.lock"]


def test_two_sandboxes_on_one_file_see_each_others_writes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    one, two = (Wired(open_sandbox(path, FABRIKAM)) for _ in range(2))
    for number in range(6):
        writer, reader = (one, two) if number % 2 else (two, one)
        writer.call("New-TransportRule", Name=str(number), Priority=0)
        assert [rule["Name"] for rule in reader.objects("Get-TransportRule")] == [str(n) for n in range(number, -1, -1)]


def test_guid_and_domain_name_the_same_tenant_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    one = open_sandbox(path, FABRIKAM)
    one.run("New-TransportRule", {"Name": "A"})
    one.graph("POST", "/domains", {"id": "fabrikam.com"})
    for name in (one.tenant_id, one.tenant_id.upper(), FABRIKAM.upper(), "fabrikam.com"):
        assert open_sandbox(path, name).snapshot() == one.snapshot()


def test_tenants_of_one_file_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    one, two = open_sandbox(path, FABRIKAM), open_sandbox(path, "contoso.onmicrosoft.com")
    one.run("New-TransportRule", {"Name": "A"})
    two.run("New-TransportRule", {"Name": "B"})
    assert set(json.loads(path.read_text())["tenants"]) == {one.tenant_id, two.tenant_id}
    assert [Wired(sandbox).one("Get-TransportRule")["Name"] for sandbox in (one, two)] == ["A", "B"]


def test_writers_in_many_threads_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    boxes = [open_sandbox(path, FABRIKAM) for _ in range(4)]
    gate = threading.Barrier(4)

    def write(place: int) -> None:
        gate.wait()
        for number in range(5):
            Wired(boxes[place]).call("New-TransportRule", Name=f"{place}.{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    rules = Wired(open_sandbox(path, FABRIKAM)).objects("Get-TransportRule")
    assert len({rule["Name"] for rule in rules}) == 20
    assert len({rule["Guid"] for rule in rules}) == 20
    assert [rule["Priority"] for rule in rules] == list(range(20))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tenants": {"a": {}}}', '{"tenants": {}, "version": 2}'])
def test_a_file_that_isnt_ours_is_said_to_be_so_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sandbox.json"
    path.write_text(text)
    sandbox = open_sandbox(path, FABRIKAM)
    with pytest.raises(Unusable, match="isn't a sandbox's file"):
        sandbox.run("New-TransportRule", {"Name": "A"})
    assert path.read_text() == text


def test_a_folder_in_its_place_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="can't be used"):
        open_sandbox(tmp_path, FABRIKAM).snapshot()


def test_a_refused_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    wire = Wired(open_sandbox(path, FABRIKAM))
    wire.call("New-TransportRule", Name="A")
    before = path.stat().st_mtime_ns, path.stat().st_ino
    wire.call("New-TransportRule", Name="a")
    wire.call("Set-TransportRule", Identity="A")
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
