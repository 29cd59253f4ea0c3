"""The measures by which a gain is told, as they stand now: what a plan expects is compared with these.

``criterion:<id>``         share of the grantee, or of the worst decile of institutions, as the rubric asks
``median:<id>``            share of the median institution, of a criterion that looks at institutions
``coverage:<dimension>``   students whose attribute is known, of those who did not decline
``informative:<dimension>``  the same of those reached, a "no" that nobody said not counted as an answer
``readiness:<dimension>``  the verdict on the grantee as a whole, such as ``with_caution``
``readiness_at:<dimension>``  institutions at which it is measurable
``level:<element>``        the level that the data suggest, 1 to 4
``cells:<dimension>``      reportable indicator-by-subgroup cells of the dimension, of the grantee and its institutions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipelines.scorecard.card import CriterionResult
from pipelines.scorecard.coverage import LABELS
from pipelines.scorecard.judge import judge_element
from pipelines.scorecard.readiness import readiness_lines
from pipelines.scorecard.reportable import REPORTABLE, reportable_cells
from pipelines.scorecard.rubric import rubric
from pipelines.scorecard.share import Share
from pipelines.scorecard.sources import Sources

Amount = Share | int | str | None
_READINESS = """
    select * from mart.readiness
    where grantee_id = $1 and program_year = $2 and institution_id is null and equity_dimension = $3
"""


def measure_now(seen: Sources, measure_id: str) -> Amount:
    """Return a measure as it stands; None where it cannot be told or there is no such measure."""
    kind, _, rest = measure_id.partition(":")
    return _OF_KIND[kind](seen, rest) if kind in _OF_KIND else None


def measure_words(measure_id: str) -> str:
    """Return a measure in words; an id that is no measure as it stands."""
    kind, _, rest = measure_id.partition(":")
    criterion = next((c for element in rubric().elements for c in element.criteria if c.id == rest), None)
    if criterion is not None and criterion.over == "grantee":
        return criterion.title
    return _WORDS.get(kind, measure_id).format(criterion.title if criterion else LABELS.get(rest, rest))


def _criterion(seen: Sources, criterion_id: str) -> Amount:
    result = _result(seen, criterion_id)
    return _told(result.measured if result.over == "grantee" else result.worst) if result else None


def _median(seen: Sources, criterion_id: str) -> Amount:
    result = _result(seen, criterion_id)
    return _told(result.measured) if result and result.over == "institutions" else None


def _result(seen: Sources, criterion_id: str) -> CriterionResult | None:
    criterion = next((c for element in rubric().elements for c in element.criteria if c.id == criterion_id), None)
    return seen.judged(criterion) if criterion else None


def _coverage(seen: Sources, dimension: str) -> Amount:
    return next((_told(line.known) for line in seen.measured.coverage if line.dimension == dimension), None)


def _informative(seen: Sources, dimension: str) -> Amount:
    rows = seen.partition.rows_of("mart.readiness", _READINESS, dimension)
    counts = [rows[0].get(name) for name in ("informative_count", "informative_denominator_count")] if rows else []
    return _told(Share(*counts)) if counts else None


def _readiness(seen: Sources, dimension: str) -> Amount:
    rows = seen.partition.rows_of("mart.readiness", _READINESS, dimension)
    return rows[0]["verdict"] if rows else None


def _readiness_at(seen: Sources, dimension: str) -> Amount:
    found = [line for line in readiness_lines(seen.partition) if line.dimension == dimension]
    return found[0].measurable_count if found else None


def _level(seen: Sources, number: str) -> Amount:
    element = rubric().element(int(number)) if number.isdecimal() else None
    suggestion = judge_element(element, seen).suggestion if element else None
    return suggestion.level if suggestion else None


def _cells(seen: Sources, dimension: str) -> Amount:
    cells = [c for c in reportable_cells(seen.partition, seen.known.grantee) if c.dimension == dimension]
    return sum(c.standing in REPORTABLE for c in cells) if cells else None


def _told(share: Share | None) -> Share | None:
    return share if share is not None and share.fraction is not None else None


_OF_KIND: Mapping[str, Callable[[Sources, str], Amount]] = {
    "criterion": _criterion,
    "median": _median,
    "coverage": _coverage,
    "informative": _informative,
    "readiness": _readiness,
    "readiness_at": _readiness_at,
    "level": _level,
    "cells": _cells,
}

_WORDS = {
    "criterion": "{}, worst decile of institutions",
    "median": "{}, median institution",
    "coverage": "{}: students of whom it is known, of those who did not decline",
    "informative": "{}: informative answers, of those due",
    "readiness": "{}: verdict on the grantee",
    "readiness_at": "{}: institutions at which it is measurable",
    "cells": "{}: reportable indicator cells",
    "level": "Level that the data suggest for element {}",
}
