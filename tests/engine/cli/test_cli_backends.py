"""States that are kept elsewhere, as somebody at a terminal sees it."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from mailform_state.journal import Begin
from mailform_state.local import STATE
from servers import Server, States, careless_bucket, terraform_http
from terminal import Terminal

KINDS = ("azure", "s3", "http", "gitlab")
SEALED = '[backend.encryption]\npassphrase = "env:STATE_PASSPHRASE"\n'


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Server:
    found: Server = request.getfixturevalue(f"{request.param}_server")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


def append(text: str) -> None:
    path = Path("mailform.toml")
    path.write_text(f"{path.read_text()}\n{text}")


def test_a_state_is_kept_elsewhere_from_the_first_apply_on(scenario: Terminal, server: Server) -> None:
    append(server.block(f"cli-{secrets.token_hex(6)}"))
    assert "which is ready" in scenario.done("init")
    assert "state serial 1" in scenario.done("apply", "--auto-approve")
    assert not Path(STATE).exists()
    assert "No changes" in scenario.done("plan")
    assert scenario.run("state", "lock-info", "--json").document == {"locked": False, "id": None, "holder": None}
    history = scenario.run("state", "history")
    if server.type == "http":
        history.refuses("keeps no versions", "GitLab")
    else:
        assert history.out.strip().startswith("1 ")
    scenario.done("destroy", "--auto-approve")
    assert scenario.done("state", "list") == ""


def test_a_state_moves_and_is_proven_to_have_arrived(applied: Terminal, server: Server) -> None:
    before = applied.done("state", "pull")
    append(server.block(f"cli-{secrets.token_hex(6)}"))
    applied.run("plan").refuses("beside the configuration", "init --migrate-state")
    applied.run("apply", "--auto-approve").refuses("init --migrate-state")
    applied.run("init").refuses("init --migrate-state")
    assert "serial 1, 4 resources, read again and the same" in applied.done("init", "--migrate-state")
    assert not Path(STATE).exists()
    assert Path(f"{STATE}.moved").exists()
    assert applied.done("state", "pull") == before
    assert "No changes" in applied.done("plan")
    applied.run("init", "--migrate-state").refuses("no state to move")


def test_a_state_moves_on_from_one_store_to_the_next_and_back(
    applied: Terminal, http_server: Server, gitlab_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in http_server.environment.items():
        monkeypatch.setenv(name, value)
    before, text = applied.done("state", "pull"), Path("mailform.toml").read_text()
    blocks = [one.block(f"cli-{secrets.token_hex(6)}") for one in (http_server, gitlab_server)]
    for block in (*blocks, ""):
        Path("mailform.toml").write_text(f"{text}\n{block}")
        assert "read again and the same" in applied.done("init", "--migrate-state")
        assert applied.done("state", "pull") == before
        assert "No changes" in applied.done("plan")
    assert Path(STATE).exists()
    applied.done("apply", "--auto-approve")


def test_a_state_that_was_left_elsewhere_is_not_taken_for_gone(
    scenario: Terminal, http_server: Server, gitlab_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one store to another, or back beside the configuration."""
    for name, value in http_server.environment.items():
        monkeypatch.setenv(name, value)
    text, other = Path("mailform.toml").read_text(), gitlab_server.block(f"cli-{secrets.token_hex(6)}")
    append(http_server.block(f"cli-{secrets.token_hex(6)}"))
    scenario.done("init")
    scenario.done("apply", "--auto-approve")
    for block in ("", other):
        Path("mailform.toml").write_text(f"{text}\n{block}")
        for words in (("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve"), ("state", "list")):
            scenario.run(*words).refuses("There is no state in", "init --migrate-state")
    scenario.done("init", "--migrate-state")
    assert "No changes" in scenario.done("plan")


