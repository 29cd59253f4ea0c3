"""Do the files that NCES publishes arrive whole and unchanged? Who compares a college with IPEDS relies on it."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest
from ipeds_example import ReferenceHome, completers, completers_row, directory, read_independently, zipped

from pipelines.intake.raw_names import raw_columns
from pipelines.intake.source import sources

# File, its program year, data rows; counted once with wc and Python's csv module.
COMPLETERS = (("c2021_c.csv", "2020-21", 15_984), ("c2022_c.csv", "2021-22", 16_146))
DIRECTORIES = (("HD2021.zip", "hd2021.csv", "2021-22", 6_289), ("HD2022.zip", "hd2022.csv", "2022-23", 6_256))
FILES = [*(name for name, _, _ in COMPLETERS), *(name for name, _, _, _ in DIRECTORIES)]


@pytest.fixture(scope="module")
def published(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceHome:
    home = ReferenceHome(tmp_path_factory.mktemp("published"))
    intake, _ = home.add(*(real_data / "ipeds" / name for name in FILES))
    assert [s.status for s in intake.submissions] == ["read"] * 4
    return home


@pytest.fixture
def home(tmp_path: Path) -> ReferenceHome:
    return ReferenceHome(tmp_path / "home")


def test_every_line_of_the_published_files_is_loaded(published: ReferenceHome) -> None:
    found = published.rows(
        "select file_name, program_year, physical_line_count, header_line_count, loaded_line_count, "
        "loaded_row_count, quarantined_line_count, grantee_id from quality.submission order by file_name"
    )
    told = [*((name, year, rows) for name, year, rows in COMPLETERS),
            *((f"{archive}/{name}", year, rows) for archive, name, year, rows in DIRECTORIES)]  # fmt: skip
    assert found == sorted((name, year, rows + 1, 1, rows, rows, 0, None) for name, year, rows in told)


@pytest.mark.parametrize(("name", "year", "_rows"), COMPLETERS)
def test_every_value_and_every_x_flag_is_in_raw_as_published(
    published: ReferenceHome, real_data: Path, name: str, year: str, _rows: int
) -> None:
    header, rows = read_independently((real_data / "ipeds" / name).read_bytes())
    assert header[-1] == "CSUNKN  "  # the trailing blanks that make other readers miss the column
    (ipeds,) = [source for source in sources() if source.id == "ipeds"]
    columns = ", ".join(raw_columns(ipeds.layouts[0])[column.strip()] for column in header)
    in_raw = published.rows(
        f"select {columns} from raw.ipeds__completers join quality.submission using (submission_id) "
        f"where program_year = '{year}' order by line_number"
    )
    assert in_raw == [tuple(row) for row in rows]


@pytest.mark.parametrize(("name", "year", "_rows"), COMPLETERS)
def test_the_totals_are_those_that_python_adds_up(
    published: ReferenceHome, real_data: Path, name: str, year: str, _rows: int
) -> None:
    header, rows = read_independently((real_data / "ipeds" / name).read_bytes())
    at = {column.strip(): place for place, column in enumerate(header)}
    for theirs, ours in {"CSTOTLT": "total", "CSNRALT": "nonresident", "CSABV40": "age_40_and_over"}.items():
        expected = Counter[str]()
        for row in rows:
            expected[row[at["AWLEVELC"]]] += int(row[at[theirs]])
        found = published.rows(
            f"select ipeds_award_level, sum({ours}_count) from reference.ipeds_completers "
            f"where program_year = '{year}' group by 1"
        )
        assert dict(found) == expected


def test_the_directory_has_the_names_states_and_categories_that_python_reads(
    published: ReferenceHome, real_data: Path
) -> None:
    for archive, name, year, _ in DIRECTORIES:
        with zipfile.ZipFile(real_data / "ipeds" / archive) as opened:
            header, rows = read_independently(opened.read(name))
        at = [header.index(column) for column in ("UNITID", "INSTNM", "STABBR", "CONTROL", "INSTCAT")]
        expected = [(row[at[0]], row[at[1]].strip(), row[at[2]], int(row[at[3]]), int(row[at[4]])) for row in rows]
        found = published.rows(
            "select unitid, institution_name, state, control, instcat from reference.ipeds_directory "
            f"where program_year = '{year}' order by line_number"
        )
        assert found == expected


def test_nothing_published_is_unreadable(published: ReferenceHome) -> None:
    for table in ("ipeds_completers", "ipeds_directory"):
        assert published.rows(f"select count(*) from reference.{table} where unreadable_columns <> ''") == [(0,)]


def test_what_is_known_is_not_read_again(published: ReferenceHome, real_data: Path) -> None:
    before = published.rows("select * from quality.submission order by all")
    intake, told = published.add(*(real_data / "ipeds" / name for name in FILES))
    assert (intake.submissions, intake.known_count, told) == ((), 4, [])
    assert published.rows("select * from quality.submission order by all") == before


def test_a_completers_file_in_small_keeps_flags_years_and_trailing_blanks(home: ReferenceHome, tmp_path: Path) -> None:
    implied = completers_row("111111", "03", 7) | {"XCSUNKN": '"Z"', "CSUNKN": "0", "CS18_24": "7"}
    (tmp_path / "C2022_C.CSV").write_bytes(completers(implied))
    intake, _ = home.add(tmp_path / "C2022_C.CSV")
    assert [(s.program_year, s.physical_line_count, s.header_line_count) for s in intake.submissions] == [
        ("2021-22", 2, 1)
    ]
    assert home.rows("select xcsunkn, csunkn from raw.ipeds__completers") == [("Z", "0")]
    assert home.rows("select total_count, age_18_to_24_count, age_unknown_count from reference.ipeds_completers") == [
        (7, 7, 0)
    ]


def test_a_zipped_directory_in_small_is_read_and_its_other_columns_are_passed_over(
    home: ReferenceHome, tmp_path: Path
) -> None:
    content = directory(("111111", "Instituto Peñón", "OR", 1, 4))
    intake, told = home.add(zipped(tmp_path / "HD2022.zip", hd2022__csv=content))
    assert [(s.file_name, s.program_year, s.message) for s in intake.submissions] == [
        ("HD2022.zip/hd2022.csv", "2022-23", None)
    ]
    assert told == ["HD2022.zip/hd2022.csv: program year 2022-23, 1 rows"]
    assert home.rows("select institution_name, state, control, instcat from reference.ipeds_directory") == [
        ("Instituto Peñón", "OR", 1, 4)
    ]
    assert len(list((home.path / "archive").rglob("*"))) >= 2  # the archive as published, and its member


def test_the_same_bytes_unzipped_are_known(home: ReferenceHome, tmp_path: Path) -> None:
    content = directory(("111111", "A College", "OR", 1, 4))
    home.add(zipped(tmp_path / "HD2022.zip", hd2022__csv=content))
    (tmp_path / "hd2022.csv").write_bytes(content)
    intake, _ = home.add(tmp_path / "hd2022.csv")
    assert (intake.submissions, intake.known_count) == ((), 1)


def test_a_revised_file_replaces_the_one_before_and_the_old_one_can_come_back(
    home: ReferenceHome, tmp_path: Path
) -> None:
    path = tmp_path / "c2022_c.csv"
    for count, sums in ((7, [(7,)]), (8, [(8,)]), (7, [(7,)])):
        path.write_bytes(completers(completers_row("111111", "03", count)))
        home.add(path)
        assert home.rows("select total_count from reference.ipeds_completers") == sums
        assert home.rows("select cstotlt from raw.ipeds__completers") == [(str(count),) for (count,) in sums]
    assert home.rows("select status, count(*) from quality.submission group by 1 order by 1") == [
        ("read", 1),
        ("superseded", 1),
    ]


def test_one_year_is_not_taken_for_another_by_a_wrong_name(home: ReferenceHome, tmp_path: Path) -> None:
    content = completers(completers_row("111111", "03", 7))
    (tmp_path / "c2021_c.csv").write_bytes(content)
    (tmp_path / "c2022_c.csv").write_bytes(content)
    intake, told = home.add(tmp_path)
    assert [s.status for s in intake.submissions] == ["read", "repeated"]
    assert "the same bytes as 2020-21/c2021_c.csv" in told[1]
    assert home.rows("select program_year from reference.ipeds_completers") == [("2020-21",)]
