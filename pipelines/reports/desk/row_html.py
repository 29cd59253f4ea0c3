"""The rows of failing rows as HTML, made by DuckDB: a template would take a minute for a million of them.

What text needs so that it stays text is said once, in ``escaped``. The page around the rows is a template.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import escape

from pipelines.desk.desk import Desk
from pipelines.desk.directory import UNLISTED, Institution
from pipelines.desk.rows import ROWS_A_PAGE, Lot, in_order, open_rows, parameters
from pipelines.reports.desk import places
from pipelines.reports.page import NOTHING, day
from pipelines.reports.words import FINDING_CHANGE
from pipelines.warehouse import quoted

ROOT = "../../../"  # leads from a page of rows to ``reports``
# What markupsafe writes, the ampersand first; a test holds both equal.
_MARKS = {"&": "&amp;", ">": "&gt;", "<": "&lt;", "'": "&#39;", '"': "&#34;"}
_COLUMN_COUNT = 6


def escaped(column: str) -> str:
    """Return SQL for a column as HTML shows it: as text, whatever stands in it. Most values have nothing to escape."""
    has_marks = " or ".join(f"contains({column}, {quoted(mark)})" for mark in _MARKS)
    written = column
    for mark, reference in _MARKS.items():
        written = f"replace({written}, {quoted(mark)}, {quoted(reference)})"
    return f"case when {has_marks} then {written} else {column} end"


def pages_query(desk: Desk) -> str:
    """Return a query for number of the lot, number of the page (from 1) and the HTML of its rows.

    It takes ``html_parameters``. End tags that HTML lets one leave out are left out: they would be a fifth of the page.
    """
    is_first = f"number % {ROWS_A_PAGE} = 0"
    return f"""
    with file as (select submission_id, {_file()} as link from quality.submission),
    run as (select unnest(cast($runs as varchar[])) as run_id, unnest(cast($days as varchar[])) as day),
    finding as (
        select found.lot, found.spot, found.place, found.finding_id, found.institution, found.lines_of, {_row()} as html
        from ({open_rows(desk)}) as found
        left join file on found.submission_id = file.submission_id
        left join run on found.first_seen_run_id = run.run_id
    ),
    numbered as (
        select *, row_number() over in_order - 1 as number, lag(spot) over in_order is distinct from spot as is_next,
            lag(institution, 1, -1) over in_order is distinct from institution as is_next_institution
        from finding window in_order as (partition by lot order by spot, place nulls last, finding_id)
    )
    select numbered.lot, number // {ROWS_A_PAGE} + 1 as page, string_agg(
        case when is_next or {is_first} then concat(
            '<tbody><tr class="group"><th colspan="{_COLUMN_COUNT}" scope="rowgroup"',
            case when is_next_institution or {is_first} then coalesce(named.anchor, nobody.anchor) end,
            '>', coalesce(named.name, nobody.name), ' ' || file.link, html
        ) else html end,
        '' order by number
    ) as html
    from numbered
    left join file on numbered.lines_of = file.submission_id
    left join (
        select unnest($institutions) as institution, unnest(cast($names as varchar[])) as name,
            unnest(cast($anchors as varchar[])) as anchor
    ) as named on numbered.institution = named.institution
    left join (
        select unnest($lots) as lot, unnest($nobodies) as name, {quoted(_anchor(UNLISTED))} as anchor
    ) as nobody on numbered.lot = nobody.lot
    group by all
    """


def html_parameters(desk: Desk, asked: Sequence[Lot]) -> dict[str, list[Any]]:
    """Return the parameters of ``pages_query`` for lots, which it numbers from 0."""
    listed = in_order(desk)
    runs = desk.connection.execute("select run_id, started_at from quality.run").fetchall()
    return {
        **parameters(desk, asked),
        "runs": [run_id for run_id, _ in runs],
        "days": [day(started_at) for _, started_at in runs],
        "names": [_name(one) for one in listed],
        "anchors": [_anchor(one.slug) for one in listed],
        "nobodies": [_name(desk.directory.find(lot.grantee_id, None)) for lot in asked],
    }


def _name(institution: Institution) -> str:
    """Return an institution's name as a link to its page; records of reference tables have none."""
    if not institution.grantee_id:
        return "Reference table"
    page = places.of_institution(institution.grantee_id, institution.slug)
    return f'<a href="{ROOT}{page}">{escape(institution.name)}</a>'


def _anchor(slug: str) -> str:
    return f' id="{slug}"'


def _row() -> str:
    """Return SQL for a finding: line or file, column, value, key, since when, what has become of it."""
    line = f"found.line_number || coalesce('<small>' || {escaped('found.cell')} || '</small>', '')"
    changes = " ".join(f"when {quoted(code)} then {quoted(said)}" for code, said in FINDING_CHANGE.items())
    cells = (
        f"coalesce({line}, file.link, {quoted(NOTHING)})",
        f"coalesce({escaped('found.column_name')}, {quoted(NOTHING)})",
        f"coalesce({escaped('found.shown')}, '<span class=\"empty\">empty</span>')",
        escaped("found.record_key"),
        f"coalesce(run.day, {quoted(NOTHING)})",
        f"case found.change {changes} end, case when found.is_waived then ', waived' end",
    )
    explained = f"'<small>Explained: ' || {escaped('found.explanation')} || '</small>'"
    joined = ", '<td>', ".join(cells)
    return f"concat('<tr><td>', {joined}, {explained})"  # a chain of || would copy what it has at every link


def _file() -> str:
    """Return SQL for a file's name as a link to its page, its direction its own."""
    before, after = places.of_submission("|").split("|")
    link = f"'<a href=\"{ROOT}{before}' || submission_id || '{after}\"><bdi>' || "
    return f"{link}coalesce({escaped('file_name')}, submission_id) || '</bdi></a>'"
