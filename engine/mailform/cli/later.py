"""What a later version will have says so when it is asked for, and does nothing."""

from __future__ import annotations

from mailform.diagnostics import Diagnostic, Mistakes


def later(what: str, hint: str) -> Mistakes:
    """The mistake of asking for something that only a later version has."""
    return Mistakes((Diagnostic("reserved", f"{what} is reserved: this version doesn't have it yet", None, hint),))
