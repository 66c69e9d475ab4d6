"""Where runs begin: worlds that were applied once, and are put back from memory for each run."""

from __future__ import annotations

import shutil
from functools import cache
from tempfile import TemporaryDirectory

from lifecycle.machine.configured import DOMAIN, IN, LOOP, OUT, RULE, Configured
from lifecycle.machine.world import World
from mailform.cli import apply
from mailform.exits import Exit
from mailform_providers.sandbox import Behaviour
from mailform_providers.sandbox.seeds import dlp_rule
from mailform_providers.sandbox.storage import Tenants

_HOST = {"connector_type": "OnPremises", "use_mx_record": False, "smart_hosts": ["mx.contoso.com"]}
_INSIDE = {"from_scope": "InOrganization"}

BEGINNINGS = {
    "rules": Configured(
        {
            RULE: {
                "a": {"name": "One", "conditions": _INSIDE, "actions": {"prepend_subject": "[x] "}},
                "b": {"name": "Two", "conditions": _INSIDE, "actions": {"set_scl": 3}, "comments": "ours"},
            },
            IN: {"a": {"name": "One", "sender_domains": ["contoso.com"]}},
        }
    ),
    "routing": Configured(
        {
            OUT: {"a": {"name": "One", "is_transport_rule_scoped": True, **_HOST}, "b": {"name": "Two", **_HOST}},
            IN: {"a": {"name": "One", "sender_domains": ["contoso.com"], "client_host_names": ["a.contoso.com"]}},
            RULE: {
                "a": {
                    "name": "One",
                    "conditions": _INSIDE,
                    "actions": {"route_message_outbound_connector": "${outbound_connector.a.name}"},
                    "exceptions": LOOP,
                },
                "b": {"name": "Two", "conditions": _INSIDE, "actions": {"prepend_subject": "[x] "}},
            },
        }
    ),
    "domain": Configured(
        {
            DOMAIN: {"a": {"domain": "contoso.com", "on_destroy": "delete"}},
            IN: {
                "a": {
                    "name": "One",
                    "sender_domains": ["contoso.com"],
                    "tls_sender_certificate_name": "${accepted_domain.a.domain}",
                }
            },
            RULE: {"a": {"name": "One", "conditions": _INSIDE, "actions": {"set_scl": 3}}},
        }
    ),
    "nothing": Configured({RULE: {"a": {"name": "One", "conditions": _INSIDE, "actions": {"set_scl": 3}}}}),
}


def begun(name: str, behaviour: Behaviour) -> World:
    """A world of its own that begins like this."""
    tenants, folder = _made(name)
    world = World(behaviour, BEGINNINGS[name])
    world.memory.write(tenants)
    shutil.copytree(folder.name, world.folder, dirs_exist_ok=True)
    return world


@cache
def _made(name: str) -> tuple[Tenants, TemporaryDirectory[str]]:
    """The tenants and the folder, once made; the folder goes with the process."""
    world = World(Behaviour(), BEGINNINGS[name])
    dlp_rule(world.hand, "Made by DLP")
    world.hand.run("New-InboundConnector", {"Name": "Theirs", "SenderDomains": ["else.contoso.com"]})
    kept = TemporaryDirectory(prefix="mailform-machine-")
    if name != "nothing":
        ran = world.run("apply", lambda common: apply.command(common, auto_approve=True))
        assert ran.code is Exit.DONE, ran
    world.hand.run("New-TransportRule", {"Name": "Theirs", "SubjectContainsWords": ["a"], "SetSCL": 3, "Priority": 1})
    shutil.copytree(world.folder, kept.name, dirs_exist_ok=True)
    tenants = world.memory.read()
    world.close()
    return tenants, kept
