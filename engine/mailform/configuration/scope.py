"""What the names in a reference may stand for: variables, locals, and what resources write or the tenant says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailform.expression import Expression
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_state.address import Address
from mailform_state.values import Value

LARGEST = 1_000_000
"""Characters and items of one value, at most. The largest text that the service takes has a hundredth of it."""

_GUID = "00000000-0000-0000-0000-000000000000"
COMPUTED: Mapping[str, Mapping[str, Value]] = {kind: {"id": _GUID} for kind in KINDS} | {
    ACCEPTED_DOMAIN: {
        "id": _GUID,
        "verified": True,
        "verification_txt": "MS=ms00000000",
        "verification_mx": "ms00000000.msv1.invalid",
        "mail_exchange": "contoso-com.mail.protection.outlook.com",
    }
}
"""What may be referred to though no configuration writes it: the tenant says it. Each with a value of its type, to
check with; never to be used as what a tenant has."""


@dataclass(frozen=True, slots=True)
class Filled:
    """An expression, and whether a sensitive variable went into it. `broken`: part of it is wrong, and said to be.
    `size`: characters and items, `depth`: levels of lists and tables, to stop a value that grows with every local it
    goes through. `parts`: of a list or a table that is written out, what each part is for itself: not all of it need be
    sensitive."""

    expression: Expression
    sensitive: bool = False
    broken: bool = False
    size: int = 1
    depth: int = 0
    parts: Mapping[str | int, Filled] = field(default_factory=dict)


BROKEN_VALUE = Filled("", broken=True)
"""What is wrong, and said to be: nobody else complains of it."""


@dataclass(frozen=True, slots=True)
class Each:
    """What `each` stands for in one instance of a block with `for_each`."""

    key: Filled
    value: Filled


def depth_of(value: Value) -> int:
    """How far a value nests, as `Filled.depth` counts."""
    match value:
        case tuple():
            return 1 + max(map(depth_of, value), default=0)
        case Mapping():
            return 1 + max(map(depth_of, value.values()), default=0)
        case _:
            return 0


def size_of(value: Value) -> int:
    """How large a value is, as `Filled.size` counts."""
    match value:
        case str():
            return len(value)
        case tuple():
            return 1 + sum(size_of(item) for item in value)
        case Mapping():
            return 1 + sum(size_of(item) for item in value.values())
        case _:
            return 1


@dataclass(frozen=True, slots=True)
class Scope:
    """What references may name. `written` has the attributes of each resource; `owner` is the resource whose
    attributes are being filled in, and `each` what it was made for; `resources` is false where no resource may be
    referred to (`[tenant] id`).

    `keys` has the keys of each block with `for_each`; None: they are wrong, and said to be. `early`: which resources
    there are isn't known yet, so a reference to one is taken as it is.
    """

    variables: Mapping[str, Filled] = field(default_factory=dict)
    locals: Mapping[str, Filled] = field(default_factory=dict)
    written: Mapping[Address, frozenset[str]] = field(default_factory=dict)
    owner: Address | None = None
    resources: bool = True
    each: Each | None = None
    keys: Mapping[Address, tuple[str, ...] | None] = field(default_factory=dict)
    early: bool = False

    def of(self, owner: Address, each: Each | None = None) -> Scope:
        return replace(self, owner=owner, each=each)
