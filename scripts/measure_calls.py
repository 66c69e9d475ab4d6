"""How long plan and apply take on a service of a known slowness, and how many calls they make.

    python scripts/measure_calls.py [SECONDS A CALL]

Prints one line a case; docs/performance.md has the figures of one machine. Nothing real is touched: the tenants are
sandboxes in memory, which sleep before each answer.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from mailform.cli.desk import SystemClock
from mailform.configuration.load import parse
from mailform.planning.plan import Options
from mailform.session.applying import Manner, apply
from mailform.session.preparing import prepare
from mailform_providers.connect import connect_sandbox
from mailform_providers.sandbox import Behaviour, Sandbox
from mailform_providers.sandbox.storage import Memory
from mailform_state.local import LocalStore
from mailform_state.store import Holder

TENANT = '[tenant]\nid = "fabrikam.onmicrosoft.com"\ncloud = "sandbox"\n'
RULE = '[transport_rule.r{0}]\nname = "Rule {0}"\nconditions = {{ subject_contains_words = ["w{0}"] }}\n'
RULE += "actions = {{ set_scl = 1 }}\n"
OUT = '[outbound_connector.o{0}]\nname = "Out {0}"\nuse_mx_record = false\nsmart_hosts = ["h{0}.contoso.com"]\n'
OUT += 'connector_type = "OnPremises"\nis_transport_rule_scoped = true\n'
BACK = '[inbound_connector.i{0}]\nname = "In {0}"\nsender_domains = ["d{0}.contoso.com"]\n'
DOMAIN = '[accepted_domain.z]\ndomain = "z.contoso.com"\n'


def crowded(memory: Memory) -> None:
    """A tenant with 300 rules, 50 connectors and 200 domains that nobody manages."""
    hand = Sandbox(memory, "fabrikam.onmicrosoft.com", behaviour=Behaviour())
    for number in range(300):
        hand.run("New-TransportRule", {"Name": f"F{number}", "SubjectContainsWords": [f"w{number}"], "SetSCL": 1})
    for number in range(25):
        name = f"F{number}"
        hand.run("New-OutboundConnector", {"Name": name, "UseMXRecord": False, "SmartHosts": ["h.contoso.com"]})
        hand.run("New-InboundConnector", {"Name": name, "SenderDomains": [f"f{number}.contoso.com"]})
    for number in range(200):
        path = f"/domains/f{number}.contoso.com"
        hand.graph("POST", "/domains", {"id": path.removeprefix("/domains/")})
        hand.graph("POST", f"{path}/verify", {})
        hand.graph("PATCH", path, {"supportedServices": ["Email"]})


def measure(name: str, text: str, latency: float, fill: Callable[[Memory], None] | None, *, applies: bool) -> None:
    """Plans, and applies, one configuration; prints seconds and calls."""
    memory = Memory()
    if fill is not None:
        fill(memory)
    sandbox = Sandbox(memory, "fabrikam.onmicrosoft.com", behaviour=Behaviour(latency_seconds=latency))
    store = LocalStore(Path(tempfile.mkdtemp()))
    holder = Holder("measure", "here", 1, datetime.now(UTC))
    with store.lock(holder, 0) as lock, connect_sandbox(sandbox) as tenant:
        began = time.perf_counter()
        configured = parse({"mailform.toml": text.encode()})
        lineage = str(uuid4())
        prepared = prepare(configured, None, tenant.tenant_id, tenant.provider, Options(), lineage=lineage)
        planned, reads = time.perf_counter() - began, len(sandbox.log)
        print(f"{name}: plan {planned:.2f} s, {reads} calls")
        if applies:
            began = time.perf_counter()
            manner = Manner(run=uuid4().hex, actor="measure", tool_version="0.1.0")
            report = apply(prepared, tenant.provider, store, lock, SystemClock(), manner)
            took, calls = time.perf_counter() - began, len(sandbox.log) - reads
            print(f"{name}: apply {took:.2f} s, {calls} calls, exit {int(report.exit)}")


def main(latency: float) -> None:
    """All cases."""
    few = TENANT + RULE.format(1) + OUT.format(1) + BACK.format(1) + DOMAIN
    measure("crowded tenant, one of each kind", few, latency, crowded, applies=False)
    for name, block in (("100 rules", RULE), ("100 inbound connectors", BACK), ("100 outbound connectors", OUT)):
        text = TENANT + "".join(block.format(number) for number in range(100))
        measure(name, text, latency, None, applies=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.3)
