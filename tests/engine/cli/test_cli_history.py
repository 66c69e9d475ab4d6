"""Seven exports of one tenant, months apart. Most of what differs between them says nothing, and is never drift."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import JsonValue

from exports import Row, domain, inbound, outbound, rule
from mailform_providers.sandbox import records, rules
from terminal import Terminal

FOUND = "found.mailform.toml"
MONTHS = range(7)


def aged(row: Row, month: int) -> Row:
    """The same object some months later: changed by whom and when, less of the old keys, and new ones without a word
    in them."""
    moment = f"2026-{month + 1:02}-15T08:00:00Z"
    shown = {**row, "WhenChanged": moment, "WhenChangedUTC": moment, "LastModifiedBy": f"Service {month}"}
    if month >= 2:
        shown.pop("ExchangeVersion", None)
    for number in range(month // 2):
        shown |= {f"NewCondition{number}": None, f"ExceptIfNewCondition{number}": None, f"NewSwitch{number}": None}
    return shown


def the_tenant(month: int) -> dict[str, list[Row]]:
    """Its export in a month."""
    rows = {
        "Get-TransportRule": [
            rule("Mark", 0, ExchangeVersion="0.1 (8.0.535.0)"),
            rule("Sleeping", 1, State="Disabled", PrependSubject="[y] "),
            rule("Route", 2, RouteMessageOutboundConnector="Way out"),
        ],
        "Get-OutboundConnector": [outbound("Way out", ExchangeVersion="0.1 (8.0.535.0)")],
        "Get-InboundConnector": [inbound("Way in")],
        "Get-AcceptedDomain": [domain("contoso.com", ExchangeVersion="0.20 (15.0.0.0)")],
    }
    return {cmdlet: [aged(row, month) for row in found] for cmdlet, found in rows.items()}


def configured(terminal: Terminal, export: dict[str, list[Row]]) -> tuple[dict[str, Any], str]:
    """What an export becomes, and what is said of it."""
    Path("export.json").write_text(json.dumps(export), "utf-8")
    Path(FOUND).unlink(missing_ok=True)
    said = terminal.done("import", "--from", "export.json", "--out", FOUND)
    return tomllib.loads(Path(FOUND).read_text("utf-8")), said


def test_seven_exports_of_one_tenant_are_one_configuration(terminal: Terminal) -> None:
    first, said = configured(terminal, the_tenant(0))
    assert set(first["transport_rule"]) == {"mark", "sleeping", "route"}
    for month in MONTHS:
        assert configured(terminal, the_tenant(month)) == (first, said)
        assert f"by Service {month} at 2026-{month + 1:02}-15" in Path(FOUND).read_text("utf-8"), "which one it was"


def added(found: list[Row]) -> None:
    found.append(aged(rule("New", 3), 6))


def removed(found: list[Row]) -> None:
    del found[1]


def renamed(found: list[Row]) -> None:
    found[0] |= {"Name": "Mark it", "Identity": "Mark it"}


def enabled(found: list[Row]) -> None:
    found[1] |= {"State": "Enabled"}


@pytest.mark.parametrize(
    ("happens", "differs"),
    [
        (added, {("transport_rule", "new")}),
        (removed, {("transport_rule", "sleeping"), ("transport_rule", "route", "order", "after")}),
        (
            renamed,
            {
                ("transport_rule", "mark"),
                ("transport_rule", "mark_it"),
                ("transport_rule", "sleeping", "order", "after"),
            },
        ),
        (enabled, {("transport_rule", "sleeping", "enabled")}),
    ],
)
def test_what_happened_to_a_rule_is_all_that_differs_in_the_next_export(
    terminal: Terminal, happens: Callable[[list[Row]], None], differs: set[tuple[str, ...]]
) -> None:
    before, _ = configured(terminal, the_tenant(0))
    later = the_tenant(6)
    happens(later["Get-TransportRule"])
    after, _ = configured(terminal, later)
    assert different(before, after) == differs


def different(before: Any, after: Any, at: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Where two documents differ: what one alone has, and values that are not the same."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return set() if before == after else {at}
    alone = {(*at, key) for key in before.keys() ^ after.keys()}
    both = (different(before[key], after[key], (*at, key)) for key in before.keys() & after.keys())
    return alone.union(*both)


@pytest.fixture
def years(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A tenant that was taken over in the first month, and how to let it be another month."""
    now = 0

    def aging(shown: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *told: aged(shown(*told), now)

    monkeypatch.setattr(rules, "rule_record", aging(rules.rule_record))
    for name in ("connector", "accepted_domain"):
        monkeypatch.setattr(records, name, aging(getattr(records, name)))
    terminal.write("")
    for name, subject in (("Mark", "[x] "), ("Sleeping", "[y] ")):
        conditions = {"conditions.from_scope": "InOrganization", "actions.prepend_subject": subject}
        terminal.by_hand("transport_rule", {"name": name, "enabled": name == "Mark", **conditions})
    terminal.by_hand("inbound_connector", {"name": "Way in", "sender_domains": ("contoso.com",)})
    terminal.by_hand("outbound_connector", {"name": "Way out", "recipient_domains": ("fabrikam.com",)})
    terminal.done("import", "--all", "--out", FOUND)

    def later(month: int) -> None:
        nonlocal now
        now = month

    return later


def test_a_tenant_that_only_grew_older_has_not_drifted(terminal: Terminal, years: Callable[[int], None]) -> None:
    for month in MONTHS:
        years(month)
        (shown,) = cast("list[dict[str, JsonValue]]", terminal.sandbox.run("Get-InboundConnector")["value"])[:1]
        assert ("ExchangeVersion" in shown, len([key for key in shown if key.startswith("New")])) == (
            month < 2,
            2 * (month // 2),
        ), "it did grow older"
        assert terminal.done("drift", "--detailed-exitcode") == "No drift. The tenant has what was recorded.\n"
        assert terminal.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("cmdlet", "given", "drifted", "steps"),
    [
        ("New-TransportRule", {"Name": "New", "FromScope": "InOrganization", "SetSCL": 1}, [], []),
        (
            "Remove-TransportRule",
            {"Identity": "Sleeping"},
            [("transport_rule.sleeping", "delete", {})],
            [("transport_rule.sleeping", ["create"])],
        ),
        (
            "Set-TransportRule",
            {"Identity": "Mark", "Name": "Mark it"},
            [("transport_rule.mark", "update", {"name": ("Mark", "Mark it")})],
            [("transport_rule.mark", ["update"])],
        ),
        (
            "Enable-TransportRule",
            {"Identity": "Sleeping"},
            [("transport_rule.sleeping", "update", {"enabled": (False, True)})],
            [("transport_rule.sleeping", ["update"])],
        ),
    ],
)
def test_what_happened_to_a_rule_is_all_that_drifted(
    terminal: Terminal,
    years: Callable[[int], None],
    cmdlet: str,
    given: dict[str, Any],
    drifted: list[object],
    steps: list[object],
) -> None:
    terminal.sandbox.run(cmdlet, given)
    years(6)
    ran = terminal.run("drift", "--json", "--detailed-exitcode")
    assert ran.code == (2 if drifted else 0)
    assert [told(one) for one in ran.document["resource_drift"]] == drifted
    changes = terminal.run("plan", "--json").document["resource_changes"]
    done = [(one["address"], one["change"]["actions"]) for one in changes]
    assert [one for one in done if one[1] != ["no-op"]] == steps


def told(drift: dict[str, Any]) -> tuple[str, str, dict[str, tuple[object, object]]]:
    """A drift's address, what happened, and each attribute that differs before and after."""
    (action,) = drift["change"]["actions"]
    before, after = drift["change"]["before"] or {}, drift["change"]["after"]
    changed = {} if after is None else {key: (before[key], after[key]) for key in before if before[key] != after[key]}
    return drift["address"], action, changed
