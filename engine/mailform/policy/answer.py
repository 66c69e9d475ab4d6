"""The shape of what a policy program may answer. Import this only where one has."""

from __future__ import annotations

from typing import Literal

from mailform_state.shapes import Shape


class FindingShape(Shape):
    """One thing that a program says of a plan."""

    effect: Literal["deny", "warn"]
    message: str
    policy: str = ""
    address: str | None = None


class AnswerShape(Shape):
    findings: list[FindingShape]
