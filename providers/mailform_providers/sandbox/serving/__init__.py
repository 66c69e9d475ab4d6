"""A sandbox for any HTTP client: over TLS on this very machine, with a sign-in authority that believes nobody blindly.

    with serving(Options()) as served:
        served.environment    # what a client has to know, as environment variables
        served.sandbox        # the tenant: an administrator's hand, the log

Start reading at `serving`. Every start makes new keys, a new certificate authority and a new client secret.
"""

from __future__ import annotations

from mailform_providers.sandbox.serving.options import RIGHTS, Federation, Options, Right
from mailform_providers.sandbox.serving.serve import Served, serving

__all__ = ["RIGHTS", "Federation", "Options", "Right", "Served", "serving"]
