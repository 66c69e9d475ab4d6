"""Two configurations of one tenant, between which everything happens, and what nobody manages in it."""

from __future__ import annotations

from lifecycle import bench, stories
from mailform_providers.sandbox import Sandbox

DOMAIN = "fabrikam.onmicrosoft.com"
FLAVOUR = "flavour"
"""The variable by which the configurations of a race differ."""

_FORGETS = "[accepted_domain.fresh]\n"


def sides(tenant: str, cloud: str) -> tuple[str, str]:
    """The story of the crash tests, so that going back undoes all of it: its domain is deleted again."""
    head = f'[tenant]\nid = "{tenant}"\ncloud = "{cloud}"\n'
    before, after = (text.replace(bench.TENANT, head) for text in (stories.BEFORE, stories.AFTER))
    return before, after.replace(_FORGETS, f'{_FORGETS}on_destroy = "delete"\n')


def race(tenant: str, cloud: str, number: int) -> str:
    """A small configuration with something to update by the flavour, and in each round something to make and to delete.
    Every resource says of which flavour it is."""
    return f"""
[tenant]
id = "{tenant}"
cloud = "{cloud}"

[variables.{FLAVOUR}]
type = "string"

[outbound_connector.out]
name = "Way out"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["${{var.{FLAVOUR}}}.contoso.com"]

[inbound_connector.back]
name = "Way back"
sender_domains = ["${{var.{FLAVOUR}}}.contoso.com"]

[transport_rule.mark]
name = "Mark ${{var.{FLAVOUR}}}"
conditions = {{ from_scope = "NotInOrganization" }}
actions = {{ prepend_subject = "[${{var.{FLAVOUR}}}]" }}

[transport_rule.round_{number}]
name = "Round {number}"
conditions = {{ subject_contains_words = ["round {number}"] }}
actions = {{ set_header_name = "X-Flavour", set_header_value = "${{var.{FLAVOUR}}}" }}
"""


def plant(hand: Sandbox) -> None:
    """What an administrator made: rules before and between ours, and a connector."""
    for name, priority in (("Foreign first", 0), ("Foreign in between", 4)):
        settings = {"Name": name, "SubjectContainsWords": [name], "SetSCL": 3}
        hand.run("New-TransportRule", {**settings, "Priority": min(priority, len(hand.tenant.of("transport_rule")))})
    hand.run("New-InboundConnector", {"Name": "Foreign", "SenderDomains": ["else.contoso.com"]})
