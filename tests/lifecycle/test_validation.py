"""validation_recipients: apply sends real test mail through a connector, and believes what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bench import SCENARIO, Bench
from mailform.exits import Exit
from mailform.render import plan_text
from mailform_providers.sandbox import Behaviour
from mailform_providers.sandbox.snapshot import difference

VALIDATED = SCENARIO.replace(
    "cloud_services_mail_enabled = true\n\n[accepted_domain",
    'cloud_services_mail_enabled = true\nvalidation_recipients = ["postmaster@contoso.com"]\n\n[accepted_domain',
)
UNREACHABLE = Behaviour(unreachable_hosts=frozenset({"*"}))


def operations(bench: Bench) -> list[str]:
    assert bench.last is not None
    return [request.operation for request in bench.last.writes]


def test_the_connector_is_validated_after_it_was_made_and_before_mail_is_routed_to_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, VALIDATED)
    plan = bench.plan()
    assert "sends real test mail" in plan_text.text(plan.plan, colour=False, state=plan.state)
    report = bench.apply()
    assert report.exit is Exit.DONE
    assert any("postmaster@contoso.com" in remark and "succeeded" in remark for remark in report.remarks)
    sent = operations(bench)
    assert sent.index("Validate-OutboundConnector") < sent.index("Enable-TransportRule")
    assert bench.plan().plan.empty
    bench.apply()
    assert operations(bench) == []


def test_a_failed_validation_fails_the_step_and_everything_is_taken_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path, VALIDATED, UNREACHABLE)
    was = bench.hand.snapshot()
    report = bench.apply()
    assert report.exit is Exit.ROLLED_BACK
    assert "validation failed" in report.failure
    assert difference(was, bench.hand.snapshot()) == []
    assert "Enable-TransportRule" not in operations(bench)


def test_a_failed_validation_is_a_warning_where_the_connector_says_so(tmp_path: Path) -> None:
    text = VALIDATED.replace("validation_recipients", 'validation = "warn"\nvalidation_recipients')
    bench = Bench(tmp_path, text, UNREACHABLE)
    report = bench.apply()
    assert report.exit is Exit.DONE
    assert any("validation failed" in warning for warning in report.warnings)


@pytest.mark.parametrize("change", ['comment = "x"\n', ""])
def test_only_a_connector_that_was_written_is_validated_again(tmp_path: Path, change: str) -> None:
    bench = Bench(tmp_path, VALIDATED)
    bench.apply()
    bench.text = VALIDATED.replace("validation_recipients", f"{change}validation_recipients")
    bench.apply()
    assert ("Validate-OutboundConnector" in operations(bench)) is bool(change)
