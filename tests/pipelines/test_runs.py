"""The shell of the ready pipelines, run: the same bash, the real Mailform, a sandbox for a tenant."""

from __future__ import annotations

import io
import json
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from lifecycle.blocks import rule
from mailform.cli.main import main
from mailform_providers.sandbox import Sandbox, open_sandbox
from pipelines.recipes import AZURE, GITHUB, GITLAB, read
from pipelines.runner import Ran, Runner
from pipelines.test_recipes import require_format
from terminal import DOMAIN, TENANT
from tools import program

EVIL = "::error::owned ##[error]owned ##vso[task.complete result=Failed]"
"""What an administrator may name a rule."""

POLICY = '[deny.frozen]\nmessage = "nothing changes this week"\n'


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    for name in ("MAILFORM_SANDBOX", "MAILFORM_SANDBOX_DNS", "MAILFORM_PLAN_KEY", "MAILFORM_PLAN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CI", "true")
    for name in ("bash", "jq"):
        program(name)
    folder, stage = tmp_path / "work", tmp_path / "stage"
    folder.mkdir()
    stage.mkdir()
    write(folder, rule("a", "A"))
    return Runner(folder, stage)


def write(folder: Path, text: str) -> None:
    (folder / "mailform.toml").write_text(f"{TENANT}\n{text}")


def tenant(runner: Runner) -> Sandbox:
    return open_sandbox(runner.folder / ".mailform" / "sandbox.json", DOMAIN)


def names(runner: Runner) -> list[object]:
    listed = tenant(runner).run("Get-TransportRule")["value"]
    return [one["Name"] for one in listed]  # type: ignore[index, call-overload, union-attr]  # JSON


