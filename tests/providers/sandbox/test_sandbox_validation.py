"""Validate-OutboundConnector: a task for each host and each recipient, and what makes them fail."""

from __future__ import annotations

import pytest
from wired import Wired, refusal

from mailform_providers.sandbox import Behaviour, open_sandbox

FABRIKAM = "fabrikam.onmicrosoft.com"
HOSTS = ["a.contoso.com", "b.contoso.com"]


def connected(*hosts: str, unreachable: tuple[str, ...] = ()) -> Wired:
    wire = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(unreachable_hosts=frozenset(unreachable))))
    routing = {"UseMXRecord": False, "SmartHosts": list(hosts)} if hosts else {"UseMXRecord": True}
    wire.sandbox.run("New-OutboundConnector", {"Name": "Out", **routing})  # type: ignore[dict-item]
    return wire


def tasks(wire: Wired, *recipients: str) -> list[tuple[str, bool]]:
    found = wire.objects("Validate-OutboundConnector", Identity="Out", Recipients=list(recipients))
    return [(task["TaskName"], task["IsTaskSuccessful"]) for task in found]


def test_every_host_and_every_recipient_has_a_task() -> None:
    assert tasks(connected(*HOSTS), "a@contoso.com", "b@contoso.com") == [
        ("Check connectivity to 'a.contoso.com'", True),
        ("Check connectivity to 'b.contoso.com'", True),
        ("Send test email to 'a@contoso.com'", True),
        ("Send test email to 'b@contoso.com'", True),
    ]


@pytest.mark.parametrize(
    ("unreachable", "ok"),
    [((), [True, True, True]), (HOSTS[:1], [False, True, True]), (HOSTS, [False] * 3), (("*",), [False] * 3)],
)
def test_a_host_that_cant_be_reached_fails_its_task_and_with_all_of_them_the_mail(
    unreachable: tuple[str, ...], ok: list[bool]
) -> None:
    wire = connected(*HOSTS, unreachable=tuple(unreachable))
    assert [done for _, done in tasks(wire, "a@contoso.com")] == ok


def test_without_a_smart_host_the_recipients_own_is_asked() -> None:
    assert tasks(connected(), "a@contoso.com")[0] == ("Check connectivity to 'contoso.com'", True)


def test_a_validation_changes_nothing_but_is_in_the_log_as_a_write() -> None:
    wire = connected(*HOSTS)
    before = wire.sandbox.tenant
    tasks(wire, "a@contoso.com")
    assert wire.sandbox.tenant is before
    assert [request.operation for request in wire.sandbox.writes] == ["Validate-OutboundConnector"]


def test_what_cant_be_validated_is_refused() -> None:
    wire = connected(*HOSTS)
    missing = wire.call("Validate-OutboundConnector", Identity="Nope", Recipients=["a@contoso.com"])
    assert (missing.status_code, "'Nope' couldn't be found" in refusal(missing)) == (404, True)
    assert wire.call("Validate-OutboundConnector", Identity="Out").status_code == 400
    assert wire.call("Validate-OutboundConnector", Identity="Out", Recipients=[]).status_code == 400
    assert "'nobody'" in refusal(wire.call("Validate-OutboundConnector", Identity="Out", Recipients=["nobody"]))
