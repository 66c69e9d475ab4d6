"""Where each cloud's services are. Endpoints come from the cloud's name and the environment, never from a
configuration: a stranger's pull request must not be able to send a token elsewhere.

Names: learn.microsoft.com, "National cloud deployments" of Graph and the Exchange admin API's table of endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

from mailform_state.errors import Failure

SANDBOX = "sandbox"


class Audience(StrEnum):
    """Who a token is for. A token of one is refused by the other."""

    EXCHANGE = "exchange"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Cloud:
    """The origins of one cloud's services. A token is asked for, and issued, for these names, whatever the environment
    overrides."""

    exchange: str
    graph: str
    login: str

    def resource(self, audience: Audience) -> str:
        """What the `aud` claim of a token for this audience says."""
        return self.exchange if audience is Audience.EXCHANGE else self.graph

    def scope(self, audience: Audience) -> str:
        """The scope to ask for at sign-in."""
        return f"{self.resource(audience)}/.default"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The origins that requests go to (`https://host[:port]`, no path), and the cloud whose tokens they take."""

    cloud: Cloud
    exchange: str
    graph: str
    login: str


_GLOBAL = Cloud("https://outlook.office365.com", "https://graph.microsoft.com", "https://login.microsoftonline.com")

CLOUDS: Mapping[str, Cloud] = MappingProxyType(
    {
        "global": _GLOBAL,
        "gcc-high": Cloud(
            "https://outlook.office365.us", "https://graph.microsoft.us", "https://login.microsoftonline.us"
        ),
        "dod": Cloud(
            "https://outlook-dod.office365.us", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us"
        ),
        # The scope of 21Vianet's Exchange is a guess: nobody has published a token of it.
        "china": Cloud(
            "https://outlook.office365.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://login.partner.microsoftonline.cn",
        ),
        SANDBOX: _GLOBAL,
    }
)
"""Every cloud that `[tenant] cloud` may name. The sandbox answers to the global names, inside the process."""

EXCHANGE_URL, GRAPH_URL, LOGIN_URL = "MAILFORM_EXCHANGE_URL", "MAILFORM_GRAPH_URL", "MAILFORM_LOGIN_URL"
"""The environment variables that override an origin, for tests and private gateways. None of them moves the sandbox."""


def endpoints(cloud: str, environment: Mapping[str, str]) -> Endpoints:
    """The endpoints of a cloud, with the environment's overrides. Raises Failure for an override that is no origin."""
    if cloud not in CLOUDS:
        raise Failure(f"There is no cloud {cloud!r}.", hint=f"Use one of {', '.join(CLOUDS)}.")
    known = CLOUDS[cloud]
    if cloud == SANDBOX:
        return Endpoints(known, known.exchange, known.graph, known.login)

    def override(variable: str, otherwise: str) -> str:
        given = variable_set(environment, variable)
        return origin(variable, environment[variable]) if given else otherwise

    return Endpoints(
        cloud=known,
        exchange=override(EXCHANGE_URL, known.exchange),
        graph=override(GRAPH_URL, known.graph),
        login=override(LOGIN_URL, known.login),
    )


def variable_set(environment: Mapping[str, str], variable: str) -> bool:
    """Whether a variable says anything; pipelines define empty ones."""
    return bool(environment.get(variable, "").strip())


def origin(variable: str, text: str) -> str:
    """The origin that a variable names: scheme, host and port, nothing else. Raises Failure otherwise."""
    hint = f"Set {variable} to scheme, host and port alone, such as https://gateway.example:8443."
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Failure(f"{variable} is not a URL.", hint=hint) from None
    extra = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not host or extra:
        raise Failure(f"{variable} is not an origin.", hint=hint)
    if parts.scheme == "http" and not loopback(host):
        raise Failure(
            f"{variable} would send tokens over plain http.", hint="Use https; http is for loopback addresses alone."
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port is None else f":{port}")


def loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
