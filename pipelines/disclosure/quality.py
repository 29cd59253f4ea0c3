"""Quality counts of a release: which rules leave, and how they are frozen, coded, in ``quality.release_quality``.

What is told of two counts stands in ``quality_code``. Coverage is not frozen: ``publish.coverage`` is made of published
counts of persons alone, so that it tells nothing that they do not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import duckdb

from pipelines.disclosure.quality_code import Allowed, Told, told, told_of_part
from pipelines.schema import equity_columns
from pipelines.suppression_policy import Policy
from pipelines.warehouse import insert_rows

if TYPE_CHECKING:
    from expectations.rule import Rule

PERSON_WORDS = ("race", "hispanic", "birth_date")
# Their rows are files, programs, courses or places: no person stands behind one.
ABOUT_NO_PERSON = (
    "core.course",
    "core.institution",
    "core.program",
    "quality.drift_check",
    "quality.expected_file",
    "quality.submission",
    "quality.submission_check",
)
_SHARE = re.compile(r"([0-9.]+)% of the population")
_ROWS = re.compile(r"([0-9]+) rows?\b")
COLUMNS = (
    "release_id", "grantee_id", "program_year", "subject", "name", "column_name", "rule_version", "dimension",
    "severity", "status", "is_waived", "threshold", "population_count", "counted_count", "code",
)  # fmt: skip
# Nights that died are left out: some of their grantees would be judged, others not.
_LATEST = """
select rule_id, rule_version, dimension, severity, status, is_waived, threshold, population_count, failed_count
from (
    select result.*, row_number() over (partition by result.rule_id order by result.run_id desc) as age
    from quality.rule_result as result
    inner join quality.run as run on result.run_id = run.run_id
    where
        (run.exit_code is null or run.rule_book_version is not null)
        and result.grantee_id = ? and result.program_year = ? and result.institution_id is null
) as latest
where age = 1
order by rule_id
"""


def is_released(rule: Rule) -> bool:
    """Return whether anything leaves of a rule's counts: it reads no column that tells persons apart.

    Careful by intent: a rule that so much as names a person attribute in its population, its condition or its columns
    is left out, also where it asks only whether the column was filled: of whom it is not filled is counted, and
    protected, in publish.student_count (not_reported); the same count here would tell what is withheld beside it.
    """
    if rule.dimension == "equity" or not rule.table.startswith(("core.", "quality.")):
        return False
    attributes = {column.name for column in equity_columns()}
    condition = getattr(rule.expectation, "condition", "")
    said = f"{rule.population!r} {condition} {rule.columns}"
    return not any(word in said for word in (*attributes, *PERSON_WORDS))


def is_of_all_rows(rule: Rule) -> bool:
    """Return whether a rule speaks of all rows of its table; one that leaves empty values out does not."""
    return rule.population is None and rule.population_words.startswith("all ")


def freeze_quality(
    connection: duckdb.DuckDBPyConnection,
    release_id: str,
    grantee_id: str,
    program_year: str,
    policy: Policy,
    rules: Iterable[Rule],
) -> int:
    """Write what leaves of the last night's verdicts on a grantee's year; return how many rules.

    ``policy`` is the strictest of all that touch the grantee's counts. What is true and does not leave is not kept
    here: it stays in ``quality.rule_result``.
    """
    released = {rule.id: rule for rule in rules if is_released(rule)}
    rows: list[tuple[object, ...]] = []
    for found in connection.execute(_LATEST, [grantee_id, program_year]).fetchall():
        rule_id, version, dimension, severity, status, is_waived, threshold, population, failed = found
        if rule_id not in released:
            continue
        said = _told(released[rule_id], status, threshold, (population, failed), policy)
        is_failure = said.status == "failed"
        rows.append((
            release_id, grantee_id, program_year, "rule", rule_id, "", version, dimension, severity, said.status,
            is_waived if is_failure else None, threshold, said.population, said.counted, said.code,
        ))  # fmt: skip
    insert_rows(connection, f"quality.release_quality ({', '.join(COLUMNS)})", rows)
    return len(rows)


def _told(
    rule: Rule, status: str, threshold: str | None, counts: tuple[int | None, int | None], policy: Policy
) -> Told:
    population, failed = counts
    if status == "error" or population is None or failed is None:
        return Told(None, None, "not_computable", "error")
    allows = allowed(threshold or "")
    if not is_of_all_rows(rule) and rule.table not in ABOUT_NO_PERSON:
        return told_of_part(failed, allows)
    said = told(population, failed, allows, policy, is_always_judged=rule.table in ABOUT_NO_PERSON)
    # Judged by something else than the words say: then nothing is known of what the status tells.
    return said if said.status in (None, status) else replace(said, status=None)


def allowed(words: str) -> Allowed:
    """Return how many rows may fail by the words of a night's verdict: agencies may have their own thresholds."""
    share, rows = _SHARE.search(words), _ROWS.search(words)
    return Allowed(str(Fraction(share[1]) / 100) if share else "0", int(rows[1]) if rows else 0)
