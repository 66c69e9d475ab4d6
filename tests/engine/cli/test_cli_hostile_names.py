"""Whoever may name something in the tenant, or write a file, can't write to the terminal of whoever looks at it.

One tenant has every harmful character in every text of every kind, and every command that shows anything is run over
it. Nothing harmful may come out, and the name has to be recognisable still: escaped, not left out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from mailform.configuration.load import load
from mailform.render import graph, lock_text, login
from mailform.render.escape import json_text, page, toml_text
from mailform.render.progress import line
from mailform_providers.clouds import Audience
from mailform_providers.credentials import Claims
from mailform_providers.sandbox import refusals, rule_limits
from mailform_providers.signin.check import Look, Refusal, Standing
from mailform_state import lock
from mailform_state.address import Address
from mailform_state.canonical import digest
from mailform_state.journal import Begin, Intent, Outcome, Result
from mailform_state.store import Holder, LockInfo
from terminal import TENANT, Ran, Terminal, environment

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


@pytest.fixture
def spoiled_tenant(terminal: Terminal) -> Terminal:
    terminal.write(CONFIGURATION)
    terminal.done("apply", "--auto-approve", "-q")
    spoil(terminal.folder / ".mailform" / "sandbox.json")
    return terminal


def stranger(terminal: Terminal, kind: str) -> str:
    """The id of the object of a kind that no resource manages."""
    (tenant,) = json.loads((terminal.folder / ".mailform" / "sandbox.json").read_text())["tenants"].values()
    found: str = tenant["entries"][kind][-1]["guid"]
    return found


LOOKING = [
    ("plan",),
    ("plan", "--refresh-only"),
    ("plan", "--destroy"),
    ("plan", "-vv"),
    ("plan", "--replace", "inbound_connector.in"),
    ("drift",),
]
KINDS = ("outbound_connector", "inbound_connector", "transport_rule")


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_plan_and_drift_show_hostile_names_escaped(
    spoiled_tenant: Terminal, command: tuple[str, ...], as_json: tuple[str, ...]
) -> None:
    ran = spoiled_tenant.run(*command, *as_json)
    shows_nothing_harmful(ran)
    assert ran.code == 0, ran
    assert MARK in ran.out
    if as_json:
        assert EVIL in _texts(ran.document), "programs are told what it is"


def _texts(document: object) -> str:
    """All texts in a document, as a program reads them."""
    match document:
        case str():
            return document
        case list():
            return "".join(map(_texts, document))
        case dict():
            return "".join(_texts([key, value]) for key, value in document.items())
        case _:
            return ""


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
def test_a_whole_life_with_hostile_names_never_shows_one(spoiled_tenant: Terminal, as_json: tuple[str, ...]) -> None:
    """Adopt what is there, look at it from every side, save a plan, and take it away again."""
    terminal = spoiled_tenant
    for words in (
        ("apply", "--refresh-only", "--auto-approve", *as_json),
        ("show", *as_json),
        ("state", "list", *as_json),
        ("state", "show", "transport_rule.rule", *as_json),
        ("state", "show", "inbound_connector.in", *as_json),
        ("state", "history", *as_json),
        ("state", "pull"),
        ("output", *as_json),
        ("plan", "--out", "saved.mfplan", *as_json),
        ("show", "saved.mfplan", *as_json),
        ("apply", "saved.mfplan", "-v", *as_json),
        ("destroy", "--auto-approve", *as_json),
        ("recover", *as_json),
    ):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        if words[:2] in (("show", *as_json)[:2], ("state", "pull")) or words[:2] == ("show", "saved.mfplan"):
            assert MARK in ran.out, (words, ran)


@pytest.mark.parametrize("kind", KINDS)
def test_import_gives_a_block_that_can_be_looked_at_and_says_the_very_same(spoiled_tenant: Terminal, kind: str) -> None:
    ran = spoiled_tenant.run("import", f"{kind}.stranger", stranger(spoiled_tenant, kind))
    shows_nothing_harmful(ran)
    assert ran.code == 1
    assert tomllib.loads(ran.out)[kind]["stranger"]["name"].replace("$${", "${") == f"{kind}{EVIL}{EVIL}"
    shows_nothing_harmful(spoiled_tenant.run("import", f"{kind}.stranger", f"{kind}{EVIL}{EVIL}", "--json"))


def test_an_object_that_is_in_the_way_is_named_escaped(spoiled_tenant: Terminal) -> None:
    spoiled_tenant.write(CONFIGURATION.replace('name = "In"', f'name = "{_toml(f"inbound_connector{EVIL}{EVIL}")}"'))
    for words in (("validate",), ("plan",), ("graph",), ("apply", "--auto-approve"), ("validate", "--json")):
        ran = spoiled_tenant.run(*words)
        shows_nothing_harmful(ran)


def _toml(text: str) -> str:
    """A text inside a basic string of TOML."""
    return "".join(f"\\U{ord(mark):08x}" for mark in text)


def test_what_the_service_says_is_shown_escaped(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its refusals quote names, and its warnings are anybody's text."""
    terminal.write(CONFIGURATION)

    def refused(*_: object) -> None:
        raise refusals.invalid(f"The rule can't be made.{EVIL}")

    monkeypatch.setattr(rule_limits, "require_room", refused)
    for words in (("apply", "--auto-approve"), ("apply", "--auto-approve", "--json")):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        assert ran.code == 3
        assert MARK in ran.out


