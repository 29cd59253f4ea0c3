"""Element (A): how the recipients' concentrators do on the core indicators, as a whole and by group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from pipelines.desk.subgroups import group_name
from pipelines.measures.gaps.said import CASE, false_discovery_rate
from pipelines.scorecard.needs.read import RECIPIENT, limited, recipient_words, rows_of, settings, table
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

INDICATORS = ("1P1", "2P1", "3P1")
_ALL = """
    select * from mart.indicator where grantee_id = $1 and program_year = $2 and institution_id is null
        and cip_code is null and subgroup_dimension = 'eligible_recipient' order by subgroup_code, indicator_code
"""
_TESTS = """
    select * from mart.level_test where grantee_id = $1 and program_year = $2 and eligible_recipient_id is not null
    order by eligible_recipient_id, indicator_code
"""
# A recipient's code is what senders wrote and may hold the mark itself: the code of the group never does.
_GROUPS = f"""
    select *, {CASE} as said,
        case when subgroup_dimension like 'eligible_recipient*%' then split_part(subgroup_code, '*', -1)
            else split_part(subgroup_code, '*', 1) end as code
    from mart.gap where grantee_id = $1 and program_year = $2 and institution_id is null and cip_code is null
        and (subgroup_dimension like 'eligible_recipient*%' or subgroup_dimension like '%*eligible_recipient')
        and subgroup_dimension not like '%credit_status%'
        -- The rest beside a special population is no group of the statute.
        and subgroup_code not like 'no*%' and subgroup_code not like '%*no'
    order by indicator_code, subgroup_dimension, subgroup_code
"""
RESULTS: Mapping[str, str] = {
    "met": "met",
    "not_met": "not met",
    "no_level": "no local level entered",
    "pending": "pending",
    "no_denominator": "nobody in the cohort",
    "not_computable": "not computable",
}
SAID: Mapping[str, str] = {
    "below_surely": "more than chance, also in the worst case",
    "below": "more than chance",
    "untested": "not tested",
}


def performance_table(seen: Sources) -> Table:
    """Return one row a recipient: the three indicators, their unknown outcomes and the local 90 % test."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows_of(seen, "mart.indicator", _ALL):
        found[row["subgroup_code"]][row["indicator_code"]] = row
    tests = {(r["eligible_recipient_id"], r["indicator_code"]): r for r in rows_of(seen, "mart.level_test", _TESTS)}
    columns: list[Column] = [RECIPIENT]
    for code in INDICATORS:
        key = f"p{code[0]}"
        columns += [Column(f"{key}_rate", code, "share", "of the recipient's cohort"),
                    Column(f"{key}_unknown", f"{code}: outcome unknown", "count", "in the share as no success"),
                    Column(f"{key}_test", f"{code}: 90% of the local level")]  # fmt: skip
    rows = tuple(
        (
            recipient_words(name),
            *(cell for c in INDICATORS for cell in _cells(found[name].get(c), tests.get((name, c)))),
        )
        for name in sorted(found)
    )
    return table(
        seen,
        "performance",
        (
            "(A) Performance of all concentrators",
            "the cohort of each indicator at the recipient",
            "mart.indicator, mart.level_test",
        ),
        tuple(columns),
        rows,
        "An unknown outcome counts as no success; that is the statute's test and no finding about the person.",
    )


def _cells(row: dict[str, Any] | None, test: dict[str, Any] | None) -> tuple[Cell, Cell, Cell]:
    if row is None:
        return UNKNOWN, UNKNOWN, UNKNOWN
    told = RESULTS.get(test["result"], test["result"].replace("_", " ")) if test else "no local level entered"
    if row["status"] != "computed":
        words = RESULTS.get(row["status"], row["status"])
        return words, words, told
    return Share(row["numerator_count"], row["denominator_count"]), row["unknown_count"], told


def group_gaps_table(seen: Sources) -> Table:
    """Return the groups whose rate lies below that of their recipient by the grantee's own criteria, widest first."""
    limits = settings(seen)
    shown, computed, small, untold = [], 0, 0, 0
    for row in rows_of(seen, "mart.gap", _GROUPS, false_discovery_rate(seen.partition.grantee_id)):
        if row["status"] != "computed" or row["readiness_verdict"] == "not_measurable":
            untold += 1
        elif row["denominator_count"] <= limits.smallest_n:
            small += 1
        else:
            computed += 1
            gap = _gap(row)
            if gap <= -limits.practical_points:
                shown.append((gap, _group_row(row, gap)))
    rows, left_out = limited(shown)
    note = (
        f"Rule of the lines: every group with more than {limits.smallest_n} persons in the cohort whose rate lies "
        f"{limits.practical_points} or more points below that of all concentrators of its recipient, widest first. Of "
        f"{computed} groups of that size {len(shown)} do; {left_out} of these do not fit here. {small} groups are too "
        f"small; of {untold} the gap cannot be told (not computed, membership unknown, or not measurable)."
    )
    return table(
        seen,
        "gaps",
        (
            "(A) Special populations and other groups with a gap",
            "the group's persons in the cohort of the indicator at the recipient",
            "mart.gap",
        ),
        _GAP_COLUMNS,
        rows,
        note,
    )


_GAP_COLUMNS = (
    Column("group", "Recipient, indicator and group"),
    Column("rate", "Rate of the group", "share", "of the group's cohort"),
    Column("unknown", "Outcome unknown", "count"),
    Column("all", "Rate of all", "share", "of all concentrators in the recipient's cohort"),
    Column("gap", "Gap", "points", "to all concentrators of the recipient, the group among them"),
    Column("said", "Against chance"),
    Column("verdict", "Readiness of the data"),
)


def _gap(row: Mapping[str, Any]) -> Fraction:
    """Return the statutory gap in percentage points, exact."""
    return 100 * (
        Fraction(row["numerator_count"], row["denominator_count"])
        - Fraction(row["reference_numerator_count"], row["reference_denominator_count"])
    )


def _group_row(row: Mapping[str, Any], gap: Fraction) -> tuple[Cell, ...]:
    dimension, code = row["subgroup_dimension"].replace("eligible_recipient", "").strip("*"), row["code"]
    recipient = (
        row["subgroup_code"].removeprefix(f"{code}*")
        if row["subgroup_dimension"].startswith(dimension)
        else row["subgroup_code"].removesuffix(f"*{code}")
    )
    return (
        f"{recipient_words(recipient)}, {row['indicator_code']}: {group_name(dimension, code)}",
        Share(row["numerator_count"], row["denominator_count"]),
        row["unknown_count"],
        Share(row["reference_numerator_count"], row["reference_denominator_count"]),
        points(gap),
        SAID.get(row["said"], "no more than chance"),
        (row["readiness_verdict"] or "not judged").replace("_", " "),
    )


def points(value: Fraction) -> Decimal:
    """Return percentage points with one decimal, half away from zero."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)
