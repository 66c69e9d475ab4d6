"""How a sandbox behaves where nobody knows how the real service does, or where real tenants differ.

The defaults are the readings that are best supported. A client that is right works under every combination.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Dns: TypeAlias = Literal["at-once", "wait"]
"""Whether a domain counts as proven at once, or only after its record was published (`Sandbox.publish`)."""

Resolver: TypeAlias = Callable[[str, str], bool]
"""Whether a name has a TXT record: what a domain's proof is looked for with, in place of the real DNS."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The switches of one sandbox.

    clear_by_null_rejected  null doesn't clear a setting; "", [] and an empty tagged object still do
    connector_form          how a rule shows the connector that it routes to
    recipient_names         recipients (lower case) that rules show by a name of theirs, however they were written
    test_mode_listing       what IncludeTestModeConnectors gives: `only` those in test mode, or `all` connectors
    scoped_hidden           a listing leaves rule-scoped connectors out unless they are asked for, as the reference says
    inbound_created_disabled  the tenant makes inbound connectors disabled and won't enable them, with a warning
    dehydrated              writes are refused until Enable-OrganizationCustomization was run
    completes_actions       a disclaimer's text brings its default place and fallback, a rejection its default code
    error_envelope          how a cmdlet's failure is worded: protocol form B (`Ex…|type|text`) or C (JSON in a string)
    set_returns             what a Set-, Enable-, Disable- or Remove- answers with
    latency_seconds         how long each request takes, in seconds
    replicas                how many there are; a request comes to one of them, now to this, now to that
    visibility_seconds      how long a change needs to reach the slowest replica (a lone one is that slow)
    domain_delay_seconds    how long Exchange doesn't know a domain that has Email already
    page_size               the most objects on a page, whatever the client prefers; None is the service's 1,000
    links_fail              no link to a next page ever works
    unreachable_hosts       smart hosts (lower case) that Validate-OutboundConnector can't reach; `*` is every host
    taken_domains           domains (lower case) that another tenant holds: verifying them is refused for good
    resolver                with dns="wait": asked for a proof that nobody published by hand; None is nobody
    """

    dns: Dns = "at-once"
    clear_by_null_rejected: bool = False
    connector_form: Literal["name", "as_given", "guid"] = "name"
    recipient_names: Mapping[str, str] = field(default_factory=dict)
    test_mode_listing: Literal["only", "all"] = "only"
    scoped_hidden: bool = False
    inbound_created_disabled: bool = False
    dehydrated: bool = False
    completes_actions: bool = True
    error_envelope: Literal["B", "C"] = "B"
    set_returns: Literal["empty", "null", "no_content"] = "empty"
    latency_seconds: float = 0.0
    replicas: int = 1
    visibility_seconds: float = 0.0
    domain_delay_seconds: float = 0.0
    page_size: int | None = None
    links_fail: bool = False
    unreachable_hosts: frozenset[str] = frozenset()
    taken_domains: frozenset[str] = frozenset()
    resolver: Resolver | None = None
