"""Layouts run backwards: records in our words to the bytes that a grantee would send. The inverse of ``intake``.

The law, for every layout: what intake reads from ``render(expressible(records, layout), layout)`` are the records.
A frame of records has the columns of ``records.columns_of`` for the table of the layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from sqlalchemy import Column, Date, Integer, Numeric

from pipelines.code_sets import STATES, codes_of
from pipelines.layouts import ColumnLayout, FileLayout
from pipelines.sample.writing import Part, file_of
from pipelines.schema import core_table

_DATES = {"YYYY-MM-DD": "%Y-%m-%d", "MM/DD/YYYY": "%m/%d/%Y", "YYYYMMDD": "%Y%m%d"}
_CONTROLS = r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]"  # what readers of text take for line ends or binary
_CONTROLS_AND_LINES = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"  # the last two: XML has no way to say them
ACT = "act"
SEVERAL = "two_or_more_races"


def files(
    records: pl.DataFrame, layout: FileLayout, program_year: str, vintage: str = ""
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield name and records of each file that the layout asks for: one, or one for each term."""
    word = next((theirs for theirs, ours in layout.vintages.items() if ours == vintage), vintage)
    if not layout.one_file_per:
        yield layout.file_name.format(program_year=program_year, vintage=word), records
        return
    for value in records[layout.one_file_per].unique().sort():
        parts = {"program_year": program_year, "vintage": word, layout.one_file_per: value}
        yield layout.file_name.format(**parts), records.filter(pl.col(layout.one_file_per) == value)


def render(records: pl.DataFrame, layout: FileLayout, title: str = "") -> bytes:
    """Return records as the bytes of one file. What the layout cannot say must be gone before: see ``expressible``.

    Args:
        records: Rows in our words; identifiers of persons in the clear.
        layout: The kind of file.
        title: What the title lines say, where the layout has any.
    """
    return file_of([Part(layout, said(records, layout))], title)


def said(records: pl.DataFrame, layout: FileLayout) -> pl.DataFrame:
    """Return the texts of a file, row by row, under the layout's column names; nothing is padded or quoted yet.

    A column ``ACT`` of the records says ``add``, ``change`` or ``delete``; without it all are added.
    """
    table = core_table(layout.table)
    return pl.DataFrame(
        {
            column.name: text_of(table.columns[column.to], column, records[column.to])
            if column.to
            else _of_ours_alone(column, layout, records)
            for column in layout.columns
        }
    )


def _of_ours_alone(column: ColumnLayout, layout: FileLayout, records: pl.DataFrame) -> pl.Series:
    """Return the texts of a column that fills none of ours: the kind of record, the transaction, or blanks."""
    if layout.transactions and column.name == layout.transactions.column:
        acts = records[ACT] if ACT in records.columns else pl.repeat("add", len(records), dtype=pl.String, eager=True)
        return acts.replace_strict({act: getattr(layout.transactions, act) for act in acts.unique()}, default="",
                                   return_dtype=pl.String)  # fmt: skip
    text = layout.record if layout.record and column.name == layout.record_column else ""
    return pl.repeat(text, len(records), dtype=pl.String, eager=True)


def text_of(ours: Column[Any], column: ColumnLayout, values: pl.Series) -> pl.Series:
    """Return values of one of our columns as the texts of one of theirs."""
    if ours.name == "program_year":
        texts = _year(column.format, values)
    elif ours.info["codes"]:
        texts = _mapped(values, {v: _code(ours, column, v) for v in values.unique() if v is not None})
    elif isinstance(ours.type, Date):
        texts = values.dt.strftime(_DATES[column.format or "YYYY-MM-DD"])
    elif isinstance(ours.type, Numeric):
        texts = _number(column, values)
    else:
        texts = values.cast(pl.String)
    return texts.fill_null(column.nulls[0] if column.nulls else "")


def _mapped(values: pl.Series, texts: Mapping[str, str | None]) -> pl.Series:
    if not texts:
        return values.cast(pl.String)
    return values.replace_strict(list(texts), list(texts.values()), default=None, return_dtype=pl.String)


def _year(format_: str, values: pl.Series) -> pl.Series:
    if format_ in ("", "YYYY-YY"):
        return values
    start = values.str.slice(0, 4).cast(pl.Int32)
    return (start + 1 if format_ == "end_year" else start).cast(pl.String)


