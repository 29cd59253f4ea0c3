"""Do the benchmarks run, and do they compare ways that come to the same counts?"""

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Ran

from benchmarks import indicators, process, scorecards
from benchmarks.__main__ import main
from benchmarks.compare import Comparison, Cost, agree
from benchmarks.judging import compare as judging
from benchmarks.judging.environments import PEERS, python_of, requirements
from benchmarks.judging.file import write_files
from benchmarks.judging.table import line
from benchmarks.landing import WAYS
from benchmarks.landing_file import write_file
from benchmarks.page import BEGIN, END, keep, table


@pytest.mark.slow
def test_the_pipeline_and_the_plain_ways_are_measured_on_the_same_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--students", "200", "--repetitions", "1", "--folder", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "| landing" in printed
    assert "| validation" in printed
    assert "rules counted alike" in printed
    assert list(tmp_path.iterdir()) == [], "gigabytes would pile up"


def judged(**failed: int) -> dict[str, Any]:
    return {"failed": failed, "broken": {}, "unsaid": ["new_rule"]}


def test_a_query_that_counts_something_else_is_no_measure_of_the_rule() -> None:
    with pytest.raises(RuntimeError, match=r"by_hand.*age_plausible.*3, 2"):
        agree(judged(age_plausible=3), {"failed": {"age_plausible": 2}})


def test_a_rule_that_breaks_is_not_taken_for_a_fast_one() -> None:
    with pytest.raises(RuntimeError, match="could not be judged"):
        agree(judged() | {"broken": {"age_plausible": "no such table"}}, {"failed": {}})


def test_rules_that_nobody_wrote_by_hand_are_named_and_not_counted() -> None:
    agreement = agree(judged(one=3, two=0), {"failed": {"one": 3, "two": 0, "withdrawn": 0}})
    assert str(agreement).startswith("2 rules counted alike, 1 of them with failing rows; not written by hand")
    assert "new_rule" in str(agreement)


def test_times_are_multiples_of_the_plain_way() -> None:
    one = Comparison("landing", 1000, 6000, "lines", Cost(3, 5, 100), Cost(2, 1, 50), "polars")
    ours, plain = (line.split("|") for line in table([one]).splitlines()[2:])
    assert [cell.strip() for cell in ours[4:9]] == ["3.00", "2,000 lines", "1.50", "5.00", "5.00"]
    assert plain[6].strip() == "1.00"


def test_what_is_kept_replaces_the_last_measurement_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# Before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    keep("new", readme)
    keep("newer", readme)
    assert readme.read_text(encoding="utf-8") == f"# Before\n{BEGIN}\n\nnewer\n\n{END}\nafter\n"


@pytest.mark.slow
def test_landing_is_measured_beside_plain_polars_and_an_unchanged_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["landing", "--rows", "300", "--repetitions", "1", "--folder", str(tmp_path)])
    printed = capsys.readouterr().out
    lines = [line for line in printed.splitlines() if line.startswith("| ")][2:]
    assert [line.split("|")[3].strip() for line in lines] == list(WAYS.values())
    assert list(tmp_path.iterdir()) == [], "gigabytes would pile up"


@pytest.mark.slow
def test_all_subgroups_are_measured_beside_the_same_indicators_of_everybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["indicators", "--enrollments", "4000", "--repetitions", "1", "--folder", str(tmp_path)])
    lines = [line.split("|") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")][2:]
    assert [line[2].strip() for line in lines] == list(indicators.WAYS.values())
    assert int(lines[1][8].replace(",", "")) > 1000 * int(lines[0][8]), "the cells are all there"
    assert list(tmp_path.iterdir()) == [], "gigabytes would pile up"


@pytest.mark.slow
def test_the_scorecards_that_are_timed_are_all_of_a_night(tmp_path: Path, demonstration: Ran) -> None:
    (tmp_path / "home").mkdir()
    for name in ("warehouse.duckdb", "kind.txt"):
        shutil.copy2(demonstration.home / name, tmp_path / "home")
    (tmp_path / "inbox").symlink_to(process.ROOT / "sample_data")
    made = scorecards.measure(tmp_path, "cards")
    assert made["files"] == len([*demonstration.home.glob("scorecards/*/*/scorecard-internal.*")]) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "inbox"], "gigabytes would pile up"


