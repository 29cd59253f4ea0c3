"""Do IPEDS Completions arrive as published, with totals that nobody can take for their parts?"""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from ipeds_example import ReferenceHome, zipped

from pipelines.intake.reference import kind_of
from pipelines.validation.partition import Partition
from pipelines.validation.results import Outcome, judge_partitions

GROUPS = (
    "nonresident", "black_or_african_american", "american_indian_or_alaska_native", "asian_or_pacific_islander",
    "hispanic_or_latino", "white", "race_unknown",
)  # fmt: skip
OLD = ("UNITID", "CIPCODE", "AWLEVEL", "MAJORNUM", *(f"{x}CRACE{n:02d}" for n in range(1, 25) for x in ("X", "")))
NEW_GROUPS = ("TOTAL", "AIAN", "ASIA", "BKAA", "HISP", "NHPI", "WHIT", "2MOR", "UNKN", "NRAL")
NEW = (
    "UNITID",
    "CIPCODE",
    "MAJORNUM",
    "AWLEVEL",
    *(f"{x}C{g}{s}" for g in NEW_GROUPS for s in "TMW" for x in ("X", "")),
)


def _old_row(cip: str, white_men: int, black_women: int, level: str = "03") -> dict[str, str]:
    """A row of 2002: white men and Black women only, which columns 11 and 4 count."""
    both = white_men + black_women
    counts = {11: white_men, 4: black_women, 15: white_men, 16: black_women, 18: black_women, 22: white_men, 24: both}
    cells = {f"CRACE{n:02d}": str(counts.get(n, 0)) for n in range(1, 25)}
    keys = {"UNITID": "100654", "CIPCODE": f'"{cip}"', "AWLEVEL": level, "MAJORNUM": "1"}
    return keys | cells | {f"X{name}": '"R"' for name in cells}


