"""The section of gaps in performance, and of how far each special population can be told at all.

The gap is that of the statute: the rate of the subgroup minus the rate of all concentrators, the subgroup among them.
Nothing is computed here; ``measures.gaps`` has done it.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from pipelines.desk.subgroups import group_name
from pipelines.measures.gaps.said import CASE, SAID, false_discovery_rate
from pipelines.measures.gaps.settings import settings_of
from pipelines.scorecard.evidence.populations import Population, populations
from pipelines.scorecard.reportable import reportable_cells
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

_MINE = """grantee_id = $1 and program_year = $2 and institution_id is null and cip_code is null
        and subgroup_dimension not like '%*%' and subgroup_dimension <> 'all'"""
_GAPS = f"""
    with judged as (select *, {CASE} as said from mart.gap where {_MINE} and status = 'computed')
    select * from judged
    order by list_position({list(SAID)}, said), gap, indicator_code, subgroup_dimension, subgroup_code
"""
_UNTOLD = f"""
    select indicator_code, subgroup_dimension, subgroup_code, status, reason from mart.gap
    where {_MINE} and status <> 'computed' order by all
"""
_METHODS = f"""
    select method, parameters, count(*) filter (where is_flagged) as flagged,
        count(*) filter (where status = 'computed') as computed
    from mart.gap_method where {_MINE} group by method, parameters order by method, parameters
