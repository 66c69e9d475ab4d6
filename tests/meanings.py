"""Meanings and their spellings, for properties: a meaning is drawn first, then ways in which people and Exchange write
it. Nothing here asks Mailform what means the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from hypothesis import strategies as st

from mailform_providers.contract import Observed
from mailform_providers.kinds.schema import Attribute, Form
from mailform_providers.normal import Directory
from mailform_state.values import Value

NOTHING: Hashable = "nothing at all"
"""What null, an empty text, an empty list and a key that isn't there mean."""

Spell = Callable[[st.DrawFn], Value]


@dataclass(frozen=True)
class Meaning:
    """What a value says, and a way to draw one of its spellings."""

    meant: Hashable
    spell: Spell


GUIDS = ("11111111-aaaa-4bbb-8ccc-000000000001", "11111111-aaaa-4bbb-8ccc-000000000002")
CONNECTORS = Directory.of(
    tuple(
        Observed("outbound_connector", guid, name, {}, distinguished_name=f"CN={name},CN=Transport,DC=contoso")
        for guid, name in zip(GUIDS, ("To Straße", "To Strasse"), strict=True)
    )
)
_LABELS = {
    "contoso": "contoso",
    "fabrikam": "fabrikam",
    "bücher": "xn--bcher-kva",
    "straße": "xn--strae-oqa",
    "strasse": "strasse",
    "例え": "xn--r8jz45g",
}
_ZONES = (0, 60, -300, 345, 840)
_SPACE = st.sampled_from(["", "", "", " ", "  "])


def cased(draw: st.DrawFn, text: str) -> str:
    """The text with some letters in the other case, where that is one letter, and back again."""
    swapped = [
        mark.swapcase() if len(mark.swapcase()) == 1 and mark.swapcase().lower() == mark.lower() else mark
        for mark in text
    ]
    style = draw(st.integers(0, 3))
    if style == 0:
        return text
    return "".join(new if style == 1 or draw(st.booleans()) else old for old, new in zip(text, swapped, strict=True))


def spaced(draw: st.DrawFn, text: str) -> str:
    return draw(_SPACE) + text + draw(_SPACE)


@st.composite
def domains(draw: st.DrawFn, wild: bool = True) -> Meaning:
    labels = (*draw(st.lists(st.sampled_from([*_LABELS]), min_size=1, max_size=3)), "example")
    star = wild and draw(st.booleans())
    if wild and draw(st.integers(0, 9)) == 0:
        return Meaning("*", lambda draw: spaced(draw, "*"))

    def spell(draw: st.DrawFn) -> str:
        written = [draw(st.sampled_from([label, _LABELS.get(label, label)])) for label in labels]
        dot = draw(st.sampled_from(["", "", "."]))
        return spaced(draw, cased(draw, ("*." if star else "") + ".".join(written)) + dot)

    return Meaning((star, labels), spell)


@st.composite
def addresses(draw: st.DrawFn) -> Meaning:
    mailbox = draw(st.sampled_from(["someone", "some.one", "o'neil", "straße", "strasse", "a+b"]))
    host = draw(domains(wild=False))

    def spell(draw: st.DrawFn) -> str:
        prefix = draw(st.sampled_from(["", "", "smtp:", "SMTP:"]))
        return spaced(draw, f"{prefix}{cased(draw, mailbox)}@{str(host.spell(draw)).strip()}")

    return Meaning((mailbox, host.meant), spell)


@st.composite
def spaces(draw: st.DrawFn) -> Meaning:
    name, cost = draw(domains()), draw(st.sampled_from([1, 1, 2, 10]))

    def spell(draw: st.DrawFn) -> str:
        text = str(name.spell(draw)).strip()
        costs = [f";{cost}", f"; {cost}"] + (["", ";"] if cost == 1 else [])
        return draw(st.sampled_from(["", "smtp:", "SMTP:"])) + text + draw(st.sampled_from(costs))

    return Meaning((name.meant, cost), spell)


Ip = IPv4Address | IPv6Address
Net = IPv4Network | IPv6Network


def _shown(draw: st.DrawFn, ip: Ip) -> str:
    return draw(st.sampled_from([str(ip), ip.exploded, str(ip).upper(), ip.exploded.upper()]))


