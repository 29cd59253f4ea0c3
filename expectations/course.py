"""Hand-written rules about courses: what they are called, which program they belong to, whether anybody takes them."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, has_one, is_not_among
from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

IN_A_PROGRAM = Column("program_id").is_not_null()
ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "term_code": "fall",
    "course_id": "WELD101", "program_id": "welding",
}  # fmt: skip
COURSE = (*INSTITUTION, "course_id")

TITLE_KNOWN = Rule(
    id="course_title_known", table="core.course",
    title="Each course of a program has a title",
    dimension="completeness", severity="info",
    expectation=ExpectRowsToSatisfy(column_list=["course_title"], condition="course_title is not null"),
    population=IN_A_PROGRAM, population_words="courses of a program",
    columns=("course_title", "course_id"), threshold=Threshold(share="0.02", evidence="house default"),
    why="Whoever asks why a student is a concentrator reads course titles. A bare number explains nothing, and the "
        "same course at two colleges cannot be recognized.",
    fix="Send the title from the catalog.",
    passes=(
        {"program_id": "welding", "course_title": "Welding 1"}, {"program_id": None, "course_title": None},
    ),
    fails=({"program_id": "welding", "course_title": None},),
)  # fmt: skip

_OF_STATUS = (*INSTITUTION, "program_id", "credit_status")
_OTHER_STATUS = (
    f"select {', '.join(_OF_STATUS[:-1])}, case credit_status when 'credit' then 'noncredit' "
    "when 'noncredit' then 'credit' end from core.program where program_id is not null and credit_status is not null"
)
_PROGRAM = {name: ONE[name] for name in (*INSTITUTION, "program_id")}

STATUS_FITS_PROGRAM = Rule(
    id="course_credit_status_fits_program", table="core.course",
    title="A course is credit or noncredit as its program is",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=list(_OF_STATUS), condition=is_not_among(_OF_STATUS, _OTHER_STATUS)
    ),
    population=IN_A_PROGRAM, population_words="courses of a program",
    columns=("credit_status", "program_id"), threshold=Threshold(share="0.05", evidence="house default"),
    why="Noncredit students become concentrators by completion, others by credits. A course on the wrong side gives "
        "credits to a program that counts none, or hours to one that counts credits.",
    fix="Correct the credit status of the course or of the program; send a program that is taught both ways twice.",
    passes=(
        ONE | {"credit_status": "credit"}, ONE | {"program_id": "driver", "credit_status": "noncredit"},
        ONE | {"program_id": "unheard-of", "credit_status": "noncredit"},
        ONE | {"program_id": None, "credit_status": "noncredit"},
        ONE | {"program_id": "unheard-of", "credit_status": None},
        *(row | {"credit_status": "noncredit"} for row in neighbors(ONE, _OF_STATUS[:-1])),
    ),
    fails=(ONE | {"credit_status": "noncredit"}, ONE | {"program_id": "driver", "credit_status": "credit"}),
    context={"core.program": (
        _PROGRAM | {"credit_status": "credit"}, _PROGRAM | {"program_id": "driver", "credit_status": "noncredit"},
        _PROGRAM | {"program_id": "unheard-of", "credit_status": None},
    )},
)  # fmt: skip

_OFFERED = (*INSTITUTION, "term_code", "course_id")

TAKEN = Rule(
    id="course_has_enrollment", table="core.course",
    title="Each course is taken by somebody",
    dimension="integrity", severity="info",
    expectation=ExpectColumnsToReferToTable(
        column_list=list(_OFFERED), other_table="core.enrollment", other_column_list=list(_OFFERED)
    ),
    population_words="courses with institution, term and number",
    columns=("course_id", "term_code"),
    threshold=Threshold(share="0.1", evidence="house default: some sections are canceled"),
    why="Many courses without students are a catalog, or the enrollments of a whole term are lost: what the program "
        "offers (size and scope in the local needs assessment) is overstated.",
    fix="Send the courses that were held, and the enrollments of each; check course numbers and term in both files.",
    passes=(ONE, ONE | {"course_id": None}), fails=neighbors(ONE, _OFFERED),
    context={"core.enrollment": ({name: ONE[name] for name in _OFFERED},)},
)  # fmt: skip

_TWO = ONE | {"course_id": "SHOP101"}

ONE_PROGRAM = Rule(
    id="course_program_constant", table="core.course",
    title="A course belongs to one program in all terms of a year",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["program_id", *COURSE], condition=has_one("program_id", COURSE, "core.course")
    ),
    population=IN_A_PROGRAM, population_words="courses of a program",
    columns=("program_id", "course_id"), threshold=Threshold(share="0.02", evidence="house default"),
    why="Credits count within one program. The same course counts for one program in fall and for another in spring, "
        "so that students reach 12 credits in neither.",
    fix="Send one program per course for the whole year; a course that several programs share belongs to the one that "
        "the State approved it for.",
    passes=(
        ONE, ONE | {"term_code": "spring"}, _TWO | {"program_id": None}, *neighbors(_TWO, COURSE),
    ),
    fails=(_TWO, _TWO | {"term_code": "spring", "program_id": "drawing"}),
)  # fmt: skip

RULES = (TITLE_KNOWN, STATUS_FITS_PROGRAM, TAKEN, ONE_PROGRAM)
