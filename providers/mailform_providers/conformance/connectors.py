"""What holds of connectors, and with them of every object that has a name and a GUID."""

from __future__ import annotations

from mailform_providers.conformance.check import Bench, Check, check, done, expect, rejected
from mailform_providers.kinds import INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, TRANSPORT_RULE

_KINDS = (OUTBOUND_CONNECTOR, INBOUND_CONNECTOR, TRANSPORT_RULE)
_NOBODY = "00000000-0000-4000-8000-00000000dead"


def what_is_made_is_read_back(bench: Bench) -> None:
    for kind in _KINDS:
        name = bench.name()
        made = bench.make(kind, name=name)
        seen = bench.see(kind, made.id)
        expect(seen.name == name == seen.attributes["name"], f"{kind} came back as {seen.name!r}")
        expect(made.object is not None and made.object.id == made.id, f"creating {kind} doesn't answer with it")


def what_is_not_there_is_none_and_no_error(bench: Bench) -> None:
    for kind in _KINDS:
        expect(bench.provider.find(kind, _NOBODY) is None, f"{kind} {_NOBODY} was found")


def writing_what_is_not_there_is_refused_as_missing(bench: Bench) -> None:
    for kind in _KINDS:
        expect(rejected(bench.provider.delete(kind, _NOBODY)).missing, f"deleting no {kind} isn't missing")
        expect(
            rejected(bench.provider.update(kind, _NOBODY, {"name": "x"})).missing, f"updating no {kind} isn't missing"
        )


def what_is_deleted_is_gone(bench: Bench) -> None:
    for kind in _KINDS:
        made = bench.make(kind)
        done(bench.provider.delete(kind, made.id))
        expect(bench.provider.find(kind, made.id) is None, f"a deleted {kind} is still there")
        expect(rejected(bench.provider.delete(kind, made.id)).missing, f"a deleted {kind} is deleted twice")


def a_name_is_taken_once_whatever_its_case(bench: Bench) -> None:
    for kind in _KINDS:
        made = bench.make(kind)
        name = bench.see(kind, made.id).name
        before = len(bench.provider.read(kind).objects)
        least = bench.see(kind, made.id).attributes
        copy = {
            key: value for key, value in least.items() if value not in (None, "", ()) and _writable(bench, kind, key)
        }
        refused = rejected(bench.provider.create(kind, {**copy, "name": name.upper()}))
        expect(not refused.missing, "a name that is taken is said to be missing")
        expect(len(bench.provider.read(kind).objects) == before, f"a second {kind} of one name was made")


def _writable(bench: Bench, kind: str, name: str) -> bool:
    return bench.provider.kinds[kind].attributes[name].create


def a_rename_keeps_the_object(bench: Bench) -> None:
    for kind in _KINDS:
        made, name = bench.make(kind), bench.name()
        done(bench.provider.update(kind, made.id, {"name": name}))
        expect(bench.see(kind, made.id).name == name, f"a renamed {kind} has its old name")


def an_update_writes_what_is_given_and_nothing_else(bench: Bench) -> None:
    for kind, name in ((OUTBOUND_CONNECTOR, "comment"), (INBOUND_CONNECTOR, "comment"), (TRANSPORT_RULE, "comments")):
        made = bench.make(kind)
        before = bench.see(kind, made.id).attributes
        done(bench.provider.update(kind, made.id, {name: "Grüße – 你好\r\nsecond line"}))
        after = bench.see(kind, made.id).attributes
        expect(after[name] == "Grüße – 你好\r\nsecond line", f"{kind}.{name} came back as {after[name]!r}")
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        expect(changed == {name}, f"writing {name} of {kind} changed {sorted(changed)}")


def an_update_that_changes_nothing_is_done(bench: Bench) -> None:
    for kind in _KINDS:
        made = bench.make(kind)
        done(bench.provider.update(kind, made.id, {"name": bench.see(kind, made.id).name}))


def connectors_are_switched_off_and_on(bench: Bench) -> None:
    for kind in (OUTBOUND_CONNECTOR, INBOUND_CONNECTOR):
        made = bench.make(kind, enabled=True)
        for wanted in (False, True):
            done(bench.provider.update(kind, made.id, {"enabled": wanted}))
            expect(bench.see(kind, made.id).attributes["enabled"] is wanted, f"{kind} isn't switched")


def a_connector_in_test_mode_is_not_hidden(bench: Bench) -> None:
    made = bench.make(OUTBOUND_CONNECTOR, test_mode=True)
    expect(bench.see(OUTBOUND_CONNECTOR, made.id).attributes["test_mode"] is True, "test_mode came back otherwise")


CONNECTORS: tuple[Check, ...] = tuple(
    map(
        check,
        (
            what_is_made_is_read_back,
            what_is_not_there_is_none_and_no_error,
            writing_what_is_not_there_is_refused_as_missing,
            what_is_deleted_is_gone,
            a_name_is_taken_once_whatever_its_case,
            a_rename_keeps_the_object,
            an_update_writes_what_is_given_and_nothing_else,
            an_update_that_changes_nothing_is_done,
            connectors_are_switched_off_and_on,
            a_connector_in_test_mode_is_not_hidden,
        ),
    )
)
