"""What a folder may hold: whatever it is, the user is told the file, the line and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailform.configuration.documents import MAX_BYTES
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import load
from mailform.configuration.starter import STARTER
from mailform.diagnostics import Diagnostic, Mistakes
from writing import TENANT, only


def refused(folder: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(Mistakes) as raised:
        load(folder)
    assert all(found.position is not None and found.hint for found in raised.value.diagnostics)
    return raised.value.diagnostics


def test_all_files_of_a_folder_are_one_configuration_and_other_files_are_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "mailform.toml").write_text(TENANT)
    (tmp_path / "domains.mailform.toml").write_text('[accepted_domain.b]\ndomain = "b.contoso.com"\n')
    (tmp_path / "other.toml").write_text("no toml")
    assert [str(address) for address in load(tmp_path).resources] == ["accepted_domain.b"]


def test_the_digest_covers_every_byte_and_every_variable_but_not_where_the_folder_is(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        (folder / "mailform.toml").write_text(STARTER)
    first = load(here).digest
    assert first.startswith("sha256:")
    assert load(there).digest == first
    assert load(here, VariableInputs(("smart_host=smtp.contoso.com",))).digest != first
    (here / "mailform.toml").write_text(STARTER + "# \n")
    assert load(here).digest != first


def test_a_folder_without_configuration_says_how_to_begin(tmp_path: Path) -> None:
    found = only(refused(tmp_path))
    assert found.code == "no-configuration"
    assert "mailform init" in found.hint


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    assert only(refused(tmp_path / "none")).code == "unreadable"


def test_one_block_in_two_files_names_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.mailform.toml").write_text(TENANT)
    (tmp_path / "mailform.toml").write_text("\n" + TENANT)
    found = only(refused(tmp_path))
    assert found.code == "duplicate-block"
    assert str(found.position).endswith("mailform.toml:2:1")
    assert "a.mailform.toml:1:1" in found.hint


def test_a_link_is_refused_so_that_no_mistake_shows_a_line_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password")
    (tmp_path / "mailform.toml").symlink_to(tmp_path / "secret")
    found = only(refused(tmp_path))
    assert found.code == "not-a-file"
    assert "password" not in str(found)


def test_a_folder_or_a_pipe_in_place_of_a_file_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "mailform.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.mailform.toml")
    assert [found.code for found in refused(tmp_path)] == ["not-a-file", "not-a-file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "mailform.toml").write_text(TENANT)
    (tmp_path / "mailform.toml").chmod(0)
    assert only(refused(tmp_path)).code == "unreadable"


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "missing-tenant", "1:1"),
        (b"# nothing\n", "missing-tenant", "1:1"),
        (b"\xef\xbb\xbf[tenant]\n", "byte-order-mark", "1:1"),
        (b"\xff\xfe[\x00t\x00", "not-utf-8", "1:1"),
        (b'[tenant]\nid = "\xc3\xa9\xff"\n', "not-utf-8", "2:8"),
        (b"[tenant]\nid = = 1\n", "invalid-toml", "2:6"),
        (b'[tenant]\nid = "x', "invalid-toml", "2:8"),
        (b"[tenant]\na = 1\na = 2\n", "invalid-toml", "3:6"),
        (b"a = " + b"9" * 5000, "invalid-toml", "1:5"),
        (b"a = " + b"[" * 5000, "nested-too-deeply", "1:5003"),
        (b"a = " + b"[" * 100 + b"]" * 100, "nested-too-deeply", "1:70"),
        (b"a = " + b"{b=" * 5000, "nested-too-deeply", "1:15002"),
        (b"a." * 100_000 + b"a = 1", "invalid-toml", "1:1"),
        (b"a = \x00\n", "invalid-toml", "1:5"),
        (b"#" * (MAX_BYTES + 1), "file-too-large", "1:1"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_mistake_at_its_place(
    tmp_path: Path, content: bytes, code: str, place: str
) -> None:
    (tmp_path / "mailform.toml").write_bytes(content)
    found = only(refused(tmp_path))
    assert (found.code, str(found.position)) == (code, f"{tmp_path / 'mailform.toml'}:{place}")


def test_the_line_itself_goes_with_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "mailform.toml").write_text(TENANT + "clod = 1\r\n")
    position = only(refused(tmp_path)).position
    assert position is not None
    assert position.text == "clod = 1"
