"""``publish.code``: what the codes in the published tables mean, by dimension, so that rows can be joined to labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb

from pipelines.code_sets import ATTRIBUTE_STATE, code_set
from pipelines.desk.subgroups import KINDS
from pipelines.measures.commented_table import CommentedTable
from pipelines.measures.dimensions import CONTEXTS, dimensions
from pipelines.scorecard.coverage import LABELS

CODE = CommentedTable("publish.code", "What the codes in this file mean.", {
    "code_set": ("varchar", "What the code belongs to: a subgroup_dimension, or the name of another column."),
    "code": ("varchar", "The code."),
    "label": ("varchar", "What it means."),
})  # fmt: skip
_MORE = {"credit_and_noncredit": "Credit and noncredit", "unknown": "Unknown", "all_other": "All other groups together"}
_COUNTS = {"denominator": "Concentrators in the group of {}", "unknown": "Concentrators of unknown outcome in {}"}
INDICATOR_NAMES = {
    "1P1": "Placement after leaving: education, training, service or employment",
    "2P1": "Credential earned while enrolled or within a year",
    "3P1": "Preparing for a field nontraditional for one's sex",
}
SUPPRESSION_CODES = {
    "withheld": "Not shown, so that nobody can be told from it. It says nothing of how large the number is.",
    "pending": "The time in which an outcome counts was not over when the records came.",
    "not_computable": "The records cannot say it.",
    "no_denominator": "Nobody is in the group.",
}
_SHARES = (
    (
        re.compile(r"at_most_(\d+)_percent"),
        "The share is {} percent or less, 0 included (not in rule_result).",
    ),
    (re.compile(r"at_least_(\d+)_percent"), "The share is {} percent or more, all included."),
    (re.compile(r"between_(\d+)_and_(\d+)_percent"), "The share is between {} and {} percent."),
)


def code_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return a row for each code set and code, in this order; of the shares in place of numbers those that stand."""
    used = (("suppression_code", code, label_of_share(code)) for code in _codes_that_stand(connection))
    return sorted({row[:2]: row for row in (*used, *_codes())}.values())


def label_of_share(code: str) -> str:
    """Return what a code such as ``at_most_5_percent`` says; the code itself where it is none of these."""
    found = ((share.fullmatch(code), words) for share, words in _SHARES)
    return next((words.format(*match.groups()) for match, words in found if match), code)


def _codes_that_stand(connection: duckdb.DuckDBPyConnection) -> list[str]:
    tables = connection.execute(
        "select table_name from duckdb_columns() where schema_name = 'publish' and column_name = 'suppression_code' "
        "and database_name = current_database() order by 1"
    ).fetchall()
    if not tables:
        return []
    codes = " union ".join(f"select suppression_code from publish.{table}" for (table,) in tables)
    found = connection.execute(f"select * from ({codes}) where suppression_code is not null order by 1")
    return [code for (code,) in found.fetchall()]


def _codes() -> Iterator[tuple[str, str, str]]:
    labels = {"all": "Everybody", **KINDS, **LABELS}
    for name in (*(one.name for one in dimensions()), *CONTEXTS):
        yield "dimension", name, labels[name]
        yield name, "all_other", _MORE["all_other"]
        if name in CONTEXTS:
            yield name, "unknown", _MORE["unknown"]
    yield "dimension", "all", labels["all"]
    for one in dimensions():
        yield from ((one.name, code, _label(one.name, code)) for code in one.codes)
    for name in ("career_cluster", "award_level", "placement_source"):
        yield from ((name, code.code, code.label) for code in code_set(name).values())
    yield from (("suppression_code", code, label) for code, label in SUPPRESSION_CODES.items())
    for code, label in INDICATOR_NAMES.items():
        yield "indicator_code", code, label
        yield from (("count_code", f"{kind}_{code}", said.format(code)) for kind, said in _COUNTS.items())
    for code in ("participant", "concentrator", "completer"):
        yield "count_code", code, f"CTE {code}s"


def _label(dimension: str, code: str) -> str:
    """Return the label of a code of a dimension: its own, yes or no of a special population, or a state."""
    names = dimension if dimension in ("sex", "race_ethnicity", "credit_status") else "yes_no"
    for name in (names, ATTRIBUTE_STATE):
        if code in code_set(name):
            return code_set(name)[code].label
    return _MORE.get(code, code)
