"""What an administrator does to the tenant behind Mailform's back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from lifecycle.machine.configured import DOMAINS, IN, NAMES, OUT, RULE
from mailform_providers.sandbox import Sandbox, SandboxRefused

NOUNS = {RULE: "TransportRule", IN: "InboundConnector", OUT: "OutboundConnector"}
DEEDS = ("comment", "switch", "rename", "remove", "move", "add", "managed", "route")


@dataclass(frozen=True, slots=True)
class Deed:
    """`what` is done to the `which`-th object of a kind (counted round), with a number to choose by."""

    what: str
    kind: str
    which: int
    number: int


def carry_out(hand: Sandbox, deed: Deed) -> str | None:
    """Does it, as far as the service takes it; answers with the GUID of what it was done to, if that was there."""
    if deed.kind not in NOUNS:
        return _domain(hand, deed)
    noun = NOUNS[deed.kind]
    present = cast("list[dict[str, JsonValue]]", hand.run(f"Get-{noun}")["value"])
    made = deed.what == "add" or not present
    touched = None if made else str(present[deed.which % len(present)]["Guid"])
    try:
        if made:
            hand.run(f"New-{noun}", _made(deed))
        elif deed.what == "remove":
            hand.run(f"Remove-{noun}", {"Identity": touched})
        elif deed.kind == RULE and deed.what == "switch":
            hand.run(f"{'Enable' if deed.number % 2 else 'Disable'}-{noun}", {"Identity": touched})
        else:
            hand.run(f"Set-{noun}", {"Identity": touched, **_changed(deed, len(present), _connectors(hand))})
    except SandboxRefused:
        return None
    return touched


def _domain(hand: Sandbox, deed: Deed) -> str | None:
    """A domain comes or goes."""
    name = DOMAINS[deed.which % len(DOMAINS)]
    try:
        if deed.what == "remove":
            hand.graph("DELETE", f"/domains/{name}")
        else:
            hand.graph("POST", "/domains", {"id": name})
    except SandboxRefused:
        return None
    return name


def _connectors(hand: Sandbox) -> list[str]:
    found = cast("list[dict[str, JsonValue]]", hand.run("Get-OutboundConnector")["value"])
    return [str(one["Name"]) for one in found if one["IsTransportRuleScoped"]]


def _made(deed: Deed) -> dict[str, JsonValue]:
    """What a hand makes: half the time under a name that the configuration may want."""
    name: dict[str, JsonValue] = {
        "Name": NAMES[deed.which % len(NAMES)] if deed.number % 2 else f"Theirs {deed.number}"
    }
    match deed.kind:
        case "transport_rule":
            return {**name, "SubjectContainsWords": ["theirs"], "SetSCL": 1, "Priority": 0}
        case "inbound_connector":
            return {**name, "SenderDomains": ["theirs.contoso.com"]}
        case _:
            return {**name, "IsTransportRuleScoped": deed.number % 4 > 1, "ConnectorType": "OnPremises"}


def _changed(deed: Deed, count: int, connectors: list[str]) -> dict[str, JsonValue]:
    rule = deed.kind == RULE
    match deed.what:
        case "rename":
            return {"Name": NAMES[deed.number % len(NAMES)] if deed.number % 2 else f"By hand {deed.number}"}
        case "move" if rule:
            return {"Priority": deed.number % count}
        case "route" if rule and connectors:
            return {"RouteMessageOutboundConnector": connectors[deed.number % len(connectors)]}
        case "managed" if rule:
            return {"FromScope": "NotInOrganization" if deed.number % 2 else "InOrganization"}
        case "managed" if deed.kind == IN:
            return {"RequireTls": bool(deed.number % 2)}
        case "managed":
            return {"SmartHosts": [f"hand{deed.number}.contoso.com"], "UseMXRecord": False}
        case "switch":
            return {"Enabled": bool(deed.number % 2)}
        case _:
            return {"Comments" if rule else "Comment": f"by hand {deed.number}"}
