"""Plans made by hand, with one of everything in them."""

from __future__ import annotations

from dataclasses import replace

from mailform.diagnostics import Diagnostic, Position, Severity
from mailform.expression import Reference, Template, Unknown
from mailform.planning.steps import (
    Adopt,
    Create,
    Deferred,
    Delete,
    Difference,
    Drift,
    Forget,
    Kept,
    Move,
    Note,
    OutputChange,
    Plan,
    Readdress,
    Replace,
    Retry,
    Settle,
    Update,
    Withdraw,
)
from mailform.wanted import Configuration, OutputBlock, Resource, Tenant, Wanted
from mailform_providers.contract import Observed
from mailform_state.address import Address
from mailform_state.values import Attribute, DnsRecord, Output, PendingDelete, Recorded, State, Value

HERE = Position("mailform.toml", 1, 1, "[tenant]")
OUT = Address.parse("outbound_connector.to_signature")
IN = Address.parse("inbound_connector.from_signature")
OLD = Address("accepted_domain", "old")
OLDER = Address("accepted_domain", "older")
DOMAIN = Address.parse("accepted_domain.certificate")
ROUTE = Address.parse("transport_rule.route")
EXTERNAL = Address.parse("transport_rule.external")
NAME = "Office 365 to Contoso Signature Service"
CERTIFICATE = "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def address(text: str) -> Address:
    return Address.parse(text)


def wanted(
    at: Address, attributes: dict[str, Value | Unknown], *sensitive: str, needs: tuple[Address, ...] = ()
) -> Wanted:
    return Wanted(at, attributes, HERE, dependencies=frozenset(needs), sensitive=frozenset(sensitive))


def create(at: Address, attributes: dict[str, Value | Unknown], *sensitive: str) -> Create:
    return Create(wanted(at, attributes, *sensitive), attributes)


def observed(at: Address, id: str, attributes: dict[str, Value], **facts: Value) -> Observed:
    return Observed(at.kind, id, str(attributes.get("name") or attributes.get("domain")), attributes, facts)


def recorded(at: Address, id: str, attributes: dict[str, Value], *sensitive: str) -> Recorded:
    held = {name: Attribute(value, value, name in sensitive) for name, value in attributes.items()}
    return Recorded(at, id, held)


def later(at: Address, attribute: str = "id") -> Unknown:
    return Unknown(Template((Reference(at, attribute),)))


OUTBOUND: dict[str, Value | Unknown] = {
    "name": NAME,
    "enabled": True,
    "cloud_services_mail_enabled": True,
    "connector_type": "OnPremises",
    "is_transport_rule_scoped": True,
    "smart_hosts": ("smtp.contososignatureservice.com",),
    "tls_domain": "smtp.contososignatureservice.com",
    "tls_settings": "DomainValidation",
    "use_mx_record": False,
}
INBOUND: dict[str, Value | Unknown] = {
    "name": "Contoso Signature Service to Office 365",
    "enabled": True,
    "cloud_services_mail_enabled": True,
    "connector_type": "OnPremises",
    "require_tls": True,
    "restrict_domains_to_certificate": True,
    "sender_domains": ("*",),
    "tls_sender_certificate_name": CERTIFICATE,
}
RULE: dict[str, Value | Unknown] = {
    "name": "Route email to Contoso Signature Service",
    "enabled": True,
    "conditions.from_scope": "InOrganization",
    "exceptions.header_contains_message_header": "SignatureContoso",
    "exceptions.header_contains_words": ("true",),
    "actions.route_message_outbound_connector": NAME,
    "actions.stop_rule_processing": True,
}


def scenario() -> Plan:
    """The first apply on an empty tenant that has one rule and one connector of its own."""
    return Plan(
        steps=(
            create(DOMAIN, {"domain": CERTIFICATE}),
            create(OUT, OUTBOUND),
            create(IN, INBOUND),
            create(ROUTE, RULE),
        ),
        deferred=(Deferred(IN, DOMAIN), Deferred(ROUTE, DOMAIN)),
        outputs=(OutputChange("connector", None, later(OUT), sensitive=False),),
        rules_before=(guid(90),),
        rules_after=(guid(90), str(ROUTE)),
        foreign={"transport_rule": 1, "outbound_connector": 1, "accepted_domain": 0},
    )