def test_a_state_doesnt_move_over_another(
    applied: Terminal, http_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in http_server.environment.items():
        monkeypatch.setenv(name, value)
    place = f"cli-{secrets.token_hex(6)}"
    text = Path("mailform.toml").read_text()
    append(http_server.block(place))
    applied.done("init", "--migrate-state")
    Path("mailform.toml").write_text(text)
    for path in (*Path(".mailform").iterdir(), Path(f"{STATE}.moved")):
        path.unlink()
    applied.done("apply", "--auto-approve")
    mine = Path(STATE).read_bytes()
    append(http_server.block(place))
    applied.run("init", "--migrate-state").refuses("has a state already")
    assert Path(STATE).read_bytes() == mine


def test_a_sealed_state_comes_and_goes(applied: Terminal, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_PASSPHRASE", "correct horse battery staple")
    place = server.block(f"cli-{secrets.token_hex(6)}")
    append(place + SEALED)
    applied.done("init", "--migrate-state")
    assert "No changes" in applied.done("plan")
    text = Path("mailform.toml").read_text()
    Path("mailform.toml").write_text(text.replace(SEALED, ""))
    assert applied.run("plan").code == 9
    Path("mailform.toml").write_text(text)
    monkeypatch.setenv("STATE_PASSPHRASE", "another that doesn't fit")
    ran = applied.run("plan")
    assert (ran.code, "can't be opened" in ran.err) == (9, True)
    monkeypatch.delenv("STATE_PASSPHRASE")
    applied.run("plan").refuses("STATE_PASSPHRASE", "missing")


def test_a_fresh_checkout_seals_a_state_and_replaces_its_key(
    applied: Terminal, http_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**http_server.environment, "STATE_PASSPHRASE": "correct horse battery staple"}.items():
        monkeypatch.setenv(name, value)
    append(http_server.block(f"cli-{secrets.token_hex(6)}"))
    applied.done("init", "--migrate-state")
    plain = Path("mailform.toml").read_text()
    turned = '[backend.encryption]\nkey = "env:NEXT_KEY"\nprevious_passphrase = "env:STATE_PASSPHRASE"\n'
    monkeypatch.setenv("NEXT_KEY", "00" * 32)
    for encryption in (SEALED, turned):
        Path(".mailform/backend.toml").unlink()
        Path("mailform.toml").write_text(plain + encryption)
        assert "was sealed anew" in applied.done("init", "--migrate-state")
    monkeypatch.delenv("STATE_PASSPHRASE")
    Path("mailform.toml").write_text(f'{plain}[backend.encryption]\nkey = "env:NEXT_KEY"\n')
    assert "No changes" in applied.done("plan")


def test_what_was_sealed_here_is_never_taken_in_clear(
    applied: Terminal, http_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or who may write to the store had a state of his own sealed by whoever follows the hint."""
    for name, value in {**http_server.environment, "STATE_PASSPHRASE": "correct horse battery staple"}.items():
        monkeypatch.setenv(name, value)
    append(http_server.block(f"cli-{secrets.token_hex(6)}"))
    applied.done("init", "--migrate-state")
    append(SEALED)
    with Path(".mailform/backend.toml").open("a") as remembered:
        remembered.write(SEALED)
    assert applied.run("init", "--migrate-state").code == 9
    assert applied.run("plan").code == 9


def test_a_state_that_runs_have_left_is_sealed_anew_and_in_clear_again(
    scenario: Terminal, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a run leaves in the store beside the state is sealed as well."""
    monkeypatch.setenv("STATE_PASSPHRASE", "correct horse battery staple")
    monkeypatch.setenv("NEXT_KEY", "00" * 32)
    append(server.block(f"cli-{secrets.token_hex(6)}"))
    scenario.done("init")
    scenario.done("apply", "--auto-approve")
    plain = Path("mailform.toml").read_text()
    turned = '[backend.encryption]\nkey = "env:NEXT_KEY"\n'
    previous = 'previous_passphrase = "env:STATE_PASSPHRASE"\n'
    for before, after in ((SEALED, SEALED), (turned + previous, turned), ("", "")):
        Path("mailform.toml").write_text(plain + before)
        assert "was sealed anew" in scenario.done("init", "--migrate-state")
        Path("mailform.toml").write_text(plain + after)
        assert "No changes" in scenario.done("plan")
    scenario.done("destroy", "--auto-approve")


def test_a_saved_plan_is_sealed_like_the_state(scenario: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario.done("plan", "--out", "plain.mfplan")
    monkeypatch.setenv("STATE_PASSPHRASE", "correct horse battery staple")
    append('[backend]\ntype = "local"\n' + SEALED)
    assert scenario.run("apply", "plain.mfplan").code == 9
    scenario.done("plan", "--out", "sealed.mfplan")
    assert b"ContosoSignature" not in Path("sealed.mfplan").read_bytes()
    assert b"contososignature" not in Path("sealed.mfplan").read_bytes()
    assert "transport_rule.route" in scenario.done("show", "sealed.mfplan")
    assert "Apply complete" in scenario.done("apply", "sealed.mfplan")
    assert all(
        b"contososignature" not in path.read_bytes() for path in Path().glob("mailform.state*") if path.is_file()
    )


def test_a_key_is_replaced(scenario: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_PASSPHRASE", "correct horse battery staple")
    monkeypatch.setenv("NEXT_KEY", "00" * 32)
    append('[backend]\ntype = "local"\n' + SEALED)
    scenario.done("apply", "--auto-approve")
    text = Path("mailform.toml").read_text()
    turned = '[backend.encryption]\nkey = "env:NEXT_KEY"\nprevious_passphrase = "env:STATE_PASSPHRASE"\n'
    Path("mailform.toml").write_text(text.replace(SEALED, turned))
    scenario.done("state", "mv", "transport_rule.route", "transport_rule.other")
    monkeypatch.delenv("STATE_PASSPHRASE")
    Path("mailform.toml").write_text(text.replace(SEALED, '[backend.encryption]\nkey = "env:NEXT_KEY"\n'))
    assert "transport_rule.other" in scenario.done("state", "list")


def test_a_server_that_gives_its_lock_to_everybody_is_refused(
    scenario: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with terraform_http(States(careless=True)) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        append(server.block("careless"))
        scenario.run("init").refuses("gives the lock to two at once", "lock_address")


def test_a_bucket_that_ignores_conditions_is_refused(scenario: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with careless_bucket() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        append(server.block("careless"))
        scenario.run("init").refuses("ignores the conditions of a write", "If-None-Match")


def test_what_cannot_be_reached_says_so_and_shows_no_credential(
    scenario: Terminal, monkeypatch: pytest.MonkeyPatch, http_server: Server
) -> None:
    monkeypatch.setenv("MAILFORM_HTTP_USERNAME", "state")
    monkeypatch.setenv("MAILFORM_HTTP_PASSWORD", "wrong-password")
    append(http_server.block("secret"))
    ran = scenario.run("plan")
    ran.refuses("401", "MAILFORM_HTTP_PASSWORD")
    assert "wrong-password" not in ran.err + ran.out


@pytest.mark.parametrize(
    "endpoint", ["", "127.0.0.1:9000", "http://states.contoso.com", "http://127.0.0.1.contoso.com"]
)
def test_an_endpoint_that_is_none_or_can_be_listened_to_is_refused(
    endpoint: str, scenario: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    append('[backend]\ntype = "s3"\nbucket = "states"\n')
    scenario.run("plan").refuses("AWS_ENDPOINT_URL", "https")


def test_without_obstore_a_bucket_says_how_to_get_it(scenario: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "obstore.store", None)
    append('[backend]\ntype = "s3"\nbucket = "states"\n')
    scenario.run("plan").refuses("pip install 'mailform[stores]'")


def test_a_bucket_of_google_is_opened_in_the_same_way(scenario: Terminal) -> None:
    # no emulator tells the truth about its conditional writes, so it is only opened here
    from mailform_state.opening import open_store
    from mailform_state.places import Backend, Gcs
    from mailform_state.remote.objects import ObjectStore

    store = open_store(Backend(Gcs("states", "teams/mail")), scenario.folder, {})
    assert isinstance(store, ObjectStore)
    assert store.where == "gs://states/teams/mail/mailform.state.json"


def test_a_run_that_lost_its_lock_ends_with_7_and_leaves_its_journal(
    scenario: Terminal, http_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailform_state.remote.http_store import HttpStore

    for name, value in http_server.environment.items():
        monkeypatch.setenv(name, value)
    append(http_server.block(f"cli-{secrets.token_hex(6)}"))
    told, append_to = [], HttpStore.append

    def broken(store: HttpStore, entries: tuple[object, ...]) -> None:
        append_to(store, entries)  # type: ignore[arg-type]  # entries of any kind
        told.append(entries)
        if len(told) == 3:
            found = store.lock_info()
            assert found is not None
            assert scenario.run("unlock", found.id).code == 0

    with monkeypatch.context() as changed:
        changed.setattr(HttpStore, "append", broken)
        ran = scenario.run("apply", "--auto-approve")
    assert ran.code == 7
    assert "mailform recover" in ran.out + ran.err
    assert isinstance(told[0][0], Begin)
    scenario.done("recover")
    assert "Plan: 4 to create" in scenario.done("plan")
