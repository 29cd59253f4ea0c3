"""Acts that destroy: purging and changing keys, and what is left to do after them, also after one that was killed.

The derived tables hold rows of persons too, so they are made anew before the warehouse is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pipelines import models
from pipelines.acts.compact import is_compaction_due
from pipelines.acts.office import Office, open_office
from pipelines.acts.people import Person
from pipelines.acts.purge import Plan, destroy_bytes, plan_of, purge
from pipelines.acts.rotate import rotate
from pipelines.cli_acts.options import tell
from pipelines.grantee import grantee, grantee_ids

Say = Callable[[str], None]


@contextmanager
def open_for_acts(home: Path) -> Iterator[Office]:
    """Open a home for an act, and finish what a killed one has left to destroy, before and after it."""
    with open_office(home) as office:
        if is_compaction_due(home):
            destroy_bytes(office)
        yield office
        if is_compaction_due(home):
            _make_derived_tables_anew(office)


def purge_grantees(home: Path, grantees: Sequence[str], as_of: date, person: Person | None, say: Say) -> None:
    """Destroy what is due of the grantees named, or of all; where nobody signs, only say what that would be.

    Raises ConfigurationError where a grantee that was named is under legal hold.
    """
    with open_for_acts(home) as office:
        for grantee_id in grantees or grantee_ids():
            plan = plan_of(office.connection, home, grantee(grantee_id), as_of)
            _say_plan(plan, say)
            if person is None or (plan.held_by and grantee_id not in grantees):
                continue
            if plan.held_by or not plan.is_empty:
                tell(purge(office, plan, person))


def rotate_key(home: Path, grantee_id: str, person: Person, say: Say) -> None:
    """Change the key of a grantee and say what it is called."""
    with open_for_acts(home) as office:
        act = rotate(office, grantee_id, person, say)
    say(f"{grantee_id}: the key is now {act.detail['key_id']}; keep a copy of it in a safe place, not beside the home")
    tell(act)


def _say_plan(plan: Plan, say: Say) -> None:
    if plan.held_by:
        say(f"{plan.grantee_id}: {plan.held_by}")
    if plan.is_empty:
        say(f"{plan.grantee_id}: nothing is due")
        return
    rows = sum(plan.row_counts.values())
    years = ", ".join(sorted({one.program_year for one in (*plan.due.rows, *plan.due.bytes)}))
    say(
        f"{plan.grantee_id}: due of {years}: {len(plan.due.rows)} files, {rows} rows, {len(plan.hashes)} in the archive"
    )


def _make_derived_tables_anew(office: Office) -> None:
    built = office.connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    for model in models.all_models():
        if model.schema == "mart" and (model.table,) in built:
            models.build(office.connection, model)
