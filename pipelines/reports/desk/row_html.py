"""The rows of failing rows as HTML, made by DuckDB: a template would take a minute for a million of them.

What text needs so that it stays text is said once, in ``escaped``. The page around the rows is a template.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.desk.directory import UNLISTED, UNLISTED_NAME
from pipelines.desk.rows import ROWS_A_PAGE
from pipelines.reports.desk import places
from pipelines.reports.page import MONTHS, NOTHING
from pipelines.reports.words import FINDING_CHANGE
from pipelines.warehouse import quoted

# What markupsafe writes, the ampersand first; a test holds both equal.
_MARKS = {"&": "&amp;", ">": "&gt;", "<": "&lt;", "'": "&#39;", '"': "&#34;"}
COLUMN_COUNT = 6
_IS_FIRST = f"number % {ROWS_A_PAGE} = 0"
_DAY = f"list_extract({list(MONTHS)}, month(first_seen_at)) || strftime(first_seen_at, ' %-d, %Y')"


def escaped(expression: str) -> str:
    """Return SQL for a text as HTML shows it: as text, whatever stands in it."""
    for mark, written in _MARKS.items():
        expression = f"replace({expression}, {quoted(mark)}, {quoted(written)})"
    return expression


def pages_query(rows: str, root: str) -> str:
    """Return a query for grantee, year, rule, number of the page (from 1) and the HTML of its rows.

    ``rows`` is ``desk.rows.numbered_rows``; ``root`` leads from a page to ``reports``. End tags that HTML lets one
    leave out are left out: they would be a fifth of the page.
    """
    is_headed = f"is_next_institution or is_next_file or {_IS_FIRST}"
    return f"""
    select grantee_id, year, rule_id, number // {ROWS_A_PAGE} + 1 as page,
        string_agg(case when {is_headed} then {_heading(root)} else '' end || {_row(root)}, '' order by number) as html
    from ({rows}) as numbered
    group by all
    """


def _heading(root: str) -> str:
    """Return SQL for the row above rows of an institution and file; the first one on a page is its anchor."""
    slug = f"coalesce(slug, {quoted(UNLISTED)})"
    name = f"coalesce({escaped('name')}, {quoted(UNLISTED_NAME)})"
    page = _link(root, places.of_institution, ("grantee_id", slug), name)
    file = f"' <bdi class=\"file\">' || {_file(root)} || '</bdi>'"
    return _joined(
        quoted(f'<tbody><tr class="group"><th colspan="{COLUMN_COUNT}" scope="rowgroup"'),
        f"case when is_next_institution or {_IS_FIRST} then ' id=\"' || {slug} || '\"' else '' end",
        quoted(">"),
        f"coalesce({page}, 'Reference table')",
        f"case when lines_of is not null then coalesce({file}, '') else '' end",
    )


def _row(root: str) -> str:
    """Return SQL for a finding: line or file, column, value, key, since when, what has become of it."""
    line = f"cast(line_number as varchar) || coalesce('<small>' || {escaped('cell')} || '</small>', '')"
    changes = " ".join(f"when {quoted(code)} then {quoted(said)}" for code, said in FINDING_CHANGE.items())
    return _joined(
        f"'<tr><td>' || coalesce({line}, {_file(root)}, {quoted(NOTHING)})",
        f"'<td>' || coalesce({escaped('column_name')}, {quoted(NOTHING)})",
        f"'<td>' || coalesce({escaped('shown')}, '<span class=\"empty\">empty</span>')",
        f"'<td>' || coalesce({escaped('record_key')}, '')",
        f"'<td>' || coalesce({_DAY}, {quoted(NOTHING)})",
        f"'<td>' || case change {changes} else '' end || case when is_waived then ', waived' else '' end",
        f"coalesce('<small>Explained: ' || {escaped('explanation')} || '</small>', '')",
    )


def _file(root: str) -> str:
    return _link(root, places.of_submission, ("submission_id",), escaped("file_name"))


def _link(root: str, place: Callable[..., str], arguments: tuple[str, ...], text: str) -> str:
    """Return SQL for a link to a place whose parts are SQL; null where a part or the text is."""
    first, *others = place(*("|" for _ in arguments)).split("|")
    after = [f"{part} || {quoted(words)}" for part, words in zip(arguments, others, strict=True)]
    begin = quoted(f'<a href="{root}{first}')
    return f"({_joined(begin, *after)} || '\">' || {text} || '</a>')"


def _joined(*parts: str) -> str:
    return " || ".join(parts)
