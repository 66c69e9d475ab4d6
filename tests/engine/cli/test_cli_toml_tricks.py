"""Numbers and nesting without end in the configuration and its variables: mistakes with a line, like any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from badfiles import READERS, Reader, at, refused
from terminal import TENANT, Terminal

BIG = f"0x{'f' * 5_000}"
DOTTED = ".".join("a" * 60)
DEEP = "1"
for _ in range(18):
    DEEP = f"{{{DOTTED} = {DEEP}}}"
RULE = TENANT + '[transport_rule.r]\nname = "r"\nactions = { prepend_subject = "x" }\n'
TOML = {
    "a number in hexadecimal without end": RULE + f"conditions = {{}}\npriority = {BIG}\n",
    "the same in a list": RULE + f"conditions = {{ subject_contains_words = [{BIG}] }}\n",
    "the same as a tenant": f"[tenant]\nid = {BIG}\n",
    "the same as a default": TENANT + f'[variables.v]\ntype = "number"\ndefault = {BIG}\n',
    "binary": TENANT + f"[locals]\na = 0b{'1' * 70}\n",
    "dotted keys in tables in dotted keys": RULE + f"conditions = {DEEP}\n",
    "the same in locals": TENANT + f"[locals]\na = {DEEP}\n",
    "the same in a default": TENANT + f'[variables.v]\ntype = "map"\ndefault = {DEEP}\n',
    "the same in an output": TENANT + f"[outputs.o]\nvalue = {DEEP}\n",
    "a header and a key": TENANT + f"[{DOTTED}]\n{DOTTED} = 1\n",
    "locals that nest each other": TENANT
    + "[locals]\na0 = [[[[[[[[[1]]]]]]]]]\n"
    + "".join(f'a{number + 1} = [[["${{local.a{number}}}"]]]\n' for number in range(20)),
    "a pattern without end": TENANT + '[variables.v]\ntype = "string"\ndefault = "x"\n'
    f'validation = {{ pattern = "{"(" * 3_000}" }}\n',
    "a pattern that repeats beyond counting": TENANT + '[variables.v]\ntype = "string"\ndefault = "x"\n'
    'validation = { pattern = "a{99999999999}" }\n',
}


@pytest.mark.parametrize("hostile", TOML)
def test_every_trick_of_toml_is_a_mistake_at_its_line(whole: Terminal, hostile: str) -> None:
    at(whole, "configuration").write_text(TOML[hostile])
    ran = refused(whole, READERS["configuration"], 1)
    assert "mailform.toml:" in ran.err
    refused(whole, Reader("mailform.toml", ("plan", "--json"), 1), 1)


@pytest.mark.parametrize("value", [BIG, "9" * 5_000, DEEP, "[" * 3_000, "1e999", "nan", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("type", ["number", "list", "map"])
def test_every_trick_of_toml_in_a_variable_is_a_mistake(terminal: Terminal, type: str, value: str) -> None:
    terminal.write(TENANT + f'[variables.v]\ntype = "{type}"\n')
    Path("v.toml").write_text(f"v = {value}\n")
    for words in (("validate", "--var", f"v={value}"), ("validate", "--var-file", "v.toml")):
        refused(terminal, Reader("v.toml", words, 1), 1)


def test_very_many_mistakes_are_told_by_the_first_of_them(terminal: Terminal) -> None:
    terminal.write(TENANT + "".join(f"a{number} = 1\n" for number in range(5_000)))
    ran = terminal.run("validate", "--json")
    assert ran.code == 1
    *_, last = ran.document["diagnostics"]
    assert last["summary"] == "there are 4,000 more"


def test_a_value_as_deep_as_allowed_goes_through_plan_state_and_output(terminal: Terminal) -> None:
    """What the configuration takes, everything behind it can write down and read again."""
    deep = "[" * 32 + "1" + "]" * 32
    terminal.write(TENANT + f"[outputs.deep]\nvalue = {deep}\n")
    terminal.done("plan", "--out", "saved.mfplan")
    terminal.done("show", "saved.mfplan")
    terminal.done("apply", "saved.mfplan")
    assert json.dumps(terminal.run("output", "deep", "--json").document) == deep
