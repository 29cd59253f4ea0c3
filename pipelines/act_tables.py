"""The tables of ``quality`` that people's acts fill: the log of acts, figures as certified, and keys.

What arrives and what is judged stands in ``ledger``; how an act is done stands in the room ``acts``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Table

from pipelines.own_tables import own_column, own_table

ACT = own_table(
    "act", "What people decided, one row an act; each holds the hash of the one before, and acts.jsonl holds a copy.",
    ("act_number",),
    own_column("act_number", "Place in the chain, from 1.", BigInteger),
    own_column("kind", "accept, refuse, certify, freeze, release, purge, rotate_key or mend; of waivers waive, "
               "waiver_ended, waiver_reopened or waiver_resumed."),
    own_column("grantee_id", "The grantee whose files the act is about."),
    own_column("institution_id", "The institution that certifies its own figures, or that a waiver is for; null for "
               "the agency or the whole grantee."),
    own_column("program_year", "The program year; null where the act is about several."),
    own_column("person_name", "Who acted, as the person said, or who approved the waiver; the night where it acted by "
               "itself."),
    own_column("role", "reporting_officer or steward, as the person said; approver (of a waiver), or program "
               "for the night."),
    own_column("statement", "What the person stated; the reason of a waiver, or what became of it."),
    own_column("account", "Account of the operating system under which the command ran."),
    own_column("acted_at", "When (UTC), written like 2026-07-01T09:30:00.000000Z."),
    own_column("signed_sha256", "SHA-256 over what was signed: the files of the act, or the content of the waiver."),
    own_column("details", "Files with their hashes, the reason, the waiver, and what else the act changed; canonical "
               "JSON."),
    own_column("previous_sha256", "The hash of the act before; 64 zeros for the first."),
    own_column("act_sha256", "SHA-256 over all other columns as canonical JSON."),
)  # fmt: skip

CERTIFIED_INDICATOR = own_table(
    "certified_indicator", "mart.indicator as it was certified; a later act restates a figure and leaves it here.",
    ("act_number", "indicator_code", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code"),
    own_column("act_number", "The act that certified the figure.", BigInteger),
    own_column("grantee_id", "The grantee."),
    own_column("program_year", "The reporting year."),
    own_column("cohort_program_year", "Program year of the cohort."),
    own_column("outcome_window_end", "Last day on which an outcome of the cohort counts.", Date),
    own_column("indicator_code", "1P1, 2P1 or 3P1."),
    own_column("institution_id", "The institution; null means all."),
    own_column("cip_code", "The program; null means all."),
    own_column("subgroup_dimension", "What the subgroup is told by; all for everybody."),
    own_column("subgroup_code", "The subgroup; all for everybody."),
    own_column("numerator_count", "Persons who met the measure.", BigInteger),
    own_column("denominator_count", "Persons of the cohort.", BigInteger),
    own_column("unknown_count", "Persons of the cohort whose outcome could not be told.", BigInteger),
    own_column("status", "computed, pending, no_denominator or not_computable."),
    own_column("definition_version", "Definition applied."),
)  # fmt: skip

WORKSHEET = own_table(
    "worksheet", "What the worksheet of the annual report said, a row each time that a run counted something else.",
    ("grantee_id", "program_year", "run_id"),
    own_column("grantee_id", "The grantee."),
    own_column("program_year", "The reporting year."),
    own_column("run_id", "The first run that counted so."),
    own_column("counted_at", "When that run began (UTC).", DateTime),
    own_column("content_sha256", "Hash over what it says, lines, files and comparison."),
    own_column("failed_check_count", "Line checks that it fails.", Integer),
)  # fmt: skip

CERTIFIED_WORKSHEET = own_table(
    "certified_worksheet", "The worksheet of the annual report as an act froze it: mart.worksheet_line of that moment. "
    "Nothing changes a row of it.",
    ("act_number", "line_code", "measure"),
    own_column("act_number", "The act that froze it.", BigInteger),
    own_column("certified_by_act", "The act that had certified its figures.", BigInteger),
    own_column("grantee_id", "The grantee."),
    own_column("program_year", "The reporting year."),
    own_column("form_version", "Version of the form."),
    own_column("section", "Section of the form."),
    own_column("section_title", "The section in words."),
    own_column("section_rule", "total, partition, part or cover: how its lines add up to the grand total."),
    own_column("line_order", "Place of the line on the form.", Integer),
    own_column("line_code", "The line."),
    own_column("line_label", "The line in words."),
    own_column("is_on_form", "Whether the form has the line.", Boolean),
    own_column("subgroup_dimension", "What the people of the line are told by."),
    own_column("measure", "participant, concentrator, or numerator, denominator or unknown of an indicator."),
    own_column("person_count", "Persons of the line; null unless computed.", BigInteger),
    own_column("status", "computed, or why there is no number: pending, not_computable or not_collected."),
    own_column("definition_version", "Definition applied."),
)  # fmt: skip

KEY = own_table(
    "key", "The keys that pseudonyms were made with, by their id; the keys themselves are nowhere in the warehouse.",
    ("grantee_id", "key_id"),
    own_column("grantee_id", "The grantee."),
    own_column("key_id", "Short name of the key that does not betray it."),
    own_column("first_used_at", "When the key was first used (UTC).", DateTime),
    own_column("retired_at", "When another key took its place (UTC); null while it is in use.", DateTime),
)  # fmt: skip

FINDING_ALIAS = own_table(
    "finding_alias", "Findings that kept their id although a new key gave their records other pseudonyms.",
    ("computed_id",),
    own_column("computed_id", "The id that follows from the record as it is now."),
    own_column("finding_id", "The id that the finding has always had."),
)  # fmt: skip


def act_tables() -> tuple[Table, ...]:
    """Return the tables that people's acts fill."""
    return (ACT, CERTIFIED_INDICATOR, WORKSHEET, CERTIFIED_WORKSHEET, KEY, FINDING_ALIAS)
