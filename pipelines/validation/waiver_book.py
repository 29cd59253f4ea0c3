"""The book of waivers: how each stood when it was last judged, and what of that goes into the log of acts.

How a waiver stands is told by ``waivers``; the acts are written by ``pipelines.acts.waive``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.acts.chain import faults_of_log
from pipelines.acts.log import Act, copy
from pipelines.acts.waive import ENDED, REOPENED, RESUMED, WAIVE, WaiverNote, last_acts, log_waiver
from pipelines.validation.waiver_file import Waiver, waivers_of
from pipelines.validation.waivers import Counts, Standing, Waivers, standing_of
from pipelines.waiver_tables import WAIVER
from pipelines.warehouse import insert_rows, transaction

_CONTENT = tuple(field.name for field in fields(Waiver))
_Place = tuple[str, str]  # grantee and program year


def note_waivers(
    connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, standings: Sequence[Standing], now: datetime
) -> list[str]:
    """Write down how waivers stand after a run has written its results; log what the log does not say yet.

    The grantees' years are those that the run has judged: a waiver of theirs without a standing has ended. Returns
    lines for the operator. No transaction may be open. Where the log is not whole nothing is logged; what is missing
    follows in the first night after it was mended, because the log itself says what it holds.
    """
    judged = _judged(connection, run_id) | {(s.waiver.grantee_id, s.waiver.program_year) for s in standings}
    _write(connection, run_id, judged, standings)
    notes = list(_due(last_acts(connection), standings, judged, run_id))
    if not notes:
        return []
    copy(connection, home)
    if faults := faults_of_log(connection, home):
        return [f"waivers: what has changed was not logged, because the log of acts is not whole: {faults[0]}"]
    return [_line(log_waiver(connection, home, now, note), note) for note in notes]


def noted(connection: duckdb.DuckDBPyConnection, today: date) -> list[Standing]:
    """Return the waivers as last judged, as they stand on a day; none in a warehouse from before there were any."""
    if not connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = 'waiver'"
    ).fetchone():
        return []
    rows = connection.execute(
        f"select population_count, failed_count, {', '.join(_CONTENT)} from quality.waiver order by all"
    ).fetchall()
    return [standing_of(_waiver(content), today, population, failed) for population, failed, *content in rows]


def declared(
    connection: duckdb.DuckDBPyConnection | None,
    grantee_id: str,
    today: date,
    program_years: Collection[str] | None = None,
) -> list[Standing]:
    """Return a grantee's waivers, of all program years or of those named, as its file says them now.

    They are judged by the counts that the last night has stored; without a connection by none. Raises
    ConfigurationError that names file, block and the fix.
    """
    waivers = [one for one in waivers_of(grantee_id) if program_years is None or one.program_year in program_years]
    years = {waiver.program_year for waiver in waivers}
    counts = {year: _counts(connection, grantee_id, year) if connection else {} for year in years}
    return [standing for one in waivers for standing in Waivers((one,), today).standings(counts[one.program_year])]


def _judged(connection: duckdb.DuckDBPyConnection, run_id: str) -> set[_Place]:
    rows = connection.execute(
        "select distinct grantee_id, program_year from quality.rule_result where run_id = ? and grantee_id is not null",
        [run_id],
    )
    return {(grantee_id, program_year) for grantee_id, program_year in rows.fetchall()}


def _counts(connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str) -> Counts:
    rows = connection.execute(
        "select rule_id, institution_id, population_count, failed_count from quality.rule_count "
        "where grantee_id = ? and program_year = ?",
        [grantee_id, program_year],
    ).fetchall()
    return {(rule_id, institution_id): (population, failed) for rule_id, institution_id, population, failed in rows}


def _write(
    connection: duckdb.DuckDBPyConnection, run_id: str, judged: set[_Place], standings: Sequence[Standing]
) -> None:
    columns = [column.name for column in WAIVER.columns]
    rows = [[_row(standing, run_id)[column] for column in columns] for standing in standings]
    with transaction(connection):
        for place in sorted(judged):
            connection.execute("delete from quality.waiver where grantee_id = ? and program_year = ?", list(place))
        insert_rows(connection, f"quality.waiver ({', '.join(columns)})", rows)


def _row(standing: Standing, run_id: str) -> Mapping[str, object]:
    waiver = standing.waiver
    return {
        **{name: getattr(waiver, name) for name in _CONTENT},
        "waiver_id": waiver.id,
        "institution_id": waiver.institution_id or None,
        "standing": standing.word,
        "standing_words": standing.words,
        "days_left": standing.days_left,
        "population_count": standing.population_count,
        "failed_count": standing.failed_count,
        "judged_run_id": run_id,
    }


def _waiver(content: Sequence[object]) -> Waiver:
    values: dict[str, object] = dict(zip(_CONTENT, content, strict=True))
    return Waiver(**{**values, "institution_id": values["institution_id"] or ""})  # type: ignore[arg-type]


def _due(
    logged: Mapping[str, Act], standings: Sequence[Standing], judged: set[_Place], run_id: str
) -> Iterator[WaiverNote]:
    for standing in standings:
        waiver = standing.waiver
        counts = {"population_count": standing.population_count, "failed_count": standing.failed_count}
        for kind in _kinds(logged.get(waiver.id), standing):
            yield WaiverNote(kind, waiver.content, standing.word, standing.words, {**counts, "run_id": run_id})
    known = {standing.waiver.id for standing in standings}
    for waiver_id, act in logged.items():
        if act.kind != ENDED and waiver_id not in known and (act.grantee_id, act.program_year) in judged:
            yield WaiverNote(ENDED, act.detail["waiver"], "ended", "no longer in waivers.toml", {"run_id": run_id})


def _kinds(last: Act | None, standing: Standing) -> Iterator[str]:
    """Yield the kinds of acts that the log lacks: each change of standing once, however many nights it lasts."""
    is_new = last is None or last.kind == ENDED
    open_since = last.detail["standing"] if last and last.kind == REOPENED else None
    if is_new:
        yield WAIVE
    if standing.is_open_again and standing.word != open_since:
        yield REOPENED
    if open_since and (standing.covers or (standing.failed_count == 0 and not standing.is_open_again)):
        yield RESUMED


def _line(act: Act, note: WaiverNote) -> str:
    place = " ".join(filter(None, (act.grantee_id, act.program_year, act.institution_id)))
    return f"{place}: {note.kind.replace('_', ' ')}: {note.content['rule_id']}: {note.words}"