"""
SAID_WORDS = {
    "below_surely": "lower by more than chance, also in the worst case",
    "below": "lower by more than chance",
    "chance": "no more than chance, or too few to tell",
    "not_measurable": "cannot tell: the group's data are not measurable",
    "above": "higher by more than chance",
    "above_surely": "higher by more than chance, also in the worst case",
}
MOST_NAMED = 6
REST = "the rest beside a group that is tested itself"
SAYS = (
    "A gap is the rate of a group minus the rate of all concentrators, the group among them, in percentage points. "
    "Below 0 the group does worse."
)
COLUMNS = (
    Column("group", "Indicator and group"),
    Column("rate", "Rate", "share", "of the group's concentrators"),
    Column("gap", "Gap", "points", "to the rate of all concentrators"),
    Column("interval", "95% interval", "text", "Newcombe, in points"),
    Column("worst_case", "If all unknown", "text", "lowest to highest gap that unknown outcomes and answers leave"),
    Column("says", "What may be said"),
    Column("q", "q", "number", "p value after Benjamini-Hochberg within the family"),
    Column("family", "Tests in the family", "count"),
    Column("detectable", "Smallest gap to be found", "points", "4 times of 5 among so many"),
    Column("needed", "Further successes that close it", "count"),
)


def gaps(seen: Sources) -> Section:
    """Return the section: gaps told, gaps not told and why, other methods, and the nine special populations."""
    partition, as_of = seen.partition, seen.known.as_of(seen.partition.program_year)
    rate = false_discovery_rate(partition.grantee_id)
    rows = partition.rows_of("mart.gap", _GAPS, rate)
    untold = partition.rows_of("mart.gap", _UNTOLD)
    says = (SAYS, _family_words(seen)) if rows else (SAYS, "No gap could be computed; the tables say why.")
    tables = (
        *_told(rows, as_of),
        _not_told(untold, as_of),
        _methods(partition.rows_of("mart.gap_method", _METHODS), as_of),
        _populations(seen, as_of),
    )
    return Section("gaps", "Gaps in performance", says, tables)


def _family_words(seen: Sources) -> str:
    settings = settings_of(seen.known.grantee)
    share = f"{float(settings.false_discovery_rate * 100):g}"
    return (
        "Groups are tested against all others (two proportions, pooled z). A family is the tests of one indicator, "
        "kind of place and kind of subgroup; of its gaps called more than chance, at most "
        f"{share}% are expected to be false. Groups of {settings.smallest_n} or fewer are not tested. "
        "Where a gap is no more than chance, there may be one that so few persons cannot show."
    )


def _told(rows: list[dict[str, Any]], as_of: str) -> tuple[Table, Table]:
    """Return the gaps that were tested, and those that a test can say nothing of: fewer columns, and last."""
    population = "CTE concentrators of each subgroup against all concentrators, the grantee as a whole"
    tested = tuple(_row(row) for row in rows if row["said"] != "untested")
    untested = tuple((*_row(row)[:5], row["reason"] or REST) for row in rows if row["said"] == "untested")
    return (
        Table("gaps_tested", "Gaps of subgroups", population, "mart.gap", as_of, COLUMNS, tested,
              "Records are all there are; interval and test speak of the process behind them.",
              "gaps_of_a_grantee"),
        Table("gaps_untested", "Gaps that no test can tell", population, "mart.gap", as_of,
              (*COLUMNS[:5], Column("why", "Why not tested")), untested, query="gaps_of_a_grantee"),
    )  # fmt: skip


def _row(row: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        f"{row['indicator_code']} {group_name(row['subgroup_dimension'], row['subgroup_code'])}",
        Share(row["numerator_count"], row["denominator_count"]),
        _points(row["gap"]),
        _range(row["gap_low"], row["gap_high"]),
        _range(row["lowest_gap"], row["highest_gap"]),
        SAID_WORDS.get(row["said"], ""),
        None if row["q_value"] is None else Decimal(f"{row['q_value']:.4f}"),
        row["family_size"],
        _points(row["detectable_gap"]),
        row["students_needed"],
    )


def _points(share: float | None) -> Cell:
    return UNKNOWN if share is None else Decimal(f"{100 * share:.1f}") + Decimal("0.0")


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return UNKNOWN
    return f"{100 * low:+.1f} to {100 * high:+.1f}".replace("-", "\N{MINUS SIGN}")


def _not_told(rows: list[dict[str, Any]], as_of: str) -> Table:
    counted = Counter((row["indicator_code"], row["status"], row["reason"] or "no reason recorded") for row in rows)
    names: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        key = (row["indicator_code"], row["status"], row["reason"] or "no reason recorded")
        names.setdefault(key, []).append(group_name(row["subgroup_dimension"], row["subgroup_code"]))
    columns = (
        Column("indicator", "Indicator"),
        Column("status", "Status"),
        Column("reason", "Why"),
        Column("count", "Groups", "count"),
        Column("groups", "Which"),
    )
    told = tuple((key[0], key[1].replace("_", " "), key[2], counted[key], _some(names[key])) for key in sorted(names))
    return Table(
        "gaps_not_told", "What cannot be told", "subgroups and codes of the indicators without a gap", "mart.gap",
        as_of, columns, told,
    )  # fmt: skip


def _some(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return "; ".join(names[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _methods(rows: list[dict[str, Any]], as_of: str) -> Table:
    columns = (
        Column("method", "Method"),
        Column("parameters", "Parameters as applied"),
        Column("flagged", "Gaps flagged", "share", "of the gaps that the method can compute"),
    )
    told = tuple((row["method"], row["parameters"], Share(row["flagged"], row["computed"])) for row in rows)
    return Table(
        "gap_methods", "What other published methods say", "subgroups of the grantee as a whole, by indicator",
        "mart.gap_method", as_of, columns, told,
        "They can disagree with each other and with the gap of the statute; none is a verdict.",
    )  # fmt: skip


def _populations(seen: Sources, as_of: str) -> Table:
    cells = reportable_cells(seen.partition, seen.known.grantee)
    columns = (
        Column("population", "Special population"),
        Column("collected", "Collected", "share", "of students"),
        Column("source", "Source or proxy", "text", "as the agency declares it"),
        Column("known", "Answer known", "share", "of students who did not decline; unknown is no answer"),
        Column("yes", "Students who are", "count"),
        Column("reportable", "Indicators that may be reported", "share", "of the indicators with anybody of the group"),
    )
    rows = tuple(_population(one) for one in populations(seen.partition, seen.known, cells))
    return Table(
        "special_populations", "The nine special populations", "students of the grantee in the program year",
        "mart.coverage, mart.indicator, grantee.toml", as_of, columns, rows,
        "Reportable: in numbers or as a band, by the suppression policy's threshold; a release withholds more, so that "
        "no sum gives it away.",
    )  # fmt: skip


def _population(one: Population) -> tuple[Cell, ...]:
    return (
        one.label,
        one.collected,
        one.source or "no source declared",
        one.known if one.collected.numerator else "not collected",
        one.yes_count if one.collected.numerator else "not collected",
        one.reportable,
    )
