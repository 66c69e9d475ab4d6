"""IP addresses and ranges, as connectors and rules take them."""

from __future__ import annotations

import ipaddress

_LARGEST_NETWORK = 24


def is_sender(text: str) -> bool:
    """Whether an inbound connector takes it: one IPv4 address, or a network from /24 to /32."""
    try:
        return ipaddress.IPv4Network(text.strip(), strict=False).prefixlen >= _LARGEST_NETWORK
    except ValueError:
        return False


def is_range(text: str) -> bool:
    """Whether it is an address, a network (`192.0.2.0/24`) or a range (`192.0.2.1-192.0.2.9`)."""
    try:
        for end in text.split("-", 1):
            ipaddress.ip_network(end.strip(), strict=False)
    except ValueError:
        return False
    return True
