"""Options that several commands share, each with the one help text it has everywhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from mailform_state.address import Address

Targets = Annotated[
    list[str] | None, typer.Option("--target", metavar="ADDR", help="Only this resource and what it depends on.")
]
Replacements = Annotated[
    list[str] | None, typer.Option("--replace", metavar="ADDR", help="Replace this resource's object by a new one.")
]
Destroy = Annotated[bool, typer.Option("--destroy", help="Plan to delete everything that the state records.")]
RefreshOnly = Annotated[
    bool, typer.Option("--refresh-only", help="Only bring the state to what the tenant has; change nothing there.")
]
AllowLargeChange = Annotated[
    bool, typer.Option("--allow-large-change", help="Allow a plan that changes more than 30 % of the resources.")
]
AutoApprove = Annotated[bool, typer.Option("--auto-approve", help="Ask nothing.")]
OnFailure = Annotated[
    str,
    typer.Option("--on-failure", metavar="rollback|stop", help="Take everything back, or hold it for `recover`."),
]
Parallelism = Annotated[int, typer.Option("--parallelism", min=1, max=10, help="How many writes at a time.")]
DomainTimeout = Annotated[
    str, typer.Option("--domain-timeout", metavar="TIME", help="How long to wait until Exchange knows a proven domain.")
]
VisibilityTimeout = Annotated[
    str, typer.Option("--visibility-timeout", metavar="TIME", help="How long a write may take to show.")
]
Settle = Annotated[str, typer.Option("--settle", metavar="TIME", help="How long an unsure change is looked for.")]
LockTimeout = Annotated[str, typer.Option("--lock-timeout", metavar="TIME", help="How long to wait for the lock.")]
DnsServer = Annotated[
    str | None,
    typer.Option(
        "--dns-server",
        metavar="HOST[:PORT]",
        help="Look here for the DNS proof of a domain that waits, not at its zone's name servers. It only explains.",
    ),
]
PolicyFolders = Annotated[
    list[Path] | None,
    typer.Option("--policies", metavar="DIR", help="A folder of policies, beside the configuration's own."),
]
PolicyCommands = Annotated[
    list[str] | None,
    typer.Option(
        "--policy-command",
        metavar="PROGRAM",
        help="A program that reads the plan as JSON; only exit 0 lets the plan pass. Run without a shell.",
    ),
]
PolicyTimeout = Annotated[
    str, typer.Option("--policy-timeout", metavar="TIME", help="How long a policy program may take.")
]
Events = Annotated[
    bool,
    typer.Option("--events", help="One JSON object a line while it works, as `terraform -json` has them."),
]
PlanFormat = Annotated[
    str,
    typer.Option("--format", metavar="text|json|markdown|html", help="How to show the plan. --json is --format json."),
]
PlanFileArgument = Annotated[Path | None, typer.Argument(metavar="[PLANFILE]", help="A plan saved with --out.")]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def span(text: str, option: str) -> timedelta:
    """A length of time such as `10s`, `5m`, `7d`. Raises typer.BadParameter, naming the option."""
    number, unit = text.strip()[:-1], text.strip()[-1:]
    if unit.isdigit():
        number, unit = text.strip(), "s"
    if unit not in _UNITS or not number.isdigit() or len(number) > 6:
        raise typer.BadParameter(f"{text!r} is no length of time; write it as 10s, 5m, 2h or 7d", param_hint=option)
    return timedelta(**{_UNITS[unit]: int(number)})


def addresses(texts: list[str] | None, option: str) -> tuple[Address, ...]:
    """Addresses given on the command line. Raises typer.BadParameter, naming the option."""
    found = []
    for text in texts or ():
        try:
            found.append(Address.parse(text))
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint=option) from None
    return tuple(found)


def one_of(text: str, allowed: tuple[str, ...], option: str) -> str:
    """A word out of a few. Raises typer.BadParameter, naming the option and the words."""
    if text not in allowed:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(allowed)}", param_hint=option)
    return text
