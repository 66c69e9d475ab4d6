"""What `mailform init` writes: mail diverted to a signature service and back, ready to be planned."""

STARTER = """\
# Mail flow as code: `mailform plan` shows what would change, `mailform apply` changes it.
#
# This example diverts what people in the organization send to a signature service, and takes it back from there.
# It runs in a sandbox: a tenant that lives in .mailform/sandbox.json and harms nobody.

[tenant]
id = "fabrikam.onmicrosoft.com" # your tenant: its GUID or any of its domains
cloud = "sandbox" # the real one: global, gcc-high, dod or china

[variables.smart_host]
type = "string"
description = "Where the signature service listens"
default = "smtp.contososignatureservice.com"

# The way out: used only by the rule below, over TLS, to a host with the right certificate.
[outbound_connector.to_signature]
name = "Office 365 to Contoso Signature Service"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["${var.smart_host}"]
tls_settings = "DomainValidation"
tls_domain = "${var.smart_host}"
cloud_services_mail_enabled = true # has to be the same on the way back

# The domain on the service's certificate. The tenant has to prove by a DNS record that it may use it.
[accepted_domain.certificate]
domain = "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"

# The way back: the service is recognized by its certificate.
[inbound_connector.from_signature]
name = "Contoso Signature Service to Office 365"
connector_type = "OnPremises"
sender_domains = ["*"]
require_tls = true
restrict_domains_to_certificate = true
tls_sender_certificate_name = "${accepted_domain.certificate.domain}"
cloud_services_mail_enabled = true

# Everything that is sent from inside goes to the service, unless it has been there: then it carries this header.
[transport_rule.route]
name = "Route email to Contoso Signature Service"
conditions = { from_scope = "InOrganization" }
actions = { route_message_outbound_connector = "${outbound_connector.to_signature.name}", stop_rule_processing = true }
exceptions = { header_contains_message_header = "SignatureContoso", header_contains_words = ["true"] }
depends_on = ["inbound_connector.from_signature"]
"""
"""A commented mailform.toml; valid as it is, and formatted as `mailform fmt` would."""
