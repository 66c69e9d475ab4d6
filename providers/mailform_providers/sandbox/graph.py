"""Graph, as far as domains go: a method on a path, against a tenant. What it does to a domain is in `domains`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from mailform_providers.sandbox import domains
from mailform_providers.sandbox import graph_answers as answers
from mailform_providers.sandbox.exchange import Moment
from mailform_providers.sandbox.graph_answers import GraphRefusal
from mailform_providers.sandbox.tenant import Tenant
from mailform_providers.sandbox.wire import Answer


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path below /v1.0, e.g. `POST /domains/contoso.com/verify`."""

    method: str
    path: str
    body: bytes = b""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(part for part in self.path.split("/") if part)

    @property
    def parameters(self) -> Mapping[str, JsonValue]:
        """The body, when it is a JSON object; for the log."""
        try:
            return _Anything.model_validate_json(self.body).model_extra or {}
        except ValidationError:
            return {}

    @property
    def identity(self) -> str:
        """The domain that it is about."""
        named = self.parts[1] if len(self.parts) > 1 else self.parameters.get("id")
        return str(named or "")


class _Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


def handle(tenant: Tenant, operation: Operation, moment: Moment, request: str) -> tuple[Tenant, Answer]:
    """The tenant after the operation, and the answer. `request` is the id that an error body names."""
    try:
        return _handle(tenant, operation, moment)
    except GraphRefusal as refusal:
        return tenant, answers.refused(refusal, moment.now, request)


def _handle(tenant: Tenant, operation: Operation, moment: Moment) -> tuple[Tenant, Answer]:
    match operation.method, operation.parts:
        case "GET", ("domains",):
            return tenant, answers.every(tenant.domains)
        case "POST", ("domains",):
            return domains.create(tenant, operation.body, moment)
        case "GET", ("domains", name):
            return tenant, answers.one(domains.find(tenant, name))
        case "PATCH", ("domains", name):
            return domains.update(tenant, domains.find(tenant, name), operation.body, moment)
        case "DELETE", ("domains", name):
            return domains.delete(tenant, domains.find(tenant, name))
        case "GET", ("domains", name, "verificationDnsRecords"):
            return tenant, answers.proofs(domains.find(tenant, name))
        case "GET", ("domains", name, "serviceConfigurationRecords"):
            return tenant, answers.service_records(domains.find(tenant, name))
        case "POST", ("domains", name, "verify"):
            return domains.verify(tenant, domains.find(tenant, name), moment)
        case "POST", ("domains", name, "forceDelete"):
            return domains.force_delete(tenant, domains.find(tenant, name))
    raise GraphRefusal(400, "BadRequest", f"Resource not found for the segment '{operation.path}'.")
