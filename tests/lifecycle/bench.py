"""A folder with a configuration and a sandbox beside it: whole runs, as the command line makes them, in one line.

The sandbox lives in memory and is shared by all runs of a bench; faults belong to a single run. Time is not waited
for: `StillClock` lets it pass at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx

from mailform.configuration.load import parse
from mailform.execute.ledger import Tempo
from mailform.planning.plan import Options
from mailform.session.applying import Manner, apply
from mailform.session.explaining import LookUp
from mailform.session.preparing import Prepared, prepare
from mailform.session.recovering import Course, recover
from mailform.session.report import Report
from mailform.session.skipping import Decision
from mailform_providers.connect import connect_sandbox
from mailform_providers.dns.publish import Publisher
from mailform_providers.sandbox import Behaviour, Fault, Request, Sandbox
from mailform_providers.sandbox.service import Observer
from mailform_providers.sandbox.storage import Memory
from mailform_providers.wire.patience import Patience, Waits
from mailform_state.journal import Entry
from mailform_state.local import LocalStore
from mailform_state.store import Holder
from mailform_state.values import State

TENANT = '[tenant]\nid = "fabrikam.onmicrosoft.com"\ncloud = "sandbox"\n'

SCENARIO = (
    TENANT
    + """
[outbound_connector.to_signature]
name = "Office 365 to Contoso Signature Service"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["smtp.contososignatureservice.com"]
tls_settings = "DomainValidation"
tls_domain = "smtp.contososignatureservice.com"
cloud_services_mail_enabled = true

[accepted_domain.certificate]
domain = "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"

[inbound_connector.from_signature]
name = "Contoso Signature Service to Office 365"
connector_type = "OnPremises"
sender_domains = ["*"]
require_tls = true
restrict_domains_to_certificate = true
tls_sender_certificate_name = "${accepted_domain.certificate.domain}"
cloud_services_mail_enabled = true

[transport_rule.route]
name = "Route email to Contoso Signature Service"
conditions = { from_scope = "InOrganization" }
actions = { route_message_outbound_connector = "${outbound_connector.to_signature.name}", stop_rule_processing = true }
exceptions = { header_contains_message_header = "SignatureContoso", header_contains_words = ["true"] }
depends_on = ["inbound_connector.from_signature"]
"""
)


class _Listening:
    """A sandbox whose writes somebody hears of once they are done, before the answer is on its way."""

    def __init__(self, sandbox: Sandbox, heard: Callable[[Request], None] | None) -> None:
        self._sandbox = sandbox
        self._heard = heard
        self.tenant_id = sandbox.tenant_id
        self.token = sandbox.token

    def transport(self) -> httpx.BaseTransport:
        inner, sandbox, heard = self._sandbox.transport(), self._sandbox, self._heard

        class Transport(httpx.BaseTransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                before = len(sandbox.writes)
                try:
                    return inner.handle_request(request)
                finally:  # also where the answer gets lost
                    if heard is not None and len(sandbox.writes) > before:
                        heard(sandbox.writes[-1])

        return Transport()


@dataclass(slots=True)
class StillClock:
    """A clock that moves only when somebody sleeps, and then at once."""

    passed: float = 0.0

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(seconds=self.passed)


@dataclass(slots=True)
class Bench:
    """One folder, one tenant."""

    folder: Path
    text: str = SCENARIO
    behaviour: Behaviour = field(default_factory=Behaviour)
    memory: Memory = field(default_factory=Memory)
    clock: StillClock = field(default_factory=StillClock)
    settle: float = 2.0
    visibility: float = 300.0
    publisher: Publisher | None = None
    look_up: LookUp | None = None
    parallelism: int = 3
    last: Sandbox | None = None

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.folder)

    @property
    def state(self) -> State:
        found = self.store.read()
        assert found is not None
        return found

    @property
    def hand(self) -> Sandbox:
        """The tenant, for an administrator's hand."""
        return self.sandbox()

    def sandbox(self, faults: tuple[Fault, ...] = (), observer: Observer | None = None) -> Sandbox:
        return Sandbox(
            self.memory,
            "fabrikam.onmicrosoft.com",
            behaviour=self.behaviour,
            faults=faults,
            observer=observer,
            clock=self.clock.now,
        )

    def plan(self, options: Options | None = None, open_run: Sequence[Entry] = ()) -> Prepared:
        with connect_sandbox(self.sandbox(), self.waits(), self.patience()) as tenant:
            return self._prepare(tenant.provider, tenant.tenant_id, options, open_run)

    def apply(
        self,
        *faults: Fault,
        options: Options | None = None,
        rollback: bool = True,
        watch: Callable[[Entry], None] = lambda _: None,
        between: Callable[[Prepared], None] = lambda _: None,
        observer: Observer | None = None,
        stopped: Callable[[], bool] = lambda: False,
        after_write: Callable[[Request], None] | None = None,
    ) -> Report:
        """Plans and applies. `between` runs after planning, `observer` before each write and `after_write` after it."""
        self.last = self.sandbox(faults, observer)
        holder = Holder("somebody", "here", 1, self.clock.now())
        with (
            self.store.lock(holder, 0) as lock,
            connect_sandbox(
                _Listening(self.last, after_write),  # type: ignore[arg-type]  # all that is asked of a sandbox
                self.waits(),
                self.patience(),
            ) as tenant,
        ):
            prepared = self._prepare(tenant.provider, tenant.tenant_id, options)
            between(prepared)
            manner = Manner(
                run=uuid4().hex,
                actor="somebody@here",
                tool_version="0.1.0",
                tempo=Tempo(self.parallelism, self.settle, self.visibility),
                rollback=rollback,
                watch=watch,
                stopped=stopped,
                publisher=self.publisher,
                look_up=self.look_up,
            )
            return apply(prepared, tenant.provider, self.store, lock, self.clock, manner)

    def recover(
        self,
        *faults: Fault,
        watch: Callable[[Entry], None] = lambda _: None,
        forward: bool = False,
        decision: Decision | None = None,
        after_write: Callable[[Request], None] | None = None,
    ) -> Report | None:
        """Settles an open journal, as another process would."""
        self.last = self.sandbox(faults)
        with (
            self.store.lock(Holder("somebody", "here", 2, self.clock.now()), 0) as lock,
            connect_sandbox(
                _Listening(self.last, after_write),  # type: ignore[arg-type]  # all that is asked of a sandbox
                self.waits(),
                self.patience(),
            ) as tenant,
        ):
            tempo = Tempo(self.parallelism, self.settle, self.visibility)
            course = Course("0.1.0", tempo, watch, self.publisher, forward, decision)
            return recover(self.store, tenant.tenant_id, tenant.provider, lock, self.clock, course)

    def writes(self) -> int:
        """How many writes the last apply or recovery sent."""
        return 0 if self.last is None else len(self.last.writes)

    def _prepare(
        self, provider: object, tenant: str, options: Options | None, open_run: Sequence[Entry] = ()
    ) -> Prepared:
        configured = parse({"mailform.toml": self.text.encode()})
        return prepare(
            configured,
            self.store.read(),
            tenant,
            provider,  # type: ignore[arg-type]  # the connection's own
            options or Options(),
            lineage="11111111-1111-4111-8111-111111111111",
            open_run=open_run,
        )

    def waits(self) -> Waits:
        """How long a run waits for the service, on the still clock."""
        return Waits(
            domain_timeout=300.0,
            visibility_timeout=300.0,
            sleep=self.clock.sleep,
            clock=self.clock.monotonic,
        )

    def patience(self) -> Patience:
        """How often a run asks again."""
        return Patience(tries=3, sleep=self.clock.sleep)
