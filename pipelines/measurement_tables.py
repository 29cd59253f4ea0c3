"""The tables of what intake measured about each file: its columns, codes and value shapes, and what has drifted.

Never a value of a person: identifiers and birth dates stand here as counts and shapes (digits as 9, letters as A). What
arrived stands in ``ledger``; when a measurement is a fault is said by the rules in ``expectations.drift``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Integer, Table

from pipelines.own_tables import own_column, own_table

# What intake looks for; ``quality.drift_scope`` says for each file which of these could be measured.
DRIFT_KINDS = (
    "column_added", "column_missing", "column_moved", "column_renamed", "column_retyped",
    "code_never_seen", "code_share_jumped", "pattern_changed",
    "excel_cip", "excel_scientific", "excel_date_serial", "excel_zeros_lost",
    "repeats_last_year", "other_grantee", "other_year", "truncated", "doubled",
)  # fmt: skip

SUBMISSION_COLUMN = own_table(
    "submission_column", "The columns of each file as they were when it landed, counted.",
    ("submission_id", "layout_name", "column_name"),
    own_column("submission_id", "The file received."),
    own_column("layout_name", "The kind of file or record that the column belongs to; empty where no layout knows it."),
    own_column("table_name", "Canonical table that the records fill; null where no layout knows the column."),
    own_column("column_name", "Name of the column as in the file."),
    own_column("position", "Place in the file's header, or in the layout where there is no header; from 1.", Integer),
    own_column("our_column", "Our column that it fills; null where it is kept as sent only."),
    own_column("row_count", "Rows; null for a column that no layout knows, whose values were not read.", BigInteger),
    own_column("blank_count", "Rows without a value; sentinels that say so are values here.", BigInteger),
    own_column("distinct_count", "Different values; of identifiers different shapes.", BigInteger),
    own_column("modal_program_year", "Program year in which most dates of the column lie; null for other columns."),
)  # fmt: skip

CODE_COUNT = own_table(
    "code_count", "The codes of each coded column as sent, the shapes of the values of all others, and how often.",
    ("submission_id", "layout_name", "column_name", "code"),
    own_column("submission_id", "The file received."),
    own_column("layout_name", "The kind of file or record."),
    own_column("column_name", "Name of the column as in the file."),
    own_column("is_shape", "Whether shapes are counted: digits as 9, letters as A. Never false for a column of PII "
               "class.", Boolean),
    own_column("code", "The code, or the shape; (blank) for no value, (others) for the rarest together. A code that "
               "nobody has declared is told by its shape where it might be a person's value."),
    own_column("row_count", "Rows with it.", BigInteger),
)  # fmt: skip

DRIFT_SCOPE = own_table(
    "drift_scope", "What could be measured of each file, and against which: one row a kind of drift.",
    ("submission_id", "kind"),
    own_column("submission_id", "The file received."),
    own_column("kind", "Kind of drift."),
    own_column("compared_submission_id", "The accepted file compared with; null where the layout alone decides."),
    own_column("subject_count", "How many columns, codes or rows were looked at.", BigInteger),
)  # fmt: skip

DRIFT = own_table(
    "drift", "What differs from the layout or from the last accepted file, as measured; the rules judge it.",
    ("submission_id", "kind", "layout_name", "column_name", "detail"),
    own_column("submission_id", "The file received."),
    own_column("grantee_id", "The grantee that sent the file."),
    own_column("program_year", "Program year whose folder held the file."),
    own_column("file_name", "Name of the file as received."),
    own_column("layout_name", "The kind of file or record; null for the file as a whole."),
    own_column("table_name", "Canonical table that the records fill; null for the file as a whole."),
    own_column("column_name", "Name of the column as in the file; null for rows and files."),
    own_column("kind", "Kind of drift."),
    own_column("measured", "Rows that show it now (columns: the place in the header).", BigInteger),
    own_column("expected", "Rows that showed it in the file compared with, or the place there.", BigInteger),
    own_column("n", "Rows that could have shown it now.", BigInteger),
    own_column("previous_n", "Rows that could have shown it there; null where the layout alone decides.", BigInteger),
    own_column("detail", "In words: the code, the shape, the other column, the other grantee or year."),
)  # fmt: skip


def measurement_tables() -> list[Table]:
    """Return the tables of what intake measured."""
    return [SUBMISSION_COLUMN, CODE_COUNT, DRIFT_SCOPE, DRIFT]
