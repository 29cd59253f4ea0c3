"""The desk's pages: rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.desk.desk import Desk
from pipelines.desk.rows import lots
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page


def pages(_desk: Desk) -> Iterator[Page]:
    """Yield the pages."""
    yield from ()


def page_of(desk: Desk) -> Mapping[tuple[str | None, str | None, str, str], str]:
    """Return where the failing rows of an institution begin, by grantee, program year, rule and slug, with the anchor."""
    return {
        (lot.grantee_id, lot.program_year, lot.rule_id, found.slug): (
            f"{places.of_rows(lot.grantee_id, lot.program_year, lot.rule_id, number)}#{found.slug}"
        )
        for lot in lots(desk)
        for found, number in lot.first_pages()
    }
