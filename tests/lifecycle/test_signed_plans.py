"""Signed plans: where a key is configured, only a plan that was made with it is applied, and no byte may differ."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from lifecycle.blocks import rule
from mailform.plan_key import parsed
from mailform.planfile import load
from mailform_state.canonical import canonical, digest
from mailform_state.errors import Damaged
from terminal import Terminal

PLAN = "change.mfplan"
SECRET = base64.b64encode(bytes(range(32))).decode()
OTHER_SECRET = base64.b64encode(bytes(range(1, 33))).decode()
PAIR = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def private(pair: Ed25519PrivateKey, passphrase: bytes | None = None) -> str:
    locked = form.NoEncryption() if passphrase is None else form.BestAvailableEncryption(passphrase)
    return pair.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, locked).decode()


def public(pair: Ed25519PrivateKey) -> str:
    spki = form.PublicFormat.SubjectPublicKeyInfo
    return pair.public_key().public_bytes(form.Encoding.PEM, spki).decode()


OTHER_PAIR = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
RSA = (
    generate_private_key(65537, 2048)
    .private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    .decode()
)
PAIRS = {"a shared secret": (SECRET, SECRET), "a pair": (private(PAIR), public(PAIR))}
"""What a plan is signed with, and what it is checked with."""

each = pytest.mark.parametrize(("signing", "checking"), PAIRS.values(), ids=PAIRS)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    for name in ("MAILFORM_SANDBOX", "MAILFORM_DEBUG", "MAILFORM_PLAN_KEY", "MAILFORM_PLAN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CI", "true")
    monkeypatch.chdir(tmp_path)
    found = Terminal(tmp_path, capsys)
    found.write(rule("a", "A"))
    return found


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Key:
    return Key(monkeypatch)


class Key:
    """The environment, as far as it has a key."""

    def __init__(self, environment: pytest.MonkeyPatch) -> None:
        self._environment = environment

    def __call__(self, text: str | None) -> None:
        if text is None:
            self._environment.delenv("MAILFORM_PLAN_KEY", raising=False)
        else:
            self._environment.setenv("MAILFORM_PLAN_KEY", text)

    def file(self, path: Path) -> None:
        self._environment.setenv("MAILFORM_PLAN_KEY_FILE", str(path))


def forged(terminal: Terminal, **change: object) -> None:
    """The plan as somebody rewrote it who can make a digest, and has no key. None takes a part out."""
    path = terminal.folder / PLAN
    body = {**json.loads(path.read_bytes()), **change}
    del body["digest"]
    body = {name: value for name, value in body.items() if value is not None}
    path.write_bytes(canonical({**body, "digest": digest(body)}) + b"\n")


def rules(terminal: Terminal) -> int:
    return len(terminal.sandbox.run("Get-TransportRule")["value"])  # type: ignore[arg-type]  # a list of them


def refused(terminal: Terminal, *words: str) -> None:
    """The plan is damage, to look at as well as to apply, and nothing of it is carried out."""
    before = terminal.sandbox.snapshot()
    for command in ("show", "apply"):
        ran = terminal.run(command, PLAN)
        assert ran.code == 9, ran
        for word in (*words, "hint: "):
            assert word in ran.err
    assert terminal.sandbox.snapshot() == before


@each
def test_a_signed_plan_is_applied_where_its_key_is(terminal: Terminal, key: Key, signing: str, checking: str) -> None:
    key(signing)
    said = terminal.run("plan", "--out", PLAN).err
    key(checking)
    assert "Signed with" in said
    assert said.splitlines()[-1] == terminal.run("show", PLAN).err.splitlines()[-1]
    terminal.done("apply", PLAN)
    assert rules(terminal) == 1
    assert terminal.run("apply", PLAN).code == 8


@each
def test_an_unsigned_plan_is_refused_where_there_is_a_key(
    terminal: Terminal, key: Key, signing: str, checking: str
) -> None:
    terminal.done("plan", "--out", PLAN)
    key(checking)
    refused(terminal, "it isn't signed")


@each
def test_a_plan_that_was_rewritten_is_refused_though_its_digest_fits(
    terminal: Terminal, key: Key, signing: str, checking: str
) -> None:
    key(signing)
    terminal.done("plan", "--out", PLAN)
    good = json.loads((terminal.folder / PLAN).read_bytes())
    key(checking)
    forged(terminal, text="nothing to see here")
    refused(terminal, "its signature doesn't fit")
    forged(terminal, text=good["text"], expires="2099-01-01T00:00:00+00:00")
    refused(terminal, "its signature doesn't fit")
    forged(terminal, expires=good["expires"], signature=None)
    refused(terminal, "it isn't signed")
    forged(terminal, signature={**good["signature"], "value": "00" * 64})
    refused(terminal, "its signature doesn't fit")
    forged(terminal, signature=good["signature"])
    terminal.done("apply", PLAN)


@pytest.mark.parametrize(
    ("signing", "checking", "said"),
    [
        (SECRET, OTHER_SECRET, "the one here is"),
        (private(PAIR), public(OTHER_PAIR), "the one here is"),
        (SECRET, public(PAIR), "hmac-sha256"),
        (private(PAIR), SECRET, "ed25519"),
    ],
)
def test_a_plan_of_another_key_is_refused(terminal: Terminal, key: Key, signing: str, checking: str, said: str) -> None:
    key(signing)
    terminal.done("plan", "--out", PLAN)
    key(checking)
    refused(terminal, said)
    forged(terminal, signature={**json.loads((terminal.folder / PLAN).read_bytes())["signature"], "algorithm": "none"})
    refused(terminal)


def test_a_public_key_makes_no_shared_secret_of_itself(terminal: Terminal, key: Key) -> None:
    """The classic forgery: HMAC with what everybody may know."""
    known = "".join(public(PAIR).split("\n")[1:-2])
    key(known)  # base64 of 44 bytes: long enough for a secret
    terminal.done("plan", "--out", PLAN)
    key(public(PAIR))
    refused(terminal, "hmac-sha256")


def test_a_public_key_cannot_sign_and_is_not_needed_to_look(terminal: Terminal, key: Key) -> None:
    key(public(PAIR))
    terminal.done("plan")
    terminal.run("plan", "--out", PLAN).refuses("can't sign", "hint: ")
    assert not (terminal.folder / PLAN).exists()


def test_a_signed_plan_without_a_key_is_applied_with_a_warning(terminal: Terminal, key: Key) -> None:
    key(SECRET)
    terminal.done("plan", "--out", PLAN)
    key(None)
    ran = terminal.run("apply", PLAN)
    assert (ran.code, "no key is here" in ran.err) == (0, True)


def test_a_key_may_be_in_a_file(terminal: Terminal, key: Key) -> None:
    for name, text in (("private.pem", private(PAIR)), ("public.pem", public(PAIR))):
        (terminal.folder / name).write_text(text)
        key.file(terminal.folder / name)
        terminal.done(*(("plan", "--out", PLAN) if name == "private.pem" else ("apply", PLAN)))
    assert rules(terminal) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is set, and empty"),
        (" \n", "is set, and empty"),
        ("hunter2-hunter2", "base64"),
        (base64.b64encode(bytes(31)).decode(), "31 bytes"),
        (private(PAIR, b"hunter2"), "passphrase"),
        ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "PEM"),
        (RSA, "no Ed25519 key"),
        ("-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----", "PEM"),
    ],
)
def test_what_is_no_key_is_a_mistake_that_does_not_show_it(terminal: Terminal, key: Key, text: str, said: str) -> None:
    terminal.done("plan", "--out", PLAN)
    key(text)
    for words in (("plan", "--out", "other.mfplan"), ("apply", PLAN), ("show", PLAN)):
        ran = terminal.run(*words)
        ran.refuses("[plan-key]", "hint: ", said)
        assert "hunter2" not in ran.err
    assert rules(terminal) == 0


def test_a_key_file_that_cannot_be_read_is_a_mistake(
    terminal: Terminal, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (terminal.folder / "nowhere", terminal.folder):
        key.file(path)
        terminal.run("plan", "--out", PLAN).refuses("[plan-key]", "MAILFORM_PLAN_KEY_FILE")
    key(SECRET)
    terminal.run("plan", "--out", PLAN).refuses("both MAILFORM_PLAN_KEY and MAILFORM_PLAN_KEY_FILE")


@each
def test_every_byte_of_a_signed_plan_counts(terminal: Terminal, key: Key, signing: str, checking: str) -> None:
    """With the key, and also where there is none: then the digest finds it."""
    key(signing)
    terminal.done("plan", "--out", PLAN)
    good = (terminal.folder / PLAN).read_bytes()
    check = parsed(checking)
    assert load(good, check).signature == load(good).signature
    for place in range(len(good)):
        bad = bytearray(good)
        bad[place] ^= 1 << place % 8
        for checked_with in (check, None):
            with pytest.raises(Damaged):
                load(bytes(bad), checked_with)


@pytest.mark.parametrize("signing", [None, SECRET, private(PAIR)], ids=["unsigned", "a shared secret", "a pair"])
def test_an_apply_of_a_flipped_plan_sends_nothing_that_writes(
    terminal: Terminal, key: Key, signing: str | None
) -> None:
    key(signing)
    terminal.done("plan", "--out", PLAN)
    path = terminal.folder / PLAN
    good = path.read_bytes()
    before = terminal.sandbox.snapshot()
    for place in sorted({0, len(good) - 1, *random.Random(6).sample(range(len(good)), 40)}):
        bad = bytearray(good)
        bad[place] ^= 0xFF
        path.write_bytes(bad)
        assert terminal.run("apply", PLAN).code == 9
    assert terminal.sandbox.snapshot() == before
    assert not (terminal.folder / "mailform.state.json").exists()
    path.write_bytes(good)
    terminal.done("apply", PLAN)


def test_the_digest_that_plan_tells_is_the_one_to_expect(terminal: Terminal) -> None:
    told = terminal.run("plan", "--out", PLAN).err.splitlines()[-1]
    assert terminal.run("show", PLAN, "--json").document["mailform"]["plan_digest"] == told
    wrong = f"sha256:{'0' * 64}"
    assert terminal.run("apply", PLAN, "--expect-digest", wrong).code == 9
    for none in ("", "sha256:", told.upper(), f"{told} "):
        terminal.run("apply", PLAN, "--expect-digest", none).refuses("--expect-digest")
    assert rules(terminal) == 0
    terminal.done("apply", PLAN, "--expect-digest", told)


def test_help_says_that_a_digest_finds_damage_only(terminal: Terminal) -> None:
    for command in ("plan", "apply"):
        said = " ".join(terminal.done(command, "--help").split())
        assert "digest finds damage only" in said
        assert "MAILFORM_PLAN_KEY_FILE" in said


SENSITIVE = """
[variables.secret]
type = "string"
sensitive = true

