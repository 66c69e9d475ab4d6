"""The configuration as a small value, and what a user does to it. Every edit leads to a configuration that is valid by
itself; whether it can be planned is the tenant's and the state's to say.

A kind has few names and few labels, so that edits rename, swap, replace, move, take out and bring back the same things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import tomli_w

Block = Mapping[str, object]

OUT, IN, RULE, DOMAIN = "outbound_connector", "inbound_connector", "transport_rule", "accepted_domain"
KINDS = (RULE, RULE, OUT, IN, DOMAIN)
"""The kinds to draw from: rules twice, since most of what happens happens to them."""

NAMES = ("One", "Two", "Three", "Four", "Five")
DOMAINS = ("contoso.com", "contoso.net")
MOST = {OUT: 3, IN: 3, RULE: 4, DOMAIN: 2}
LABELS = ("a", "b", "c", "d", "e")
TENANT = {"id": "fabrikam.onmicrosoft.com", "cloud": "sandbox"}

EDITS = ("add", "remove", "change", "rename", "switch", "place", "swap", "relabel", "reroute", "exchange", "protect")


@dataclass(frozen=True, slots=True)
class Edit:
    """`what` is done to the `which`-th block of a kind (counted round), with a number to choose by."""

    what: str
    kind: str
    which: int
    number: int


@dataclass(frozen=True, slots=True)
class Configured:
    """The blocks by kind and label. `attic` has what was taken out, for a user who has to put it back."""

    blocks: Mapping[str, Mapping[str, Block]]
    moved: Mapping[str, str] = field(default_factory=dict)
    attic: Mapping[tuple[str, str], Block] = field(default_factory=dict)

    def toml(self) -> bytes:
        """The configuration as a user has it in a file."""
        written: dict[str, object] = {"tenant": TENANT, **{kind: found for kind, found in self.blocks.items() if found}}
        if self.moved:
            written["moved"] = [{"from": origin, "to": target} for origin, target in self.moved.items()]
        return tomli_w.dumps(written).encode()

    def of(self, kind: str) -> Mapping[str, Block]:
        return self.blocks.get(kind, {})

    @property
    def empty(self) -> bool:
        return not any(self.blocks.values())

    def holding(self, kind: str, label: str, **settings: object) -> Configured:
        """With these settings in a block; None takes one out."""
        block = {
            name: value for name, value in {**self.of(kind).get(label, {}), **settings}.items() if value is not None
        }
        return self._with(kind, {**self.of(kind), label: block})

    def without(self, kind: str, label: str) -> Configured:
        """Without a block, and without what referred to it."""
        gone = self.of(kind)[label]
        left = self._with(kind, {name: block for name, block in self.of(kind).items() if name != label})
        left = replace(left, attic={**left.attic, (kind, label): gone})
        address = f"{kind}.{label}"
        left = replace(left, moved=_unmoved(left.moved, address))
        for other, block in self.of(RULE).items():
            if other in left.of(RULE) and address in str(block.get("order", "")):
                left = left.holding(RULE, other, order=None)
            if other in left.of(RULE) and f"{address}." in str(block["actions"]):
                left = left.holding(RULE, other, actions=MARK[0], exceptions=None)
        for other, block in self.of(IN).items():
            if other in left.of(IN) and f"{address}." in str(block.get("tls_sender_certificate_name", "")):
                left = left.holding(IN, other, tls_sender_certificate_name=None)
        return left

    def _with(self, kind: str, blocks: Mapping[str, Block]) -> Configured:
        return replace(self, blocks={**self.blocks, kind: blocks})

    def free_name(self, kind: str, number: int) -> str | None:
        """A name that no block of the kind has."""
        pool = DOMAINS if kind == DOMAIN else NAMES
        taken = {block[naming(kind)] for block in self.of(kind).values()}
        turned = (*pool[number % len(pool) :], *pool[: number % len(pool)])
        return next((name for name in turned if name not in taken), None)

    def free_label(self, kind: str, number: int) -> str:
        """A label that no block of the kind has, and that none came from."""
        turned = (*LABELS[number % len(LABELS) :], *LABELS[: number % len(LABELS)], "f", "g", "h")
        return next(label for label in turned if label not in self.of(kind) and f"{kind}.{label}" not in self.moved)


MARK = ({"prepend_subject": "[x] "}, {"set_scl": 3}, {"prepend_subject": "[y] ", "stop_rule_processing": True})
LOOP = {"header_contains_message_header": "X-Signed", "header_contains_words": ["true"]}


def naming(kind: str) -> str:
    """The attribute that has the name."""
    return "domain" if kind == DOMAIN else "name"


def edited(had: Configured, edit: Edit) -> Configured:
    """The configuration after an edit; the same where it can't be made."""
    kind, number, labels = edit.kind, edit.number, sorted(had.of(edit.kind))
    if edit.what == "add" or not labels:
        return _added(had, kind, edit.which, number)
    label = labels[edit.which % len(labels)]
    block = had.of(kind)[label]
    match edit.what:
        case "remove":
            return had.without(kind, label)
        case "change":
            return had.holding(kind, label, **_changed(kind, block, number))
        case "rename":
            name = had.free_name(kind, number)
            return had if name is None else had.holding(kind, label, **{naming(kind): name})
        case "switch" if kind != DOMAIN and not block.get("is_transport_rule_scoped"):
            return had.holding(kind, label, enabled=not block.get("enabled", True))
        case "place" if kind == RULE:
            return had.holding(kind, label, **_placed(had, label, number))
        case "swap" if len(labels) > 1:
            other = labels[(edit.which + 1) % len(labels)]
            one, two = block[naming(kind)], had.of(kind)[other][naming(kind)]
            return had.holding(kind, label, **{naming(kind): two}).holding(kind, other, **{naming(kind): one})
        case "relabel":
            return _relabelled(had, kind, label, number)
        case "reroute" if kind == RULE:
            return had.holding(kind, label, **_routed(had, number))
        case "exchange" if kind == IN:
            return had.holding(kind, label, client_host_names=[f"{LABELS[number % 3]}.contoso.com"])
        case "protect" if kind != DOMAIN:
            lifecycle = ({"prevent_destroy": True}, {"prevent_destroy": False}, {"ignore_changes": [_comment(kind)]})
            return had.holding(kind, label, lifecycle=lifecycle[number % 3])
        case _:
            return had


