"""Every example is valid, formatted, applied to a sandbox of its own, and then there is nothing left to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mailform.cli.main import main
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import load
from mailform.configuration.starter import STARTER
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_providers.sandbox import open_sandbox
from mailform_state.address import Address
from mailform_state.local import LocalStore

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/mailform.toml"))


@pytest.fixture(params=NAMES)
def example(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of an example's configuration, without what somebody who tried it left behind."""
    for name in ("MAILFORM_SANDBOX", "MAILFORM_SANDBOX_DNS"):
        monkeypatch.delenv(name, raising=False)
    for path in (EXAMPLES / request.param).glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_an_example_is_valid_without_a_warning(example: Path) -> None:
    found = load(example, VariableInputs())
    assert found.resources
    assert [warning.message for warning in found.warnings] == []


def test_an_example_is_formatted(example: Path) -> None:
    assert main(["-C", str(example), "fmt", "--check"]) == 0


def test_an_example_is_applied_and_then_planned_empty(example: Path) -> None:
    assert main(["-C", str(example), "apply", "--auto-approve"]) == 0
    assert main(["-C", str(example), "plan", "--detailed-exitcode"]) == 0
    before = (example / ".mailform" / "sandbox.json").read_bytes()
    assert main(["-C", str(example), "apply", "--auto-approve"]) == 0
    assert (example / ".mailform" / "sandbox.json").read_bytes() == before


def test_an_example_goes_away_again(example: Path) -> None:
    assert main(["-C", str(example), "apply", "--auto-approve"]) == 0
    assert main(["-C", str(example), "destroy", "--auto-approve"]) == 0
    left = LocalStore(example).read()
    assert left is not None
    assert not left.resources
    sandbox = open_sandbox(example / ".mailform" / "sandbox.json", "fabrikam.onmicrosoft.com")
    assert sandbox.run("Get-TransportRule")["value"] == []


def test_the_signature_service_is_what_init_writes() -> None:
    assert (EXAMPLES / "signature-service" / "mailform.toml").read_text("utf-8") == STARTER


def test_the_ordinary_rules_stand_in_the_order_that_their_file_explains(tmp_path: Path) -> None:
    for path in (EXAMPLES / "ordinary-rules").glob("*.toml"):
        shutil.copy(path, tmp_path)
    assert main(["-C", str(tmp_path), "apply", "--auto-approve"]) == 0
    state = LocalStore(tmp_path).read()
    assert state is not None
    names = {known.id: known.address.name for known in state.resources.values() if known.kind == TRANSPORT_RULE}
    assert len(names) == 10
    sandbox = open_sandbox(tmp_path / ".mailform" / "sandbox.json", "fabrikam.onmicrosoft.com")
    answer = sandbox.run("Get-TransportRule")["value"]
    assert isinstance(answer, list)
    order = [names[str(rule["Guid"])] for rule in answer if isinstance(rule, dict)]
    assert (order[0], order[-1]) == ("block_executables", "disclaimer")
    for earlier, later in (
        ("block_executables", "hold_password_protected"),
        ("hold_password_protected", "partner_is_no_spam"),
        ("partner_is_no_spam", "external_warning"),
        ("reject_card_numbers", "large_messages"),
    ):
        assert order.index(earlier) < order.index(later)
    assert state.outputs["first_rule"].value == state.resources[Address(TRANSPORT_RULE, "block_executables")].id
