"""One step of a plan, as the lines that a reviewer reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from mailform.planning.publishing import publication
from mailform.planning.steps import (
    Adopt,
    Create,
    Delete,
    Difference,
    Forget,
    Move,
    Plan,
    Readdress,
    Replace,
    Retry,
    Settle,
    Step,
    Update,
    Withdraw,
    symbol,
)
from mailform.render.attribute_lines import Line, differing, laid_out, written
from mailform.render.escape import quoted, shown
from mailform.render.figures import figure
from mailform.render.images import telling
from mailform.render.palette import Ink, Palette
from mailform.render.risk import risks
from mailform.render.secrecy import Secrets
from mailform.render.value import SENSITIVE, change
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_state.address import Address

_INDENT = "      "


def block(step: Step, plan: Plan, secrets: Secrets, paint: Palette, own: frozenset[str] = frozenset()) -> str:
    """One step of a plan: its header, its marks, why, and what it writes. `own` are the domains that aren't outside."""
    deferred = next((found for found in plan.deferred if found.address == step.address), None)
    sign = f"{symbol(step):>3}"
    lines = [f"{paint(sign, ink(step))} {paint(shown(str(step.address)), Ink.STRONG)}  ({_word(step)})"]
    lines += [f"{_INDENT}{paint(f'! {risk.value}', Ink.WARNING)}" for risk in risks(step, own)]
    if deferred is not None:
        lines.append(f"{_INDENT}waits until {shown(str(deferred.domain))} is proven")
    lines += [f"{_INDENT}{reason}" for reason in _remarks(step, plan, secrets)]
    lines += laid_out(_attributes(step, secrets), paint, _INDENT)
    return "\n".join(lines) + "\n"


def ink(step: Step) -> Ink:
    """The colour of a step's symbol."""
    match step:
        case Create() | Adopt():
            return Ink.ADDED
        case Update() | Settle() | Readdress():
            return Ink.CHANGED
        case Retry(_, None):
            return Ink.FAINT
        case Replace() | Delete() | Retry():
            return Ink.REMOVED
        case Withdraw():
            return Ink.REMOVED if step.reachable else Ink.FAINT
        case Move():
            return Ink.MOVED
        case Forget():
            return Ink.FAINT
    assert_never(step)


def identity(address: Address, name: str, id: str, secrets: Secrets) -> str:
    """An object by its own name and id, each hidden where it is sensitive."""
    return f"{SENSITIVE if secrets.hide_name(address) else quoted(name)}, {identified(address, id, secrets)}"


def identified(address: Address, id: str, secrets: Secrets) -> str:
    """An object's id; hidden where it is a sensitive name."""
    return SENSITIVE if secrets.hide_id(address) else shown(id)


def _word(step: Step) -> str:
    match step:
        case Adopt() if step.address.kind != ACCEPTED_DOMAIN:
            return "import"
        case Settle():
            return "update, in the state only"
        case Readdress():
            return "new address, in the state only"
        case Retry(_, None, again):
            return "not deleted any more, since it is wanted again" if again else "gone by itself"
        case Retry():
            return "delete, left over from an earlier apply"
        case Withdraw():
            return "withdraw a DNS record" if step.reachable else "a DNS record, in the state only"
        case _:
            return type(step).__name__.lower()


def _remarks(step: Step, plan: Plan, secrets: Secrets) -> Iterator[str]:
    yield from _reasons(step, secrets)
    yield from _place(step, plan)
    yield from _published(step, secrets)


def _reasons(step: Step, secrets: Secrets) -> Iterator[str]:
    match step:
        case Replace():
            yield from _replaced(step)
        case Delete():
            yield identity(step.address, step.current.name, step.current.id, secrets)
        case Move():
            place = f"from place {step.origin} to place {step.target} (0 is first)"
            yield f"{identity(step.address, step.name, step.id, secrets)}: {place}"
        case Adopt():
            rest = "only what differs is written" if step.differences else "nothing is written"
            known = identified(step.address, step.current.id, secrets)
            if step.address.kind != ACCEPTED_DOMAIN:
                known = identity(step.address, step.current.name, step.current.id, secrets)
            yield f"the tenant has it already, as {known}; {rest}"
        case Forget(address, id, gone):
            why = "the tenant hasn't got it any more" if gone else "the tenant isn't touched"
            yield f"{identified(address, id, secrets)}: {why}"
        case Readdress(origin, address, id):
            yield f"was {shown(str(origin))}; the object ({identified(address, id, secrets)}) stays as it is"
        case Retry():
            name = identity(step.address, step.pending.name, step.pending.id, secrets)
            yield f"{shown(step.pending.kind)} {name}: {shown(step.pending.reason)}"
        case Withdraw(record):
            yield f"{shown(record.type)} {_named(record.name, secrets, step.address)} {shown(record.value)}"
            left = "it stays with its domain" if step.let_go else "can't reach its zone"
            yield "Mailform published it" if step.reachable else f"Mailform published it, and {left}"
        case Create() | Update() | Settle():
            return


def _published(step: Step, secrets: Secrets) -> Iterator[str]:
    """The proof of a domain that goes into its zone."""
    found = publication(step)
    if found is not None:
        value = shown(found.value) or "(known after apply)"
        yield f"publishes TXT {_named(found.name, secrets, step.address)} {value}, in the zone {shown(found.zone)}"


def _named(name: str, secrets: Secrets, address: Address) -> str:
    return SENSITIVE if secrets.hide_name(address) else shown(name)


def _place(step: Step, plan: Plan) -> Iterator[str]:
    """Where a new rule is to stand."""
    token = str(step.address)
    if isinstance(step, Create) and token in plan.rules_after:
        yield f"comes to place {plan.rules_after.index(token)} of {figure(len(plan.rules_after), 'rule')} (0 is first)"


def _replaced(step: Replace) -> Iterator[str]:
    kind = KINDS[step.wanted.kind]
    renamed = any(found.attribute == kind.naming for found in step.differences)
    fixed = [found.attribute for found in step.differences if not _updatable(step, found)]
    if step.wanted.kind == ACCEPTED_DOMAIN:
        yield "because a domain's name is what it is"
        yield "the old domain is deleted in the end" if step.retire else "the old domain is forgotten, not deleted"
        return
    if fixed:
        yield f"because {', '.join(fixed)} can't be changed in place"
    elif renamed:
        yield "because rules route to it by its name, and the name changes"
    else:
        yield "because --replace asks for it"
    if step.aside:
        yield "the old one is renamed aside, the new one takes its name and place, then the old one is deleted"
    else:
        yield "the new one is made under the new name, rules are pointed at it, then the old one is deleted"


def _updatable(step: Replace, found: Difference) -> bool:
    attribute = KINDS[step.wanted.kind].attributes.get(found.attribute)
    return attribute is None or attribute.update


def _attributes(step: Step, secrets: Secrets) -> Iterator[Line]:
    address = step.address
    match step:
        case Create():
            for name, value in step.attributes.items():
                yield written("+", name, value, hidden=secrets.hide(address, name))
        case Replace() if not step.differences:
            for name, value in step.attributes.items():
                yield written(" ", name, value, hidden=secrets.hide(address, name))
        case Update() | Adopt() | Replace():
            for found in step.differences:
                yield differing(address.kind, found, hidden=found.sensitive or secrets.hide(address, found.attribute))
        case Delete():
            for name, value in telling(step.current.attributes).items():
                yield written("-", name, value, hidden=secrets.hide(address, name))
        case Settle():
            for name, (before, after) in step.settings.items():
                yield Line("~", name, change(before, after))
        case Move() | Forget() | Readdress() | Retry() | Withdraw():
            return
