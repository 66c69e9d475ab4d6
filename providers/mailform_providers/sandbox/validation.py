"""Validate-OutboundConnector: a connection to each smart host, then a test message to each recipient.

That it does these two, and that its results have TaskName and IsTaskSuccessful, is published. What the tasks are
called, that a failed one says why in TaskDetail, and that each recipient has a task of its own are guesses.
"""

from __future__ import annotations

from mailform_providers.kinds import OUTBOUND_CONNECTOR
from mailform_providers.kinds.schema import Type
from mailform_providers.sandbox import lookup, refusals
from mailform_providers.sandbox.cmdlet import Call, Cmdlet, Record, Result
from mailform_providers.sandbox.lookup import CONNECTOR_CONTAINER
from mailform_providers.sandbox.parameters import IDENTITY, Parameter, taking

_RECIPIENTS = Parameter("Recipients", Type.STRINGS, clearable=False, mandatory=True)


def _validate(call: Call) -> Result:
    entry = lookup.find(call.tenant, call.tenant.of(OUTBOUND_CONNECTOR), call.identity, CONNECTOR_CONTAINER)
    given = call.given.get("Recipients")
    recipients = given if isinstance(given, tuple) else ()
    if not recipients:
        raise refusals.missing_parameters([_RECIPIENTS.name])
    for recipient in recipients:
        if not all(recipient.rpartition("@")) or " " in recipient:
            raise refusals.invalid(f"'{recipient}' isn't a valid SMTP address.")
    set_hosts = entry.settings.get("SmartHosts")
    hosts = set_hosts if isinstance(set_hosts, tuple) and set_hosts else ()
    # Without a smart host the recipient's own mail host is asked.
    targets = hosts or tuple(dict.fromkeys(recipient.rpartition("@")[2] for recipient in recipients))
    reached = {target: not call.behaviour.unreachable_hosts & {target.casefold(), "*"} for target in targets}
    checks = [_task(f"Check connectivity to '{target}'", ok) for target, ok in reached.items()]
    # One host that answers is enough for the mail to leave.
    mails = [_task(f"Send test email to '{recipient}'", any(reached.values())) for recipient in recipients]
    return Result(call.tenant, (*checks, *mails))


def _task(name: str, ok: bool) -> Record:
    detail = "" if ok else "450 4.4.316 Connection refused [Message=Socket error code 10061]"
    return {"TaskName": name, "IsTaskSuccessful": ok, "TaskDetail": detail}


CMDLETS = (
    # It changes nothing, but it sends mail: nothing to be done by who may only read.
    Cmdlet("Validate-OutboundConnector", taking(IDENTITY, _RECIPIENTS), _validate, while_dehydrated=True),
)
