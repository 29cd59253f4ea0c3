"""The files below ``returns``: which of them still hold. Those that do not go, because somebody would repair by them.

A new package lies aside until the ledger tells of it, so that no file says what no return has said. The ledger keeps
its rows: what was returned once is part of the history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.desk.directory import Directory
from pipelines.returns.package import File, path_of

ENDINGS = (".xlsx", ".csv")
_ASIDE = ".next"


def aside(path: Path) -> Path:
    """Return where a file of a package lies until the ledger tells of it."""
    return path.with_name(path.name + _ASIDE)


def settle(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Bring a grantee's files that lie aside to their places; those that no row tells of go, as their night died."""
    told = connection.execute(
        "select unnest([xlsx_sha256, csv_sha256]) from quality.return_package where grantee_id = ?", [folder.name]
    )
    known: set[str] | None = None
    for path in folder.glob(f"*/*{_ASIDE}"):
        known = {sha256 for (sha256,) in told.fetchall()} if known is None else known
        if hashlib.sha256(path.read_bytes()).hexdigest() in known:
            path.replace(path.with_suffix(""))
        else:
            path.unlink()


def remove_stale(
    connection: duckdb.DuckDBPyConnection, folder: Path, years: Sequence[str], directory: Directory,
    files: Sequence[File],
) -> None:  # fmt: skip
    """Remove a grantee's packages of program years about files that are not in force, or to nobody that is listed.

    The ledger forgets what they said: where they hold again, they are written again.
    """
    standing, of_years = _standing(connection, folder.name, directory, files), tuple(f"{year}_" for year in years)
    for path in sorted(folder.glob("*/*")):
        place = f"{folder.name}/{path.parent.name}/{path.stem}"
        if path.suffix in ENDINGS and path.name.startswith(of_years) and place not in standing:
            connection.execute("update quality.return_package set content_sha256 = null where file_path = ?", [place])
            path.unlink()


def _standing(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, directory: Directory, files: Sequence[File]
) -> set[str]:
    """Return the paths of the packages that hold: those about files in force, to institutions that are still listed."""
    by_id = {file.submission_id: file for file in files}
    rows = connection.execute(
        "select distinct submission_id, institution_id from quality.return_package where grantee_id = ?", [grantee_id]
    )
    standing = set()
    for submission_id, institution_id in rows.fetchall():
        institution = directory.find(grantee_id, institution_id) if institution_id else None
        if submission_id in by_id and (institution is None or institution.is_listed):
            standing.add(path_of(by_id[submission_id], institution))
    return standing