[outputs.told]
value = "${var.secret}"
sensitive = true

[transport_rule.a]
name = "A"
comments = "${var.secret}"
conditions = { subject_contains_words = ["${var.secret}"] }
actions = { set_header_name = "X-Key", set_header_value = "before ${var.secret} after" }
"""


def test_a_sensitive_value_is_in_no_plan_file_in_any_spelling(terminal: Terminal, key: Key) -> None:
    """Old and new values, in attributes, lists, parts of texts and outputs; also what the tenant had instead."""
    key(SECRET)
    terminal.write(SENSITIVE)
    values = ["canary-öne", "canary-twö", "canary-threé"]
    files = []
    for value in values[:2]:
        terminal.done("plan", "--var", f"secret={value}", "--out", PLAN)
        files.append((terminal.folder / PLAN).read_bytes())
        terminal.done("apply", "--var", f"secret={value}", PLAN)
    found = terminal.sandbox.run("Get-TransportRule")["value"]
    terminal.edited("transport_rule", found[0]["Guid"], {"comments": values[2]})  # type: ignore[index]  # JSON
    terminal.done("plan", "--var", f"secret={values[1]}", "--out", PLAN)
    files.append((terminal.folder / PLAN).read_bytes())
    terminal.done("plan", "--destroy", "--var", f"secret={values[1]}", "--out", PLAN)
    files.append((terminal.folder / PLAN).read_bytes())
    for value in values:
        plain = value.encode()
        for spelling in (plain, json.dumps(value)[1:-1].encode(), base64.b64encode(plain)[:-2], plain.hex().encode()):
            assert not any(spelling in file for file in files)
    assert all(b"X-Key" in file for file in files)


def test_the_same_secret_comes_to_another_digest_in_every_plan(terminal: Terminal) -> None:
    terminal.write(SENSITIVE)
    prints = set()
    for value in ("one", "one", "two"):
        terminal.done("plan", "--var", f"secret={value}", "--out", PLAN)
        prints.add(json.loads((terminal.folder / PLAN).read_bytes())["fingerprint"])
    assert len(prints) == 3
    assert terminal.run("apply", "--var", "secret=one", PLAN).code == 8
