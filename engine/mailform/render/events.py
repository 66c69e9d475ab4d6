"""A command while it works, for programs: the events of `terraform plan -json` and `apply -json`, by their names and
keys, so that what shows those shows ours.

What is in no event of Terraform's stands under `mailform`. No payload is ever told: it may hold what is sensitive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from mailform.diagnostics import Diagnostic, Severity
from mailform.planning.verbs import Verb
from mailform.render import diagnostics
from mailform.render import report as report_text
from mailform.render.ending import headline, succeeded
from mailform.render.escape import shown
from mailform.render.shape import Json, json
from mailform.session.report import Report
from mailform_state.address import Address
from mailform_state.journal import Outcome
from mailform_state.values import State, Value

UI_VERSION = "1.2"
"""Of the events, as Terraform counts."""

_ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("create", "delete"): "replace",
    ("delete",): "delete",
    ("forget",): "remove",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the stream. `body` is what belongs to its type; the moment is put to it where it is printed."""

    type: str
    message: str
    body: Mapping[str, Json] = field(default_factory=dict)
    level: str = "info"


def version(tool_version: str) -> Event:
    """The first event of every stream."""
    return Event("version", f"Mailform {tool_version}", {"ui": UI_VERSION, "mailform": {"version": tool_version}})


def planned(document: Mapping[str, object]) -> Iterator[Event]:
    """A plan, from its JSON: what others changed, each change, the figures, outputs and warnings."""
    for entry in _entries(document, "resource_drift"):
        change = _change(entry)
        yield Event("resource_drift", f"{_named(entry)}: Drift detected ({change['action']})", {"change": change})
    tally: Counter[str] = Counter()
    for entry in _entries(document, "resource_changes"):
        change = _change(entry)
        action, importing = str(change["action"]), "importing" in change
        tally[action] += 1
        tally["importing"] += importing
        if action != "noop":
            yield Event("planned_change", f"{_named(entry)}: Plan to {action}", {"change": change})
    figures = {
        "add": tally["create"] + tally["replace"],
        "change": tally["update"],
        "import": tally["importing"],
        "remove": tally["delete"] + tally["replace"],
    }
    yield _summary("Plan: {add} to add, {change} to change, {remove} to destroy.", figures, "plan")
    outputs = cast("dict[str, dict[str, Json]]", document["output_changes"])
    if outputs:
        told: dict[str, Json] = {
            name: {"sensitive": found["after_sensitive"], "action": _action(found)} for name, found in outputs.items()
        }
        yield Event("outputs", f"Outputs: {len(told)}", {"outputs": told})
    for warning in cast("dict[str, list[Json]]", document["mailform"])["warnings"]:
        yield _diagnosed(cast("dict[str, Json]", warning))


def diagnostic(found: Diagnostic) -> Event:
    """A mistake, or a warning."""
    return _diagnosed(diagnostics.one(found))


def ended(report: Report) -> Iterator[Event]:
    """How a run ended. The figures count what is done and stays done; the whole report is under `mailform`."""
    for warning in report.warnings:
        yield diagnostic(Diagnostic("run", warning, severity=Severity.WARNING))
    if not succeeded(report):
        yield diagnostic(Diagnostic(report.exit.name.lower(), report.failure or headline(report), hint=report.hint))
    done = [deed for deed in report.deeds if deed.outcome is Outcome.OK and deed.undone is None]
    made = {deed.address for deed in done if deed.verb is Verb.CREATE}
    gone = [deed for deed in done if deed.verb is Verb.DELETE]
    touched = {deed.address for deed in done} - made - {deed.address for deed in gone}
    figures = {"add": len(made), "change": len(touched), "import": 0, "remove": len(gone)}
    summary = _summary("Resources: {add} added, {change} changed, {remove} destroyed.", figures, "apply")
    body: dict[str, Json] = {**summary.body, "mailform": report_text.as_json(report)}
    yield Event(summary.type, f"{headline(report)} {summary.message}", body)


def outputs(state: State) -> Event:
    """The outputs as they are now. What is sensitive has no value."""
    told: dict[str, Json] = {}
    for name, held in sorted(state.outputs.items()):
        value: dict[str, Json] = {} if held.sensitive else {"value": json(held.value)}
        told[name] = {"sensitive": held.sensitive, "type": _type(held.value), **value}
    return Event("outputs", f"Outputs: {len(told)}", {"outputs": told})


def resource(address: Address) -> dict[str, Json]:
    """How the events name a resource."""
    module = ".".join(f"module.{name}" for name in address.module)
    whole = str(address)
    return {
        "addr": whole,
        "module": module,
        "resource": whole.removeprefix(f"{module}."),
        "implied_provider": "mailform",
        "resource_type": address.kind,
        "resource_name": address.name,
        "resource_key": address.key,
    }


def _entries(document: Mapping[str, object], key: str) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", document[key])


def _named(entry: dict[str, Json]) -> str:
    return shown(str(entry["address"]))


def _change(entry: dict[str, Json]) -> dict[str, Json]:
    """One resource change. What is only imported, or only has another address, is said to be just that."""
    change = cast("dict[str, Json]", entry["change"])
    said: dict[str, Json] = {"resource": resource(Address.parse(str(entry["address"]))), "action": _action(change)}
    if "importing" in change:
        said["importing"] = change["importing"]
        said["action"] = "import" if said["action"] == "noop" else said["action"]
    if "previous_address" in entry:
        said["previous_resource"] = resource(Address.parse(str(entry["previous_address"])))
        said["action"] = "move" if said["action"] == "noop" else said["action"]
    return said


def _action(change: Mapping[str, Json]) -> str:
    return _ACTIONS.get(tuple(cast("list[str]", change["actions"])), "noop")


def _summary(message: str, figures: Mapping[str, int], operation: str) -> Event:
    return Event("change_summary", message.format(**figures), {"changes": {**figures, "operation": operation}})


def _diagnosed(one: dict[str, Json]) -> Event:
    failing = one["severity"] == Severity.ERROR.value
    message = f"{'Error' if failing else 'Warning'}: {shown(str(one['summary']))}"
    return Event("diagnostic", message, {"diagnostic": one}, "error" if failing else "warn")


def _type(value: Value) -> Json:
    """The type of a value, as Terraform writes types."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case tuple():
            return ["tuple", [_type(item) for item in value]]
        case Mapping():
            return ["object", {name: _type(value[name]) for name in sorted(value)}]
        case _:
            return "dynamic"
