"""The published rows about persons in one shape, and the cells that each of them speaks of.

What the numbers say of those cells stands in ``facts``; which columns hold numbers that nobody reads, in ``unread``.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

ALL_OTHER = "all_other"  # the rest of a place: all codes of a dimension that are not shown as numbers
PLACE = ("grantee_id", "institution_id", "cip_code", "subgroup_dimension")
KEYS = ("grantee_id", "program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension",
        "subgroup_code")  # fmt: skip
NUMERATOR, DENOMINATOR = 0, 1  # the two parts of a row
# What each table is called here; a column that a table does not have is null.
COLUMNS = {
    "grantee_id": "varchar", "program_year": "varchar", "first_program_year": "varchar",
    "last_program_year": "varchar", "indicator_code": "varchar", "count_code": "varchar", "institution_id": "varchar",
    "cip_code": "varchar", "subgroup_dimension": "varchar", "subgroup_code": "varchar", "members": "varchar",
    "suppression_code": "varchar", "reference_dimension": "varchar", "reference_code": "varchar",
    "student_count": "bigint", "numerator_count": "bigint", "denominator_count": "bigint", "rate": "varchar",
    "reference_rate": "varchar", "gap": "varchar", "students_needed": "bigint",
}  # fmt: skip
TABLES = ("student_count", "indicator", "indicator_pooled", "gap")
NUMBERS = ("student_count", "numerator_count", "denominator_count", "rate", "reference_rate", "gap", "students_needed")
READ = {  # the columns of each table that are read as numbers of persons
    "student_count": ("student_count",),
    "indicator": ("numerator_count", "denominator_count", "rate"),
    "indicator_pooled": ("numerator_count", "denominator_count", "rate", "year_count"),
    "gap": ("rate", "reference_rate", "gap", "students_needed"),
}


@dataclass(frozen=True)
class Rows:
    """Published rows, and what they are about.

    ``rows``     row, table_name, label, the columns of ``COLUMNS``; one row a published row that says anything.
    ``members``  row, part (0 numerator, 1 denominator), cell: the cells whose sum the part is.
    ``unread``   labels of rows with numbers about cells that are not known here.
    """

    rows: pl.DataFrame
    members: pl.DataFrame
    unread: tuple[str, ...]


def published_rows(connection: duckdb.DuckDBPyConnection, keys: pl.DataFrame) -> Rows:
    """Return what ``publish.*`` says of the grantees and years of ``keys`` (the key columns, cells in order)."""
    cells = _keyed(keys).with_row_index("cell").with_columns(pl.col("cell").cast(pl.Int64))
    rows = pl.concat([_table(connection, name) for name in TABLES])
    years = _years(cells)
    rows = rows.with_columns(pl.coalesce("first_program_year", "program_year").alias("first_program_year"),
                             pl.coalesce("last_program_year", "program_year").alias("last_program_year"))  # fmt: skip
    rows = _of_years(rows, years).with_row_index("row")
    rows = rows.with_columns(pl.col("row").cast(pl.Int64), _label().alias("label"))
    wanted = _wanted(rows, cells, years)
    found = wanted.join(cells.select(*KEYS, "cell"), on=list(KEYS), how="left")
    lost = found.filter(pl.col("cell").is_null()).select("row").unique()
    about = wanted.select("row").unique()
    speaks = pl.any_horizontal(pl.col(name).is_not_null() for name in NUMBERS)
    dark = rows.filter(speaks).filter(
        pl.col("row").is_in(lost["row"].implode()) | ~pl.col("row").is_in(about["row"].implode())
    )
    members = found.join(lost, on="row", how="anti").select("row", "part", "cell")
    return Rows(rows, members, tuple(dark["label"].to_list()))


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """Return the columns of a table of ``publish``; none where there is no such table."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'publish' and table_name = ? "
        "and database_name = current_database()",
        [table],
    ).fetchall()
    return {column for (column,) in rows}


def _keyed(keys: pl.DataFrame) -> pl.DataFrame:
    """Return the keys with empty texts for null, which joins nowhere."""
    return keys.with_columns(pl.col(name).cast(pl.String).fill_null("") for name in KEYS)


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    has = columns_of(connection, name)
    said = ", ".join(
        f"cast({column if column in has else 'null'} as {kind}) as {column}" for column, kind in COLUMNS.items()
    )
    source = f"publish.{name} order by all" if has else "(values (1)) as nothing where false"
    frame: pl.DataFrame = connection.sql(f"select '{name}' as table_name, {said} from {source}").pl()
    return frame.with_columns(pl.col("institution_id", "cip_code").fill_null(""))


