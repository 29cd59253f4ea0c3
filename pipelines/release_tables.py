"""The tables of ``quality`` that a release fills: what left, under which policy, and the proof that it was safe.

Only ``publish.*`` leaves, and reads from here what a reader may see. Counts of withheld cells and what proves that
nobody can tell them stand here and never leave. How a release is made stands in ``disclosure.release``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Table

from pipelines.own_tables import own_column, own_table

_KEYS = ("grantee_id", "program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension",
         "subgroup_code")  # fmt: skip


def _release_id() -> Column[Any]:
    return own_column("release_id", "Random token of the release: made of nothing, so that nothing follows from it.")


def _place(about_year: str = "The program year; for years put together the span, like 2021-22 to 2023-24."
           ) -> tuple[Column[Any], ...]:  # fmt: skip
    return own_column("grantee_id", "The grantee."), own_column("program_year", about_year)


RELEASE = own_table(
    "release", "Every try to release a grantee's program year, and how it ended. In force is the newest released one.",
    ("release_id", "grantee_id", "program_year"),
    _release_id(),
    own_column("number", "Number of the release in this home, from 1; of several, the highest is the newest.",
               BigInteger),
    *_place(),
    own_column("run_id", "The last night before it, whose figures it took."),
    own_column("act_number", "Its act in quality.act; null where all of its years were refused or carried forward.",
               BigInteger),
    own_column("released_at", "When (UTC).", DateTime),
    own_column("released_by", "Who released, as the person said. Never published."),
    own_column("status", "released; carried_forward (the release before stays, whole); refused (the audit found a way "
               "to a sensitive count, or could not prove that there is none; the release before stays)."),
    own_column("reason", "Why it was carried forward or refused, with the fix; null where released."),
    own_column("touched_count", "At least so many persons count otherwise than in the release before; null without. "
               "Never published.", BigInteger),
    own_column("is_sample", "Whether every record behind it is invented.", Boolean),
    own_column("cell_count", "Cells of the plan of publication.", BigInteger),
    own_column("sensitive_count", "Cells that must stay uncertain. Never published.", BigInteger),
    own_column("shown_count", "Cells shown as numbers.", BigInteger),
    own_column("coded_count", "Cells shown as a top or bottom code.", BigInteger),
    own_column("withheld_count", "Cells withheld.", BigInteger),
    own_column("gather_milliseconds", "How long gathering the counts took.", BigInteger),
    own_column("protect_milliseconds", "How long deciding what is withheld took.", BigInteger),
    own_column("audit_milliseconds", "How long the attack took.", BigInteger),
    own_column("solver_status", "How the solvers ended, in words."),
)  # fmt: skip

RELEASE_CELL = own_table(
    "release_cell", "Every count behind a release: the truth, what became of it, and what an attacker could conclude. "
    "Never published.",
    ("release_id", *_KEYS),
    _release_id(),
    *_place(),
    own_column("count_code", "What is counted: participant, concentrator, completer; denominator_, numerator_ or "
               "unknown_ of an indicator; other_, failure_ or known_ of an indicator, which follow from those."),
    own_column("institution_id", "The institution; null means all."),
    own_column("cip_code", "The program; null means all."),
    own_column("subgroup_dimension", "What the subgroup is told by; all for everybody."),
    own_column("subgroup_code", "The subgroup; all for everybody."),
    own_column("count", "Persons: the truth at the release; null where the indicator has no number (see code).",
               BigInteger),
    own_column("role", "written, or derived: follows from written ones and is protected, never written."),
    own_column("threshold", "Threshold of the strictest policy that touches it.", Integer),
    own_column("width", "How wide what anybody can conclude of it must be; 0 where it needs no protection.", Integer),
    own_column("is_sensitive", "Whether it must stay uncertain: under the threshold, or nobody or everybody of a "
               "group.", Boolean),
    own_column("is_shown", "Whether it left as a number. Who has once seen it knows it for good.", Boolean),
    own_column("code", "Code in place of the number: withheld, at_most_5_percent, at_least_95_percent and the like; "
               "pending, not_computable or no_denominator where there is none to show; null where it is shown or "
               "derived."),
    own_column("lowest_count", "The attack proved that it could be as low as this; null where nothing was to be "
               "proved.", BigInteger),
    own_column("highest_count", "The attack proved that it could be as high as this; null where nothing was to be "
               "proved.", BigInteger),
    own_column("proof", "How: witness (two whole worlds that agree with everything said), linear or time; null where "
               "nothing was to be proved."),
)  # fmt: skip

RELEASE_INDICATOR = own_table(
    "release_indicator", "The indicators of a release: which cohort, by which definition, under which policy.",
    ("release_id", "grantee_id", "program_year", "indicator_code"),
    _release_id(),
    *_place("The reporting year."),
    own_column("indicator_code", "1P1, 2P1 or 3P1."),
    own_column("cohort_program_year", "Program year of the cohort."),
    own_column("outcome_window_end", "Last day on which an outcome of the cohort counts.", Date),
    own_column("definition_version", "Definition applied."),
    own_column("status", "computed, pending (the outcome window is open), no_denominator or not_computable, for the "
               "grantee as a whole."),
)  # fmt: skip

RELEASE_POLICY = own_table(
    "release_policy", "The strictest policy of each kind of count as it was on the day of a release; a later policy "
    "changes no release.",
    ("release_id", "program_year", "indicator_code"),
    _release_id(),
    *_place(),
    own_column("indicator_code", "1P1, 2P1 or 3P1; all for counts of participants, concentrators and completers."),
    own_column("name", "Whose policies together it is: publisher, publisher:<name>, or codes of placement_source."),
    own_column("threshold", "Counts of persons above 0 and below this are not shown.", Integer),
    own_column("protection_width", "How wide what anybody can conclude of a sensitive count must be, in persons.",
               Integer),
    own_column("bands", "Shares by which rates are top and bottom coded, decimals joined by commas; empty for none."),
    own_column("rate_digits", "Digits after the point of a rate as a share: 3 is a tenth of a percent.", Integer),
    own_column("count_rounding", "Shown counts are rounded to a multiple of this; 1 is not at all.", Integer),
    own_column("smallest_change", "A release that changes fewer persons than this is carried forward.", Integer),
    own_column("approved_by", "Who confirmed it; empty for an invented sample."),
    own_column("approved_on", "When it was confirmed.", Date),
    own_column("source", "Where it stands."),
)  # fmt: skip

RELEASE_QUALITY = own_table(
    "release_quality", "Quality and coverage counts of a release, coded already: rows of the grantee's tables, not "
    "persons; nothing by institution.",
    ("release_id", "grantee_id", "program_year", "subject", "name", "column_name"),
    _release_id(),
    *_place("The program year."),
    own_column("subject", "rule or coverage."),
    own_column("name", "The rule; for coverage the table or the equity dimension."),
    own_column("column_name", "The column for coverage; empty where there is none."),
    own_column("rule_version", "Version of the rule that was applied; null for coverage.", Integer),
    own_column("dimension", "Dimension of data quality; null for coverage."),
    own_column("severity", "critical, warning or info; null for coverage."),
    own_column("status", "error, not_applicable, failed or passed; null for coverage or where it is withheld."),
    own_column("is_waived", "Whether the agency waived the failure; null for coverage.", Boolean),
    own_column("threshold", "How many may fail, in words; null for coverage."),
    own_column("population_count", "Rows that the rule or column speaks of; null where withheld.", BigInteger),
    own_column("counted_count", "Rows that fail the rule, or that the column is filled informatively for; null where "
               "coded or withheld.", BigInteger),
    own_column("code", "withheld, at_most_5_percent, at_least_95_percent and the like; null where the counts stand."),
)  # fmt: skip


def release_tables() -> tuple[Table, ...]:
    """Return the tables that releases fill."""
    return (RELEASE, RELEASE_CELL, RELEASE_INDICATOR, RELEASE_POLICY, RELEASE_QUALITY)
