"""What an adoption tells: what was taken over, what not and why, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailform.cli import desk
from mailform.cli.common import Common
from mailform.cli.surroundings import TENANT
from mailform.render import adoption_json, adoption_text

if TYPE_CHECKING:
    from mailform.adoption.adopt import Adoption
    from mailform.cli.surroundings import Surroundings
    from mailform_providers.exchange.exported import Unread


def tell(
    common: Common,
    found: Adoption,
    around: Surroundings,
    written: Path | None,
    unread: Sequence[Unread] = (),
    *,
    from_file: bool = False,
) -> None:
    """Prints it. Without `written` it was a dry run: the file itself is the result, the rest are comments below it."""
    if common.json:
        desk.say_json(adoption_json.document(found, unread, written, recorded=written is not None and not from_file))
        return
    left = adoption_text.left_out(found, unread)
    if written is None:
        desk.say("\n".join(filter(None, [found.text, adoption_text.commented(left)])) or "# Nothing to import.")
        return
    if common.quiet:
        return
    desk.say(adoption_text.taken(found, written, recorded=not from_file))
    if left:
        desk.say(f"\n{left}")
    if around.tenantless and found.chosen:
        desk.tell(f"There is no [tenant] in this folder yet. Write it into mailform.toml:\n{TENANT}")
