from __future__ import annotations

from pathlib import Path

import pytest

from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.diagnostics import Mistakes
from mailform_state.values import Value
from writing import TENANT, codes, configured, mistakes, only

HOST = '[variables.host]\ntype = "string"\n[outputs.host]\nvalue = "${var.host}"\n'


def value(type: str, assignment: str) -> Value:
    text = f'[variables.v]\ntype = "{type}"\n'
    return configured(text, f"v={assignment}").variables["v"]


def test_the_command_line_is_stronger_than_a_file_and_a_file_than_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "values.toml"
    file.write_text('host = "file"\n')
    source = {"mailform.toml": (TENANT + '[variables.host]\ndefault = "default"\n').encode()}
    environment = {"MAILFORM_VAR_host": "environment", "MAILFORM_VAR_other": "x"}

    def host(inputs: VariableInputs) -> Value:
        return parse(source, inputs).variables["host"]

    assert host(VariableInputs(("host=line", "host=last"), (file,), environment)) == "last"
    assert host(VariableInputs((), (file,), environment)) == "file"
    assert host(VariableInputs((), (), environment)) == "environment"
    assert host(VariableInputs()) == "default"


def test_strings_are_raw_and_other_types_are_toml() -> None:
    assert value("string", '"${var.x}" = $${') == '"${var.x}" = $${'
    assert value("number", "3.5") == 3.5
    assert value("bool", "true") is True
    assert value("list", '["a", ["b"]]') == ("a", ("b",))
    assert value("map", "{ a = 1979-05-27T07:32:00+02:00 }") == {"a": "1979-05-27T05:32:00Z"}


@pytest.mark.parametrize(
    ("type", "given"),
    [("number", "x"), ("number", "true"), ("bool", "1"), ("list", '"a"'), ("map", "[]"), ("number", "1\nother = 2")],
)
def test_a_value_of_another_type_is_a_mistake(type: str, given: str) -> None:
    assert only(mistakes(f'[variables.v]\ntype = "{type}"\n', f"v={given}")).code == "wrong-type"


def test_an_undeclared_assignment_is_a_mistake_and_in_a_file_a_warning(tmp_path: Path) -> None:
    assert only(mistakes("", "typo=1")).code == "undeclared-variable"
    file = tmp_path / "values.toml"
    file.write_text("a = 1\ntypo = 1\n")
    warnings = parse({"mailform.toml": TENANT.encode()}, VariableInputs(files=(file,))).warnings
    assert [str(found.position) for found in warnings] == [f"{file}:1:1", f"{file}:2:1"]


def test_a_var_file_that_is_missing_or_no_toml_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("a = ")
    with pytest.raises(Mistakes) as raised:
        parse({"m": TENANT.encode()}, VariableInputs(files=(tmp_path / "none.toml", tmp_path / "bad.toml")))
    assert codes(raised.value.diagnostics) == ["invalid-toml", "unreadable"]


def test_a_variable_without_a_value_names_the_flag_that_gives_it() -> None:
    found = only(mistakes(HOST))
    assert found.code == "missing-variable"
    assert "--var host=" in found.hint


def test_a_default_cannot_refer_to_anything_but_may_have_a_literal_mark() -> None:
    assert only(mistakes('[variables.v]\ndefault = "${var.x}"\n')).code == "bad-value"
    assert configured('[variables.v]\ndefault = "$${x}"\n').variables["v"] == "${x}"


@pytest.mark.parametrize(
    ("type", "rule", "good", "bad"),
    [
        ("string", 'pattern = "[a-z]+"', "abc", "abc1"),
        ("string", 'one_of = ["a", "b"]', "a", "c"),
        ("string", "max = 3", "abc", "abcd"),
        ("number", "min = 1, max = 5", "5", "6"),
        ("list", 'pattern = "[a-z]"', '["a"]', '["a", "1"]'),
        ("list", "min = 1", '["a"]', "[]"),
    ],
)
def test_validation_takes_what_keeps_its_rules_only(type: str, rule: str, good: str, bad: str) -> None:
    text = f'[variables.v]\ntype = "{type}"\nvalidation = {{ {rule}, message = "say it so" }}\n'
    configured(text, f"v={good}")
    found = only(mistakes(text, f"v={bad}"))
    assert (found.code, found.hint) == ("invalid-value", "say it so")


def test_a_pattern_that_is_none_is_a_mistake_at_the_pattern() -> None:
    found = only(mistakes('[variables.v]\ndefault = ""\nvalidation = { pattern = "(" }\n'))
    assert found.code == "bad-pattern"
    assert found.position is not None
    assert found.position.line == 5


SECRET = "[variables.secret]\nsensitive = true\n"


def test_what_is_sensitive_infects_all_that_it_goes_into() -> None:
    found = configured(
        SECRET
        + """
[locals]
text = "x ${var.secret}"
[outbound_connector.a]
name = "a"
comment = "${local.text}"
[outbound_connector.b]
name = "b"
comment = "see ${outbound_connector.a.comment}"
[outbound_connector.c]
name = "${outbound_connector.a.name} c"
comment = "${outbound_connector.b.comment}"
""",
        "secret=hidden",
    )
    sensitive = {address.name: resource.sensitive for address, resource in found.resources.items()}
    assert sensitive == {"a": {"comment"}, "b": {"comment"}, "c": {"comment"}}
    assert found.sensitive_variables == {"secret"}


@pytest.mark.parametrize("value", ["${var.secret}", "${local.copy}", "${outbound_connector.a.comment}"])
def test_an_output_of_something_sensitive_has_to_say_so(value: str) -> None:
    text = SECRET + '[locals]\ncopy = "${var.secret}"\n[outbound_connector.a]\nname = "a"\ncomment = "${var.secret}"\n'
    text += f'[outputs.o]\nvalue = "${{{value[2:-1]}}}"\n'
    assert only(mistakes(text, "secret=x")).code == "sensitive-output"
    assert configured(text + "sensitive = true\n", "secret=x").outputs["o"].sensitive


@pytest.mark.parametrize(
    "block",
    [
        '[outbound_connector.a]\nname = "a"\nconnector_type = "${var.secret}"\n',
        '[outbound_connector.a]\nname = "${var.secret}${var.secret}${var.secret}"\n',
        '[accepted_domain.a]\ndomain = "${var.secret}"\n',
        '[inbound_connector.a]\nname = "a"\nsender_domains = ["*"]\nsender_ip_addresses = ["${var.secret}"]\n',
        '[outbound_connector.a]\nname = "a"\nenabled = "${var.secret}"\n',
    ],
)
def test_no_message_shows_a_sensitive_value(block: str) -> None:
    secret = "geheim geheim geheim geheim"
    found = mistakes(SECRET + block, f"secret={secret}")
    assert not any(secret in f"{one.message} {one.hint}" for one in found)


def test_a_sensitive_value_of_the_wrong_type_is_not_shown() -> None:
    text = '[variables.v]\ntype = "number"\nsensitive = true\nvalidation = { max = 3 }\n'
    assert "1234" not in str(mistakes(text, "v=1234"))
    assert "geheim" not in str(mistakes(text, "v='geheim'"))
