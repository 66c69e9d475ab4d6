from __future__ import annotations

import httpx
import pytest
from test_exchange_reads import desk

from mailform_providers.contract import Lost, Rejected
from mailform_providers.exchange.client import Answer
from scripted import answer, failed, listed, not_found, raw

SET, NEW = "Set-TransportRule", "New-TransportRule"
RULE = "2f9d3f2b-0000-4000-8000-000000000001"
PASSING = "Microsoft.Exchange.Data.Directory.ADServerSettingsChangedException"
INVALID = "Microsoft.Exchange.Management.Tasks.InvalidArgumentException"


@pytest.mark.parametrize("nothing", [raw(204), raw(200), raw(200, b"null"), listed(), answer({"value": None})])
def test_a_write_that_answers_with_nothing_was_carried_out(nothing: httpx.Response) -> None:
    assert desk(nothing).client.write(SET, {"Identity": RULE}) == Answer(())


def test_warnings_of_a_write_are_kept() -> None:
    warning = "The command completed successfully but no settings of 'x' have been modified."
    assert desk(listed(warnings=[warning])).client.write(SET, {}) == Answer((), (warning,))


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_a_cmdlet_that_failed_changed_nothing(status: int) -> None:
    written = desk(failed(INVALID, "The rule priority is invalid.", status)).client.write(SET, {})
    assert isinstance(written, Rejected)
    assert "The rule priority is invalid." in written.message


def test_an_object_that_is_not_there_is_said_to_be_missing() -> None:
    written = desk(not_found(RULE)).client.write("Remove-TransportRule", {"Identity": RULE})
    assert isinstance(written, Rejected)
    assert written.missing


def test_another_object_that_is_not_there_is_no_missing_object() -> None:
    written = desk(not_found("To contoso")).client.write(SET, {"Identity": RULE})
    assert isinstance(written, Rejected)
    assert not written.missing


@pytest.mark.parametrize("error", [httpx.ConnectError("no such host"), httpx.ConnectTimeout("slow")])
def test_a_write_that_was_never_sent_is_rejected_and_says_so(error: Exception) -> None:
    written = desk(error).client.write(NEW, {})
    assert isinstance(written, Rejected)
    assert "not sent" in written.message


@pytest.mark.parametrize(
    "reaction",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        httpx.WriteError("reset"),
        raw(200, b"<html>a proxy's page</html>"),
        raw(200, b'{"value":[{"Na'),
        raw(500, b"oops"),
        raw(502, b"<html>"),
        raw(504),
        raw(408),
        answer({"error": {"code": "InternalServerError", "message": "Something happened"}}, 500),
    ],
)
def test_a_write_whose_answer_is_lost_is_never_sent_again(reaction: httpx.Response | Exception) -> None:
    at = desk(reaction)
    assert isinstance(at.client.write(NEW, {}), Lost)
    assert len(at.script.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 405, 413, 302])
def test_a_write_that_was_turned_away_changed_nothing(status: int) -> None:
    assert isinstance(desk(raw(status, b"\0" * 10)).client.write(NEW, {}), Rejected)


@pytest.mark.parametrize(
    "busy",
    [
        raw(429, headers={"Retry-After": "3"}),
        raw(503),
        raw(
            400,
            b"You have reached the maximum number of concurrent requests per tenant. Please wait and try again",
            headers={"Content-Type": "text/plain"},
        ),
    ],
)
def test_a_write_that_was_turned_away_for_now_is_sent_again(busy: httpx.Response) -> None:
    at = desk(busy, listed({"Guid": RULE}))
    assert isinstance(at.client.write(NEW, {}), Answer)
    assert len(at.script.requests) == 2


def test_a_passing_failure_is_tried_again_only_if_that_makes_nothing_twice() -> None:
    assert isinstance(desk(failed(PASSING, "changed", 500), listed()).client.write(SET, {}), Answer)
    assert isinstance(desk(failed(PASSING, "changed", 500)).client.write(NEW, {}), Rejected)


def test_a_missing_permission_passes_only_when_it_is_a_domain_controllers() -> None:
    type_name = "Microsoft.Exchange.Data.Directory.InsufficientPermissionsException"
    passing = failed(type_name, "The account doesn't have write permission to target DC DC01.", 500)
    assert isinstance(desk(passing, listed()).client.write("Remove-InboundConnector", {}), Answer)
    assert isinstance(desk(failed(type_name, "You may not do this.")).client.write(SET, {}), Rejected)
