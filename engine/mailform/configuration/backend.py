"""`[backend]`: where the state is kept. Literals, since it says who is asked before anything else is known.

Secrets never stand here: credentials come from the environment, and of keys only the place is named. `checked` is what
`validate` asks for; `backend` also needs everything to be there, in the file or as `--backend-config`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import assert_never
from urllib.parse import urlsplit

from mailform.configuration.backend_shapes import (
    SHAPES,
    AzureShape,
    GcsShape,
    HttpShape,
    LocalShape,
    RemoteShape,
    S3Shape,
)
from mailform.configuration.blocks import Block, blocks
from mailform.configuration.documents import Document, document
from mailform.configuration.encryption import encryption, hidden
from mailform.configuration.files import sources as read_sources
from mailform.configuration.findings import Findings, did_you_mean, escaped, listed, shown
from mailform.configuration.shapes import shaped
from mailform.diagnostics import Diagnostic, Mistakes
from mailform_state.opening import loopback
from mailform_state.places import S3, Azure, Backend, Gcs, Http, Local, Place

_CREDENTIALS = {
    "local": "a state beside the configuration needs none",
    "s3": "they come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role",
    "azure": "they come from AZURE_STORAGE_ACCOUNT_KEY, or from AZURE_TENANT_ID, AZURE_CLIENT_ID and their kind",
    "gcs": "they come from the file that GOOGLE_APPLICATION_CREDENTIALS names",
    "http": "they come from MAILFORM_HTTP_USERNAME and MAILFORM_HTTP_PASSWORD",
}
_SECRET = re.compile(r"secret|token|passw|passphrase|credential|access_?key|account_?key|sas|username", re.IGNORECASE)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]", re.ASCII)
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{2,40}", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=-]*(?:/[A-Za-z0-9][A-Za-z0-9._=-]*)*", re.ASCII)


def located(directory: Path, given: Sequence[str]) -> Backend:
    """The backend of a folder's configuration, completed by `--backend-config`; the local one without a block. Reads
    nothing else of it, so that a lock can be looked at whatever is wrong with a rule. Raises Mistakes."""
    findings = Findings()
    names = [path.name for path in directory.glob("*mailform.toml")] if directory.is_dir() else []
    return _in(read_sources(directory, findings) if names else {}, given, findings)


def remembered(name: str, content: bytes) -> Backend:
    """The backend in a file that `written` made. Raises Mistakes."""
    return _in({name: content}, (), Findings())


def written(backend: Backend) -> bytes:
    """A backend as the block that says it."""
    import tomli_w

    place, sealed = backend.place, backend.encryption
    told: dict[str, object] = {"type": type(place).__name__.lower()}
    told |= {one.name: value for one in fields(place) if (value := getattr(place, one.name))}
    if sealed is not None:
        keys = {"": sealed.key, "previous_": sealed.previous}
        told["encryption"] = {
            f"{before}{key.kind}": f"{key.source}:{key.name}" for before, key in keys.items() if key is not None
        }
    return tomli_w.dumps({"backend": told}).encode()


def _in(sources: Mapping[str, bytes], given: Sequence[str], findings: Findings) -> Backend:
    block = None
    if any(b"backend" in content for content in sources.values()):
        parsed = [document(name, content) for name, content in sorted(sources.items())]
        findings.extend(found for found in parsed if isinstance(found, Diagnostic))
        # what is wrong with the other blocks is for those who read them
        block = blocks([one for one in parsed if isinstance(one, Document)], Findings()).single.get("backend")
    found = _completed(block, given, findings)
    if findings.wrong or found is None:
        raise Mistakes(findings.gathered())
    return found


def checked(block: Block, findings: Findings) -> None:
    """Checks what is written of `[backend]`; the rest may be said on the command line."""
    _backend(block, findings, whole=False)


def _completed(block: Block | None, given: Sequence[str], findings: Findings) -> Backend | None:
    if block is None:
        if given:
            findings.error(
                "no-backend", "--backend-config completes [backend], and there is none", None, "add the block"
            )
        return Backend()
    more = dict(_options(given, block, findings))
    if not isinstance(block.data, dict) or findings.wrong:
        return None
    return _backend(replace(block, data={**block.data, **more}), findings, whole=True)


def _options(given: Sequence[str], block: Block, findings: Findings) -> Iterator[tuple[str, str]]:
    kind = _type(block)
    known = [field.name for field in SHAPES[kind].fields if field.name not in ("type", "encryption")] if kind else []
    for text in given:
        name, equals, value = text.partition("=")
        if name in known and equals:
            yield name, value
        elif _SECRET.search(name):
            hint = f"a command line is seen by others; {_CREDENTIALS[kind or 'local']}"
            findings.error("secret-in-file", f"--backend-config takes no `{escaped(name)}`", None, hint)
        else:
            hint = did_you_mean(
                name, known, f"write NAME=VALUE, NAME being {listed(known)}" if known else "take it out"
            )
            message = f"--backend-config takes no {shown(name)}" if equals else "--backend-config takes NAME=VALUE"
            findings.error("unknown-attribute", message, None, hint)


def _type(block: Block) -> str | None:
    kind = block.data.get("type") if isinstance(block.data, dict) else None
    return kind if isinstance(kind, str) and kind in SHAPES else None


def _backend(block: Block, findings: Findings, *, whole: bool) -> Backend | None:
    """The backend, if all that is written fits, and all that has to be is there."""
    data = block.data if isinstance(block.data, dict) else {}
    kind = _type(block)
    if kind is None:
        if "type" not in data:
            hint = f"add `type = …`: {listed(SHAPES)}"
            findings.error("missing-attribute", "[backend] has no `type`", block.position, hint)
        else:
            hint = did_you_mean(str(data["type"]), SHAPES, f"write {listed(SHAPES)}")
            findings.error("unknown-value", f"there is no backend {shown(data['type'])}", block.value("type"), hint)
        return None
    shape = SHAPES[kind]
    known = {field.name for field in shape.fields}
    secrets = [name for name in data if name not in known and _SECRET.search(name)]
    for name in secrets:
        hint = f"credentials stand in no file; {_CREDENTIALS[kind]}"
        findings.error("secret-in-file", f"`{escaped(name)}` can't be given in [backend]", hidden(block, name), hint)
    if secrets:
        return None
    read = shaped(shape, block, findings)
    sealed = encryption(block, findings) if "encryption" in data else None
    if read is None or findings.wrong:
        return None
    wrong = [*_wrong(read, block, whole=whole)]
    findings.extend(wrong)
    return None if wrong else Backend(_place(read), sealed)


def _place(read: LocalShape | RemoteShape) -> Place:
    match read:
        case LocalShape():
            return Local()
        case S3Shape():
            return S3(read.bucket, read.prefix, read.region)
        case AzureShape():
            return Azure(read.account, read.container, read.prefix)
        case GcsShape():
            return Gcs(read.bucket, read.prefix)
        case HttpShape():
            return Http(read.address, read.lock_address, read.unlock_address, read.lock_method, read.unlock_method)
    assert_never(read)


def _wrong(read: LocalShape | RemoteShape, block: Block, *, whole: bool) -> Iterator[Diagnostic]:
    if isinstance(read, LocalShape):
        return
    for name in read.needs if whole else ():
        if not getattr(read, name):
            message, hint = f"[backend] has no `{name}`", f"add `{name} = …`, or give --backend-config {name}=…"
            yield Diagnostic("missing-attribute", message, block.position, hint)
    patterns: Mapping[str, tuple[re.Pattern[str], str]] = {
        "bucket": (_BUCKET, "write the bucket's name alone; the folder in it goes under `prefix`"),
        "container": (_BUCKET, "write the container's name alone; the folder in it goes under `prefix`"),
        "account": (_ACCOUNT, "write the storage account's name alone, without .blob.core.windows.net"),
        "region": (_REGION, "write it as AWS does, such as eu-central-1"),
        "prefix": (_PREFIX, "write a folder such as teams/mail, without a slash at either end"),
    }
    for name, (pattern, hint) in patterns.items():
        value = getattr(read, name, "")
        if value and pattern.fullmatch(value) is None:
            yield Diagnostic("bad-backend", f"{shown(value)} is no `{name}`", block.value(name), hint)
    if isinstance(read, HttpShape):
        for name in ("address", "lock_address", "unlock_address"):
            yield from _bad_address(name, getattr(read, name), block)
        if read.lock_method != "LOCK" and read.lock_address in ("", read.address):
            message = f"{read.lock_method} to `address` would write the state, not lock it"
            yield Diagnostic("bad-backend", message, block.value("lock_method"), "add the server's `lock_address`")
        if read.unlock_method != "UNLOCK" and (read.unlock_address or read.lock_address) in ("", read.address):
            message = f"{read.unlock_method} to `address` would write or delete the state, not unlock it"
            yield Diagnostic("bad-backend", message, block.value("unlock_method"), "add the server's `unlock_address`")


def _bad_address(name: str, address: str, block: Block) -> Iterator[Diagnostic]:
    if not address:
        return
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        yield Diagnostic("bad-backend", f"`{name}` is no address", block.value(name), "write https://…")
        return
    if "@" in parts.netloc or _SECRET.search(parts.query):
        hint = f"credentials stand in no file; {_CREDENTIALS['http']}"
        yield Diagnostic("secret-in-file", f"`{name}` holds a credential", hidden(block, name), hint)
    elif not parts.hostname or parts.fragment or not address.isprintable() or " " in address:
        yield Diagnostic("bad-backend", f"{shown(address)} is no address", block.value(name), "write https://…")
    elif parts.scheme != "https" and not (parts.scheme == "http" and loopback(address)):
        hint = "write https://…; plain http is taken for this very machine alone"
        yield Diagnostic("bad-backend", f"{shown(address)} isn't safe from listeners", block.value(name), hint)
