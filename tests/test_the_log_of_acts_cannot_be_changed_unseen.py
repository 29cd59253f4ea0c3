"""Would anybody notice if an act were edited, deleted, moved or cut off, and does a kill between two writes heal?"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from acts_example import ANA, OREGON, copy_of, cte, log_lines, office_of
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_example import Example

from pipelines.acts import log
from pipelines.acts.chain import faults_of_log
from pipelines.acts.log import COPY, MARK, Act, hash_of
from pipelines.acts.office import Office, log_act, one_act
from pipelines.configuration import ConfigurationError
from pipelines.warehouse import open_in_memory, open_warehouse


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home with three acts in its log."""
    made = Example(tmp_path_factory.mktemp("first"))
    with open_warehouse(made.home):
        pass
    with office_of(made) as office:
        for number in range(3):
            _log(office, f"Statement {number}")
    return made


@pytest.fixture
def example(first: Example, tmp_path: Path) -> Example:
    return copy_of(first, tmp_path)


def test_acts_are_listed_with_the_hash_to_be_written_down_elsewhere(example: Example) -> None:
    done = cte(example, "acts", "--verify")
    assert done.exit_code == 0, done.output
    assert "3 acts, the last has the hash " + _acts(example)[-1].act_sha256 in done.output
    assert "the log is whole" in done.output
    assert "Statement 1" in done.output
    assert "Statement 1" not in cte(example, "acts", "--grantee", "udc").output
    unknown = cte(example, "acts", "--grantee", "oregn")
    assert unknown.exit_code == 2, "of a grantee that is misspelled an empty list would say that nothing was decided"
    assert (example.home / COPY).stat().st_mode & 0o777 == 0o600


def test_the_chain_can_be_checked_by_others_with_json_and_sha_256_alone(example: Example) -> None:
    import hashlib

    previous = "0" * 64
    for line in log_lines(example):
        content = json.loads(line)
        bears = content.pop("act_sha256")
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert bears == hashlib.sha256(text.encode()).hexdigest()
        assert content["previous_sha256"] == previous
        previous = bears


def _edit(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b"Statement 1", b"Statement 9"), lines[2]]


def _edit_with_its_own_hash(lines: list[bytes]) -> list[bytes]:
    act = replace(Act(**json.loads(lines[1])), statement="Statement 9")
    return [lines[0], log.line_of(replace(act, act_sha256=hash_of(act))), lines[2]]


CHANGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "edited": (_edit, "line 2: act 2 was edited"),
    "edited, its hash made anew": (_edit_with_its_own_hash, "line 3: act 3 does not follow"),
    "the middle deleted": (lambda lines: [lines[0], lines[2]], "line 2: act 3 does not follow act 1"),
    "reordered": (lambda lines: [lines[0], lines[2], lines[1]], "line 2: act 3 does not follow"),
    "the end cut": (lambda lines: lines[:2], f"{COPY}: ends with act 2, the warehouse with act 3"),
    "cut within a line": (lambda lines: [*lines[:2], lines[2][:-40]], f"{COPY}, line 3: breaks off"),
    "all gone": (lambda _: [], f"{COPY}: ends with act 0"),
    "no JSON": (lambda lines: [lines[0], b"{]\n", lines[2]], "line 2: no act can be read"),
    "a field more": (lambda lines: [lines[0], lines[1].replace(b"{", b'{"a":1,', 1), lines[2]], "line 2: no act"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_copy_is_told_with_its_place_and_no_act_is_taken_before_it_is_mended(
    example: Example, change: str
) -> None:
    how, told = CHANGES[change]
    (example.home / COPY).write_bytes(b"".join(how(log_lines(example))))
    done = cte(example, "acts", "--verify")
    assert (done.exit_code, told in done.output) == (1, True), done.output
    with pytest.raises(ConfigurationError, match="not whole"):
        _act(example, "One more")
    assert len(_acts(example)) == 3


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update quality.act set person_name = 'Eve' where act_number = 2", "quality.act, row 2: act 2 was edited"),
        ("delete from quality.act where act_number = 2", "quality.act, row 2: act 3 does not follow act 1"),
        ("delete from quality.act where act_number = 3", "quality.act: ends with act 2, acts.jsonl with act 3"),
        ("insert into quality.act select * from quality.act where act_number = 1", "quality.act, row 2: act 1 does"),
    ],
    ids=["edited", "the middle deleted", "the end cut", "one twice"],
)
def test_a_change_of_the_warehouse_is_told_with_its_place(example: Example, statement: str, told: str) -> None:
    with example.warehouse() as connection:
        connection.execute(statement)
    done = cte(example, "acts", "--verify")
    assert (done.exit_code, told in done.output) == (1, True), done.output


