"""Policies on the command line: read before the tenant is asked, judged once there is a plan, binding at apply."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import typer

from mailform.cli import desk
from mailform.cli.common import Common
from mailform.cli.failing import PolicyRefused
from mailform.diagnostics import Diagnostic, errors
from mailform.exits import Exit
from mailform.policy.program import Program
from mailform.policy.rules import Rule
from mailform.render.figures import figure
from mailform.session.preparing import Prepared


@dataclass(frozen=True, slots=True)
class Policies:
    """What speaks for and against plans here: rules, and programs."""

    rules: tuple[Rule, ...] = ()
    programs: tuple[Program, ...] = ()


NONE = Policies()
"""No policies: what is gone on with was judged when it began."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A plan with what the policies say among its warnings, so that it is shown wherever the plan is. `told` is the
    same alone."""

    prepared: Prepared
    told: tuple[Diagnostic, ...] = ()

    @property
    def denials(self) -> tuple[Diagnostic, ...]:
        return errors(self.told)

    def require_allowed(self, *, shown: bool) -> None:
        """Leaves the command, or raises PolicyRefused, when a policy denies the plan. `shown`: the reasons were, as
        part of the plan."""
        if self.denials and shown:
            reasons = figure(len(self.denials), "reason")
            desk.tell(f"Error: policies refuse the plan, for {reasons} told with it.\n  hint: Nothing was changed.")
            desk.leave(Exit.REFUSED)
        if self.denials:
            raise PolicyRefused(self.denials)


def policies(common: Common, folders: list[Path] | None, commands: list[str] | None, timeout: timedelta) -> Policies:
    """The policies of the configuration's folder, and those that are named. Raises Mistakes, typer.BadParameter."""
    from mailform.policy.reading import rules

    programs = tuple(_program(command, timeout) for command in commands or ())
    return Policies(rules(common.directory, folders or ()), programs)


def policies_of(common: Common) -> Policies:
    """The policies of the configuration's folder, for commands that take no others. Raises Mistakes."""
    return policies(common, None, None, timedelta())


def judged(found: Policies, prepared: Prepared, document: Callable[[Prepared], Mapping[str, object]]) -> Judgement:
    """What the policies say of a plan. `document` makes the JSON that programs are given."""
    told = (*_by_rules(found.rules, prepared), *_by_programs(found.programs, prepared, document))
    if not told:
        return Judgement(prepared)
    plan = replace(prepared.plan, warnings=(*prepared.plan.warnings, *told))
    return Judgement(replace(prepared, plan=plan), told)


def _by_rules(rules: tuple[Rule, ...], prepared: Prepared) -> tuple[Diagnostic, ...]:
    if not rules:
        return ()
    from mailform.policy.judging import verdicts
    from mailform.render.changes_json import changes
    from mailform.render.secrecy import Secrets

    found = changes(prepared.plan, prepared.state, Secrets.of(prepared.plan, prepared.state))
    return tuple(verdict.told() for verdict in verdicts(found, rules))


def _by_programs(
    programs: tuple[Program, ...], prepared: Prepared, document: Callable[[Prepared], Mapping[str, object]]
) -> tuple[Diagnostic, ...]:
    if not programs:
        return ()
    from mailform.policy.program import ask
    from mailform.render.escape import json_text

    given = json_text(document(prepared)).encode() + b"\n"
    return tuple(one for program in programs for one in ask(program, given, dict(os.environ)))


def _program(command: str, timeout: timedelta) -> Program:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise typer.BadParameter(
            f"{command!r} can't be split into words: {error}", param_hint="--policy-command"
        ) from None
    found = shutil.which(words[0]) if words else None
    if found is None:
        raise typer.BadParameter(f"there is no program {command!r} to run", param_hint="--policy-command")
    return Program((found, *words[1:]), timeout.total_seconds())
