"""How long `import --all` and the plan after it take in a large tenant, on a service of a known slowness.

    python scripts/measure_import.py [SECONDS A CALL]

The tenant is a sandbox with 300 rules, 40 connectors and 60 domains; it sleeps before each answer.
"""

from __future__ import annotations

import sys
import time
from uuid import uuid4

from mailform.adoption.adopt import adopt
from mailform.adoption.choosing import Selection
from mailform.adoption.ground import Ground
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.planning.plan import Options
from mailform.refresh import refresh
from mailform.session.preparing import prepare
from mailform_providers.conformance.populated import populate
from mailform_providers.connect import connect_sandbox
from mailform_providers.kinds import KINDS
from mailform_providers.sandbox import Behaviour, Sandbox
from mailform_providers.sandbox.storage import Memory
from mailform_state.values import State

TENANT = b'[tenant]\nid = "fabrikam.onmicrosoft.com"\ncloud = "sandbox"\n'


def main(latency: float) -> None:
    """Builds the tenant, takes it over, plans; prints seconds and calls."""
    memory = Memory()
    with connect_sandbox(Sandbox(memory, "fabrikam.onmicrosoft.com", behaviour=Behaviour())) as tenant:
        populate(tenant.provider)
    sandbox = Sandbox(memory, "fabrikam.onmicrosoft.com", behaviour=Behaviour(latency_seconds=latency))
    with connect_sandbox(sandbox) as tenant:
        began = time.perf_counter()
        rest, inputs = {"mailform.toml": TENANT}, VariableInputs()
        configured, state = parse(rest), State(lineage=str(uuid4()), tenant=tenant.tenant_id)
        world, _ = refresh(tenant.provider, configured, state, KINDS)
        read = time.perf_counter() - began
        found = adopt(Ground("all.mailform.toml", rest, inputs, configured, state, world), Selection())
        took, calls = time.perf_counter() - began, len(sandbox.log)
        print(f"import --all: {took:.2f} s ({read:.2f} s of it reading), {calls} calls, {len(found.chosen)} resources")
        print(f"left out: {[one for one in found.left_out if one.attribute is None]}")
        began = time.perf_counter()
        whole = parse({**rest, "all.mailform.toml": found.text.encode()})
        prepared = prepare(whole, found.state, tenant.tenant_id, tenant.provider, Options(), lineage=state.lineage)
        took, calls = time.perf_counter() - began, len(sandbox.log) - calls
        print(f"plan: {took:.2f} s, {calls} calls, empty: {prepared.plan.empty}, writes: {len(sandbox.writes)}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.2)
