"""How a run was made, read back from a warehouse: its moment, the hashes of its inputs and of what it wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.provenance.house import House, kept
from pipelines.provenance.record import kept_json
from pipelines.query import named_rows
from pipelines.run_input_tables import RUN_INPUT, SCORECARD_FILE

_KEPT = ["house", "environment", "ledger"]


@dataclass(frozen=True)
class ScorecardFile:
    """A file of a scorecard that a run wrote, and the hash of its bytes."""

    grantee_id: str
    program_year: str
    file_name: str
    sha256: str

    @property
    def place(self) -> Path:
        """Where it stands below ``scorecards``."""
        return Path(self.grantee_id, self.program_year, self.file_name)


@dataclass(frozen=True)
class Made:
    """A run and what it was made under. ``inputs`` are the hashes of house, environment and ledger by kind.

    ``rule_book_version`` is None for a run that did not come to its end.
    """

    home: Path
    run_id: str
    started_at: datetime
    is_sample: bool
    code_version: str
    rule_book_version: str | None
    inputs: dict[str, str]
    files: tuple[ScorecardFile, ...]

    def house(self) -> House:
        """Return the house. Raises ConfigurationError where it is gone."""
        return kept(self.home, self.inputs["house"])

    def ledger(self) -> list[dict[str, str | None]]:
        """Return every submission as it counted in the run. Raises ConfigurationError where the record is gone."""
        return list(self._told("ledger"))

    def environment(self) -> dict[str, Any]:
        """Return what the machine brought. Raises ConfigurationError where the record is gone."""
        return dict(self._told("environment"))

    def _told(self, kind: str) -> Any:
        return kept_json(self.home, self.inputs[kind])


def made(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str) -> Made:
    """Return how a run was made. Raises ConfigurationError for a run that there is not, or that kept too little."""
    query = "select started_at, is_sample, code_version, rule_book_version from quality.run where run_id = ?"
    found = connection.execute(query, [run_id]).fetchone()
    if found is None:
        last = ", ".join(runs_kept(connection)[-3:]) or "none yet"
        msg = f"{run_id}: this home has no such run; the last ones that can be made again: {last}"
        raise ConfigurationError(msg)
    kinds = (
        f"select kind, sha256 from {RUN_INPUT.fullname} where run_id = ? and kind in ('house', 'environment', 'ledger')"
    )
    inputs = dict(connection.execute(kinds, [run_id]).fetchall())
    if len(inputs) < 3:  # noqa: PLR2004 - the three kinds above
        msg = (
            f"{run_id}: the run wrote no scorecard, or did not keep what it was made under, so it cannot be made again"
        )
        raise ConfigurationError(msg)
    files = named_rows(
        connection,
        f"select grantee_id, program_year, file_name, sha256 from {SCORECARD_FILE.fullname} where run_id = '{run_id}' "
        "order by all",
    )
    started_at, is_sample, code_version, version = found
    return Made(
        home, run_id, started_at, bool(is_sample), code_version, version, inputs,
        tuple(ScorecardFile(**row) for row in files),
    )  # fmt: skip


def runs_kept(connection: duckdb.DuckDBPyConnection, grantee_id: str = "", program_year: str = "") -> list[str]:
    """Return the runs that kept what they were made under, oldest first; of a grantee and program year where given."""
    rows = connection.execute(
        f"select distinct run_id from {RUN_INPUT.fullname} inner join {SCORECARD_FILE.fullname} using (run_id) "
        "where kind = 'ledger' and grantee_id = coalesce(nullif(?, ''), grantee_id) "
        "and program_year = coalesce(nullif(?, ''), program_year) order by run_id",
        [grantee_id, program_year],
    )
    return [row[0] for row in rows.fetchall()]