def test_a_log_written_anew_in_one_place_disagrees_with_the_other(example: Example) -> None:
    acts = [replace(act, statement="All well") for act in _acts(example)]
    previous = log.NOTHING_BEFORE
    lines = []
    for act in acts:
        chained = replace(act, previous_sha256=previous)
        chained = replace(chained, act_sha256=hash_of(chained))
        previous = chained.act_sha256
        lines.append(log.line_of(chained))
    (example.home / COPY).write_bytes(b"".join(lines))
    assert "act 1 is another" in cte(example, "acts", "--verify").output


_KILL = """
import os, signal, sys
from pathlib import Path
from pipelines.acts import log, office
from pipelines.acts.people import Person

def die(*_): os.kill(os.getpid(), signal.SIGKILL)

def half(path, at, line):
    with path.open("ab") as file:
        file.write(line[: len(line) // 2])
    die()

where = sys.argv[2]
if where == "before the commit":
    insert = log.append
    office.append = lambda *a: (insert(*a), die())
elif where == "before the copy":
    log._append_line = die
elif where == "within the copy":
    log._append_line = half
else:
    Path.unlink = lambda path, **_: die() if path.name == log.MARK else None
with office.open_office(Path(sys.argv[1])) as place, office.one_act(place):
    office.log_act(place, "accept", office.Subject("oregon", "2023-24"), Person("Ana", "steward", "Killed"))
"""


@pytest.mark.parametrize(
    ("where", "count"),
    [("before the commit", 3), ("before the copy", 4), ("within the copy", 4), ("before the mark goes", 4)],
)
def test_a_command_killed_between_its_two_writes_is_healed_by_the_next_and_mistaken_for_nothing(
    example: Example, where: str, count: int
) -> None:
    done = subprocess.run([sys.executable, "-c", _KILL, str(example.home), where], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with example.warehouse() as connection:
        assert faults_of_log(connection, example.home) == []
    _act(example, "After the kill")
    acts = _acts(example)
    assert len(acts) == count + 1
    assert [log.line_of(act) for act in acts] == log_lines(example)
    assert not (example.home / MARK).exists()


def test_a_mark_that_names_another_act_does_not_hide_that_the_copy_was_cut(example: Example) -> None:
    (example.home / COPY).write_bytes(b"".join(log_lines(example)[:2]))
    (example.home / MARK).write_text("f" * 64)
    with example.warehouse() as connection:
        assert faults_of_log(connection, example.home) != []


@pytest.fixture(scope="module")
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_in_memory()
    yield connection
    connection.close()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=4), st.data())
def test_whatever_is_stated_the_chain_holds_and_any_other_text_breaks_it(
    memory: duckdb.DuckDBPyConnection,
    tmp_path_factory: pytest.TempPathFactory,
    statements: list[str],
    data: st.DataObject,
) -> None:
    home = tmp_path_factory.mktemp("home")
    memory.execute("delete from quality.act")
    template = Act(0, "accept", "oregon", None, None, "Ana", "steward", "", "root (0)", "2024", "", "{}")
    for statement in statements:
        log.append(memory, home, replace(template, statement=statement))
        log.copy(memory, home)
    assert faults_of_log(memory, home) == []
    if statements:
        place = data.draw(st.integers(1, len(statements)))
        memory.execute("update quality.act set statement = statement || 'x' where act_number = ?", [place])
        assert f"row {place}" in faults_of_log(memory, home)[0]


def _act(example: Example, statement: str) -> None:
    with office_of(example) as office:
        _log(office, statement)


def _log(office: Office, statement: str) -> None:
    with one_act(office):
        log_act(office, "accept", OREGON, replace(ANA, statement=statement))


def _acts(example: Example) -> list[Act]:
    with example.warehouse() as connection:
        return log.acts_of(connection)
