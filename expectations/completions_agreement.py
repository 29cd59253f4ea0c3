"""Rules about agreement of awards with IPEDS Completions, field by field and level by level; and of the lists of sexes.

Unlike the comparisons of ``outside``, these go both ways: for a program of the inventory, IPEDS counts the same awards.
Nothing is judged where nothing can be compared: in a sample home, whose institutions are invented and have no UNITID,
and where no IPEDS file is loaded.
"""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.row_conditions import Column, Condition

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Dimension, Row, Rule, Severity, Threshold

TABLE = "mart.completions_agreement"
NOT_COMPARABLE = (
    "no IPEDS file of the year or the two years before is loaded, or no institution has a UNITID (those of a sample "
    "are invented)"
)
ONE: dict[str, Any] = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "unitid": "100654",
    "cip_code": "51.3801", "award_level_code": "03", "ours_count": 50, "theirs_count": 50, "lag_years": 0,
    "status": "agrees",
}  # fmt: skip
SAME_YEAR = (
    "house default: 3 awards or 5%, whichever is more; of the 63,882 fields and levels of public two-year colleges, "
    "44% differ by more than that from their own year before, so that a wrong year or a wrong code shows"
)
COMPARED = Column("status") != "not_comparable"
OPEN = COMPARED & Column("exception_reason").is_null()


def _rule(  # noqa: PLR0913 - what a rule says, all by keyword
    rule_id: str, title: str, condition: str, population: Condition, *, population_words: str, evidence: str, why: str,
    fix: str, passes: tuple[Row, ...], fails: tuple[Row, ...], dimension: Dimension = "accuracy",
    severity: Severity = "warning",
) -> Rule:  # fmt: skip
    """Return a rule about one row; ``passes`` and ``fails`` are changes of ONE."""
    return Rule(
        id=rule_id, table=TABLE, title=title, dimension=dimension, severity=severity, layer="outside agreement",
        expectation=ExpectRowsToSatisfy(
            column_list=["reason_code" if "reason_code" in condition else "status"], condition=condition
        ),
        population=population, population_words=population_words, not_applicable_words=NOT_COMPARABLE,
        columns=("ours_count", "theirs_count", "cip_code", "award_level_code", "unitid", "reference_program_year"),
        threshold=Threshold(evidence=evidence), why=why, fix=fix,
        passes=tuple(ONE | dict(row) for row in passes), fails=tuple(ONE | dict(row) for row in fails),
    )  # fmt: skip


def _same_year(rule_id: str, title: str, status: str, *, why: str, fix: str) -> Rule:
    others = {"differs", "only_ours", "only_ipeds"} - {status}
    bad = {"status": status}
    return _rule(
        rule_id, title, f"status <> '{status}'", OPEN & (Column("lag_years") == 0),
        population_words="fields and levels that can be compared with the same year, but known exceptions",
        evidence=SAME_YEAR, why=why, fix=fix,
        passes=({}, *({"status": other} for other in (*sorted(others), "not_comparable")), bad | {"lag_years": 1},
                bad | {"exception_reason": "known"}),
        fails=(bad,),
    )  # fmt: skip


RULES = (
    _same_year(
        "completions_awards_agree", "Awards in a field and at a level are about as many as IPEDS counts", "differs",
        why="IPEDS counts whoever completes a program of the inventory. Where the two differ, awards are missing in "
            "one of them, stand twice, or are at another level or in another field.",
        fix="Compare the list of awards with the college's own IPEDS Completions submission, by CIP code and level; if "
            "the two are known to differ, name it in [[ipeds_exception]] of the grantee's folder.",
    ),
    _same_year(
        "completions_award_unknown_to_ipeds", "No field and level has awards of which IPEDS knows none", "only_ours",
        why="Awards in a field or at a level in which IPEDS has none usually have a wrong CIP code or level; the "
            "Career Cluster, the occupations and 2P1 follow the wrong one.",
        fix="Compare CIP code and award level of the program with those that the college reports to IPEDS.",
    ),
    _same_year(
        "completions_award_missing", "No program of the inventory lacks awards that IPEDS counts", "only_ipeds",
        why="IPEDS counts awards in a program of which the records have none: its graduates have no credential in 2P1.",
        fix="Export the awards of the program, with their level and the program's number.",
    ),
    _rule(
        "completions_awards_near_earlier_year", "Awards are within the usual change from an earlier year of IPEDS",
        "status = 'agrees'", OPEN & (Column("lag_years") > 0), severity="info",
        population_words="fields and levels that can be compared with an earlier year only, but known exceptions",
        evidence="house default: 20 awards or a half, within which 96% of the 63,882 fields and levels of public "
                 "two-year colleges stayed from 2020-21 to 2021-22",
        why="IPEDS comes late. A college's awards seldom double or halve within a year; where they seem to, records "
            "may be missing.",
        fix="See whether the program opened, closed or changed its code; add the file of the year when it is out.",
        passes=({"lag_years": 1}, {"status": "differs"}, {"status": "differs", "lag_years": 1, "exception_reason": "x"},
                {"status": "not_comparable", "lag_years": 1}),
        fails=({"status": "differs", "lag_years": 1}, {"status": "only_ours", "lag_years": 2},
               {"status": "only_ipeds", "lag_years": 2}),
    ),
    _rule(
        "completions_cip_known", "Each CIP code of the inventory is one in which somebody in the nation has an award",
        "reason_code is null", COMPARED | (Column("reason_code") == "cip_not_in_ipeds"), dimension="validity",
        population_words="fields and levels of which all else can be compared",
        evidence="house default: a field in which no institution of the nation makes an award is rare; a code that "
                 "lost a digit is not",
        why="Nothing that is published by field, and no occupation, can be set beside a code that nobody else uses.",
        fix="Look the code up in the taxonomy that the inventory names; write CIP codes as text.",
        passes=({}, {"status": "not_comparable", "reason_code": "no_unitid"}),
        fails=({"status": "not_comparable", "reason_code": "cip_not_in_ipeds"},),
    ),
    _rule(
        "completions_exception_needed", "Each known exception still speaks of a difference", "status <> 'agrees'",
        COMPARED & Column("exception_reason").is_not_null(), severity="info", dimension="consistency",
        population_words="fields and levels that a known exception speaks of",
        evidence="house default: an exception that nothing needs would hide the next difference",
        why="An exception that outlived its reason hides a new difference of the same program.",
        fix="End the [[ipeds_exception]] in the grantee's folder, or name the CIP code or level that it is about.",
        passes=({}, {"exception_reason": "known", "status": "differs"},
                {"exception_reason": "known", "status": "not_comparable"}),
        fails=({"exception_reason": "known"},),
    ),
)  # fmt: skip
