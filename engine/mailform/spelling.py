"""Addresses as people are to paste them: into a shell, into a configuration, into a reference.

Only for hints and blocks to paste; what is stored or compared is `str(address)`.
"""

from __future__ import annotations

from mailform_state.address import Address
from mailform_state.visible import is_harmful


def for_shell(address: Address) -> str:
    """The address as one word of a shell, always in single quotes: a key has double ones."""
    return "'" + str(address).replace("'", "'\"'\"'") + "'"


def for_toml(text: object) -> str:
    """A text (an address, a reference) as a TOML string: a literal one where that saves escapes."""
    plain = str(text)
    if "\\" not in plain and '"' not in plain:
        return f'"{plain}"'
    if "'" not in plain:
        return f"'{plain}'"
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def referring(address: Address, attribute: str) -> str:
    """A reference to an attribute: `${kind.name["key"].attribute}`."""
    return f"${{{str(address).replace('${', '$${')}.{attribute}}}"


def toml_text(text: str) -> str:
    """TOML with everything harmful in its strings written as TOML's own escapes: it says the same. For what `tomli_w`
    made, where only strings hold foreign text, and every one has escapes."""
    told = text.replace("##", "#\\u0023")  # `##[` is a command to the pipeline that prints it
    return "\n".join("".join(map(_toml, line)) for line in told.split("\n"))


def _toml(character: str) -> str:
    if not is_harmful(character):
        return character
    if character == "\t":
        return "\\t"
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
