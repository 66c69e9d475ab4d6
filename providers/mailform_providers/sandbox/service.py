"""A sandbox: one tenant that speaks the wire protocol of Exchange and Graph inside the process.

Start reading at `Sandbox.answer`. Requests are taken one by one, whatever thread or process they come from.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar, assert_never
from uuid import uuid4

import httpx
from pydantic import JsonValue

from mailform_providers.sandbox import exchange, graph, replication, routing, struck, tokens
from mailform_providers.sandbox.behaviour import Behaviour, Dns
from mailform_providers.sandbox.exchange import Invocation, Moment
from mailform_providers.sandbox.faults import Expire, Fault, Faults, Late, Lose
from mailform_providers.sandbox.graph import Operation
from mailform_providers.sandbox.kept import Clock, Kept
from mailform_providers.sandbox.paging import Cursors
from mailform_providers.sandbox.requests import Request
from mailform_providers.sandbox.routing import Arrival, Routed, Work, route
from mailform_providers.sandbox.snapshot import Snapshot, snapshot
from mailform_providers.sandbox.storage import File, Memory, Store
from mailform_providers.sandbox.tenant import Entry, Settings, Tenant, names_tenant
from mailform_providers.sandbox.transport import SandboxTransport
from mailform_providers.sandbox.values import stamp
from mailform_providers.sandbox.wire import Answer
from mailform_state.errors import Unusable

Observer: TypeAlias = Callable[[Request], None]
T = TypeVar("T")


class SandboxRefused(Exception):
    """An edit by hand (`run`, `graph`) was refused. `body` is the answer's, as it came."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status}: {body.decode(errors='replace')}")
        self.status = status
        self.body = body


