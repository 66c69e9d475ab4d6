"""`[backend]`: where the state is kept, and that no secret stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailform.configuration.backend import located, remembered, written
from mailform.configuration.backend_shapes import SHAPES
from mailform.configuration.editor_schema import schema
from mailform.diagnostics import Mistakes
from mailform_state.places import S3, Azure, Backend, Encryption, Gcs, Http, KeySource, Local
from writing import TENANT, configured, mistakes, only

BUCKET = '[backend]\ntype = "s3"\nbucket = "states"\n'
HTTP = '[backend]\ntype = "http"\naddress = "https://gitlab.contoso.com/api/v4/projects/1/terraform/state/mail"\n'
SEALED = '[backend]\ntype = "local"\n[backend.encryption]\n'
SECRET = "c2VjcmV0"


def found(folder: Path, text: str, *given: str) -> Backend:
    (folder / "mailform.toml").write_text(TENANT + text)
    return located(folder, given)


def test_each_type_is_understood_and_can_be_remembered(tmp_path: Path) -> None:
    passphrase = KeySource("passphrase", "env", "STATE_PASSPHRASE")
    for text, backend in (
        ("", Backend()),
        ('[backend]\ntype = "local"\n', Backend()),
        (
            BUCKET + 'prefix = "teams/mail"\nregion = "eu-central-1"\n',
            Backend(S3("states", "teams/mail", "eu-central-1")),
        ),
        ('[backend]\ntype = "azure"\naccount = "contoso"\ncontainer = "states"\n', Backend(Azure("contoso", "states"))),
        ('[backend]\ntype = "gcs"\nbucket = "states"\n', Backend(Gcs("states"))),
        (
            HTTP + 'lock_address = "https://gitlab.contoso.com/lock"\nlock_method = "POST"\nunlock_method = "DELETE"\n',
            Backend(
                Http(
                    "https://gitlab.contoso.com/api/v4/projects/1/terraform/state/mail",
                    "https://gitlab.contoso.com/lock",
                    "",
                    "POST",
                    "DELETE",
                )
            ),
        ),
        (
            SEALED + 'passphrase = "env:STATE_PASSPHRASE"\nprevious_key = "file:old.key"\n',
            Backend(Local(), Encryption(passphrase, KeySource("key", "file", "old.key"))),
        ),
    ):
        backend_found = found(tmp_path, text)
        assert backend_found == backend
        assert remembered("backend.toml", written(backend_found)) == backend
        configured(text)


def test_the_command_line_completes_the_block(tmp_path: Path) -> None:
    block = '[backend]\ntype = "s3"\nprefix = "a"\n'
    configured(block)
    with pytest.raises(Mistakes) as missing:
        found(tmp_path, block)
    assert only(missing.value.diagnostics).code == "missing-attribute"
    assert "--backend-config bucket=" in missing.value.diagnostics[0].hint
    assert found(tmp_path, block, "bucket=states", "prefix=b") == Backend(S3("states", "b"))
    for given, code in (
        ("buket=states", "unknown-attribute"),
        ("bucket", "unknown-attribute"),
        ("type=gcs", "unknown-attribute"),
        (f"secret_access_key={SECRET}", "secret-in-file"),
    ):
        with pytest.raises(Mistakes) as wrong:
            found(tmp_path, block, given)
        assert only(wrong.value.diagnostics).code == code
        assert SECRET not in wrong.value.diagnostics[0].message + wrong.value.diagnostics[0].hint
    with pytest.raises(Mistakes):
        found(tmp_path, "", "bucket=states")


@pytest.mark.parametrize(
    ("block", "code", "hint"),
    [
        ("[backend]\n", "missing-attribute", "`azure`"),
        ('[backend]\ntype = "azurerm"\n', "unknown-value", "did you mean `azure`?"),
        ("[backend]\ntype = 1\n", "unknown-value", "`azure`"),
        ('[backend]\ntype = "local"\npath = "x"\n', "unknown-attribute", "takes"),
        (BUCKET + 'key = "state.json"\n', "unknown-attribute", ""),
        (BUCKET.replace("states", "s3://states"), "bad-backend", "prefix"),
        (BUCKET + 'prefix = "/a/"\n', "bad-backend", "slash"),
        (BUCKET + 'prefix = "a/../b"\n', "bad-backend", "slash"),
        (BUCKET + 'bucket2 = "${var.x}"\n', "unknown-attribute", ""),
        (BUCKET.replace('"states"', '"${var.x}"'), "bad-backend", ""),
        ('[backend]\ntype = "azure"\naccount = "a.blob.core.windows.net"\n', "bad-backend", "alone"),
        (HTTP.replace("https", "http"), "bad-backend", "https"),
        (HTTP.replace("https", "file"), "bad-backend", "https"),
        (HTTP + 'lock_method = "GET"\n', "unknown-value", "LOCK"),
        (HTTP + 'lock_method = "POST"\n', "bad-backend", "lock_address"),
        (SEALED, "missing-attribute", "passphrase"),
        (SEALED + 'passphrase = "env:A"\nkey = "env:B"\n', "missing-attribute", "at most one"),
        (SEALED + 'kdf = "md5"\n', "unknown-attribute", ""),
    ],
)
def test_a_wrong_backend_is_a_mistake_with_a_remedy(block: str, code: str, hint: str) -> None:
    one = only(mistakes(block))
    assert one.code == code
    assert hint in one.hint
    assert one.position is not None


@pytest.mark.parametrize(
    "block",
    [
        BUCKET + f'secret_access_key = "{SECRET}"\n',
        BUCKET + f'access_key = "{SECRET}"\n',
        BUCKET + f'token = "{SECRET}"\n',
        f'[backend]\ntype = "azure"\naccount = "contoso"\nsas_token = "{SECRET}"\n',
        f'[backend]\ntype = "gcs"\nbucket = "states"\ncredentials = "{SECRET}"\n',
        HTTP + f'password = "{SECRET}"\n',
        HTTP.replace("https://", f"https://user:{SECRET}@"),
        HTTP.replace("/mail", f"/mail?private_token={SECRET}"),
        SEALED + f'passphrase = "{SECRET}"\n',
        SEALED + f'key = "{SECRET}"\n',
        SEALED + f'key = "env:{SECRET} "\n',
        SEALED + f'passphrase = "env:A"\nprevious_passphrase = "{SECRET}"\n',
    ],
)
def test_a_secret_in_the_block_is_a_mistake_that_doesnt_show_it(block: str) -> None:
    one = only(mistakes(block))
    assert one.code == "secret-in-file"
    assert one.position is not None
    assert (one.position.file, one.position.line > 2, one.position.column) == ("mailform.toml", True, 1)
    assert SECRET not in one.message + one.hint + one.position.text


def test_a_lock_can_be_looked_at_whatever_is_wrong_with_a_rule(tmp_path: Path) -> None:
    assert found(tmp_path, BUCKET + "[transport_rule.x]\nnonsense = 1\n") == Backend(S3("states"))


def test_the_editor_knows_every_attribute() -> None:
    properties = schema()["properties"]
    assert isinstance(properties, dict)
    known = properties["backend"]["properties"]
    assert {field.name for shape in SHAPES.values() for field in shape.fields} == set(known)
