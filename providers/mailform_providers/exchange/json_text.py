"""JSON as PowerShell writes it to a file: UTF-16 or UTF-8, with a byte order mark or without, one document or several
after one another."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator

from pydantic import JsonValue

_BLANK = " \t\r\n,\ufeff\0"
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Malformed(Exception):
    """A file isn't JSON. `line` and `column` say where it stops being that, if it ever was."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def documents(content: bytes) -> Iterator[tuple[str, JsonValue]]:
    """The documents of a file, each with its place in words. Raises Malformed, also half-way."""
    text = _text(content)
    decoder = json.JSONDecoder(parse_constant=_refused)
    at = _start(text, 0)
    if at == len(text):
        raise Malformed("the file is empty")
    number = 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise Malformed(_cause(text, error), error.lineno, error.colno) from None
        except RecursionError:
            raise Malformed("it is nested too deeply") from None
        except ValueError as error:  # a number of thousands of digits
            raise Malformed(str(error).partition(";")[0], text.count("\n", 0, at) + 1) from None
        number += 1
        at = _start(text, at)
        yield ("document" if number == 1 and at == len(text) else f"document {number}"), document


def _text(content: bytes) -> str:
    encoding = next((name for mark, name in _ENCODINGS if content.startswith(mark)), None)
    if encoding is None:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be" if content[:1] == b"\0" else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Malformed(
            f"it is no text in {encoding.removesuffix('-sig').upper()}: byte {error.start:,} doesn't fit"
        ) from None


def _start(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _cause(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip(_BLANK)) or error.msg.startswith("Unterminated string"):
        return "the file ends in the middle: it was cut off"
    return f"it is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no JSON value")
