"""`lifecycle` and `on_destroy`: what only the state holds, and remembers when the configuration says it no more."""

from __future__ import annotations

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, outbound, rule, scoped
from lifecycle.looks import at, by_hand, codes, drifting, mistakes, named, names, settled, steps
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.planning.steps import Note, Settle, Update
from mailform_providers.sandbox import Fault, Reject, When

PROTECTED = "lifecycle = { prevent_destroy = true }"
UNPROTECTED = "lifecycle = { prevent_destroy = false }"


def applied(bench: Bench, *blocks: str) -> None:
    bench.text = configuration(*blocks)
    report = bench.apply()
    assert report.exit is Exit.DONE, report


def ignoring(*attributes: str) -> str:
    return f"lifecycle = {{ ignore_changes = {list(attributes)!r} }}".replace("'", '"')


def test_a_protected_resource_cannot_be_taken_out(bench: Bench) -> None:
    applied(bench, rule("a", "A", PROTECTED), rule("b", "B"))
    bench.text = configuration(rule("b", "B"))
    (mistake,) = mistakes(bench)
    assert mistake.code == "prevent-destroy"
    assert "prevent_destroy = false" in (mistake.hint or "")


def test_removing_the_lifecycle_block_does_not_lift_the_protection(bench: Bench) -> None:
    applied(bench, rule("a", "A", PROTECTED), rule("b", "B"))
    bench.text = configuration(rule("a", "A"), rule("b", "B"))
    assert steps(bench) == []
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(rule("b", "B"))
    assert codes(bench) == ["prevent-destroy"]


def test_lifting_the_protection_is_a_step_of_its_own_that_sends_nothing(bench: Bench) -> None:
    applied(bench, rule("a", "A", PROTECTED), rule("b", "B"))
    bench.text = configuration(rule("a", "A", UNPROTECTED), rule("b", "B"))
    (step,) = bench.plan().plan.steps
    assert isinstance(step, Settle)
    assert step.settings == {"prevent_destroy": (True, False)}
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    applied(bench, rule("b", "B"))
    assert names(bench, "transport_rule") == ["B"]


def test_destroy_and_replacement_respect_the_protection(bench: Bench) -> None:
    applied(bench, inbound("a", "A", 'client_host_names = ["a.contoso.com"]', PROTECTED))
    assert codes(bench, Options(destroy=True)) == ["prevent-destroy"]
    assert codes(bench, Options(replace=at("inbound_connector.a"))) == ["prevent-destroy"]
    bench.text = configuration(inbound("a", "A", 'client_host_names = ["b.contoso.com"]', PROTECTED))
    assert codes(bench) == ["prevent-destroy"]


def test_a_protected_object_that_somebody_deleted_is_forgotten(bench: Bench) -> None:
    applied(bench, rule("a", "A", PROTECTED), rule("b", "B"))
    by_hand(bench, "Remove-TransportRule", "A")
    bench.text = configuration(rule("b", "B"))
    assert steps(bench) == [". transport_rule.a"]


