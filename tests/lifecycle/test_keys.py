"""One block, several resources: a key comes or goes, and nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, outbound, routing, rule, scoped
from lifecycle.looks import at, by_hand, drifting, guid, mistakes, named, names, sent, settled, steps
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.planning.steps import Readdress
from mailform_providers.sandbox import Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference
from mailform_state.address import Address


def each(keys: str) -> str:
    """The line that makes a block several resources."""
    return f"for_each = {keys}"


def applied(bench: Bench, *blocks: str) -> None:
    bench.text = configuration(*blocks)
    report = bench.apply()
    assert report.exit is Exit.DONE, report


def sites(keys: str) -> tuple[str, ...]:
    """A way out and a rule for each site, each rule routing to the connector of its own key."""
    return (
        scoped("out", "Out ${each.key}", each(keys)),
        routing("route", "Route ${each.key}", "${outbound_connector.out[each.key].name}", each(keys)),
    )


def test_each_rule_routes_to_the_connector_of_its_key(bench: Bench) -> None:
    applied(bench, *sites('["eu", "us"]'))
    for site in ("eu", "us"):
        route = named(bench, "transport_rule", f"Route {site}")["RouteMessageOutboundConnector"]
        assert route == f"Out {site}"
    assert settled(bench)


def test_a_key_that_comes_or_goes_is_one_step_and_touches_nothing_else(bench: Bench) -> None:
    applied(bench, *(rule("x", "x ${each.key}", each('["a", "c"]')), rule("y", "y", "priority = 0")))
    bench.text = configuration(rule("x", "x ${each.key}", each('["a", "b", "c"]')), rule("y", "y", "priority = 0"))
    assert steps(bench) == ['+ transport_rule.x["b"]']
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == ["New-TransportRule", "Enable-TransportRule"]
    assert names(bench, "transport_rule") == ["y", "x a", "x c", "x b"]
    bench.text = configuration(rule("x", "x ${each.key}", each('["b", "c"]')), rule("y", "y", "priority = 0"))
    assert steps(bench) == ['- transport_rule.x["a"]']
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "transport_rule") == ["y", "x c", "x b"]
    assert settled(bench)


def test_a_key_that_others_depend_on_comes_without_a_step_of_theirs(bench: Bench) -> None:
    others = (rule("y", "y", 'depends_on = ["inbound_connector.x"]'), rule("z", "z", 'order = { at = "last" }'))
    applied(bench, inbound("x", "x ${each.key}", each('["a"]')), *others)
    bench.text = configuration(inbound("x", "x ${each.key}", each('["a", "b"]')), *others)
    assert steps(bench) == ['+ inbound_connector.x["b"]']
    assert bench.apply().exit is Exit.DONE
    depends = bench.state.resources[Address("transport_rule", "y")].dependencies
    assert depends == frozenset(at('inbound_connector.x["a"]', 'inbound_connector.x["b"]'))
    assert settled(bench)


def test_taking_every_key_takes_every_object_and_leaves_the_block(bench: Bench) -> None:
    applied(bench, *sites('["eu", "us"]'), rule("y", "y"))
    bench.text = configuration(*sites("[]"), rule("y", "y"))
    assert sorted(steps(bench)) == [
        '- outbound_connector.out["eu"]',
        '- outbound_connector.out["us"]',
        '- transport_rule.route["eu"]',
        '- transport_rule.route["us"]',
    ]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == []
    assert settled(bench)


def test_a_configuration_whose_keys_are_all_gone_is_refused_as_an_empty_one_is(bench: Bench) -> None:
    applied(bench, *sites('["eu", "us"]'))
    bench.text = configuration(*sites("{}"))
    (objection,) = bench.plan().objections
    assert "no resource" in objection.message


ALONE = outbound("x", "Out")


def ranged(label: str, key: str) -> str:
    return outbound(label, "Out", each(f'["{key}"]'))


@pytest.mark.parametrize(
    ("before", "after", "origin", "target"),
    [
        (ALONE, ranged("x", "eu"), "outbound_connector.x", 'outbound_connector.x["eu"]'),
        (ranged("x", "eu"), ALONE, 'outbound_connector.x["eu"]', "outbound_connector.x"),
        (ranged("x", "uk"), ranged("x", "gb"), 'outbound_connector.x["uk"]', 'outbound_connector.x["gb"]'),
        (ranged("x", "eu"), ranged("y", "eu"), "outbound_connector.x", "outbound_connector.y"),
    ],
)
def test_handing_a_resource_in_or_out_or_to_another_key_never_touches_the_tenant(
    bench: Bench, before: str, after: str, origin: str, target: str
) -> None:
    applied(bench, before)
    was = bench.hand.snapshot()
    bench.text = configuration(after)
    (told,) = mistakes(bench)
    assert told.code == "moved"
    bench.text = configuration(after, f"[[moved]]\nfrom = '{origin}'\nto = '{target}'\n")
    assert [type(step) for step in bench.plan().plan.steps] == [Readdress]
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == []
    assert difference(was, bench.hand.snapshot()) == []
    assert settled(bench)


def test_the_block_that_the_mistake_prints_can_be_pasted(bench: Bench) -> None:
    applied(bench, outbound("x", "Out"))
    bench.text = configuration(outbound("x", "Out", each('["it\'s"]')))
    (told,) = mistakes(bench)
    bench.text += told.paste
    assert mistakes(bench) == ()
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == []


def test_a_key_with_another_name_is_told_with_the_block_to_paste_and_then_renames_its_objects(bench: Bench) -> None:
    applied(bench, *sites('["eu", "us"]'))
    was = guid(bench, "transport_rule", "Route eu")
    bench.text = configuration(*sites('["emea", "us"]'))
    told = [one for one in bench.plan().plan.warnings if one.code == "renamed-key"]
    assert [one.message.split(" comes as ")[0] for one in told] == [
        'outbound_connector.out["emea"]',
        'transport_rule.route["emea"]',
    ]
    bench.text += "".join(one.paste for one in told)
    assert set(steps(bench)) == {
        '~ outbound_connector.out["emea"]',
        '-/+ outbound_connector.out["emea"]',
        '~ transport_rule.route["emea"]',
    }
    assert bench.apply().exit is Exit.DONE
    assert guid(bench, "transport_rule", "Route emea") == was
    assert settled(bench)


@pytest.mark.parametrize("keys", ['["us"]', '["emea", "asia", "us"]', '["eu", "us", "asia"]'])
def test_a_key_that_comes_or_goes_alone_or_in_company_is_no_other_name(bench: Bench, keys: str) -> None:
    applied(bench, rule("x", "${each.key}", each('["eu", "us"]')))
    bench.text = configuration(rule("x", "${each.key}", each(keys)))
    assert [one for one in bench.plan().plan.warnings if one.code == "renamed-key"] == []


def test_rules_stand_after_all_instances_of_a_block_also_after_one_that_comes_later(bench: Bench) -> None:
    under = rule("under", "under", 'order = { after = "transport_rule.x" }')
    applied(bench, rule("x", "${each.key}", each('["a", "b"]')), under)
    assert names(bench, "transport_rule") == ["a", "b", "under"]
    applied(bench, rule("x", "${each.key}", each('["a", "b", "c"]')), under)
    assert names(bench, "transport_rule")[-1] == "under"
    assert settled(bench)


def test_instances_are_ordered_by_what_their_values_say(bench: Bench) -> None:
    numbered = rule("x", "${each.key}", each("{ c = 0, a = 1, b = 2 }"), 'priority = "${each.value}"')
    applied(bench, rule("first", "z"), numbered)
    assert names(bench, "transport_rule") == ["c", "a", "b", "z"]
    assert settled(bench)


def test_one_instance_that_a_hand_edited_is_the_only_drift_and_the_only_update(bench: Bench) -> None:
    applied(bench, *sites('["eu", "us"]'))
    by_hand(bench, "Set-OutboundConnector", "Out us", SmartHosts=["elsewhere.contoso.com"])
    assert drifting(bench) == {'outbound_connector.out["us"]': ["smart_hosts"]}
    assert steps(bench) == ['~ outbound_connector.out["us"]']
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_key_whose_object_fails_takes_the_others_of_this_apply_back(bench: Bench) -> None:
    applied(bench, *sites('["eu"]'))
    before = bench.hand.snapshot()
    bench.text = configuration(*sites('["eu", "fr", "us"]'))
    report = bench.apply(Fault(When(operation="New-TransportRule", nth=2), Reject()))
    assert report.exit is Exit.ROLLED_BACK
    assert difference(before, bench.hand.snapshot()) == []
    assert [str(address) for address in bench.state.resources] == [
        'outbound_connector.out["eu"]',
        'transport_rule.route["eu"]',
    ]


@pytest.mark.parametrize("target", ["outbound_connector.out", 'outbound_connector.out["eu"]'])
def test_a_target_is_one_instance_or_all_of_them(bench: Bench, target: str) -> None:
    bench.text = configuration(*sites('["eu", "us"]'))
    found = steps(bench, Options(targets=at(target)))
    assert found == [f'+ outbound_connector.out["{key}"]' for key in (["eu"] if "[" in target else ["eu", "us"])]


def test_the_target_of_a_block_without_instances_is_nothing_and_not_everything(bench: Bench) -> None:
    bench.text = configuration(outbound("out", "Out ${each.key}", each("[]")), rule("x", "x"))
    assert steps(bench, Options(targets=at("outbound_connector.out"))) == []


def test_only_one_instance_is_replaced_when_asked_to(bench: Bench) -> None:
    applied(bench, inbound("x", "x ${each.key}", each('["a", "b"]')))
    before = guid(bench, "inbound_connector", "x b")
    assert steps(bench, Options(replace=at('inbound_connector.x["a"]'))) == ['-/+ inbound_connector.x["a"]']
    assert bench.apply(options=Options(replace=at('inbound_connector.x["a"]'))).exit is Exit.DONE
    assert guid(bench, "inbound_connector", "x b") == before
    (told,) = mistakes(bench, Options(replace=at("inbound_connector.x")))
    assert (told.code, told.hint) == (
        "unknown-address",
        'Name one of them: inbound_connector.x["a"], inbound_connector.x["b"]',
    )


def test_prevent_destroy_protects_each_instance_also_when_its_key_goes(bench: Bench) -> None:
    keep = "lifecycle = { prevent_destroy = true }"
    applied(bench, rule("x", "x ${each.key}", each('["a", "b"]'), keep), rule("y", "y"))
    bench.text = configuration(rule("x", "x ${each.key}", each('["a"]'), keep), rule("y", "y"))
    (told,) = mistakes(bench)
    assert told.code == "prevent-destroy"
    assert told.message.startswith('transport_rule.x["b"] would be deleted')


def test_what_is_ignored_is_ignored_in_each_instance(bench: Bench) -> None:
    applied(bench, inbound("x", "x ${each.key}", each('["a", "b"]'), 'lifecycle = { ignore_changes = ["comment"] }'))
    by_hand(bench, "Set-InboundConnector", "x a", Comment="by hand")
    assert settled(bench)


def test_a_domain_of_a_key_that_goes_does_what_its_on_destroy_says(bench: Bench) -> None:
    kept = domain("x", "${each.key}", each('["a.contoso.com", "b.contoso.com"]'))
    gone = domain("y", "${each.key}", each('["c.contoso.com", "d.contoso.com"]'), 'on_destroy = "delete"')
    applied(bench, kept, gone)
    bench.text = configuration(kept.replace('"b.contoso.com"', ""), gone.replace('"d.contoso.com"', ""))
    assert steps(bench) == ['. accepted_domain.x["b.contoso.com"]', '- accepted_domain.y["d.contoso.com"]']
    assert bench.apply().exit is Exit.DONE
    left = {str(name) for name in names(bench, "accepted_domain")}
    assert {"a.contoso.com", "b.contoso.com", "c.contoso.com"} <= left
    assert "d.contoso.com" not in left


def test_destroying_takes_every_instance_rules_before_connectors(bench: Bench) -> None:
    applied(bench, *sites('["eu", "us"]'))
    report = bench.apply(options=Options(destroy=True))
    assert report.exit is Exit.DONE
    assert names(bench, "transport_rule") == names(bench, "outbound_connector") == []
    deletes = [operation for operation in sent(bench) if operation.startswith("Remove")]
    assert deletes == ["Remove-TransportRule"] * 2 + ["Remove-OutboundConnector"] * 2


def test_a_rename_of_a_connector_in_a_for_each_replaces_that_one_alone(bench: Bench) -> None:
    table = '{{ eu = "Out eu", us = "{}" }}'
    rules = routing("route", "Route ${each.key}", "${outbound_connector.out[each.key].name}", each('["eu", "us"]'))
    applied(bench, scoped("out", "${each.value}", each(table.format("Out us"))), rules)
    before = guid(bench, "outbound_connector", "Out eu")
    bench.text = configuration(scoped("out", "${each.value}", each(table.format("Out America"))), rules)
    assert steps(bench) == ['-/+ outbound_connector.out["us"]', '~ transport_rule.route["us"]']
    assert bench.apply().exit is Exit.DONE
    assert guid(bench, "outbound_connector", "Out eu") == before
    assert settled(bench)


def test_two_keys_swap_their_names_in_one_apply(bench: Bench) -> None:
    applied(bench, rule("x", "${each.value}", each('{ a = "one", b = "two" }')))
    applied(bench, rule("x", "${each.value}", each('{ a = "two", b = "one" }')))
    assert settled(bench)


KEYS = st.lists(st.text("abcxyz", min_size=1, max_size=3), min_size=0, max_size=5, unique=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=KEYS, after=KEYS, last=st.booleans())
def test_a_for_each_plans_what_the_blocks_written_out_plan(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str], last: bool
) -> None:
    def written(keys: list[str]) -> tuple[str, ...]:
        blocks = [scoped(f"out_{key}", f"Out {key}") for key in keys]
        refers = "${{outbound_connector.out_{}.name}}"
        blocks += [routing(f"route_{key}", f"Route {key}", refers.format(key)) for key in keys]
        return (*blocks, *others)

    def ranged(keys: list[str]) -> tuple[str, ...]:
        return (*sites(str(keys)), *others)

    place = ('order = { at = "last" }',) if last else ()
    others = (rule("z", "Z", *place), outbound("z", "Z"))
    each_bench, out_bench = (Bench(tmp_path_factory.mktemp("bench")) for _ in range(2))
    for keys in (before, after):
        each_bench.text, out_bench.text = configuration(*ranged(keys)), configuration(*written(keys))
        expected = [step.replace("_", "") for step in steps(out_bench)]
        plain = str.maketrans("", "", '_["]')
        assert [step.translate(plain) for step in steps(each_bench)] == [step.translate(plain) for step in expected]
        options = Options()
        assert each_bench.apply(options=options).exit is out_bench.apply(options=options).exit
        assert sent(each_bench) == sent(out_bench)
        assert names(each_bench, "transport_rule") == names(out_bench, "transport_rule")
