"""What has to fit between resources: a routing rule and its connector, the way out and the way back in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mailform.configuration import domains
from mailform.configuration.draft import Draft
from mailform.configuration.findings import shown
from mailform.diagnostics import Diagnostic, Severity
from mailform.expression import Unknown
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.address import Address

ROUTE = "actions.route_message_outbound_connector"
_RETAINED = "cloud_services_mail_enabled"
_CERTIFICATE = "tls_sender_certificate_name"


def routing(drafts: Mapping[Address, Draft]) -> Iterator[tuple[Address, Diagnostic]]:
    """What doesn't fit between the resources of a configuration, each with the resource that it is about."""
    of_kind = {kind: [draft for draft in drafts.values() if draft.address.kind == kind] for kind in KINDS}
    routed = {}
    for rule in of_kind[TRANSPORT_RULE]:
        if rule.says(ROUTE):
            yield from _about(rule, _loop(rule))
            if (connector := _connector(rule, of_kind[OUTBOUND_CONNECTOR])) is not None:
                yield from _about(rule, _reachable(rule, connector))
                routed[connector.address] = connector
    back = [draft for draft in of_kind[INBOUND_CONNECTOR] if draft.get("connector_type") == "OnPremises"]
    for connector in routed.values():
        yield from _about(connector, _retained(connector, back))
    for connector in back:
        yield from _about(connector, _proven(connector, of_kind[ACCEPTED_DOMAIN]))


def _about(draft: Draft, found: Iterable[Diagnostic]) -> Iterator[tuple[Address, Diagnostic]]:
    return ((draft.address, one) for one in found)


def same_names(drafts: Mapping[Address, Draft]) -> Iterator[Diagnostic]:
    """Two resources of one kind that want one name."""
    taken: dict[tuple[str, str], Draft] = {}
    for draft in drafts.values():
        naming = KINDS[draft.address.kind].naming
        name = draft.get(naming)
        if not isinstance(name, str):
            continue
        first = taken.setdefault((draft.address.kind, name.casefold()), draft)
        if first is not draft:
            as_shown = "the same" if naming in draft.resource.sensitive else shown(name)
            message = f"`{first.address}` and `{draft.address}` have one {naming}: {as_shown}"
            hint = f"the first is at {first.at(naming)}; give one of them another {naming}"
            if first.address.block == draft.address.block:
                hint = f"let the {naming} differ by key: use ${{each.key}} in it"
            yield Diagnostic("duplicate-name", message, draft.at(naming), hint)


def _connector(rule: Draft, connectors: list[Draft]) -> Draft | None:
    """The connector that a rule routes to, if it is of this configuration: by its name, as the rule comes to it."""
    wanted = rule.get(ROUTE)
    for connector in connectors:
        name = connector.get("name")
        if isinstance(wanted, str) and isinstance(name, str) and wanted.casefold() == name.casefold():
            return connector
        if isinstance(wanted, Unknown) and connector.address in rule.resource.references:
            return connector
    return None


def _loop(rule: Draft) -> Iterator[Diagnostic]:
    if not rule.says_any("exceptions"):
        message = f"`{rule.address}` routes mail away and has no exception: what comes back is sent away again"
        hint = "add the header that the service stamps: `exceptions = { header_contains_message_header = …, … }`"
        yield Diagnostic("loop", message, rule.at(ROUTE), hint, Severity.WARNING)


def _reachable(rule: Draft, connector: Draft) -> Iterator[Diagnostic]:
    scoped = connector.get("is_transport_rule_scoped")
    if scoped is not True and not isinstance(scoped, Unknown):
        message = f"`{rule.address}` routes to `{connector.address}`, which isn't `is_transport_rule_scoped`"
        hint = f"add `is_transport_rule_scoped = true` to [{connector.address}]"
        yield Diagnostic("connector-not-scoped", message, connector.at("is_transport_rule_scoped"), hint)
    if connector.get("enabled") is False:
        message = f"`{rule.address}` routes to `{connector.address}`, which is switched off"
        yield Diagnostic("connector-disabled", message, connector.at("enabled"), "switch it on, or take the rule out")


def _retained(out: Draft, back: list[Draft]) -> Iterator[Diagnostic]:
    leaving = _is_on(out, _RETAINED)
    if leaving is None or not back or any(_is_on(draft, _RETAINED) in (leaving, None) for draft in back):
        return
    lost = (
        "the internal headers are lost on the way back" if leaving else "on the way back in the setting means nothing"
    )
    message = f"`{_RETAINED}` of `{out.address}` and of `{back[0].address}` differ: {lost}"
    yield Diagnostic("retained-headers", message, back[0].at(_RETAINED), "set both to true", Severity.WARNING)


def _is_on(draft: Draft, name: str) -> bool | None:
    value = draft.get(name)
    return None if isinstance(value, Unknown) else value is True


def _proven(connector: Draft, accepted: list[Draft]) -> Iterator[Diagnostic]:
    name = connector.get(_CERTIFICATE)
    known = [draft.get("domain") for draft in accepted]
    # Without domains of its own the configuration knows nothing of the tenant's; planning looks there.
    if not isinstance(name, str) or not name or not known or any(isinstance(domain, Unknown) for domain in known):
        return
    if not any(isinstance(domain, str) and domains.below(name.removeprefix("*."), domain) for domain in known):
        message = f"`{_CERTIFICATE}` {shown(name)} is no accepted domain of the configuration, nor below one"
        hint = "mail is recognized only if the tenant has proven to own the domain: add an accepted_domain for it"
        yield Diagnostic("certificate-domain", message, connector.at(_CERTIFICATE), hint, Severity.WARNING)
