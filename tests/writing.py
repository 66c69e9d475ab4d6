"""Configurations for tests: a tenant with whatever blocks a test is about."""

from __future__ import annotations

from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.wanted import Configuration

TENANT = '[tenant]\nid = "fabrikam.onmicrosoft.com"\n'


def configured(blocks: str, *assignments: str) -> Configuration:
    """The configuration that the blocks make, under a tenant of their own."""
    return parse({"mailform.toml": (TENANT + blocks).encode()}, VariableInputs(assignments))


def mistakes(blocks: str, *assignments: str) -> tuple[Diagnostic, ...]:
    """What is wrong with the blocks; the test fails when nothing is."""
    return wrong(TENANT + blocks, *assignments)


def wrong(text: str, *assignments: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a whole file."""
    try:
        parse({"mailform.toml": text.encode()}, VariableInputs(assignments))
    except Mistakes as found:
        return found.diagnostics
    raise AssertionError("nothing is wrong with it")


def only(found: tuple[Diagnostic, ...]) -> Diagnostic:
    """The one diagnostic there is."""
    assert len(found) == 1, [f"{one.code}: {one.message}" for one in found]
    return found[0]


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [one.code for one in found]
