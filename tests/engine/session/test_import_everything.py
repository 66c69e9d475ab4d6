"""Importing by the printed block: every attribute that an object may show comes out of it as a plan without a step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.planning.plan import Options
from mailform.render.block_toml import block
from mailform.session.importing import Taken, take_over
from mailform.session.preparing import prepare
from mailform.wanted import Configuration
from mailform_providers.conformance.check import Bench
from mailform_providers.conformance.samples import companions, samples
from mailform_providers.connect import connect_sandbox
from mailform_providers.contract import Provider
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Attribute
from mailform_providers.sandbox import open_sandbox
from mailform_state.address import Address
from mailform_state.values import State
from writing import TENANT

LINEAGE = "0b0f2d5e-0000-4000-8000-000000000000"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with connect_sandbox(open_sandbox(None, "fabrikam.onmicrosoft.com")) as tenant:
        yield Bench(tenant.provider)


def configuration(*blocks: str) -> Configuration:
    return parse({"mailform.toml": "\n".join([TENANT, *blocks]).encode()}, VariableInputs())


def tried(kind: str, section: str | None) -> list[Attribute]:
    """The attributes to try. What only the offline checks of a whole configuration know goes without."""
    odd = {"name", "priority", "domain", "actions.route_message_outbound_connector", "is_transport_rule_scoped"}
    return [one for one in KINDS[kind].writable if one.section == section and one.name not in odd]


@pytest.mark.parametrize(
    ("kind", "section"),
    [
        (OUTBOUND_CONNECTOR, None),
        (INBOUND_CONNECTOR, None),
        (TRANSPORT_RULE, None),
        (TRANSPORT_RULE, "conditions"),
        (TRANSPORT_RULE, "exceptions"),
        (TRANSPORT_RULE, "actions"),
    ],
)
@pytest.mark.parametrize("sample", [0, 1])
def test_every_attribute_comes_out_of_its_block_unchanged(
    bench: Bench, kind: str, section: str | None, sample: int
) -> None:
    addresses = {}
    for number, attribute in enumerate(tried(kind, section)):
        value = samples(attribute)[sample]
        along = {"smart_hosts": ()} if (attribute.name, value) == ("use_mx_record", True) else companions(attribute)
        made = bench.make_from(kind, {**along, **({attribute.name: value} if attribute.create else {})})
        if not attribute.create:
            bench.provider.update(kind, made.id, {attribute.name: value})
        addresses[Address(kind, f"r{number}_{attribute.name.rpartition('.')[2]}")] = made.id
    assert_imported_without_a_change(bench.provider, addresses)


def assert_imported_without_a_change(provider: Provider, addresses: dict[Address, str]) -> None:
    tenant = "3c2bd5f8-60c5-5bb1-bc8c-7cb653d75c86"
    nothing = configuration()
    listed = {(seen.kind, seen.id): seen for kind in KINDS for seen in provider.read(kind).objects}
    blocks = [block(address, listed[address.kind, id], nothing) for address, id in addresses.items()]
    written = configuration(*blocks)
    state: State | None = None
    for address, id in addresses.items():
        taken = take_over(written, state, tenant, provider, address, id, lineage=LINEAGE)
        assert isinstance(taken, Taken)
        state = taken.state
    plan = prepare(written, state, tenant, provider, Options(), lineage=LINEAGE).plan
    assert (plan.steps, plan.drift) == ((), ())


def test_a_connector_that_a_rule_routes_to_is_referred_to_where_it_is_written(bench: Bench) -> None:
    bench.make_from(OUTBOUND_CONNECTOR, {"name": "Way ${out}", "is_transport_rule_scoped": True, "enabled": True})
    rule = bench.make_from(TRANSPORT_RULE, {"actions.route_message_outbound_connector": "Way ${out}"})
    (connector,) = bench.provider.read(OUTBOUND_CONNECTOR).objects
    (seen,) = bench.provider.read(TRANSPORT_RULE).objects
    out, route = Address(OUTBOUND_CONNECTOR, "out"), Address(TRANSPORT_RULE, "route")
    alone = block(route, seen, configuration())
    assert 'route_message_outbound_connector = "Way $${out}"' in alone
    own = block(out, connector, configuration())
    assert '"${outbound_connector.out.name}"' in block(route, seen, configuration(own))
    assert_imported_without_a_change(bench.provider, {out: connector.id, route: rule.id})


def test_domains_come_out_of_their_blocks_unchanged(bench: Bench) -> None:
    domains = bench.provider.read(ACCEPTED_DOMAIN).objects
    assert domains
    assert_imported_without_a_change(
        bench.provider, {Address(ACCEPTED_DOMAIN, f"d{number}"): seen.id for number, seen in enumerate(domains)}
    )


def test_what_only_the_admin_centre_writes_is_left_out_of_a_block(bench: Bench) -> None:
    made = bench.make_from(INBOUND_CONNECTOR, {})
    (seen,) = bench.provider.read(INBOUND_CONNECTOR).objects
    by_ui = type(seen)(seen.kind, made.id, seen.name, {**seen.attributes, "connector_source": "AdminUI"})
    written = block(Address(INBOUND_CONNECTOR, "c"), by_ui, configuration())
    assert "connector_source" not in written
    configuration(written)


def test_an_address_space_is_written_without_what_the_service_adds(bench: Bench) -> None:
    bench.make_from(INBOUND_CONNECTOR, {"sender_domains": ("*.contoso.com",)})
    (seen,) = bench.provider.read(INBOUND_CONNECTOR).objects
    assert seen.attributes["sender_domains"] == ("smtp:*.contoso.com;1",)
    assert '"*.contoso.com"' in block(Address(INBOUND_CONNECTOR, "c"), seen, configuration())
    costly = type(seen)(seen.kind, seen.id, seen.name, {**seen.attributes, "sender_domains": ("smtp:a.com;5",)})
    assert '"a.com;5"' in block(Address(INBOUND_CONNECTOR, "c"), costly, configuration())
