"""`plan --generate-config-out FILE`: the blocks that `[[import]]` asks for and nobody has written, into a new file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mailform.cli.common import Common

if TYPE_CHECKING:
    from mailform.diagnostics import Mistakes
    from mailform.wanted import Configuration


def with_missing_blocks(common: Common, file: Path) -> Configuration:
    """The configuration with its missing blocks, which are in `file` from now on. Raises Mistakes, Failure; nothing was
    written then, unless the mistakes are in the new blocks: somebody has to see those."""
    from mailform.cli import desk
    from mailform.configuration.files import sources
    from mailform.configuration.findings import Findings
    from mailform.configuration.sketch import sketch
    from mailform.diagnostics import Mistakes
    from mailform.render.missing_toml import missing
    from mailform.session.generating import undescribed

    if file.exists() or file.is_symlink():
        raise _there_already(file)
    findings = Findings()
    read = sources(common.directory, findings)
    if findings.wrong:
        raise Mistakes(findings.gathered())
    drawn = sketch(read, desk.inputs(common))
    if not drawn.missing:
        if not common.quiet:
            desk.tell(f"No block is missing, so {file} wasn't written.")
        return desk.configuration(common)
    with desk.connection(common, drawn) as tenant:
        objects = undescribed(drawn, tenant.provider)
    text = missing(drawn, objects)
    try:
        configured = desk.configuration(common, {str(file): text.encode()})
    except Mistakes as found:
        if any(one.position is not None and one.position.file == str(file) for one in found.diagnostics):
            _write(common, file, text, len(objects))
        raise
    _write(common, file, text, len(objects))
    return configured


def _write(common: Common, file: Path, text: str, number: int) -> None:
    from mailform.cli import desk
    from mailform.configuration.files import is_read
    from mailform.render.figures import figure
    from mailform_state.files import usable

    with usable(f"{file} can't be written:"):
        try:
            with file.open("x", encoding="utf-8", newline="\n") as opened:
                opened.write(text)
        except FileExistsError:
            raise _there_already(file) from None
    if not common.quiet:
        desk.tell(f"Wrote {figure(number, 'block')} to {file}.")
    if not is_read(file, common.directory):
        desk.tell(
            f"Warning: Mailform won't read {file}: a file of the configuration is called NAME.mailform.toml, and is in "
            "its folder.\n  hint: rename it, or put its blocks into another file"
        )


def _there_already(file: Path) -> Mistakes:
    from mailform.diagnostics import Diagnostic, Mistakes

    hint = "name a new file; once the blocks are written, plan without --generate-config-out"
    return Mistakes((Diagnostic("file-exists", f"{file} is there already, and is never overwritten", None, hint),))
