"""Every attribute of every kind that isn't refused: written, applied, read back as meant; changed; taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import tomli_w

from lifecycle.bench import TENANT, Bench
from lifecycle.blocks import scoped
from mailform.exits import Exit
from mailform_providers.conformance.samples import companions, samples
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Attribute, Form, Kind
from mailform_providers.normal import Directory, same
from mailform_state.values import Value

BASE: Mapping[str, Mapping[str, Value]] = {
    ACCEPTED_DOMAIN: {"domain": "contoso.com"},
    OUTBOUND_CONNECTOR: {"name": "The one"},
    INBOUND_CONNECTOR: {"name": "The one", "sender_domains": ("contoso.com",)},
    TRANSPORT_RULE: {
        "name": "The one",
        "conditions.from_scope": "InOrganization",
        "actions.set_header_name": "X-Seen",
        "actions.set_header_value": "1",
    },
}
"""What each kind can't be without. A rule's base isn't used where it is what is tried."""
OTHERWISE: Mapping[str, Value] = {"conditions.sent_to_scope": "InOrganization", "actions.prepend_subject": "x"}
"""What a rule has when its base is tried."""
CONNECTORS = scoped("one", "One") + scoped("two", "Two")
NAMES = {"${outbound_connector.one.name}": "One", "${outbound_connector.two.name}": "Two"}


def attributes() -> Iterator[tuple[Kind, Attribute]]:
    """Every attribute that may be written. A rule's place is no attribute: it is moved, not written."""
    for kind in KINDS.values():
        yield from ((kind, found) for found in kind.writable if found.name != "priority")


def values(attribute: Attribute) -> tuple[Value, Value]:
    """Two values that differ in meaning."""
    if attribute.form is Form.CONNECTOR:
        one, two = NAMES
        return one, two
    return samples(attribute)


def around(kind: Kind, attribute: Attribute, value: Value) -> dict[str, Value]:
    """What has to stand beside an attribute with this value (None: taken out)."""
    along = {} if value is None else dict(companions(attribute))
    base = dict(BASE[kind.name])
    if attribute.name in base and kind.name == TRANSPORT_RULE:
        section = f"{attribute.section}."
        base = {name: given for name, given in base.items() if not name.startswith(section)} | {
            name: given for name, given in OTHERWISE.items() if name.startswith(section)
        }
    if attribute.name == "use_mx_record" and value is False:
        along["smart_hosts"] = ("smtp.contoso.com",)
    if attribute.name == "smart_hosts" and value is not None:
        along["use_mx_record"] = False
    return base | along


def document(kind: Kind, attribute: Attribute, value: Value) -> str:
    """A configuration in which an attribute has this value (None: isn't there)."""
    written = around(kind, attribute, value)
    if value is not None:
        written[attribute.name] = value
    block: dict[str, object] = {section: {} for section in kind.sections if section != "exceptions"}
    for name, given in written.items():
        section, dot, bare = name.rpartition(".")
        place = block.setdefault(section, {}) if dot else block
        assert isinstance(place, dict)
        place[bare] = list(given) if isinstance(given, tuple) else given
    connectors = CONNECTORS if attribute.form is Form.CONNECTOR else ""
    return TENANT + connectors + tomli_w.dumps({kind.name: {"tried": block}})


def applied(bench: Bench, kind: Kind, attribute: Attribute, value: Value) -> None:
    """Applies a value, and holds the tenant to it: it is shown as meant, nothing is left to do, nothing drifted."""
    bench.text = document(kind, attribute, value)
    report = bench.apply()
    assert report.exit is Exit.DONE, report
    if value is not None:
        assert f"{kind.name}.tried" in {str(deed.address) for deed in report.deeds}
    plan = bench.plan().plan
    assert plan.empty, plan.steps
    assert not plan.drift
    (seen,) = [kept.current.attributes.get(attribute.name) for kept in plan.kept if kept.address.name == "tried"]
    connectors = Directory.of(plan.observed.get(OUTBOUND_CONNECTOR, ()))
    for reference, name in NAMES.items():
        value = name if value == reference else value
    if value is not None:
        assert same(attribute, value, seen, connectors), seen
    elif attribute.default is not None:
        assert same(attribute, attribute.default.value, seen, connectors), seen


@pytest.mark.parametrize(("kind", "attribute"), [pytest.param(*one, id=one[1].name) for one in attributes()])
def test_an_attribute_is_applied_and_read_back_as_meant_then_changed_then_taken_out(
    bench: Bench, kind: Kind, attribute: Attribute
) -> None:
    first, second = values(attribute)
    applied(bench, kind, attribute, first)
    applied(bench, kind, attribute, second)
    if not attribute.required:
        applied(bench, kind, attribute, None)


def test_there_is_an_attribute_to_try_for_everything_that_is_not_refused() -> None:
    tried = {(kind.name, attribute.name) for kind, attribute in attributes()}
    assert len(tried) > 200
    assert tried == {
        (kind.name, name)
        for kind in KINDS.values()
        for name, found in kind.attributes.items()
        if found.refused is None and name != "priority"
    }
