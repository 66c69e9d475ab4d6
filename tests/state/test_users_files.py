"""A new file of the user's: whole, with the permissions of any other, and never over one that is there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from mailform_state.files import write_beside


def test_a_new_file_is_whole_and_alone_and_has_the_permissions_that_files_have(tmp_path: Path) -> None:
    write_beside(tmp_path / "new.toml", b"x = 1\n")
    (tmp_path / "other").write_bytes(b"")
    assert (tmp_path / "new.toml").read_bytes() == b"x = 1\n"
    assert {path.name for path in tmp_path.iterdir()} == {"new.toml", "other"}
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new.toml", "other")]
    assert modes[0] == modes[1]


@pytest.mark.parametrize("there", ["file", "link", "folder"])
def test_a_name_that_is_taken_is_left_alone(tmp_path: Path, there: str) -> None:
    path, elsewhere = tmp_path / "new.toml", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"theirs")
    if there == "folder":
        path.mkdir()
    elif there == "link":
        path.symlink_to(elsewhere)
    else:
        path.write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        write_beside(path, b"ours")
    assert elsewhere.read_bytes() == b"theirs"
    assert there == "folder" or path.read_bytes() == b"theirs"
    assert len(os.listdir(tmp_path)) == 2
