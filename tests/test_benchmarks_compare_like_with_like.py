"""Do the benchmarks run, and do they compare ways that come to the same counts?"""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.compare import Comparison, Cost, agree
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


def test_the_file_that_is_landed_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        write_file(tmp_path / name, 1000)
    one, two = (path.read_bytes() for path in sorted(tmp_path.iterdir()))
    assert one == two
    assert one.count(b"\n") == 1001
