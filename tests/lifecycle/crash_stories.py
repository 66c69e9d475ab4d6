"""Small stories in which a run dies at every instant, twice. Together they create, update, move, rename, replace, swap,
disable, enable and delete; each is short, since the second crash squares what has to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lifecycle.bench import SCENARIO, TENANT, Bench
from lifecycle.stories import AFTER, BEFORE, prepared_tenant


@dataclass(frozen=True, slots=True)
class CrashStory:
    """From one configuration to another. `before` None: nothing was ever applied. `twice`: short enough for a second
    crash at every instant of the recovery."""

    name: str
    before: str | None
    after: str
    twice: bool = True
    prepare: Callable[[Bench], None] | None = None

    def prepared(self, bench: Bench) -> None:
        """Brings the tenant to where the story begins, with things in it that nobody manages."""
        if self.prepare is not None:
            self.prepare(bench)
        else:
            bench.hand.run("New-TransportRule", {"Name": "Foreign first", "SubjectContainsWords": ["a"], "SetSCL": 3})
            bench.hand.run("New-InboundConnector", {"Name": "Foreign way in", "SenderDomains": ["else.contoso.com"]})
            if self.before is not None:
                bench.text = self.before
                bench.apply()
            bench.hand.run(
                "New-TransportRule",
                {"Name": "Foreign second", "SubjectContainsWords": ["b"], "SetSCL": 4, "Priority": 1},
            )
        bench.text = self.after


CREATE = CrashStory("create", None, SCENARIO)

UPDATE = CrashStory(
    "update and rename",
    TENANT
    + """
[outbound_connector.partner]
name = "To partner"
use_mx_record = false
smart_hosts = ["mx.fabrikam.com"]
recipient_domains = ["fabrikam.com"]

[inbound_connector.signature]
name = "From signature"
connector_type = "OnPremises"
sender_domains = ["*"]

[transport_rule.swap_a]
name = "Left"
conditions = { subject_contains_words = ["left"] }
actions = { set_scl = 1 }

[transport_rule.swap_b]
name = "Right"
conditions = { subject_contains_words = ["right"] }
actions = { set_scl = 2 }
""",
    TENANT
    + """
[outbound_connector.partner]
name = "To partner"
use_mx_record = true
recipient_domains = ["fabrikam.com", "contoso.com"]

[inbound_connector.signature]
name = "From signature, renamed"
connector_type = "OnPremises"
sender_domains = ["*"]
require_tls = true

[transport_rule.swap_a]
name = "Right"
conditions = { subject_contains_words = ["left"] }
actions = { set_scl = 1 }

[transport_rule.swap_b]
name = "Left"
conditions = { subject_contains_words = ["right"] }
actions = { set_scl = 3 }
""",
)

ORDER = CrashStory(
    "move, disable, enable",
    TENANT
    + """
[transport_rule.first]
name = "First"
conditions = { subject_contains_words = ["first"] }
actions = { set_scl = 1 }

[transport_rule.on]
name = "On"
conditions = { subject_contains_words = ["on"] }
actions = { set_scl = 2 }

[transport_rule.off]
name = "Off"
enabled = false
conditions = { subject_contains_words = ["off"] }
actions = { set_scl = 4 }
""",
    TENANT
    + """
[transport_rule.first]
name = "First"
conditions = { subject_contains_words = ["first"] }
actions = { set_scl = 1 }
order = { at = "last" }

[transport_rule.on]
name = "On"
enabled = false
conditions = { subject_contains_words = ["on"] }
actions = { set_scl = 3 }

[transport_rule.off]
name = "Off"
conditions = { subject_contains_words = ["off"] }
actions = { set_scl = 4 }
order = { before = "transport_rule.on" }

[transport_rule.fresh]
name = "Fresh"
conditions = { subject_contains_words = ["fresh"] }
actions = { set_scl = 5 }
order = { at = "first" }
""",
)

RETIRE = CrashStory(
    "delete",
    TENANT
    + """
[outbound_connector.old]
name = "Old way out"
connector_type = "OnPremises"
use_mx_record = false
smart_hosts = ["old.fabrikam.com"]

[inbound_connector.old]
name = "Old way in"
connector_type = "Partner"
sender_domains = ["fabrikam.com"]

[accepted_domain.old]
domain = "old.fabrikam.com"
on_destroy = "delete"

[transport_rule.old]
name = "Old rule"
conditions = { sent_to_scope = "NotInOrganization" }
actions = { set_header_name = "X-Old", set_header_value = "1" }

[transport_rule.kept]
name = "Kept"
conditions = { subject_contains_words = ["kept"] }
actions = { set_scl = 1 }
""",
    TENANT
    + """
[transport_rule.kept]
name = "Kept"
conditions = { subject_contains_words = ["kept", "changed"] }
actions = { set_scl = 1 }
""",
)

REPLACE = CrashStory(
    "replace",
    TENANT
    + """
[outbound_connector.signature]
name = "To signature"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["smtp.contososignatureservice.com"]

[inbound_connector.named]
name = "By host name"
connector_type = "Partner"
sender_domains = ["contoso.com"]
client_host_names = ["a.contoso.com"]

[transport_rule.route]
name = "Route"
conditions = { from_scope = "InOrganization" }
actions = { route_message_outbound_connector = "${outbound_connector.signature.name}" }
""",
    TENANT
    + """
[outbound_connector.signature]
name = "To signature, new host"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["smtp2.contososignatureservice.com"]

[inbound_connector.named]
name = "By host name"
connector_type = "Partner"
sender_domains = ["contoso.com"]
client_host_names = ["b.contoso.com"]

[transport_rule.route]
name = "Route"
conditions = { from_scope = "InOrganization" }
actions = { route_message_outbound_connector = "${outbound_connector.signature.name}" }
""",
)

EVERYTHING = CrashStory("everything at once", BEFORE, AFTER, twice=False, prepare=prepared_tenant)

SHORT = (CREATE, UPDATE, ORDER, RETIRE, REPLACE)
