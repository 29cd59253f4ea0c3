"""The table of waivers as the nights have judged them. What a waiver says stands in each grantee's ``waivers.toml``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Date, Integer, Table

from pipelines.own_tables import own_column, own_table

WAIVER = own_table(
    "waiver", "Failures that an agency lives with until a date: one row a waiver, as it stood when last judged.",
    ("waiver_id",),
    own_column("waiver_id", "SHA-256 over the content of the waiver: changed in any word it is another one."),
    own_column("grantee_id", "The grantee."),
    own_column("program_year", "The program year that it is for."),
    own_column("institution_id", "The institution that it is for; null for the whole grantee."),
    own_column("rule_id", "The rule whose failure is waived."),
    own_column("tolerance_count", "How many failing rows are waived at most, or the share where that is more.",
               BigInteger),
    own_column("tolerance_share", "Which share of the population is waived at most, as a decimal; 0 for none."),
    own_column("reason", "Why the records cannot be corrected."),
    own_column("author", "Who answers for it."),
    own_column("approved_by", "Who approved it: never the author."),
    own_column("approver_institution_id", "The approver's institution; null or empty for a person of the agency."),
    own_column("approved_at", "First day on which it covers anything.", Date),
    own_column("expires", "Last day on which it covers anything.", Date),
    own_column("standing", "active, expiring (14 days or less left), exceeded (more rows fail than were waived), "
               "expired or idle (nothing to cover); only active and expiring cover the failure."),
    own_column("standing_words", "The same in words for the operator."),
    own_column("days_left", "Days until it expires, negative afterwards.", Integer),
    own_column("population_count", "Rows that the rule spoke of; null where nobody has judged it there.", BigInteger),
    own_column("failed_count", "Rows of the population that failed.", BigInteger),
    own_column("judged_run_id", "The run that judged it."),
)  # fmt: skip


def waiver_tables() -> tuple[Table, ...]:
    """Return the tables about waivers."""
    return (WAIVER,)
