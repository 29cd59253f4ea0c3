"""What ``cte status`` says: the last night, files, gates, findings, waivers, releases, notices that did not arrive.

A heartbeat that does not need Dagster: schedules may be skipped silently.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.home import held_since
from pipelines.night import GATE_CLOSED, NO_GATE_CLOSED, SYSTEM_FAILED
from pipelines.validation.waiver_book import noted
from pipelines.warehouse import FILE_NAME

HEARTBEAT = timedelta(hours=26)  # a night may end two hours later than the one before
_MEANS = {NO_GATE_CLOSED: "no gate closed", GATE_CLOSED: "a gate closed", SYSTEM_FAILED: "the system failed"}
# The gates that rules close by the last verdicts of each program year; files that were refused fail such a rule, too.
_GATES = """
select grantee_id, coalesce(program_year, ''), list_sort(list(rule_id)) from quality.rule_result as r
where institution_id is null and status = 'failed' and severity = 'critical' and not is_waived and run_id = (
    select max(run_id) from quality.rule_result as last where last.institution_id is null
        and last.grantee_id is not distinct from r.grantee_id and last.program_year is not distinct from r.program_year
) group by all order by 1, 2
"""
# Of each program year the release in force and the last try; years put together go with their years.
_RELEASES = """
select grantee_id, program_year, max(number) filter (where status = 'released'),
    max(released_at) filter (where status = 'released'), max_by(status, number), max_by(reason, number),
    max_by(released_at, number)
