"""`init`, `validate`, `fmt`, `schema`, `graph`: the commands that never leave the folder."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from mailform.configuration.starter import STARTER
from terminal import TENANT, Terminal

UGLY = TENANT + '\n\n# why\n  [accepted_domain.d]   # trailing\ndomain="contoso.com"\n'
NEAT = TENANT + '\n# why\n[accepted_domain.d] # trailing\ndomain = "contoso.com"\n'


def test_init_writes_the_starter_and_what_git_must_not_see(terminal: Terminal) -> None:
    said = terminal.done("init")
    assert (terminal.folder / "mailform.toml").read_text() == STARTER
    ignored = (terminal.folder / ".gitignore").read_text().splitlines()
    assert {"mailform.state.json", "mailform.state.journal", ".mailform/", "*.mfplan"} <= set(ignored)
    assert "mailform plan" in said


def test_everything_that_a_run_leaves_behind_is_ignored(applied: Terminal) -> None:
    ignored = {line.rstrip("/") for line in (applied.folder / ".gitignore").read_text().splitlines()}
    left = {path.name for path in applied.folder.iterdir()} - {"mailform.toml", ".gitignore"}
    assert left <= ignored


def test_init_beside_a_configuration_checks_it_and_changes_nothing_of_it(terminal: Terminal) -> None:
    written = terminal.write(UGLY, "other.mailform.toml")
    assert "it is valid" in terminal.done("init")
    assert written.read_text() == UGLY
    assert not (terminal.folder / "mailform.toml").exists()
    written.write_text("[tenant]\nid = 1\n")
    terminal.run("init").refuses("other.mailform.toml:2:6")


def test_init_adds_to_a_gitignore_and_takes_nothing_out(terminal: Terminal) -> None:
    mine = terminal.folder / ".gitignore"
    mine.write_text("secret.txt\n/mailform.state.json\n*.mfplan")
    mine.chmod(0o640)
    terminal.done("init")
    lines = mine.read_text().splitlines()
    assert lines[:3] == ["secret.txt", "/mailform.state.json", "*.mfplan"]
    assert "mailform.state.json" not in lines
    assert lines.count("*.mfplan") == 1
    assert stat.S_IMODE(mine.stat().st_mode) == 0o640
    terminal.done("init")
    assert mine.read_text().splitlines() == lines


def test_init_follows_no_link(terminal: Terminal) -> None:
    aim = terminal.folder / "aim"
    aim.write_text("mine\n")
    (terminal.folder / ".gitignore").symlink_to(aim)
    assert terminal.run("init").code == 1
    assert aim.read_text() == "mine\n"


def test_init_as_json_says_what_it_wrote(terminal: Terminal) -> None:
    assert terminal.run("init", "--json").document["created"] is True
    again = terminal.run("init", "--json").document
    assert (again["created"], again["ignored"]) == (False, [])


def test_validate_says_that_the_scenario_is_valid(scenario: Terminal) -> None:
    assert scenario.done("validate") == "The configuration is valid: 4 resources.\n"
    assert scenario.run("validate", "--json").document == scenario.run("validate", "--format", "json").document
    assert scenario.run("validate", "--json").document["valid"] is True


def test_validate_shows_every_mistake_at_once(terminal: Terminal) -> None:
    terminal.write("[transport_rule.a]\n[transport_rule.b]\nnam = 1\n")
    ran = terminal.run("validate")
    ran.refuses("mailform.toml:4:1", "mailform.toml:5:1", "mailform.toml:6:1")
    told = terminal.run("validate", "--json")
    assert (told.code, told.err) == (1, "")
    assert told.document["error_count"] == ran.err.count("Error: ") > 3
    assert told.document["diagnostics"][0]["range"]["start"]["line"] == 4


def test_a_warning_is_shown_and_stops_nothing(terminal: Terminal) -> None:
    terminal.write(
        '[outbound_connector.c]\nname = "C"\nconnector_type = "OnPremises"\nuse_mx_record = false\n'
        'smart_hosts = ["mail.contoso.com"]\ntls_settings = "DomainValidation"\ntls_domain = "fabrikam.com"\n'
    )
    ran = terminal.run("validate")
    assert (ran.code, "Warning: " in ran.err) == (0, True)
    assert terminal.run("validate", "--json").document["warning_count"] == 1


def test_the_starter_is_in_canonical_form(scenario: Terminal) -> None:
    assert scenario.done("fmt", "--check") == ""


def test_fmt_rewrites_what_differs_and_keeps_comments_and_permissions(terminal: Terminal) -> None:
    main = terminal.write(UGLY)
    main.chmod(0o604)
    neat = terminal.write("# nothing to do\n", "neat.mailform.toml")
    neat.write_text("# nothing to do\n")
    before = neat.stat().st_mtime_ns
    assert terminal.done("fmt") == "mailform.toml\n"
    assert main.read_text() == NEAT
    assert stat.S_IMODE(main.stat().st_mode) == 0o604
    assert neat.stat().st_mtime_ns == before
    assert {path.name for path in terminal.folder.iterdir()} == {"mailform.toml", "neat.mailform.toml"}
    assert terminal.done("fmt") == ""


def test_fmt_check_names_the_files_exits_with_1_and_writes_nothing(terminal: Terminal) -> None:
    main = terminal.write(UGLY)
    ran = terminal.run("fmt", "--check")
    assert (ran.code, ran.out, main.read_text()) == (1, "mailform.toml\n", UGLY)
    assert terminal.run("fmt", "--check", "--json").document == {"changed": ["mailform.toml"], "written": False}


def test_fmt_diff_shows_what_would_change_and_writes_nothing(terminal: Terminal) -> None:
    main = terminal.write(UGLY)
    lines = terminal.done("fmt", "--diff").splitlines()
    assert lines[:2] == ["--- mailform.toml", "+++ mailform.toml (formatted)"]
    assert '-domain="contoso.com"' in lines
    assert '+domain = "contoso.com"' in lines
    assert main.read_text() == UGLY
    assert terminal.run("fmt", "--diff", "--check").code == 1


def test_fmt_keeps_the_line_ends_of_windows(terminal: Terminal) -> None:
    main = terminal.write(UGLY.replace("\n", "\r\n"))
    terminal.done("fmt")
    assert main.read_bytes() == NEAT.replace("\n", "\r\n").encode()


def test_fmt_writes_nothing_while_one_file_is_unreadable(terminal: Terminal) -> None:
    main = terminal.write(UGLY)
    terminal.write("[tenant]\na = \n", "z.mailform.toml")
    terminal.run("fmt").refuses("z.mailform.toml:2:5")
    assert main.read_text() == UGLY


def test_the_schema_is_json_and_can_be_switched_on(terminal: Terminal) -> None:
    printed = json.loads(terminal.done("schema"))
    terminal.done("schema", "--out", "mailform.schema.json")
    assert json.loads(Path("mailform.schema.json").read_text()) == printed == terminal.run("schema", "--json").document
    terminal.write(f"#:schema ./mailform.schema.json\n{TENANT}")
    terminal.done("validate")
    assert "#:schema ./mailform.schema.json" in terminal.done("schema", "--help")


def test_the_graph_is_drawn_for_two_readers(scenario: Terminal) -> None:
    assert scenario.done("graph").startswith("digraph mailform {")
    assert scenario.done("graph", "--format", "mermaid").startswith("flowchart LR\n")
    scenario.run("graph", "--format", "svg").refuses("--format", "dot, mermaid")