def _years(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the program years and spans of years that cells are about, each with its grantee."""
    return cells.select("grantee_id", "program_year").unique().sort("grantee_id", "program_year")


def _of_years(rows: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are about at least one of the years; what left of others is known or not asked."""
    told = rows.select("grantee_id", "first_program_year", "last_program_year").unique()
    single = years.filter(~pl.col("program_year").str.contains(" "))
    inside = pl.col("program_year").is_between(pl.col("first_program_year"), pl.col("last_program_year"))
    mine = told.join(single, on="grantee_id").filter(inside).select(told.columns).unique()
    return rows.join(mine, on=told.columns, how="semi", maintain_order="left")


def _wanted(rows: pl.DataFrame, cells: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of the cells that each row is about: one a part, several for sums. Other years are left out."""
    parts = pl.concat([
        rows.filter(pl.col("count_code").is_not_null()).with_columns(pl.lit(DENOMINATOR).alias("part")),
        _of_indicator(rows, "numerator_", NUMERATOR),
        _of_indicator(rows, "denominator_", DENOMINATOR),
    ])  # fmt: skip
    parts = _spread_over_years(parts, years)
    plain = parts.filter(pl.col("subgroup_code") != ALL_OTHER)
    rest = parts.filter(pl.col("subgroup_code") == ALL_OTHER)
    return pl.concat([frame.select("row", "part", *KEYS) for frame in (plain, _rest(rest, rows, cells))])


def _of_indicator(rows: pl.DataFrame, prefix: str, part: int) -> pl.DataFrame:
    mine = rows.filter(pl.col("indicator_code").is_not_null() & pl.col("count_code").is_null())
    code = pl.concat_str(pl.lit(prefix), pl.col("indicator_code"))
    return mine.with_columns(code.alias("count_code"), pl.lit(part).alias("part"))


def _spread_over_years(parts: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """Return the parts with the program year of their cells; sums over years have a line for each of them."""
    single = years.filter(~pl.col("program_year").str.contains(" "))
    parts = parts.drop("program_year")
    inside = pl.col("program_year").is_between(pl.col("first_program_year"), pl.col("last_program_year"))
    spread = parts.join(single, on="grantee_id").filter(inside)
    first_known = single.group_by("grantee_id").agg(
        pl.min("program_year").alias("first"), pl.max("program_year").alias("last")
    )
    # A sum over years of which some are not known here is read by nobody, and told as such.
    whole = spread.join(first_known, on="grantee_id").filter(
        (pl.col("first_program_year") >= pl.col("first")) & (pl.col("last_program_year") <= pl.col("last"))
    )
    return whole.select(*parts.columns, "program_year")


def _rest(rest: pl.DataFrame, rows: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return for each part of a rest the codes it holds: those it names, or those that its table does not show."""
    place = [*PLACE, "program_year", "count_code"]
    named = rest.filter(pl.col("members").is_not_null())
    named = named.with_columns(pl.col("members").str.split(",").alias("subgroup_code")).explode("subgroup_code")
    named = named.with_columns(pl.col("subgroup_code").str.strip_chars())
    other = rest.filter(pl.col("members").is_null()).drop("subgroup_code")
    other = other.join(cells.select(*KEYS), on=place)
    shown = rows.filter(_is_shown()).select(
        "table_name", *PLACE, "first_program_year", "last_program_year", "subgroup_code",
        pl.coalesce("count_code", "indicator_code").alias("said_of"),
    )  # fmt: skip
    other = other.with_columns(
        pl.when(pl.col("indicator_code").is_null()).then("count_code").otherwise("indicator_code").alias("said_of")
    ).join(shown, on=shown.columns, how="anti")
    return pl.concat([frame.select("row", "part", *KEYS) for frame in (named, other)])


def _is_shown() -> pl.Expr:
    numbers = ("student_count", "numerator_count", "denominator_count", "rate")
    return pl.any_horizontal(pl.col(name).is_not_null() for name in numbers)


def _label() -> pl.Expr:
    """Return the words by which a row is named in findings."""
    span = pl.concat_str("first_program_year", pl.lit(" to "), "last_program_year")
    year = (
        pl.when(pl.col("first_program_year") == pl.col("last_program_year")).then("last_program_year").otherwise(span)
    )
    what = pl.concat_str(pl.lit("publish."), "table_name")
    counted = pl.coalesce("count_code", "indicator_code")
    institution = pl.when(pl.col("institution_id") == "").then(pl.lit("all")).otherwise("institution_id")
    program = pl.when(pl.col("cip_code") == "").then(pl.lit("all")).otherwise("cip_code")
    return pl.concat_str(
        what, "grantee_id", year, counted, institution, program, "subgroup_dimension", "subgroup_code", separator=" "
    )
