"""Hand-written rules about what kind of credential it is, its level, its program and how it is known."""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, STAY, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

DEGREES = "('03', '05')"
OF_PROGRAM = (*INSTITUTION, "program_id")
TWICE = (*STAY, "award_date", "award_level_code")
AWARD = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "program_id": "welding",
}  # fmt: skip
PROGRAM = {name: AWARD[name] for name in OF_PROGRAM}
DEGREE = AWARD | {"credential_type": "degree"}
NONCREDIT = AWARD | {"award_level_code": "noncredit"}
DATED = AWARD | {"award_date": dt.date(2024, 5, 31), "award_level_code": "02", "credential_type": "certificate"}
UNLEVELED = {"student_id": "cy", "award_level_code": None}
NO_DEGREES = rows_of("core.program", OF_PROGRAM, f"award_level_code not in {DEGREES}")
FOR_CREDIT = rows_of("core.program", OF_PROGRAM, "credit_status = 'credit'")
TWO_KINDS = (
    rows_of("core.credential", TWICE) + f" group by {', '.join(TWICE)} having count(distinct credential_type) > 1"
)

CERTIFICATION_HAS_NO_LEVEL = Rule(
    id="credential_certification_has_no_level", table="core.credential",
    title="Industry certifications and licenses have no academic award level",
    dimension="consistency", severity="warning",
    expectation=gxe.ExpectColumnValuesToBeNull(column="award_level_code"),
    population=Column("credential_type").is_in(["industry_certification", "license"]),
    population_words="industry certifications and licenses", columns=("award_level_code", "credential_type"),
    threshold=Threshold(share="0.02", evidence="house default"),
    why="The issuer is not the college, so that IPEDS does not know the award. With a level it counts among the "
        "awards of the institution, which then exceed its completions in IPEDS.",
    fix="Leave the level empty, or send the award of the institution as a certificate or degree of its own.",
    passes=(
        {"credential_type": "industry_certification", "award_level_code": None},
        {"credential_type": "certificate", "award_level_code": "01"},
    ),
    fails=(
        {"credential_type": "industry_certification", "award_level_code": "01"},
        {"credential_type": "license", "award_level_code": "02"},
    ),
)  # fmt: skip

AWARD_HAS_LEVEL = Rule(
    id="credential_award_has_level", table="core.credential",
    title="Each degree and certificate has its award level",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["award_level_code", "unreadable_columns"],
        condition="award_level_code is not null or unreadable_columns like '%,award_level_code,%'",
    ),
    population=Column("credential_type").is_in(["degree", "certificate"]),
    population_words="degrees and certificates", columns=("award_level_code", "credential_type"),
    threshold=Threshold(share="0.02", evidence="house default"),
    why="Without the level an award cannot be held against IPEDS, where all awards are counted by level, nor be told "
        "from a certificate of a few weeks.",
    fix="Send the academic award level that the award confers.",
    passes=(
        {"credential_type": "degree", "award_level_code": "03", "unreadable_columns": ""},
        {"credential_type": "degree", "award_level_code": None, "unreadable_columns": ",award_level_code,"},
        {"credential_type": "industry_certification", "award_level_code": None, "unreadable_columns": ""},
    ),
    fails=(
        {"credential_type": "degree", "award_level_code": None, "unreadable_columns": ""},
        {"credential_type": "certificate", "award_level_code": None, "unreadable_columns": ",program_id,"},
    ),
)  # fmt: skip

LEVEL_FITS_KIND = Rule(
    id="credential_level_fits_kind", table="core.credential",
    title="Degrees have the level of a degree, certificates have not",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credential_type", "award_level_code"],
        condition=f"(credential_type = 'degree') = (award_level_code in {DEGREES})",
    ),
    population=Column("credential_type").is_in(["degree", "certificate"]),
    population_words="degrees and certificates", columns=("award_level_code", "credential_type"),
    threshold=Threshold(share="0.01", evidence="levels 03 and 05 are degrees (CEDS 000002); share house default"),
    why="One of the two is wrong, and with it the count of degrees: it differs by the field from which it is taken.",
    fix="Correct level or kind. Associate's and bachelor's are degrees, all other levels are certificates.",
    passes=(
        {"credential_type": "degree", "award_level_code": "03"},
        {"credential_type": "degree", "award_level_code": "05"},
        {"credential_type": "certificate", "award_level_code": "04"},
        {"credential_type": "certificate", "award_level_code": None},
        {"credential_type": "license", "award_level_code": "03"},
    ),
    fails=(
        {"credential_type": "degree", "award_level_code": "02"},
        {"credential_type": "certificate", "award_level_code": "03"},
        {"credential_type": "certificate", "award_level_code": "05"},
    ),
)  # fmt: skip

