"""Rules about how many records come: what falls out between two years, or between two files, is seen in no record."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, is_among, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

TABLE = "mart.record_count"
SMALLEST = 100
FEW = 10
ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "table_name": "enrollment",
    "row_count": 1000, "previous_row_count": 1000,
}  # fmt: skip
COLLEGE = ONE | {"table_name": "institution", "row_count": 1, "previous_row_count": 1}

STABLE = Rule(
    id="record_count_stable", table=TABLE,
    title="An institution's records of a table are within 30% of the year before",
    dimension="accuracy", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["row_count", "previous_row_count"],
        condition="row_count * 10 between previous_row_count * 7 and previous_row_count * 13",
    ),
    population=Column("previous_row_count") >= SMALLEST,
    population_words=f"tables of institutions with {SMALLEST} records or more in the year before",
    columns=("row_count", "previous_row_count", "table_name", "institution_id"),
    threshold=Threshold(evidence="house default: 30%, which Delaware once really grew by; an explanation is enough"),
    why="A quarter's file that was forgotten, or sent twice under other names, shows in no record; it moves rates.",
    fix="Compare with the year before by term and site. If the change is real, say why, and have it waived.",
    passes=(
        ONE | {"row_count": 700}, ONE | {"row_count": 1300}, ONE | {"row_count": 10, "previous_row_count": 99},
        ONE | {"previous_row_count": None},
    ),
    fails=(
        ONE | {"row_count": 699}, ONE | {"row_count": 1301}, ONE | {"row_count": 0},
        ONE | {"row_count": 69, "previous_row_count": 100},
    ),
)  # fmt: skip

STILL_SENT = Rule(
    id="record_count_still_sent", table=TABLE,
    title="An institution still sends each table that it sent the year before",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["row_count"], condition="row_count > 0"),
    population=(Column("previous_row_count") >= FEW) & (Column("previous_row_count") < SMALLEST),
    population_words=f"tables of institutions with {FEW} to {SMALLEST - 1} records in the year before; the larger ones "
                     "are judged by record_count_stable",
    columns=("row_count", "previous_row_count", "table_name", "institution_id"),
    threshold=Threshold(evidence=f"house default: {FEW} records"),
    why="A table that is missing for one college is nought in the State's sum, and nobody sees it there.",
    fix="Send the file for this institution too; if it has nothing to report any more, say so.",
    passes=(
        ONE | {"row_count": 1, "previous_row_count": 10}, ONE | {"row_count": 0, "previous_row_count": 9},
        ONE | {"row_count": 0, "previous_row_count": 100}, ONE | {"row_count": 0, "previous_row_count": None},
    ),
    fails=(ONE | {"row_count": 0, "previous_row_count": 10}, ONE | {"row_count": 0, "previous_row_count": 99}),
)  # fmt: skip

NOT_VANISHED = Rule(
    id="institution_not_vanished", table=TABLE, title="No institution of the year before has vanished",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["row_count"], condition="row_count > 0"),
    population=(Column("table_name") == "institution") & (Column("previous_row_count") > 0),
    population_words="institutions of the year before",
    columns=("row_count", "previous_row_count", "institution_id"),
    threshold=Threshold(evidence="house default: a college that closes or merges is worth a note"),
    why="The State's counts and rates of both years speak of different colleges.",
    fix="Send the institution's files, or say into which institution it was merged, and under which code it goes on.",
    passes=(
        COLLEGE, COLLEGE | {"row_count": 0, "previous_row_count": None}, ONE | {"row_count": 0},
        COLLEGE | {"row_count": 0, "previous_row_count": 0},
    ),
    fails=(COLLEGE | {"row_count": 0},),
)  # fmt: skip

NOT_APPEARED = Rule(
    id="institution_not_appeared", table=TABLE, title="No institution appears that was not there the year before",
    dimension="consistency", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["previous_row_count", "grantee_id", "program_year"],
        condition="previous_row_count is not null or "
        + is_not_among(INSTITUTION[:2], rows_of(TABLE, INSTITUTION[:2], "previous_row_count is not null")),
    ),
    population=Column("table_name") == "institution",
    population_words="institutions of grantees that sent something the year before; all others pass",
    columns=("institution_id", "row_count", "previous_row_count"),
    threshold=Threshold(evidence="house default: a new college is worth a note"),
    why="A college under a new code is a new college to every trend, and its students start from nothing: credits of "
        "earlier years are not found.",
    fix="If the code alone is new, send the old code, or have the change of codes written down; else nothing.",
    passes=(
        COLLEGE, ONE | {"previous_row_count": None, "program_year": "2022-23"},
        COLLEGE | {"previous_row_count": None, "program_year": "2022-23"},
        COLLEGE | {"previous_row_count": None, "grantee_id": "other"},
    ),
    fails=(COLLEGE | {"previous_row_count": None, "institution_id": "college-2"},),
)  # fmt: skip


def _comes_with(table: str, other: str, why: str, fix: str) -> Rule:
    """Return the rule that an institution with records of ``table`` has some of ``other`` too."""
    others = rows_of(TABLE, INSTITUTION, f"table_name = '{other}' and row_count > 0")
    one = ONE | {"table_name": table, "row_count": SMALLEST}
    there = ONE | {"table_name": other, "row_count": 1}
    return Rule(
        id=f"{table}_records_come_with_{other}", table=TABLE,
        title=f"An institution with {SMALLEST} {table} records has {other} records too",
        dimension="completeness", severity="warning", layer="macro",
        expectation=ExpectRowsToSatisfy(column_list=list(INSTITUTION), condition=is_among(INSTITUTION, others)),
        population=(Column("table_name") == table) & (Column("row_count") >= SMALLEST),
        population_words=f"institutions with {SMALLEST} {table} records or more",
        columns=("institution_id", "row_count"), threshold=Threshold(evidence=f"house default: {SMALLEST} records"),
        why=why, fix=fix, context={TABLE: (there,)},
        passes=(
            one, one | {"institution_id": "college-2", "row_count": SMALLEST - 1},
            one | {"institution_id": "college-2", "table_name": "staff"},
            there | {"institution_id": "college-3", "row_count": 0},
        ),
        fails=(
            one | {"institution_id": "college-2"}, one | {"institution_id": "college-3"},
            one | {"program_year": "2022-23"}, one | {"grantee_id": "other"},
        ),
    )  # fmt: skip


RULES = (
    STABLE, STILL_SENT, NOT_VANISHED, NOT_APPEARED,
    _comes_with("student", "credential",
                why="A college of that size awards something. Without its credentials 2P1 is not computable there.",
                fix="Send the credential file; certificates and licenses of other bodies count too."),
    _comes_with("student", "enrollment",
                why="Students without courses are no participants: the college has no concentrators and no indicator.",
                fix="Send the enrollment file of this institution, with the same identifiers as the student file."),
    _comes_with("student", "program_enrollment",
                why="Nobody enters or leaves a program there, so that 1P1 and 2P1 have no cohort.",
                fix="Send entry and exit of the students in programs, also of those who withdrew."),
    _comes_with("program_enrollment", "placement",
                why="Nobody was followed up, so that 1P1 cannot be computed for the college.",
                fix="Send what wage records, clearinghouse or survey say of former students, also not engaged."),
)  # fmt: skip
