"""`[dns]`: the zone in which Mailform may publish the proofs of domains, and how. Literals, since it says who is asked.

The credentials never stand here: they come from the environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from mailform.configuration import domains
from mailform.configuration.blocks import Block
from mailform.configuration.encryption import hidden
from mailform.configuration.findings import Findings, did_you_mean, listed, shown
from mailform.configuration.fixed import DNS_TYPES, LexiconShape, Rfc2136Shape
from mailform.configuration.shapes import shaped
from mailform.diagnostics import Diagnostic
from mailform.zone import Lexicon, Rfc2136, Zone

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)
_KEY_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?", re.ASCII)
_PROVIDER = re.compile(r"[a-z][a-z0-9]*", re.ASCII)
_SECRETS = {
    "rfc2136": "the secret stands in no file: set MAILFORM_DNS_TSIG_SECRET",
    "lexicon": "credentials stand in no file: set the LEXICON_… variables",
}


def dns(block: Block, findings: Findings) -> Zone | None:
    """How proofs are published; None, and the mistakes among the findings, when it can't be so."""
    data = block.data if isinstance(block.data, dict) else {}
    type = data.get("type")
    if type not in DNS_TYPES:
        at = block.value("type") if "type" in data else block.position
        hint = did_you_mean(str(type), DNS_TYPES, f"write `type =` {listed(DNS_TYPES)}")
        findings.error("unknown-value", f"[dns] needs a `type` out of {listed(DNS_TYPES)}", at, hint)
        return None
    secret = next((name for name in data if "secret" in name or "token" in name or "password" in name), None)
    if secret is not None:
        findings.error("secret-in-file", f"`{secret}` can't be given in [dns]", hidden(block, secret), _SECRETS[type])
        return None
    if type == "rfc2136":
        return _rfc2136(block, findings)
    return _lexicon(block, findings)


def _rfc2136(block: Block, findings: Findings) -> Rfc2136 | None:
    shape = shaped(Rfc2136Shape, block, findings)
    if shape is None:
        return None
    mistakes = [*_bad_server(block, shape), *_bad_zone(block, shape.zone)]
    findings.extend(mistakes)
    if mistakes:
        return None
    return Rfc2136(domains.normalised(shape.zone), shape.server, int(shape.port), shape.key_name, shape.algorithm)


def _lexicon(block: Block, findings: Findings) -> Lexicon | None:
    shape = shaped(LexiconShape, block, findings)
    if shape is None:
        return None
    mistakes = [*_bad_zone(block, shape.zone)]
    if _PROVIDER.fullmatch(shape.provider) is None:
        message, hint = f"{shown(shape.provider)} is no provider of dns-lexicon", "write its name, such as `cloudflare`"
        mistakes.append(Diagnostic("bad-provider", message, block.value("provider"), hint))
    findings.extend(mistakes)
    return None if mistakes else Lexicon(domains.normalised(shape.zone), shape.provider)


def _bad_server(block: Block, shape: Rfc2136Shape) -> Iterator[Diagnostic]:
    if not _is_host(shape.server):
        hint = "write the host name or address of the zone's primary server; its port goes under `port`"
        yield Diagnostic("bad-server", f"{shown(shape.server)} is no host", block.value("server"), hint)
    if not (isinstance(shape.port, int) and 0 < shape.port < 65536):
        yield Diagnostic("bad-port", f"{shown(shape.port)} is no port", block.value("port"), "write 1 to 65535")
    if _KEY_NAME.fullmatch(shape.key_name) is None:
        hint = "write the key's name as the server has it"
        yield Diagnostic("bad-key-name", f"{shown(shape.key_name)} is no name of a key", block.value("key_name"), hint)


def _bad_zone(block: Block, zone: str) -> Iterator[Diagnostic]:
    try:
        domains.normalised(zone)
    except ValueError as error:
        hint = "write the zone as its name server has it, such as contoso.com"
        yield Diagnostic("bad-zone", f"{shown(zone)} is no zone: {error}", block.value("zone"), hint)


def _is_host(text: str) -> bool:
    if _HOST.fullmatch(text) is not None:
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
