"""How a run ended: each exit code in honest words, and the same for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.render.golden import check
from engine.render.samples import CERTIFICATE, DOMAIN, IN, OUT, ROUTE, guid
from mailform.exits import Exit
from mailform.planning.verbs import Verb
from mailform.render.report import as_json, text
from mailform.session.report import Deed, Report, Wait
from mailform_state.journal import Outcome, UndoOutcome

MADE = (
    Deed(1, OUT, Verb.CREATE, guid(1), Outcome.OK),
    Deed(2, ROUTE, Verb.CREATE, guid(2), Outcome.OK),
    Deed(3, ROUTE, Verb.ENABLE, guid(2), Outcome.OK),
)
DONE = Report(
    run="1a2b3c4d",
    tenant=guid(100),
    actor="pipeline@fabrikam.com",
    exit=Exit.DONE,
    deeds=MADE,
    began=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
    ended=datetime(2026, 11, 23, 10, 0, 40, tzinfo=UTC),
    serial=5,
    mail_host="fabrikam.mail.protection.outlook.com",
)
REFUSED = Deed(4, IN, Verb.CREATE, None, Outcome.REJECTED, "The name \x1b[2Jis taken")
REPORTS = {
    "done": DONE,
    "nothing": replace(DONE, deeds=(), mail_host=""),
    "rolled-back": replace(
        DONE,
        exit=Exit.ROLLED_BACK,
        deeds=(*(replace(deed, undone=UndoOutcome.OK) for deed in MADE), REFUSED),
        failure=f"{IN}: The name is taken",
        hint="Give it another name",
    ),
    "unresolved": replace(
        DONE,
        exit=Exit.UNRESOLVED,
        deeds=(
            replace(MADE[0], undone=UndoOutcome.FAILED, undo_detail="the service didn't answer"),
            replace(MADE[1], undone=UndoOutcome.SKIPPED),
            replace(MADE[2], outcome=Outcome.AMBIGUOUS, undone=UndoOutcome.IMPOSSIBLE),
        ),
        unresolved=(f"{OUT}: {guid(1)} is still there",),
        failure="the answer was lost",
        next_command="mailform recover",
    ),
    "waiting": replace(
        DONE,
        exit=Exit.WAITING,
        deeds=(*MADE[:1], Deed(5, DOMAIN, Verb.VERIFY, CERTIFICATE, Outcome.WAITING, "no record")),
        waits=(Wait(DOMAIN, CERTIFICATE, "MS=ms12345678", "ms12345678.msv1.invalid", "no record found"),),
        deferred=(IN, ROUTE),
        pending=(f"{OUT}: a rule still uses it",),
        warnings=("the connector came out disabled",),
        next_command="mailform apply",
    ),
    "interrupted": replace(
        DONE,
        exit=Exit.INTERRUPTED,
        deeds=(MADE[0], replace(MADE[1], outcome=Outcome.UNSENT)),
        next_command="mailform recover",
    ),
    "held": replace(DONE, exit=Exit.INTERRUPTED, deeds=(MADE[0], REFUSED), failure="refused"),
    "stale": replace(DONE, exit=Exit.STALE, deeds=(), failure="the tenant changed", hint="Plan again"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_for_people(name: str) -> None:
    check(f"report-{name}.txt", text(REPORTS[name], colour=False))


@pytest.mark.parametrize("name", REPORTS)
def test_programs_are_told_the_same(name: str) -> None:
    report = REPORTS[name]
    said = json.loads(json.dumps(as_json(report)))
    shown = text(report, colour=False)
    assert said["exit"] == int(report.exit)
    assert said["message"] in shown
    assert f"exit {said['exit']}." in shown
    assert shown.count("\n  + ") + shown.count("\n  ~ ") == len(said["deeds"])
    assert (said["mail_affected"] is None) == ("Mail may have been affected" not in shown)


def test_the_window_ends_half_an_hour_after_the_last_write() -> None:
    assert as_json(DONE)["mail_affected"] == {"from": "2026-11-23T10:00:00Z", "until": "2026-11-23T10:30:40Z"}
    assert "to 2026-11-23 10:30:40 UTC" in text(DONE, colour=False)
    assert "half an hour (30 minutes)" in text(DONE, colour=False)


def test_a_run_that_sent_nothing_affected_no_mail() -> None:
    assert "Mail may" not in text(REPORTS["nothing"], colour=False)


def test_only_a_verified_rollback_says_that_it_was_verified() -> None:
    told = {name for name, report in REPORTS.items() if "verified by reading it again" in text(report, colour=False)}
    assert told == {"rolled-back"}


def test_the_record_to_publish_is_shown_with_its_name_in_both_forms() -> None:
    shown = text(REPORTS["waiting"], colour=False)
    assert f"TXT  {CERTIFICATE}  MS=ms12345678" in shown
    assert f"MX   {CERTIFICATE}  ms12345678.msv1.invalid" in shown


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_has_its_words(code: Exit) -> None:
    for deeds in ((), MADE):
        assert text(replace(DONE, exit=code, deeds=deeds), colour=True)


@pytest.mark.parametrize("code", [Exit.ERROR, Exit.STALE, Exit.INTEGRITY, Exit.REFUSED, Exit.LOCKED])
def test_nothing_is_said_to_be_unchanged_once_something_was_sent(code: Exit) -> None:
    assert "Nothing was changed" in text(replace(DONE, exit=code, deeds=()), colour=False)
    assert "Nothing was changed" not in text(replace(DONE, exit=code), colour=False)


def test_an_interrupted_rollback_does_not_say_that_nothing_was_taken_back() -> None:
    half = replace(DONE, exit=Exit.INTERRUPTED, deeds=(*MADE[:1], replace(MADE[1], undone=UndoOutcome.OK)))
    assert "Not everything was taken back" in text(half, colour=False)


def test_what_the_service_said_can_not_clear_the_screen() -> None:
    assert "\x1b" not in text(REPORTS["rolled-back"], colour=False)
