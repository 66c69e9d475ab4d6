"""A plan for programs, in the shape of `terraform show -json`, so that the checkers people run on plans work on it.

Everything that shape has no place for is under `mailform`. Sensitive values are `"(sensitive)"` everywhere, and marked
in the masks beside them.
"""

from __future__ import annotations

from dataclasses import asdict

from mailform.expression import Unknown
from mailform.planning.steps import Deferred, OutputChange, Plan
from mailform.render import diagnostics
from mailform.render.change_json import Change
from mailform.render.changes_json import changes, drifted
from mailform.render.configuration_json import configured
from mailform.render.dns_json import records
from mailform.render.modules_json import modules
from mailform.render.released import released
from mailform.render.secrecy import Secrets
from mailform.render.shape import Json, json
from mailform.render.state_json import values
from mailform.render.summary import counts
from mailform.render.value import SENSITIVE
from mailform.wanted import Configuration
from mailform_state.values import State

FORMAT_VERSION = "1.2"
TERRAFORM_VERSION = "1.9.0"
"""The Terraform whose shape this is. Programs that read plans refuse one without it, or with a version that isn't
Terraform's; ours is under `mailform`."""


def as_json(
    plan: Plan,
    *,
    configuration: Configuration | None,
    state: State,
    tool_version: str,
    tenant: str,
    plan_digest: str | None = None,
    refused: bool = False,
) -> dict[str, Json]:
    """The whole plan. `state` is the one it was made from. The same plan always comes out the same. `refused`: a guard
    or a policy speaks against it."""
    secrets = Secrets.of(plan, state)
    changed = changes(plan, state, secrets)
    return {
        "format_version": FORMAT_VERSION,
        "terraform_version": TERRAFORM_VERSION,
        "applyable": not plan.empty and not refused,
        "complete": not plan.deferred and not plan.targets,
        "errored": False,
        "planned_values": {
            "outputs": _planned_outputs(plan, state),
            "root_module": _planned(changed),
        },
        "resource_drift": [found.entry() for found in drifted(plan, state, secrets)],
        "resource_changes": [found.entry() for found in changed],
        "deferred_changes": [_deferred(found, changed) for found in plan.deferred],
        "output_changes": _output_changes(plan, state),
        "prior_state": {"format_version": "1.0", "values": values(state)},
        "configuration": configured(configuration),
        "mailform": _ours(plan, tool_version, tenant, plan_digest, secrets),
    }


def _ours(plan: Plan, tool_version: str, tenant: str, plan_digest: str | None, secrets: Secrets) -> dict[str, Json]:
    said: dict[str, Json] = {
        "version": tool_version,
        "tenant": tenant,
        "destroy": plan.destroy,
        "refresh_only": plan.refresh_only,
        "targets": [str(address) for address in plan.targets],
        "summary": asdict(counts(plan)),
        "warnings": [diagnostics.one(found) for found in plan.warnings],
        "released": {str(address): list(names) for address, names in released(plan)},
        "foreign": {kind: plan.foreign[kind] for kind in sorted(plan.foreign)},
        "unsupported": [
            {"type": rule.kind, "id": rule.id, "name": rule.name, "reason": rule.unsupported}
            for rule in plan.unsupported
        ],
        "dns_records": records(plan, secrets),
        "rule_order": {"before": list(plan.rules_before), "after": list(plan.rules_after)},
    }
    return said if plan_digest is None else {**said, "plan_digest": plan_digest}


def _deferred(found: Deferred, changed: tuple[Change, ...]) -> dict[str, Json]:
    entry = next(change for change in changed if change.address == found.address)
    return {
        "reason": found.reason,
        "resource_change": entry.entry(),
        "mailform": {"domain": str(found.domain)},
    }


def _planned(changed: tuple[Change, ...]) -> dict[str, Json]:
    entries = [(found.address, found.planned()) for found in changed]
    return modules([(address, entry) for address, entry in entries if entry is not None])


def _planned_outputs(plan: Plan, state: State) -> dict[str, Json]:
    planned: dict[str, Json] = {
        name: {"sensitive": held.sensitive, "value": SENSITIVE if held.sensitive else json(held.value)}
        for name, held in state.outputs.items()
    }
    for found in plan.outputs:
        planned.pop(found.name, None)
        if not found.gone:
            hidden = _is_hidden(found)
            planned[found.name] = {"sensitive": hidden}
            if not isinstance(found.after, Unknown):
                planned[found.name] = {"sensitive": hidden, "value": SENSITIVE if hidden else json(found.after)}
    return dict(sorted(planned.items()))


def _output_changes(plan: Plan, state: State) -> dict[str, Json]:
    told = {found.name: _output_change(found) for found in plan.outputs}
    for name, held in state.outputs.items():
        if name not in told:
            kept = OutputChange(name, held, held.value, held.sensitive)
            told[name] = {**_output_change(kept), "actions": ["no-op"]}
    return {name: told[name] for name in sorted(told)}


def _output_change(found: OutputChange) -> dict[str, Json]:
    hidden = _is_hidden(found)
    before = None if found.before is None else SENSITIVE if hidden else json(found.before.value)
    unknown = isinstance(found.after, Unknown)
    after = None if isinstance(found.after, Unknown) or found.gone else SENSITIVE if hidden else json(found.after)
    return {
        "actions": ["delete" if found.gone else "create" if found.before is None else "update"],
        "before": before,
        "after": after,
        "after_unknown": unknown,
        "before_sensitive": hidden,
        "after_sensitive": hidden,
    }


def _is_hidden(found: OutputChange) -> bool:
    """A value that was sensitive, or will be, is shown on neither side: it may well be the same."""
    return found.sensitive or (found.before is not None and found.before.sensitive)
