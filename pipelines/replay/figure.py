"""Figures that can be asked for by name, and what each counts in an open warehouse: whole numbers that can be summed.

``1P1`` or ``1P1:sex=female`` is an indicator; ``participant``, ``concentrator`` or ``completer`` (also with a subgroup)
counts students; ``gates`` counts the critical rules over their threshold; ``rule:<id>`` is what one rule found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.query import named_rows

INDICATORS, COUNTS = ("1P1", "2P1", "3P1"), ("participant", "concentrator", "completer")
MEASURED, JUDGED = (
    ("mart.indicator", "mart.student_count"),
    ("gates", "rule"),
)  # where figures stand; which are verdicts
_FORM = re.compile(r"(?P<code>\w+)(?::(?P<dimension>\w+)=(?P<subgroup>[^=]+))?")
_PLACE = (
    "grantee_id = $grantee and program_year = $year and institution_id is not distinct from $institution "
    "and cip_code is null and subgroup_dimension = $dimension and subgroup_code = $subgroup"
)
_RESULTS = (
    "from quality.rule_result where run_id = $run and grantee_id = $grantee and program_year = $year "
    "and institution_id is not distinct from $institution"
)


@dataclass(frozen=True)
class Figure:
    """A figure asked for: an indicator, a count of students, ``gates`` or ``rule``, of everybody or of a subgroup."""

    kind: str
    code: str
    dimension: str = "all"
    subgroup: str = "all"


def figure_of(text: str) -> Figure:
    """Return the figure that a text names. Raises ConfigurationError that says which there are."""
    if text.startswith("rule:") and re.fullmatch(r"rule:\w+", text):
        return Figure("rule", text.removeprefix("rule:"))
    match = _FORM.fullmatch(text)
    code = match["code"] if match else ""
    kind = "indicator" if code in INDICATORS else "count" if code in COUNTS else code
    is_known = kind in ("indicator", "count") or text == "gates"
    if match is None or not is_known:
        msg = (
            f"{text}: no such figure; there are {', '.join((*INDICATORS, *COUNTS))}, each also with a subgroup such as "
            "1P1:sex=female, and gates, and rule:<id of a rule>"
        )
        raise ConfigurationError(msg)
    return Figure(kind, code, match["dimension"] or "all", match["subgroup"] or "all")


def figure_in(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    grantee_id: str,
    program_year: str,
    institution_id: str | None,
    *,
    run_id: str,
) -> dict[str, Any]:
    """Return what a figure counts in a warehouse, by name of the number, and its ``status`` in words.

    A figure that is not there has no numbers, and a status that says so: nothing is counted as 0 that was not counted.
    """
    asked = figure_of(text)
    place = {"grantee": grantee_id, "year": program_year, "institution": institution_id}
    told = {"dimension": asked.dimension, "subgroup": asked.subgroup}
    query, more = {
        "indicator": (
            (
                "select numerator_count, denominator_count, unknown_count, status from mart.indicator "
                f"where indicator_code = $code and {_PLACE}"
            ),
            {"code": asked.code, **told},
        ),
        "count": (
            f"select student_count, 'counted' as status from mart.student_count where count_code = $code and {_PLACE}",
            {"code": asked.code, **told},
        ),
        "gates": (
            (
                "select count(*) filter (where status = 'failed' and severity = 'critical' and not is_waived) "
                f"as closed_gate_count, 'counted' as status {_RESULTS}"
            ),
            {"run": run_id},
        ),
        "rule": (
            (
                "select population_count, failed_count, cast(status = 'failed' as integer) as failure_count, status "
                f"{_RESULTS} and rule_id = $code"
            ),
            {"run": run_id, "code": asked.code},
        ),
    }[asked.kind]
    rows = named_rows(connection, query, place | more)
    return rows[0] if rows else {"status": "not there"}
