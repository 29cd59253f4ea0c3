"""How far the records can be disaggregated and are filled: five states of equity dimensions, elements by institution.

A sentinel such as "unknown" is no value, declining to answer is no fault, and an element without rows is not complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pipelines.schema import content_columns, core_table, core_tables
from pipelines.scorecard.lines import Completeness, CoverageLine, HeatRow
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share

LABELS = {
    "sex": "Sex",
    "race_ethnicity": "Race and ethnicity",
    "disability": "Individuals with disabilities",
    "economic_disadvantage": "Individuals from economically disadvantaged families",
    "nontraditional_preparation": "Individuals preparing for nontraditional fields",
    "single_parent": "Single parents",
    "out_of_workforce": "Out-of-workforce individuals",
    "english_learner": "English learners",
    "homelessness": "Homeless individuals",
    "foster_care": "Youth in, or aged out of, foster care",
    "active_duty_parent": "Youth with a parent on active duty",
}
ORDER = {dimension: place for place, dimension in enumerate(LABELS)}


def known(row: Mapping[str, Any]) -> Share:
    """Return the share of students with a value among those who did not decline; nobody is faulted for declining.

    Where no source asked, nothing can be known: that is an empty population and not zero.
    """
    if row["not_collected_count"] == row["student_count"]:
        return Share(0, 0)
    return Share(row["value_count"], row["student_count"] - row["declined_count"])


def coverage_lines(partition: Partition) -> tuple[CoverageLine, ...]:
    """Return the states of each equity dimension over all students of the grantee, in the order of the statute."""
    rows = partition.rows(
        "select * from mart.coverage where grantee_id = $1 and program_year = $2 and institution_id is null"
    )
    ordered = sorted(rows, key=lambda r: (ORDER.get(r["equity_dimension"], len(ORDER)), r["equity_dimension"]))
    return tuple(
        CoverageLine(
            r["equity_dimension"], LABELS.get(r["equity_dimension"], r["equity_dimension"]), r["student_count"],
            r["value_count"], r["unknown_count"], r["declined_count"], r["not_reported_count"],
            r["not_collected_count"], r["yes_count"], known(r),
        )
        for r in ordered
    )  # fmt: skip


def known_by_institution(partition: Partition) -> dict[str, list[Share]]:
    """Return, by institution, the known share of each equity dimension that the institution's source collects."""
    rows = partition.rows(
        """
        select * from mart.coverage where grantee_id = $1 and program_year = $2 and institution_id is not null
            and not_collected_count < student_count order by institution_id, equity_dimension
        """
    )
    by_institution: dict[str, list[Share]] = defaultdict(list)
    for row in rows:
        by_institution[row["institution_id"]].append(known(row))
    return by_institution


def bare(table_name: str) -> str:
    """Return a table's name without its schema."""
    return table_name.rpartition(".")[2]


def element_rows(partition: Partition) -> list[dict[str, Any]]:
    """Return the informative completeness of every element at every institution."""
    return partition.rows(
        """
        select * from mart.element_completeness
        where grantee_id = $1 and program_year = $2 and institution_id is not null
        order by table_name, column_name, institution_id
        """
    )


def required_elements() -> set[tuple[str, str]]:
    """Return (table, column) of the elements that every record needs, without the person attributes."""
    return {
        (table.name, column.name)
        for table in core_tables()
        for column in content_columns(table)
        if column.info["required"] and not column.info["states"]
    }


def completeness(elements: list[dict[str, Any]], names: Mapping[str, str]) -> Completeness:
    """Return the heat map: elements that fall short somewhere as rows, the complete ones listed by table.

    Declined and not collected are neutral: nobody left them out.
    """
    institutions = tuple(sorted({r["institution_id"] for r in elements}, key=lambda i: (names.get(i, i), i)))
    shares: dict[tuple[str, str], dict[str, Share]] = defaultdict(dict)
    for row in elements:
        place = (bare(row["table_name"]), row["column_name"])
        shares[place][row["institution_id"]] = Share(row["value_count"], row["asked_count"])
    required = required_elements()
    order = {place: number for number, place in enumerate(_schema_order())}
    rows, full = [], defaultdict(list)
    for place in sorted(shares, key=lambda p: (order.get(p, len(order)), p)):
        found = tuple(shares[place].get(i, Share(0, 0)) for i in institutions)
        if all(s.fraction in (None, 1) for s in found) and any(s.fraction for s in found):
            full[place[0]].append(place[1])
        else:
            rows.append(HeatRow(*place, place in required, found))
    return Completeness(
        tuple((i, names.get(i, i)) for i in institutions), tuple(rows), tuple((t, tuple(c)) for t, c in full.items())
    )


def _schema_order() -> list[tuple[str, str]]:
    return [(table.name, column.name) for table in core_tables() for column in core_table(table.name).columns]
