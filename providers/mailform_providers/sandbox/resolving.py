"""Where a sandbox looks for the proofs of domains: a real name server, as the service looks in the real DNS."""

from __future__ import annotations

from mailform_providers.sandbox.behaviour import Resolver
from mailform_state.errors import Unusable


def through(server: str) -> Resolver:
    """Looks at the name server `HOST[:PORT]`. Raises Unusable when that can't be one."""
    from mailform_providers.dns.lookup import Shown, Sought, look_up
    from mailform_providers.dns.servers import Server

    try:
        asked = Server.parse(server)
    except ValueError as error:
        raise Unusable(f"MAILFORM_SANDBOX_DNS: {error}.", hint="Set it to `wait`, or to a name server.") from None
    return lambda name, text: isinstance(look_up(Sought(name, text), asked), Shown)
