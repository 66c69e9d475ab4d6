"""`[outputs.NAME]`: values that a configuration publishes."""

from __future__ import annotations

from mailform.configuration.blocks import Block
from mailform.configuration.drafts import Drafts, is_sensitive
from mailform.configuration.evaluation import Unanswerable
from mailform.configuration.findings import Findings
from mailform.configuration.fixed import OutputShape
from mailform.configuration.scope import Scope
from mailform.configuration.shapes import shaped
from mailform.configuration.substitution import filled
from mailform.wanted import OutputBlock


def output(block: Block, scope: Scope, drafts: Drafts, findings: Findings) -> OutputBlock | None:
    """The output of a block; None when it is wrong."""
    shape = shaped(OutputShape, block, findings)
    if shape is None:
        return None
    value = filled(shape.value, block, ("value",), scope, findings)
    if value.broken:
        return None
    if (value.sensitive or is_sensitive(value.expression, drafts.resources)) and not shape.sensitive:
        message = f"a sensitive value goes into {block.title}, which isn't sensitive"
        findings.error("sensitive-output", message, block.value("value"), "add `sensitive = true` to the output")
    try:
        drafts.answers.sample(value.expression)
    except Unanswerable as error:
        findings.error(error.code, f"{block.title}: {error.message}", block.value("value"), error.hint)
    return OutputBlock(value.expression, shape.sensitive, shape.description)
