"""Pieces of SQL that conditions of rules share: keys, and whether a record is among the rows of a query.

A condition names the columns of its table without the table, so a correlated subquery over a table with the same column
names would silently compare the inner table with itself. Hence only whole keys, looked up in a query of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

INSTITUTION = ("grantee_id", "program_year", "institution_id")
PERSON = (*INSTITUTION, "student_id")
STAY = (*PERSON, "program_id")
# The same person, institution and program in all program years.
PERSON_EVER = ("grantee_id", "institution_id", "student_id")
STAY_EVER = (*PERSON_EVER, "program_id")
START_YEAR = "cast(substr(program_year, 1, 4) as integer)"


def july_first(years: int = 0) -> str:
    """Return SQL for the first day of a record's program year, or of the one so many years later."""
    later = f" + {years}" if years > 0 else f" - {-years}" if years else ""
    return f"make_date({START_YEAR}{later}, 7, 1)"


def is_no_default_day(column: str) -> str:
    """Return a condition that is true where a date is not the first of January, which systems fill in for unknown."""
    return f"month({column}) <> 1 or day({column}) <> 1"


def quoted(column: str) -> str:
    """Return a column as SQL takes it: in quotes where its name begins with a digit."""
    return f'"{column}"' if column[0].isdigit() else column


def is_among(columns: Sequence[str], query: str) -> str:
    """Return a condition that is true where ``columns`` are a row of ``query``; null where one of them is null."""
    is_whole = " and ".join(f"{column} is not null" for column in columns)
    return f"case when {is_whole} then row({', '.join(columns)}) in ({_keys_of(columns, query)}) end"


def is_not_among(columns: Sequence[str], query: str) -> str:
    """Return a condition that is true where ``columns`` are no row of ``query``, or one of them is null."""
    return f"row({', '.join(columns)}) not in ({_keys_of(columns, query)})"


def _keys_of(columns: Sequence[str], query: str) -> str:
    """Return ``query`` with its columns in one value.

    Looked up column by column, DuckDB compares each row that has a null on either side with all rows of the other:
    25 s for one rule on 6 million enrollments of which 3,000 name nobody, 2 s as one value.
    """
    keys = ", ".join(f"key_{number}" for number in range(len(columns)))
    return f"select row({keys}) from ({query}) as known ({keys})"


def rows_of(table: str, columns: Sequence[str], where: str = "") -> str:
    """Return a query for the rows of a table in which all ``columns`` have a value."""
    conditions = [f"{column} is not null" for column in columns] + ([where] if where else [])
    return f"select {', '.join(columns)} from {table} where {' and '.join(conditions)}"


def has_one(what: str, columns: Sequence[str], table: str, where: str = "") -> str:
    """Return a condition that is true where the rows of ``table`` with these ``columns`` have one ``what`` at most.

    Only rows of ``where`` count; a row that has a null among ``columns`` is nobody's other.
    """
    several = f" group by {', '.join(columns)} having count(distinct {what}) > 1"
    return is_not_among(columns, rows_of(table, columns, where) + several)


def institutions_in_excess(table: str, hit: str, per: int, where: str = "") -> str:
    """Return a query for the institutions of which, in a year, more than one in ``per`` rows are a ``hit``.

    Only those with at least 20 rows of which ``where`` is true: fewer exceed any share by chance.
    """
    excess = f"count(*) filter (where {hit}) * {per} > count(*)"
    return f"{rows_of(table, INSTITUTION, where)} group by {', '.join(INSTITUTION)} having count(*) >= 20 and {excess}"
