"""The tables of ``quality`` about what goes back to institutions, and about notices that went out.

Which files are written, and what stands in them, is said in the room ``returns``; what an institution answers is
``core.explanation``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, DateTime, Integer, Table

from pipelines.own_tables import own_column, own_table

RETURN_PACKAGE = own_table(
    "return_package", "What was written for an institution to repair: one row each time that its findings had changed.",
    ("return_id",),
    own_column("return_id", "Id of the return: hash of institution, submission and number."),
    own_column("grantee_id", "The grantee."),
    own_column("institution_id", "The institution whose records these are; null where a file as a whole goes back to "
               "the agency."),
    own_column("program_year", "The program year."),
    own_column("submission_id", "The file received that holds the records."),
    own_column("return_number", "How often something was returned for this institution and file, this time included.",
               Integer),
    own_column("run_id", "The run that wrote it."),
    own_column("returned_at", "When (UTC).", DateTime),
    own_column("file_path", "Where the files lie below returns/, without .xlsx and .csv."),
    own_column("xlsx_sha256", "SHA-256 of the workbook."),
    own_column("csv_sha256", "SHA-256 of the CSV file."),
    own_column("content_sha256", "Hash over what it says; the next return is written when this would change. Null once "
               "its files were taken away, because another version of the file counts."),
    own_column("new_count", "Findings that no return had before.", BigInteger),
    own_column("still_open_count", "Findings that the last return had, too.", BigInteger),
    own_column("came_back_count", "Findings that had been fixed and are open again.", BigInteger),
    own_column("fixed_count", "Findings of the last return that are fixed.", BigInteger),
    own_column("withheld_count", "Findings that rest on what another body sent: told as a count under the suppression "
               "policy, or not at all.", BigInteger),
)  # fmt: skip

RETURNED_FINDING = own_table(
    "returned_finding", "Which findings each return held, and what had become of them since the return before.",
    ("return_id", "finding_id"),
    own_column("return_id", "The return."),
    own_column("finding_id", "The finding."),
    own_column("change", "new, still_open, came_back or fixed, against the return before."),
)  # fmt: skip

NOTICE = own_table(
    "notice", "Notices that a night sent, or tried to; never with a person's value.", ("run_id", "channel"),
    own_column("run_id", "The run that the notice is about."),
    own_column("channel", "Which of the configured channels, by its name; never its address."),
    own_column("status", "delivered or failed."),
    own_column("message", "Why it failed, and what to do; null where it was delivered."),
    own_column("subject", "The first line of the notice."),
    own_column("sent_at", "When (UTC).", DateTime),
)  # fmt: skip


def return_tables() -> tuple[Table, ...]:
    """Return the tables about returns and notices."""
    return (RETURN_PACKAGE, RETURNED_FINDING, NOTICE)
