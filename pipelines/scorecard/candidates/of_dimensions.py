"""Candidates that fill an equity dimension: the answers that are missing, at the fewest institutions that suffice.

Nobody's answer is guessed: what depends on it is told as least and most, see ``verdict`` and ``cells``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from pipelines.measures.dimensions import FLAGS
from pipelines.scorecard.candidates.cells import cells_after
from pipelines.scorecard.candidates.fewest import fewest_to_share
from pipelines.scorecard.candidates.fix import Amount, Candidate, Fix, Gain
from pipelines.scorecard.candidates.ground import Ground, Row, blank
from pipelines.scorecard.candidates.verdict import VERDICTS, possible
from pipelines.scorecard.coverage import LABELS
from pipelines.scorecard.rubric import CoreElement, Criterion, rubric
from pipelines.scorecard.share import Share
from pipelines.scorecard.sources import Sources
from pipelines.validation.partition import NO_INSTITUTION

CRITERION = "dimensions_known"
Cells = Mapping[str, tuple[int, int, int]]


def of_dimensions(seen: Sources, ground: Ground) -> Iterator[Candidate]:
    """Yield a candidate for each dimension of which less is known than the rubric asks of the median institution."""
    found = next(((e, c) for e in rubric().elements for c in e.criteria if c.id == CRITERION), None)
    rows = _by_dimension(ground)
    chosen = {d: _places(rows[d], found[1]) for d in LABELS if d in rows} if found else {}
    cells = cells_after(seen, {d: places for d, places in chosen.items() if places and d in FLAGS})
    for dimension, places in chosen.items():
        if found and places:
            yield _candidate(found[0], dimension, places, ground, rows[dimension], cells)


def _by_dimension(ground: Ground) -> dict[str, dict[str | None, Row]]:
    rows: dict[str, dict[str | None, Row]] = defaultdict(dict)
    for row in ground.readiness:
        rows[row["equity_dimension"]][row["institution_id"]] = row
    return rows


def _missing(row: Row) -> int:
    return int(row.get("missing_count") or 0)


def _places(rows: Mapping[str | None, Row], criterion: Criterion) -> list[str]:
    whole = rows.get(None)
    if whole is None or not whole.get("informative_denominator_count"):
        return []
    share = Share(whole["informative_count"], whole["informative_denominator_count"])
    adds = {i: _missing(row) for i, row in rows.items() if i not in (None, NO_INSTITUTION)}
    return fewest_to_share(share, {i or "": count for i, count in adds.items()}, Fraction(criterion.median_at_least))


def _candidate(element: CoreElement, dimension: str, places: list[str], ground: Ground,
               rows: Mapping[str | None, Row], cells: Cells) -> Candidate:  # fmt: skip
    blanks = {r["institution_id"]: blank(r) for r in ground.coverage if r["equity_dimension"] == dimension}
    unsaid = sum((rows[i]["never_filed_count"] or 0) + (rows[i]["filing_unknown_count"] or 0) for i in places)
    records = sum(blanks.get(i, 0) for i in places) + unsaid
    action = f"{LABELS[dimension]}: obtain the answers that are blank or unknown"
    if unsaid:
        action += (f", and settle {unsaid:,} sent as no whom no aid form asked, such as by State aid records; "
                   "say in the student file that they are asked")  # fmt: skip
    gains = (_informative(dimension, places, rows), *_verdicts(dimension, places, rows), *_of_cells(dimension, cells))
    return Candidate(
        f"fill:{dimension}", element.number, f"{action}. Never guess them.", f"informative:{dimension}",
        tuple(places), (f"criterion:{CRITERION}",), records, "missing answers of students",
        frozenset(Fix("answers", dimension, place) for place in places), gains,
    )  # fmt: skip


def _informative(dimension: str, places: list[str], rows: Mapping[str | None, Row]) -> Gain:
    count, everybody = rows[None]["informative_count"], rows[None]["informative_denominator_count"]
    after = Share(count + sum(_missing(rows[place]) for place in places), everybody)
    return Gain(f"informative:{dimension}", Share(count, everybody), after, after)


def _verdicts(dimension: str, places: list[str], rows: Mapping[str | None, Row]) -> Iterator[Gain]:
    """Yield the verdict on the grantee and at how many institutions it is measurable; of codes that cannot be told."""
    now = rows[None]["verdict"]
    own = {i: row["verdict"] for i, row in rows.items() if i not in (None, NO_INSTITUTION)}
    measurable = sum(verdict == VERDICTS[-1] for verdict in own.values())
    ends: list[tuple[Amount, Amount]] = [(None, None), (None, None)]
    if dimension in FLAGS:
        filled = [rows[place] for place in places]
        of_places = [possible(row, [row]) for row in filled]
        kept = measurable - sum(own[place] == VERDICTS[-1] for place in places)
        least, most = (kept + sum(pair[end] == VERDICTS[-1] for pair in of_places) for end in (0, 1))
        ends = [possible(rows[None], filled), (least, most)]
    yield Gain(f"readiness:{dimension}", now, *ends[0])
    yield Gain(f"readiness_at:{dimension}", measurable, *ends[1])


def _of_cells(dimension: str, cells: Cells) -> Iterator[Gain]:
    """Yield the cells; of sex and race it cannot be told which groups the answers would join."""
    if dimension in cells:
        yield Gain(f"cells:{dimension}", *cells[dimension])
