"""Hand-written rules about institutions: each is one, stays who it is, and has students and CTE courses."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, has_one, is_among, rows_of
from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Severity, Threshold

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1"}
OTHER = {"institution_id": "college-2"}
BEFORE = {"program_year": "2022-23"}
EVER = ("grantee_id", "institution_id")

_OF_UNITID = ("grantee_id", "program_year", "unitid")
_SHARED = ONE | {"unitid": "100000"}

UNITID_ONCE = Rule(
    id="institution_unitid_unique", table="core.institution",
    title="No UNITID stands for two institutions of a year",
    dimension="uniqueness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["institution_id", *_OF_UNITID],
        condition=has_one("institution_id", _OF_UNITID, "core.institution"),
    ),
    population=Column("unitid").is_not_null(), population_words="institutions with a UNITID",
    columns=("unitid", "institution_id"), threshold=Threshold(evidence="house default"),
    why="IPEDS counts are joined by UNITID: the same completers are compared with each of the two, and neither agrees.",
    fix="Give the UNITID to the institution that reports to IPEDS and leave it blank for campuses that have none.",
    passes=(
        ONE | {"unitid": "100111"}, ONE | {"unitid": "100111"},
        ONE | {"unitid": None}, ONE | OTHER | {"unitid": None},
        *(row | {"institution_id": "college-3"} for row in neighbors(_SHARED, _OF_UNITID[:-1])),
        ONE | {"institution_id": "college-3", "unitid": "100999"},
    ),
    fails=(_SHARED, _SHARED | OTHER),
)  # fmt: skip

_OF_NAME = ("grantee_id", "program_year", "institution_name")
_NAMED = ONE | {"institution_name": "Willow Bank"}

NAME_ONCE = Rule(
    id="institution_name_unique", table="core.institution",
    title="No two institutions of a year have one name",
    dimension="uniqueness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["institution_id", *_OF_NAME],
        condition=has_one("institution_id", _OF_NAME, "core.institution"),
    ),
    columns=("institution_name", "institution_id"), population_words="institutions with a name",
    threshold=Threshold(evidence="house default"),
    why="One college under two codes is counted as two: its students are split, and small groups of each are "
        "suppressed though together they could be shown.",
    fix="Report each institution under one code, or tell campuses apart by name.",
    passes=(
        ONE | {"institution_name": "Red Bluff"}, ONE | {"institution_name": None}, ONE | OTHER,
        *(row | {"institution_id": "college-3"} for row in neighbors(_NAMED, _OF_NAME)),
    ),
    fails=(_NAMED, _NAMED | OTHER),
)  # fmt: skip


def _stays(
    column: str, *, title: str, severity: Severity, why: str, fix: str, words: str, values: tuple[str, str]
) -> Rule:
    """Return the rule that a column says the same of an institution in all program years."""
    kept, changed = ONE | {column: values[0]}, ONE | OTHER | {column: values[0]}
    return Rule(
        id=f"institution_{column.removeprefix('institution_')}_constant", table="core.institution", title=title,
        dimension="consistency", severity=severity,
        expectation=ExpectRowsToSatisfy(
            column_list=[column, *EVER], condition=has_one(column, EVER, "core.institution")
        ),
        population=Column(column).is_not_null(), population_words=f"institutions with {words}",
        columns=(column, "institution_id"), threshold=Threshold(evidence="house default"), why=why, fix=fix,
        passes=(kept, kept | BEFORE, changed | {column: None}, *neighbors(changed, EVER)),
        fails=(changed, changed | BEFORE | {column: values[1]}),
    )  # fmt: skip


UNITID_CONSTANT = _stays(
    "unitid", title="An institution has one UNITID in all years", severity="warning",
    words="a UNITID", values=("100000", "100111"),
    why="A trend against IPEDS compares two institutions without saying so. UNITIDs change seldom, as when colleges "
        "merge.",
    fix="Look the UNITID up in the IPEDS directory; after a merger report the new institution under a code of its own.",
)  # fmt: skip

NAME_CONSTANT = _stays(
    "institution_name", title="An institution has one name in all years", severity="info",
    words="a name", values=("Willow Bank", "Quarry Lake"),
    why="A code that was given to another college joins two colleges in every trend; a mere change of name joins none "
        "and should be known before a reader asks.",
    fix="If the college was renamed, send the name in force for all years; a new college needs a new code.",
)  # fmt: skip

RECIPIENT_CONSTANT = _stays(
    "eligible_recipient_id", title="An institution belongs to one eligible recipient in all years", severity="info",
    words="an eligible recipient", values=("R1", "R2"),
    why="Levels of performance and improvement plans are the recipient's (Perkins V section 123). When a college moves "
        "to another, the recipient's rates move though no student did anything.",
    fix="Confirm the change with the eligible agency; if it was none, send the recipient of the years before.",
)  # fmt: skip

HAS_STUDENTS = Rule(
    id="institution_has_students", table="core.institution",
    title="Each institution reports students",
    dimension="completeness", severity="warning",
    expectation=ExpectColumnsToReferToTable(
        column_list=list(INSTITUTION), other_table="core.student", other_column_list=list(INSTITUTION)
    ),
    columns=("institution_id", "institution_name"), population_words="institutions",
    threshold=Threshold(evidence="house default"),
    why="A college without students is a file that has not come, or was sent under another code. The State's rates are "
        "then those of the other colleges.",
    fix="Send the college's students, compare the codes in both files, or leave out an institution that has closed.",
    passes=(ONE, ONE | {"institution_id": None}), fails=neighbors(ONE, INSTITUTION),
    context={"core.student": (ONE,)},
)  # fmt: skip

HAS_CTE_COURSES = Rule(
    id="institution_has_cte_courses", table="core.institution",
    title="Each institution that reports courses reports courses of CTE programs",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=list(INSTITUTION),
        condition=is_among(INSTITUTION, rows_of("core.course", INSTITUTION, "program_id is not null"))
        + f" or not ({is_among(INSTITUTION, rows_of('core.course', INSTITUTION))})",
    ),
    columns=("institution_id", "institution_name"), population_words="institutions",
    threshold=Threshold(evidence="house default"),
    why="Participants and concentrators are made of courses that belong to a program. Where no course says its "
        "program, the college has none, and its students fall out of all three indicators.",
    fix="Fill the program of each CTE course; only general education has none.",
    passes=(ONE, ONE | OTHER, ONE | {"institution_id": None}),
    fails=(ONE | {"institution_id": "college-3"}, *neighbors(ONE, INSTITUTION[:2])),
    context={"core.course": (
        ONE | {"program_id": "welding"}, ONE | {"program_id": None},
        *(row | {"program_id": None} for row in neighbors(ONE, INSTITUTION[:2])),
        ONE | {"institution_id": "college-3", "program_id": None},
        *(row | {"program_id": None} for row in neighbors(ONE | OTHER, INSTITUTION[:2])),
    )},
)  # fmt: skip

RULES = (
    UNITID_ONCE, NAME_ONCE, UNITID_CONSTANT, NAME_CONSTANT, RECIPIENT_CONSTANT, HAS_STUDENTS, HAS_CTE_COURSES,
)  # fmt: skip
