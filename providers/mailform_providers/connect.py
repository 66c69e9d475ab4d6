"""From a cloud's name and a tenant to a provider: endpoints, tokens, HTTP, and the check that they speak of one tenant.

What costs time to import is imported inside, so that commands without a tenant don't pay for it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailform_providers.clouds import SANDBOX, Audience, Endpoints, endpoints, variable_set
from mailform_providers.contract import Provider
from mailform_providers.credentials import MintedTokens, ReadyTokens, Tokens
from mailform_providers.signin.choice import TENANT_ID, choose
from mailform_providers.signin.ways import ReadyMade
from mailform_providers.wire.patience import Patience, Waits
from mailform_state.errors import Failure, WrongTenant
from mailform_state.regular import NotAFile, read_named

if TYPE_CHECKING:
    import httpx

    from mailform_providers.exchange.client import ExchangeClient
    from mailform_providers.graph.client import GraphClient
    from mailform_providers.sandbox import Sandbox

_TIMEOUT, _CONNECT_TIMEOUT = 60.0, 10.0
_LARGEST_BUNDLE = 16 << 20


@dataclass(frozen=True, slots=True)
class Log:
    """Who hears of every request, a line each; with `ids`, also of the ids that support asks for."""

    line: Callable[[str], None]
    ids: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """A tenant that can be worked with. `tenant_id` is its GUID, in lower case. Close it at the end, or use `with`.

    `exchange` and `graph` are what the provider speaks through, for `login --check` alone.
    """

    provider: Provider
    tenant_id: str
    endpoints: Endpoints
    tokens: Tokens = field(repr=False)
    exchange: ExchangeClient = field(repr=False)
    graph: GraphClient = field(repr=False)
    _open: ExitStack = field(repr=False)

    def ends_at(self, *, domains: bool = False) -> datetime | None:
        """When the tokens end that a run needs (Graph's too if it has domains), None when they can be renewed. Raises
        NotAllowed when one of them isn't there."""
        audiences = tuple(Audience) if domains else (Audience.EXCHANGE,)
        ends = [end for end in (self.tokens.ends_at(audience) for audience in audiences) if end is not None]
        return min(ends, default=None)

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(
    cloud: str,
    tenant: str,
    environment: Mapping[str, str],
    directory: Path,
    waits: Waits | None = None,
    patience: Patience | None = None,
    person: Callable[[str], None] | None = None,
    log: Log | None = None,
) -> Connection:
    """A connection to the tenant named by GUID or domain. `directory` is where a sandbox lives, below `.mailform`.
    `person` shows a line to the person at the terminal, who may then be asked to sign in; None where nobody is. `log`
    hears of every request.

    Raises WrongTenant when the tokens are of another tenant, before anything is asked of Exchange or Graph; NotAllowed
    without usable tokens; Failure for settings that can't be.
    """
    places = endpoints(cloud, environment)
    if cloud == SANDBOX:
        return connect_sandbox(_open_sandbox(tenant, environment, directory), waits, patience, log)
    way = choose(environment, person=person is not None).way
    tokens: Tokens = ReadyTokens(environment, places.cloud)
    if isinstance(way, ReadyMade):
        tokens.token(Audience.EXCHANGE)  # before the network is asked for anything
    with ExitStack() as cleanup:
        http = cleanup.enter_context(_client(environment))
        _listen(http, log)
        from mailform_providers.directory import tenant_guid

        wanted = tenant_guid(places.login, tenant, http, patience)
        if not isinstance(way, ReadyMade):
            from mailform_providers.signin.entry import sign_in

            if variable_set(environment, TENANT_ID):
                meant = tenant_guid(places.login, environment[TENANT_ID].strip(), http, patience)
                _require(wanted, meant, f"{TENANT_ID} names", tenant)
            tokens = sign_in(way, wanted, places, http, cleanup, patience, person)
        _require(wanted, tokens.tenant_id(), "The token is of", tenant)
        return _connection(places, wanted, tokens, http, waits, patience, cleanup.pop_all())


def _listen(http: httpx.Client, log: Log | None) -> None:
    if log is not None:
        from mailform_providers.wire.logging import logged

        logged(http, log.line, ids=log.ids)


def _require(wanted: str, found: str, what: str, tenant: str) -> None:
    if found != wanted:
        raise WrongTenant(
            f"{what} tenant {found}, the configuration of tenant {wanted} ({tenant}).",
            hint="Sign in to the configuration's tenant, or correct [tenant] id.",
        )


def connect_sandbox(
    sandbox: Sandbox, waits: Waits | None = None, patience: Patience | None = None, log: Log | None = None
) -> Connection:
    """A connection to a sandbox that is already open, such as one with faults, over the same HTTP code path."""
    import httpx

    places = endpoints(SANDBOX, {})
    tenant_id = sandbox.tenant_id
    tokens = MintedTokens(tenant_id, lambda audience: sandbox.token(places.cloud.resource(audience)))
    with ExitStack() as cleanup:
        http = cleanup.enter_context(httpx.Client(transport=sandbox.transport(), trust_env=False))
        _listen(http, log)
        return _connection(places, tenant_id, tokens, http, waits, patience, cleanup.pop_all())


def _open_sandbox(tenant: str, environment: Mapping[str, str], directory: Path) -> Sandbox:
    from mailform_providers.sandbox import Behaviour, open_sandbox
    from mailform_providers.sandbox.resolving import through

    given = variable_set(environment, "MAILFORM_SANDBOX")
    path = Path(environment["MAILFORM_SANDBOX"]) if given else directory / ".mailform" / "sandbox.json"
    proving = environment.get("MAILFORM_SANDBOX_DNS", "").strip()
    if proving in ("", "at-once", "wait"):
        return open_sandbox(path, tenant, dns="wait" if proving == "wait" else "at-once")
    return open_sandbox(path, tenant, dns="wait", behaviour=Behaviour(resolver=through(proving)))


def _connection(
    places: Endpoints,
    tenant_id: str,
    tokens: Tokens,
    http: httpx.Client,
    waits: Waits | None,
    patience: Patience | None,
    cleanup: ExitStack,
) -> Connection:
    from mailform_providers.exchange.client import ExchangeClient
    from mailform_providers.exchange.provider import ExchangeProvider
    from mailform_providers.graph.client import GraphClient

    exchange = ExchangeClient(places.exchange, tenant_id, tokens, http, patience)
    graph = GraphClient(places.graph, tokens, http, patience, waits)
    return Connection(ExchangeProvider(exchange, graph, waits), tenant_id, places, tokens, exchange, graph, cleanup)


def _client(environment: Mapping[str, str]) -> httpx.Client:
    """The HTTP client for real services. A proxy of the environment is used, but not for this very machine."""
    import httpx

    trust = httpx.create_ssl_context()
    if variable_set(environment, "MAILFORM_CA_BUNDLE"):
        _trust(trust, Path(environment["MAILFORM_CA_BUNDLE"]))
    near = ("all://localhost", "all://127.0.0.1", "all://[::1]")
    return httpx.Client(
        verify=trust,
        timeout=httpx.Timeout(_TIMEOUT, connect=_CONNECT_TIMEOUT),
        mounts={host: httpx.HTTPTransport(verify=trust) for host in near},
    )


def _trust(trust: ssl.SSLContext, bundle: Path) -> None:
    """Has the authorities in a PEM file trusted too. Raises Failure."""
    hint = "Name a PEM file with the further authorities to trust."
    try:
        data = read_named(bundle, _LARGEST_BUNDLE)
        if len(data) > _LARGEST_BUNDLE:
            raise Failure(f"MAILFORM_CA_BUNDLE names {bundle}, which is too large to be one.", hint=hint)
        trust.load_verify_locations(cadata=data.decode("ascii", "ignore"))  # comments may be anything
    except NotAFile as found:
        raise Failure(f"MAILFORM_CA_BUNDLE names {bundle}, which is {found.what}.", hint=hint) from None
    except (OSError, ValueError):  # ssl.SSLError is the first
        raise Failure(
            f"MAILFORM_CA_BUNDLE names {bundle}, which holds no certificates that can be read.", hint=hint
        ) from None
