"""The draft of a layout from one sample file: read it, guess tables and columns, write what is sure and what is not."""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.configuration import ConfigurationError
from pipelines.intake.inbox import is_program_year
from pipelines.layout_draft.guess import guess_table
from pipelines.layout_draft.sample import Sample
from pipelines.layout_draft.toml_text import layout_text

_MOST_BYTES = 64 << 20  # of a text sample: more teaches nothing
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b")
_PARQUET = b"PAR1"
_YEAR = re.compile(r"\d{4}-\d{2}")
_TERM = re.compile(r"(?<![a-z])(summer|fall|winter|spring)(?![a-z])", re.IGNORECASE)


def draft(path: Path, grantee_id: str = "") -> str:
    """Return the text of a draft layout for a file; it holds no value of a person.

    Raises ConfigurationError where the file cannot be taken as a sample, with the fix.
    """
    sample = _read(path)
    if not any(table.columns for table in sample.tables):
        msg = f"{path}: no columns were found in the file; take a sample with a header and some records"
        raise ConfigurationError(msg)
    guesses = [(table, guess_table(table, path.stem)) for table in sample.tables]
    file_name, asks = _pattern_of(path.name)
    return layout_text(sample, guesses, file_name, grantee_id or "example", asks)


def write_new(path: Path, text: str) -> None:
    """Write a draft. Raises ConfigurationError where there is a file already: it may be finished work."""
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        msg = f"{path}: is there already and may be finished work; name another file with --out"
        raise ConfigurationError(msg) from None


def _read(path: Path) -> Sample:
    from pipelines.intake.reading.workbook_kind import workbook_kind
    from pipelines.layout_draft.read_cells import read_json_lines, read_parquet, read_workbook
    from pipelines.layout_draft.read_text import read_text

    with path.open("rb") as file:
        content = file.read(_MOST_BYTES)
    if content.startswith(_PARQUET):
        return read_parquet(path)
    if workbook_kind(path):
        return read_workbook(path)
    if content.startswith(_ARCHIVES):
        msg = f"{path}: an archive; unpack it and draft a layout for each file in it"
        raise ConfigurationError(msg)
    if b"\0" in content and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        msg = f"{path}: neither text nor a workbook nor Parquet; take a sample that can be read"
        raise ConfigurationError(msg)
    if content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{"):
        return read_json_lines(content)
    return read_text(content)


def _pattern_of(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the name with placeholders for year and term, and what a person must decide about it."""
    years = [year for year in _YEAR.findall(name) if is_program_year(year)]
    pattern = name.replace(years[0], "{program_year}") if years else name
    pattern = _TERM.sub("{term_code}", pattern, count=1)
    if years:
        return pattern, ()
    return pattern, ("file_name: write {program_year} where the year stands, so that each year's file has this layout",)
