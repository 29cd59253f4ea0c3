"""Runs the nightly job in this process and tells a person at a terminal, or a log file, how it goes."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.configuration import ConfigurationError
from pipelines.night import Settings, close_book, open_reference_run, settings_from_environment
from pipelines.terminal import teller
from pipelines.warehouse import FILE_NAME

if TYPE_CHECKING:
    from pipelines.validation.results import Outcome

DAGSTER_HOME = Path(__file__).parents[1] / "dagster_home"


def run_night(
    home: Path | None,
    inbox: Path | None,
    grantee_ids: Sequence[str],
    program_years: Sequence[str],
    *,
    is_rebuild: bool,
) -> int:
    """Run the job that the schedule starts, and return the exit code. Faults of the system are raised."""
    place = settings_from_environment(str(home) if home else None, str(inbox) if inbox else None)
    settings = replace(place, grantee_ids=tuple(grantee_ids), program_years=tuple(program_years), is_rebuild=is_rebuild)
    console = Console()
    say = teller(console)
    settings.check_inbox()
    say(f"inbox {settings.inbox}\nhome  {settings.home}")
    with _progress(console) as progress:
        _execute(replace(settings, say=say), progress)
    _hold_that_the_warehouse_is_closed(settings.home / f"{FILE_NAME}.wal")
    return _summary(settings.home, say)


def add_reference(home: Path | None, paths: Sequence[Path]) -> int:
    """Take in reference files at once, judge them and write their pages; return the exit code, as for a night.

    A file that was refused closes a gate: whoever named it meant it to be read.
    """
    from expectations.catalogue import rule_book_version
    from pipelines.intake.reference import accept_reference, take_in_reference
    from pipelines.reports.desk.write import write_desk
    from pipelines.validation.partition import Partition
    from pipelines.validation.results import judge_partitions

    _quiet()
    settings = settings_from_environment(str(home) if home else None)
    with open_reference_run(replace(settings, say=teller(Console()))) as run:
        taken = take_in_reference(run.connection, settings.home, paths, run.started_at, run.say)
        refused = taken.count("refused") + taken.count("repeated")
        run.say(f"{taken.count('read')} files taken in, {taken.known_count} known already, {refused} refused")
        outcomes = judge_partitions(run.connection, [Partition(None, None)], run.run_id, run.started_at.date())
        _tell(outcomes, run.say)
        if not any(outcome.closes_gate for outcome in outcomes):
            accept_reference(run.connection)
        write_desk(run.connection, settings.home, run.run_id)
        code = close_book(run, rule_book_version(), refused)
    run.say(f"the desk    {settings.home / 'reports' / 'index.html'}")
    run.say(f"run {run.run_id} ended with exit code {code}")
    return code


def _tell(outcomes: Sequence[Outcome], say: Callable[[str], None]) -> None:
    """Say which rules found something, or could not be judged."""
    found = [outcome for outcome in outcomes if outcome.verdict.failed_count or outcome.verdict.error]
    say(f"{len(outcomes)} rules judged, {len(found)} with findings")
    for outcome in found:
        verdict = outcome.verdict
        say(f"  {outcome.status}: {outcome.rule.id}: "
            + (verdict.error or f"{verdict.failed_count} of {verdict.population_count} rows"))  # fmt: skip


def _execute(settings: Settings, progress: Progress) -> None:
    task = progress.add_task("loading the rule book", total=None)
    _quiet()
    import dagster as dg

    from pipelines.definitions import JOB, build_definitions, range_tags

    tags = range_tags(settings)
    settings = replace(settings, step_done=lambda step: progress.update(task, advance=1, description=step))
    definitions = build_definitions(lambda: settings)
    job = definitions.get_job_def(JOB)
    progress.update(task, total=len(job.nodes), description="intake")
    with ExitStack() as stack:
        if "DAGSTER_HOME" not in os.environ and (DAGSTER_HOME / "dagster.yaml").is_file():
            os.environ["DAGSTER_HOME"] = str(DAGSTER_HOME)
        if "DAGSTER_HOME" in os.environ:
            _check_dagster_home(Path(os.environ["DAGSTER_HOME"]))
            instance = stack.enter_context(dg.DagsterInstance.get())
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            instance = stack.enter_context(dg.DagsterInstance.local_temp(folder))
        job.execute_in_process(
            instance=instance, tags=tags, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        )


def _hold_that_the_warehouse_is_closed(log: Path) -> None:
    """Raise OSError where the log beside the warehouse is left: Dagster keeps silent about what fails at the end."""
    if log.exists():
        msg = f"{log}: could not be written into the warehouse; is the disk full? The next run tries again"
        raise OSError(msg)


def _check_dagster_home(folder: Path) -> None:
    if not (folder.is_absolute() and folder.is_dir()):
        msg = f"DAGSTER_HOME={folder}: give the absolute path of a folder that is there, or do not set it"
        raise ConfigurationError(msg)


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    """Yield a progress bar that shows on a terminal only; elsewhere the night's own lines have to do."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


def _quiet() -> None:
    """Keep third parties from talking over the night's own lines."""
    for name in ("dagster", "great_expectations"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _summary(home: Path, say: Callable[[str], None]) -> int:
    """Print what came of the night and where to read it; return its exit code."""
    with duckdb.connect(str(home / FILE_NAME), read_only=True) as connection:
        run_id, code = connection.execute(
            "select run_id, exit_code from quality.run order by run_id desc limit 1"
        ).fetchall()[0]
        gates = connection.execute(
            "select grantee_id, program_year, rule_id, failed_count from quality.rule_result where run_id = ? "
            "and institution_id is null and status = 'failed' and severity = 'critical' and not is_waived "
            "order by 1, 2, 3",
            [run_id],
        ).fetchall()
        broken = connection.execute(
            "select distinct rule_id, message from quality.rule_result "
            "where run_id = ? and status = 'error' order by 1",
            [run_id],
        ).fetchall()
    for rule_id, message in broken:
        say(f"could not judge {rule_id}: {message}")
    if gates:
        say(f"\n{len(gates)} gate{'' if len(gates) == 1 else 's'} closed (critical rules over their threshold):")
    for grantee_id, year, rule_id, failed in gates:
        say(f"  {grantee_id} {year}: {rule_id} ({failed})")
    say(f"\nthe desk        {home / 'reports' / 'index.html'}")
    say(f"published file  {home / 'published' / 'cte.duckdb'}")
    say(f"run {run_id} ended with exit code {code}")
    return int(code)
