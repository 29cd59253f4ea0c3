"""When a replay does not give its bytes, is its operator told why, and not left to suspect somebody's honesty?"""

from __future__ import annotations

from pipelines.provenance.made import ScorecardFile
from pipelines.replay.again import Again, layout_differences
from pipelines.replay.words import tell_again

FILE = ScorecardFile("udc", "2023-24", "scorecard-internal.html", "0" * 64)
READ = {
    "submission_id": "a", "grantee_id": "udc", "program_year": "2022-23", "file_name": "placement.txt",
    "status": "read", "destroyed_at": None, "layout_version": "banner 2023.3",
}  # fmt: skip


def _told(**more: tuple[str, ...]) -> str:
    return "\n".join(
        tell_again(Again("R1", (), (FILE,), more.get("machine", ()), more.get("read_otherwise", ())), None)
    )


def test_a_file_that_an_earlier_layout_had_read_is_named_with_both_layouts():
    assert layout_differences([READ], {"a": "banner 2023.4"}) == [
        "udc/2022-23/placement.txt: banner 2023.3 then, banner 2023.4 now"
    ]
    assert layout_differences([READ], {"a": "banner 2023.3"}) == []


def test_files_that_did_not_count_are_no_cause():
    gone = READ | {"destroyed_at": "2026-07-01"}
    assert layout_differences([READ | {"status": "superseded"}, gone], {"a": "banner 2023.4"}) == []


def test_the_cause_that_is_known_is_told_and_no_other_is_suspected():
    told = _told(read_otherwise=("udc/2022-23/placement.txt: banner 2023.3 then, banner 2023.4 now",))
    assert "1 of 1 files of scorecards differ" in told
    assert "udc/2022-23/placement.txt: banner 2023.3 then" in told
    assert "cte run --rebuild" in told
    assert "without a new version" not in told


def test_another_machine_is_told_as_such():
    told = _told(machine=("duckdb: 1.4.0 then, 1.5.0 now",))
    assert "not the same machine: duckdb: 1.4.0 then" in told
    assert "without a new version" not in told


def test_without_a_cause_in_sight_the_reader_is_told_where_to_look():
    assert "a layout changed without a new version" in _told()
