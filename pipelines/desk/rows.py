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


def numbered_rows(desk: Desk) -> str:
    """Return a query for the open findings of some partitions, numbered from 0 in each lot; see ``parameters``.

    Beside the columns of ``quality.finding``: ``year``; ``slug`` and ``name`` of a listed institution; ``lines_of``,
    the file where it points at a line; ``first_seen_at``; ``explanation``; ``record_key`` without the institution;
    ``shown``, the value but for a code of no list; and whether a row begins an institution or a file.
    """
    view = "select 1 from duckdb_views() where schema_name || '.' || view_name = $1"
    has_explanations = bool(desk.connection.execute(view, [EXPLANATIONS]).fetchall())
    told = f"left join {EXPLANATIONS} as told on f.finding_id = told.finding_id" if has_explanations else ""
    return f"""
    with finding as (
        select f.*, {_YEAR} as year, listed.slug, listed.name, run.started_at as first_seen_at,
            case when f.line_number is not null then f.submission_id end as lines_of,
            case when starts_with(f.record_key_masked, 'institution_id=' || f.institution_id)
                then ltrim(substr(f.record_key_masked, 16 + length(f.institution_id))) else f.record_key_masked
            end as record_key,
            case when f.column_name = 'institution_id' and listed.slug is null and f.value_masked is not null
                then '(in no list)' else f.value_masked end as shown,
            {"told.explanation" if has_explanations else "cast(null as varchar)"} as explanation
        from quality.finding as f
        inner join (select unnest(cast($grantees as varchar[])) as g, unnest(cast($years as varchar[])) as y) as asked
            on coalesce(f.grantee_id, '') = asked.g and coalesce({_YEAR}, '') = asked.y
        left join (
            select unnest(cast($listed_by as varchar[])) as g, unnest(cast($codes as varchar[])) as code,
                unnest(cast($slugs as varchar[])) as slug, unnest(cast($names as varchar[])) as name
        ) as listed on f.grantee_id = listed.g and f.institution_id = listed.code
        left join quality.run as run on f.first_seen_run_id = run.run_id
        {told}
        where f.state = 'open'
    )
    select *, row_number() over in_order - 1 as number,
        coalesce(lag(slug, 1, '') over in_order is distinct from slug, true) as is_next_institution,
        coalesce(lag(lines_of, 1, '') over in_order is distinct from lines_of, true) as is_next_file
    from finding
    window in_order as (
        partition by grantee_id, year, rule_id order by slug nulls last, file_name nulls last, lines_of nulls last,
            line_number nulls last, record_key_masked, finding_id
    )
    """


def parameters(desk: Desk, partitions: Sequence[tuple[str | None, str | None]]) -> dict[str, list[str]]:
    """Return the parameters of ``numbered_rows`` for the findings of some grantees and program years."""
    listed = list(desk.directory.listed.values())
    return {
        "grantees": [grantee_id or "" for grantee_id, _ in partitions],
        "years": [year or "" for _, year in partitions],
        "listed_by": [one.grantee_id for one in listed],
        "codes": [one.institution_id for one in listed],
        "slugs": [one.slug for one in listed],
        "names": [one.name for one in listed],
    }