LOCK = {
    "id": f"id{EVIL}",
    "user": f"user{EVIL}",
    "host": f"host{EVIL}",
    "pid": 1,
    "since": "2026-11-23T12:00:00Z",
    "command": f"mailform{EVIL}",
    "pipeline": f"https://ci{EVIL}",
}
HOLDER = Holder(EVIL, EVIL, 1, datetime(2026, 1, 1, tzinfo=UTC), EVIL, EVIL)


def test_a_lock_that_somebody_else_wrote_is_shown_escaped(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    (terminal.folder / "mailform.state.lock").write_text("\n" + json.dumps(LOCK))
    for words in (("state", "lock-info"), ("state", "lock-info", "--json"), ("unlock", "other"), ("unlock", EVIL)):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        assert MARK in ran.out + ran.err
    for held in (True, False):
        assert not harmful(lock_text.text(LockInfo(EVIL, HOLDER, held)))


def test_a_lock_that_is_held_names_its_holder_escaped(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    with lock.holding(terminal.folder / "mailform.state.lock", HOLDER, 0):
        for words in (("apply", "--auto-approve"), ("state", "lock-info"), ("unlock", "x"), ("state", "rm", "a.b")):
            ran = terminal.run(*words)
            shows_nothing_harmful(ran)
            assert MARK in ran.out + ran.err


def _state_with(change: dict[str, object], path: Path) -> None:
    """The state as somebody wrote it who can make a digest."""
    document = json.loads(path.read_text())
    del document["digest"]
    document |= change
    path.write_text(json.dumps({**document, "digest": digest(document)}))


def test_a_forged_state_is_shown_escaped(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    terminal.done("apply", "--auto-approve", "-q")
    path = terminal.folder / "mailform.state.json"
    document = json.loads(path.read_text())
    resource = document["resources"][0]
    resource["attributes"][f"attribute{EVIL}"] = {"written": EVIL, "echoed": {EVIL: [EVIL]}}
    keyed = f'transport_rule.r["{_key(EVIL)}"]'
    left = {"address": keyed, "kind": f"kind{EVIL}", "id": EVIL}
    _state_with(
        {
            "resources": document["resources"],
            "outputs": {f"name{EVIL}": {"value": {EVIL: EVIL}, "sensitive": False}},
            "unresolved": [{**left, "detail": EVIL}],
            "pending_delete": [{**left, "name": EVIL, "reason": EVIL}],
            "proofs": [{"address": keyed, "name": EVIL, "txt": EVIL, "mx": EVIL}],
            "mail_host": EVIL,
            "lineage": EVIL,
        },
        path,
    )
    for words in (
        ("show",),
        ("output",),
        ("output", "nothing"),
        ("output", f"name{EVIL}"),
        ("state", "list"),
        ("state", "show", str(resource["address"])),
        ("state", "show", EVIL),
        ("state", "pull"),
        ("plan",),
        ("drift",),
    ):
        for more in ((), ("--json",)) if words != ("state", "pull") else ((),):
            shows_nothing_harmful(terminal.run(*words, *more))
    assert MARK in terminal.run("show").out
    assert MARK in terminal.run("output").out


def _key(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "")


def test_what_stands_in_the_files_names_is_shown_escaped(terminal: Terminal) -> None:
    name = "evil\x1b[31m\u202e\u200b\n  hint: run this.mailform.toml"
    terminal.write(CONFIGURATION)
    terminal.write("nonsense", name)
    os.write(os.open(os.fsencode(terminal.folder) + b"/\xff\xfe.mailform.toml", os.O_CREAT | os.O_WRONLY), b"nonsense")
    for words in (("validate",), ("plan",), ("fmt",), ("validate", "--json")):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        assert ran.code == 1
        assert MARK in ran.out + ran.err


def test_what_is_typed_is_shown_escaped(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    bytes_of_another_script = "\udcff\udcfe"
    for evil in (SHORT, bytes_of_another_script):
        for words in (
            ("plan", "--var", f"{evil}=x"),
            ("plan", "--var-file", evil),
            ("plan", "--target", evil),
            ("plan", "--format", evil),
            ("plan", "--expires", evil),
            ("plan", "-C", evil),
            ("apply", evil),
            ("show", evil),
            ("output", evil),
            ("state", "show", evil),
            ("state", "push", evil),
            ("import", evil, evil),
            ("import", "transport_rule.r", evil),
            ("unlock", evil),
            (evil,),
            (f"--{evil}",),
        ):
            ran = terminal.run(*words)
            shows_nothing_harmful(ran)
            assert ran.code == 1, (words, ran)


def test_progress_shows_what_others_named_escaped_and_on_one_line() -> None:
    address = Address("transport_rule", "r", EVIL)
    begin = Begin(EVIL, EVIL, EVIL, EVIL, 1, EVIL, datetime(2026, 1, 1, tzinfo=UTC))
    intent = Intent(1, address, "create", "transport_rule", None, {"name": EVIL})
    for entry in (begin, intent, Result(1, Outcome.REJECTED, detail=EVIL), Result(1, Outcome.OK, id=EVIL)):
        told = line(entry, {1: intent})
        assert told is not None
        assert not harmful(told)
        assert "\n" not in told


def test_login_shows_what_a_token_and_a_service_say_escaped() -> None:
    said = Claims("guid", EVIL, datetime(2026, 1, 1, tzinfo=UTC), (EVIL,), EVIL, EVIL)
    refusal = Refusal(EVIL, EVIL)
    for user in (EVIL, ""):
        standing = Standing(Audience.EXCHANGE, True, replace(said, user=user), refusal, (Look("rules", refusal),))
        found = login.SignIn(None, EVIL, "guid", (standing,))
        assert not harmful(login.text(found, colour=False))
        assert MARK in login.text(found, colour=False)
        assert not harmful(json_text(login.as_json(found)))


@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_a_graph_s_labels_stay_labels(form: str, terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    configured = load(terminal.folder)
    (first, *_) = configured.resources.values()
    evil = Address("transport_rule", "r", f'{EVIL}"]; evil -> "x')
    other = replace(configured, resources={evil: first})
    drawn = graph.dot(other) if form == "dot" else graph.mermaid(other)
    assert not harmful(drawn)
    (label,) = [text for text in drawn.splitlines() if "Evil" in text]
    assert label.count('"') - label.count('\\"') == 2, "the label ends where it ends"
    assert "-->" not in label
    assert MARK.replace("\\", "#92;" if form == "mermaid" else "\\\\") in label


def test_an_output_is_escaped_for_eyes_and_exact_for_a_pipeline(terminal: Terminal) -> None:
    """`--raw` is for `$(…)`: what comes out is the value, byte for byte, whatever the locale is."""
    said = EVIL.replace("\0", "")
    text = CONFIGURATION.replace('"fine"', f'"{_toml(said.replace("${", "$$" + "{"))}"')
    terminal.write(text)
    applied = terminal.run("apply", "--auto-approve")
    shows_nothing_harmful(applied)
    assert applied.code == 0, applied
    for words in (("output", "words"), ("output", "words", "--json"), ("output",)):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        assert MARK in ran.out
    assert terminal.run("output", "words", "--json").document == said
    command = [sys.executable, "-c", "from mailform.cli.main import run; run()", "output", "words", "--raw"]
    raw = subprocess.run(command, capture_output=True, env=environment(LC_ALL="C", PYTHONUTF8="0"), check=True)
    assert raw.stdout == said.encode()


def test_a_state_that_is_pulled_says_the_same_and_can_be_pushed(spoiled_tenant: Terminal) -> None:
    spoiled_tenant.done("apply", "--refresh-only", "--auto-approve")
    pulled = spoiled_tenant.done("state", "pull")
    assert pulled.isascii()
    assert json.loads(pulled) == json.loads((spoiled_tenant.folder / "mailform.state.json").read_text())
    Path("pulled.json").write_text(pulled)
    assert spoiled_tenant.run("state", "push", "--force", "pulled.json").code == 0


ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_a_page_has_nothing_harmful_but_its_lines_and_tabs(text: str) -> None:
    assert not harmful(page(text, colours=False)) - {"\t"}
    assert page(text, colours=False).count("\n") == text.count("\n")


@given(ANY_TEXT)
def test_a_coloured_page_has_no_escape_but_our_colours(text: str) -> None:
    painted = page(f"\x1b[1;31m{text}\x1b[0m", colours=True)
    assert painted.startswith("\x1b[1;31m")
    assert painted.endswith("\x1b[0m")
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", painted)


@given(ANY_TEXT)
def test_json_is_printable_ascii_and_says_the_same(text: str) -> None:
    said = json_text({text: [text]})
    assert said.isascii()
    assert said.isprintable()
    assert json.loads(said) == {text: [text]}


@given(st.text())
def test_toml_is_printable_and_says_the_same(text: str) -> None:
    said = toml_text(tomli_w.dumps({"k": {text: [text]}}))
    assert not harmful(said)
    assert tomllib.loads(said) == {"k": {text: [text]}}