LONG_TEXT = "<p>Confidential.</p>\n" + "This message is meant for its recipients alone. " * 6 + "<p>Fabrikam</p>"


def mixed() -> Plan:
    """Every sort of step and remark in one plan."""
    route = observed(
        ROUTE,
        guid(1),
        {
            "name": "Route",
            "enabled": False,
            "comments": "by hand",
            "conditions.from_scope": "InOrganization",
            "conditions.has_no_classification": False,
            "exceptions.header_contains_words": ("true", "yes", "TRUE"),
            "actions.route_message_outbound_connector": "Old",
            "actions.apply_html_disclaimer_text": LONG_TEXT,
        },
        priority=7,
    )
    outbound = observed(OUT, guid(2), {"name": "Old", "enabled": True, "connector_type": "OnPremises"})
    inbound = observed(IN, guid(3), {"name": "In", "client_host_names": ("a.example",)})
    domain = observed(
        DOMAIN,
        CERTIFICATE,
        {"domain": CERTIFICATE},
        verified=False,
        verification_txt="MS=ms12345678",
        verification_mx="ms1.msv1.invalid",
    )
    external = observed(EXTERNAL, guid(4), {"name": "External", "actions.prepend_subject": "[EXT] "})
    gone = address("transport_rule.gone")
    unwanted = observed(
        address("transport_rule.unwanted"),
        guid(5),
        {"name": "Un\u202ewanted", "enabled": True, "actions.delete_message": True},
    )
    steps = (
        Adopt(
            replace(wanted(DOMAIN, {"domain": CERTIFICATE}), dns_zone="contososignatureservice.com"),
            domain,
            (Difference("verified", False, True, note=Note.PROOF), Difference("email", False, True, note=Note.MAIL)),
        ),
        Replace(
            wanted(OUT, {**OUTBOUND, "name": "New"}),
            outbound,
            {**OUTBOUND, "name": "New"},
            (Difference("name", "Old", "New"),),
            aside=False,
        ),
        Replace(
            wanted(IN, {"name": "In"}),
            inbound,
            {"name": "In", "client_host_names": ("b.example",)},
            (Difference("client_host_names", ("a.example",), ("b.example",)),),
            aside=True,
        ),
        Update(
            wanted(ROUTE, RULE, "comments"),
            route,
            (
                Difference("name", "Route", "Route email"),
                Difference("enabled", False, True),
                Difference("comments", "by hand", "hunter2", sensitive=True),
                Difference("conditions.from_scope", "InOrganization", None, note=Note.UNWRITTEN),
                Difference("exceptions.header_contains_words", ("true", "yes", "TRUE"), ("true", "no")),
                Difference("actions.route_message_outbound_connector", "Old", later(OUT, "name")),
                Difference(
                    "actions.apply_html_disclaimer_text", LONG_TEXT, LONG_TEXT.replace("alone. <p>", "only. <p>")
                ),
                Difference("mode", "Audit", "Enforce", note=Note.RESET),
                Difference("activation_date", "2026-01-01", "2026-01-01", note=Note.RELEASED),
            ),
        ),
        Move(ROUTE, guid(1), "Route", 7, 1),
        Settle(DOMAIN, CERTIFICATE, {"on_destroy": ("forget", "delete")}),
        Readdress(address("transport_rule.outside"), EXTERNAL, guid(4)),
        Forget(gone, guid(6), gone=True),
        Delete(recorded(unwanted_address(), guid(5), {"name": "Unwanted"}), unwanted),
        Retry(PendingDelete("outbound_connector", guid(7), "Older", OUT, "a rule still uses it"), outbound),
        Retry(PendingDelete("inbound_connector", guid(8), "Oldest", IN, "refused"), None),
        Withdraw(DnsRecord("contoso.com", "old.contoso.com", "TXT", "MS=ms87654321", OLD), reachable=True),
        Withdraw(DnsRecord("fabrikam.com", "fabrikam.com", "TXT", "MS=\x1b[2J", OLDER), reachable=False),
    )
    return Plan(
        steps=steps,
        drift=(
            Drift(
                ROUTE,
                guid(1),
                "Route",
                differences=(
                    Difference("enabled", True, False),
                    Difference("exceptions.header_contains_words", ("true",), ("true", "yes", "TRUE")),
                ),
                changed_by="admin@fabrikam.com",
                changed_at="2026-11-20T08:15:00Z",
            ),
            Drift(gone, guid(6), "Gone", gone=True),
        ),
        kept=(
            Kept(recorded(EXTERNAL, guid(4), {"name": "External"}), external, wanted(EXTERNAL, {"name": "External"})),
        ),
        deferred=(Deferred(ROUTE, DOMAIN),),
        outputs=(
            OutputChange("host", Output("old.example"), "new.example", sensitive=False),
            OutputChange("secret", Output("hunter2", sensitive=True), "hunter3", sensitive=True),
            OutputChange("gone", Output(("a", "b")), None, sensitive=False, gone=True),
            OutputChange("table", Output({"a": 1, "b": ("x",)}), {"a": 2, "b": ("x", "y")}, sensitive=False),
        ),
        rules_before=(guid(90), guid(4), guid(5), guid(1)),
        rules_after=(guid(90), guid(1), guid(4)),
        observed={
            "transport_rule": (
                replace(observed(ROUTE, guid(90), {"name": "DLP \x1b[31mrule"}), unsupported="made by DLP"),
                external,
                unwanted,
                route,
            ),
            "outbound_connector": (outbound,),
            "inbound_connector": (inbound,),
            "accepted_domain": (domain,),
        },
        foreign={"transport_rule": 1},
        unsupported=(replace(observed(ROUTE, guid(90), {"name": "DLP \x1b[31mrule"}), unsupported="made by DLP"),),
        warnings=(Diagnostic("loop", "this rule may loop", HERE, "Give it an exception", Severity.WARNING),),
    )


