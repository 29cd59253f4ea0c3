"""Rules about files and lines, judged on what intake counted: one rule for each reason to refuse a file or a line.

The ids are the reason codes of ``quality.quarantine``. Why a reader gives a reason is decided in ``pipelines.intake``.
"""

from __future__ import annotations

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Dimension, Rule, Severity, Threshold

LINES = Threshold(share="0.001", evidence="house default: one line in a thousand")
WHOLE_FILE = "The whole file stays out: what it should have said is missing from every table, measure and count."
ONE_LINE = "The line stays out of the tables and is kept in quality.quarantine; every count is short by it."


def _refusal(
    reason: str, title: str, fix: str, why: str = "", dimension: Dimension = "validity", severity: Severity = "critical"
) -> Rule:
    """Return the rule that no line received is out of the tables for ``reason``."""
    is_line = reason.startswith("line_")
    return Rule(
        id=reason, table="quality.received_line", title=title, dimension=dimension, severity=severity,
        expectation=ExpectRowsToSatisfy(
            column_list=["reason_code"], condition=f"coalesce(reason_code, '') <> '{reason}'"
        ),
        columns=("reason_code",), population_words="all data lines received",
        why=why or (ONE_LINE if is_line else WHOLE_FILE), fix=fix,
        threshold=LINES if is_line else Threshold(evidence="a file that is refused is never within a tolerance"),
        passes=({"reason_code": None, "line_number": None}, {"reason_code": "another_reason", "line_number": 7}),
        fails=({"reason_code": reason, "line_number": 7 if is_line else None},),
    )  # fmt: skip


RULES = (
    _refusal("file_not_empty", "No file is empty",
             "Send the file again: the copy that arrived holds no line. Compare sizes after the transfer.",
             dimension="completeness"),
    _refusal("file_is_text", "Each file is text",
             "Save the data as text (CSV or fixed width as in your layout) rather than as workbook, archive or PDF."),
    _refusal("file_encoding_as_declared", "Each file is in the encoding that its layout declares",
             "Export in the encoding of the layout, or have the layout changed to the one you use."),
    _refusal("file_header_matches_layout", "The header of each file has the columns of its layout",
             "Restore the columns that the message names; if your layout has changed, send its new description first."),
    _refusal("file_layout_known", "Each file is one that the grantee's layouts describe",
             "Name the file as the layout says, or have a layout added for it."),
    _refusal("file_not_repeated", "No file is sent twice under two names",
             "Send each file once, and take the copy out: it counts as soon as the first is replaced by a new version.",
             why="The second copy is set aside, so nothing counts twice; it may stand where another file was meant.",
             dimension="uniqueness", severity="warning"),
    _refusal("file_program_year_matches", "Each file lies in the folder of its program year",
             "Put the file into the folder of the year that its records say, or correct the year column.",
             dimension="consistency"),
    _refusal("file_mostly_readable", "Most lines of each file can be read",
             "Look at the reasons of the quarantined lines: one cause, often a delimiter or a width, explains most."),
    _refusal("file_complete", "No file breaks off in its last line",
             "Send the file again from the source: the end was cut off, most often in a transfer or by a full disk.",
             dimension="completeness",
             why="A file that ends in the middle of a line may lack any number of lines after it, unnoticed."),
    _refusal("file_trailer_matches", "The control counts of each file are the rows that it has",
             "Send the file again from the source: rows were lost or doubled after its trailer was written.",
             dimension="completeness",
             why="A count that does not fit says that rows are missing or twice in it, and not which."),
    _refusal("file_archive_safe", "Each archive can be unpacked without risk",
             "Pack the files anew with plain names, without a password and no archive in another, or send them plain."),
    _refusal("file_sheet_known", "Each sheet of a workbook is one that the layout describes",
             "Name the sheet as the layout says, or have it added there, to the sheets to read or those to ignore.",
             why="The sheet stays out; if it holds records, they are missing from every table, measure and count.",
             severity="warning"),
    _refusal("file_readable", "Each file can be read from its first byte to its last",
             "Let the pipeline read the file, and put it in place only when it is written to its end.",
             dimension="completeness"),
    _refusal("line_field_count", "Each line has as many fields as its header",
             "Quote values that contain the delimiter, and remove line breaks inside of values."),
    _refusal("line_quote_balanced", "Each quote that opens is closed",
             "Double the quotes inside of quoted values, and close each value with a quote."),
    _refusal("line_encoding", "Each line is in the encoding that its layout declares",
             "Export the whole file in one encoding; a line pasted from elsewhere is the usual cause."),
    _refusal("line_width", "Each line is as wide as its layout says",
             "Pad each field with blanks to its width, and cut none; keep the blanks at the end of the line."),
    _refusal("line_control_characters", "No line has control characters",
             "Remove the invisible characters (NUL and the like) from the values in the source system."),
    _refusal("line_record_known", "Each line has the code of a kind of record that the layouts know",
             "Correct the code that tells the kind of record, or have a layout added for that kind."),
    _refusal("line_json_valid", "Each line of a JSON lines file is one JSON object, no key in it twice",
             "Write each record as one JSON object on a line of its own, with each key once."),
    _refusal("line_transaction_known", "Each record says by a known code whether it adds, changes or deletes",
             "Correct the transaction code, or have it added to the layout.",
             why="Nobody knows what the record was to do, so it does nothing: what was sent before stands as it was."),
)  # fmt: skip
