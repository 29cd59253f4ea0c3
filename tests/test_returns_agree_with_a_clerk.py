"""Do returns, ages, histories and the first page's counts agree with a clerk who keeps the book by hand?"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from returns_clerk import (
    AGENCY,
    FILE,
    IN_FORCE,
    OWN,
    REFUSED,
    REFUSED_BY_A_PERSON,
    REPLACED,
    SHARED,
    Clerk,
    File,
    Finding,
    Morning,
    Return,
    since,
)
from returns_example import ADA, BEN, GRANTEE, YEAR, read_csv

from pipelines.desk.desk import Desk
from pipelines.desk.directory import directory_of
from pipelines.desk.ending import ending
from pipelines.desk.tally import tallies, total
from pipelines.models import all_models, build
from pipelines.returns.write import write_returns
from pipelines.scorecard.card import Run
from pipelines.warehouse import insert_rows, open_in_memory

EXAMPLES = 6  # by hand: hundreds
OTHER_YEAR, NO_CODE = "2022-23", "812120001"
FALL, SPRING, LAST_YEAR = (YEAR, "fa.csv"), (YEAR, "sp.csv"), (OTHER_YEAR, "fa.csv")
SLOTS = (FALL, SPRING, LAST_YEAR)
RULES = {OWN: "student_sex_readable", SHARED: "student_sex_same_everywhere", FILE: "line_field_count"}
TABLES = {OWN: "core.student", SHARED: "core.student", FILE: "quality.received_line"}
VIEWS = ("quality.finding_age", "quality.institution_history")
EMPTIED = ("core.institution", "core.student", "quality.submission", "quality.finding", "quality.told")
# What counts as an explanation is no matter of returns: here it is said.
TOLD = """
    create table quality.told (grantee_id varchar, finding_id varchar, institution_id varchar, program_year varchar,
        explanation varchar, submission_id varchar, received_at timestamp);
    create view quality.finding_explanation as select * from quality.told;