@st.composite
def networks(draw: st.DrawFn) -> Net:
    """Few and near each other, so that two draws are often the same, or nearly."""
    if draw(st.booleans()):
        length = draw(st.sampled_from([24, 25, 31, 32]))
        return IPv4Network((int(IPv4Address("192.0.2.0")) + draw(st.integers(0, 511)), length), strict=False)
    length = draw(st.sampled_from([48, 64, 127, 128]))
    return IPv6Network((int(IPv6Address("2001:db8::")) + draw(st.integers(0, 3)) * 2**79, length), strict=False)


@st.composite
def ranges(draw: st.DrawFn) -> Meaning:
    net = draw(networks())
    if draw(st.booleans()):
        ends = (net[0], net[-1])
    else:
        ends = (net[0], net[0] + draw(st.integers(0, 5)))

    def spell(draw: st.DrawFn) -> str:
        first, last = ends
        between = draw(st.sampled_from(["-", " - "]))
        ways = [f"{_shown(draw, first)}{between}{_shown(draw, last)}"]
        if first == last:
            ways += [_shown(draw, first), f"{_shown(draw, first)}/{first.max_prefixlen}"]
        if (first, last) == (net[0], net[-1]):
            anywhere = first + draw(st.integers(0, min(net.num_addresses, 2**16) - 1))
            ways += [f"{_shown(draw, anywhere)}/{net.prefixlen}"]
            ways += [f"{first}/{net.netmask}", f"{first}({net.netmask})"] if net.version == 4 else []
        return spaced(draw, draw(st.sampled_from(ways)))

    return Meaning(ends, spell)


@st.composite
def hosts(draw: st.DrawFn) -> Meaning:
    if draw(st.booleans()):
        return draw(domains(wild=False))
    ip = draw(networks())[0]

    def spell(draw: st.DrawFn) -> str:
        text = _shown(draw, ip)
        return draw(st.sampled_from([text, f"[{text}]"]))

    return Meaning(ip, spell)


@st.composite
def sizes(draw: st.DrawFn) -> Meaning:
    unit = draw(st.sampled_from([1, 1 << 10, 1 << 20, 1 << 30]))
    number = draw(st.integers(0, 2048)) * unit + draw(st.sampled_from([0, 0, 1]))

    def spell(draw: st.DrawFn) -> Value:
        exact = f"({number:,} bytes)"
        ways: list[Value] = [number, str(number), f"{number}B", f"{number} b"]
        for name, factor in (("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)):
            if number % factor == 0:
                ways += [f"{number // factor}{name}", f"{number // factor} {name.lower()}"]
            ways.append(f"{number / factor:.4g} {name} {exact}")
            if number * 2 % factor == 0:
                ways.append(f"{number / factor:.1f}{name}")
        return draw(st.sampled_from(ways))

    return Meaning(number, spell)


@st.composite
def moments(draw: st.DrawFn) -> Meaning:
    day = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=draw(st.integers(-1, 1)))
    moment = day + timedelta(hours=draw(st.sampled_from([0, 9, 21])), milliseconds=draw(st.sampled_from([0, 0, 1])))

    def spell(draw: st.DrawFn) -> str:
        local = moment.astimezone(timezone(timedelta(minutes=draw(st.sampled_from(_ZONES)))))
        naive = moment.replace(tzinfo=None)
        fraction = f"{moment.microsecond:06d}0"
        ways = [local.isoformat(), naive.isoformat(), naive.isoformat(" "), f"{naive.isoformat()}Z"]
        ways += [f"{naive:%Y-%m-%dT%H:%M:%S}.{fraction}{zone}" for zone in ("", "Z", "+00:00")]
        ways += [f"/Date({int(moment.timestamp() * 1000)}{zone})/" for zone in ("", "+0100")]
        if moment == day:
            ways.append(f"{moment:%Y-%m-%d}")
        return draw(st.sampled_from(ways))

    return Meaning(moment, spell)


def keywords(attribute: Attribute) -> st.SearchStrategy[Meaning]:
    def meaning(word: str) -> Meaning:
        return Meaning(word, lambda draw: cased(draw, word))

    return st.sampled_from(attribute.values or ("High", "Low", "City")).map(meaning)


def severities(attribute: Attribute) -> st.SearchStrategy[Meaning]:
    none = Meaning(NOTHING, lambda draw: draw(st.sampled_from([None, "", cased(draw, "DoNotAudit")])))
    return st.one_of(st.just(none), keywords(attribute).filter(lambda one: one.meant != "DoNotAudit"))


@st.composite
def connectors(draw: st.DrawFn) -> Meaning:
    which = draw(st.integers(0, 2))
    if which == 2:
        return Meaning("another", lambda draw: cased(draw, "Not There"))
    name = ("To Straße", "To Strasse")[which]

    def spell(draw: st.DrawFn) -> str:
        ways = [name, GUIDS[which], f"{{{GUIDS[which]}}}", f"CN={name},CN=Transport,DC=contoso"]
        return spaced(draw, cased(draw, draw(st.sampled_from(ways))))

    return Meaning(GUIDS[which], spell)


def _headers() -> st.SearchStrategy[Meaning]:
    names = st.sampled_from(["X-Contoso", "X-Fabrikam", "Received"])
    return names.map(lambda name: Meaning(name, lambda draw: cased(draw, name)))


def _texts() -> st.SearchStrategy[Meaning]:
    marks = st.sampled_from(["a", "A", "ß", "é", "\n", " ", "*", ";"])
    texts = st.lists(marks, min_size=1, max_size=4).map("".join)

    def meaning(text: str) -> Meaning:
        return Meaning(text, lambda draw: text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))))

    return texts.map(meaning)


