"""The file of the landing benchmark, and the invented grantee that sends it: the same rows give the same bytes.

20 columns, about 90 bytes a line, most of them short codes as in real files; each student has a row in three terms.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

GRANTEE, YEAR, NAME = "bench", "2023-24", "student_2023-24.csv"
_BLOCK = 500_000  # rows written together
_CODES = {
    "SEX": "MFXU", "HISPANIC": "YNU", "RACE": "WABIPU", "DISABILITY": "YNU", "ECON": "YNU", "NONTRAD": "YNU",
    "SINGLE_PARENT": "YNU", "WORKFORCE": "YNU", "ENGLISH": "YNU", "HOMELESS": "YNU", "FOSTER": "YNU", "MILITARY": "YNU",
}  # fmt: skip
_FLAG = '{ Y = "yes", N = "no", U = "unknown" }'
_MAPPED = {
    "COLLEGE": 'to = "institution_id"',
    "REPORT_YEAR": 'to = "program_year", format = "YYYY-YY"',
    "TERM": 'to = "term_code", codes = { SU = "summer", FA = "fall", SP = "spring" }',
    "STUDENT_ID": 'to = "student_id"',
    "BIRTHDATE": 'to = "birth_date", format = "MM/DD/YYYY"',
    "SEX": 'to = "sex", codes = { M = "male", F = "female", X = "another", U = "unknown" }',
    "HISPANIC": f'to = "hispanic_ethnicity", codes = {_FLAG}',
    "RACE": 'to = "race_selections", separator = ";", codes = { W = "white", A = "asian", B = '
    '"black_or_african_american", I = "american_indian_or_alaska_native", '
    'P = "native_hawaiian_or_other_pacific_islander", U = "unknown" }',
    "DISABILITY": f'to = "disability_status", codes = {_FLAG}',
    "ECON": f'to = "economic_disadvantage_status", codes = {_FLAG}',
    "NONTRAD": f'to = "nontraditional_preparation_status", codes = {_FLAG}',
    "SINGLE_PARENT": f'to = "single_parent_status", codes = {_FLAG}',
    "WORKFORCE": f'to = "out_of_workforce_status", codes = {_FLAG}',
    "ENGLISH": f'to = "english_learner_status", codes = {_FLAG}',
    "HOMELESS": f'to = "homelessness_status", codes = {_FLAG}',
    "FOSTER": f'to = "foster_care_status", codes = {_FLAG}',
    "MILITARY": f'to = "active_duty_parent_status", codes = {_FLAG}',
    "HIGH_SCHOOL": "",
    "RESIDENCE": "",
    "REMARK": "",
}


def write_grantee(folder: Path) -> None:
    """Write the folder of the grantee below ``folder``, which ``CTE_GRANTEES`` may then name."""
    from pipelines.grantee import FOLDER

    own = folder / GRANTEE
    own.mkdir(parents=True, exist_ok=True)
    text = (
        (FOLDER / "oregon" / "grantee.toml").read_text(encoding="utf-8").replace('id = "oregon"', f'id = "{GRANTEE}"')
    )
    (own / "grantee.toml").write_text(text, encoding="utf-8")
    columns = "\n".join(f'  {{ name = "{n}"{", " if to else ""}{to} }},' for n, to in _MAPPED.items())
    (own / "layout.toml").write_text(
        f'id = "{GRANTEE}"\nversion = "1"\n\n[[file]]\nname = "student"\ntable = "student"\n'
        f'file_name = "student_{{program_year}}.csv"\n'
        f'constants = {{ race_question_standard = "1997_two_question" }}\ncolumns = [\n{columns}\n]\n',
        encoding="utf-8",
    )


def write_file(path: Path, row_count: int) -> None:
    """Write the file: block by block, each from a generator of its own, so that memory does not depend on the size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for start in range(0, row_count, _BLOCK):
            rows = _rows(np.arange(start, min(start + _BLOCK, row_count)))
            rows.write_csv(file, include_header=start == 0)


def _rows(number: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.DataFrame:
    random = np.random.Generator(np.random.PCG64(int(number[0])))
    student = pl.Series(number // 3)
    person = pl.DataFrame({"n": number, "student": student})
    # Spread over the numbers that colleges give (99 and seven digits), which are nobody's Social Security number.
    digits = (pl.col("student") * 7_919 % 9_999_991 + 990_000_001).cast(pl.String)
    day = (pl.col("student") % 28 + 1).cast(pl.String).str.zfill(2)
    month = (pl.col("student") % 12 + 1).cast(pl.String).str.zfill(2)
    codes = [
        pl.Series(name, np.array(list(known))[random.integers(0, len(known), len(number))])
        for name, known in _CODES.items()
    ]
    frame = person.select(
        ("C" + (pl.col("student") % 17 + 10).cast(pl.String)).alias("COLLEGE"),
        pl.lit(YEAR).alias("REPORT_YEAR"),
        pl.Series(np.array(["SU", "FA", "SP"])[number % 3]).alias("TERM"),
        digits.alias("STUDENT_ID"),
        (month + "/" + day + "/" + (pl.col("student") % 40 + 1965).cast(pl.String)).alias("BIRTHDATE"),
    ).with_columns(*codes)
    return frame.with_columns(
        (pl.lit("High School ") + (person["student"] % 400).cast(pl.String)).alias("HIGH_SCHOOL"),
        (pl.lit("County ") + (person["student"] % 36).cast(pl.String)).alias("RESIDENCE"),
        pl.when(person["n"] % 10 == 0).then(pl.lit("moved, see the file of 2022")).otherwise(None).alias("REMARK"),
    )
