"""Rules over a plan, as a team meets them: shown with the plan, no plan file, exit 10, and binding at apply."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.blocks import rule
from mailform.cli import working
from mailform.cli.common import Common
from mailform.cli.failing import PolicyRefused
from terminal import Ran, Terminal

CONNECTOR = """
[outbound_connector.out]
name = "Out"
connector_type = "OnPremises"
tls_settings = "DomainValidation"
tls_domain = "mx.contoso.com"
smart_hosts = ["mx.contoso.com"]
use_mx_record = false
"""
NO_CHANGE = '[deny.frozen]\nmessage = "nothing changes this week"\n'


def policy(terminal: Terminal, text: str, name: str = "team.toml") -> Path:
    path = terminal.folder / "policies" / name
    path.write_text(text)
    return path


def judged(terminal: Terminal, conditions: str, *, effect: str = "deny") -> Ran:
    """A plan under one rule."""
    policy(terminal, f'[{effect}.one]\nmessage = "no, says the team"\n{conditions}\n')
    return terminal.run("plan")


def untouched(terminal: Terminal) -> bool:
    return not terminal.sandbox.run("Get-TransportRule")["value"]


def test_a_denied_plan_is_shown_and_not_saved_and_beats_that_there_are_changes(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    policy(terminal, NO_CHANGE)
    ran = terminal.run("plan", "--out", "x.mfplan", "--detailed-exitcode")
    assert ran.code == 10
    assert "+ transport_rule.a" in ran.out
    assert "transport_rule.a (create): nothing changes this week [policy-denied]" in ran.out
    assert "policies/team.toml:1:1" in ran.out
    assert "policies refuse the plan" in ran.err
    assert not Path("x.mfplan").exists()


def test_a_denied_plan_as_json_says_why_in_its_one_document(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    policy(terminal, NO_CHANGE)
    ran = terminal.run("plan", "--json", "--json-into", "plan.json")
    assert ran.code == 10
    told = [one for one in ran.document["mailform"]["warnings"] if one["code"] == "policy-denied"]
    assert [one["severity"] for one in told] == ["error"]
    assert told[0]["range"]["filename"] == "policies/team.toml"
    assert ran.document["applyable"] is False
    assert Path("plan.json").read_text() == ran.out


@pytest.mark.parametrize("words", [("apply", "--auto-approve"), ("destroy", "--auto-approve")])
def test_an_apply_is_denied_before_anything_is_sent(terminal: Terminal, words: tuple[str, ...]) -> None:
    terminal.write(rule("a", "A"))
    if words[0] == "destroy":
        terminal.done("apply", "--auto-approve")
    policy(terminal, NO_CHANGE)
    before = terminal.sandbox.snapshot()
    ran = terminal.run(*words)
    assert (ran.code, terminal.sandbox.snapshot()) == (10, before)
    as_json = terminal.run(*words, "--json")
    assert (as_json.code, as_json.document["diagnostics"][0]["code"]) == (10, "policy-denied")


@pytest.mark.parametrize("format", ["markdown", "html"])
def test_reviewers_are_told_once_why_a_plan_is_denied(terminal: Terminal, format: str) -> None:
    terminal.write(rule("a", "A"))
    policy(terminal, NO_CHANGE + '[warn.late]\nmessage = "it is late"\n')
    ran = terminal.run("plan", "--format", format)
    assert (ran.code, ran.out.count("nothing changes this week"), ran.out.count("it is late")) == (10, 1, 1)


@pytest.mark.parametrize("words", [("plan",), ("apply", "--auto-approve"), ("apply", "x.mfplan")])
def test_a_stream_says_once_why_a_plan_is_denied(terminal: Terminal, words: tuple[str, ...]) -> None:
    terminal.write(rule("a", "A"))
    terminal.done("plan", "--out", "x.mfplan")
    policy(terminal, NO_CHANGE)
    ran = terminal.run(*words, "--events")
    assert (ran.code, ran.out.count('"policy-denied"'), untouched(terminal)) == (10, 1, True)
    assert "policies refuse the plan" in ran.err


def test_whatever_applies_without_a_word_on_policies_has_those_of_its_folder(terminal: Terminal) -> None:
    """Such as taking back drift: a command that forgets them is not one that goes round them."""
    terminal.write(rule("a", "A"))
    policy(terminal, NO_CHANGE)
    common = Common(terminal.folder, (), (), (), json=True, color=False, quiet=False, verbose=0)
    with pytest.raises(PolicyRefused):
        working.work(common, working.asked(auto_approve=True), None, None)
    assert untouched(terminal)


def test_a_plan_that_was_saved_before_the_policy_is_denied_all_the_same(terminal: Terminal) -> None:
    """Apply judges by its own checkout, and what was decided at plan binds nobody."""
    terminal.write(rule("a", "A"))
    terminal.done("plan", "--out", "x.mfplan")
    path = policy(terminal, NO_CHANGE)
    ran = terminal.run("apply", "x.mfplan")
    assert (ran.code, "nothing changes this week" in ran.err) == (10, True)
    assert untouched(terminal)
    path.unlink()
    terminal.done("apply", "x.mfplan")


def test_what_is_denied_counts_more_than_that_it_is_stale(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    terminal.done("plan", "--out", "x.mfplan")
    terminal.write(rule("a", "A") + rule("b", "B"))
    assert terminal.run("apply", "x.mfplan").code == 8
    policy(terminal, NO_CHANGE)
    assert terminal.run("apply", "x.mfplan").code == 10
    assert untouched(terminal)


def test_a_warning_is_told_at_plan_and_at_apply_and_stops_nothing(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    policy(terminal, NO_CHANGE.replace("deny", "warn"))
    assert "[policy-warning]" in terminal.done("plan", "--out", "x.mfplan")
    assert "[policy-warning]" in terminal.done("show", "x.mfplan")
    ran = terminal.run("apply", "x.mfplan")
    assert (ran.code, "[policy-warning]" in ran.err) == (0, True)


def test_what_has_no_step_is_no_business_of_a_policy(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    terminal.done("apply", "--auto-approve")
    policy(terminal, NO_CHANGE)
    terminal.done("plan")
    terminal.done("apply", "--auto-approve")


@pytest.mark.parametrize(
    ("conditions", "denied"),
    [
        ("", True),
        ('kind = "transport_rule"', False),
        ('kind = ["transport_rule", "outbound_connector"]', True),
        ('action = "update"', True),
        ('action = ["create", "delete"]', False),
        ('address = "outbound_connector.*"', True),
        ('address = "*.in"', False),
        ('except = ["outbound_connector.out"]', False),
        ('except = "inbound_*"', True),
        ('kind = "outbound_connector"\nbefore.tls_settings = "domainvalidation"', True),
        ('kind = "outbound_connector"\nafter.tls_settings = "DomainValidation"', False),
        ('kind = "outbound_connector"\nafter.tls_settings = { is_not = "DomainValidation" }', True),
        ('kind = "outbound_connector"\nafter.tls_settings = { one_of = ["EncryptionOnly", "DomainValidation"] }', True),
        ('kind = "outbound_connector"\nafter.tls_settings = { none_of = ["EncryptionOnly"] }', False),
        ('kind = "outbound_connector"\nafter.tls_domain = { empty = true }', True),
        ('kind = "outbound_connector"\nafter.tls_domain = { empty = false }', False),
        ('kind = "outbound_connector"\nafter.smart_hosts = { any_like = ["*.example", "MX.*"] }', True),
        ('kind = "outbound_connector"\nafter.smart_hosts = { any_unlike = "*.contoso.com" }', False),
        ('kind = "outbound_connector"\nafter.smart_hosts = { any_unlike = "*.fabrikam.com" }', True),
        ('kind = "outbound_connector"\nafter.smart_hosts = { is = ["mx.contoso.com."] }', True),
        ('kind = "outbound_connector"\nafter.use_mx_record = false', True),
        ('kind = "outbound_connector"\nafter.use_mx_record = true', False),
        ('kind = "outbound_connector"\nchanged = "tls_settings"', True),
        ('kind = "outbound_connector"\nchanged = ["name", "tls_domain"]', True),
        ('kind = "outbound_connector"\nchanged = ["name", "smart_hosts"]', False),
        ('kind = "outbound_connector"\nbefore.tls_settings = "DomainValidation"\nafter.use_mx_record = true', False),
    ],
)
def test_a_rule_speaks_when_all_of_it_holds(terminal: Terminal, conditions: str, denied: bool) -> None:
    terminal.write(CONNECTOR)
    terminal.done("apply", "--auto-approve")
    lowered = CONNECTOR.replace('"DomainValidation"\ntls_domain = "mx.contoso.com"', '"EncryptionOnly"')
    terminal.write(lowered)
    ran = judged(terminal, conditions)
    assert ran.code == (10 if denied else 0), ran


SIZED = """
[transport_rule.a]
name = "A"
conditions = { message_size_over = "30MB" }
actions = { set_scl = 5, redirect_message_to = ["smtp:A@fabrikam.com", "b@contoso.com"] }
"""


@pytest.mark.parametrize(
    ("conditions", "denied"),
    [
        ('after.conditions.message_size_over = { at_least = "10MB" }', True),
        ('after.conditions.message_size_over = { at_least = "10MB", at_most = 20971520 }', False),
        ('after."conditions.message_size_over" = { at_most = "1GB" }', True),
        ("after.actions.set_scl = 5", True),
        ("after.actions.set_scl = { at_least = 6 }", False),
        ("after.actions.delete_message = true", False),
        ("after.actions.delete_message = { is_not = true }", True),
        ("after.exceptions = { empty = true }", True),
        ("after.conditions = { empty = true }", False),
        ('after.actions.redirect_message_to = { any_unlike = ["*@fabrikam.com"] }', True),
        ('after.actions.redirect_message_to = { any_unlike = ["*@fabrikam.com", "*@contoso.com"] }', False),
        ('after.actions.redirect_message_to = { any_like = "a@fabrikam.com" }', True),
        ('after.actions.copy_to = { any_unlike = "*@fabrikam.com" }', False),
        ("before.name = { empty = true }", False),
        ('changed = "name"', False),
    ],
)
def test_a_rule_of_mail_is_judged_by_what_it_will_be(terminal: Terminal, conditions: str, denied: bool) -> None:
    terminal.write(SIZED)
    ran = judged(terminal, f'kind = "transport_rule"\n{conditions}')
    assert ran.code == (10 if denied else 0), ran


@pytest.mark.parametrize("action", ["move", "forget", "delete", "replace", "adopt"])
def test_every_action_can_be_denied_by_its_name(terminal: Terminal, action: str) -> None:
    two = rule("a", "A", "priority = 0") + rule("b", "B")
    gone = '\n[[removed]]\nfrom = "transport_rule.b"\n'
    after = {
        "move": rule("a", "A", "priority = 1") + rule("b", "B"),
        "forget": rule("a", "A", "priority = 0") + gone,
        "delete": rule("a", "A", "priority = 0"),
        "replace": two,
        "adopt": two,
    }
    if action == "adopt":
        terminal.write("")
        terminal.by_hand("accepted_domain", {"domain": "contoso.com"})
        terminal.write('[accepted_domain.c]\ndomain = "contoso.com"\n')
    else:
        terminal.write(two)
        terminal.done("apply", "--auto-approve")
        terminal.write(after[action])
    more = ("--replace", "transport_rule.b") if action == "replace" else ()
    policy(terminal, NO_CHANGE + f'action = "{action}"\n')
    ran = terminal.run("plan", *more)
    assert (ran.code, f"({action})" in ran.out) == (10, True), ran


def test_a_sensitive_value_is_judged_and_not_told(terminal: Terminal) -> None:
    terminal.write(
        '[variables.to]\ntype = "string"\nsensitive = true\n'
        + rule("a", "A").replace("actions = {", 'actions = { redirect_message_to = ["${var.to}"],')
    )
    conditions = 'kind = "transport_rule"\nafter.actions.redirect_message_to = { any_unlike = "*@fabrikam.com" }'
    policy(terminal, f'[deny.one]\nmessage = "outside"\n{conditions}\n')
    ran = terminal.run("plan", "--var", "to=hunter2@contoso.com")
    assert ran.code == 10
    assert "hunter2" not in ran.out + ran.err
    terminal.done("plan", "--var", "to=hunter2@fabrikam.com")


def test_what_is_known_only_at_apply_counts_against_the_plan(terminal: Terminal) -> None:
    terminal.write(
        CONNECTOR + rule("a", "A").replace('name = "A"', 'name = "A"\ncomments = "${outbound_connector.out.id}"')
    )
    conditions = 'kind = "transport_rule"\nafter.comments = { any_like = "*secret*" }'
    ran = judged(terminal, conditions)
    assert (ran.code, "known only at apply" in ran.out) == (10, True)


def test_more_folders_can_be_named(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    shared = terminal.folder / "shared"
    shared.mkdir()
    (shared / "all.toml").write_text(NO_CHANGE)
    terminal.done("plan")
    assert terminal.run("plan", "--policies", "shared").code == 10
    assert terminal.run("apply", "--auto-approve", "--policies", "shared").code == 10
    terminal.run("plan", "--policies", "nowhere").refuses("nowhere", "hint: ")
    assert untouched(terminal)


def test_a_recovery_is_stopped_by_no_policy(terminal: Terminal) -> None:
    """What a run had begun goes on as it was approved then: in the middle is no place to stay."""
    words = '{ apply_html_disclaimer_text = "${var.words}" }'
    terminal.write('[variables.words]\ntype = "string"\n' + rule("a", "A") + rule("b", "B", actions=words))
    too_long = ("--var", f"words={'x' * 8150}")
    assert terminal.run("apply", "--auto-approve", "--on-failure", "stop", *too_long).code == 6
    policy(terminal, NO_CHANGE)
    ran = terminal.run("recover", "--roll-forward", *too_long)
    assert (ran.code, "policy" in ran.err) == (3, False), "Exchange refuses it again, and no policy does"
    assert terminal.run("apply", "--auto-approve", *too_long).code == 10


MISTAKES = {
    "a message is missing": ("[deny.a]\n", "missing-attribute", 1),
    "an empty message": ('[deny.a]\nmessage = ""\n', "wrong-type", 2),
    "a word nobody knows": ('[deny.a]\nmessage = "x"\nkin = "x"\n', "unknown-attribute", 3),
    "a kind nobody knows": ('[deny.a]\nmessage = "x"\nkind = "mailbox"\n', "unknown-value", 3),
    "an action nobody knows": ('[deny.a]\nmessage = "x"\naction = ["create", "destroy"]\n', "unknown-value", 3),
    "an attribute nobody knows": (
        '[deny.a]\nmessage = "x"\nkind = "outbound_connector"\nafter.tls = "x"\n',
        "unknown-attribute",
        4,
    ),
    "an attribute of another kind": ('[deny.a]\nmessage = "x"\nafter.tls_settings = ""\n', "unknown-attribute", 3),
    "an attribute that nobody writes": (
        '[deny.a]\nmessage = "x"\nkind = "outbound_connector"\nafter.is_validated = true\n',
        "unknown-attribute",
        4,
    ),
    "a changed attribute nobody knows": (
        '[deny.a]\nmessage = "x"\nkind = "transport_rule"\nchanged = ["name",\n"nam"]\n',
        "unknown-attribute",
        5,
    ),
    "a value that can't be": (
        '[deny.a]\nmessage = "x"\nkind = "outbound_connector"\nafter.tls_settings = "All"\n',
        "wrong-type",
        4,
    ),
    "a text for a switch": (
        '[deny.a]\nmessage = "x"\nkind = "inbound_connector"\nafter.require_tls = "yes"\n',
        "wrong-type",
        4,
    ),
    "one value for a list": (
        '[deny.a]\nmessage = "x"\nkind = "outbound_connector"\nafter.smart_hosts = "x"\n',
        "wrong-type",
        4,
    ),
    "a pattern for a number": (
        '[deny.a]\nmessage = "x"\nkind = "transport_rule"\nafter.actions.set_scl = { any_like = "5" }\n',
        "wrong-type",
        4,
    ),
    "a bound for a text": (
        '[deny.a]\nmessage = "x"\nkind = "transport_rule"\nafter.name = { at_least = 5 }\n',
        "wrong-type",
        4,
    ),
    "a bound that is none": (
        '[deny.a]\nmessage = "x"\nkind = "transport_rule"\nafter.conditions.scl_over = { at_least = "lots" }\n',
        "wrong-type",
        4,
    ),
    "a section as a value": (
        '[deny.a]\nmessage = "x"\nkind = "transport_rule"\nafter.conditions = true\n',
        "wrong-type",
        4,
    ),
    "a test nobody knows": (
        '[deny.a]\nmessage = "x"\nkind = "transport_rule"\nafter.name = { starts_with = "x" }\n',
        "unknown-attribute",
        4,
    ),
    "a test of nothing": (
        '[deny.a]\nmessage = "x"\nkind = "transport_rule"\nafter.name = {}\n',
        "missing-attribute",
        4,
    ),
    "another effect": ('[allow.a]\nmessage = "x"\n', "unknown-block", 1),
    "a rule that is no table": ('deny = "all"\n', "wrong-type", 1),
    "a rule that is a text": ('[deny]\na = "all"\n', "wrong-type", 2),
    "no TOML": ("[deny\n", "invalid-toml", 1),
    "the same name twice": ('[deny.a]\nmessage = "x"\n[warn.a]\nmessage = "y"\n', "duplicate", 3),
}


def test_a_value_of_no_type_that_fits_is_one_mistake(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    policy(terminal, '[deny.a]\nmessage = 5\nkind = [1, 2]\n[deny.b]\nmessage = "x"\nafter.enabled = 1979-05-27\n')
    told = [one["summary"] for one in terminal.run("validate", "--json").document["diagnostics"]]
    assert told == [
        "`message` has to be a text that says why",
        "`kind` has to be a text, or a list of texts",
        "`accepted_domain` has no attribute `enabled`",
        "`is` has to be a value, or a list of them for a list",
    ]


@pytest.mark.parametrize(("text", "code", "line"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_policy_is_told_with_its_place(terminal: Terminal, text: str, code: str, line: int) -> None:
    terminal.write(rule("a", "A"))
    policy(terminal, text)
    for words in (("validate", "--json"), ("plan", "--json"), ("apply", "--auto-approve", "--json")):
        ran = terminal.run(*words)
        assert ran.code == 1, ran
        told = [one for one in ran.document["diagnostics"] if one["code"] == code]
        assert told, ran.out
        assert told[0]["range"]["filename"] == "policies/team.toml"
        assert (told[0]["range"]["start"]["line"], bool(told[0]["detail"])) == (line, True)
    assert untouched(terminal)


def test_all_mistakes_of_all_files_are_gathered(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    policy(terminal, "[deny.a]\n[deny.b]\n")
    policy(terminal, "[warn.c]\n", "other.toml")
    assert terminal.run("validate", "--json").document["error_count"] == 3


def test_a_link_in_place_of_a_policy_is_refused(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    (terminal.folder / "policies" / "x.toml").symlink_to("/etc/passwd")
    terminal.run("plan").refuses("not-a-file")
    (terminal.folder / "policies" / "x.toml").unlink()
    (terminal.folder / "policies").rmdir()
    (terminal.folder / "policies").write_text("")
    terminal.run("plan").refuses("policies")
