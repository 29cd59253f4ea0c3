"""Hand-written rules about an approved CTE program: its CIP code, and what must be known of it.

Award and length stand in ``program_award``, what programs are to each other and over the years in
``program_inventory``.
"""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import Any

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

# Families of the CIP 2020 list of NCES; 21 and 55 are reserved and hold no program.
CIP_FAMILIES = (
    "01|03|04|05|09|10|11|12|13|14|15|16|19|22|23|24|25|26|27|28|29|30|31|32|33|34|35|36|37|38|39|40|41|42|43|44|45|46|"
    "47|48|49|50|51|52|53|54|60|61"
)

CIP_FAMILY = Rule(
    id="program_cip_family_exists", table="core.program",
    title="The first two digits of each CIP code are a family of programs",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToMatchRegex(column="cip_code", regex=rf"^({CIP_FAMILIES})\."),
    columns=("cip_code", "cip_version"), population_words="programs with a CIP code",
    threshold=Threshold(share="0", evidence="house default; families of CIP 2020 (NCES)"),
    why="A program under a CIP family that does not exist falls out of clusters, labor-market and IPEDS comparisons.",
    fix="Look the code up in the CIP list of NCES. Families 02, 06, 07, 08, 17, 18 and 20 belong to older lists.",
    passes=({"cip_code": "51.3801"}, {"cip_code": "01.0101"}, {"cip_code": None}),
    fails=(
        {"cip_code": "02.0101"}, {"cip_code": "20.0301"}, {"cip_code": "99.0000"}, {"cip_code": "151.3801"},
    ),
)  # fmt: skip

CIP_VERSION = Rule(
    id="program_cip_version_in_force", table="core.program",
    title="Programs are classified by the CIP of 2020",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToBeInSet(column="cip_version", value_set=["CIP2020"]),
    columns=("cip_version", "cip_code"), population_words="programs with a CIP version",
    threshold=Threshold(share="0.05", evidence="house default"), effective_from="2020-21",
    why="IPEDS takes the current taxonomy only. A code of an older list may mean another program today, and nothing "
        "tells when it is joined to completions, clusters or occupations.",
    fix="Move the inventory to CIP 2020 by the crosswalk of NCES, and declare the version in the layout.",
    passes=({"cip_version": "CIP2020"}, {"cip_version": None}),
    fails=({"cip_version": "CIP2010"}, {"cip_version": "CIP2000"}),
)  # fmt: skip

CIP_SPECIFIC = Rule(
    id="program_cip_specific", table="core.program",
    title="A program is not classified as other",
    dimension="accuracy", severity="info", layer="validity",
    expectation=gxe.ExpectColumnValuesToNotMatchRegex(column="cip_code", regex=r"99$"),
    columns=("cip_code", "program_name"), population_words="programs with a CIP code",
    threshold=Threshold(share="0.1", evidence="house default"),
    why="CIP codes that end in 99 are what is left over: few lead to one occupation, so that the local needs "
        "assessment cannot say whether the program meets a demand, nor whether it is nontraditional.",
    fix="Look for the code that describes what is taught; keep the other one only where none does.",
    passes=({"cip_code": "51.3801"}, {"cip_code": "51.9901"}, {"cip_code": None}),
    fails=({"cip_code": "51.3899"}, {"cip_code": "48.0599"}),
)  # fmt: skip


def _known(column: str, *, title: str, why: str, fix: str, value: object, words: str, **among: str) -> Rule:
    """Return the rule that a column of programs has a value, or one that could not be read; ``among`` says of which."""
    row = {**among, "unreadable_columns": ""}
    conditions: list[Any] = [Column(name) == one for name, one in among.items()]
    return Rule(
        id=f"program_{column.removeprefix('program_').removesuffix('_code')}_known", table="core.program", title=title,
        dimension="completeness", severity="warning",
        expectation=ExpectRowsToSatisfy(
            column_list=[column, "unreadable_columns"],
            condition=f"{column} is not null or unreadable_columns like '%,{column},%'",
        ),
        population=reduce(and_, conditions) if conditions else None, population_words=words, columns=(column,),
        threshold=Threshold(share="0.05", evidence="house default"), why=why, fix=fix,
        passes=({**row, column: value}, {**row, "unreadable_columns": f",{column},"},
                *({**row, name: None, column: None} for name in among)),
        fails=({**row, column: None}, {**row, "unreadable_columns": ",program_name,"}),
    )  # fmt: skip


NONTRADITIONAL_KNOWN = _known(
    "nontraditional_sex", value="neither", words="all programs",
    title="Each program says for which sex it is nontraditional, or for neither",
    why="3P1 is the share of the underrepresented sex in programs that lead to nontraditional fields: a program that "
        "says nothing is in no denominator, and its students prepare for nothing nontraditional.",
    fix="Fill it from the State's list of nontraditional programs, with neither for those that are not on it.",
)  # fmt: skip

CLUSTER_KNOWN = _known(
    "career_cluster_code", value="08", words="all programs",
    title="Each program belongs to a Career Cluster",
    why="Where a program is too small to be shown, its cluster stands for it. Programs without a cluster are then in "
        "no table.",
    fix="Send the cluster under which the State approved the program.",
)  # fmt: skip

AWARD_KNOWN = _known(
    "award_level_code", value="03", words="credit programs", credit_status="credit",
    title="Each credit program says what award it leads to",
    why="Completions are compared with IPEDS by award level, and 2P1 asks whether the credential is one that the "
        "program leads to: neither can be said of a program without a level.",
    fix="Send the award level from the approval of the program.",
)  # fmt: skip

LENGTH_KNOWN = _known(
    "program_length", value=9, words="credit programs of less than one year",
    credit_status="credit", award_level_code="01",
    title="Each certificate program of less than one year has a length",
    why="Whoever completes a program of fewer than 12 credits is a concentrator by that alone. A short program without "
        "its length counts as a long one, and its completers are left out of 1P1 and 2P1.",
    fix="Send the length from the catalog with its unit.",
)  # fmt: skip

RULES = (
    CIP_FAMILY, CIP_VERSION, CIP_SPECIFIC, NONTRADITIONAL_KNOWN, CLUSTER_KNOWN, AWARD_KNOWN, LENGTH_KNOWN,
)  # fmt: skip
