"""What Graph's answers about domains look like: the domain, its DNS records, and the error body."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_DNS, uuid5

from pydantic import JsonValue

from mailform_providers.sandbox.tenant import Domain
from mailform_providers.sandbox.wire import Answer, encoded

_CONTENT = {"Content-Type": "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8"}
_METADATA = "https://graph.microsoft.com/v1.0/$metadata#domains"


class GraphRefusal(Exception):
    """Graph refused, and nothing was changed. `details` as in the body: code, target, message."""

    def __init__(self, status: int, code: str, message: str, details: tuple[tuple[str, str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def one(domain: Domain, status: int = 200, availability: str | None = None) -> Answer:
    shown = {"@odata.context": f"{_METADATA}/$entity", **_domain(domain), "availabilityStatus": availability}
    return Answer(status, encoded(shown), _CONTENT)


def every(domains: Sequence[Domain]) -> Answer:
    return _list(_METADATA, [_domain(domain) for domain in domains])


def proofs(domain: Domain) -> Answer:
    """The two records of which one proves the domain."""
    text = _record(domain, "Txt", text=f"MS={domain.proof}")
    mail = _record(domain, "Mx", mailExchange=f"{domain.proof}.msv1.invalid", preference=32767)
    return _list(f"{_METADATA}('{domain.name}')/verificationDnsRecords", [text, mail])


def service_records(domain: Domain) -> Answer:
    """What the services of the domain want published; nothing while it has none."""
    records: list[JsonValue] = []
    if "Email" in domain.services:
        label = domain.name.removesuffix(".onmicrosoft.com") if domain.initial else domain.name
        host = f"{label.replace('.', '-')}.mail.protection.outlook.com"
        spf = "v=spf1 include:spf.protection.outlook.com -all"
        records = [
            _record(domain, "Mx", "Email", mailExchange=host, preference=0),
            _record(domain, "Txt", "Email", text=spf),
            _record(domain, "CName", "Email", label="autodiscover.", canonicalName="autodiscover.outlook.com"),
        ]
    return _list(f"{_METADATA}('{domain.name}')/serviceConfigurationRecords", records)


def refused(refusal: GraphRefusal, now: str, request: str) -> Answer:
    error: dict[str, JsonValue] = {"code": refusal.code, "message": refusal.message}
    if refusal.details:
        keys = ("code", "target", "message")
        error["details"] = [dict(zip(keys, detail, strict=True)) for detail in refusal.details]
    error["innerError"] = {"date": now[:19], "request-id": request, "client-request-id": request}
    return Answer(refusal.status, encoded({"error": error}), _CONTENT)


def _domain(domain: Domain) -> dict[str, JsonValue]:
    return {
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "id": domain.name,
        "isAdminManaged": True,
        "isDefault": domain.default,
        "isInitial": domain.initial,
        "isRoot": domain.root,
        "isVerified": domain.verified,
        "passwordNotificationWindowInDays": 14,
        "passwordValidityPeriodInDays": 2147483647,
        "supportedServices": list(domain.services),
        "state": None,
    }


def _record(domain: Domain, type: str, service: str | None = None, label: str = "", **rest: JsonValue) -> JsonValue:
    return {
        "@odata.type": f"#microsoft.graph.domainDns{type}Record",
        "id": str(uuid5(NAMESPACE_DNS, f"{type}.{service}.{domain.guid}")),
        "isOptional": False,
        "label": f"{label}{domain.name}",
        "recordType": type,
        "supportedService": service,
        "ttl": 3600,
        **rest,
    }


def _list(context: str, value: list[JsonValue] | list[dict[str, JsonValue]]) -> Answer:
    return Answer(200, encoded({"@odata.context": context, "value": value}), _CONTENT)
