from __future__ import annotations

import pytest
from wired import Wired

from mailform_providers.sandbox import Sandbox, open_sandbox


@pytest.fixture
def sandbox() -> Sandbox:
    return open_sandbox(None, "fabrikam.onmicrosoft.com")


@pytest.fixture
def wire(sandbox: Sandbox) -> Wired:
    return Wired(sandbox)
