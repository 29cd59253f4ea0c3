"""Candidates that meet a criterion of the rubric: what to correct, at the fewest institutions that suffice.

What a correction comes to is not said here but simulated, see ``propose``. A criterion that no correction of this
year's records can meet, such as files that came late, has no candidate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipelines.scorecard.candidates.fewest import fewest_at_ranks
from pipelines.scorecard.candidates.fix import Candidate, Fix
from pipelines.scorecard.candidates.ground import Ground, blank
from pipelines.scorecard.coverage import bare, known, required_elements
from pipelines.scorecard.criteria import OF_INSTITUTIONS
from pipelines.scorecard.files import in_force
from pipelines.scorecard.rubric import CoreElement, Criterion, rubric
from pipelines.scorecard.share import Share
from pipelines.scorecard.sources import Sources
from pipelines.validation.partition import NO_INSTITUTION

Costs = Mapping[Fix, tuple[Share, int]]  # fix to the share that it completes and the records that it touches
DIMENSION_OF = {
    "records_valid": "validity",
    "records_unique": "uniqueness",
    "records_integral": "integrity",
    "records_consistent": "consistency",
}
MOST_RULES = 5


@dataclass(frozen=True)
class Way:
    """How a criterion can be met: the fixes, what they touch, where, and the rules that they answer."""

    fixes: frozenset[Fix]
    places: tuple[str, ...]
    records: int
    touched: str
    answers: tuple[str, ...] = ()
    more: str = ""


def of_criterion(element: CoreElement, criterion: Criterion, seen: Sources, ground: Ground) -> Candidate | None:
    """Return the candidate that meets a criterion which is not met; None where nothing can be corrected."""
    maker = OF_GRANTEE.get(criterion.id)
    way = maker(seen) if maker else _over_institutions(criterion, seen, ground)
    if way is None or not way.fixes:
        return None
    aim = f"criterion:{criterion.id}"
    action = f"{criterion.raises[:1].upper()}{criterion.raises[1:]}.{' ' if way.more else ''}{way.more}"
    answers = (aim, *way.answers)
    return Candidate(
        criterion.id, element.number, action, aim, way.places, answers, way.records, way.touched, way.fixes
    )


def _over_institutions(criterion: Criterion, seen: Sources, ground: Ground) -> Way | None:
    costs, touched = _costs(criterion.id, seen, ground)
    rule = rubric().suggestion
    marks = [(Fraction(rule.median_rank), Fraction(criterion.median_at_least)),
             (Fraction(rule.worst_rank), Fraction(criterion.worst_at_least))]  # fmt: skip
    highest = max(mark for _, mark in marks)
    open_ = {fix: cost for fix, cost in costs.items() if (cost[0].fraction or 0) < highest and cost[0].denominator}
    of_place: dict[str, int] = defaultdict(int)
    for fix, (_, records) in open_.items():
        of_place[fix.institution] += records
    shares = {i: s for i, s in OF_INSTITUTIONS[criterion.id](seen.measured).items() if i != NO_INSTITUTION}
    places = fewest_at_ranks(shares, of_place, marks)
    fixes = frozenset(fix for fix in open_ if fix.institution in places)
    found = {rule_id: None for fix in sorted(fixes) if fix.kind == "records"
             for rule_id in ground.rules.get((fix.what, fix.institution, fix.where), ())}  # fmt: skip
    return Way(fixes, tuple(places), sum(of_place[place] for place in places), touched, tuple(sorted(found)),
               _fixes_of(sorted(found), seen))  # fmt: skip


def _fixes_of(rule_ids: Iterable[str], seen: Sources) -> str:
    told = dict.fromkeys(seen.words[one].fix for one in rule_ids if one in seen.words and seen.words[one].fix)
    more = f" And {len(told) - MOST_RULES} more kinds of correction." if len(told) > MOST_RULES else ""
    return " ".join([*told][:MOST_RULES]) + more


def _costs(criterion_id: str, seen: Sources, ground: Ground) -> tuple[Costs, str]:
    if criterion_id in DIMENSION_OF:
        return _flaws(seen, DIMENSION_OF[criterion_id]), "records with a finding"
    if criterion_id == "dimensions_known":
        rows = (row for row in ground.coverage if row["not_collected_count"] < row["student_count"])
        return {Fix("answers", row["equity_dimension"], row["institution_id"]): (known(row), blank(row))
                for row in rows if blank(row)}, "missing answers of students"  # fmt: skip
    is_wanted = required_elements() if criterion_id == "required_values" else {("program", "cip_code")}
    return _elements(seen, is_wanted), "missing values"


def _flaws(seen: Sources, dimension: str) -> Costs:
    rows = {(row["institution_id"], bare(row["table_name"])): row["row_count"] for row in seen.measured.elements}
    least, costs = rubric().suggestion.minimum_records, {}
    for (what, institution, table), count in sorted(seen.measured.flawed.items(), key=str):
        everything = rows.get((institution, table), 0)
        if what == dimension and institution is not None and everything >= least:
            share = Share(max(0, everything - count), everything)
            costs[Fix("records", what, institution, table)] = (share, count)
    return costs


def _elements(seen: Sources, wanted: set[tuple[str, str]]) -> Costs:
    """Return the elements with gaps, each with the share of its whole table: that is what the criterion looks at."""
    tables: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    rows = [row for row in seen.measured.elements if (bare(row["table_name"]), row["column_name"]) in wanted]
    for row in rows:
        of_table = tables[row["institution_id"], bare(row["table_name"])]
        of_table[0] += row["value_count"]
        of_table[1] += row["row_count"]
    return {
        Fix("elements", row["column_name"], row["institution_id"], bare(row["table_name"])): (
            Share(*tables[row["institution_id"], bare(row["table_name"])]), row["row_count"] - row["value_count"])
        for row in rows if row["value_count"] < row["row_count"]
    }  # fmt: skip


def _lines(seen: Sources) -> Way:
    """Return the files to send again, those with most lines unread first, until enough lines are read."""
    files = sorted(
        in_force(seen.measured.files), key=lambda f: (f.loaded_line_count - f.physical_line_count, f.file_name)
    )
    data = sum(f.physical_line_count - f.header_line_count for f in files)
    loaded, fixes, records = sum(f.loaded_line_count for f in files), set(), 0
    mark = next(Fraction(c.at_least) for e in rubric().elements for c in e.criteria if c.id == "lines_read")
    for file in files:
        lost = file.physical_line_count - file.header_line_count - file.loaded_line_count
        if not lost or loaded >= mark * data:
            break
        fixes.add(Fix("file" if file.status == "refused" else "lines", file.file_name))
        loaded, records = loaded + lost, records + lost
    return Way(frozenset(fixes), tuple(sorted(fix.what for fix in fixes)), records, "lines that were not read")


def _tables(seen: Sources) -> Way:
    missing = seen.measured.missing_tables or ()
    return Way(frozenset(Fix("table", table) for table in missing), missing, len(missing), "tables that did not come")


def _outcomes(seen: Sources) -> Way:
    mark = next(Fraction(c.at_least) for e in rubric().elements for c in e.criteria if c.id == "outcomes_known")
    fixes, records = set(), 0
    for line in seen.measured.indicators:
        unknown, everybody = line.unknown_count or 0, line.denominator_count or 0
        if line.institution_id is None and line.lowest is not None and everybody - unknown < mark * everybody:
            fixes.add(Fix("outcomes", line.indicator_code))
            records += unknown
    codes = {fix.what for fix in fixes}
    places = {line.institution_id for line in seen.measured.indicators
              if line.institution_id and line.indicator_code in codes and line.unknown_count}  # fmt: skip
    return Way(frozenset(fixes), tuple(sorted(places)), records, f"unknown outcomes of {', '.join(sorted(codes))}")


def _collected(seen: Sources) -> Way:
    """Return the dimensions that nobody asks, to be asked of everybody: one that some ask has met the criterion."""
    rows = seen.partition.rows_of(
        "mart.coverage",
        """
        select equity_dimension, institution_id, student_count from mart.coverage
        where grantee_id = $1 and program_year = $2 and institution_id is not null order by all
        """,
    )
    none = {line.dimension for line in seen.measured.coverage
            if line.student_count and line.not_collected_count >= line.student_count}  # fmt: skip
    rows = [row for row in rows if row["equity_dimension"] in none]
    fixes = frozenset(Fix("collected", row["equity_dimension"], row["institution_id"]) for row in rows)
    places = tuple(sorted({row["institution_id"] for row in rows}))
    more = f"Not asked by any source: {', '.join(sorted(none))}." if none else ""
    return Way(fixes, places, sum(row["student_count"] for row in rows), "answers of students", more=more)


OF_GRANTEE: Mapping[str, Callable[[Sources], Way | None]] = {
    "lines_read": _lines,
    "files_on_time": lambda _seen: None,
    "tables_arrived": _tables,
    "outcomes_known": _outcomes,
    "dimensions_collected": _collected,
}
