"""The tables of ``quality`` that say what a run was made under and what it made, so that it can be made again.

How they are filled stands in the room ``provenance``, how a run is made again in the room ``replay``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Table

from pipelines.own_tables import own_column, own_table

RUN_INPUT = own_table(
    "run_input", "What each run was made under: one row an input, told by the hash of its content.",
    ("run_id", "kind", "name"),
    own_column("run_id", "The run."),
    own_column("kind", "house (program, rules, definitions and all that people wrote, as a whole), part (of it), "
               "environment, ledger (of the files as they counted), submission or reference (a file in force)."),
    own_column("name", "What the input is called: a part, or grantee, program year and name of a file."),
    own_column("sha256", "SHA-256 of the content; house, environment and ledger are kept below house/ by it."),
)  # fmt: skip

SCORECARD_FILE = own_table(
    "scorecard_file", "The files of scorecards that each run wrote, by the hash of their bytes.",
    ("run_id", "grantee_id", "program_year", "file_name"),
    own_column("run_id", "The run."),
    own_column("grantee_id", "The grantee."),
    own_column("program_year", "The program year."),
    own_column("file_name", "Name of the file."),
    own_column("sha256", "SHA-256 of its bytes."),
    own_column("byte_count", "Size in bytes.", BigInteger),
)  # fmt: skip


def run_input_tables() -> tuple[Table, ...]:
    """Return the tables about what runs were made under."""
    return (RUN_INPUT, SCORECARD_FILE)
