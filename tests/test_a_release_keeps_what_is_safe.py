"""Does a release that is not safe leave the last one in force, and does one student's correction show?"""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from release_example import BO, Cells, House, house, problem_of, students

from pipelines.acts.people import STEWARD
from pipelines.configuration import ConfigurationError
from pipelines.disclosure.release.words import is_whole
from pipelines.models import all_models, build
from pipelines.publish.file import publish
from pipelines.status import report_status
from pipelines.warehouse import open_warehouse

YEAR = "2023-24"
SHOWN = (
    "select grantee_id, program_year, subgroup_dimension, subgroup_code, student_count, suppression_code "
    "from publish.student_count order by all"
)
OREGON = students("oregon", YEAR, white=80, hispanic_latino=40, asian=6)
UDC = students("udc", YEAR, white=50, black=60)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = house(tmp_path_factory.mktemp("first"))
    made.figures({**OREGON, **UDC})
    return made


@pytest.fixture
def home(first: House, tmp_path: Path) -> House:
    return first.copy_to(tmp_path / "home")


def test_what_is_safe_leaves_and_small_groups_stay(home: House) -> None:
    (ended,) = home.release("oregon")
    assert is_whole(ended)
    shown = home.asked(SHOWN)
    assert ("oregon", YEAR, "all", "all", 126, None) in shown
    assert ("oregon", YEAR, "race_ethnicity", "asian", None, "withheld") in shown
    assert not [row for row in shown if row[0] == "udc"], "nobody asked for it"
    assert home.asked("select status, cell_count, shown_count, withheld_count from quality.release") == [
        ("released", 4, 3, 1)
    ]
    proof = "select lowest_count, highest_count, proof from quality.release_cell where is_sensitive"
    assert home.asked(proof) == [(0, 99, "witness")]


def test_a_refused_grantee_keeps_its_last_release_while_the_others_go_on(home: House) -> None:
    home.release("oregon", "udc", day=1)
    before = [row for row in home.asked(SHOWN) if row[0] == "oregon"]
    home.figures({**students("oregon", YEAR, white=120, hispanic_latino=40, asian=6),
                  **students("udc", YEAR, white=90, black=60)})  # fmt: skip
    home.leaking.add("oregon")
    oregon, udc = home.release("oregon", "udc", day=2)
    assert not is_whole(oregon)
    assert is_whole(udc)
    after = home.asked(SHOWN)
    assert [row for row in after if row[0] == "oregon"] == before
    assert ("udc", YEAR, "race_ethnicity", "white", 90, None) in after
    assert home.asked("select grantee_id, status, reason from quality.release where number > 2 order by all") == [
        ("oregon", "refused", "1 sensitive count can be told"), ("udc", "released", None),
    ]  # fmt: skip
    refused = (
        "select count(*) from quality.release_cell join quality.release using (release_id) where status = 'refused'"
    )
    assert home.asked(refused) == [(0,)], "counts of a refused release would be taken for ones that have left"


def test_one_corrected_student_does_not_show_by_comparing_two_releases(home: House) -> None:
    home.release("oregon", day=1)
    before = home.asked(SHOWN)
    home.figures(students("oregon", YEAR, white=79, hispanic_latino=41, asian=6))
    (ended,) = home.release("oregon", day=2)
    assert not is_whole(ended)
    assert home.asked(SHOWN) == before
    ((status, reason, touched),) = home.asked(
        "select status, reason, touched_count from quality.release order by number desc limit 1"
    )
    assert (status, touched) == ("carried_forward", 1)
    assert "fewer than 10 persons" in reason


def test_ten_corrected_students_are_released_and_listed_as_changes(home: House) -> None:
    home.release("oregon", day=1)
    home.figures(students("oregon", YEAR, white=70, hispanic_latino=50, asian=6))
    (ended,) = home.release("oregon", day=2)
    assert is_whole(ended)
    assert home.asked("select change, row_count from publish.release_change order by all") == [
        ("changed", 2), ("unchanged", 2),
    ]  # fmt: skip
    assert home.asked("select number, status from publish.release") == [(2, "released")]


