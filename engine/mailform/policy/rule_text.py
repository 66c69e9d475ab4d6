"""One rule of a policy file: its table, checked against the shape and against what the kinds have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from mailform.configuration.documents import Document
from mailform.configuration.findings import Findings, did_you_mean, escaped, listed, shown
from mailform.configuration.positions import Path
from mailform.policy.fitting import fits
from mailform.policy.rules import ACTIONS, Condition, Effect, Rule
from mailform.policy.shapes import TAKES, TESTS, RuleShape, TestShape
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Attribute, Kind

_WORDS = tuple(field.alias or name for name, field in RuleShape.model_fields.items())


def rule(file: Document, effect: Effect, name: str, findings: Findings) -> Rule | None:
    """The rule `[effect.name]`; None, and why among the findings, when it is none."""
    return _Reader(file, (effect.value, name), findings).rule(effect, name)


class _Reader:
    """Reads one rule. Only for gathering what is wrong with it."""

    def __init__(self, file: Document, path: Path, findings: Findings) -> None:
        self._file, self._path, self._findings = file, path, findings
        self._wrong = False

    def rule(self, effect: Effect, name: str) -> Rule | None:
        table: Any = self._file.data[effect.value]
        try:
            shape = RuleShape.model_validate(table[name])
        except ValidationError as error:
            self._misshapen(error, (), _WORDS, "a rule")
            return None
        kinds = self._kinds(shape)
        self._one_of(shape.action, ACTIONS, "action")
        made = Rule(
            name=name,
            effect=effect,
            message=shape.message,
            position=self._file.value(self._path),
            kinds=tuple(shape.kind),
            actions=tuple(shape.action),
            addresses=tuple(shape.address),
            exempt=tuple(shape.exempt),
            before=tuple(self._conditions("before", shape.before, kinds)),
            after=tuple(self._conditions("after", shape.after, kinds)),
            changed=tuple(shape.changed),
        )
        for index, changed in enumerate(shape.changed):
            self._attributes(changed, kinds, self._inner("changed", table[name]["changed"], index))
        return None if self._wrong else made

    def _kinds(self, shape: RuleShape) -> tuple[Kind, ...]:
        self._one_of(shape.kind, tuple(KINDS), "kind")
        return tuple(KINDS[name] for name in shape.kind or KINDS if name in KINDS)

    def _one_of(self, words: list[str], known: tuple[str, ...], key: str) -> None:
        for index, word in enumerate(words):
            if word not in known:
                path = (key, index) if (*self._path, key, index) in self._file.spots else (key,)
                hint = did_you_mean(word, known, f"write {listed(known)}")
                self._error("unknown-value", f"there is no {key} {shown(word)}", path, hint)

    def _conditions(self, side: str, tables: Mapping[str, object], kinds: tuple[Kind, ...]) -> Iterator[Condition]:
        for name, path, value in _flat(tables, (side,)):
            attributes = self._attributes(name, kinds, path)
            try:
                shape = TestShape.model_validate(value if isinstance(value, dict) else {"is": value})
            except ValidationError as error:
                self._misshapen(error, path, TESTS, "a test")
                continue
            tests = shape.read()
            if not tests:
                self._error(
                    "missing-attribute", f"`{name}` is tested for nothing", path, f"write one of {listed(TESTS)}"
                )
            for attribute in attributes:
                for complaint in (fits(attribute, test) for test in tests):
                    if complaint is not None:
                        self._error("wrong-type", f"`{name}` {complaint.message}", path, complaint.hint)
            yield Condition(name, tests)

    def _attributes(self, name: str, kinds: tuple[Kind, ...], path: Path) -> tuple[Attribute | None, ...]:
        """The attribute in each of the kinds (None for a section); mistakes where one hasn't got it."""
        found: list[Attribute | None] = []
        for kind in kinds:
            attribute = kind.attributes.get(name)
            if attribute is not None and attribute.refused is None:
                found.append(attribute)
            elif name in kind.sections:
                found.append(None)
            else:
                known = [*(one.name for one in kind.writable), *kind.sections]
                hint = did_you_mean(name, known, "see the reference of attributes; `kind` says which kinds are meant")
                self._error("unknown-attribute", f"`{kind.name}` has no attribute `{escaped(name)}`", path, hint)
                break
        return tuple(found)

    def _misshapen(self, error: ValidationError, inside: Path, words: tuple[str, ...], what: str) -> None:
        told: set[str] = set()
        for found in error.errors(include_url=False, include_context=False):
            word = str(found["loc"][0]) if found["loc"] else ""
            if word in told:  # pydantic tries every type that a word may take, and complains of each
                continue
            told.add(word)
            path = (*inside, word) if word else inside
            if found["type"] == "extra_forbidden":
                hint = did_you_mean(word, words, f"it takes {listed(words)}")
                self._error("unknown-attribute", f"{what} has no `{escaped(word)}`", path, hint)
            elif found["type"] == "missing":
                self._error("missing-attribute", f"{what} needs a `{word}`", (), f"add `{word} = …`: why it speaks up")
            else:
                takes = TAKES.get(word, "a text, or a list of texts") if word else "a table"
                self._error("wrong-type", f"{f'`{word}`' if word else what} has to be {takes}", path, f"write {takes}")

    def _inner(self, key: str, written: object, index: int) -> Path:
        return (key, index) if isinstance(written, list) else (key,)

    def _error(self, code: str, message: str, inside: Path, hint: str) -> None:
        self._wrong = True
        path = (*self._path, *inside)
        place = self._file.key(path) if code == "unknown-attribute" else self._file.value(path)
        self._findings.error(code, message, place, hint)


def _flat(tables: Mapping[str, object], path: Path) -> Iterator[tuple[str, Path, object]]:
    """Attributes by their full names, however they are written: `after.actions.copy_to` and `after."actions.copy_to"`
    are one. `conditions = { empty = true }` is about the section itself."""
    sections = {section for kind in KINDS.values() for section in kind.sections}
    for name, value in tables.items():
        if name in sections and isinstance(value, dict) and set(value) != {"empty"}:
            yield from ((f"{name}.{inner}", (*path, name, inner), held) for inner, held in value.items())
        else:
            yield name, (*path, name), value
