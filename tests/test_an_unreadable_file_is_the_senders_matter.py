"""Where a file may not be read, is it refused with the fix, among the whole hostile corpus, and does the night go on?

Run without the right to override modes, which root has and the account of a service has not.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Ran
from hostile import YEAR, good, text_file
from hostile_forms import form_cases
from hostile_text import text_cases
from night_under_limits import COLLEGE, Place, no_right_to_all

pytestmark = pytest.mark.slow
UNREADABLE = f"course_{YEAR}_unreadable.csv"
GATE_CLOSED = 1


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Ran]:
    place = Place.made(tmp_path_factory.mktemp("unreadable"))
    place.put(UNREADABLE, text_file(good("unreadable"))).chmod(0)
    for one in (*text_cases(), *form_cases()):
        place.put(one.file_name, one.content)
    try:
        return place, place.night(no_right_to_all)
    except (PermissionError, OSError) as fault:
        pytest.skip(f"root cannot give up its rights here: {type(fault).__name__}")
    except Exception as fault:  # subprocess tells a fault before the exec by its own class
        if type(fault).__name__ != "SubprocessError":
            raise
        pytest.skip("root cannot give up its rights here")


def test_the_night_ends_with_a_closed_gate_and_no_fault_of_the_system(night: tuple[Place, Ran]) -> None:
    assert night[1].exit_code == GATE_CLOSED, night[1].output[-3000:]


def test_the_unreadable_file_is_refused_with_the_fix(night: tuple[Place, Ran]) -> None:
    place, ran = night
    assert place.rows(
        "select status, loaded_row_count, physical_line_count = quarantined_line_count, reason_code "
        "from quality.submission inner join quality.quarantine using (submission_id) "
        f"where submission.file_name = '{UNREADABLE}'"
    ) == [("refused", 0, True, "file_readable")]
    assert any(UNREADABLE in line and "permission" in line for line in ran.output.splitlines())


def test_all_the_others_are_answered_as_well(night: tuple[Place, Ran]) -> None:
    place, _ = night
    answered = place.rows(f"select count(distinct file_name) from quality.submission where grantee_id = '{COLLEGE}'")
    assert answered[0][0] >= len((*text_cases(), *form_cases()))  # type: ignore[operator]
    assert place.rows(
        "select count(*) from quality.submission where physical_line_count <> "
        "header_line_count + loaded_line_count + quarantined_line_count"
    ) == [(0,)]


def test_the_reports_of_the_night_are_written(night: tuple[Place, Ran]) -> None:
    place, _ = night
    assert (place.home / "reports" / "index.html").is_file()
    assert (place.home / "published" / "cte.duckdb").is_file()
    assert Path(place.home / "scorecards" / COLLEGE / YEAR / "scorecard-internal.html").is_file()
