"""What ``cte rejudge`` prints, as text or CSV, and its exit code. What is judged again stands in ``rejudge``."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable

from pipelines.night import GATE_CLOSED, NO_GATE_CLOSED
from pipelines.rule_book.rejudge import Again, Rejudged
from pipelines.validation.ruling import Ruling

COLUMNS = (
    "rule_id", "grantee_id", "program_year", "institution_id", "population_count", "failed_count",
    "status_before", "status_after", "threshold_before", "threshold_after", "severity_before", "severity_after",
    "is_waived_before", "is_waived_after", "gate",
)  # fmt: skip
_GATES = {"closes": "would close", "opens": "would open", "stays closed": "stay closed"}


def tell(again: Again, form: str, say: Callable[[str], None]) -> int:
    """Print what would change, and which gates are closed; return 1 where one would be closed, else 0."""
    told = [one for one in again.rejudged if one.is_changed or one.gate]
    say("\n".join(_csv(told) if form == "csv" else [*map(_line, told), *_summary(again)]))
    return GATE_CLOSED if any(one.after.is_over and one.institution_id is None for one in told) else NO_GATE_CLOSED


def _line(one: Rejudged) -> str:
    place = " ".join(filter(None, (one.grantee_id or "reference", one.program_year, one.institution_id)))
    counts = f"{one.failed_count} of {one.population_count} fail"
    threshold = _change(one.before.threshold, one.after.threshold)
    severity = _change(one.before.severity, one.after.severity)
    gate = f"; gate {one.gate}" if one.gate else ""
    status = _change(_status(one.before), _status(one.after))
    return f"{place} {one.rule_id}: {status}; {counts}, {threshold}; {severity}{gate}"


def _status(ruling: Ruling) -> str:
    return f"{ruling.status} (waived)" if ruling.is_waived else ruling.status


def _change(before: str, after: str) -> str:
    return before if before == after else f"{before} -> {after}"


def _summary(again: Again) -> list[str]:
    gates = Counter(one.gate for one in again.rejudged)
    changed = sum(one.is_changed for one in again.rejudged)
    counted = f"{len(again.rejudged)} counts judged again, {changed} come out otherwise"
    closed = ", ".join(f"{gates[word]} {words}" for word, words in _GATES.items())
    outdated = f"not judged, because these rules say something else now: {', '.join(again.outdated)}"
    return [f"{counted}; gates: {closed}", *([outdated] if again.outdated else [])]


def _csv(told: list[Rejudged]) -> list[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in told:
        before, after = one.before, one.after
        writer.writerow(
            [one.rule_id, one.grantee_id, one.program_year, one.institution_id, one.population_count, one.failed_count,
             before.status, after.status, before.threshold, after.threshold, before.severity, after.severity,
             before.is_waived, after.is_waived, one.gate]
        )  # fmt: skip
    return [text.getvalue().rstrip("\n")]
