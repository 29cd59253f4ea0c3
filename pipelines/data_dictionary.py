"""The data dictionary, ``docs/tables.md``: what tables, code sets and models declare, and nothing of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table

from pipelines.act_tables import act_tables
from pipelines.code_sets import Code, code_set, code_set_names
from pipelines.ledger import quality_tables
from pipelines.markdown import NOTE, markdown_table, names
from pipelines.measurement_tables import measurement_tables
from pipelines.measures.commented_table import CommentedTable
from pipelines.measures.definitions import TABLES as DEFINITION_TABLES
from pipelines.measures.gaps.tables import TABLES as GAP_TABLES
from pipelines.models import Model, all_models
from pipelines.reference_tables import reference_tables
from pipelines.release_tables import release_tables
from pipelines.schema import answer_tables, core_tables, key_of
from pipelines.waiver_tables import waiver_tables


def dictionary() -> Iterator[str]:
    """Yield the data dictionary, a piece of Markdown a line."""
    yield "# Tables"
    yield f"\n{NOTE}\n"
    yield (
        "`core` is the contract of what grantees submit; `reference` holds public sources; `quality` what was measured "
        "and judged; `mart` what is derived. Person attributes hold a value or one of four states: unknown, declined, "
        "not_reported, not_collected. CEDS numbers are Global IDs of CEDS v13. Personal: an identifier (a pseudonym), "
        "or quasi (narrows down who it is); both are masked outside of `core` and `raw`."
    )
    for table in (*core_tables(), *answer_tables(), *reference_tables()):
        yield from _submitted_table(table)
    for table in (*quality_tables(), *measurement_tables(), *act_tables(), *release_tables(), *waiver_tables()):
        yield from _ledger_table(table)
    for declared in (*DEFINITION_TABLES, *GAP_TABLES):
        yield from _commented_table(declared)
    for model in sorted(all_models(), key=lambda one: one.table):
        yield from _model(model)
    yield "\n# Code sets"
    for name in code_set_names():
        yield from _code_set(name)


def _submitted_table(table: Table) -> Iterator[str]:
    yield f"\n## {table.fullname}\n"
    yield f"{table.comment} {'Optional. ' if table.info['optional'] else ''}Key: {names(key_of(table))}.\n"
    for reference in sorted(table.foreign_key_constraints, key=lambda one: one.referred_table.name):
        yield f"- {names(reference.column_keys)} refer to `{reference.referred_table.fullname}`"
    if table.foreign_key_constraints:
        yield ""
    header = ("Column", "Type", "Required", "Meaning", "Values", "CEDS", "Personal", "Equity")
    yield from markdown_table(header, map(_submitted_column, table.columns))


def _submitted_column(column: Column[Any]) -> list[str]:
    info = column.info
    needed = "yes" if info["required"] else ""
    hint = f" ({info['hint']})" if info["hint"] else ""
    said = [column.name, _type(column), needed, f"{column.comment}{hint}", _values(column)]
    return [*said, info["ceds"], info["pii"] or "", info["equity"]]


def _values(column: Column[Any]) -> str:
    info = column.info
    said = [f"[{info['codes']}](#{info['codes']})"] if info["codes"] else []
    said += ["or a state"] if info["states"] else []
    said += ["several joined by `\\|`"] if info["many"] else []
    said += [f"`{info['pattern']}`"] if info["pattern"] else []
    said += [f"{info['between'][0]} to {info['between'][1]}"] if info["between"] else []
    return " ".join(said)


def _ledger_table(table: Table) -> Iterator[str]:
    yield f"\n## {table.fullname}\n"
    yield f"{table.comment} Key: {names(key_of(table))}.\n"
    yield from markdown_table(
        ("Column", "Type", "Meaning"), ([c.name, _type(c), c.comment or ""] for c in table.columns)
    )


def _commented_table(table: CommentedTable) -> Iterator[str]:
    yield f"\n## {table.name}\n"
    yield f"{table.comment}\n"
    columns = ([name, type_, said] for name, (type_, said) in table.columns.items())
    yield from markdown_table(("Column", "Type", "Meaning"), columns)


def _model(model: Model) -> Iterator[str]:
    yield f"\n## {model.table}\n"
    made = f"Made from {names(model.inputs)}." if model.inputs else "Made from what the models declare."
    yield f"{model.description} One row for each {names(model.grain)}. {made}\n"
    yield from _margins(model)
    yield from markdown_table(("Column", "Meaning"), ([name, said] for name, said in model.columns.items()))


def _margins(model: Model) -> Iterator[str]:
    """Yield how parts sum, where the model says it; pairs follow from their dimensions (``mart.margin`` lists them)."""
    means = {"partition": "sum to the total", "cover": "overlap and cover the total", "part": "are within the total"}
    for margin, meaning in means.items():
        told_by = [name for name, kind in model.margins.items() if kind == margin and "*" not in name]
        if told_by:
            yield f"Parts by {names(told_by)} {meaning}.\n"


def _code_set(name: str) -> Iterator[str]:
    def cells(code: Code) -> list[str]:
        retired = f" Last valid in {code.retired}." if code.retired else ""
        return [f"`{code.code}`", code.label, f"{code.description}{retired}", code.ceds_code]

    yield f"\n## {name}\n"
    yield from markdown_table(("Code", "Label", "Description", "CEDS"), map(cells, code_set(name).values()))


def _type(column: Column[Any]) -> str:
    return str(column.type).lower().replace("varchar", "text")
