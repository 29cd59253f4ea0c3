"""Writes the file that is judged, and the two that it refers to; the same number of rows gives the same rows.

One row in 200 is spoiled, in one column. What columns there are stands in ``columns``.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.judging.columns import CONTENT, GRANTEES, INSTITUTIONS_OF_EACH, PLACES, PROGRAM_COUNT, YEARS, Column

RECORD, INSTITUTION, PROGRAM = "record", "institution", "program"
SPOILED = 200  # one row in so many


def write_files(folder: Path, row_count: int, spoiled: int = SPOILED) -> None:
    """Write ``record.parquet`` with so many rows, ``institution.parquet`` and ``program.parquet`` into ``folder``.

    One row in ``spoiled`` is spoiled. Rows stand together by grantee and year, as files land.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false; set memory_limit = '2GB'")
        queries = {RECORD: _records(row_count, spoiled), INSTITUTION: _institutions(), PROGRAM: _programs()}
        for name, query in queries.items():
            connection.execute(f"copy ({query}) to '{folder / name}.parquet' (format parquet, compression zstd)")


def _records(row_count: int, spoiled: int) -> str:
    columns = (*PLACES, *CONTENT)
    faults = [(column.name, fault) for column in columns for fault in column.faults]
    values = ", ".join(f"{_value(column, faults)} as {column.name}" for column in columns)
    return f"""
    with row_number as (
        select range as n, range * {len(GRANTEES) * len(YEARS)} // {row_count} as place from range({row_count})
    ),
    placed as (
        select *, n - (place * {row_count} + {len(GRANTEES) * len(YEARS) - 1}) // {len(GRANTEES) * len(YEARS)} as nth,
            list_extract({list(GRANTEES)}, cast(1 + place // {len(YEARS)} as integer)) as grantee_id,
            list_extract({list(YEARS)}, cast(1 + place % {len(YEARS)} as integer)) as program_year,
            case when hash(n * 128 + 90) % {spoiled} = 0 then hash(n * 128 + 91) % {len(faults)} end as fault
        from row_number
    ),
    person as (
        select *, nth // 6 as student,
            place // {len(YEARS)} * {INSTITUTIONS_OF_EACH} + nth // 6 % {INSTITUTIONS_OF_EACH} as institution
        from placed
    )
    select {values} from person
    """


def _value(column: Column, faults: list[tuple[str, str]]) -> str:
    cases = [f"when {number} then {fault}" for number, (name, fault) in enumerate(faults) if name == column.name]
    return f"case fault {' '.join(cases)} else {column.value} end" if cases else column.value


def _institutions() -> str:
    count = len(GRANTEES) * INSTITUTIONS_OF_EACH
    return f"select cast(100000 + range * 137 as varchar) as institution_id from range({count})"


def _programs() -> str:
    return f"""
    select cast(100000 + range // {PROGRAM_COUNT // 60} * 137 as varchar) as institution_id,
        'P' || lpad(cast(range as varchar), 5, '0') as program_id,
        lpad(cast(1 + range % 52 as varchar), 2, '0') || '.0' || cast(100 + range % 4 as varchar) as cip_code
    from range({PROGRAM_COUNT})
    """