def test_the_same_figures_again_make_no_second_release(home: House) -> None:
    home.release("oregon", day=1)
    (ended,) = home.release("oregon", day=2)
    assert is_whole(ended)
    assert home.asked("select count(*) from quality.release") == [(1,)]
    assert home.asked("select count(*) from quality.act where kind = 'release'") == [(1,)]


def test_a_count_that_was_shown_and_is_small_now_carries_the_year_forward(home: House) -> None:
    home.release("oregon", day=1)
    home.figures(students("oregon", YEAR, white=80, hispanic_latino=5, asian=6))
    (ended,) = home.release("oregon", day=2)
    assert ended.years[YEAR].fate == "carried_forward"
    assert "cannot be protected" in ended.years[YEAR].reasons[0]


def test_a_year_that_may_not_leave_is_said_with_the_fix_and_the_others_leave(home: House) -> None:
    home.figures({**students("oregon", "2022-23", white=30), **OREGON})
    home.blocked["oregon", YEAR] = "certify it (`cte certify`)"
    (ended,) = home.release("oregon")
    assert not is_whole(ended)
    assert {year for _, year, *_ in home.asked(SHOWN)} == {"2022-23"}
    assert any("cte certify" in line for line in home.said)


def test_a_year_without_figures_is_said_and_not_taken_for_released(home: House) -> None:
    (ended,) = home.release("oregon", years=["2021-22"])
    assert not is_whole(ended)
    assert any("no figures have been computed" in line for line in home.said)


