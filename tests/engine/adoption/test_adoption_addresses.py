"""Addresses from names: unique, readable, and the same whatever order the service lists things in."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailform.adoption.addresses import LONGEST, addressed
from mailform_providers.contract import Observed
from mailform_state.address import Address

names = st.one_of(st.text(min_size=1, max_size=70), st.sampled_from(["a b", "a_b", "A  B", "a b 2", "a_b_2", "b", "ß"]))


def objects(found: list[str]) -> list[Observed]:
    return [Observed("transport_rule", f"{number:08x}-0000", name, {}) for number, name in enumerate(found)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect
@given(st.lists(names, max_size=12), st.randoms(use_true_random=False))
def test_every_object_gets_an_address_of_its_own_in_whatever_order_they_come(
    found: list[str], chance: random.Random
) -> None:
    listed = objects(found)
    first = {one.seen.id: one.address for one in addressed(listed, ())}
    chance.shuffle(listed)
    assert {one.seen.id: one.address for one in addressed(listed, ())} == first
    assert len(set(first.values())) == len(found)
    for address in first.values():
        assert Address.parse(str(address)) == address
        assert set(address.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
        assert len(address.name) <= LONGEST + len("transport_rule_00000000")


def test_an_address_that_is_taken_is_not_given_again() -> None:
    taken = {Address("transport_rule", "spam"), Address("transport_rule", "spam_2")}
    (one,) = addressed(objects(["Spam"]), taken)
    assert one.address == Address("transport_rule", "spam_3")


def test_the_same_name_in_two_kinds_is_no_clash() -> None:
    seen = [Observed(kind, "1", "Signature", {}) for kind in ("inbound_connector", "outbound_connector")]
    assert [str(one.address) for one in addressed(seen, ())] == [
        "inbound_connector.signature",
        "outbound_connector.signature",
    ]