def unwanted_address() -> Address:
    return address("transport_rule.unwanted")


def state() -> State:
    """The state from which `mixed` was planned."""
    held = (
        recorded(OUT, guid(2), {"name": "Old"}),
        recorded(IN, guid(3), {"name": "In", "client_host_names": ("a.example",)}),
        recorded(ROUTE, guid(1), {"name": "Route", "comments": "hunter1"}, "comments"),
        recorded(address("transport_rule.outside"), guid(4), {"name": "External"}),
        recorded(unwanted_address(), guid(5), {"name": "Unwanted"}),
        recorded(address("transport_rule.gone"), guid(6), {"name": "Gone"}),
        replace(recorded(DOMAIN, CERTIFICATE, {"domain": CERTIFICATE}), on_destroy="forget"),
    )
    return State(
        "5a9d7f4e-0000-4000-8000-000000000001",
        guid(100),
        serial=4,
        tool_version="0.1.0",
        resources={found.address: found for found in held},
        outputs={"kept": Output(("x",)), "secret": Output("hunter2", sensitive=True), "host": Output("old.example")},
        pending_delete=(PendingDelete("outbound_connector", guid(7), "Older", OUT, "a rule still uses it"),),
    )


def configuration() -> Configuration:
    """The scenario as a configuration."""
    tenant = Tenant("fabrikam.onmicrosoft.com", "sandbox", HERE)
    rule = {**RULE, "actions.route_message_outbound_connector": Template((Reference(OUT, "name"),))}
    resources = (
        Resource(DOMAIN, {"domain": CERTIFICATE}, HERE),
        Resource(OUT, OUTBOUND, HERE),  # type: ignore[arg-type]
        Resource(IN, INBOUND, HERE, references=frozenset({DOMAIN})),  # type: ignore[arg-type]
        Resource(
            ROUTE,
            {**rule, "comments": "hunter2"},
            HERE,
            depends_on=(IN,),
            references=frozenset({OUT}),
            sensitive=frozenset({"comments"}),
        ),  # type: ignore[arg-type]
    )
    outputs = {"connector": OutputBlock(Template((Reference(OUT, "id"),)), description="The connector's GUID")}
    return Configuration(tenant, {found.address: found for found in resources}, outputs=outputs)
