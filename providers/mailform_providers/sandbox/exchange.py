"""InvokeCommand: a cmdlet's name and parameters against a tenant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from mailform_providers.sandbox import (
    accepted_domains,
    inbound,
    organization,
    outbound,
    refusals,
    rules,
    validation,
    wire,
)
from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.binding import bind
from mailform_providers.sandbox.cmdlet import Call, Cmdlet, Record, Result
from mailform_providers.sandbox.paging import ONE_PAGE, USUAL, Cursors, Page, Wish, expired
from mailform_providers.sandbox.refusals import Forbidden, Malformed, Refusal
from mailform_providers.sandbox.tenant import Tenant
from mailform_providers.sandbox.wire import Answer

CMDLETS: Mapping[str, Cmdlet] = {
    found.name.casefold(): found
    for module in (outbound, inbound, rules, accepted_domains, organization, validation)
    for found in module.CMDLETS
}
"""Every cmdlet that the sandbox knows, by its name in lower case. Any other is forbidden, as the service has it."""


class _Input(BaseModel):
    model_config = ConfigDict(strict=True)

    name: str = Field(alias="CmdletName")
    parameters: dict[str, JsonValue] = Field(alias="Parameters")


class _Body(BaseModel):
    input: _Input = Field(alias="CmdletInput")


@dataclass(frozen=True, slots=True)
class Invocation:
    """A cmdlet and what was sent with it, not bound yet. `select` has the only properties to show, in lower case."""

    name: str
    parameters: Mapping[str, JsonValue]
    select: frozenset[str] = frozenset()
    wish: Wish = ONE_PAGE

    @property
    def cmdlet(self) -> Cmdlet | None:
        return CMDLETS.get(self.name.casefold())

    @property
    def writes(self) -> bool:
        """An unknown cmdlet counts as a write when its name doesn't say that it reads."""
        known = self.cmdlet
        return known.writes if known else not self.name.casefold().startswith("get-")

    @property
    def identity(self) -> str:
        """The object that it is about, as far as the parameters say."""
        folded = {name.lower(): value for name, value in self.parameters.items()}
        return str(folded.get("identity") or folded.get("name") or "")


def read(body: bytes, select: frozenset[str], wish: Wish) -> Invocation:
    """The invocation in a request's body. Raises Refusal."""
    try:
        found = _Body.model_validate_json(body).input
    except ValidationError:
        text = "The request body isn't an invocation: CmdletInput needs CmdletName and Parameters, an object."
        raise Refusal(Malformed(text)) from None
    return Invocation(found.name, found.parameters, select, wish)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request is handled, for whom, with which switches, and where long lists are kept meanwhile."""

    now: str
    who: str
    behaviour: Behaviour
    cursors: Cursors = field(default_factory=Cursors)


def invoke(tenant: Tenant, invocation: Invocation, moment: Moment) -> tuple[Tenant, Answer]:
    """The tenant after the cmdlet, and the answer; after a refusal the tenant is as before."""
    try:
        cmdlet = invocation.cmdlet
        if cmdlet is None:
            raise Refusal(Forbidden())
        if invocation.wish.skip_token:
            return tenant, _shown(invocation, _following(invocation, moment))
        result = _ran(tenant, cmdlet, invocation, moment)
    except Refusal as refused:
        return tenant, wire.refusal(refused.error, moment.behaviour)
    if not cmdlet.answers:
        return result.tenant, wire.done(result.warnings, moment.behaviour)
    size = _size(invocation, moment)
    if len(result.records) <= size:
        return result.tenant, _shown(invocation, Page(result.records, result.warnings, None))
    page = moment.cursors.begin(_question(invocation), result.records, result.warnings, size, moment.now)
    return result.tenant, _shown(invocation, page)


def _following(invocation: Invocation, moment: Moment) -> Page:
    if moment.behaviour.links_fail:
        raise expired()
    token, size = invocation.wish.skip_token, _size(invocation, moment)
    return moment.cursors.follow(_question(invocation), token, size, moment.now)


def _size(invocation: Invocation, moment: Moment) -> int:
    return min(invocation.wish.size, moment.behaviour.page_size or USUAL)


def _question(invocation: Invocation) -> str:
    """What has to be the same in every request for one list."""
    return json.dumps([invocation.name.casefold(), invocation.parameters, sorted(invocation.select)], sort_keys=True)


def _shown(invocation: Invocation, page: Page) -> Answer:
    records = page.records
    if invocation.select:
        records = tuple({key: record[key] for key in record if key.lower() in invocation.select} for record in records)
    link = None if page.skip_token is None else f"{invocation.wish.link}$skiptoken={page.skip_token}"
    return wire.success(records, page.warnings, link)


def _ran(tenant: Tenant, cmdlet: Cmdlet, invocation: Invocation, moment: Moment) -> Result:
    behaviour = moment.behaviour
    given = bind(cmdlet.parameters, invocation.parameters, null_clears=not behaviour.clear_by_null_rejected)
    if cmdlet.writes and behaviour.dehydrated and not (tenant.customized or cmdlet.while_dehydrated):
        raise refusals.dehydrated(cmdlet.name)
    result = cmdlet.run(Call(tenant, given, behaviour, moment.now, moment.who))
    if given.get("WhatIf") is True:
        return Result(tenant)
    size = given.get("ResultSize")
    if isinstance(size, str) and size.isdecimal() and int(size) < len(result.records):
        return _cut(result, result.records[: int(size)])
    return result


def _cut(result: Result, records: tuple[Record, ...]) -> Result:
    text = "There are more results available than are currently displayed. To view them, increase ResultSize."
    return Result(result.tenant, records, (*result.warnings, text))