def _old(*rows: dict[str, str]) -> bytes:
    lines = [",".join(OLD) + " ", *(",".join(row[name] for name in OLD) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def _new(level: str, count: int) -> bytes:
    """A file of today with one row: all awards to white women."""
    cells = {name: "0" if not name.startswith("X") else '"R"' for name in NEW[4:]}
    cells |= dict.fromkeys(("CTOTALT", "CTOTALW", "CWHITT", "CWHITW"), str(count))
    values = ["100654", '"51.3801"', "1", level, *cells.values()]
    return (",".join(NEW) + "\r\n" + ",".join(values) + "\r\n").encode("latin-1")


def _judged(home: ReferenceHome) -> dict[str, Outcome]:
    with home.open() as connection:
        outcomes = judge_partitions(connection, [Partition(None, None)], "run-1", date(2026, 11, 21))
    return {o.rule.id: o for o in outcomes if o.rule.table == "reference.ipeds_completions"}


def _failed(home: ReferenceHome) -> list[str]:
    return [rule for rule, outcome in _judged(home).items() if outcome.status != "passed"]


@pytest.fixture
def home(tmp_path: Path) -> ReferenceHome:
    return ReferenceHome(tmp_path / "home")


@pytest.fixture(scope="module")
def published(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceHome:
    home = ReferenceHome(tmp_path_factory.mktemp("published"))
    intake, told = home.add(real_data / "ipeds" / "C2002_A.zip")
    assert [s.status for s in intake.submissions] == ["read"], told
    return home


@pytest.fixture(scope="module")
def of_today(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceHome:
    home = ReferenceHome(tmp_path_factory.mktemp("today"))
    names = ("c2021_a_major1_7col.parquet", "c2022_a_major1_7col.parquet")
    intake, told = home.add(*(real_data / "ipeds" / name for name in names))
    assert [s.status for s in intake.submissions] == ["read"] * 2, told
    return home


@pytest.fixture(scope="module")
def of_2002(real_data: Path) -> pl.DataFrame:
    with zipfile.ZipFile(real_data / "ipeds" / "C2002_A.zip") as archive:
        frame = pl.read_csv(io.BytesIO(archive.read("c2002_a.csv")), infer_schema=False)
    return frame.rename(str.strip).with_columns(pl.col("^CRACE.*$").cast(pl.Int64), pl.col("CIPCODE").str.strip_chars())


@pytest.mark.slow
def test_every_row_of_2002_is_loaded_and_its_totals_are_told_apart(published: ReferenceHome) -> None:
    where = "from reference.ipeds_completions where program_year = '2001-02'"
    assert published.rows(f"select count(*), count(*) filter (where is_total), min(cip_version) {where}") == [
        (200_336, 16_651, "CIP1990")
    ]
    assert published.rows(f"select sum(total_count) {where} and is_total and major_number = '1'") == published.rows(
        f"select sum(total_count) {where} and not is_total and major_number = '1'"
    )
    assert published.rows(
        "select physical_line_count, header_line_count, loaded_line_count, quarantined_line_count "
        "from quality.submission where file_name = 'C2002_A.zip/c2002_a.csv'"
    ) == [(200_337, 1, 200_336, 0)]


@pytest.mark.slow
def test_each_race_and_sex_of_2002_is_the_column_that_ipeds_numbers_so(
    published: ReferenceHome, of_2002: pl.DataFrame
) -> None:
    numbered = {f"{g}_{sex}": 2 * n + 1 + (sex == "female") for n, g in enumerate(GROUPS) for sex in ("male", "female")}
    numbered |= {"male": 15, "female": 16, "total": 24} | {g: 17 + n for n, g in enumerate(GROUPS)}
    sums = ", ".join(f"cast(sum({name}_count) as bigint)" for name in numbered)
    (found,) = published.rows(f"select {sums} from reference.ipeds_completions where program_year = '2001-02'")
    assert found == tuple(of_2002[f"CRACE{number:02d}"].sum() for number in numbered.values())


@pytest.mark.slow
@pytest.mark.parametrize(("year", "program_year"), [("2021", "2020-21"), ("2022", "2021-22")])
def test_first_majors_of_today_are_those_that_polars_reads(
    of_today: ReferenceHome, real_data: Path, year: str, program_year: str
) -> None:
    frame = pl.read_parquet(real_data / "ipeds" / f"c{year}_a_major1_7col.parquet")
    totals = frame.filter(pl.col("CIPCODE") == "99")
    assert of_today.rows(
        "select count(*), count(*) filter (where is_total), cast(sum(total_count) as bigint), "
        "cast(sum(male_count) as bigint), min(cip_version), count(white_count) "
        f"from reference.ipeds_completions where program_year = '{program_year}'"
    ) == [(frame.height, totals.height, frame["CTOTALT"].sum(), frame["CTOTALM"].sum(), "CIP2020", 0)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["published", "of_today"])
def test_published_totals_are_the_sums_of_their_parts_and_nothing_is_unreadable(
    name: str, request: pytest.FixtureRequest
) -> None:
    home: ReferenceHome = request.getfixturevalue(name)
    assert _failed(home) == []
    assert home.rows("select count(*) from reference.ipeds_completions where unreadable_columns <> ''") == [(0,)]


def test_a_total_that_misses_its_parts_is_found_at_its_line(home: ReferenceHome, tmp_path: Path) -> None:
    rows = (_old_row("51.1613", 2, 3), _old_row("52.0302", 1, 0), _old_row("99     ", 3, 4))
    home.add(zipped(tmp_path / "C2002_A.zip", c2002_a__csv=_old(*rows)))
    assert _failed(home) == ["ipeds_completions_totals_equal_their_parts"]
    assert home.rows("select file_name, line_number from quality.finding") == [("C2002_A.zip/c2002_a.csv", 4)]


def test_totals_are_held_to_the_parts_of_their_own_award_level(home: ReferenceHome, tmp_path: Path) -> None:
    rows = [_old_row(cip, 2, 3, level) for level in ("03", "05") for cip in ("51.1613", "99     ")]
    home.add(zipped(tmp_path / "C2002_A.zip", c2002_a__csv=_old(*rows)))
    assert _failed(home) == []
    assert home.rows("select is_total, sum(total_count) from reference.ipeds_completions group by 1 order by 1") == [
        (False, 10), (True, 10)
    ]  # fmt: skip


def test_races_that_miss_the_total_are_found(home: ReferenceHome, tmp_path: Path) -> None:
    home.add(zipped(tmp_path / "C2002_A.zip", c2002_a__csv=_old(_old_row("51.1613", 2, 3) | {"CRACE17": "1"})))
    assert _failed(home) == ["ipeds_completions_races_sum_to_total", "ipeds_completions_sexes_sum_to_races"]


def test_a_group_that_the_survey_did_not_have_is_null_and_no_zero(home: ReferenceHome, tmp_path: Path) -> None:
    (tmp_path / "c2002_a.csv").write_bytes(_old(_old_row("51.1613", 2, 3)))
    (tmp_path / "c2021_a.csv").write_bytes(_new("05", 7))
    home.add(tmp_path / "c2002_a.csv", tmp_path / "c2021_a.csv")
    assert home.rows(
        "select program_year, cip_version, asian_count, two_or_more_races_count, asian_or_pacific_islander_count, "
        "white_male_count from reference.ipeds_completions order by 1"
    ) == [("2001-02", "CIP1990", None, None, 0, 2), ("2020-21", "CIP2020", 0, 0, None, 0)]


@pytest.mark.parametrize(("level", "ours"), [("5", "05"), ("05", "05"), ("21", "21")])
def test_a_level_that_lost_its_leading_zero_is_the_same_level(
    home: ReferenceHome, tmp_path: Path, level: str, ours: str
) -> None:
    (tmp_path / "c2021_a.csv").write_bytes(_new(level, 7))
    home.add(tmp_path / "c2021_a.csv")
    assert home.rows("select ipeds_award_level from reference.ipeds_completions") == [(ours,)]


@pytest.mark.parametrize(
    ("name", "program_year"),
    [
        ("c2002_a.csv", "2001-02"), ("C2012_A.csv", "2011-12"), ("c2022_a.csv", "2021-22"),
        ("c2022_a_major1_7col.parquet", "2021-22"), ("c2003_a.csv", None), ("c2022_a_rv.csv", None),
    ],
)  # fmt: skip
def test_only_the_years_whose_columns_are_known_are_taken(name: str, program_year: str | None) -> None:
    kind = kind_of(name)
    assert (kind.program_year if kind else None) == program_year


def test_the_header_of_another_year_is_refused_by_the_column_that_is_missing(
    home: ReferenceHome, tmp_path: Path
) -> None:
    (tmp_path / "c2021_a.csv").write_bytes(_old(_old_row("51.1613", 2, 3)))
    intake, told = home.add(tmp_path / "c2021_a.csv")
    assert [s.status for s in intake.submissions] == ["refused"]
    assert "'CTOTALT'" in told[0]
