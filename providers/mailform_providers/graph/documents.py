"""Graph's JSON about domains, checked at the boundary. Shapes: learn.microsoft.com, resource types `domain` and
`domainDnsRecord` of Graph v1.0."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

EMAIL = "Email"
"""The service that makes Exchange take mail for a domain."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain as Graph has it. `name` is in lower case; `services` in Graph's order and spelling."""

    name: str
    verified: bool
    initial: bool
    default: bool
    services: tuple[str, ...]

    @property
    def email(self) -> bool:
        return EMAIL in self.services


@dataclass(frozen=True, slots=True)
class Proof:
    """What to publish so that a domain counts as proven: either record does. `mx` is the host alone."""

    name: str
    txt: str
    mx: str


class _Document(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True, frozen=True)


class DomainDocument(_Document):
    id: str
    verified: bool = Field(alias="isVerified")
    initial: bool = Field(False, alias="isInitial")
    default: bool = Field(False, alias="isDefault")
    services: list[str] | None = Field(None, alias="supportedServices")

    def domain(self) -> Domain:
        return Domain(self.id.lower(), self.verified, self.initial, self.default, tuple(self.services or ()))


class DnsRecordDocument(_Document):
    record_type: str = Field("", alias="recordType")
    label: str = ""
    text: str = ""
    mail_exchange: str = Field("", alias="mailExchange")
    service: str | None = Field(None, alias="supportedService")


class DomainPage(_Document):
    value: list[DomainDocument]
    next_link: str | None = Field(None, alias="@odata.nextLink")


class DnsRecordPage(_Document):
    value: list[DnsRecordDocument]


class _Detail(_Document):
    code: str = ""
    message: str = ""


class _Inner(_Document):
    request_id: str = Field("", alias="request-id")


class _Error(_Document):
    code: str = ""
    message: str = ""
    details: list[_Detail] | None = None
    inner: _Inner | None = Field(None, alias="innerError")


class ErrorDocument(_Document):
    error: _Error
