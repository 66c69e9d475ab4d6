"""Connectors and rules: the contract's verbs as cmdlets. Domains have two masters and are in `domains`."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pydantic import JsonValue

from mailform_providers.contract import Done, Listing, Lost, Observed, Rejected, Task, Validated, Written
from mailform_providers.errors import ReadFailed, ServiceFailure
from mailform_providers.exchange.client import Answer, ExchangeClient
from mailform_providers.exchange.records import initial_parameters, observed, parameters
from mailform_providers.kinds import OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Kind
from mailform_providers.wire.patience import Waits
from mailform_state.values import Value

# The listing leaves out connectors in test mode and says so; asked for them, it gives those alone or all of them,
# depending on whom one believes. Its reference says the like of rule-scoped ones, and a live tenant disagreed. All
# four lists together miss none.
_HIDDEN: tuple[Mapping[str, JsonValue], ...] = (
    {"IncludeTestModeConnectors": True},
    {"IsTransportRuleScoped": True},
    {"IncludeTestModeConnectors": True, "IsTransportRuleScoped": True},
)
_ALL: Mapping[str, JsonValue] = {"ResultSize": "Unlimited"}


@dataclass(frozen=True, slots=True)
class Objects:
    """One kind of connector, or the rules."""

    kind: Kind
    exchange: ExchangeClient
    waits: Waits

    @property
    def _views(self) -> tuple[Mapping[str, JsonValue], ...]:
        """What has to be asked for so that nothing stays hidden."""
        return ({}, *_HIDDEN) if self.kind.name == OUTBOUND_CONNECTOR else ({},)

    def read(self) -> Listing:
        cmdlet = self.kind.cmdlets["read"]
        with ThreadPoolExecutor(len(self._views)) as pool:
            answers = tuple(pool.map(lambda view: self.exchange.read(cmdlet, {**_ALL, **view}), self._views))
        found = {seen.id: seen for answer in answers for seen in (observed(self.kind, row) for row in answer.records)}
        warnings = dict.fromkeys(text for answer in answers for text in answer.warnings if not _of_test_mode(text))
        return Listing(self.kind.name, tuple(sorted(found.values(), key=_place)), tuple(warnings))

    def find(self, id: str) -> Observed | None:
        cmdlet = self.kind.cmdlets["read"]
        answers = []
        for view in self._views:
            answer = self.exchange.look_up(cmdlet, id, view)
            if answer is not None and answer.records:
                return observed(self.kind, answer.records[0])
            answers.append(answer)
        if answers[0] is not None:
            # An absent object is an error of its own kind; an empty list isn't, so it proves nothing.
            raise ReadFailed(f"{cmdlet} failed: asked for {id}, it neither showed it nor said that it isn't there.")
        return None

    def create(self, attributes: Mapping[str, Value], priority: int | None) -> Written:
        cmdlet = self.kind.cmdlets["create"]
        place: Mapping[str, JsonValue] = {} if priority is None else {"Priority": priority}
        answer = self.exchange.write(cmdlet, {**initial_parameters(self.kind, attributes), **place})
        if not isinstance(answer, Answer):
            return answer
        try:
            made = observed(self.kind, answer.records[0])
        except (IndexError, ReadFailed):
            return Lost(f"{cmdlet} was carried out, but the answer doesn't say what it made.")
        return Done(made.id, made, answer.warnings)

    def update(self, id: str, attributes: Mapping[str, Value]) -> Written:
        switches = "enable" in self.kind.cmdlets and "enabled" in attributes
        if switches and len(attributes) > 1:
            raise ValueError("enabled must be given alone")
        if switches:
            return self._write("enable" if attributes["enabled"] else "disable", id, {})
        return self._write("update", id, parameters(self.kind, attributes))

    def delete(self, id: str) -> Written:
        written = self._write("delete", id, {})
        return self._gone(written) if isinstance(written, Done) and self.kind.name == TRANSPORT_RULE else written

    def _gone(self, done: Done) -> Done:
        """Waits until a rule is gone for the next request too: as long as it lingers it holds on to its connector."""
        for _ in self.waits.looks(self.waits.visibility_timeout):
            try:
                if self.find(done.id) is None:
                    return done
            except ServiceFailure:
                continue
        late = f"It was removed, but after {self.waits.visibility_timeout:g} s reading it still finds it."
        return replace(done, warnings=(*done.warnings, late))

    def validate(self, id: str, recipients: tuple[str, ...]) -> Validated | Rejected | Lost:
        """Exchange connects to each smart host and sends a test mail to each recipient, and tells each as a task."""
        given: Mapping[str, JsonValue] = {"Identity": id, "Recipients": list(recipients)}
        answer = self.exchange.write(self.kind.cmdlets["validate"], given)
        return Validated(id, tuple(map(_task, answer.records))) if isinstance(answer, Answer) else answer

    def move(self, id: str, priority: int) -> Written:
        return self._write("update", id, {"Priority": priority})

    def _write(self, verb: str, id: str, given: Mapping[str, JsonValue]) -> Written:
        # Nobody is there to answer a prompt.
        quiet: Mapping[str, JsonValue] = {"Confirm": False} if verb in ("delete", "disable") else {}
        answer = self.exchange.write(self.kind.cmdlets[verb], {"Identity": id, **given, **quiet})
        match answer:
            case Answer():
                return Done(id, None, answer.warnings)
            case Rejected() | Lost():
                return answer


def _task(row: Mapping[str, JsonValue]) -> Task:
    """One row of Validate-OutboundConnector. TaskName and IsTaskSuccessful are published, the detail's key is not."""
    succeeded = row.get("IsTaskSuccessful")
    detail = row.get("TaskDetail")
    return Task(
        str(row.get("TaskName") or "validation"),
        succeeded if isinstance(succeeded, bool) else None,
        detail if isinstance(detail, str) else "",
    )


def _place(seen: Observed) -> tuple[int, str]:
    """Rules by their priority; the others by name, so that a listing is the same whatever order it came in."""
    priority = seen.facts.get("priority")
    return (priority if isinstance(priority, int) else 0, "" if isinstance(priority, int) else seen.name.casefold())


def _of_test_mode(warning: str) -> bool:
    return "includetestmodeconnectors" in warning.casefold()