def _added(had: Configured, kind: str, which: int, number: int) -> Configured:
    name = had.free_name(kind, which)
    if name is None or len(had.of(kind)) >= MOST[kind]:
        return had
    label = had.free_label(kind, number)
    match kind:
        case "outbound_connector":
            made: Block = {"connector_type": "OnPremises", "use_mx_record": False, "smart_hosts": ["mx.contoso.com"]}
            return had.holding(kind, label, name=name, is_transport_rule_scoped=True if number % 2 else None, **made)
        case "inbound_connector":
            return had.holding(kind, label, name=name, sender_domains=["contoso.com"], **_certified(had, number))
        case "transport_rule":
            settings = _routed(had, number) if number % 2 else {"actions": MARK[number % 3]}
            return had.holding(kind, label, name=name, conditions={"from_scope": "InOrganization"}, **settings)
        case _:
            return had.holding(kind, label, domain=name, on_destroy="delete" if number % 2 else None)


def _certified(had: Configured, number: int) -> Block:
    labels = sorted(had.of(DOMAIN))
    if number % 2 or not labels:
        return {}
    return {"tls_sender_certificate_name": f"${{accepted_domain.{labels[number % len(labels)]}.domain}}"}


def _routed(had: Configured, number: int) -> Block:
    """Actions that route to a connector for rules, where there is one."""
    scoped = [label for label, block in sorted(had.of(OUT).items()) if block.get("is_transport_rule_scoped")]
    if not scoped or number % 4 == 0:
        return {"actions": MARK[number % 3], "exceptions": None}
    connector = f"outbound_connector.{scoped[number % len(scoped)]}.{'id' if number % 3 == 0 else 'name'}"
    return {"actions": {"route_message_outbound_connector": f"${{{connector}}}"}, "exceptions": LOOP}


def _changed(kind: str, block: Block, number: int) -> Block:
    word = ("ours", "", None)[number % 3]
    match kind:
        case "transport_rule" if number % 2:
            return {"conditions": {"from_scope": ("InOrganization", "NotInOrganization")[number // 2 % 2]}}
        case "inbound_connector" if number % 2:
            return {"require_tls": (True, False, None)[number // 2 % 3]}
        case "outbound_connector" if number % 2:
            return {"smart_hosts": [f"mx{number}.contoso.com"]}
        case "accepted_domain":
            return ({"on_destroy": "delete"}, {"on_destroy": "forget"}, {"domain_type": "InternalRelay"})[number % 3]
        case _:
            return {_comment(kind): word}


def _comment(kind: str) -> str:
    return "comments" if kind == RULE else "comment"


def _placed(had: Configured, label: str, number: int) -> Block:
    others = [
        other
        for other, block in sorted(had.of(RULE).items())
        if other != label and not {"order", "priority"} & {*block}
    ]
    placed = {"order": None, "priority": None}
    if number % 4 == 3 and others:
        side = "after" if number % 2 else "before"
        return {**placed, "order": {side: f"transport_rule.{others[number % len(others)]}"}}
    ends = [block.get("order") for other, block in had.of(RULE).items() if other != label]
    end = {"at": "first"} if number % 4 == 1 else {"at": "last"}
    return {**placed, "order": None if number % 4 == 0 or end in ends else end}


def _relabelled(had: Configured, kind: str, label: str, number: int) -> Configured:
    """Another address for the same thing, with the block that says so."""
    new = had.free_label(kind, number)
    old_address, new_address = f"{kind}.{label}", f"{kind}.{new}"
    text = had.toml().decode()
    if f"{old_address}." in text or f'"{old_address}"' in text.split("[[moved]]")[0]:
        return had  # what refers to it would have to follow, and that is another edit
    block = had.of(kind)[label]
    blocks = {name: found for name, found in had.of(kind).items() if name != label}
    return replace(had._with(kind, {**blocks, new: block}), moved={**had.moved, old_address: new_address})


def _unmoved(moved: Mapping[str, str], address: str) -> Mapping[str, str]:
    """Without the moves that lead to an address, by however many steps."""
    gone = {address}
    while more := {origin for origin, target in moved.items() if target in gone} - gone:
        gone |= more
    return {origin: target for origin, target in moved.items() if target not in gone}
