"""Hand-written rules about what each source of placements can know, and whether its answers can be believed."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, institutions_in_excess, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import in_excess, neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "reference_quarter": "2024Q4", "placement_source": "wage_record", "placement_status": "employment",
}  # fmt: skip
ELSEWHERE = ONE | {"institution_id": "college-2"}
SEARCH = ("grantee_id", "student_id", "reference_quarter", "placement_source")
NOT_ENGAGED = ONE | {"placement_status": "not_engaged"}
# Only persons whose identifier means the same person at two institutions: mart.person knows which.
_CONTRADICTED = (
    f"select {', '.join(SEARCH)} from core.placement "
    "inner join mart.person as person using (grantee_id, institution_id, student_id) "
    "where person_id = student_id and placement_status in ('employment', 'not_engaged') "
    f"group by {', '.join(SEARCH)} having count(distinct placement_status) > 1"
)
_NEVER_UNKNOWN = (
    rows_of("core.placement", INSTITUTION)
    + f" group by {', '.join(INSTITUTION)} having count(*) filter (where placement_status = 'not_engaged') >= 30 "
    "and count(*) filter (where placement_status = 'unknown') = 0"
)
SURVEYED = ONE | {"placement_source": "survey"}
_SURVEYED = institutions_in_excess(
    "core.placement", "placement_source = 'survey'", 2, "placement_status = 'employment'"
)
_FEW_SURVEYED, _MANY_SURVEYED = in_excess(SURVEYED, "placement_source", "wage_record", 2)

WAGE_RECORDS = Rule(
    id="placement_wage_records_know_employment", table="core.placement",
    title="Wage records speak of employment and of nothing else",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToBeInSet(
        column="placement_status", value_set=["employment", "not_engaged", "unknown"]
    ),
    population=Column("placement_source") == "wage_record", population_words="records from wage records",
    columns=("placement_status", "placement_source"),
    threshold=Threshold(share="0.01", evidence="wage records miss the military and the self-employed; share house "
                        "default"),
    why="Unemployment insurance covers neither the armed forces nor studies. The source is wrong, so that how much of "
        "1P1 rests on which match cannot be said.",
    fix="Name the source that found the student: the clearinghouse, another administrative record or a survey.",
    passes=(
        *(ONE | {"placement_status": status} for status in ("employment", "not_engaged", "unknown")),
        ONE | {"placement_status": "military", "placement_source": "administrative"},
    ),
    fails=tuple(
        ONE | {"placement_status": status}
        for status in ("military", "national_service", "postsecondary_education", "advanced_training")
    ),
)  # fmt: skip

CLEARINGHOUSE = Rule(
    id="placement_clearinghouse_knows_enrollment", table="core.placement",
    title="The clearinghouse speaks of further studies and of nothing else",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToBeInSet(
        column="placement_status", value_set=["postsecondary_education", "unknown"]
    ),
    population=Column("placement_source") == "clearinghouse", population_words="records from the clearinghouse",
    columns=("placement_status", "placement_source"), threshold=Threshold(share="0.01", evidence="house default"),
    why="Colleges report enrollment to the clearinghouse. Who is not found there may well be at work: written as not "
        "engaged, the student counts as a failure that nobody has seen.",
    fix="Send unknown where the clearinghouse did not find the student, and name the source of everything else.",
    passes=(
        ONE | {"placement_status": "postsecondary_education", "placement_source": "clearinghouse"},
        ONE | {"placement_status": "unknown", "placement_source": "clearinghouse"},
        ONE | {"placement_status": "employment", "placement_source": "survey"},
    ),
    fails=(
        ONE | {"placement_status": "not_engaged", "placement_source": "clearinghouse"},
        ONE | {"placement_status": "employment", "placement_source": "clearinghouse"},
    ),
)  # fmt: skip

UNKNOWN_KEPT_APART = Rule(
    id="placement_unknown_kept_apart", table="core.placement",
    title="Who could not be found is kept apart from who is not engaged",
    dimension="accuracy", severity="warning", layer="consistency",
    expectation=ExpectRowsToSatisfy(
        column_list=["placement_status", *INSTITUTION], condition=is_not_among(INSTITUTION, _NEVER_UNKNOWN)
    ),
    population=Column("placement_status") == "not_engaged", population_words="records of students not engaged",
    columns=("placement_status", "placement_source"),
    threshold=Threshold(evidence="codes 9997 and 9998 (CEDS 002087); 30 not engaged and nobody unknown: house default"),
    why="Not found is not the same as not placed: wage records miss the self-employed, the military and work in "
        "other States. An institution without one unknown has written them all as failures.",
    fix="Send unknown for students whom no source covers, and not engaged only for those known to be without a place.",
    passes=(
        *(NOT_ENGAGED | {"grantee_id": "small", "student_id": f"s-{n}"} for n in range(29)),
        *(NOT_ENGAGED | {"program_year": "2022-23", "student_id": f"s-{n}"} for n in range(30)),
        ONE | {"program_year": "2022-23", "placement_status": "unknown"},
        NOT_ENGAGED | {"institution_id": "college-2"}, ONE,
    ),
    fails=tuple(NOT_ENGAGED | {"student_id": f"s-{n}"} for n in range(30)),
)  # fmt: skip

ONE_ANSWER = Rule(
    id="placement_one_answer_from_one_source", table="core.placement",
    title="No source says of a person both employed and not engaged in the same quarter",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["placement_status", *SEARCH], condition=is_not_among(SEARCH, _CONTRADICTED)
    ),
    population=Column("placement_status").is_in(["employment", "not_engaged"]),
    population_words="records of students at work or not engaged",
    columns=("placement_status", "student_id", "reference_quarter"),
    threshold=Threshold(share="0.01", evidence="house default"),
    why="Two institutions of one State asked the same source about the same person and report two answers. One of the "
        "matches went wrong, and with it perhaps its whole file.",
    fix="Compare the two requests: day of the match, identifier, and how not found was coded.",
    passes=(
        ONE | {"student_id": "local"}, ELSEWHERE | {"student_id": "local", "placement_status": "not_engaged"},
        ONE | {"student_id": "bo"}, ELSEWHERE | {"student_id": "bo", "placement_status": "military"},
        ONE | {"placement_status": "unknown", "institution_id": "college-3"}, *neighbors(ONE, SEARCH),
    ),
    fails=(ONE, ELSEWHERE | {"placement_status": "not_engaged"}),
    context={"mart.person": tuple(
        {"grantee_id": "demo", "institution_id": place, "student_id": student, "person_id": person or f"{place}:local"}
        for student, person in (("ada", "ada"), ("bo", "bo"), ("local", ""))
        for place in ("college-1", "college-2")
    )},
)  # fmt: skip

SELDOM_FROM_SURVEYS = Rule(
    id="placement_employment_seldom_from_surveys", table="core.placement",
    title="At most half of an institution's employment is known from surveys",
    dimension="accuracy", severity="info", layer="validity",
    expectation=ExpectRowsToSatisfy(
        column_list=["placement_source", *INSTITUTION],
        condition=f"placement_source <> 'survey' or {is_not_among(INSTITUTION, _SURVEYED)}",
    ),
    population=Column("placement_status") == "employment", population_words="records of employment",
    columns=("placement_source", "placement_status"),
    threshold=Threshold(evidence="house default: half, of 20 records or more"),
    why="Graduates who have found work may answer more readily: 1P1 from surveys is then too high, and a gap between "
        "groups may be a gap in answering.",
    fix="Ask your State's labor agency for a match with wage records, and keep the survey for those it cannot see.",
    passes=(
        *_FEW_SURVEYED, SURVEYED | {"placement_status": "unknown"},
        SURVEYED | {"institution_id": "small", "placement_status": "unknown"},
    ),
    fails=_MANY_SURVEYED,
)  # fmt: skip

RULES = (WAGE_RECORDS, CLEARINGHOUSE, UNKNOWN_KEPT_APART, ONE_ANSWER, SELDOM_FROM_SURVEYS)
