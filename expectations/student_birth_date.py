"""Hand-written rules about birth dates: whether they can be true, stay the same, and are no stand-in for unknown."""

from __future__ import annotations

import datetime as dt

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, PERSON_EVER, START_YEAR, has_one, is_not_among
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada"}
YEAR_BEGINS = f"make_date({START_YEAR}, 7, 1)"

AGE = Rule(
    id="student_age_plausible", table="core.student",
    title="Each student is 14 to 100 years old when the program year begins",
    dimension="validity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", "program_year"],
        condition=f"birth_date <= {YEAR_BEGINS} - interval 14 year and birth_date >= {YEAR_BEGINS} - interval 100 year",
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("birth_date",), threshold=Threshold(share="0.005", evidence="house default"),
    why="A wrong birth date breaks the match to wage records and other agencies, and with it placement (1P1).",
    fix="Correct the birth date. Usual causes: two-digit years, day and month exchanged, a stand-in for unknown.",
    passes=(
        ONE | {"birth_date": dt.date(2009, 7, 1)},
        ONE | {"birth_date": dt.date(1923, 7, 1)},
        ONE | {"birth_date": None},
    ),
    fails=(ONE | {"birth_date": dt.date(2009, 7, 2)}, ONE | {"birth_date": dt.date(1923, 6, 30)}),
)  # fmt: skip

ONE_BIRTH_DATE = Rule(
    id="student_birth_date_constant", table="core.student",
    title="A student has one birth date in all terms and years",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", *PERSON_EVER],
        condition=has_one("birth_date", PERSON_EVER, "core.student"),
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("birth_date", "student_id"), threshold=Threshold(share="0.005", evidence="house default"),
    why="Two birth dates under one id are two persons counted as one, or one person who will not match elsewhere.",
    fix="Find out which date is right; if two persons share the id, give one of them another.",
    passes=(
        ONE | {"birth_date": dt.date(2001, 2, 3)}, ONE | {"birth_date": dt.date(2001, 2, 3)},
        ONE | {"student_id": "cy", "birth_date": None},
        *(row | {"birth_date": dt.date(2001, 2, 3)} for row in neighbors(ONE | {"student_id": "bo"}, PERSON_EVER)),
    ),
    fails=(
        ONE | {"student_id": "bo", "birth_date": dt.date(2001, 2, 3)},
        ONE | {"student_id": "bo", "birth_date": dt.date(2001, 3, 2)},
    ),
    context={"core.student": (ONE | {"student_id": None}, ONE | {"program_year": "2022-23"})},
)  # fmt: skip


def _born_together(row: dict[str, str], count: int) -> tuple[dict[str, object], ...]:
    return tuple({**row, "student_id": f"same-{n}", "birth_date": dt.date(2000, 1, 1)} for n in range(count))


def _on_days(row: dict[str, str], count: int) -> tuple[dict[str, object], ...]:
    first = dt.date(1995, 1, 1)
    return tuple({**row, "student_id": f"day-{n}", "birth_date": first + dt.timedelta(n)} for n in range(count))


NO_SHARED_BIRTH_DATE = Rule(
    id="student_birth_date_not_shared", table="core.student",
    title="No birth date is shared by suspiciously many students of an institution",
    dimension="accuracy", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", *INSTITUTION],
        condition=is_not_among(
            (*INSTITUTION, "birth_date"),
            f"select {', '.join(INSTITUTION)}, birth_date from ("
            f"select {', '.join(INSTITUTION)}, birth_date, count(distinct student_id) as student_count, "
            f"sum(count(distinct student_id)) over (partition by {', '.join(INSTITUTION)}) as all_count "
            f"from core.student where institution_id is not null and birth_date is not null "
            f"group by {', '.join(INSTITUTION)}, birth_date) as one_date "
            "where student_count >= 10 and student_count * 50 > all_count",
        ),
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("birth_date",),
    threshold=Threshold(share="0", evidence="house default: 10 students or more, and over 2% of the institution's"),
    why="A default date (first of January, the day of the upload) hides that birth dates are unknown.",
    fix="Send nothing where the birth date is not known, and stop the source system from filling in a default.",
    passes=(
        *_on_days(ONE, 489), *_born_together(ONE | {"institution_id": "college-2"}, 9),
        *_born_together(ONE | {"institution_id": "college-3"}, 10),
        *_on_days(ONE | {"institution_id": "college-3"}, 490),
        *(row | {"birth_date": dt.date(2000, 1, 1)} for row in neighbors(ONE, INSTITUTION)), ONE | {"birth_date": None},
    ),
    fails=_born_together(ONE, 10),
)  # fmt: skip