from quality.release where strpos(program_year, ' to ') = 0 group by all order by 1, 2
"""


def report_status(home: Path, say: Callable[[str], None]) -> int:
    """Say how the home stands; return 1 where the last night is older than 26 hours, failed, or never was."""
    path = home / FILE_NAME
    if not path.is_file():
        say(f"{home}: no night has run in this home yet; `cte run` runs one")
        return GATE_CLOSED
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException:
        since = held_since(home)
        if since is None:  # damaged, or open in another program: no night will run either
            raise
        return _say_under_way(home, since, say)
    with connection:
        code = _say_last_night(connection, say)
        _say_submissions(connection, say)
        _say_gates(connection, say)
        _say_findings(connection, say)
        _say_waivers(connection, say)
        _say_releases(connection, say)
        _say_notices(connection, say)
    desk = home / "reports" / "index.html"
    if desk.is_file():
        say(f"the desk: {desk}")
    return code


def _say_under_way(home: Path, since: datetime, say: Callable[[str], None]) -> int:
    say(f"{home}: a run is under way since {since:%Y-%m-%d %H:%M} UTC; ask again when it has ended")
    if datetime.now(UTC) - since <= HEARTBEAT:
        return NO_GATE_CLOSED
    say("that is longer than any night takes: it hangs; stop its process, the next run does the rest")
    return GATE_CLOSED


def _say_last_night(connection: duckdb.DuckDBPyConnection, say: Callable[[str], None]) -> int:
    row = connection.execute(
        "select run_id, started_at, finished_at, exit_code from quality.run "
        "where kind is distinct from 'reference' order by run_id desc limit 1"
    ).fetchone()
    if row is None:
        say("no night has run in this home yet; `cte run` runs one")
        return GATE_CLOSED
    run_id, started_at, finished_at, exit_code = row
    if finished_at is None:
        say(f"last night: {run_id} began {started_at:%Y-%m-%d %H:%M} UTC and never ended (killed, or still under way)")
        return GATE_CLOSED
    age = datetime.now(UTC).replace(tzinfo=None) - finished_at
    say(f"last night: {run_id} ended {finished_at:%Y-%m-%d %H:%M} UTC with exit code {exit_code}"
        + (f" ({_MEANS[exit_code]})" if exit_code in _MEANS else ""))  # fmt: skip
    if age > HEARTBEAT:
        say(f"that is {age.total_seconds() / 3600:.0f} hours ago: the nightly run does not run; look at the scheduler")
        return GATE_CLOSED
    return GATE_CLOSED if exit_code == SYSTEM_FAILED else NO_GATE_CLOSED


def _say_submissions(connection: duckdb.DuckDBPyConnection, say: Callable[[str], None]) -> None:
    """Count files as the scorecards do: what was replaced or sent twice is no further file."""
    rows = connection.execute(
        "select coalesce(grantee_id, 'reference'), coalesce(program_year, ''), "
        "count(*) filter (where status <> 'repeated'), "
        "count(*) filter (where is_late and status <> 'repeated'), "
        "count(*) filter (where status = 'refused'), count(*) filter (where status = 'repeated'), "
        "count(*) filter (where status = 'read' and grantee_id is not null), "
        "min(due_date) filter (where due_date >= current_date) "
        "from quality.submission where status <> 'superseded' group by all order by 1, 2"
    ).fetchall()
    for grantee_id, year, files, late, refused, repeated, waiting, due in rows:
        whose = f"{grantee_id} {year}".rstrip()
        say(f"{whose}: {files} {'file' if files == 1 else 'files'}, {late} late, {refused} refused"
            + (f", {repeated} sent twice" if repeated else "")
            + (f", {waiting} to accept or refuse" if waiting else "")
            + (f", due {due:%Y-%m-%d}" if due else ""))  # fmt: skip


def _say_gates(connection: duckdb.DuckDBPyConnection, say: Callable[[str], None]) -> None:
    for grantee_id, year, rule_ids in connection.execute(_GATES).fetchall():
        whose = f"{grantee_id or 'reference'} {year}".rstrip()
        say(f"{whose}: {len(rule_ids)} {'gate' if len(rule_ids) == 1 else 'gates'} closed: {', '.join(rule_ids)}")


def _say_findings(connection: duckdb.DuckDBPyConnection, say: Callable[[str], None]) -> None:
    rows = connection.execute(
        "select severity, count(*), count(*) filter (is_waived) from quality.finding where state = 'open' group by 1"
    ).fetchall()
    counts = {word: f"{found} {word}" + (f" ({waived} waived)" if waived else "") for word, found, waived in rows}
    say("open findings: " + ", ".join(counts.get(word, f"0 {word}") for word in ("critical", "warning", "info")))


def _say_waivers(connection: duckdb.DuckDBPyConnection, say: Callable[[str], None]) -> None:
    for standing in noted(connection, datetime.now(UTC).date()):
        if standing.needs_attention:
            waiver = standing.waiver
            whose = " ".join(filter(None, (waiver.grantee_id, waiver.program_year, waiver.institution_id)))
            say(f"{whose}: waiver of {waiver.rule_id}: {standing.words}")


def _say_releases(connection: duckdb.DuckDBPyConnection, say: Callable[[str], None]) -> None:
    """Name the releases in force, and years whose last try did not leave; an earlier version's home has none."""
    if not connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = 'release'"
    ).fetchone():
        return
    rows = connection.execute(_RELEASES).fetchall()
    for grantee_id, year, number, released_at, status, reason, tried_at in rows:
        stands = f"release {number} of {released_at:%Y-%m-%d} in force" if number else "never released"
        kept = "" if status == "released" else f"; {status.replace('_', ' ')} on {tried_at:%Y-%m-%d}: {reason}"
        say(f"{grantee_id} {year}: {stands}{kept}")
    if not rows:
        say("nothing has been released yet: `cte publish --release --dry-run` rehearses a release")


def _say_notices(connection: duckdb.DuckDBPyConnection, say: Callable[[str], None]) -> None:
    """Name the channels that the last night did not reach; a warehouse from before there were notices has none."""
    if not connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = 'notice'"
    ).fetchone():
        return
    rows = connection.execute(
        "select channel, message from quality.notice where status = 'failed' and run_id = ("
        "select max(run_id) from quality.run where kind is distinct from 'reference') order by channel"
    ).fetchall()
    for channel, message in rows:
        say(f"notice to {channel}: not delivered: {message}")
