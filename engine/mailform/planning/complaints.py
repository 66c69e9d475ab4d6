"""What planning has to object to, in the user's words. Each says what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote

from mailform.diagnostics import Diagnostic, Position, Severity
from mailform.spelling import for_shell, for_toml, referring
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_state.address import Address
from mailform_state.values import Recorded


def exists(wanted: Wanted, current: Observed) -> Diagnostic:
    """The tenant has an object of this name, which no resource manages. Never a second one."""
    return Diagnostic(
        "already-exists",
        f"{wanted.address}: the tenant already has this {_words(wanted.kind)}, “{current.name}” ({current.id}), "
        "and no resource manages it",
        wanted.position,
        f"To take it over: mailform import {for_shell(wanted.address)} {quote(current.id)}",
    )


def given_up(wanted: Wanted, origin: Address) -> Diagnostic:
    """A resource comes with the name of one that `[[removed]]` lets go of."""
    return Diagnostic(
        "moved",
        f"{wanted.address} comes with the name of {origin}, which [[removed]] lets go of: they are the same object",
        wanted.position,
        "Say instead that it has a new address:",
        paste=f"\n[[moved]]\nfrom = {for_toml(origin)}\nto = {for_toml(wanted.address)}\n",
    )


def not_as_it_is(wanted: Wanted, current: Observed, attributes: Sequence[str]) -> Diagnostic:
    """An object that is imported can't become what is wanted while it stays the object it is."""
    why = f"{', '.join(attributes)} can't be changed" if attributes else "it can't be replaced"
    return Diagnostic(
        "not-as-it-is",
        f"{wanted.address}: “{current.name}” ({current.id}) is imported, and {why} in the same apply",
        wanted.position,
        "Write what it has now, and apply; then change it in a plan of its own, which replaces it",
    )


def another(wanted: Wanted, recorded: Recorded, other: Observed) -> Diagnostic:
    """The recorded object is gone, and another has its name."""
    return Diagnostic(
        "another-object",
        f"{wanted.address}: the object that was recorded ({recorded.id}) is gone, and another one has its name, "
        f"“{other.name}” ({other.id})",
        wanted.position,
        f"To take that one over: mailform import {for_shell(wanted.address)} {quote(other.id)}",
    )


def held(wanted: Wanted, current: Observed, owner: Address) -> Diagnostic:
    """A domain that another resource has until this very plan: whose it is can't be told by its name."""
    return Diagnostic(
        "domain-taken",
        f"{wanted.address}: the domain {current.name} is {owner} in the state",
        wanted.position,
        f"Change it in two steps: first apply {owner} without it, or let go of it: "
        f"mailform state rm {for_shell(owner)}",
    )


def inexpressible(address: Address, position: Position | None, current: Observed) -> Diagnostic:
    """A managed rule has become one that Mailform can't express."""
    return Diagnostic(
        "unsupported-rule",
        f"{address}: Mailform can't express this rule ({current.unsupported}); it is left as it is",
        position,
        f"Take it out of the state: mailform state rm {for_shell(address)}",
        Severity.WARNING,
    )


def too_many_rules(count: int, added: int, most: int) -> Diagnostic:
    """More rules than a tenant may have, while the new ones are there and the old ones still are."""
    return Diagnostic(
        "too-many-rules",
        f"the tenant has {count} rules and the plan adds {added} before it takes any away: more than the {most} that a "
        "tenant may have",
        None,
        "Take rules away in an apply of their own first, or put several into one",
    )


def protected(address: Address, position: Position | None) -> Diagnostic:
    """prevent_destroy protects the resource."""
    return Diagnostic(
        "prevent-destroy",
        f"{address} would be deleted, and prevent_destroy protects it",
        position,
        "The state remembers it: apply lifecycle = { prevent_destroy = false } first, then take the resource out",
    )


def never_deleted(recorded: Recorded, current: Observed) -> Diagnostic:
    """The initial and the default domain are never deleted."""
    which = "initial" if current.facts.get("initial") else "default"
    return Diagnostic(
        "domain-stays",
        f"{recorded.address}: {current.name} is the tenant's {which} domain, which is never deleted",
        None,
        f'Apply on_destroy = "forget" first, or forget it: mailform state rm {for_shell(recorded.address)}',
    )


def used_by_foreign(
    address: Address, position: Position | None, current: Observed, rule: Observed, verb: str
) -> Diagnostic:
    """A rule of nobody's routes to a connector that would go."""
    return Diagnostic(
        "foreign-reference",
        f"{address}: “{current.name}” can't be {verb}, since the rule “{rule.name}” ({rule.id}) routes to it and no "
        "resource manages that rule",
        position,
        f"Import the rule (mailform import transport_rule.NAME {quote(rule.id)}), or point it elsewhere by hand",
    )


def lost_route(rule: Wanted, connector: Address, route: str) -> Diagnostic:
    """A rule names a connector of ours that goes."""
    return Diagnostic(
        "lost-route",
        f"{rule.address} routes to “{route}”, which is {connector} and goes in this plan",
        rule.position,
        f"Let it follow: route_message_outbound_connector = {for_toml(referring(connector, 'name'))}; "
        "or route to another connector",
    )


def referenced(wanted: Wanted, current: Observed, users: tuple[Observed, ...]) -> Diagnostic:
    """A referenced connector can't be renamed aside."""
    return Diagnostic(
        "referenced-connector",
        f"{wanted.address}: “{current.name}” can't be replaced under its own name while rules route to it: "
        + ", ".join(f"“{rule.name}”" for rule in users),
        wanted.position,
        "Give it another name as well: then a new one is made, the rules are pointed at it, and the old one goes",
    )


def unreplaceable(wanted: Wanted) -> Diagnostic:
    """A domain has no second copy."""
    return Diagnostic(
        "unreplaceable",
        f"{wanted.address}: a domain can't be replaced: its name is what it is",
        wanted.position,
        "Leave it out of --replace",
    )


def unknown_address(address: Address, instances: Iterable[Address]) -> Diagnostic:
    """An address on the command line that nothing has; `instances` have it as their block's."""
    told = ", ".join(str(one) for one in instances)
    return Diagnostic(
        "unknown-address",
        f"{address} has for_each, so it is several resources"
        if told
        else f"{address} is neither in the configuration nor in the state",
        None,
        f"Name one of them: {told}" if told else "See the addresses with: mailform state list",
    )


def circle(addresses: Iterable[Address]) -> Diagnostic:
    """Names or references that go round in a circle, so that no order of writes could be taken back."""
    return Diagnostic(
        "circular-change",
        "these changes can't be made in one go, since each needs what another still holds (two connectors that rules "
        "route to can't swap their names): " + ", ".join(str(address) for address in addresses),
        None,
        "Make the change in two steps: first to a name that nobody has, then to the wanted one",
    )


def _words(kind: str) -> str:
    return kind.replace("_", " ")
