"""Sections as JSON. Keys and kinds are those of ``schemas``; a share holds both counts and its percentage in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pipelines.scorecard.section import Cell, Section, Table
from pipelines.scorecard.share import Share

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "text": "",
        "count": "count",
        "share": "numerator of denominator",
        "points": "percentage points",
        "money": "US dollars",
        "number": "number",
        "date": "ISO 8601 date",
    }
)


def plain_sections(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """Return sections as lists and dicts; cells stand in the order of a table's columns."""
    return [
        {"id": s.id, "title": s.title, "says": list(s.says), "tables": [_table(table) for table in s.tables]}
        for s in sections
    ]


def _table(table: Table) -> dict[str, Any]:
    columns = [
        {"key": c.key, "title": c.title, "kind": c.kind, "unit": UNITS[c.kind], "note": c.note} for c in table.columns
    ]
    return {
        "id": table.id,
        "title": table.title,
        "population": table.population,
        "source": table.source,
        "as_of": table.as_of,
        "note": table.note,
        "query": table.query,
        "columns": columns,
        "rows": [[plain_cell(cell) for cell in row] for row in table.rows],
    }


def plain_cell(cell: Cell) -> Any:
    """Return a cell as JSON holds it; a word in a column of numbers is a status."""
    if isinstance(cell, Share):
        return {"numerator": cell.numerator, "denominator": cell.denominator, "percent": cell.percent}
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell.isoformat() if isinstance(cell, date) else cell
