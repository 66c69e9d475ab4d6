"""Resource blocks with just enough in them to be valid, so that a story can say only what it is about."""

from __future__ import annotations

from lifecycle.bench import TENANT


def configuration(*blocks: str) -> str:
    """A whole configuration of these blocks."""
    return TENANT + "".join(f"\n{block}" for block in blocks)


def rule(label: str, name: str, *lines: str, actions: str = '{ prepend_subject = "[x] " }') -> str:
    """A rule for what comes from inside. `lines` stand on the rule itself."""
    head = f'[transport_rule.{label}]\nname = "{name}"\nconditions = {{ from_scope = "InOrganization" }}\n'
    return head + f"actions = {actions}\n" + _each(lines)


def routing(label: str, name: str, connector: str, *lines: str) -> str:
    """A routing rule. `connector` is how it refers to its connector, `${…}` or a name."""
    action = f'{{ route_message_outbound_connector = "{connector}" }}'
    loop = 'exceptions = { header_contains_message_header = "X-Signed", header_contains_words = ["true"] }'
    return rule(label, name, loop, *lines, actions=action)


def scoped(label: str, name: str, *lines: str) -> str:
    """An outbound connector for routing rules."""
    return outbound(label, name, 'connector_type = "OnPremises"', "is_transport_rule_scoped = true", *lines)


def outbound(label: str, name: str, *lines: str) -> str:
    """An outbound connector to a smart host."""
    head = f'[outbound_connector.{label}]\nname = "{name}"\n'
    return head + 'use_mx_record = false\nsmart_hosts = ["smtp.contoso.com"]\n' + _each(lines)


def inbound(label: str, name: str, *lines: str) -> str:
    """An inbound connector of a partner."""
    return f'[inbound_connector.{label}]\nname = "{name}"\nsender_domains = ["contoso.com"]\n' + _each(lines)


def domain(label: str, name: str, *lines: str) -> str:
    """An accepted domain."""
    return f'[accepted_domain.{label}]\ndomain = "{name}"\n' + _each(lines)


def moved(origin: str, target: str) -> str:
    """`[[moved]]`."""
    return f'[[moved]]\nfrom = "{origin}"\nto = "{target}"\n'


def imported(target: str, id: object) -> str:
    """`[[import]]`."""
    return f'[[import]]\nto = "{target}"\nid = "{id}"\n'


def removed(origin: str) -> str:
    """`[[removed]]`."""
    return f'[[removed]]\nfrom = "{origin}"\n'


def _each(lines: tuple[str, ...]) -> str:
    return "".join(f"{line}\n" for line in lines)
