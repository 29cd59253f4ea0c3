"""Does the answer key name every fault, at its line, by a rule that exists, and nothing else?"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import fastexcel
import pytest

from expectations.catalogue import rule_named
from pipelines.grantee import grantee_ids
from pipelines.sample.faults import Fault
from pipelines.sample.line_faults import LINE_FAULTS
from pipelines.sample.planting import ALL_FAULTS
from pipelines.sample.submissions import write_samples

CONTROL_COUNT = re.compile(rb"(TRL|T\|)\d{7}")  # a trailer counts what was added too


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    clean, spoilt = tmp_path_factory.mktemp("clean"), tmp_path_factory.mktemp("spoilt")
    write_samples(clean, is_clean=True)
    write_samples(spoilt)
    return clean, spoilt


def answer_key(folder: Path) -> list[dict[str, str]]:
    with (folder / "faults.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def places(path: Path) -> Iterator[tuple[str, list[object]]]:
    """The lines of a file, or the rows of each sheet, under the name that the answer key has for it."""
    if path.suffix != ".xlsx":
        yield path.name, [line for line in path.read_bytes().splitlines() if not CONTROL_COUNT.fullmatch(line)]
        return
    book = fastexcel.read_excel(path)
    for name in book.sheet_names:
        rows = book.load_sheet(name, header_row=None, dtypes="string", skip_rows=0).to_polars().rows()
        yield f"{path.name}!{name}", list(rows)


@pytest.mark.parametrize("fault", ALL_FAULTS, ids=lambda fault: f"{fault.rule_id}-{fault.among}")
def test_the_rule_that_must_find_a_fault_exists_and_points_at_that_column(fault: Fault) -> None:
    rule = rule_named(fault.rule_id)
    assert rule.table == f"core.{fault.table}"
    assert rule.columns[0] == (fault.finds or fault.column)
    assert (rule.severity == "critical") == fault.is_critical
    assert [rule_named(rule_id).columns[0] for rule_id, _ in fault.also] == [column for _, column in fault.also]


def test_the_rules_for_spoilt_lines_exist_and_point_at_the_reason() -> None:
    assert {rule_named(fault.rule_id).columns[0] for fault in LINE_FAULTS} == {"reason_code"}


def test_a_clean_sample_has_no_answer_key_and_a_spoilt_one_lacks_none_of_its_files(folders: tuple[Path, Path]) -> None:
    clean, spoilt = folders
    assert not (clean / "faults.csv").exists()
    files = {p.relative_to(clean) for p in clean.glob("*/*/*")}
    extra = {str(p.relative_to(spoilt)) for p in spoilt.glob("*/*/*")} - {str(f) for f in files}
    whole = {
        f"{r['grantee_id']}/{r['program_year']}/{r['file_name']}" for r in answer_key(spoilt) if not r["line_number"]
    }
    assert extra == whole


def test_lines_that_differ_from_the_clean_sample_are_all_in_the_answer_key(folders: tuple[Path, Path]) -> None:
    clean, spoilt = folders
    labelled: dict[str, set[int]] = defaultdict(set)
    for row in answer_key(spoilt):
        if row["line_number"]:
            labelled[f"{row['grantee_id']}/{row['program_year']}/{row['file_name']}"].add(int(row["line_number"]))
    for path in clean.glob("*/*/*"):
        spoilt_places = dict(places(spoilt / path.relative_to(clean)))
        for place, before in places(path):
            name = f"{path.parent.relative_to(clean).as_posix()}/{place}"
            after, left, changed = spoilt_places[place], Counter(before), set()
            for number, line in enumerate(after, start=1):
                if not left[line]:
                    changed.add(number)
                left[line] -= 1
            assert changed <= labelled[name], name
            assert all(1 <= line <= len(after) for line in labelled[name]), name


def test_every_grantee_has_faults_in_both_years_and_no_two_have_the_same_kinds(folders: tuple[Path, Path]) -> None:
    kinds = defaultdict(set)
    for row in answer_key(folders[1]):
        kinds[row["grantee_id"], row["program_year"]].add(row["rule_id"])
    assert len(kinds) == 2 * len(grantee_ids())
    assert all(len(rules) >= 5 for rules in kinds.values())
    assert len({frozenset(rules) for rules in kinds.values()}) == len(kinds)