def mailform(runner: Runner, *words: str) -> str:
    """A command before or between the jobs, in this process, which is quicker."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(["-C", str(runner.folder), *words])
    assert code == 0, said.getvalue()
    return said.getvalue()


def planned(runner: Runner) -> str:
    """A plan as the job before has left it; its digest."""
    return mailform(runner, "plan", "--out", str(runner.folder / "change.mfplan")).splitlines()[-1]


# GitHub


def reviewed(runner: Runner) -> Ran:
    for command, format in (("plan", "markdown"), ("validate", "github")):
        require_format(command, format)
    return runner.github(GITHUB / "plan.yml", "plan", {"github.event.pull_request.number": "7"})


def applied(runner: Runner, digest: str) -> Ran:
    return runner.github(GITHUB / "apply.yml", "apply", {"needs.plan.outputs.digest": digest})


def test_a_pull_request_has_one_comment_which_is_kept_up_to_date(runner: Runner) -> None:
    theirs = {"state": "open", "id": 1, "number": 1, "user": {"login": "somebody"}, "body": "<!-- mailform plan -->"}
    runner.store.write_text(json.dumps([theirs]))
    first = reviewed(runner)
    assert (first.code, first.outputs["steps.plan.outputs.code"]) == (0, "2"), first.log
    assert [one["id"] for one in runner.things] == [1, 2]
    assert runner.things[0] == theirs, "whoever writes our mark isn't us"
    write(runner.folder, rule("a", "A") + "\n" + rule("second", "B"))
    assert reviewed(runner).code == 0
    assert [one["id"] for one in runner.things] == [1, 2]
    assert "transport_rule.second" in runner.things[1]["body"]
    assert not (runner.folder / "mailform.state.json").exists()


def test_a_pull_request_that_a_policy_refuses_fails_and_says_why_in_the_comment(runner: Runner) -> None:
    (runner.folder / "policies").mkdir()
    (runner.folder / "policies" / "team.toml").write_text(POLICY)
    ran = reviewed(runner)
    assert ran.code == 10
    assert "nothing changes this week" in runner.things[0]["body"]


def test_a_pull_request_that_cannot_be_planned_fails_and_leaves_the_comment(runner: Runner) -> None:
    require_format("validate", "github")
    write(runner.folder, rule("a", "A", 'coments = "x"'))
    assert reviewed(runner).code == 1
    assert runner.things == []


def test_what_was_merged_is_planned_and_then_applied(runner: Runner) -> None:
    require_format("plan", "markdown")
    plan = runner.github(GITHUB / "apply.yml", "plan", {})
    assert (plan.code, plan.outputs["steps.plan.outputs.code"]) == (0, "2"), plan.log
    ran = applied(runner, plan.outputs["steps.plan.outputs.digest"])
    assert (ran.code, names(runner)) == (0, ["A"]), ran.log
    again = runner.github(GITHUB / "apply.yml", "plan", {})
    assert again.outputs["steps.plan.outputs.code"] == "0"


def test_an_exchanged_plan_is_refused_and_a_stale_one_says_to_run_the_workflow_again(runner: Runner) -> None:
    digest = planned(runner)
    assert (applied(runner, f"sha256:{'0' * 64}").code, names(runner)) == (9, [])
    write(runner.folder, rule("b", "B"))
    ran = applied(runner, digest)
    assert (ran.code, "::error title=Mailform::The plan is stale" in ran.log) == (8, True)
    assert names(runner) == []


def test_an_apply_that_waits_is_a_warning(runner: Runner) -> None:
    write(runner.folder, '[accepted_domain.c]\ndomain = "contoso.com"\n')
    runner.environment["MAILFORM_SANDBOX_DNS"] = "wait"
    ran = applied(runner, planned(runner))
    assert ran.code == 0, ran.log
    assert ran.log.splitlines()[-1].startswith("::warning title=Mailform::Applied, but something waits")


def test_a_name_gives_github_s_log_no_commands(runner: Runner) -> None:
    """A pull request may name a file as it likes, and `fmt --check` names the files that it would change."""
    write(runner.folder, rule("a", "A"))
    (runner.folder / f"{EVIL}.mailform.toml").write_text("[locals]\nx=1\n")
    ran = runner.github(GITHUB / "plan.yml", "plan", {"github.event.pull_request.number": "7"})
    assert ran.code == 1
    assert "owned" in ran.log
    assert "::" not in ran.log
    assert "##" not in ran.log


def test_drift_is_told_in_one_issue_which_is_closed_in_the_end(runner: Runner) -> None:
    mailform(runner, "apply", "--auto-approve", "-q")

    def night() -> list[tuple[str, str]]:
        ran = runner.github(GITHUB / "drift.yml", "drift", {})
        assert ran.code == 0, ran.log
        return [(one["state"], one["title"]) for one in runner.things]

    assert night() == []
    tenant(runner).run("Set-TransportRule", {"Identity": "A", "PrependSubject": "[one] "})
    assert night() == [("open", "Mail flow was changed by hand")]
    tenant(runner).run("Set-TransportRule", {"Identity": "A", "PrependSubject": "[two] "})
    assert night() == [("open", "Mail flow was changed by hand")]
    assert "[two]" in runner.things[0]["body"]
    mailform(runner, "apply", "--auto-approve", "-q")
    assert night() == [("closed", "Mail flow was changed by hand")]


# Azure Pipelines


def steps(stage: str) -> list[object]:
    found = next(one for one in read(AZURE)["stages"] if one["stage"] == stage)["jobs"][0]
    listed: list[object] = found["steps"] if "steps" in found else found["strategy"]["runOnce"]["deploy"]["steps"]
    return listed


def deployed(runner: Runner, digest: str) -> Ran:
    (runner.stage / "plan").mkdir(exist_ok=True)
    (runner.folder / "change.mfplan").replace(runner.stage / "plan" / "change.mfplan")
    return runner.azure(steps("Apply"), {"digest": digest})


def test_azure_plans_and_applies_what_was_planned(runner: Runner) -> None:
    for command, format in (("plan", "markdown"), ("validate", "junit")):
        require_format(command, format)
    plan = runner.azure(steps("Plan"), {})
    assert (plan.code, plan.outputs["code"]) == (0, "2"), plan.log
    assert (runner.folder / "validate.xml").read_text().startswith("<?xml")
    ran = deployed(runner, plan.outputs["digest"])
    assert (ran.code, names(runner)) == (0, ["A"]), ran.log


def test_azure_refuses_another_plan_and_a_stale_one(runner: Runner) -> None:
    digest = planned(runner)
    assert deployed(runner, f"sha256:{'0' * 64}").code == 9
    write(runner.folder, rule("b", "B"))
    (runner.stage / "plan" / "change.mfplan").replace(runner.folder / "change.mfplan")
    ran = deployed(runner, digest)
    assert (ran.code, "##vso[task.logissue type=error]The plan is stale" in ran.log) == (8, True)


def test_a_name_gives_azure_s_log_no_commands(runner: Runner) -> None:
    write(runner.folder, rule("a", "A").replace('"A"', f'"{EVIL}"'))
    mailform(runner, "apply", "--auto-approve", "-q")
    tenant(runner).run("Set-TransportRule", {"Identity": EVIL, "PrependSubject": EVIL[:40]})
    ran = runner.azure(steps("Drift"), {})
    assert ran.code == 2, ran.log
    assert "owned" in ran.log
    assert "##" not in ran.log


# GitLab CI


def test_gitlab_applies_a_plan_that_its_own_pipeline_signed_and_no_other(runner: Runner) -> None:
    openssl = program("openssl")
    for words in ("genpkey -algorithm ed25519 -out signing.pem", "pkey -in signing.pem -pubout -out checking.pem"):
        subprocess.run([openssl, *words.split()], cwd=runner.stage, check=True, capture_output=True)
    jobs = read(GITLAB)
    signing = {"PLAN_SIGNING_KEY": str(runner.stage / "signing.pem")}
    checking = {"PLAN_CHECKING_KEY": str(runner.stage / "checking.pem")}
    planned(runner)
    assert runner.gitlab(jobs["apply"], checking).code == 9, "nobody signed it"
    assert runner.gitlab(jobs["plan what was merged"], {"PLAN_SIGNING_KEY": ""}).code == 1, "the key got lost"
    assert runner.gitlab(jobs["plan what was merged"], signing).code == 0
    ran = runner.gitlab(jobs["apply"], checking)
    assert (ran.code, names(runner)) == (0, ["A"]), ran.log
    assert runner.gitlab(jobs["drift"], {}).code == 0


def test_gitlab_shows_the_figures_of_a_merge_request(runner: Runner) -> None:
    require_format("plan", "markdown")
    mailform(runner, "apply", "--auto-approve", "-q")
    write(runner.folder, rule("b", "B") + rule("c", "C"))
    ran = runner.gitlab(read(GITLAB)["plan"], {})
    assert ran.code == 0, ran.log
    assert json.loads((runner.folder / "figures.json").read_text()) == {"create": 2, "update": 0, "delete": 1}
