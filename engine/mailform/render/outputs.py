"""Outputs: all of them with the sensitive ones hidden, or one of them, asked for by name, as it is."""

from __future__ import annotations

from collections.abc import Mapping

from mailform.render import value as values
from mailform.render.escape import shown
from mailform.render.shape import Json, json
from mailform.render.value import SENSITIVE
from mailform_state.values import Output, State


def told(state: State) -> str:
    """What else the state tells: the records that domains wait for, and where mail is handed back to the tenant."""
    lines = []
    for proof in state.proofs:
        lines.append(f"{shown(str(proof.address))} waits for its DNS proof; publish one of these two records:\n")
        lines.append(f"  TXT  {shown(proof.name)}  {shown(proof.txt)}\n")
        lines.append(f"  MX   {shown(proof.name)}  {shown(proof.mx)}\n")
    if state.mail_host:
        lines.append(f"Services that hand mail back to this tenant deliver it to {shown(state.mail_host)}.\n")
    return "".join(lines)


def told_as_json(state: State) -> dict[str, Json]:
    """The same for programs, under `mailform` beside the outputs; empty where there is nothing to tell."""
    proofs: list[Json] = [
        {"address": str(proof.address), "name": proof.name, "txt": proof.txt, "mx": proof.mx} for proof in state.proofs
    ]
    if not proofs and not state.mail_host:
        return {}
    return {"mailform": {"proofs": proofs, "mail_host": state.mail_host or None}}


def text(outputs: Mapping[str, Output]) -> str:
    """Every output on a line; sensitive ones are hidden."""
    if not outputs:
        return "There are no outputs.\n"
    return "".join(
        f"{shown(name)} = {values.text(outputs[name].value, sensitive=outputs[name].sensitive)}\n"
        for name in sorted(outputs)
    )


def as_json(outputs: Mapping[str, Output]) -> dict[str, Json]:
    """The same for programs: `{name: {sensitive, value}}`."""
    return {
        name: {"sensitive": held.sensitive, "value": SENSITIVE if held.sensitive else json(held.value)}
        for name, held in sorted(outputs.items())
    }


def one(output: Output) -> str:
    """One output that was asked for by name, sensitive or not, in full: this is the only place that shows one."""
    return values.text(output.value, whole=True) + "\n"


def one_as_json(output: Output) -> Json:
    """The same for programs: the bare value."""
    return json(output.value)
