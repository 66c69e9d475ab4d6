"""Tokens of somebody who signed in: kept while they are good, renewed before they end, and never of another tenant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mailform_providers.clouds import Audience
from mailform_providers.credentials import Claims, Secret, claims
from mailform_providers.errors import NotAllowed, ServiceFailure
from mailform_providers.signin.refusals import token_of
from mailform_state.errors import WrongTenant

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed, so that no request takes one along that ends on the way."""

_RESPITE = timedelta(seconds=30)

Acquire = Callable[[Audience], object]
"""Asks for a new token: MSAL's answer, success or not. Raises NotAllowed."""


@dataclass(frozen=True, slots=True)
class _Held:
    secret: Secret
    said: Claims
    renew_at: datetime


class SignedIn:
    """Tokens for one tenant. `tenant` is its GUID in lower case: a token of another one is never handed out."""

    def __init__(self, tenant: str, acquire: Acquire, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._tenant = tenant
        self._acquire = acquire
        self._now = now
        self._lock = threading.Lock()
        self._held: dict[Audience, _Held] = {}
        self._given = threading.local()  # which token this thread was given last, by audience

    def __repr__(self) -> str:
        return f"SignedIn({self._tenant!r})"

    def token(self, audience: Audience) -> str:
        with self._lock:
            held = self._good(audience)
            setattr(self._given, audience.value, held.secret)
            return held.secret.reveal()

    def tenant_id(self) -> str:
        with self._lock:
            return self._good(Audience.EXCHANGE).said.tenant_id

    def refresh(self, audience: Audience) -> bool:
        """Another token, unless somebody else got one since this thread was given its last; True if it differs."""
        refused: Secret | None = getattr(self._given, audience.value, None)
        with self._lock:
            held = self._held.get(audience)
            if held is None or held.secret == refused:
                held = self._renewed(audience)
            return held.secret != refused

    def ends_at(self, audience: Audience) -> datetime | None:
        return None

    def _good(self, audience: Audience) -> _Held:
        held = self._held.get(audience)
        if held is not None and self._now() < held.renew_at:
            return held
        try:
            return self._renewed(audience)
        except ServiceFailure:
            # The old one is good for some minutes more, and then the authority may answer again.
            if held is None or held.said.expires <= self._now():
                raise
            self._held[audience] = held = replace(held, renew_at=min(held.said.expires, self._now() + _RESPITE))
            return held

    def _renewed(self, audience: Audience) -> _Held:
        secret = token_of(self._acquire(audience))
        try:
            said = claims(secret, "The answer")
        except NotAllowed:
            raise NotAllowed(
                "Signing in failed: the authority's answer has something in it that is no token."
            ) from None
        if said.tenant_id != self._tenant:
            raise WrongTenant(
                f"The token is of tenant {said.tenant_id}, the configuration of tenant {self._tenant}.",
                hint="Nothing was asked of the service. Sign in to the configuration's tenant, or correct [tenant] id.",
            )
        # A token that lasts less than a few minutes is renewed when half of its time is over.
        left = said.expires - self._now() if said.expires.year < 9999 else timedelta(hours=1)
        self._held[audience] = held = _Held(secret, said, self._now() + max(left - EARLY, left / 2))
        return held
