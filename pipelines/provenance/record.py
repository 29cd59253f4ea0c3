"""Writing down what a run was made under (``quality.run_input``) and what it wrote (``quality.scorecard_file``).

What a house is stands in ``house``; reading the records back stands in ``made``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import platform
import zlib
from collections.abc import Iterable, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.home import make_private, write_private
from pipelines.intake.submission import IN_FORCE
from pipelines.ledger import SUBMISSION
from pipelines.provenance.house import RUBRIC_VARIABLE, House, house_of_today, keep, place_of
from pipelines.run_input_tables import RUN_INPUT, SCORECARD_FILE
from pipelines.warehouse import insert_rows

SETTINGS = ("CTE_FIRST_PROGRAM_YEAR", "CTE_TIME_ZONE")  # of the environment, and no secret
_INTO_INPUT = f"{RUN_INPUT.fullname} (run_id, kind, name, sha256)"
_FILES_IN_FORCE = f"""
insert into {_INTO_INPUT}
select
    ? as run_id,
    if(grantee_id is null, 'reference', 'submission') as kind,
    concat_ws('/', grantee_id, program_year, file_name) as name,
    sha256
from {SUBMISSION.fullname} where {IN_FORCE}
"""


def note_house(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, inbox: Path) -> House:
    """Keep the house and the environment that a run begins with, write their hashes down, and return the house."""
    house = house_of_today(inbox)
    rows = [("house", "house", keep(home, house)), ("environment", "environment", _keep_json(home, environment()))]
    rows += [("part", part, sha256) for part, sha256 in house.part_hashes().items()]
    insert_rows(connection, _INTO_INPUT, [(run_id, *row) for row in rows])
    return house


def note_scorecards(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, paths: Iterable[Path]) -> None:
    """Write down the files written, below ``scorecards/<grantee>/<year>/``, and the ledger that they rest on.

    May be called again for further files of the run; the ledger is written down once.
    """
    rows = [(run_id, *path.parts[-3:], *_content(path)) for path in sorted(paths)]
    columns = "run_id, grantee_id, program_year, file_name"
    for row in rows:  # one written twice is told once, as it is now
        same = f"delete from {SCORECARD_FILE.fullname} where ({columns}) = (?, ?, ?, ?)"
        connection.execute(same, list(row[:4]))
    insert_rows(connection, f"{SCORECARD_FILE.fullname} ({columns}, sha256, byte_count)", rows)
    known = f"select 1 from {RUN_INPUT.fullname} where run_id = ? and kind = 'ledger'"
    if connection.execute(known, [run_id]).fetchone():
        return
    sha256 = _keep_json(home, ledger(connection))
    insert_rows(connection, _INTO_INPUT, [(run_id, "ledger", "submissions", sha256)])
    connection.execute(_FILES_IN_FORCE, [run_id])


def ledger(connection: duckdb.DuckDBPyConnection) -> list[dict[str, str | None]]:
    """Return every submission as it counts now, all values as text."""
    names = [column.name for column in SUBMISSION.columns]
    told = ", ".join(f"cast({name} as varchar)" for name in names)
    rows = connection.execute(f"select {told} from {SUBMISSION.fullname} order by submission_id").fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def environment() -> dict[str, Any]:
    """Return what the machine brings: Python, the versions of all packages, and the settings that are no secret."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "packages": {one.metadata["Name"]: one.version for one in distributions()},
        "settings": {name: os.environ[name] for name in SETTINGS if name in os.environ},
        "rubric": Path(os.environ.get(RUBRIC_VARIABLE, "")).name,
    }


def kept_json(home: Path, sha256: str) -> Any:
    """Return what was kept as JSON under that hash. Raises ConfigurationError where it is gone or is another one."""
    path = place_of(home, sha256, "json.gz")
    try:
        text = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as fault:
        msg = f"{path}: what the run was made under cannot be read; restore the file from its backup"
        raise ConfigurationError(msg) from fault
    if hashlib.sha256(text).hexdigest() != sha256:
        msg = f"{path}: the content is not the one that the run was made under; restore the file from its backup"
        raise ConfigurationError(msg)
    return json.loads(text.decode("utf-8", "surrogatepass"))


def _keep_json(home: Path, content: Sequence[Any] | dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    sha256 = hashlib.sha256(text).hexdigest()
    path = place_of(home, sha256, "json.gz")
    if not path.is_file():
        make_private(path.parent)
        write_private(path, gzip.compress(text, mtime=0))
    return sha256


def _content(path: Path) -> tuple[str, int]:
    content = path.read_bytes()
    return hashlib.sha256(content).hexdigest(), len(content)
