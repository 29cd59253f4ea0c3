"""Hand-written rules about the inventory of programs: each stands once, is the same in all years, and is alive."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, has_one, is_not_among, rows_of
from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.program import CIP_FAMILIES
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "program_id": "WELD48",
    "program_name": "Welding", "cip_code": "48.0508", "cip_version": "CIP2020", "award_level_code": "01",
    "credit_status": "credit", "nontraditional_sex": "female",
}  # fmt: skip
PROGRAM = (*INSTITUTION, "program_id")
OLD_CLUSTERS = [f"{number:02d}" for number in range(1, 17)]
FIRST_NEW_YEAR = "2025-26"
TIMELINE = "Advance CTE's timeline: collection on the 14 clusters begins in fall 2025"

_SAME_PROGRAM = (*INSTITUTION, "cip_code", "award_level_code", "credit_status", "program_name")
_AGAIN = ONE | {"program_id": "WELD48-2"}

ONCE = Rule(
    id="program_stands_once", table="core.program",
    title="No program of an institution stands in the inventory under two numbers",
    dimension="uniqueness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["program_id", *_SAME_PROGRAM], condition=has_one("program_id", _SAME_PROGRAM, "core.program")
    ),
    population_words="all programs",
    columns=("program_id", "program_name"), threshold=Threshold(share="0.02", evidence="house default"),
    why="Name, CIP code, level and credit status are the same: credits earned under the two numbers are not added, and "
        "students with 12 credits in one program are concentrators of none.",
    fix="Keep one number, or tell the programs apart by name (an option, a campus).",
    passes=(
        ONE | {"program_name": "Drawing"}, ONE | {"program_name": "Drawing"},
        *(row | {"program_id": "other"} for row in neighbors(ONE, _SAME_PROGRAM)),
        ONE | {"program_id": "unnamed", "program_name": None}, ONE | {"program_id": "unnamed-2", "program_name": None},
    ),
    fails=(ONE, _AGAIN),
)  # fmt: skip

_PROGRAM_EVER = ("grantee_id", "institution_id", "program_id", "cip_version")
_IS_CIP = rf"regexp_matches(cip_code, '^({CIP_FAMILIES})\.\d{{4}}$')"
_MOVED = ONE | {"program_id": "MOVED"}

CIP_CONSTANT = Rule(
    id="program_cip_constant", table="core.program",
    title="A program number has one CIP code in all years",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["cip_code", *_PROGRAM_EVER],
        condition=has_one("cip_code", _PROGRAM_EVER, "core.program", _IS_CIP),
    ),
    population_words="all programs",
    columns=("cip_code", "program_id"),
    threshold=Threshold(share="0.05", evidence="house default; a new CIP taxonomy is no change"),
    why="A number given to another program joins two programs: students who began the one have earned credits in the "
        "other, and trends by program or cluster break unseen.",
    fix="Give a new program a new number; if the code was corrected, send the earlier years again with it.",
    passes=(
        ONE, ONE | {"program_year": "2022-23"}, _MOVED | {"program_id": "OTHER"},
        _MOVED | {"program_id": "OTHER", "program_year": "2022-23", "cip_code": "99.9999"},
        *(_MOVED | {"program_id": "OTHER", "program_year": f"20{n}-{n + 1}", "cip_code": code}
          for n, code in ((20, "148.0508"), (21, "48.05089"))),
        *neighbors(_MOVED, _PROGRAM_EVER),
    ),
    fails=(_MOVED, _MOVED | {"program_year": "2022-23", "cip_code": "15.0614"}),
)  # fmt: skip

_STATE_CIP = ("grantee_id", "program_year", "cip_code")
_ELSEWHERE = {"institution_id": "college-2"}
_DISPUTED = ONE | {"cip_code": "51.3801"}

NONTRADITIONAL_AGREES = Rule(
    id="program_nontraditional_sex_agrees", table="core.program",
    title="Programs of one CIP code are nontraditional for the same sex at all institutions",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["nontraditional_sex", *_STATE_CIP],
        condition=has_one("nontraditional_sex", _STATE_CIP, "core.program"),
    ),
    population=Column("nontraditional_sex").is_not_null(),
    population_words="programs that say for which sex they are nontraditional",
    columns=("nontraditional_sex", "cip_code"), threshold=Threshold(share="0.05", evidence="house default"),
    why="A field is nontraditional by the occupation's share of one sex (under 25%), not by the college. Where "
        "colleges disagree, 3P1 compares lists and not students.",
    fix="Take the value from the State's list of nontraditional programs in force, by CIP code.",
    passes=(
        ONE, ONE | _ELSEWHERE, _DISPUTED | {"nontraditional_sex": None},
        *neighbors(_DISPUTED, _STATE_CIP),
    ),
    fails=(_DISPUTED, _DISPUTED | _ELSEWHERE | {"nontraditional_sex": "male"}),
)  # fmt: skip

OLD_FRAMEWORK = Rule(
    id="program_cluster_of_framework", table="core.program",
    title="Until 2024-25 programs are in one of the 16 Career Clusters",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToBeInSet(column="career_cluster_code", value_set=OLD_CLUSTERS),
    columns=("career_cluster_code",), population_words="programs with a Career Cluster",
    threshold=Threshold(evidence=TIMELINE), effective_to="2024-25",
    why="Clusters of two frameworks do not add up: the old ones were split and joined, so that a cluster's total of an "
        "earlier year cannot be converted.",
    fix="Send the cluster of the 16-cluster framework for program years up to 2024-25.",
    passes=(*({"career_cluster_code": code} for code in OLD_CLUSTERS), {"career_cluster_code": None}),
    fails=({"career_cluster_code": "energy_and_natural_resources"}, {"career_cluster_code": "digital_technology"}),
)  # fmt: skip

_GRANTEE_YEAR = ("grantee_id", "program_year")
_IS_OLD = "career_cluster_code between '01' and '16'"
_OLD_HERE, _NEW_HERE = {"career_cluster_code": "08"}, {"career_cluster_code": "healthcare_and_human_services"}

ONE_FRAMEWORK = Rule(
    id="program_clusters_of_one_framework", table="core.program",
    title="All programs of a grantee's year are clustered by one framework",
    dimension="consistency", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["career_cluster_code", *_GRANTEE_YEAR],
        condition=is_not_among(_GRANTEE_YEAR, rows_of("core.program", _GRANTEE_YEAR, f"not ({_IS_OLD})")),
    ),
    population=Column("career_cluster_code").is_in(OLD_CLUSTERS),
    population_words="programs in one of the 16 Career Clusters",
    columns=("career_cluster_code", "program_id"),
    threshold=Threshold(evidence=f"house default; {TIMELINE}"), effective_from=FIRST_NEW_YEAR,
    why="Some colleges have moved to the 14 clusters and others have not: a table by cluster then shows parts of the "
        "same programs in two rows, each too small.",
    fix="Agree on the program year in which the State changes, and send all programs by that framework from then on.",
    passes=(
        *(row | _OLD_HERE for row in neighbors(ONE, _GRANTEE_YEAR)),
        *({"grantee_id": "uniform", "program_year": FIRST_NEW_YEAR, "career_cluster_code": code}
          for code in OLD_CLUSTERS),
        ONE | _NEW_HERE | {"institution_id": "college-2"},
    ),
    fails=tuple(ONE | {"career_cluster_code": code} for code in OLD_CLUSTERS),
)  # fmt: skip

HAS_STUDENTS = Rule(
    id="program_has_students", table="core.program",
    title="Each program of the inventory has students",
    dimension="integrity", severity="info",
    expectation=ExpectColumnsToReferToTable(
        column_list=list(PROGRAM), other_table="core.program_enrollment", other_column_list=list(PROGRAM)
    ),
    columns=("program_id", "program_name"), population_words="all programs",
    threshold=Threshold(share="0.25", evidence="house default"),
    why="A program without students is closed, not yet open, or known to the students' file by another number. Size "
        "and scope in the local needs assessment are then those of a list.",
    fix="Take closed programs out of the year's inventory, and compare the program numbers of the two files.",
    passes=(ONE, ONE | {"program_id": None}), fails=neighbors(ONE, PROGRAM),
    context={"core.program_enrollment": ({name: ONE[name] for name in PROGRAM},)},
)  # fmt: skip

HAS_COURSES = Rule(
    id="program_has_courses", table="core.program",
    title="Each program that students are in has courses",
    dimension="integrity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=list(PROGRAM),
        condition=is_not_among(PROGRAM, (
            f"select {', '.join(PROGRAM)} from core.program_enrollment where program_id is not null except "
            f"select {', '.join(PROGRAM)} from core.course"
        )),
    ),
    columns=("program_id", "program_name"), population_words="all programs",
    threshold=Threshold(share="0.1", evidence="house default: a program may rest for a year"),
    why="Credits count in a program by its courses. Where no course names the program, nobody earns a credit in it, "
        "and its students are participants and concentrators of nothing.",
    fix="Name the program in its courses, under the number that it has in the inventory.",
    passes=(
        ONE, ONE | {"program_id": "CLOSED"},
        *neighbors(ONE | {"program_id": "SILENT"}, PROGRAM),
    ),
    fails=(ONE | {"program_id": "SILENT"},),
    context={
        "core.program_enrollment": tuple(
            {name: ONE[name] for name in INSTITUTION} | {"program_id": number} for number in ("WELD48", "SILENT")
        ),
        "core.course": ({name: ONE[name] for name in PROGRAM},),
    },
)  # fmt: skip

RULES = (
    ONCE, CIP_CONSTANT, NONTRADITIONAL_AGREES, OLD_FRAMEWORK, ONE_FRAMEWORK, HAS_STUDENTS, HAS_COURSES,
)  # fmt: skip
