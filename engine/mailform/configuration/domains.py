"""Domain names: checked, and in the one form that the service and DNS have for them."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?", re.ASCII)


def normalised(domain: str) -> str:
    """A domain as an A-label name in lower case, without the last dot. Raises ValueError, saying what is wrong."""
    name = domain.strip().removesuffix(".").lower()
    if not name.isascii() or "xn--" in name:
        name = _a_label(name)
    labels = name.split(".")
    if len(labels) < 2:
        raise ValueError("it has no dot")
    if len(name) > 253:
        raise ValueError("it is longer than 253 characters")
    for label in labels:
        if not label:
            raise ValueError("there is nothing between two dots")
        if len(label) > 63:
            raise ValueError("a part of it is longer than 63 characters")
        if _LABEL.fullmatch(label) is None:
            raise ValueError(f"{label!r} isn't letters, digits and hyphens")
    if labels[-1].isdigit():
        raise ValueError("it ends in a number, as an address does")
    return name


def _a_label(name: str) -> str:
    import idna  # its tables take time to load, and few domains need them

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError(str(error)) from error


def covers(pattern: str, host: str) -> bool:
    """Whether a certificate's name (`mail.contoso.com` or `*.contoso.com`) stands for a host."""
    name, host = pattern.strip().rstrip(".").lower(), host.strip().rstrip(".").lower()
    if name.startswith("*."):
        return host.endswith(name[1:]) and len(host) > len(name[1:])
    return name == host


def below(host: str, domain: str) -> bool:
    """Whether a host is the domain itself or a name in it."""
    host, domain = host.lower(), domain.lower()
    return host == domain or host.endswith(f".{domain}")