def test_a_protected_domain_may_be_forgotten_but_not_deleted(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com", PROTECTED), rule("b", "B"))
    bench.text = configuration(rule("b", "B"))
    assert steps(bench) == [". accepted_domain.a"]
    applied(bench, domain("a", "contoso.com", PROTECTED, 'on_destroy = "delete"'), rule("b", "B"))
    bench.text = configuration(rule("b", "B"))
    assert codes(bench) == ["prevent-destroy"]


def test_ignored_changes_are_left_as_they_are_and_shown_as_drift(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = "ours"', ignoring("comment")))
    assert named(bench, "outbound_connector", "A")["Comment"] == "ours"
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs")
    assert steps(bench) == []
    bench.text = configuration(outbound("a", "A", 'comment = "newer"', ignoring("comment")))
    assert steps(bench) == []
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "outbound_connector", "A")["Comment"] == "theirs"


@pytest.mark.parametrize("ignored", ["exceptions", "all", "exceptions.subject_contains_words"])
def test_a_section_or_everything_may_be_ignored(bench: Bench, ignored: str) -> None:
    applied(bench, rule("a", "A", ignoring(ignored)))
    by_hand(bench, "Set-TransportRule", "A", ExceptIfSubjectContainsWords=["x"])
    assert steps(bench) == []


def test_what_is_not_ignored_is_repaired_without_touching_what_is(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = "ours"', 'mta_sts_mode = "None"', ignoring("comment")))
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs", MtaStsMode="Opportunistic")
    assert bench.apply().exit is Exit.DONE
    found = named(bench, "outbound_connector", "A")
    assert (found["Comment"], found["MtaStsMode"]) == ("theirs", "None")


def test_an_ignored_attribute_that_is_taken_out_is_released_and_not_reset(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = "ours"', ignoring("comment")))
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs")
    applied(bench, outbound("a", "A"))
    assert named(bench, "outbound_connector", "A")["Comment"] == "theirs"
    assert settled(bench)
    assert drifting(bench) == {}


def test_a_release_is_said_in_the_update_that_goes_with_it(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = "ours"', ignoring("comment")))
    bench.text = configuration(outbound("a", "A", 'mta_sts_mode = "None"', "lifecycle = { ignore_changes = [] }"))
    (update,) = [step for step in bench.plan().plan.steps if isinstance(step, Update)]
    assert {found.attribute: found.note for found in update.differences} == {
        "comment": Note.RELEASED,
        "mta_sts_mode": None,
    }
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "outbound_connector", "A")["Comment"] == "ours"
    assert settled(bench)


def test_what_is_ignored_no_more_is_repaired(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = "ours"', ignoring("comment")))
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs")
    bench.text = configuration(outbound("a", "A", 'comment = "ours"', "lifecycle = { ignore_changes = [] }"))
    assert steps(bench) == ["~ outbound_connector.a", "~ outbound_connector.a"]
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "outbound_connector", "A")["Comment"] == "ours"
    assert settled(bench)


def test_removing_the_lifecycle_block_leaves_changes_ignored(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = "ours"', ignoring("comment")))
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs")
    bench.text = configuration(outbound("a", "A", 'comment = "ours"'))
    assert steps(bench) == []


def test_a_new_on_destroy_is_a_step_of_its_own_and_counts_from_then_on(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com"), rule("b", "B"))
    bench.text = configuration(domain("a", "contoso.com", 'on_destroy = "delete"'), rule("b", "B"))
    (step,) = bench.plan().plan.steps
    assert isinstance(step, Settle)
    assert step.settings == {"on_destroy": ("forget", "delete")}
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    bench.text = configuration(rule("b", "B"))
    assert steps(bench) == ["- accepted_domain.a"]


def test_the_on_destroy_that_counts_is_the_one_in_the_state(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com", 'on_destroy = "delete"'), rule("b", "B"))
    bench.text = configuration(domain("a", "contoso.com"), rule("b", "B"))
    assert steps(bench) == ["~ accepted_domain.a"]
    assert steps(bench, Options(destroy=True)) == ["- accepted_domain.a", "- transport_rule.b"]


def test_settings_of_the_state_change_together_with_the_object(bench: Bench) -> None:
    applied(bench, scoped("a", "A", 'comment = "x"'))
    bench.text = configuration(scoped("a", "A", 'comment = "y"', PROTECTED))
    assert steps(bench) == ["~ outbound_connector.a", "~ outbound_connector.a"]
    was = bench.state
    assert bench.apply(Fault(When(nth=1), Reject())).exit is Exit.ROLLED_BACK
    assert bench.state == was
    assert bench.apply().exit is Exit.DONE
    assert bench.state.resources[at("outbound_connector.a")[0]].prevent_destroy
    assert settled(bench)
