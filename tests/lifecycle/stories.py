"""Two configurations of one tenant, between which everything happens: create, update, move, rename, replace,
disable, enable, delete. The rollback and crash tests go from one to the other."""

from __future__ import annotations

from lifecycle.bench import TENANT, Bench

BEFORE = (
    TENANT
    + """
[outbound_connector.signature]
name = "To signature"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["smtp.contososignatureservice.com"]

[outbound_connector.partner]
name = "To partner"
use_mx_record = false
smart_hosts = ["mx.fabrikam.com"]
recipient_domains = ["fabrikam.com"]

[outbound_connector.old]
name = "Old way out"
connector_type = "OnPremises"
use_mx_record = false
smart_hosts = ["old.fabrikam.com"]

[inbound_connector.signature]
name = "From signature"
connector_type = "OnPremises"
sender_domains = ["*"]

[inbound_connector.named]
name = "By host name"
connector_type = "Partner"
sender_domains = ["contoso.com"]
client_host_names = ["a.contoso.com"]

[inbound_connector.old]
name = "Old way in"
connector_type = "Partner"
sender_domains = ["fabrikam.com"]

[transport_rule.route]
name = "Route"
conditions = { from_scope = "InOrganization" }
actions = { route_message_outbound_connector = "${outbound_connector.signature.name}" }
exceptions = { header_contains_message_header = "X-Signed", header_contains_words = ["true"] }

[transport_rule.subject]
name = "Mark subject"
conditions = { from_scope = "NotInOrganization" }
actions = { prepend_subject = "[External]" }

[transport_rule.quiet]
name = "Switched off"
enabled = false
conditions = { sender_domain_is = ["spam.contoso.com"] }
actions = { delete_message = true }

[transport_rule.old]
name = "Old rule"
conditions = { sent_to_scope = "NotInOrganization" }
actions = { set_header_name = "X-Old", set_header_value = "1" }

[transport_rule.swap_a]
name = "Left"
conditions = { subject_contains_words = ["left"] }
actions = { set_scl = 1 }

[transport_rule.swap_b]
name = "Right"
conditions = { subject_contains_words = ["right"] }
actions = { set_scl = 2 }
"""
)

AFTER = (
    TENANT
    + """
[outbound_connector.signature]
name = "To signature, new host"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["smtp2.contososignatureservice.com"]

[outbound_connector.partner]
name = "To partner"
use_mx_record = true
recipient_domains = ["fabrikam.com", "contoso.com"]

[outbound_connector.fresh]
name = "Fresh way out"
connector_type = "OnPremises"
use_mx_record = false
smart_hosts = ["fresh.fabrikam.com"]

[inbound_connector.signature]
name = "From signature, renamed"
connector_type = "OnPremises"
sender_domains = ["*"]
require_tls = true

[inbound_connector.named]
name = "By host name"
connector_type = "Partner"
sender_domains = ["contoso.com"]
client_host_names = ["b.contoso.com"]

[inbound_connector.fresh]
name = "Fresh way in"
connector_type = "Partner"
sender_domains = ["fresh.contoso.com"]

[accepted_domain.fresh]
domain = "fresh.fabrikam.com"
domain_type = "InternalRelay"
match_sub_domains = true

[transport_rule.route]
name = "Route"
conditions = { from_scope = "InOrganization" }
actions = { route_message_outbound_connector = "${outbound_connector.signature.name}", stop_rule_processing = true }
exceptions = { header_contains_message_header = "X-Signed", header_contains_words = ["true"] }
order = { at = "last" }

[transport_rule.subject]
name = "Mark subject"
enabled = false
conditions = { from_scope = "NotInOrganization" }
actions = { prepend_subject = "[Outside]" }

[transport_rule.quiet]
name = "Switched on"
conditions = { sender_domain_is = ["spam.contoso.com"] }
actions = { delete_message = true }
order = { before = "transport_rule.subject" }

[transport_rule.fresh]
name = "Fresh rule"
conditions = { sent_to_scope = "NotInOrganization" }
actions = { set_header_name = "X-Fresh", set_header_value = "1" }
order = { at = "first" }

[transport_rule.swap_a]
name = "Right"
conditions = { subject_contains_words = ["left"] }
actions = { set_scl = 1 }

[transport_rule.swap_b]
name = "Left"
conditions = { subject_contains_words = ["right"] }
actions = { set_scl = 2 }
"""
)


def prepared_tenant(bench: Bench) -> None:
    """The tenant with BEFORE applied, and with things in it that nobody manages."""
    hand = bench.hand
    hand.run(
        "New-TransportRule",
        {"Name": "Foreign first", "SubjectContainsWords": ["a"], "SetSCL": 3},
    )
    bench.text = BEFORE
    bench.apply()
    hand.run(
        "New-TransportRule", {"Name": "Foreign in between", "SubjectContainsWords": ["b"], "SetSCL": 4, "Priority": 3}
    )
    hand.run("New-InboundConnector", {"Name": "Foreign", "SenderDomains": ["else.contoso.com"]})
    hand.run("Set-InboundConnector", {"Identity": "From signature", "Comment": "written by hand"})
    bench.text = AFTER
