"""One state in each kind of store, for tests that hold of all of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailform.configuration.backend import located
from mailform_state.opening import open_store
from mailform_state.store import Store
from servers import Server

KINDS = ("local", "azure", "s3", "http", "gitlab")
REMOTE = tuple(kind for kind in KINDS if kind != "local")
SEALED = """
[backend.encryption]
passphrase = "env:PASSPHRASE"
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A state of its own. `open` comes to it as another process would, `block` is what a configuration says of it."""

    kind: str
    folder: Path
    block: str
    open: Callable[[], Store]


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return _place(request, tmp_path, "")


@pytest.fixture(params=REMOTE)
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return _place(request, tmp_path, "")


@pytest.fixture(params=KINDS)
def sealed(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return _place(request, tmp_path, SEALED)


@pytest.fixture
def remote_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Place]:
    """A state of its own in a store of a kind."""
    return lambda kind: _place(request, tmp_path, "", kind)


def _place(request: pytest.FixtureRequest, folder: Path, more: str, kind: str = "") -> Place:
    kind = kind or request.param
    if kind == "local":
        server = Server("local", {}, {})
    else:
        server = request.getfixturevalue(f"{kind}_server")
    block = server.block(f"place-{secrets.token_hex(6)}") + more
    (folder / "mailform.toml").write_text(block)
    environment = {**server.environment, "PASSPHRASE": "correct horse battery staple"}
    for name, value in environment.items():
        request.getfixturevalue("monkeypatch").setenv(name, value)
    backend = located(folder, ())
    return Place(kind, folder, block, lambda: open_store(backend, folder, environment))
