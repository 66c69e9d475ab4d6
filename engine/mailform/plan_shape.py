"""The shape of a plan file, checked by pydantic: whoever can make a digest can make it over anything.

Import this only where a plan file is read, since pydantic takes its time.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import NonNegativeInt, StringConstraints

from mailform.plan_key import Signature
from mailform.planfile import PlanFile
from mailform.planning.plan import Options
from mailform_state.shapes import AddressText, Moment, Shape


class OptionsShape(Shape):
    targets: list[AddressText]
    replace: list[AddressText]
    destroy: bool
    refresh_only: bool
    allow_large_change: bool


Hex = Annotated[str, StringConstraints(pattern=r"\A(?:[0-9a-f]{2})+\z")]


class SignatureShape(Shape):
    algorithm: Literal["hmac-sha256", "ed25519"]
    key: Hex
    value: Hex

    def read(self) -> Signature:
        return Signature(self.algorithm, self.key, self.value)


class PlanShape(Shape):
    format: Literal["mailform-plan"]
    version: Literal[1]
    tool_version: str
    created: Moment
    expires: Moment
    tenant: str
    lineage: str
    serial: NonNegativeInt
    configuration: str
    options: OptionsShape
    salt: str
    fingerprint: str
    shown: dict[str, object]
    text: str
    signature: SignatureShape | None = None

    def read(self, digest: str) -> PlanFile:
        """The plan, with the digest that was found right."""
        asked = self.options
        return PlanFile(
            tool_version=self.tool_version,
            created=self.created,
            expires=self.expires,
            tenant=self.tenant,
            lineage=self.lineage,
            serial=self.serial,
            configuration=self.configuration,
            options=Options(tuple(asked.targets), tuple(asked.replace), asked.destroy, asked.refresh_only),
            allow_large_change=asked.allow_large_change,
            salt=self.salt,
            fingerprint=self.fingerprint,
            shown=self.shown,
            text=self.text,
            signature=None if self.signature is None else self.signature.read(),
            digest=digest,
        )