def _now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """One tenant. `transport` is for the code under test; `run`, `graph`, `plant` and `publish` are an administrator's
    hand: the same handlers, but neither struck by faults, nor observed, nor in the log."""

    def __init__(
        self,
        store: Store,
        tenant: str,
        *,
        behaviour: Behaviour,
        faults: tuple[Fault, ...] = (),
        observer: Observer | None = None,
        clock: Clock = _now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._kept = Kept(store, tenant, behaviour, clock)
        self._behaviour = behaviour
        self._faults = Faults(faults)
        self._observer = observer
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.RLock()
        self._log: list[Request] = []
        self._cursors = Cursors()
        self._expired: set[str] = set()

    @property
    def tenant(self) -> Tenant:
        """The tenant as it is now, a value."""
        with self._lock:
            self._let_arrive()
            return self._kept.current()

    @property
    def tenant_id(self) -> str:
        """The tenant's GUID."""
        return self.tenant.guid

    @property
    def log(self) -> tuple[Request, ...]:
        """Every request over the transport, in the order in which they were handled."""
        with self._lock:
            return tuple(self._log)

    @property
    def writes(self) -> tuple[Request, ...]:
        """The log's writes, also those that were refused."""
        return tuple(request for request in self.log if request.writes)

    def transport(self) -> httpx.BaseTransport:
        return SandboxTransport(self.answer)

    def token(self, audience: str) -> str:
        """A token for `tokens.EXCHANGE` or `tokens.GRAPH`, good until 2100, or until a fault makes it expire."""
        return tokens.mint(self.tenant_id, audience, len(self._expired))

    def snapshot(self) -> Snapshot:
        return snapshot(self.tenant)

    def answer(self, arrival: Arrival) -> Answer | Lose:
        """One request, from the first byte to the last; Lose when no answer comes."""
        if self._behaviour.latency_seconds:
            self._sleep(self._behaviour.latency_seconds)
        with self._lock:
            self._let_arrive()
            routed = route(self._kept.current(), arrival, self._behaviour, self._clock().timestamp())
            request = self._request(arrival, routed)
            if isinstance(routed, Routed) and arrival.headers.get("authorization", "") in self._expired:
                routed = routing.unauthorized(routed.work)
            if isinstance(routed, Answer):
                return self._logged(request, routed)
            if self._observer is not None and request.writes:
                self._observer(request)
            what = self._faults.strike(request)
            if isinstance(what, Expire):
                self._expired.add(arrival.headers["authorization"])
            if isinstance(what, Late) and request.writes:
                self._kept.delay(routed, request.client_request_id, what.seconds)
            if what is None:
                return self._logged(request, self._carry_out(routed, request))
            true = self._carry_out(routed, request) if struck.applies(what) else None
            moment = self._moment(routed.who)
            return self._logged(request, struck.answer(what, arrival, routed.work, true, moment))

    def run(self, cmdlet: str, parameters: Mapping[str, JsonValue] | None = None) -> dict[str, JsonValue]:
        """A cmdlet, as an administrator runs it. Answers the body. Raises SandboxRefused."""
        return self._by_hand(Invocation(cmdlet, parameters or {}))

    def graph(self, method: str, path: str, body: Mapping[str, JsonValue] | None = None) -> dict[str, JsonValue]:
        """A request to Graph; `path` begins with `/domains`. Answers the body. Raises SandboxRefused."""
        return self._by_hand(Operation(method, path, b"" if body is None else json.dumps(body).encode()))

    def publish(self, domain: str) -> None:
        """Publishes a domain's DNS proof, for `dns="wait"`."""
        name = domain.casefold()
        self._edit(lambda tenant: (replace(tenant, published=tenant.published | {name}), None))

    def plant(self, kind: str, settings: Settings) -> str:
        """Puts in an object of Exchange as it stands, past every check; rules come last. Answers its GUID.
        For what no cmdlet makes (`seeds`); an object that could be made should be, with `run`."""

        def planted(tenant: Tenant) -> tuple[Tenant, str]:
            now = stamp(self._clock())
            entry = Entry(tenant.next_guid(), dict(settings), now, now, self._admin, self._admin)
            holding = replace(tenant, made=tenant.made + 1).holding(kind, (*tenant.of(kind), entry))
            return holding, entry.guid

        return self._edit(planted)

    @property
    def _admin(self) -> str:
        return f"admin@{self._kept.fresh.initial}"

    def _by_hand(self, work: Work) -> dict[str, JsonValue]:
        moment, id = self._moment(self._admin), str(uuid4())
        with self._lock:
            self._let_arrive()
            if work.writes:
                answer = self._edit(lambda tenant: _handled(tenant, work, moment, id))
            else:
                answer = _handled(self._kept.current(), work, moment, id)[1]
        if answer.status >= 400:
            raise SandboxRefused(answer.status, answer.body)
        body: dict[str, JsonValue] = json.loads(answer.body) if answer.body else {}
        return body

    def _moment(self, who: str) -> Moment:
        return Moment(stamp(self._clock()), who, self._behaviour, self._cursors)

    def _carry_out(self, routed: Routed, request: Request) -> Answer:
        """A request of the transport: it comes to one of the replicas."""
        work, moment, id = routed.work, self._moment(routed.who), request.client_request_id
        view = self._kept.in_exchange if isinstance(work, Invocation) else self._kept.in_directory
        if not work.writes:
            return _handled(view(self._kept.current(), request.number), work, moment, id)[1]

        def written(tenant: Tenant) -> tuple[Tenant, Answer]:
            seen = view(tenant, request.number)
            if seen is not tenant:
                _, answer = _handled(seen, work, moment, id)
                if replication.stops(answer):
                    return tenant, answer
            return _handled(tenant, work, moment, id)

        return self._edit(written)

    def _let_arrive(self) -> None:
        """Carries out what was delayed long enough; nobody waits for the answers any more."""
        for late in self._kept.arriving():
            work, moment, id = late.routed.work, self._moment(late.routed.who), late.id
            self._edit(partial(_handled, work=work, moment=moment, request_id=id))

    def _edit(self, change: Callable[[Tenant], tuple[Tenant, T]]) -> T:
        with self._lock:
            return self._kept.edit(change)

    def _request(self, arrival: Arrival, routed: Routed | Answer) -> Request:
        number = len(self._log) + 1
        id = arrival.headers.get("client-request-id", "")
        if isinstance(routed, Answer):
            return Request(number, id, f"{arrival.method} {arrival.target}", "", {}, writes=False)
        work = routed.work
        name = work.cmdlet.name if isinstance(work, Invocation) and work.cmdlet else work.name
        return Request(number, id, name, work.identity, work.parameters, work.writes)

    def _logged(self, request: Request, answer: Answer | Lose) -> Answer | Lose:
        self._log.append(replace(request, status=answer.status if isinstance(answer, Answer) else None))
        return answer


def _handled(tenant: Tenant, work: Work, moment: Moment, request_id: str) -> tuple[Tenant, Answer]:
    match work:
        case Invocation():
            return exchange.invoke(tenant, work, moment)
        case Operation():
            return graph.handle(tenant, work, moment, request_id)
    assert_never(work)


def open_sandbox(
    path: Path | None,
    tenant: str,
    *,
    dns: Dns | None = None,
    faults: tuple[Fault, ...] = (),
    behaviour: Behaviour | None = None,
    observer: Observer | None = None,
    clock: Clock = _now,
    sleep: Callable[[float], None] = time.sleep,
) -> Sandbox:
    """A sandbox of the tenant that somebody calls `tenant`: a GUID or any of its domains, in any case.

    `path` is the file that keeps it, or None for one that ends with the process. `dns` goes before the behaviour's.
    `observer` is called with each write of the transport before it is handled. Opening writes nothing.
    Raises Unusable when `tenant` is neither a GUID nor a domain.
    """
    if not names_tenant(tenant):
        raise Unusable(f"{tenant!r} can't name a tenant.", hint="Give a GUID or a domain, as fabrikam.onmicrosoft.com.")
    switches = behaviour or Behaviour()
    if dns is not None:
        switches = replace(switches, dns=dns)
    store = Memory() if path is None else File(path)
    return Sandbox(store, tenant, behaviour=switches, faults=faults, observer=observer, clock=clock, sleep=sleep)
