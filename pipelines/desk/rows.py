"""Open findings, each of which stands on one page of the desk: how many there are where, and in which order.

How a row looks, and where its page lies, is said by the page (``reports.desk.rows``, which also has ``page_of``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.desk.directory import Institution

ROWS_A_PAGE = 750  # a page of keys of usual length is 100 to 150 KB


@dataclass(frozen=True)
class Lot:
    """The open findings of a rule in a grantee's program year, counted by institution in the order of their pages.

    Both ids are null for reference sources. Slugs are in order, those of no list (``unlisted``) at the end.
    """

    grantee_id: str | None
    program_year: str | None
    rule_id: str
    counts: tuple[tuple[Institution, int], ...]

    @property
    def count(self) -> int:
        """How many findings there are."""
        return sum(count for _, count in self.counts)

    @property
    def page_count(self) -> int:
        """How many pages they take."""
        return -(-self.count // ROWS_A_PAGE)

    def first_pages(self) -> Iterator[tuple[Institution, int]]:
        """Yield each institution with the page, counted from 1, on which its first row stands."""
        before = accumulate((count for _, count in self.counts), initial=0)
        yield from ((found, start // ROWS_A_PAGE + 1) for (found, _), start in zip(self.counts, before, strict=False))


def lots(desk: Desk) -> list[Lot]:
    """Return the open findings, counted: by grantee, program year, rule."""
    counted = desk.connection.execute(
        "select grantee_id, program_year, rule_id, institution_id, count(*) from quality.finding "
        "where state = 'open' group by all order by all"
    ).fetchall()
    return [
        Lot(*place, _by_slug(desk, place[0], [row[3:] for row in rows]))
        for place, rows in groupby(counted, key=lambda row: row[:3])
    ]


def _by_slug(desk: Desk, grantee_id: str | None, counted: list[tuple[Any, ...]]) -> tuple[tuple[Institution, int], ...]:
    """Return counts by institution in the order of slugs; all codes of no list are one."""
    found: dict[str, tuple[Institution, int]] = {}
    for institution_id, count in counted:
        institution = desk.directory.find(grantee_id, institution_id)
        found[institution.slug] = (institution, count + found.get(institution.slug, (institution, 0))[1])
    return tuple(sorted(found.values(), key=lambda pair: (not pair[0].is_listed, pair[0].slug)))