def _numbers() -> st.SearchStrategy[Meaning]:
    def meaning(number: int) -> Meaning:
        return Meaning(number, lambda draw: draw(st.sampled_from([number, str(number), f" {number}"])))

    return st.sampled_from([-1, 0, 1, 5, 9, 10]).map(meaning)


def _switches(attribute: Attribute) -> st.SearchStrategy[Meaning]:
    """Off is as good as unset in a rule's sections, and nowhere else."""

    def meaning(on: bool) -> Meaning:
        ways: list[Value] = [on, str(on), str(on).lower()]
        unset = not on and attribute.section is not None
        return Meaning(
            NOTHING if unset else on, lambda draw: draw(st.sampled_from([*ways, *([None] if unset else [])]))
        )

    return st.booleans().map(meaning)


SINGLE: Mapping[Form, Callable[[Attribute], st.SearchStrategy[Meaning]]] = {
    Form.ADDRESS: lambda _: addresses(),
    Form.ADDRESS_SPACE: lambda _: spaces(),
    Form.AUDIT_SEVERITY: severities,
    Form.CONNECTOR: lambda _: connectors(),
    Form.DOMAIN: lambda _: domains(),
    Form.HEADER: lambda _: _headers(),
    Form.HOST: lambda _: hosts(),
    Form.IP: lambda _: ranges(),
    Form.KEYWORD: keywords,
    Form.NUMBER: lambda _: _numbers(),
    Form.SIZE: lambda _: sizes(),
    Form.SWITCH: _switches,
    Form.TEXT: lambda _: _texts(),
    Form.TIMESTAMP: lambda _: moments(),
}


@st.composite
def meanings(draw: st.DrawFn, attribute: Attribute) -> Meaning:
    """A meaning of an attribute: a set of meanings for a list, and sometimes nothing at all."""
    if draw(st.integers(0, 5)) == 0:
        return Meaning(NOTHING, lambda draw: draw(st.sampled_from([None, "", (), (None,), ("",)])))
    single = SINGLE[attribute.form](attribute)
    if not attribute.is_list:
        return draw(single)
    items = {one.meant: one for one in draw(st.lists(single, min_size=1, max_size=3))}

    def spell(draw: st.DrawFn) -> Value:
        written = [one.spell(draw) for one in draw(st.permutations([*items.values()]))]
        again = draw(st.sampled_from([*items.values()]))
        written += [again.spell(draw)] if draw(st.booleans()) else []
        return written[0] if len(written) == 1 and draw(st.booleans()) else tuple(written)

    return Meaning(frozenset(items), spell)
