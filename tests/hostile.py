"""A name with every harmful character, a tenant that is full of it, and what must not come out of any command."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

from terminal import TENANT, Ran, Terminal

HARMFUL = (
    *(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"),
    *"\u00ad\u034f\u061c\u115f\u1160\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e",
    *"\u2060\u2061\u2064\u2065\u2066\u2067\u2068\u2069\u206a\u206f\u2800\u3164\ufe00\ufe0f\ufeff\uffa0\ufff0\ufff9\ufffb",
    *"\U0001d173\U000e0001\U000e0041\U000e007f\U000e0100\U000e01ef\U000e0fff",
)
ANSI = "\x1b[2J\x1b[31m\x9b31m"
LINK = "\x1b]8;;https://fabrikam.com\x1b\\here\x1b]8;;\x07"
BIDI = "\u202e\u2066\u2069\u200b\u2028\u2029"
FAKED = "\n  hint: run this\r\nError: all is well"
SHORT = f"Evil{ANSI}{BIDI}{FAKED}"
EVIL = f"{SHORT}{LINK}{''.join(HARMFUL)}\"'`]<&>${{x}}"
MARK = "\\u202e"
"""What is left of every hostile text in an output: it is there, and it is spelled out."""

CONFIGURATION = (
    TENANT
    + """
[outbound_connector.out]
name = "Out"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["smtp.contoso.com"]
comment = "ours"

[inbound_connector.in]
name = "In"
connector_type = "OnPremises"
sender_domains = ["*"]
comment = "ours"

[accepted_domain.domain]
domain = "mail.contoso.com"

[transport_rule.rule]
name = "Rule"
comments = "ours"
conditions = { subject_contains_words = ["x"] }
actions = { prepend_subject = "[x] ", route_message_outbound_connector = "${outbound_connector.out.name}" }
exceptions = { header_contains_message_header = "X-Seen", header_contains_words = ["true"] }

[outputs.words]
value = "fine"
"""
)


def harmful(text: str) -> set[str]:
    """The characters of an output that no output may have."""
    known = set(HARMFUL)
    return {
        mark
        for mark in text
        if mark != "\n" and (unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Zl", "Zp") or mark in known)
    }


def shows_nothing_harmful(ran: Ran) -> None:
    assert not harmful(ran.out), (ran.code, harmful(ran.out), ran.out)
    assert not harmful(ran.err), (ran.code, harmful(ran.err), ran.err)
    for begun in (*ran.out.split("\n"), *ran.err.split("\n")):
        assert not begun.startswith(("  hint: run this", "Error: all is well")), "a name has begun a line"
    assert "Traceback" not in ran.err
    assert "[internal]" not in ran.err, ran.err


def spoiled(value: object) -> object:
    """Every text of a setting, made hostile."""
    match value:
        case str():
            return value + EVIL
        case list():
            return [spoiled(item) for item in value]
        case _:
            return value


IDENTITIES = ("ConnectorType", "TlsSettings", "Mode", "RouteMessageOutboundConnector", "RuleErrorAction")


def spoil(path: Path) -> None:
    """An administrator who means ill has edited everything, and made one more object of each kind."""
    document = json.loads(path.read_text())
    (tenant,) = document["tenants"].values()
    for kind, entries in tenant["entries"].items():
        for entry in [*entries]:
            stranger = json.loads(json.dumps(entry))
            stranger["guid"] = f"{stranger['guid'][:-4]}ffff"
            stranger["settings"]["Name"] = f"{kind}{EVIL}"
            entries.append(stranger)
        for entry in entries:
            entry["created_by"] = entry["changed_by"] = f"Mallory{EVIL}"
            for name, value in entry["settings"].items():
                if name not in IDENTITIES:
                    entry["settings"][name] = spoiled(value)
    path.write_text(json.dumps(document))


def stranger(terminal: Terminal, kind: str) -> str:
    """The id of the object of a kind that no resource manages."""
    (tenant,) = json.loads((terminal.folder / ".mailform" / "sandbox.json").read_text())["tenants"].values()
    found: str = tenant["entries"][kind][-1]["guid"]
    return found


def texts(document: object) -> str:
    """All texts in a document, as a program reads them."""
    match document:
        case str():
            return document
        case list():
            return "".join(map(texts, document))
        case dict():
            return "".join(texts([key, value]) for key, value in document.items())
        case _:
            return ""


def basic_string(text: str) -> str:
    """A text inside a basic string of TOML."""
    return "".join(f"\\U{ord(mark):08x}" for mark in text)
