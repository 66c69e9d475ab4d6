"""What is drift over time: a tenant looked at again and again, in which nothing changes but what nobody set."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, routing, rule, scoped
from lifecycle.looks import all_of, by_hand, drifting, guid, named, settled, steps
from mailform.exits import Exit
from mailform.planning.compare import Comparison
from mailform_providers.contract import Observed
from mailform_providers.exchange.records import observed
from mailform_providers.kinds import KINDS
from mailform_providers.sandbox import Behaviour
from mailform_state.address import Address
from mailform_state.values import Attribute, Recorded
from meanings import CONNECTORS, meanings

NAMES = {"someone@contoso.com": "Some One", "group@contoso.com": "A group"}
RECIPIENTS = (
    'from = ["Someone@contoso.com"], from_member_of = ["group@contoso.com"], sent_to = ["else@contoso.com"], '
    'from_scope = "InOrganization"'
)


def named_rule() -> str:
    return rule("a", "A", actions='{ redirect_message_to = ["someone@contoso.com"] }').replace(
        'from_scope = "InOrganization"', RECIPIENTS
    )


def test_recipients_that_come_back_as_names_are_no_drift(bench: Bench) -> None:
    bench.text = configuration(named_rule())
    bench.behaviour = Behaviour(recipient_names=NAMES)
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "transport_rule", "A")["From"] == ["Some One"]
    assert settled(bench)
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0


def test_a_recipient_that_comes_back_otherwise_later_is_drift(bench: Bench) -> None:
    bench.text = configuration(named_rule())
    bench.behaviour = Behaviour(recipient_names=NAMES)
    bench.apply()
    bench.behaviour = Behaviour(recipient_names={**NAMES, "group@contoso.com": "Another group"})
    assert drifting(bench) == {"transport_rule.a": ["conditions.from_member_of"]}
    bench.behaviour = Behaviour()
    assert settled(bench), "shown as it was written it is what was written"


def test_another_recipient_is_drift_whatever_its_name(bench: Bench) -> None:
    bench.text = configuration(named_rule())
    bench.behaviour = Behaviour(recipient_names=NAMES)
    bench.apply()
    by_hand(bench, "Set-TransportRule", "A", From=["other@contoso.com"])
    assert drifting(bench) == {"transport_rule.a": ["conditions.from"]}


def test_a_rule_added_removed_renamed_or_enabled_is_exactly_that(bench: Bench) -> None:
    bench.text = configuration(rule("a", "A"), rule("b", "B"), rule("c", "C"))
    bench.apply()
    by_hand(bench, "New-TransportRule", Name="Theirs", FromScope="InOrganization", SetSCL=1)
    assert settled(bench)
    assert bench.plan().plan.foreign["transport_rule"] == 1
    by_hand(bench, "Set-TransportRule", "A", Name="Another name")
    by_hand(bench, "Disable-TransportRule", "B")
    by_hand(bench, "Remove-TransportRule", "C")
    assert drifting(bench) == {
        "transport_rule.a": ["name"],
        "transport_rule.b": ["enabled"],
        "transport_rule.c": ["gone"],
    }
    by_hand(bench, "Set-TransportRule", guid(bench, "transport_rule", "Another name"), Name="A")
    by_hand(bench, "Enable-TransportRule", "B")
    assert drifting(bench) == {"transport_rule.c": ["gone"]}
    assert steps(bench) == ["+ transport_rule.c"]


ANYTHING: st.SearchStrategy[JsonValue] = (
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5) | st.just([])
)
OURS = {found.parameter.casefold() for kind in KINDS.values() for found in kind.writable}
FIXED = OURS | {"guid", "state", "distinguishedname"}


def records(bench: Bench) -> list[tuple[str, Mapping[str, JsonValue]]]:
    """One object of every kind that Exchange shows, with as much in it as fits."""
    bench.text = configuration(
        routing("route", "Route", "${outbound_connector.out.name}", 'comments = "why"'),
        scoped("out", "Out", 'tls_settings = "EncryptionOnly"'),
        inbound("in", "In", 'comment = "x"', 'sender_ip_addresses = ["192.0.2.0/24"]'),
        domain("d", "contoso.com"),
    )
    assert bench.apply().exit is Exit.DONE
    return [(kind, record) for kind in KINDS for record in all_of(bench, kind)]


def later(draw: st.DrawFn, record: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The same object in a later export: what isn't an attribute of ours says anything or is gone, there are new keys,
    and what said nothing says it in another way."""
    changed: dict[str, JsonValue] = {}
    for key, value in record.items():
        if key.casefold() not in FIXED:
            if draw(st.booleans()):
                changed[key] = draw(ANYTHING)
        else:
            changed[key] = draw(st.sampled_from([None, "", []])) if value in (None, "", []) else value
    new = st.dictionaries(st.sampled_from(["NewKey", "ExchangeVersion", "WhenChanged", "Etag"]), ANYTHING, max_size=4)
    return {**changed, **draw(new)}


def test_what_nobody_set_is_never_drift(bench: Bench) -> None:
    """Exports of one tenant, in which WhenChanged, versions and keys that nobody knew differ."""
    found = records(bench)
    assert {kind for kind, _ in found} == {*KINDS}

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        kind, record = data.draw(st.sampled_from(found))
        before = observed(KINDS[kind], record)
        everything = {name: Attribute(value, value) for name, value in before.attributes.items()}
        known = Recorded(Address(kind, "a"), before.id, everything)
        compared = Comparison(KINDS[kind], CONNECTORS, CONNECTORS)
        after = data.draw(st.composite(later)(record))
        assert compared.drift(known, observed(KINDS[kind], after)) == ()

    holds()


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_drift_is_what_means_neither_what_was_written_nor_what_came_back(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([*KINDS.values()]))
    attribute = data.draw(st.sampled_from([one for one in kind.writable if one.implied_by is None]))
    drawn = [data.draw(meanings(attribute)) for _ in range(2)]
    now = data.draw(st.sampled_from(drawn) | meanings(attribute))
    written, echoed, seen = (data.draw(st.composite(one.spell)()) for one in (*drawn, now))
    known = Recorded(Address(kind.name, "a"), "id", {attribute.name: Attribute(written, echoed)})
    current = Observed(kind.name, "id", "a", {attribute.name: seen})
    drift = Comparison(kind, CONNECTORS, CONNECTORS).drift(known, current)
    assert bool(drift) == (now.meant not in {one.meant for one in drawn}), (attribute.name, written, echoed, seen)
