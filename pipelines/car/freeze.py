"""Freezing: a reporting officer keeps the worksheet of certified figures for good, as rows and as files.

What is sent later restates the worksheet of today and leaves this one. After a further certification a further act
freezes again, beside the first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.act_tables import CERTIFIED_WORKSHEET
from pipelines.acts.certified import hold_certified
from pipelines.acts.certify import accepted_files
from pipelines.acts.judged import hold_judged
from pipelines.acts.log import Act, acts_of, sha256_of_json
from pipelines.acts.office import Office, Subject, log_act, one_act
from pipelines.acts.people import REPORTING_OFFICER, Person, hold_role
from pipelines.car.checks import failed
from pipelines.car.document import Certification, Document, document_of
from pipelines.car.sheets import csv_bytes, workbook_bytes
from pipelines.car.standing import freezes
from pipelines.car.words import MEASURE
from pipelines.car.worksheet import TABLE, Worksheet, read_worksheet
from pipelines.car.write import CERTIFIED, folder_of
from pipelines.configuration import ConfigurationError
from pipelines.home import is_sample_home, write_private


def freeze_worksheet(office: Office, subject: Subject, person: Person) -> tuple[Act, Document]:
    """Freeze the worksheet of a program year and return the act, and what its files say.

    Raises ConfigurationError where the role may not, the agency has not certified these files and figures, it is
    frozen already, or the lines do not add up.
    """
    hold_role(person, REPORTING_OFFICER, "freeze")
    connection, place = office.connection, f"{subject.grantee_id} {subject.program_year}"
    files = accepted_files(connection, subject)
    run_id = hold_judged(connection, subject, files)
    certified = hold_certified(connection, subject, files)
    _hold_not_frozen(connection, certified, place)
    document = _document(office, _hold_worksheet(connection, subject, place), run_id)
    with one_act(office):
        details = {"certified_by_act": certified.act_number, "worksheet_sha256": worksheet_hash(document.worksheet)}
        act = log_act(office, "freeze", subject, person, files, details)
        _keep_rows(connection, subject, act, certified.act_number)
        # Within the transaction: where the files cannot be written, there is no act; a file without its act is
        # written over by the act that takes its number, and named by none before.
        _keep_files(office.home, document, act, certified.act_number)
    return act, document


def worksheet_hash(worksheet: Worksheet) -> str:
    """Return the hash of all lines and counts, which the act bears: a row that somebody changed no longer gives it."""
    return sha256_of_json(
        [
            [line.code, measure, count.persons, count.status]
            for line in sorted(worksheet.lines, key=lambda line: line.code)
            for measure, count in sorted(line.counts.items())
        ]
    )


def files_of(home: Path, act: Act) -> tuple[Path, Path]:
    """Return where the frozen workbook and CSV of an act lie."""
    folder = folder_of(home, str(act.grantee_id), str(act.program_year))
    name = f"{CERTIFIED}{act.act_number}"
    return folder / f"{name}.xlsx", folder / f"{name}.csv"


def _hold_not_frozen(connection: duckdb.DuckDBPyConnection, certified: Act, place: str) -> None:
    frozen = [act.act_number for act in acts_of(connection) if freezes(act, certified)]
    if frozen:
        msg = (
            f"{place}: act {frozen[-1]} has frozen what act {certified.act_number} certified; nothing is left to freeze"
        )
        raise ConfigurationError(msg)


def _hold_worksheet(connection: duckdb.DuckDBPyConnection, subject: Subject, place: str) -> Worksheet:
    worksheet = read_worksheet(connection, str(subject.grantee_id), str(subject.program_year))
    if worksheet is None:
        msg = f"{place}: no worksheet has been computed; `cte run` computes it"
        raise ConfigurationError(msg)
    if wrong := failed(worksheet):
        told = "; ".join(
            f"{one.section_title}, {MEASURE[one.measure]}: {one.found}, total {one.total}" for one in wrong
        )
        msg = f"{place}: {len(wrong)} line checks fail: {told}. The program counts wrong: report it before you certify"
        raise ConfigurationError(msg)
    return worksheet


def _keep_rows(connection: duckdb.DuckDBPyConnection, subject: Subject, act: Act, certified_by_act: int) -> None:
    own = ("act_number", "certified_by_act")
    names = ", ".join(column.name for column in CERTIFIED_WORKSHEET.columns if column.name not in own)
    connection.execute(
        f"insert into quality.certified_worksheet ({', '.join(own)}, {names}) "
        f"select ?, ?, {names} from {TABLE} where grantee_id = ? and program_year = ?",
        [act.act_number, certified_by_act, subject.grantee_id, subject.program_year],
    )


def _document(office: Office, worksheet: Worksheet, run_id: str) -> Document:
    found = office.connection.execute("select started_at from quality.run where run_id = ?", [run_id]).fetchone()
    counted_at: datetime = found[0] if found else office.now
    is_sample = bool(is_sample_home(office.home))
    return document_of(office.connection, worksheet, run_id, counted_at, is_sample=is_sample)


def _keep_files(home: Path, document: Document, act: Act, certified_by_act: int) -> None:
    signed = Certification(act.act_number, certified_by_act, act.person_name, act.statement, act.acted_at)
    frozen = replace(document, certification=signed)
    for path, content in zip(files_of(home, act), (workbook_bytes(frozen), csv_bytes(frozen)), strict=True):
        write_private(path, content)