def _code(ours: Column[Any], column: ColumnLayout, value: str) -> str:
    """Return their code, the first that means the value; blank for what was not reported."""
    codes = code_map(ours, column)
    parts = value.split("|") if ours.info["many"] and column.separator else [value]
    theirs = [next((t for t, o in codes.items() if o == part), "") for part in parts]
    return column.separator.join(theirs)


def code_map(ours: Column[Any], column: ColumnLayout) -> Mapping[str, str]:
    """Return their codes and ours; a layout without codes for a coded column speaks ours, as far as its width goes."""
    return column.codes or {code: code for code in codes_of(ours) if not 0 < column.width < len(code)}


def _number(column: ColumnLayout, values: pl.Series) -> pl.Series:
    if not column.implied_decimals:
        return values.cast(pl.String)
    whole: pl.Series = (values * 10**column.implied_decimals).cast(pl.Int64).cast(pl.String)
    return whole.str.zfill(column.width) if column.width else whole


def expressible(records: pl.DataFrame, layout: FileLayout) -> pl.DataFrame:
    """Return the records reduced to what the layout can say.

    A column that the file does not carry takes the layout's constant, or else not_collected (person attributes),
    annual (terms) or null. A code that the layout has not becomes unknown, or not_reported where it cannot say that
    either; null for what is no person attribute. Texts lose what the file cannot hold (width, encoding, delimiter).
    """
    table = core_table(layout.table)
    return records.with_columns(_said_at_most(table.columns[name], layout, records[name]) for name in records.columns)


def _said_at_most(ours: Column[Any], layout: FileLayout, values: pl.Series) -> pl.Series:
    column = layout.column_to(ours.name)
    if column is None:
        absent = "not_collected" if ours.info["states"] else "annual" if ours.name == "term_code" else None
        value = layout.constants.get(ours.name, absent)
        return pl.Series(ours.name, [value], dtype=pl.String).cast(values.dtype).new_from_index(0, len(values))
    if ours.name == "program_year" or isinstance(ours.type, Date):
        return values
    if ours.info["codes"]:
        return _mapped(values, {v: _nearest(ours, column, v) for v in values.unique() if v is not None})
    if isinstance(ours.type, Numeric | Integer):
        return _fitting(values, _number(column, values), column)
    return _storable(values, column, layout)


def _nearest(ours: Column[Any], column: ColumnLayout, value: str) -> str | None:
    codes = set(code_map(ours, column).values())
    if not ours.info["states"]:
        return value if value in codes else None
    without = "unknown" if "unknown" in codes else "not_reported"
    parts = value.split("|") if ours.info["many"] else [value]
    if len(parts) > 1 and not column.separator:
        return SEVERAL if SEVERAL in codes else without
    kept = sorted({part for part in parts if part in codes})
    if kept and not (len(kept) > 1 and set(kept) & set(STATES)):
        return "|".join(kept)
    return value if value == "not_reported" else without


def _fitting(values: pl.Series, texts: pl.Series, column: ColumnLayout) -> pl.Series:
    if not column.width:
        return values
    return pl.select(pl.when(texts.str.len_chars() <= column.width).then(values)).to_series().alias(values.name)


def _storable(values: pl.Series, column: ColumnLayout, layout: FileLayout) -> pl.Series:
    is_quoted = layout.kind == "delimited" and bool(layout.quote)
    texts = values.str.replace_all(_CONTROLS if is_quoted else _CONTROLS_AND_LINES, " ")
    if layout.kind == "delimited" and not is_quoted:
        texts = texts.str.replace_all(layout.delimiter, " ", literal=True)
    foreign = texts.filter(texts.str.contains(r"[^\x00-\x7f]").fill_null(value=False)).unique()
    stored = [text.encode(layout.encoding, "replace").decode(layout.encoding) for text in foreign]
    texts = texts.replace(foreign, pl.Series(stored, dtype=pl.String)) if stored else texts
    texts = texts.str.slice(0, column.width).str.strip_chars() if column.width else texts.str.strip_chars()
    is_nothing = texts.is_in(["", *column.nulls])
    return pl.select(pl.when(~is_nothing).then(texts)).to_series().alias(values.name)
