"""The counts of local needs are those that a clerk makes who goes through the same students one by one."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from core_rows import add, complete, earn, rows_of, small_warehouse

YEAR = "2022-23"
# Student: (college, sex, disability, courses of P1 completed, credits, completes, is awarded a credential).
WORLD = {
    "s1": ("A", "female", "no", True, 12, True, True),
    "s2": ("A", "male", "yes", True, 12, False, False),
    "s3": ("A", "male", "unknown", True, 3, False, False),
    "s4": ("A", "male", "yes", False, 0, False, False),
    "s5": ("B", "female", "not_reported", True, 12, True, False),
    "s6": ("B", "male", "no", True, 4, False, False),
}
FUNNEL = "student_count, participant_count, concentrator_count, completer_count, credentialed_count"


def world():
    """Return a warehouse in which the colleges A and B are one recipient."""
    connection = small_warehouse()
    connection.execute("delete from core.student where program_year = ?", [YEAR])
    for table in ("institution", "program", "course"):
        add(connection, table, institution_id="B")
    for student, (college, sex, disability, takes, credit, completes, awarded) in WORLD.items():
        own = {"institution_id": college, "student_id": student}
        add(connection, "student", **own, sex=sex, disability_status=disability)
        if takes:
            earn(connection, credit, **own)
        if completes:
            complete(connection, date(2023, 5, 1), **own)
        if awarded:
            add(connection, "credential", **own, award_date=date(2023, 5, 2))
    return connection


def clerk(place: int | None = None, code: str = "all") -> tuple[int, ...]:
    """Count students, participants, concentrators, completers and credentials of those whose field has a code."""
    mine = [s for s in WORLD.values() if place is None or s[place] == code]
    stages = (bool, lambda s: s[3], lambda s: s[4] >= 12, lambda s: s[5], lambda s: s[6])
    return tuple(sum(1 for s in mine if stage(s)) for stage in stages)


def test_every_group_is_counted_at_every_stage_as_the_clerk_counts_it():
    with world() as connection:
        where = f"program_year = '{YEAR}' and program_id is null"
        rows = rows_of(connection, "mart.local_access", f"subgroup_dimension, subgroup_code, {FUNNEL}", where)
    found = {row[:2]: row[2:] for row in rows}
    assert found["all", "all"] == clerk()
    for code in ("female", "male"):
        assert found["sex", code] == clerk(1, code)
    for code in ("yes", "no", "unknown", "not_reported"):
        assert found["disability", code] == clerk(2, code)
    for dimension in {name for name, _ in found}:
        parts = [counts for (name, _), counts in found.items() if name == dimension]
        assert tuple(map(sum, zip(*parts, strict=True))) == clerk(), dimension


def test_parity_is_the_share_in_the_program_over_the_share_of_all_students_and_unknown_is_in_neither():
    columns = ("institution_id, group_participant_count, known_participant_count, unknown_participant_count, "
               "group_student_count, known_student_count, unknown_student_count, status, parity_index")  # fmt: skip
    where = f"program_year = '{YEAR}' and subgroup_dimension = 'disability' and subgroup_code = 'yes'"
    with world() as connection:
        a, b = rows_of(connection, "mart.local_parity", columns, where)
    assert a[:-1] == ("A", 1, 2, 1, 2, 4, 2, "computed")
    assert a[-1] == float(Fraction(1 * 4, 2 * 2))
    assert b == ("B", 0, 1, 1, 2, 4, 2, "computed", 0.0)


def test_a_program_has_its_size_and_no_work_based_learning_is_not_said_where_no_such_record_came():
    columns = "institution_id, participant_count, concentrator_count, completer_count, work_based_learning_count"
    with world() as connection:
        add(connection, "work_based_learning", institution_id="B", student_id="s6", program_id="P1")
        rows = rows_of(connection, "mart.local_program_size", columns, f"program_year = '{YEAR}'")
    assert rows == [("A", 3, 2, 1, None), ("B", 2, 1, 1, 1)]
