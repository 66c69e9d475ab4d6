"""Plans to be reviewed: one in which a stranger has named everything that can be named, one of a large tenant."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from samples import IN, INBOUND, ROUTE, RULE, address, configuration, create, guid, mixed, observed, recorded

from mailform.planning.steps import Kept, Plan
from mailform.render.plan_json import as_json
from mailform.render.review import Review
from mailform.render.reviewing import review
from mailform_state.values import State

EMPTY = State("5a9d7f4e-0000-4000-8000-000000000001", guid(100))


def reviewed(plan: Plan, state: State = EMPTY, *, tenant: str = guid(100)) -> Review:
    return review(as_json(plan, configuration=configuration(), state=state, tool_version="0.1.0", tenant=tenant))


def hostile_plan(name: str) -> Plan:
    """A plan in which a stranger has named everything that can be named."""
    rule = create(replace(ROUTE, key=name), {**RULE, "name": name, "comments": name, "conditions.from": (name, name)})
    inbound = create(IN, {**INBOUND, "name": name})
    kept = replace(address("outbound_connector.kept"), key=name)
    seen = observed(kept, guid(3), {"name": name})
    return replace(
        mixed(),
        steps=(*mixed().steps[3:], rule, inbound),
        kept=(Kept(recorded(kept, guid(3), {"name": name}), seen, None),),
        outputs=tuple(replace(found, after=name) for found in mixed().outputs if not found.gone),
        drift=tuple(replace(found, changed_by=name, name=name) for found in mixed().drift),
        warnings=tuple(replace(found, message=name) for found in mixed().warnings),
    )


MARKUP = [
    "`",
    "``",
    "```\n",
    "~~~\n",
    "|",
    "\\|",
    "\\",
    "\n\n",
    "\n# ",
    "\n> ",
    "\n- ",
    "**a**",
    "_a_",
    "~~a~~",
    "$$x$$",
]
HTML = ["<b>", "</details>", "<!--", "-->", "<script>alert(1)</script>", "]]>", "&lt;", "&#64;", '"', "'"]
LINKS = [
    "[a](http://fabrikam.com)",
    "![a](x)",
    "http://fabrikam.com",
    "www.fabrikam.com",
    "@contoso",
    "#1",
    "a@contoso.com",
]
COMMANDS = ["::set-output name=a::b", "\n::error::x", "##vso[task.complete]", "##[group]", "{{x}}", "${{x}}"]
UNSEEN = ["\u202e", "\u2066", "\x1b[31m", "\0", "\r", "\u2028"]
MERMAID = [
    "]",
    ")",
    "-->",
    ";",
    "end",
    "subgraph x",
    "click n0 href",
    "%%{init: {}}%%",
    ":::x",
    "]:::removed",
    '"]\nn0["',
]
WORDS = [*MARKUP, *HTML, *LINKS, *COMMANDS, *UNSEEN, *MERMAID]
HOSTILE = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), min_size=1, max_size=8).map("".join)


def crowd(changed: int, same: int, risky: int = 0) -> tuple[Plan, State]:
    """A plan for a tenant with a lot of rules."""
    ordinary = {"conditions.from_scope": "InOrganization", "comments": "x" * 150}
    steps = [create(address(f"transport_rule.r{at}"), {**ordinary, "name": f"Rule {at}"}) for at in range(changed)]
    steps += [create(address(f"transport_rule.route{at}"), {**RULE, "name": f"Route {at}"}) for at in range(risky)]
    held = [recorded(address(f"transport_rule.kept{at}"), guid(at), {"name": f"Kept {at}"}) for at in range(same)]
    kept = tuple(Kept(one, observed(one.address, one.id, {"name": "Kept"}), None) for one in held)
    return Plan(tuple(steps), kept=kept), replace(EMPTY, resources={one.address: one for one in held})