def test_a_death_before_the_end_leaves_the_last_release(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    home.release("oregon", day=1)
    before = home.asked(SHOWN)
    home.figures(students("oregon", YEAR, white=200, hispanic_latino=40, asian=6))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    for step in ("write_proof", "log_act", "make_anew"):
        with monkeypatch.context() as patched:
            patched.setattr(f"pipelines.disclosure.release.one.{step}", killed)
            with pytest.raises(KeyboardInterrupt):
                home.release("oregon", day=2)
        assert home.asked(SHOWN) == before, step
        assert home.asked("select count(*) from quality.release") == [(1,)], step
    assert is_whole(home.release("oregon", day=3)[0]), "what died can be done again"


def test_nights_in_between_carry_the_release_forward_to_the_same_bytes(home: House) -> None:
    home.release("oregon")

    def night() -> bytes:
        with open_warehouse(home.home) as connection:
            for model in all_models():
                if model.schema == "publish" or model.table.startswith("quality.release_"):
                    build(connection, model)
            publish(connection, home.home)
        return (home.home / "published" / "csv" / "student_count.csv").read_bytes()

    first = night()
    home.figures(students("oregon", YEAR, white=500))
    assert night() == first


def test_release_ids_are_random_so_that_nobody_can_guess_counts_by_them(home: House, tmp_path: Path) -> None:
    twin = home.copy_to(tmp_path / "twin")
    twin.release("oregon")
    home.release("oregon")
    ids = {one.asked("select distinct release_id from quality.release_cell")[0][0] for one in (home, twin)}
    assert len(ids) == 2
    assert all(len(one) == 32 for one in ids)


def test_a_rehearsal_writes_a_restricted_report_and_nothing_else(home: House) -> None:
    before = home.asked(SHOWN)
    home.blocked["oregon", YEAR] = "certify it (`cte certify`)"
    (ended,) = home.release("oregon", person=None)
    assert home.asked(SHOWN) == before
    assert home.asked("select count(*) from quality.release") == [(0,)]
    assert home.asked("select count(*) from quality.act") == [(0,)]
    assert not is_whole(ended), "who rehearses learns that the deed would be blocked"
    table, text = (home.home / "releases" / "dry-run" / f"oregon.{kind}" for kind in ("csv", "txt"))
    assert "under the threshold" in table.read_text()
    assert "FICTIONAL" in text.read_text()
    assert "cte certify" in text.read_text()
    for path in (table, text):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_only_a_reporting_officer_releases(home: House) -> None:
    with pytest.raises(ConfigurationError, match="reporting officer"):
        home.release("oregon", person=replace(BO, role=STEWARD))


def test_the_deed_is_logged_with_counts_and_no_more(home: House) -> None:
    home.release("oregon")
    ((person, role, details),) = home.asked("select person_name, role, details from quality.act")
    assert (person, role) == (BO.name, BO.role)
    assert '"withheld_count":1' in details
    assert "asian" not in details


def test_the_hash_of_a_release_is_told_so_that_a_restored_home_that_forgot_it_is_found_out(home: House) -> None:
    home.said.clear()
    home.release("oregon")
    (kept,) = home.asked("select act_sha256 from quality.act where kind = 'release'")
    assert [one for one in home.said if str(kept[0]) in one and "write this hash down" in one], home.said
    home.said.clear()
    home.release("oregon", person=None)
    assert not [one for one in home.said if "this hash" in one], "nobody signed a rehearsal"


def test_status_names_what_is_in_force_and_what_was_kept_back_or_nobody_misses_a_refused_release(home: House) -> None:
    def said() -> list[str]:
        lines: list[str] = []
        report_status(home.home, lines.append)
        return lines

    assert [one for one in said() if one.startswith("nothing has been released yet")]
    home.release("oregon", day=1)
    assert f"oregon {YEAR}: release 1 of 2026-03-01 in force" in said()
    home.figures(students("oregon", YEAR, white=120, hispanic_latino=40, asian=6))
    home.leaking.add("oregon")
    home.release("oregon", day=2)
    kept = "release 1 of 2026-03-01 in force; refused on 2026-03-02: 1 sensitive count can be told"
    assert f"oregon {YEAR}: {kept}" in said()


def test_a_year_that_rests_stands_in_the_question_with_what_left_of_it(home: House) -> None:
    home.figures({**students("oregon", "2022-23", white=30, black=40), **OREGON})
    home.release("oregon", years=["2022-23"], day=1)
    asked: list[tuple[str, ...]] = []
    rooms = home.rooms()

    def gather(connection: Any, grantee_id: str, years: Any, earlier: Any) -> Any:
        if earlier is not None:
            asked.append((*years, *sorted(set(earlier["program_year"]))))
        return rooms.gather(connection, grantee_id, years, earlier)

    home.release("oregon", day=2, gather=gather)
    assert asked == [("2023-24", "2022-23")]
    assert home.asked("select program_year, number from publish.release order by all") == [
        ("2022-23", 1), ("2023-24", 2),
    ]  # fmt: skip


def test_sums_over_years_are_withdrawn_when_a_release_no_longer_makes_them(home: House) -> None:
    span = "2022-23 to 2023-24"
    home.figures({**students("oregon", "2022-23", white=30), **OREGON})
    rooms = home.rooms()

    def summed(cells: Any, _: Any) -> Any:
        more = cells.keys.head(1).with_columns(program_year=pl.lit(span), count=pl.lit(156, pl.Int64))
        keys = pl.concat([cells.keys, more])
        return Cells(keys, problem_of(keys["count"].to_numpy(), [False] * keys.height))

    home.release("oregon", day=1, pooled=summed)
    in_force = f"select number, cell_count from quality.release where program_year = '{span}' order by number desc"
    assert home.asked(in_force) == [(1, 1)]
    home.figures({**students("oregon", "2022-23", white=60), **OREGON})
    home.release("oregon", day=2, pooled=rooms.pooled)
    assert home.asked(in_force) == [(2, 0), (1, 1)]
    assert home.asked(f"select count(*) from quality.release_count where program_year = '{span}'") == [(0,)]
    assert home.asked("select distinct program_year from publish.release order by 1") == [("2022-23",), ("2023-24",)]
