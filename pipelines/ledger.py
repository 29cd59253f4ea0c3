"""The tables of ``quality``: what arrived, what could not be read, what was judged, and each night's run.

Their names and meanings are the contract of the design; what is measured goes here, what is submitted to ``schema``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Table

from pipelines.own_tables import own_column, own_table

SUBMISSION_STATUSES = ("received", "read", "accepted", "refused", "repeated", "superseded")
FINDING_CHANGES = ("new", "still_open", "fixed", "came_back")

RUN = own_table(
    "run", "One row a run of the pipeline.", ("run_id",),
    own_column("run_id", "Id of the run; sorts by time."),
    own_column("started_at", "When the run began (UTC).", DateTime),
    own_column("finished_at", "When it ended (UTC); null while it runs or if it died.", DateTime),
    own_column("exit_code", "0 no gate closed, 1 a gate closed, 2 wrong call or configuration, 3 the system failed.",
               Integer),
    own_column("code_version", "Version of the program."),
    own_column("rule_book_version", "Hash over all rules in force."),
    own_column("is_sample", "Whether the home holds invented records.", Boolean),
    own_column("kind", "nightly, or reference where reference files were added."),
)  # fmt: skip

SUBMISSION = own_table(
    "submission", "One row per file received, or per member of an archive.", ("submission_id",),
    own_column("submission_id", "Id of the file received: hash of grantee, program year, file name and bytes."),
    own_column("grantee_id", "The grantee that sent the file; null for reference sources."),
    own_column("program_year", "Program year whose folder held the file."),
    own_column("table_name", "Canonical table, comma-separated where a file carries several; null where unknown."),
    own_column("file_name", "Name of the file as received."),
    own_column("sha256", "SHA-256 of the bytes; names the copy in the archive."),
    own_column("byte_count", "Size in bytes.", BigInteger),
    own_column("physical_line_count", "Physical lines = header + loaded + quarantined.", BigInteger),
    own_column("header_line_count", "Titles, headers, trailers and blank lines.", BigInteger),
    own_column("loaded_line_count", "Physical lines of the rows loaded.", BigInteger),
    own_column("loaded_row_count", "Rows loaded; a row may span several lines.", BigInteger),
    own_column("quarantined_line_count", "Lines that no reader may swallow; all lines of a refused file.", BigInteger),
    own_column("received_at", "When the file was first seen (UTC).", DateTime),
    own_column("due_date", "When the grantee's calendar expected it.", Date),
    own_column("is_late", "Whether it came after the due date.", Boolean),
    own_column("status", "received, read, accepted, refused, repeated, superseded."),
    own_column("supersedes_submission_id", "The earlier file in the same slot that this one replaces."),
    own_column("layout_version", "Layout and version it was read with; null where none fits."),
    own_column("encoding", "Encoding that the file was read in."),
    own_column("message", "What was wrong with the file as a whole, and the fix; null where nothing was."),
    own_column("slot", "What a later file replaces: the name of the file, its vintage left out."),
    own_column("vintage", "How final the file is, by its name (code set vintage); null where the name says none."),
    own_column("archive_sha256",
               "SHA-256 of the archive or workbook that held the file; null where it came by itself."),
    own_column("added_row_count", "Rows whose key the replaced file had not; null where nothing was replaced.",
               BigInteger),
    own_column("changed_row_count", "Rows whose key both files have with other content; null likewise.", BigInteger),
    own_column("removed_row_count", "Rows of the replaced file whose key this one has not; null likewise.", BigInteger),
    own_column("turn", "Which try at its slot it is, anew when the sender goes back to it; null if unread.",
               BigInteger),
    own_column("decision", "accepted or refused, where a person has decided so; null where nobody has."),
    own_column("destroyed_at", "When the bytes and rows were destroyed because they were due (UTC); null before.",
               DateTime),
)  # fmt: skip

PACKAGE = own_table(
    "package", "Which files each archive or workbook held; the same file may come in several.",
    ("archive_sha256", "submission_id"),
    own_column("archive_sha256", "SHA-256 of the archive or workbook."),
    own_column("submission_id", "A file or sheet in it."),
)  # fmt: skip

TRANSACTION = own_table(
    "transaction", "Records of update files that change or delete what was sent before.",
    ("submission_id", "table_name", "line_number"),
    own_column("submission_id", "The file received."),
    own_column("grantee_id", "The grantee that sent the file."),
    own_column("program_year", "Program year whose folder held the file."),
    own_column("institution_id", "The institution that the record speaks of."),
    own_column("file_name", "Name of the file."),
    own_column("table_name", "Canonical table that the record changes."),
    own_column("line_number", "First physical line of the record, counted from 1.", BigInteger),
    own_column("transaction_code", "change or delete."),
    own_column("is_matched", "Whether an earlier record had that key.", Boolean),
)  # fmt: skip

QUARANTINE = own_table(
    "quarantine", "Lines that could not be read, one row each; a file refused whole has one row without a line number.",
    ("submission_id", "line_number"),
    own_column("submission_id", "The file received."),
    own_column("file_name", "Name of the file."),
    own_column("line_number", "First physical line, counted from 1; null for the file as a whole.", BigInteger),
    own_column("line_count", "How many physical lines the row covers.", BigInteger),
    own_column("reason_code", "Id of the structural rule that the line breaks."),
    own_column("excerpt_masked", "Shape of the line: digits as 9, letters as A."),
)  # fmt: skip

FINDING = own_table(
    "finding", "One place where a rule does not hold; one row per finding, not per night.", ("finding_id",),
    own_column("finding_id", "Stable across nights and resubmission."),
    own_column("rule_id", "The rule."),
    own_column("rule_version", "Version of the rule.", Integer),
    own_column("severity", "critical, warning or info."),
    own_column("grantee_id", "The grantee."),
    own_column("institution_id", "The institution; null where the finding belongs to none."),
    own_column("program_year", "The program year."),
    own_column("submission_id", "The file that holds the record; null for rates."),
    own_column("table_name", "The table judged, with its schema."),
    own_column("file_name", "The file; null for rates."),
    own_column("line_number", "First physical line of the record; null for rates.", BigInteger),
    own_column("column_name", "The column that the finding points at."),
    own_column("cell", "The cell of a workbook, such as Students!C14; null in other files and for rates."),
    own_column("record_key_masked", "Key of the record, personal parts masked."),
    own_column("value_masked", "The value as sent unless it is personal, then masked."),
    own_column("state", "open or fixed."),
    own_column("change", "new, still_open, fixed or came_back, against the night before."),
    own_column("is_waived", "Whether a waiver covers it; a waived failure stays a failure.", Boolean),
    own_column("first_seen_run_id", "The run that found it first."),
    own_column("last_seen_run_id", "The last run that found it."),
)  # fmt: skip

RULE_RESULT = own_table(
    "rule_result", "The verdict on each rule in each run; every run is kept.",
    ("run_id", "rule_id", "grantee_id", "institution_id", "program_year"),
    own_column("run_id", "The run."),
    own_column("rule_id", "The rule."),
    own_column("rule_version", "Version of the rule.", Integer),
    own_column("dimension", "Dimension of quality."),
    own_column("severity", "critical, warning or info."),
    own_column("grantee_id", "The grantee; null for reference sources."),
    own_column("institution_id", "The institution; null means all."),
    own_column("program_year", "The program year."),
    own_column("population_count", "Rows that the rule speaks of; null after an error.", BigInteger),
    own_column("failed_count", "Rows of the population that fail; null after an error.", BigInteger),
    own_column("threshold", "The threshold applied, in words."),
    own_column("status", "error, not_applicable, failed or passed."),
    own_column("is_waived", "Whether a waiver covers the failure.", Boolean),
    own_column("message", "What broke, where the status is error."),
)  # fmt: skip

RULE_COUNT = own_table(
    "rule_count", "What was counted for each rule when its data were last scanned; nights judge these counts.",
    ("rule_id", "grantee_id", "program_year", "institution_id"),
    own_column("rule_id", "The rule."),
    own_column("rule_version", "Version of the rule that was counted.", Integer),
    own_column("table_name", "The table counted, with its schema."),
    own_column("grantee_id", "The grantee; null for reference sources."),
    own_column("program_year", "The program year; null for reference sources."),
    own_column("institution_id", "The institution; null means all, unknown where the records name none."),
    own_column("row_count", "Rows that the rule's condition on rows lets in, values that are null among them.",
               BigInteger),
    own_column("population_count", "Rows that the rule speaks of; null after an error.", BigInteger),
    own_column("failed_count", "Rows of the population that fail; null after an error.", BigInteger),
    own_column("predicate_sha256", "Hash of what was counted: another one means that the rule's words have changed."),
    own_column("data_fingerprint", "Hash over the rows looked at: another one means that they must be counted anew."),
    own_column("counted_run_id", "The run that counted."),
    own_column("message", "What broke, where nothing could be counted."),
)  # fmt: skip


def quality_tables() -> list[Table]:
    """Return the tables of schema ``quality``."""
    return [RUN, SUBMISSION, PACKAGE, TRANSACTION, QUARANTINE, FINDING, RULE_RESULT, RULE_COUNT]
