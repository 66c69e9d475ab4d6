from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from mailform_providers.conformance import Check, Nonconforming, checks
from mailform_providers.connect import connect_sandbox
from mailform_providers.contract import Done, Written
from mailform_providers.exchange.provider import ExchangeProvider
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.sandbox import open_sandbox
from mailform_state.values import Value


@pytest.fixture
def provider() -> Iterator[ExchangeProvider]:
    with connect_sandbox(open_sandbox(None, "fabrikam.onmicrosoft.com")) as connection:
        assert isinstance(connection.provider, ExchangeProvider)
        yield connection.provider


@pytest.mark.parametrize("check", checks(), ids=str)
def test_the_sandbox_conforms(check: Check, provider: ExchangeProvider) -> None:
    check(provider)
    assert all(not provider.read(kind).objects for kind in KINDS if kind != ACCEPTED_DOMAIN)


def test_every_writable_attribute_has_a_check() -> None:
    names = {check.name.partition(" ")[0] for check in checks()}
    wanted = {f"{kind.name}.{found.name}" for kind in KINDS.values() for found in kind.writable}
    assert {name for name in wanted - names if not name.startswith(ACCEPTED_DOMAIN)} == {
        "outbound_connector.name",
        "inbound_connector.name",
        "transport_rule.name",
        "transport_rule.priority",
    }


class Forgetful(ExchangeProvider):
    """Says that an update is done, and does nothing."""

    def update(self, kind: str, id: str, attributes: Mapping[str, Value]) -> Written:
        return Done(id)


@pytest.mark.parametrize(
    "name",
    [
        "an update writes what is given and nothing else",
        "a rule is switched off and on and nothing else changes",
        "inbound_connector.comment comes back as written",
        "a domain is proven served and known",
    ],
)
def test_a_provider_that_forgets_does_not_conform(name: str, provider: ExchangeProvider) -> None:
    check = next(check for check in checks() if check.name == name)
    provider.__class__ = Forgetful
    with pytest.raises(Nonconforming):
        check(provider)
