"""Does ``cte layout check`` tell all that is wrong with a layout at once, with file, key and fix, and nothing else?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli_layout import layout
from pipelines.configuration import ConfigurationError
from pipelines.grantee import FOLDER, grantee_ids
from pipelines.layout_check.check import WRONG, check_layouts, problems_of

ROOT = FOLDER.parent
GOOD = """
id = "example-files"
version = "2023.1"
[defaults]
delimiter = ","
[codes.credit]
C = "credit"
N = "noncredit"
[[file]]
name = "course"
table = "course"
file_name = "course_{program_year}.csv"
columns = [
  { name = "COLLEGE", to = "institution_id" },
  { name = "YEAR", to = "program_year", format = "YYYY-YY" },
  { name = "TERM", to = "term_code", codes = { FA = "fall" } },
  { name = "COURSE", to = "course_id" },
  { name = "CREDIT", to = "credit_status", codes = "credit" },
]
"""
FIXED = GOOD.replace('delimiter = ","', 'kind = "fixed_width"').replace('", to', '", width = 4, to')


def told(folder: Path, content: str) -> dict[str, str]:
    """Return what is wrong, as key within the block and words."""
    (folder / "layout.toml").write_text(content, encoding="utf-8")
    return {p.key.replace("[[file]] 'course' ", ""): p.message for p in problems_of(folder) if p.is_wrong}


FOLDERS = [
    *(FOLDER / g for g in (*grantee_ids(), "_template")),
    *sorted(ROOT.glob("reference/*")),
    *sorted(ROOT.glob("national/*")),
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_bundled_layout_has_anything_wrong(folder: Path) -> None:
    assert [p.text for p in problems_of(folder) if p.is_wrong] == []


@pytest.mark.parametrize("content", [GOOD, FIXED], ids=["delimited", "fixed width"])
def test_a_layout_with_nothing_wrong_is_called_so(tmp_path: Path, content: str) -> None:
    assert told(tmp_path, content) == {}


@pytest.mark.parametrize(
    ("right", "wrong", "key", "words"),
    [
        ('id = "example-files"', "", "id", "add id"),
        ("[defaults]", "colour = 1\n[defaults]", "colour", "no such key"),
        ("[defaults]", "[defaults]\nquotes = ''", "[defaults] quotes", "did you mean quote?"),
        ("[defaults]", "[defaults]\ntitle_lines = '1'", "[defaults] title_lines", "whole number"),
        ("[defaults]", "[defaults]\nhas_header = 1", "[defaults] has_header", "true or false"),
        ('table = "course"', 'table = "courses"', "table", "did you mean course?"),
        ('name = "course"\n', 'name = "course"\nkind = "excel"\n', "kind", "workbook"),
        ('to = "course_id"', 'to = "course_no"', "column 'COURSE' to = 'course_no'", "did you mean course_id?"),
        ('to = "course_id"', "to_ = 'x'", "column 'COURSE' to_", "did you mean to?"),
        ('{ name = "COURSE", to = "course_id" },', "", "columns: course_id", "add it to constants"),
        ('codes = "credit"', 'codes = "credits"', "column 'CREDIT' codes", "did you mean credit?"),
        ('C = "credit"', 'C = "credited"', "column 'CREDIT' codes.C", "did you mean credit?"),
        ('"YYYY-YY"', '"YYYY"', "column 'YEAR' format", "YYYY-YY"),
        ('to = "course_id"', 'to = "course_id", separator = ";"', "column 'COURSE' separator", "one code only"),
        ('to = "course_id"', 'to = "course_id", pii = "secret"', "column 'COURSE' pii", 'pii = "identifier"'),
        ('to = "course_id"', 'to = "course_id", implied_decimals = 2', "column 'COURSE' implied_decimals", "remove"),
        ('to = "course_id"', 'to = "course_id", codes = { A = "b" }', "column 'COURSE' codes", "takes no codes"),
        ('"COURSE"', '"college"', "column 'college'", "stands 2 times"),
        ('to = "course_id"', 'to = "term_code"', "to = 'term_code'", "only the first is read"),
        ("{program_year}", "{program_yaer}", "file_name", "did you mean program_year?"),
        ('name = "course"\n', 'name = "course"\none_file_per = "term_code"\n', "one_file_per", "write {term_code}"),
        ('name = "course"\n', 'name = "course"\neffective_from = "2023"\n', "effective_from", "like 2023-24"),
        ('name = "course"\n', 'name = "course"\ntrailer_record = "(T"\n', "trailer_record", "no regular expression"),
        ('name = "course"\n', 'name = "course"\nmost_bad_share = "20 %"\n', "most_bad_share", '"1/5"'),
        ('name = "course"\n', 'name = "course"\nencoding = "utf-9"\n', "encoding", "not supported"),
        ('name = "course"\n', 'name = "course"\nkind = "workbook"\n', "sheet", "which sheet"),
        ('name = "course"\n', 'name = "course"\nkind = "database"\n', "query", "the select"),
        ('name = "course"\n', 'name = "course"\nrecord = "C"\n', "record", "record_column"),
        ('name = "course"\n', 'name = "course"\nrecord = "C"\nrecord_column = "TREM"\n', "record_column", "TERM"),
        ('name = "course"\n', 'name = "course"\ntransactions = { column = "X" }\n', "transactions.column", "no column"),
        ('name = "course"\n', 'name = "course"\ntransactions = { add = "A" }\n', "transactions", "`column`"),
        ('name = "course"\n', 'name = "course"\nconstants = { z = "" }\n', "constants.z", "no such"),
        ('name = "course"\n', 'name = "course"\nvintages = { w4 = "week4" }\n', "vintages.w4", "fourth_week"),
    ],
    ids=lambda text: text.strip()[-40:],
)  # fmt: skip
def test_each_fault_is_told_at_its_key_with_the_right_name_or_the_fix(
    tmp_path: Path, right: str, wrong: str, key: str, words: str
) -> None:
    found = told(tmp_path, GOOD.replace(right, wrong, 1))
    place = next((k for k in found if k.endswith(key)), None)
    assert place is not None, found
    assert words in found[place]


def test_columns_that_overlap_are_wrong_and_characters_that_nothing_reads_are_to_be_looked_at(tmp_path: Path) -> None:
    found = told(tmp_path, FIXED.replace('"COURSE", width', '"COURSE", start = 11, width'))
    assert "'TERM' ends at 12" in found["column 'COURSE' start"]
    told(tmp_path, FIXED.replace('"COURSE", width', '"COURSE", start = 20, width'))
    assert ["characters 13 to 19" in p.message for p in problems_of(tmp_path)] == [True]


def test_two_blocks_for_one_file_in_one_year_are_wrong_because_only_one_of_them_would_read_it(tmp_path: Path) -> None:
    block = GOOD[GOOD.index("[[file]]") :]
    assert "only one of them can" in told(tmp_path, GOOD + block)["file_name"]
    apart = GOOD.replace('name = "course"\n', 'name = "course"\neffective_to = "2023-24"\n', 1)
    later = block.replace('name = "course"\n', 'name = "course"\neffective_from = "2025-26"\n', 1)
    assert told(tmp_path, apart + later) == {}
    assert ["between 2023-24 and 2025-26" in p.message for p in problems_of(tmp_path)] == [True]


def test_several_kinds_of_record_share_a_file_as_long_as_their_codes_differ(tmp_path: Path) -> None:
    one = GOOD.replace('name = "course"\n', 'name = "course"\nrecord_column = "COLLEGE"\nrecord = "A"\n', 1)
    block = one[one.index("[[file]]") :]
    assert told(tmp_path, one + block.replace('"A"', '"B"')) == {}
    assert "has the code 'A' too" in told(tmp_path, one + block)["record"]


def test_identifiers_of_persons_without_a_declared_kind_are_wrong(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "oregon", tmp_path / "own")
    path = tmp_path / "own" / "grantee.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[[identifier]]", "[[other]]"), encoding="utf-8")
    assert "[[identifier]]" in {p.key for p in problems_of(tmp_path / "own")}
    path.write_text(text.replace("pattern = '", "pattern = '(", 1), encoding="utf-8")
    assert "[[identifier]] 1 pattern" in {p.key for p in problems_of(tmp_path / "own")}


def test_all_faults_are_told_in_one_go_and_the_exit_code_is_that_of_wrong_configuration(tmp_path: Path) -> None:
    bad = GOOD.replace("{program_year}", "{x_program_year}").replace('"course_id"', '"no"').replace("YYYY-YY", "YY")
    (tmp_path / "layout.toml").write_text(bad, encoding="utf-8")
    said: list[str] = []
    assert check_layouts([tmp_path], said.append) == WRONG
    assert said[-1] == "4 wrong, 0 to look at"
    assert all(str(tmp_path / "layout.toml") in line for line in said[:-1])


def test_a_file_that_is_no_toml_and_a_folder_without_layouts_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no layout"):
        problems_of(tmp_path)
    assert "line 1" in told(tmp_path, 'id = \nname = "x"')["(the whole file)"]


def test_the_command_checks_a_folder_or_a_grantee_and_says_so_by_its_exit_code(tmp_path: Path) -> None:
    assert CliRunner().invoke(layout, ["check", "--grantee", "udc"]).exit_code == 0
    (tmp_path / "layout.toml").write_text(GOOD.replace("[[file]]", "[[files]]"), encoding="utf-8")
    result = CliRunner().invoke(layout, ["check", str(tmp_path)])
    assert result.exit_code == WRONG
    assert "did you mean file?" in result.output
