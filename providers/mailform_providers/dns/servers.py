"""A name server by host and port, as `HOST[:PORT]` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

PORT = 53


@dataclass(frozen=True, slots=True)
class Server:
    """A name server. `host` is a name or an address."""

    host: str
    port: int = PORT

    @classmethod
    def parse(cls, text: str) -> Server:
        """`HOST`, `HOST:PORT`, `[IPv6]:PORT` or a bare IPv6 address. Raises ValueError, saying what is wrong."""
        host, port = text.strip(), ""
        if host.startswith("["):
            host, bracket, port = host[1:].partition("]")
            if not bracket or (port and not port.startswith(":")):
                raise ValueError(f"{text!r} is no name server; write it as HOST, HOST:PORT or [IPv6]:PORT")
            port = port[1:] if port else ""
        elif host.count(":") == 1:
            host, _, port = host.partition(":")
            port = port or "none"
        if not host or any(letter.isspace() for letter in host) or (":" in host and not _is_address(host)):
            raise ValueError(f"{text!r} is no name server; write it as HOST, HOST:PORT or [IPv6]:PORT")
        if not port:
            return cls(host)
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"{port!r} is no port")
        return cls(host, int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
