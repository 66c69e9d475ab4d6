"""The same story on services that answer otherwise: a client that is right works under every reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bench import SCENARIO, Bench
from lifecycle.stories import prepared_tenant
from mailform.exits import Exit
from mailform_providers.sandbox import Behaviour, Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference

READINGS = [
    Behaviour(connector_form="guid"),
    Behaviour(connector_form="as_given"),
    Behaviour(error_envelope="C"),
    Behaviour(set_returns="null"),
    Behaviour(set_returns="no_content"),
    Behaviour(test_mode_listing="all"),
    Behaviour(scoped_hidden=True),
    Behaviour(completes_actions=False),
]


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_the_whole_story_is_the_same_under_every_reading(tmp_path: Path, reading: Behaviour) -> None:
    bench = Bench(tmp_path, behaviour=reading)
    prepared_tenant(bench)
    was = bench.hand.snapshot()
    assert bench.apply(Fault(When(nth=25), Reject())).exit is Exit.ROLLED_BACK
    assert difference(was, bench.hand.snapshot()) == []
    assert bench.apply().exit is Exit.DONE
    plan = bench.plan().plan
    assert plan.empty, plan.steps
    assert not plan.drift


def test_an_inbound_connector_that_comes_out_disabled_fails_the_apply_before_any_mail_is_routed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SCENARIO, Behaviour(inbound_created_disabled=True))
    was = bench.hand.snapshot()
    report = bench.apply()
    assert report.exit is Exit.ROLLED_BACK
    assert "disabled" in report.failure
    assert difference(was, bench.hand.snapshot()) == []
    assert bench.last is not None
    assert not [request for request in bench.last.writes if request.operation == "Enable-TransportRule"]


def test_a_dehydrated_tenant_is_refused_with_what_to_do(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SCENARIO, Behaviour(dehydrated=True))
    report = bench.apply()
    assert report.exit is Exit.ROLLED_BACK
    assert "Enable-OrganizationCustomization" in report.failure
