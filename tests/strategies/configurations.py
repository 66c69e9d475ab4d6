"""Random configurations that are valid, and what hands do to a tenant meanwhile.

All draw from a few labels, names and values, so that two configurations of one tenant rename, swap, replace, move,
take out and bring back the same things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import tomli_w
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

LABELS = ("a", "b", "c", "d", "e", "f")
NAMES = ("One", "Two", "Three", "Four", "Five", "Six", "Seven")
DOMAINS = ("contoso.com", "fabrikam.com", "contoso.net")
TENANT: dict[str, object] = {"id": "fabrikam.onmicrosoft.com", "cloud": "sandbox"}
WORDS = st.lists(st.sampled_from(("secret", "Offer", "ü", "a b")), min_size=1, max_size=3, unique=True)

CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "from_scope": st.sampled_from(("InOrganization", "NotInOrganization")),
        "subject_contains_words": WORDS,
        "message_size_over": st.sampled_from(("1MB", "1024KB", 30000)),
        "sender_domain_is": st.just(["Contoso.com"]),
        "has_no_classification": st.booleans(),
    },
)
EXCEPTIONS = CONDITIONS | st.just({"header_contains_message_header": "X-Signed", "header_contains_words": ["true"]})
ACTIONS: SearchStrategy[dict[str, object]] = st.one_of(
    st.fixed_dictionaries({"prepend_subject": st.sampled_from(("[x] ", "[y] "))}),
    st.fixed_dictionaries({"set_scl": st.integers(-1, 9), "stop_rule_processing": st.booleans()}),
    st.just({"apply_html_disclaimer_text": "<p>x</p>"}),
    st.just({"set_header_name": "X-Seen", "set_header_value": "1", "set_audit_severity": "DoNotAudit"}),
)


@dataclass(frozen=True, slots=True)
class Edit:
    """What a hand does: `what` to the `which`-th object of a kind (counted round), with a number to choose by."""

    kind: str
    what: str
    which: int
    number: int


edits: SearchStrategy[list[Edit]] = st.lists(
    st.builds(
        Edit,
        kind=st.sampled_from(("transport_rule", "transport_rule", "inbound_connector", "outbound_connector")),
        what=st.sampled_from(("comment", "switch", "rename", "remove", "move", "add", "scl")),
        which=st.integers(0, 5),
        number=st.integers(0, 5),
    ),
    max_size=5,
)


@st.composite
def configurations(draw: DrawFn) -> str:
    """A configuration of up to four resources a kind, with references, places and what only the state holds."""
    domains = {label: draw(_domain(name)) for label, name in zip(LABELS, DOMAINS, strict=False) if draw(st.booleans())}
    outbound = {label: draw(_outbound(name)) for label, name in draw(_named()).items()}
    inbound = {label: draw(_inbound(name, tuple(domains))) for label, name in draw(_named()).items()}
    scoped = [label for label, block in outbound.items() if block.get("is_transport_rule_scoped")]
    named = draw(_named())
    rules = {label: draw(_rule(name, scoped, tuple(inbound))) for label, name in named.items()}
    for label, place in draw(_places(tuple(named))).items():
        rules[label].update(place)
    kinds = {
        "accepted_domain": domains,
        "outbound_connector": outbound,
        "inbound_connector": inbound,
        "transport_rule": rules,
    }
    published = [(kind, label) for kind, blocks in kinds.items() for label in blocks if draw(st.integers(0, 4)) == 0]
    outputs = {f"{kind}_{label}": {"value": f"${{{kind}.{label}.id}}"} for kind, label in published}
    written: dict[str, object] = {"tenant": TENANT, **{kind: blocks for kind, blocks in kinds.items() if blocks}}
    return tomli_w.dumps({**written, "outputs": outputs} if outputs else written)


@st.composite
def _named(draw: DrawFn) -> dict[str, str]:
    """Labels with their names: mostly each its own, so that another label seldom comes with the name of what goes."""
    labels = draw(st.lists(st.sampled_from(LABELS), max_size=4, unique=True))
    turned = st.integers(0, 2).map(lambda by: (*NAMES[by:], *NAMES[:by]))
    names = dict(zip(LABELS, draw(turned | st.permutations(NAMES)), strict=False))
    return {label: names[label] for label in sorted(labels)}


@st.composite
def _domain(draw: DrawFn, name: str) -> dict[str, object]:
    block: dict[str, object] = {"domain": draw(st.sampled_from((name, name.upper())))}
    if draw(st.booleans()):
        block |= {"domain_type": "InternalRelay", "match_sub_domains": draw(st.booleans())}
    return block | draw(st.fixed_dictionaries({}, optional={"on_destroy": st.sampled_from(("forget", "delete"))}))


@st.composite
def _outbound(draw: DrawFn, name: str) -> dict[str, object]:
    block: dict[str, object] = {"name": name, "connector_type": "OnPremises"}
    if draw(st.booleans()):
        block |= {"use_mx_record": False, "smart_hosts": draw(st.sampled_from((["mx.contoso.com"], ["192.0.2.1"])))}
    if draw(st.booleans()):
        block["is_transport_rule_scoped"] = True
    else:
        block |= draw(st.fixed_dictionaries({}, optional={"enabled": st.booleans(), "test_mode": st.booleans()}))
    more: dict[str, SearchStrategy[object]] = {
        "comment": st.sampled_from(("", "ours")),
        "cloud_services_mail_enabled": st.booleans(),
    }
    return block | draw(st.fixed_dictionaries({}, optional=more))


@st.composite
def _inbound(draw: DrawFn, name: str, domains: Sequence[str]) -> dict[str, object]:
    spaces = (["contoso.com"], ["fabrikam.com", "smtp:contoso.com;1"], ["*"])
    block: dict[str, object] = {"name": name, "sender_domains": draw(st.sampled_from(spaces))}
    if draw(st.booleans()) and domains:
        block["tls_sender_certificate_name"] = f"${{accepted_domain.{draw(st.sampled_from(domains))}.domain}}"
    more: dict[str, SearchStrategy[object]] = {
        "comment": st.sampled_from(("", "ours")),
        "enabled": st.booleans(),
        "require_tls": st.booleans(),
        "client_host_names": st.sampled_from((["a.contoso.com"], ["b.contoso.com"])),
    }
    return block | draw(st.fixed_dictionaries({}, optional=more))


@st.composite
def _rule(draw: DrawFn, name: str, scoped: Sequence[str], inbound: Sequence[str]) -> dict[str, object]:
    block: dict[str, object] = {"name": name, "conditions": draw(CONDITIONS), "actions": draw(ACTIONS)}
    if draw(st.booleans()) and scoped:
        refers = f"${{outbound_connector.{draw(st.sampled_from(scoped))}.{draw(st.sampled_from(('name', 'id')))}}}"
        block["actions"] = {"route_message_outbound_connector": refers}
    if draw(st.booleans()) and inbound:
        block["depends_on"] = [f"inbound_connector.{draw(st.sampled_from(inbound))}"]
    more: dict[str, SearchStrategy[object]] = {
        "exceptions": EXCEPTIONS,
        "enabled": st.booleans(),
        "mode": st.sampled_from(("Audit", "Enforce")),
        "comments": st.sampled_from(("", "ours")),
    }
    return block | draw(st.fixed_dictionaries({}, optional=more))


@st.composite
def _places(draw: DrawFn, labels: Sequence[str]) -> dict[str, dict[str, object]]:
    """Places that don't contradict each other by themselves: what others without one stand like is another matter."""
    placed = draw(st.lists(st.sampled_from(labels), max_size=2, unique=True)) if labels else []
    places: dict[str, dict[str, object]] = {}
    for index, label in enumerate(placed):
        others = [other for other in labels if other not in placed]
        choices: list[dict[str, object]] = [{"priority": 2 * index + draw(st.integers(0, 1))}]
        if index == 0:
            choices.append({"order": {"at": "first"}} if len(placed) == 1 else {"priority": 1})
        if others:
            beside = f"transport_rule.{draw(st.sampled_from(others))}"
            choices += [{"order": {"after": beside}}, {"order": {"before": beside}}]
        places[label] = draw(st.sampled_from(choices))
    return places