DEGREE_OF_DEGREE_PROGRAM = Rule(
    id="credential_degree_of_degree_program", table="core.credential",
    title="No degree comes from a program that leads to a certificate",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credential_type", *OF_PROGRAM], condition=is_not_among(OF_PROGRAM, NO_DEGREES)
    ),
    population=Column("credential_type") == "degree", population_words="degrees",
    columns=("credential_type", "program_id"), threshold=Threshold(share="0.02", evidence="house default"),
    why="The degree was earned in another program: there the completer lacks the credential, and here one counts who "
        "has none of this program. A certificate on the way to a degree is no contradiction.",
    fix="Send the program of the degree, or correct the award level of the program in the inventory.",
    passes=(
        *neighbors(DEGREE, OF_PROGRAM), AWARD | {"credential_type": "certificate"},
        *(DEGREE | {"program_id": name} for name in ("nursing", "management", "unclear")),
        DEGREE | {"program_id": None},
    ),
    fails=(DEGREE,),
    context={"core.program": (
        PROGRAM | {"award_level_code": "02"}, PROGRAM | {"program_id": "unclear", "award_level_code": None},
        PROGRAM | {"program_id": "nursing", "award_level_code": "03"},
        PROGRAM | {"program_id": "management", "award_level_code": "05"},
    )},
)  # fmt: skip

NONCREDIT_OF_NONCREDIT_PROGRAM = Rule(
    id="credential_noncredit_of_noncredit_program", table="core.credential",
    title="No noncredit certificate comes from a program for credit",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["award_level_code", *OF_PROGRAM], condition=is_not_among(OF_PROGRAM, FOR_CREDIT)
    ),
    population=Column("award_level_code") == "noncredit", population_words="noncredit certificates",
    columns=("award_level_code", "program_id"), threshold=Threshold(share="0.02", evidence="house default"),
    why="A short noncredit certificate would stand for a completed program of many credits, and the completer counts "
        "as having earned what the program leads to.",
    fix="Send the noncredit program, or correct level or credit status.",
    passes=(
        *neighbors(NONCREDIT, OF_PROGRAM), AWARD | {"award_level_code": "01"},
        NONCREDIT | {"program_id": "driving"}, NONCREDIT | {"program_id": None},
    ),
    fails=(NONCREDIT,),
    context={"core.program": (
        PROGRAM | {"credit_status": "credit"}, PROGRAM | {"program_id": "driving", "credit_status": "noncredit"},
    )},
)  # fmt: skip

ONE_KIND = Rule(
    id="credential_not_sent_under_two_kinds", table="core.credential",
    title="No award is sent under two kinds of credential",
    dimension="uniqueness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credential_type", *TWICE], condition=is_not_among(TWICE, TWO_KINDS)
    ),
    columns=("credential_type", "student_id", "program_id"),
    threshold=Threshold(share="0.005", evidence="house default"),
    why="Same person, program, level and day, once as degree and once as certificate: one award counts twice among "
        "the credentials, and the usual check of keys does not see it.",
    fix="Send each award once, under the kind that it is.",
    passes=(
        *neighbors(DATED, TWICE),
        *(DATED | {"student_id": "bo"} for _ in range(2)),
        *(DATED | UNLEVELED | {"credential_type": name} for name in ("license", "degree")),
    ),
    fails=(DATED, DATED | {"credential_type": "degree"}),
)  # fmt: skip

CERTIFICATION_IS_NAMED = Rule(
    id="credential_certification_is_named", table="core.credential",
    title="Each certification, license and apprenticeship says which one it is",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credential_title"], condition="coalesce(trim(credential_title), '') <> ''"
    ),
    population=Column("credential_type").is_in(["industry_certification", "license", "apprenticeship"]),
    population_words="certifications, licenses and apprenticeships",
    columns=("credential_title", "credential_type"), threshold=Threshold(share="0.05", evidence="house default"),
    why="Only a recognized credential counts for 2P1. Whether it is recognized depends on which one it is, and nobody "
        "outside of the college can find that out.",
    fix="Send the title as the issuer writes it, with the number of your State's list where there is one.",
    passes=(
        {"credential_type": "license", "credential_title": "Cosmetology"},
        {"credential_type": "degree", "credential_title": None},
    ),
    fails=(
        {"credential_type": "license", "credential_title": None},
        {"credential_type": "industry_certification", "credential_title": " "},
        {"credential_type": "apprenticeship", "credential_title": ""},
    ),
)  # fmt: skip

RULES = (
    CERTIFICATION_HAS_NO_LEVEL, AWARD_HAS_LEVEL, LEVEL_FITS_KIND, DEGREE_OF_DEGREE_PROGRAM,
    NONCREDIT_OF_NONCREDIT_PROGRAM, ONE_KIND, CERTIFICATION_IS_NAMED,
)  # fmt: skip