KNOWN = Rule(
    id="student_birth_date_known", table="core.student",
    title="The birth date of each student is known",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", "unreadable_columns"],
        condition="birth_date is not null or unreadable_columns like '%,birth_date,%'",
    ),
    columns=("birth_date",), population_words="all students",
    threshold=Threshold(share="0.05", evidence="house default"),
    why="Wage records and other agencies are matched by birth date too: who has none counts as not placed in 1P1, and "
        "nobody can say whether the definition of foster care and military families reaches the student.",
    fix="Send the birth date from the admission record; where it was never asked, ask at the next registration.",
    passes=(
        {"birth_date": dt.date(2001, 2, 3), "unreadable_columns": ""},
        {"birth_date": None, "unreadable_columns": ",birth_date,"},
    ),
    fails=(
        {"birth_date": None, "unreadable_columns": ""},
        {"birth_date": None, "unreadable_columns": ",sex,"},
    ),
)  # fmt: skip

NO_EPOCH = Rule(
    id="student_birth_date_no_day_zero", table="core.student",
    title="No birth date is the day from which a computer counts its days",
    dimension="accuracy", severity="info", layer="validity",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date"],
        condition="birth_date not in (date '1960-01-01', date '1970-01-01')",
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("birth_date",),
    threshold=Threshold(share="0.001", evidence="house default: a few students are really born on such a day"),
    why="SAS counts from 1 January 1960, Unix from 1 January 1970: there a zero became a birth date, and age, match "
        "and placement (1P1) are about a person who does not exist.",
    fix="Look the students up; where the source holds 0 or nothing, send nothing.",
    passes=(
        *({"birth_date": dt.date(year, 1, day)} for year in (1960, 1970) for day in (2, 31)),
        *({"birth_date": dt.date(year, 12, 31)} for year in (1959, 1969)), {"birth_date": None},
    ),
    fails=tuple({"birth_date": dt.date(year, 1, 1)} for year in (1960, 1970)),
)  # fmt: skip

_MANY_NEW_YEARS = (
    f"select {', '.join(INSTITUTION)} from (select {', '.join(INSTITUTION)}, count(birth_date) as all_count, "
    "count(*) filter (where month(birth_date) = 1 and day(birth_date) = 1) as new_year_count "
    f"from core.student group by {', '.join(INSTITUTION)}) as one_institution "
    "where institution_id is not null and new_year_count >= 5 and new_year_count * 7 > all_count"
)
_SAME_DAY = tuple(ONE | {"birth_date": dt.date(1990 + n, 1, 1)} for n in range(5))
_OTHER_DAYS = (
    *(ONE | {"birth_date": dt.date(1990, 1, day)} for day in range(2, 22)),
    *(ONE | {"birth_date": dt.date(1990, month, 1)} for month in range(2, 11)),
)
_FEW, _SMALL_SHARE = ONE | {"institution_id": "college-2"}, ONE | {"institution_id": "college-3"}

NO_NEW_YEAR = Rule(
    id="student_birth_date_not_new_year", table="core.student",
    title="Students are not born on 1 January more often than chance has it",
    dimension="accuracy", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", *INSTITUTION],
        condition=f"month(birth_date) <> 1 or day(birth_date) <> 1 or {is_not_among(INSTITUTION, _MANY_NEW_YEARS)}",
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("birth_date",),
    threshold=Threshold(evidence="house default: 5 records or more, and over a seventh of the institution's"),
    why="Where only the year of birth is known, systems fill in 1 January. A date that is a third true matches nobody.",
    fix="Send nothing where day or month is not known, and ask for the whole date.",
    passes=(
        *_OTHER_DAYS,
        *(_FEW | {"birth_date": dt.date(1990 + n, 1, 1)} for n in range(4)), _FEW | {"birth_date": None},
        *(_FEW | {"birth_date": dt.date(1990, 1, 2 + n)} for n in range(5)),
        *(_FEW | {"birth_date": dt.date(1990, 2 + n, 1)} for n in range(5)),
        *(_SMALL_SHARE | {"birth_date": dt.date(1990 + n, 1, 1)} for n in range(5)),
        *(_SMALL_SHARE | {"birth_date": dt.date(1990, 5, 1 + n)} for n in range(29)),
        _SMALL_SHARE | {"birth_date": dt.date(1990, 1, 20)},
        *(row | {"birth_date": dt.date(1999, 1, 1)} for row in neighbors(ONE, INSTITUTION)),
    ),
    fails=_SAME_DAY,
)  # fmt: skip

RULES = (AGE, ONE_BIRTH_DATE, NO_SHARED_BIRTH_DATE, KNOWN, NO_EPOCH, NO_NEW_YEAR)
