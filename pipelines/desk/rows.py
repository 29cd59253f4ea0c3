"""Open findings, each of which stands on one page of the desk: how many there are where, and in which order.

How a row looks, and where its page lies, is said by the page (``reports.desk.rows``, which also has ``page_of``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.desk.directory import Institution

ROWS_A_PAGE = 750  # a page of keys of usual length has 100 to 150 KB
EXPLANATIONS = "quality.finding_explanation"
_LAST = 10_000_000  # more than there are institutions, or files
_YEAR = "case when f.grantee_id is not null then f.program_year end"  # reference tables are judged over all years


@dataclass(frozen=True)
class Lot:
    """The open findings of a rule in a grantee's program year, counted by institution in the order of their pages.

    Both ids are null for reference tables. Slugs are in order, those of no list (``unlisted``) at the end.
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

    def first_pages(self) -> Iterator[tuple[Institution, int, int]]:
        """Yield each institution with its count and the page, from 1, on which its first row stands."""
        before = accumulate((count for _, count in self.counts), initial=0)
        for (found, count), start in zip(self.counts, before, strict=False):
            yield found, count, start // ROWS_A_PAGE + 1


def lots(desk: Desk) -> list[Lot]:
    """Return the open findings, counted: by grantee, program year, rule."""
    counted = desk.connection.execute(
        f"select grantee_id, {_YEAR} as year, rule_id, institution_id, count(*) from quality.finding as f "
        "where state = 'open' group by all order by all"
    ).fetchall()
    return [
        Lot(grantee_id, year, rule_id, _by_slug(desk, grantee_id, [row[3:] for row in rows]))
        for (grantee_id, year, rule_id), rows in groupby(counted, key=lambda row: row[:3])
    ]


def _by_slug(desk: Desk, grantee_id: str | None, counted: list[tuple[Any, ...]]) -> tuple[tuple[Institution, int], ...]:
    """Return counts by institution in the order of slugs; all codes of no list are one."""
    found: dict[str, tuple[Institution, int]] = {}
    for institution_id, count in counted:
        institution = desk.directory.find(grantee_id, institution_id)
        found[institution.slug] = (institution, count + found.get(institution.slug, (institution, 0))[1])
    return tuple(sorted(found.values(), key=lambda pair: (not pair[0].is_listed, pair[0].slug)))


def open_rows(desk: Desk) -> str:
    """Return a query for the open findings of some lots, whose ``parameters`` it takes.

    Beside the columns of ``quality.finding``: the number of its ``lot`` and of its ``institution`` (null: in no list);
    ``lines_of``, the file where it points at a line; ``record_key`` without the institution; ``shown``, the value
    unless it is a code of no list; ``explanation``; and its order within the lot: ``spot``, one number for institution
    and file, and ``place`` there. Findings of an institution that point at no line share its last spot.
    """
    has_explanations = desk.has(EXPLANATIONS)
    told = f"left join {EXPLANATIONS} as told on f.finding_id = told.finding_id" if has_explanations else ""
    return f"""
    select f.*, asked.lot, listed.institution, case when f.line_number is not null then f.submission_id end as lines_of,
        coalesce(listed.institution, {_LAST}) * cast({_LAST} as bigint)
            + case when f.line_number is null then {_LAST} - 1 else coalesce(file.place, {_LAST} - 1) end as spot,
        coalesce(f.line_number, file.place) as place,
        case when starts_with(f.record_key_masked, 'institution_id=' || f.institution_id)
            then ltrim(substr(f.record_key_masked, 16 + length(f.institution_id))) else f.record_key_masked
        end as record_key,
        case when f.column_name = 'institution_id' and listed.institution is null and f.value_masked is not null
            then '(in no list)' else f.value_masked end as shown,
        {"told.explanation" if has_explanations else "cast(null as varchar)"} as explanation
    from quality.finding as f
    inner join (
        select unnest($lots) as lot, unnest(cast($grantees as varchar[])) as grantee_id,
            unnest(cast($years as varchar[])) as year, unnest($rules) as rule_id
    ) as asked on f.rule_id = asked.rule_id and coalesce(f.grantee_id, '') = asked.grantee_id
        and coalesce({_YEAR}, '') = asked.year
    left join (
        select unnest(cast($institutions as bigint[])) as institution, unnest($listed_by) as grantee_id,
            unnest($codes) as institution_id
    ) as listed on f.grantee_id = listed.grantee_id and f.institution_id = listed.institution_id
    left join (
        select submission_id, row_number() over (order by file_name, submission_id) as place from quality.submission
    ) as file on f.submission_id = file.submission_id
    {told}
    where f.state = 'open'
    """


def parameters(desk: Desk, asked: Sequence[Lot]) -> dict[str, list[Any]]:
    """Return the parameters of ``open_rows`` for lots; numbers are places in ``asked`` and in ``in_order``, from 0."""
    listed = in_order(desk)
    return {
        "lots": list(range(len(asked))),
        "grantees": [lot.grantee_id or "" for lot in asked],
        "years": [lot.program_year or "" for lot in asked],
        "rules": [lot.rule_id for lot in asked],
        "institutions": list(range(len(listed))),
        "listed_by": [one.grantee_id for one in listed],
        "codes": [one.institution_id for one in listed],
    }


def in_order(desk: Desk) -> list[Institution]:
    """Return the listed institutions of all grantees in the order in which their rows stand."""
    return sorted(desk.directory.listed.values(), key=lambda one: one.slug)
