"""Rules about agreement with outside sources: what IPEDS has published of the same institutions.

IPEDS counts all students and awards, CTE and not, and often an earlier year; so that only what cannot be is a finding.
Where no IPEDS file is loaded, nothing is judged. The IPEDS files themselves are judged in ``ipeds``.
"""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.row_conditions import Column, Condition

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Dimension, Row, Rule, Severity, Threshold

TABLE = "mart.outside_agreement"
SMALLEST = 30
MANY = 50
NOT_LOADED = "no IPEDS file of the year or the two years before is loaded, or no record names a UNITID"
ONE: dict[str, Any] = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "unitid": "100654",
    "subject_code": "all", "ours_count": 50, "theirs_count": 100, "distance": 0,
}  # fmt: skip


def _agreement(  # noqa: PLR0913 - what a rule says, all by keyword
    rule_id: str,
    title: str,
    condition: str,
    *,
    comparison: str,
    passes: tuple[Row, ...],
    fails: tuple[Row, ...],
    why: str,
    fix: str,
    evidence: str,
    population: Condition | None = None,
    population_words: str,
    dimension: Dimension = "accuracy",
    severity: Severity = "warning",
) -> Rule:
    """Return a rule about one comparison. Rows of ``passes`` and ``fails`` are changes of ONE."""
    one, bad = ONE | {"comparison_code": comparison}, fails[0]
    compared = Column("comparison_code") == comparison
    return Rule(
        id=rule_id, table=TABLE, title=title, dimension=dimension, severity=severity, layer="outside agreement",
        expectation=ExpectRowsToSatisfy(
            column_list=[n for n in ("ours_count", "theirs_count", "distance") if n in condition], condition=condition
        ),
        population=compared if population is None else compared & population,
        population_words=population_words, not_applicable_words=NOT_LOADED,
        columns=("ours_count", "theirs_count", "distance", "unitid", "subject_code", "reference_end_date"),
        threshold=Threshold(evidence=f"house default: {evidence}"), why=why, fix=fix,
        passes=(*(one | dict(row) for row in passes), one | dict(bad) | {"comparison_code": "another"}),
        fails=tuple(one | dict(row) for row in fails),
    )  # fmt: skip


def _alike(group: str, points: int) -> Rule:
    most = points * 100
    enough = (Column("ours_count") >= SMALLEST) & (Column("theirs_count") >= SMALLEST)
    return _agreement(
        f"outside_completer_{group}_alike",
        f"The {group} of completers in the records is about that of completers in IPEDS", f"distance <= {most}",
        comparison=f"completer_{group}", severity="info", dimension="equity", population=enough,
        population_words=f"institutions with {SMALLEST} completers of known {group} or more in both",
        evidence=f"total variation distance of {points} points; CTE students do differ from all students",
        passes=({"distance": most}, {"distance": 9000, "ours_count": 29}, {"distance": 9000, "theirs_count": 29}),
        fails=({"distance": most + 1}, {"distance": most + 1, "ours_count": 30, "theirs_count": 30}),
        why="The same college reports the same graduates twice. Where the two pictures differ widely, one of them is "
            "made by defaults, by code maps, or by those who are missing.",
        fix=f"Compare the counts by {group} with the college's own IPEDS submission, beginning with the unknown.",
    )  # fmt: skip


RULES = (
    _agreement(
        "outside_institution_known", "Each UNITID in the records stands in the IPEDS directory",
        "theirs_count > 0 or ours_count = 0", comparison="institution", dimension="integrity",
        population_words="UNITIDs of the records, where a directory is loaded; expected ones pass here",
        evidence="every institution with a UNITID is in the directory of its year",
        passes=({"theirs_count": 1, "ours_count": 1}, {"theirs_count": 1, "ours_count": 0},
                {"theirs_count": 0, "ours_count": 0}),
        fails=({"theirs_count": 0, "ours_count": 1},),
        why="Nothing that is published of the college can be set beside its records.",
        fix="Look the number up in the IPEDS directory; send blank where the institution has none of its own.",
    ),
    _agreement(
        "outside_institution_expected", "Each public community or technical college that IPEDS lists has sent records",
        "ours_count > 0", comparison="institution", dimension="completeness", severity="info",
        population=Column("theirs_count") > 0,
        population_words="colleges of the State with control 1 and INSTCAT 3 or 4, and those that sent records",
        evidence="control 1 and INSTCAT 3 or 4 are the colleges that mostly award sub-baccalaureate credentials",
        passes=({"ours_count": 1}, {"ours_count": 0, "theirs_count": 0}),
        fails=({"ours_count": 0}, {"ours_count": 0, "theirs_count": 1}),
        why="The State's rates speak only of the colleges that sent records, and nobody would miss the others.",
        fix="Send the records of the college, or its UNITID if they are there; if it teaches no CTE, have it waived.",
    ),
    _agreement(
        "outside_completers_not_more", "An institution has not more completers of an award level than IPEDS counts",
        "ours_count * 10 <= theirs_count * 12 or ours_count <= theirs_count + 10", comparison="credential_level",
        population_words="award levels of institutions", evidence="a fifth and ten persons more",
        passes=({"ours_count": 120}, {"ours_count": 11, "theirs_count": 1}),
        fails=({"ours_count": 121}, {"ours_count": 12, "theirs_count": 1}, {"ours_count": 11, "theirs_count": 0}),
        why="CTE completers are a part of all completers. If they are more, awards stand in the records twice, at "
            "the wrong level, or those who only left the program count as completers.",
        fix="Compare award levels and dates with the college's IPEDS Completions submission of the year.",
    ),
    _agreement(
        "outside_certificates_not_missing", "Where IPEDS counts completers of certificates, the records have some",
        "ours_count > 0", comparison="credential_level", dimension="completeness",
        population=(Column("theirs_count") >= MANY) & Column("subject_code").is_in(["under_1_year", "1_to_4_years"]),
        population_words="certificate levels of institutions with 50 completers or more in IPEDS",
        evidence="50 completers",
        passes=(
            {"subject_code": "under_1_year", "ours_count": 1, "theirs_count": 50},
            {"subject_code": "under_1_year", "ours_count": 0, "theirs_count": 49},
            {"subject_code": "associate", "ours_count": 0},
        ),
        fails=({"subject_code": "under_1_year", "ours_count": 0, "theirs_count": 50},
               {"subject_code": "1_to_4_years", "ours_count": 0}),
        why="Many CTE programs lead to certificates. Where none is sent, their holders have no credential in 2P1.",
        fix="Export certificates as well as degrees, and their award level.",
    ),
    _agreement(
        "outside_awards_not_more", "An institution has not more awards in a field than IPEDS counts",
        "ours_count * 10 <= theirs_count * 12 or ours_count <= theirs_count + 10", comparison="award_field",
        population_words="two-digit CIP fields of institutions", evidence="a fifth and ten awards more",
        passes=({"ours_count": 120, "subject_code": "51"}, {"ours_count": 11, "theirs_count": 1}),
        fails=({"ours_count": 121, "subject_code": "51"}, {"ours_count": 12, "theirs_count": 1},
               {"ours_count": 11, "theirs_count": 0}),
        why="The CIP code of a program decides on its Career Cluster, its occupations and the gap in wages. Awards in "
            "a field in which IPEDS knows none have a wrong code in one of the two.",
        fix="Compare the CIP codes of the program inventory with those that the college reports to IPEDS.",
    ),
    _alike("sex", 15),
    _alike("race", 25),
)  # fmt: skip
