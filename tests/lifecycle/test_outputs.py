"""Outputs: values that a configuration publishes, once they are known."""

from __future__ import annotations

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, outbound, rule
from lifecycle.looks import by_hand, guid, named, sent, settled
from mailform.exits import Exit
from mailform.expression import Unknown
from mailform.planning.plan import Options
from mailform_providers.sandbox import Behaviour, Fault, Reject, When
from mailform_state.values import Output


def publishing(value: str, *lines: str) -> str:
    return f"[outputs.found]\nvalue = {value}\n" + "".join(f"{line}\n" for line in lines)


def applied(bench: Bench, text: str) -> None:
    bench.text = text
    report = bench.apply()
    assert report.exit is Exit.DONE, report


def test_an_output_of_what_is_written_is_known_before_the_apply(bench: Bench) -> None:
    bench.text = configuration(outbound("a", "A"), publishing('"${outbound_connector.a.name}"'))
    (change,) = bench.plan().plan.outputs
    assert (change.before, change.after) == (None, "A")


def test_an_output_of_a_guid_is_known_after_the_apply(bench: Bench) -> None:
    bench.text = configuration(outbound("a", "A"), publishing('"${outbound_connector.a.id}"'))
    (change,) = bench.plan().plan.outputs
    assert isinstance(change.after, Unknown)
    assert bench.apply().exit is Exit.DONE
    assert bench.state.outputs == {"found": Output(str(guid(bench, "outbound_connector", "A")))}
    assert settled(bench)


def test_the_guid_of_what_is_made_anew_is_another_one_afterwards(bench: Bench) -> None:
    applied(bench, configuration(outbound("a", "A"), publishing('"id ${outbound_connector.a.id}"')))
    before = bench.state.outputs["found"]
    by_hand(bench, "Remove-OutboundConnector", "A")
    (change,) = bench.plan().plan.outputs
    assert isinstance(change.after, Unknown)
    assert bench.apply().exit is Exit.DONE
    assert bench.state.outputs["found"] != before
    assert bench.state.outputs["found"].value == f"id {guid(bench, 'outbound_connector', 'A')}"
    assert settled(bench)


def test_the_guid_of_a_successor_is_published_and_not_that_of_what_steps_aside(bench: Bench) -> None:
    blocks = inbound("a", "A", 'client_host_names = ["a.contoso.com"]'), publishing('"${inbound_connector.a.id}"')
    applied(bench, configuration(*blocks))
    applied(bench, configuration(inbound("a", "B"), inbound("c", "A"), blocks[1]))
    assert bench.state.outputs["found"].value == guid(bench, "inbound_connector", "B")
    assert settled(bench)


def test_an_output_alone_is_a_change_that_sends_nothing(bench: Bench) -> None:
    applied(bench, configuration(rule("a", "A"), publishing('"one"')))
    bench.text = configuration(rule("a", "A"), publishing('"two"'))
    plan = bench.plan().plan
    assert (plan.empty, plan.steps) == (False, ())
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == []
    assert bench.state.outputs["found"].value == "two"
    assert settled(bench)


def test_an_output_that_is_published_no_more_leaves_the_state(bench: Bench) -> None:
    applied(bench, configuration(rule("a", "A"), publishing('"one"')))
    bench.text = configuration(rule("a", "A"))
    (change,) = bench.plan().plan.outputs
    assert change.gone
    assert bench.apply().exit is Exit.DONE
    assert bench.state.outputs == {}
    assert settled(bench)


def test_a_sensitive_output_is_kept_as_sensitive(bench: Bench) -> None:
    applied(bench, configuration(rule("a", "A"), publishing('"one"', "sensitive = true")))
    assert bench.state.outputs == {"found": Output("one", sensitive=True)}
    bench.text = configuration(rule("a", "A"), publishing('"one"'))
    assert [change.sensitive for change in bench.plan().plan.outputs] == [False]
    assert bench.apply().exit is Exit.DONE
    assert bench.state.outputs == {"found": Output("one")}


def test_facts_of_a_domain_can_be_published(bench: Bench) -> None:
    bench.behaviour = Behaviour(dns="wait")
    bench.text = configuration(domain("a", "contoso.com"), publishing('"${accepted_domain.a.verification_txt}"'))
    report = bench.apply()
    assert report.exit is Exit.WAITING
    (wait,) = report.waits
    assert bench.state.outputs == {"found": Output(wait.txt)}


def test_whether_a_domain_is_verified_is_published_once_it_is(bench: Bench) -> None:
    bench.behaviour = Behaviour(dns="wait")
    bench.text = configuration(domain("a", "contoso.com"), publishing('"${accepted_domain.a.verified}"'))
    bench.apply()
    assert bench.state.outputs.get("found") in (None, Output(False))
    bench.hand.publish("contoso.com")
    assert bench.apply().exit is Exit.DONE
    assert bench.state.outputs == {"found": Output(True)}
    assert settled(bench)


def test_the_record_that_proved_a_domain_is_still_known_afterwards(bench: Bench) -> None:
    applied(bench, configuration(domain("a", "contoso.com"), publishing('"${accepted_domain.a.verification_txt}"')))
    assert str(bench.state.outputs["found"].value).startswith("MS=ms")
    assert settled(bench)


def test_where_a_domains_mail_goes_can_be_published_and_used_by_what_comes_in_the_same_apply(bench: Bench) -> None:
    mail = '"${accepted_domain.a.mail_exchange}"'
    applied(bench, configuration(domain("a", "contoso.com"), outbound("a", "A", f"comment = {mail}"), publishing(mail)))
    assert bench.state.outputs == {"found": Output("contoso-com.mail.protection.outlook.com")}
    assert named(bench, "outbound_connector", "A")["Comment"] == "contoso-com.mail.protection.outlook.com"
    assert settled(bench)


def test_what_an_adopted_domain_is_is_known_before_the_apply(bench: Bench) -> None:
    text = '"${accepted_domain.a.id} ${accepted_domain.a.verified}"'
    bench.text = configuration(domain("a", "fabrikam.onmicrosoft.com"), rule("a", "A", f"comments = {text}"))
    bench.text += publishing(text)
    (change,) = bench.plan().plan.outputs
    assert change.after == "fabrikam.onmicrosoft.com true"
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_list_stays_a_list(bench: Bench) -> None:
    applied(bench, configuration(outbound("a", "A"), publishing('"${outbound_connector.a.smart_hosts}"')))
    assert bench.state.outputs == {"found": Output(("smtp.contoso.com",))}
    assert settled(bench)


def test_outputs_stay_as_they_were_when_the_apply_is_taken_back(bench: Bench) -> None:
    applied(bench, configuration(inbound("a", "A"), publishing('"one"')))
    bench.text = configuration(inbound("a", "B"), publishing('"two"'))
    assert bench.apply(Fault(When(nth=1), Reject())).exit is Exit.ROLLED_BACK
    assert bench.state.outputs["found"].value == "one"


def test_destroying_takes_the_outputs_along(bench: Bench) -> None:
    applied(bench, configuration(rule("a", "A"), publishing('"one"')))
    assert bench.apply(options=Options(destroy=True)).exit is Exit.DONE
    assert bench.state.outputs == {}
