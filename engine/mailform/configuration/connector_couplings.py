"""What goes together within a connector, and within an accepted domain."""

from __future__ import annotations

from collections.abc import Iterator

from mailform.configuration import domains
from mailform.configuration.addresses import is_range, is_sender
from mailform.configuration.draft import Draft
from mailform.diagnostics import Diagnostic
from mailform.expression import Unknown
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Form
from mailform_state.values import Value


def _smart_hosts(draft: Draft) -> Iterator[Diagnostic]:
    if draft.get("use_mx_record") is False and not draft.says("smart_hosts"):
        message = "`use_mx_record = false` needs `smart_hosts`: mail has to go somewhere"
        yield draft.error("needs-other", message, "use_mx_record", 'add `smart_hosts = ["…"]`')
    if draft.says("smart_hosts") and not _false_or_unknown(draft.get("use_mx_record")):
        message = "`smart_hosts` needs `use_mx_record = false`: with MX records the service clears them"
        yield draft.error("needs-other", message, "smart_hosts", "add `use_mx_record = false`")


def _false_or_unknown(value: Value | Unknown) -> bool:
    return value is False or isinstance(value, Unknown)


def _tls(draft: Draft) -> Iterator[Diagnostic]:
    settings = draft.get("tls_settings")
    if settings == "DomainValidation" and not draft.says("tls_domain"):
        message = '`tls_settings = "DomainValidation"` needs `tls_domain`'
        yield draft.error("needs-other", message, "tls_settings", 'add `tls_domain = "…"`, the name on the certificate')
    if draft.says("tls_domain") and settings != "DomainValidation" and not isinstance(settings, Unknown):
        message = '`tls_domain` means something only with `tls_settings = "DomainValidation"`'
        yield draft.error("needs-other", message, "tls_domain", 'add `tls_settings = "DomainValidation"`')


def _on_premises(draft: Draft) -> Iterator[Diagnostic]:
    kind = draft.get("connector_type")
    if kind == "OnPremises" or isinstance(kind, Unknown):
        return
    for name in draft.values:
        if KINDS[draft.address.kind].attributes[name].on_premises:
            message = f"`{name}` is for OnPremises connectors only"
            yield draft.error("on-premises-only", message, name, 'add `connector_type = "OnPremises"`, or take it out')


def _internal(draft: Draft) -> Iterator[Diagnostic]:
    name = "treat_messages_as_internal"
    if draft.get(name) is not True:
        return
    if draft.get("cloud_services_mail_enabled") is True:
        message = f"`{name}` and `cloud_services_mail_enabled` can't both be true"
        yield draft.error("excludes-other", message, name, "set one of them to false")
    kind = draft.get("connector_type")
    if kind != "OnPremises" and not isinstance(kind, Unknown):
        message = f"`{name}` is for OnPremises connectors only"
        yield draft.error("on-premises-only", message, name, 'add `connector_type = "OnPremises"`, or take it out')


def _sender_addresses(draft: Draft) -> Iterator[Diagnostic]:
    name = "sender_ip_addresses"
    for address in draft.texts(name):
        if not is_sender(address):
            hint = "write an IPv4 address, or a network from /24 to /32"
            yield draft.error("bad-address", f"`{name}` can't have {draft.shown(name, address)}", name, hint)


def _wildcards(draft: Draft) -> Iterator[Diagnostic]:
    for name in draft.values:
        form = KINDS[draft.address.kind].attributes[name].form
        if form not in (Form.ADDRESS_SPACE, Form.DOMAIN, Form.HOST) or name == "domain":
            continue
        for text in draft.texts(name):
            domain = text.partition(";")[0].rpartition(":")[2] if form is Form.ADDRESS_SPACE else text
            if "*" in domain.removeprefix("*." if domain != "*" else "*"):
                message = f"`{name}`: the wildcard in {draft.shown(name, text)} isn't at the beginning"
                yield draft.error("embedded-wildcard", message, name, "write *.contoso.com, or list the domains")


def _both_recipients(draft: Draft) -> Iterator[Diagnostic]:
    if draft.get("all_accepted_domains") is True and draft.says("recipient_domains"):
        message = "`recipient_domains` wins over `all_accepted_domains`, which then does nothing"
        yield draft.warning("no-effect", message, "all_accepted_domains", "take one of them out")


def _certificate_of_hosts(draft: Draft) -> Iterator[Diagnostic]:
    covering = draft.get("tls_domain")
    if not isinstance(covering, str) or not covering:
        return
    for host in draft.texts("smart_hosts"):
        if not is_range(host.strip("[]")) and not domains.covers(covering, host):
            names = f"{draft.shown('tls_domain')} doesn't cover the smart host {draft.shown('smart_hosts', host)}"
            hint = "mail would wait: use the name that is on the smart host's certificate"
            yield draft.warning("tls-domain", f"`tls_domain` {names}", "tls_domain", hint)


def _sub_domains(draft: Draft) -> Iterator[Diagnostic]:
    kind = draft.get("domain_type")
    if draft.get("match_sub_domains") is True and kind != "InternalRelay" and not isinstance(kind, Unknown):
        message = '`match_sub_domains` works with `domain_type = "InternalRelay"` only'
        yield draft.error("needs-other", message, "match_sub_domains", 'add `domain_type = "InternalRelay"`')


OUTBOUND_COUPLINGS = (_smart_hosts, _tls, _on_premises, _wildcards, _both_recipients, _certificate_of_hosts)
"""Every check of an outbound connector."""

INBOUND_COUPLINGS = (_internal, _sender_addresses, _wildcards)
"""Every check of an inbound connector."""

DOMAIN_COUPLINGS = (_sub_domains,)
"""Every check of an accepted domain."""