"""
FIRST_NIGHT = datetime(2024, 8, 1, 9)  # noqa: DTZ001


@dataclass(frozen=True)
class Fault:
    """Something that may be wrong: where its record is, in which of two files if it moves, or in a refused one."""

    kind: str
    college: str | None
    slots: tuple[tuple[str, str], ...] = (FALL,)
    is_of_refused: bool = False


FAULTS = (
    Fault(OWN, ADA), Fault(OWN, ADA, (FALL, SPRING)), Fault(OWN, BEN), Fault(OWN, NO_CODE), Fault(OWN, None),
    Fault(SHARED, ADA), Fault(FILE, None), Fault(FILE, None, is_of_refused=True), Fault(OWN, ADA, (SPRING,)),
    Fault(OWN, ADA, (LAST_YEAR,)), Fault(FILE, None, (LAST_YEAR,)),
)  # fmt: skip
IDS = tuple(f"f{number:019}" for number in range(len(FAULTS)))
STEPS = ("nothing", "nothing", "send", "send", "send one college", "send unreadable", "refuse", "go back")


@dataclass(frozen=True)
class Night:
    """What happens before a night and what it finds; ``failing`` are numbers of faults, ``moved`` where they lie."""

    steps: tuple[str, ...]
    failing: frozenset[int]
    moved: bool
    broken: frozenset[str]
    years: tuple[str, ...]
    listed: tuple[str, ...]
    explained: frozenset[int]


NIGHTS = st.lists(
    st.builds(
        Night,
        st.tuples(*(st.sampled_from(STEPS) for _ in SLOTS)),
        st.frozensets(st.integers(0, len(FAULTS) - 1)),
        st.booleans(),
        st.sampled_from([frozenset()] * 4 + [frozenset({rule}) for rule in RULES.values()]),
        st.sampled_from([(YEAR, OTHER_YEAR)] * 4 + [(YEAR,), (OTHER_YEAR,)]),
        st.sampled_from([(ADA, BEN)] * 4 + [(ADA,), (BEN,)]),
        st.frozensets(st.integers(0, len(FAULTS) - 1), max_size=1),
    ),
    min_size=2,
    max_size=5,
)


@dataclass
class Life:
    """A finding in the ledger."""

    state: str
    change: str
    first: str
    last: str
    file: File


@dataclass
class World:
    """Files, findings and explanations as intake and judgement would leave them, and the warehouse that holds them."""

    home: Path
    connection: duckdb.DuckDBPyConnection
    files: dict[tuple[str, str], list[File]] = field(default_factory=lambda: {slot: [] for slot in SLOTS})
    lives: dict[int, Life] = field(default_factory=dict)
    explained: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    runs: dict[str, datetime] = field(default_factory=dict)
    looks: dict[tuple[str, str], list[tuple[str, frozenset[int]]]] = field(default_factory=dict)
    sent: int = 0

    def begin(self, night: Night) -> str:
        """Let everything happen up to the judgement, write it into the warehouse, and return the run."""
        run_id = f"run-{len(self.runs):02}"
        self.runs[run_id] = FIRST_NIGHT + timedelta(days=3 * len(self.runs))
        for slot, step in zip(SLOTS, night.steps, strict=True):
            self._step(slot, step if self.files[slot] else "send")
        for number in night.explained & {*self.lives}:
            self.explained[number] = (f"It is so, says {run_id}", self.runs[run_id])
        self._judge(run_id, night)
        self._write(run_id, night)
        return run_id

    def _step(self, slot: tuple[str, str], step: str) -> None:
        files = self.files[slot]
        if step.startswith("send"):
            self.sent += 1
            is_read = step != "send unreadable"
            colleges = {"send": (ADA, BEN), "send one college": (ADA,)}.get(step, ())
            if is_read:
                self._become(slot, (IN_FORCE, REFUSED), REPLACED)
            files.append(File(f"{self.sent:012}-{slot[1]}", slot, IN_FORCE if is_read else REFUSED, colleges))
        elif step in ("refuse", "go back"):
            readable = [file for file in files if file.state == REPLACED and file.colleges]
            is_back = step == "go back" and readable
            if step == "refuse" or is_back:
                self._become(slot, (IN_FORCE,), REPLACED if is_back else REFUSED_BY_A_PERSON)
                for file in readable[-1:]:
                    files[files.index(file)] = replace(file, state=IN_FORCE)

    def _become(self, slot: tuple[str, str], states: tuple[str, ...], state: str) -> None:
        self.files[slot][:] = [replace(f, state=state) if f.state in states else f for f in self.files[slot]]

    def _judge(self, run_id: str, night: Night) -> None:
        for kind, rule_id in RULES.items():
            for year in night.years:
                if rule_id not in night.broken:
                    self._look(run_id, kind, rule_id, year, night)

    def _look(self, run_id: str, kind: str, rule_id: str, year: str, night: Night) -> None:
        found: dict[int, File] = {}
        for number in night.failing:
            fault = FAULTS[number]
            slot = fault.slots[night.moved % len(fault.slots)]
            wanted = REFUSED if fault.is_of_refused else IN_FORCE
            files = [file for file in self.files[slot] if file.state == wanted]
            if fault.kind == kind and slot[0] == year and files:
                found[number] = files[0]
        for number, file in found.items():
            life = self.lives.get(number)
            change = "new" if life is None else "still_open" if life.state == "open" else "came_back"
            self.lives[number] = Life("open", change, life.first if life else run_id, run_id, file)
        for number, life in self.lives.items():
            of = FAULTS[number]
            if of.kind == kind and of.slots[0][0] == year and number not in found and life.state == "open":
                life.state = life.change = "fixed"
        self.looks.setdefault((rule_id, year), []).append((run_id, frozenset(found)))

    def _write(self, run_id: str, night: Night) -> None:
        for table in EMPTIED:
            self.connection.execute(f"delete from {table}")
        self._add("quality.run", [{"run_id": run_id, "started_at": self.runs[run_id], "is_sample": True,
                                   "exit_code": 0, "kind": "nightly", "rule_book_version": "1",
                                   "finished_at": self.runs[run_id] + timedelta(hours=1)}])  # fmt: skip
        self._add("core.institution", [{"institution_id": one, "institution_name": one, "program_year": YEAR}
                                       for one in night.listed])  # fmt: skip
        files = [file for slot in SLOTS for file in self.files[slot]]
        status = {IN_FORCE: "read", REFUSED: "refused", REFUSED_BY_A_PERSON: "refused", REPLACED: "superseded"}
        self._add("quality.submission", [
            {"submission_id": file.submission_id, "program_year": file.slot[0], "file_name": file.slot[1],
             "slot": file.slot[1], "sha256": "ab" * 32, "table_name": "student", "status": status[file.state],
             "decision": "refused" if file.state == REFUSED_BY_A_PERSON else None}
            for file in files
        ])  # fmt: skip
        self._add("core.student", [
            {"institution_id": college, "program_year": file.slot[0], "submission_id": file.submission_id,
             "student_id": f"pseudonym-{college}-{line}", "line_number": line}
            for file in files if file.state == IN_FORCE for line, college in enumerate(file.colleges, start=2)
        ])  # fmt: skip
        self._add("quality.finding", [self._finding(number, life) for number, life in self.lives.items()])
        self._add("quality.told", [
            {"finding_id": IDS[number], "institution_id": FAULTS[number].college, "explanation": text,
             "program_year": FAULTS[number].slots[0][0], "received_at": at}
            for number, (text, at) in self.explained.items()
        ])  # fmt: skip
        self._add("quality.rule_result", [*self._results(run_id, night)])

    def _finding(self, number: int, life: Life) -> dict[str, Any]:
        fault = FAULTS[number]
        return {
            "finding_id": IDS[number], "rule_id": RULES[fault.kind], "rule_version": 1, "severity": "warning",
            "institution_id": fault.college, "program_year": fault.slots[0][0], "is_waived": False,
            "submission_id": life.file.submission_id, "table_name": TABLES[fault.kind], "column_name": "sex",
            "file_name": life.file.slot[1], "line_number": number + 2, "value_masked": "?", "state": life.state,
            "change": life.change, "first_seen_run_id": life.first, "last_seen_run_id": life.last,
        }  # fmt: skip

    def _results(self, run_id: str, night: Night) -> Iterator[dict[str, Any]]:
        for kind, rule_id in RULES.items():
            for year in night.years:
                row = {"run_id": run_id, "rule_id": rule_id, "program_year": year, "severity": "warning"}
                if rule_id in night.broken:
                    yield {**row, "institution_id": None, "status": "error"}
                    continue
                failing = self.looks[rule_id, year][-1][1]
                codes = {ADA, BEN, *(FAULTS[number].college for number in failing)} if kind != FILE else set()
                for code in (AGENCY, *sorted(map(str, codes))):
                    of = [n for n in failing if code == AGENCY or str(FAULTS[n].college) == code]
                    name = None if code == AGENCY else "unknown" if code == "None" else code
                    yield {**row, "institution_id": name, "status": "failed" if of else "passed",
                           "failed_count": len(of), "population_count": 100}  # fmt: skip

    def _add(self, table: str, rows: list[dict[str, Any]]) -> None:
        for names in {tuple(row) for row in rows}:
            of = [(None if table == "quality.run" else GRANTEE, *row.values()) for row in rows if tuple(row) == names]
            columns = ("grantee_id", *names)
            if table == "quality.run":
                columns, of = names, [row[1:] for row in of]
            insert_rows(self.connection, f"{table} ({', '.join(columns)})", of)

    def open_ones(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(IDS[n], FAULTS[n].kind, RULES[FAULTS[n].kind], FAULTS[n].college, life.file.submission_id, n + 2)
            for n, life in self.lives.items() if life.state == "open"
        )  # fmt: skip

    def night(self, night: Night, clerk: Clerk) -> tuple[str, list[Return]]:
        run_id = self.begin(night)
        morning = Morning(
            run_id, night.years, tuple(file for slot in SLOTS for file in self.files[slot]), self.open_ones(),
            frozenset(IDS[n] for n, life in self.lives.items() if life.state == "fixed"),
            {IDS[n]: text for n, (text, _) in self.explained.items()}, night.listed,
        )  # fmt: skip
        written = clerk.night(morning)
        with patch("pipelines.returns.write.workbook_bytes", return_value=b""):
            write_returns(self.connection, self.home, run_id, [(GRANTEE, year) for year in night.years])
        return run_id, written


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_in_memory() as connection:
        connection.execute(TOLD)
        for model in all_models():
            if model.table in VIEWS:
                build(connection, model)
        yield connection


@contextmanager
def a_world(connection: duckdb.DuckDBPyConnection) -> Iterator[World]:
    for table in (*EMPTIED, "quality.run", "quality.rule_result", "quality.return_package",
                  "quality.returned_finding"):  # fmt: skip
        connection.execute(f"delete from {table}")
    with tempfile.TemporaryDirectory() as home:
        yield World(Path(home), connection)


def _returns(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select coalesce(institution_id, ''), submission_id, return_number, withheld_count, new_count, "
        "still_open_count, came_back_count, fixed_count, list(finding_id || ' ' || change order by finding_id) "
        "filter (where finding_id is not null) from quality.return_package left join quality.returned_finding "
        "using (return_id) where run_id = ? group by all order by all", [run_id],
    ).fetchall()  # fmt: skip


def _as_row(one: Return) -> tuple[Any, ...]:
    counts = [[*one.told.values()].count(change) for change in ("new", "still_open", "came_back", "fixed")]
    told = sorted(f"{finding} {change}" for finding, change in one.told.items())
    return (one.recipient, one.submission_id, one.number, one.withheld, *counts, told or None)


def _lying(home: Path) -> list[tuple[str, str, dict[str, str]]]:
    """Folder, file and what is told, of every package on the disk."""
    return sorted(
        (path.parent.name, path.stem.split("_")[-1], {row["Finding"]: row["Status since last return"] for row in
                                                      read_csv(path)})
        for path in (home / "returns").glob("*/*/*.csv")
    )  # fmt: skip


def _as_lying(clerk: Clerk) -> list[tuple[str, str, dict[str, str]]]:
    return sorted(
        (one.recipient or "agency", one.submission_id[:12], {f: c.replace("_", " ") for f, c in one.told.items()})
        for one in clerk.lying.values()
    )


@settings(max_examples=EXAMPLES)
@given(nights=NIGHTS)
def test_each_return_says_to_whom_it_may_what_the_clerk_would_say(
    empty: duckdb.DuckDBPyConnection, nights: list[Night]
) -> None:
    with a_world(empty) as world:
        clerk = Clerk()
        for night in nights:
            run_id, written = world.night(night, clerk)
            assert _returns(empty, run_id) == sorted(map(_as_row, written))
            assert _lying(world.home) == _as_lying(clerk)


@settings(max_examples=EXAMPLES)
@given(nights=NIGHTS)
def test_ages_histories_and_the_first_pages_counts_are_those_of_the_clerk(
    empty: duckdb.DuckDBPyConnection, nights: list[Night]
) -> None:
    with a_world(empty) as world:
        clerk = Clerk()
        for night in nights:
            run_id, _ = world.night(night, clerk)
            assert _ages(empty) == _ages_by_hand(world, clerk)
            assert _history(empty) == _history_by_hand(world, clerk)
            assert _first_page(empty, world.home, run_id) == _first_page_by_hand(world, run_id)


def _ages(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select finding_id, age_days, returned_at, explained from quality.finding_age order by 1"
    ).fetchall()


def _ages_by_hand(world: World, clerk: Clerk) -> list[tuple[Any, ...]]:
    told = {finding: one.run_id for one in reversed(clerk.returns) for finding in one.open_ones}  # the first one stays
    days = {run_id: 3 * number for number, run_id in enumerate(world.runs)}
    return sorted(
        (IDS[n], max(days.values()) - days[life.first], world.runs.get(told.get(IDS[n], "")), n in world.explained)
        for n, life in world.lives.items() if life.state == "open"
    )  # fmt: skip


def _history(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], tuple[int, ...]]:
    rows = connection.execute(
        "select institution_id, program_year, run_id, coalesce(open_count, 0), returned_count, explained_count, "
        "corrected_count, came_back_count from quality.institution_history"
    ).fetchall()
    assert len({row[:3] for row in rows}) == len(rows)
    return {row[:3]: row[3:] for row in rows if any(row[3:])}


def _history_by_hand(world: World, clerk: Clerk) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Open, returned, explained, corrected, came back, by college, program year and run."""
    book: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 5)
    for (_, year), looks in world.looks.items():
        for run_id, found in looks:
            for number in found:
                book[FAULTS[number].college, year, run_id][0] += 1
    for one in clerk.returns:
        of = book[one.recipient or None, one.slot[0], one.run_id]
        changes = [*one.told.values()]
        of[1] += len(one.open_ones)
        of[3] += changes.count("fixed")
        of[4] += changes.count("came_back")
    for number, (_, at) in world.explained.items():
        run_id = next(run_id for run_id, moment in world.runs.items() if moment == at)
        book[FAULTS[number].college, FAULTS[number].slots[0][0], run_id][2] += 1
    return {place: tuple(counts) for place, counts in book.items() if any(counts)}


def _first_page(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str) -> dict[Any, tuple[int, ...]]:
    desk = Desk(connection, home, Run(run_id, FIRST_NIGHT, True, "0", "0"), directory_of(connection))
    end, found = ending(desk), tallies(desk)
    told = {}
    for place in {(one.rule_id, one.program_year) for one in found}:
        counts = total((one for one in found if (one.rule_id, one.program_year) == place), end.counted_run_id)
        told[place] = counts.open, counts.new, counts.came_back, counts.fixed
    return {place: counts for place, counts in told.items() if any(counts)}


def _first_page_by_hand(world: World, run_id: str) -> dict[Any, tuple[int, ...]]:
    told = {place: since(looks, run_id) for place, looks in world.looks.items()}
    return {place: counts for place, counts in told.items() if any(counts)}
