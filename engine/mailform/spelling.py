"""Addresses as people are to paste them: into a shell, into a configuration, into a reference.

Only for hints and blocks to paste; what is stored or compared is `str(address)`.
"""

from __future__ import annotations

from mailform_state.address import Address


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