def test_the_file_that_is_landed_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        write_file(tmp_path / name, 1000)
    one, two = (path.read_bytes() for path in sorted(tmp_path.iterdir()))
    assert one == two
    assert one.count(b"\n") == 1001


@pytest.fixture(scope="module")
def judged_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judging")
    process.run("benchmarks.judging.ways", "write", str(folder), "2000", "5")
    return folder


@pytest.fixture(scope="module")
def counted_by_hand(judged_files: Path) -> judging.Outcome:
    return judging.OURS[0].run(judged_files)


@pytest.mark.slow
@pytest.mark.parametrize("way", [judging.OURS[n] for n in (1, 3, 5, 6, 7)], ids=lambda way: f"{way.name}-{way.source}")
def test_our_judging_and_hand_written_sql_count_the_same_rows_in_every_place(
    way: judging.Way, judged_files: Path, counted_by_hand: judging.Outcome
) -> None:
    assert judging.disagreement(counted_by_hand, way.run(judged_files)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("way", judging.THEIRS, ids=lambda way: way.name)
def test_a_peer_that_has_less_to_do_is_no_peer(
    way: judging.Way, judged_files: Path, counted_by_hand: judging.Outcome
) -> None:
    if python_of(way.name) is None:
        pytest.skip(f"no environment of {way.name}; `python -m benchmarks judging --peers --rows 2000` makes it")
    assert judging.disagreement(counted_by_hand, way.run(judged_files)) == {}


def test_most_of_the_hundred_rules_find_rows_that_fail(counted_by_hand: judging.Outcome) -> None:
    totals = judging.totals(counted_by_hand)
    assert len(totals) == 100
    assert sum(count > 0 for count in totals.values()) > 85, "rules that nothing fails are cheap, and prove little"


def test_a_way_that_counts_one_place_differently_is_named_with_both_counts() -> None:
    one: judging.Outcome = {"failed": {"sex_known": {"udc/2023-24/106576": 2, "udc/2023-24/106713": 1}}}
    other: judging.Outcome = {"failed": {"sex_known": {"udc/2023-24/106576": 1, "udc/2023-24/106713": 2}}}
    assert list(judging.disagreement(one, other)) == ["sex_known"]
    assert judging.disagreement(one, {"total": {"sex_known": 3}}) == {}
    assert judging.disagreement(one, {"total": {"sex_known": 4}}) == {"sex_known": (3, 4)}


def test_the_same_rows_are_judged_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_files(tmp_path / name, 1000)
    with duckdb.connect() as connection:
        differing = f"from '{tmp_path}/one/record.parquet' except all from '{tmp_path}/two/record.parquet'"
        assert connection.execute(differing).fetchall() == []
        columns = connection.execute(f"describe from '{tmp_path}/one/record.parquet'").fetchall()
    assert len(columns) == 5 + 40, "40 columns of content, and where each row stands"


def test_what_a_peer_needs_is_pinned_and_names_no_place_to_get_it_from() -> None:
    for peer in PEERS:
        assert all(re.fullmatch(r"[a-z\-]+(\[[a-z]+\])?==[0-9.]+", pin) for pin in requirements(peer))


def test_a_peer_that_cannot_run_costs_nobody_the_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(peer: str) -> Path:
        message = f"pip failed:\nno such version of {peer}"
        raise RuntimeError(message)

    monkeypatch.setattr("benchmarks.judging.environments.make", fail)
    way = judging.THEIRS[0]
    assert judging.run_all(tmp_path, [way], 2) == ({}, {way: "no such version of soda_duckdb"})


def test_fixed_cost_and_cost_per_row_come_from_a_straight_line() -> None:
    assert line([(1, 5), (5, 13), (10, 23)]) == pytest.approx((3, 2))
