"""The tables of ``quality``: what arrived, what could not be read, what was judged, and each night's run.

Their names and meanings are the contract of the design; what is measured goes here, what is submitted to ``schema``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, String, Table

from pipelines.schema import METADATA

SUBMISSION_STATUSES = ("received", "read", "accepted", "refused", "repeated", "superseded")
FINDING_CHANGES = ("new", "still_open", "fixed", "came_back")


def _column(name: str, comment: str, type_: Any = String) -> Column[Any]:
    return Column(name, type_, comment=comment, info={"pii": None})


def _ledger(name: str, comment: str, key: tuple[str, ...], *columns: Column[Any]) -> Table:
    return Table(name, METADATA, *columns, schema="quality", comment=comment, info={"key": key})


RUN = _ledger(
    "run", "One row a run of the pipeline.", ("run_id",),
    _column("run_id", "Id of the run; sorts by time."),
    _column("started_at", "When the run began (UTC).", DateTime),
    _column("finished_at", "When it ended (UTC); null while it runs or if it died.", DateTime),
    _column("exit_code", "0 no gate closed, 1 a gate closed, 2 wrong call or configuration, 3 the system failed.",
            Integer),
    _column("code_version", "Version of the program."),
    _column("rule_book_version", "Hash over all rules in force."),
    _column("is_sample", "Whether the home holds invented records.", Boolean),
    _column("kind", "nightly, or reference where reference files were added."),
)  # fmt: skip

SUBMISSION = _ledger(
    "submission", "One row per file received, or per member of an archive.", ("submission_id",),
    _column("submission_id", "Id of the file received: hash of grantee, program year, file name and bytes."),
    _column("grantee_id", "The grantee that sent the file; null for reference sources."),
    _column("program_year", "Program year whose folder held the file."),
    _column("table_name", "Canonical table, comma-separated where a file carries several; null where unknown."),
    _column("file_name", "Name of the file as received."),
    _column("sha256", "SHA-256 of the bytes; names the copy in the archive."),
    _column("byte_count", "Size in bytes.", BigInteger),
    _column("physical_line_count", "Physical lines = header + loaded + quarantined.", BigInteger),
    _column("header_line_count", "Titles, headers, trailers and blank lines.", BigInteger),
    _column("loaded_line_count", "Physical lines of the rows loaded.", BigInteger),
    _column("loaded_row_count", "Rows loaded; a row may span several lines.", BigInteger),
    _column("quarantined_line_count", "Lines that no reader may swallow; all lines of a refused file.", BigInteger),
    _column("received_at", "When the file was first seen (UTC).", DateTime),
    _column("due_date", "When the grantee's calendar expected it.", Date),
    _column("is_late", "Whether it came after the due date.", Boolean),
    _column("status", "received, read, accepted, refused, repeated, superseded."),
    _column("supersedes_submission_id", "The earlier file in the same slot that this one replaces."),
    _column("layout_version", "Layout and version it was read with; null where none fits."),
    _column("encoding", "Encoding that the file was read in."),
    _column("message", "What was wrong with the file as a whole, and the fix; null where nothing was."),
    _column("slot", "What a later file replaces: the name of the file, its vintage left out."),
    _column("vintage", "How final the file is, by its name (code set vintage); null where the name says none."),
    _column("archive_sha256", "SHA-256 of the archive or workbook that held the file; null where it came by itself."),
    _column("added_row_count", "Rows whose key the replaced file had not; null where nothing was replaced.",
            BigInteger),
    _column("changed_row_count", "Rows whose key both files have with other content; null likewise.", BigInteger),
    _column("removed_row_count", "Rows of the replaced file whose key this one has not; null likewise.", BigInteger),
    _column("turn", "Which try at its slot it is, anew when the sender goes back to it; null if unread.", BigInteger),
    _column("decision", "accepted or refused, where a person has decided so; null where nobody has."),
    _column("destroyed_at", "When the bytes and rows were destroyed because they were due (UTC); null before.",
            DateTime),
)  # fmt: skip

PACKAGE = _ledger(
    "package", "Which files each archive or workbook held; the same file may come in several.",
    ("archive_sha256", "submission_id"),
    _column("archive_sha256", "SHA-256 of the archive or workbook."),
    _column("submission_id", "A file or sheet in it."),
)  # fmt: skip

TRANSACTION = _ledger(
    "transaction", "Records of update files that change or delete what was sent before.",
    ("submission_id", "table_name", "line_number"),
    _column("submission_id", "The file received."),
    _column("grantee_id", "The grantee that sent the file."),
    _column("program_year", "Program year whose folder held the file."),
    _column("institution_id", "The institution that the record speaks of."),
    _column("file_name", "Name of the file."),
    _column("table_name", "Canonical table that the record changes."),
    _column("line_number", "First physical line of the record, counted from 1.", BigInteger),
    _column("transaction_code", "change or delete."),
    _column("is_matched", "Whether an earlier record had that key.", Boolean),
)  # fmt: skip

QUARANTINE = _ledger(
    "quarantine", "Lines that could not be read, one row each; a file refused whole has one row without a line number.",
    ("submission_id", "line_number"),
    _column("submission_id", "The file received."),
    _column("file_name", "Name of the file."),
    _column("line_number", "First physical line, counted from 1; null for the file as a whole.", BigInteger),
    _column("line_count", "How many physical lines the row covers.", BigInteger),
    _column("reason_code", "Id of the structural rule that the line breaks."),
    _column("excerpt_masked", "Shape of the line: digits as 9, letters as A."),
)  # fmt: skip

FINDING = _ledger(
    "finding", "One place where a rule does not hold; one row per finding, not per night.", ("finding_id",),
    _column("finding_id", "Stable across nights and resubmission."),
    _column("rule_id", "The rule."),
    _column("rule_version", "Version of the rule.", Integer),
    _column("severity", "critical, warning or info."),
    _column("grantee_id", "The grantee."),
    _column("institution_id", "The institution; null where the finding belongs to none."),
    _column("program_year", "The program year."),
    _column("submission_id", "The file that holds the record; null for rates."),
    _column("table_name", "The table judged, with its schema."),
    _column("file_name", "The file; null for rates."),
    _column("line_number", "First physical line of the record; null for rates.", BigInteger),
    _column("column_name", "The column that the finding points at."),
    _column("cell", "The cell of a workbook, such as Students!C14; null in other files and for rates."),
    _column("record_key_masked", "Key of the record, personal parts masked."),
    _column("value_masked", "The value as sent unless it is personal, then masked."),
    _column("state", "open or fixed."),
    _column("change", "new, still_open, fixed or came_back, against the night before."),
    _column("is_waived", "Whether a waiver covers it; a waived failure stays a failure.", Boolean),
    _column("first_seen_run_id", "The run that found it first."),
    _column("last_seen_run_id", "The last run that found it."),
)  # fmt: skip

RULE_RESULT = _ledger(
    "rule_result", "The verdict on each rule in each run; every run is kept.",
    ("run_id", "rule_id", "grantee_id", "institution_id", "program_year"),
    _column("run_id", "The run."),
    _column("rule_id", "The rule."),
    _column("rule_version", "Version of the rule.", Integer),
    _column("dimension", "Dimension of quality."),
    _column("severity", "critical, warning or info."),
    _column("grantee_id", "The grantee; null for reference sources."),
    _column("institution_id", "The institution; null means all."),
    _column("program_year", "The program year."),
    _column("population_count", "Rows that the rule speaks of; null after an error.", BigInteger),
    _column("failed_count", "Rows of the population that fail; null after an error.", BigInteger),
    _column("threshold", "The threshold applied, in words."),
    _column("status", "error, not_applicable, failed or passed."),
    _column("is_waived", "Whether a waiver covers the failure.", Boolean),
    _column("message", "What broke, where the status is error."),
)  # fmt: skip


def quality_tables() -> list[Table]:
    """Return the tables of schema ``quality``."""
    return [RUN, SUBMISSION, PACKAGE, TRANSACTION, QUARANTINE, FINDING, RULE_RESULT]
