"""Two configurations of one tenant, between which everything happens, and what nobody manages in it."""

from __future__ import annotations

from lifecycle import bench, stories
from mailform_providers.sandbox import Sandbox

DOMAIN = "fabrikam.onmicrosoft.com"
_FORGETS = "[accepted_domain.fresh]\n"


def sides(tenant: str, cloud: str) -> tuple[str, str]:
    """The story of the crash tests, so that going back undoes all of it: its domain is deleted again."""
    head = f'[tenant]\nid = "{tenant}"\ncloud = "{cloud}"\n'
    before, after = (text.replace(bench.TENANT, head) for text in (stories.BEFORE, stories.AFTER))
    return before, after.replace(_FORGETS, f'{_FORGETS}on_destroy = "delete"\n')


def plant(hand: Sandbox) -> None:
    """What an administrator made: rules before and between ours, and a connector."""
    for name, priority in (("Foreign first", 0), ("Foreign in between", 4)):
        settings = {"Name": name, "SubjectContainsWords": [name], "SetSCL": 3}
        hand.run("New-TransportRule", {**settings, "Priority": min(priority, len(hand.tenant.of("transport_rule")))})
    hand.run("New-InboundConnector", {"Name": "Foreign", "SenderDomains": ["else.contoso.com"]})
