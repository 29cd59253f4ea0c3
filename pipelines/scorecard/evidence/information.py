"""Evidence for element 4, relevant, timely and disaggregated information: when data come and what they can show."""

from __future__ import annotations

from pipelines.measures.definitions import year_end
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.evidence.collection import over_institutions
from pipelines.scorecard.evidence.known import FILES, Known
from pipelines.scorecard.evidence.populations import population_items
from pipelines.scorecard.files import in_force
from pipelines.scorecard.read import Partition
from pipelines.scorecard.reportable import Cell, by_institution, of_grantee, reportable_cells, reportable_share
from pipelines.validation.partition import NO_INSTITUTION

_FULL_CIP = "regexp_full_match(cip_code, '[0-9]{2}\\.[0-9]{4}')"
_PROGRAMS = f"""
    select count(*) as programs, count(*) filter (where {_FULL_CIP}) as full_cip from core.program
    where grantee_id = $1 and program_year = $2
"""
_BY_PROGRAM = f"""
    select count(*) as cells, count(*) filter (where status = 'computed' and {_FULL_CIP}) as computed
    from mart.indicator
    where grantee_id = $1 and program_year = $2 and institution_id is null and cip_code is not null
        and subgroup_dimension = 'all'
"""
_VERDICTS = """
    select count(*) as verdicts, count(*) filter (where verdict = 'measurable') as measurable,
        count(*) filter (where verdict = 'with_caution') as with_caution,
        count(*) filter (where verdict = 'not_measurable') as not_measurable
    from mart.readiness
    where grantee_id = $1 and program_year = $2 and institution_id <> $3 and verdict is not null
"""


def information(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    """Return the items for element 4."""
    as_of = known.as_of(partition.program_year)
    cells = reportable_cells(partition, known.grantee)
    return (
        *_timeliness(partition, known, as_of),
        *_indicators(partition, known, as_of),
        *_reportable(cells, as_of),
        *_readiness(partition, as_of),
        *population_items(partition, known, cells, as_of),
    )


def _timeliness(partition: Partition, known: Known, as_of: str) -> tuple[Evidence, ...]:
    counting, source = in_force(known.files), "quality.submission"
    late = [f.days_late for f in counting if f.is_late and f.days_late is not None]
    days = [f.received_on for f in counting if f.received_on is not None]
    age = (max(days) - year_end(partition.program_year)).days if days else None
    return (
        Evidence("Files late", FILES, source, sum(f.is_late for f in counting), len(counting), as_of=as_of,
                 query="quality.submission_check"),
        Evidence("Days late, the latest file", FILES, source, max(late, default=0) if counting else None, as_of=as_of,
                 query="quality.submission_check"),
        Evidence("Age: days from the end of the program year to the last file", FILES, source, age, as_of=as_of,
                 query=source),
    )  # fmt: skip


def _indicators(partition: Partition, known: Known, as_of: str) -> tuple[Evidence, ...]:
    totals = [i for i in known.indicators if i.institution_id is None]
    programs, cells = partition.rows(_PROGRAMS)[0], partition.rows(_BY_PROGRAM)[0]
    return (
        Evidence("Indicators computed", "1P1, 2P1 and 3P1 of the grantee", "mart.indicator",
                 sum(i.status == "computed" for i in totals), len(totals), as_of=as_of, query="mart.indicator"),
        Evidence("Programs with a CIP code of six digits", "programs", "core.program", programs["full_cip"],
                 programs["programs"], as_of=as_of, query="core.program"),
        Evidence("Indicators by program computed", "programs that have concentrators, by indicator", "mart.indicator",
                 cells["computed"], cells["cells"], as_of=as_of, query="mart.indicator"),
    )  # fmt: skip


def _reportable(cells: tuple[Cell, ...], as_of: str) -> tuple[Evidence, ...]:
    title, source = "Indicator-by-subgroup cells that may be reported", "mart.indicator"
    population = (
        "sexes, races and special populations with somebody, by indicator; by the suppression policy's threshold"
    )
    whole, in_numbers = reportable_share(of_grantee(cells)), reportable_share(of_grantee(cells), ("in_numbers",))
    return (
        Evidence(title, f"{population}, the grantee as a whole", source, whole.numerator, whole.denominator,
                 as_of=as_of, query="reportable_cells"),
        Evidence("Of these, in numbers and not only as a band", f"{population}, the grantee as a whole", source,
                 in_numbers.numerator, in_numbers.denominator, as_of=as_of, query="reportable_cells"),
        *over_institutions(title, population, source, by_institution(cells).values(), as_of, source),
    )  # fmt: skip


def _readiness(partition: Partition, as_of: str) -> tuple[Evidence, ...]:
    found = partition.rows(_VERDICTS, NO_INSTITUTION)[0]
    population, source = "equity dimensions by institutions with enough students for a verdict", "mart.readiness"
    return tuple(
        Evidence(f"Readiness for disaggregation: {words}", population, source, found[verdict], found["verdicts"],
                 as_of=as_of, query=source)
        for verdict, words in (("measurable", "measurable"), ("with_caution", "measurable with caution"),
                               ("not_measurable", "not measurable"))
    )  # fmt: skip
