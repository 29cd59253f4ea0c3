"""``publish.note``: what to know before reading, in the order in which to read it."""

from __future__ import annotations

import duckdb

from pipelines.grantee import all_grantees
from pipelines.measures.commented_table import CommentedTable

NOTE = CommentedTable("publish.note", "Read this first, from the first row to the last.", {
    "topic": ("varchar", "What the note is about."),
    "note": ("varchar", "What to know before reading on."),
})  # fmt: skip
NOTHING = (
    "Nothing has been released yet, so that the tables of figures are empty. Whoever releases: cte publish --release"
)
_ALWAYS = {
    "scope": (
        "Counts and rates that may leave: no record of a person, no identifier, and no count from which a solver "
        "could tell a small group, with everything in this file, in earlier releases and in IPEDS."
    ),
    "order": (
        "Read note, then grantee, release and definition; then indicator for rates, student_count for how many, "
        "gap for distances, indicator_pooled where years are too small; code for labels, dictionary for columns."
    ),
    "key": (
        "A figure is one row of grantee, year, what is counted, institution, program and group. Null "
        "institution_id or cip_code means all of them and is no total to add; ('all', 'all') is everybody. Say "
        "the whole key, or you add totals to their parts."
    ),
    "withheld": (
        "withheld says that a number is not shown, and nothing of how large it is: never read it as 0 or as small. "
        "Many withheld groups are small, others are withheld because they would tell a small one by subtraction. "
        "There is one word for both, because two would tell which is which. Groups that nobody is in have no row; a "
        "row that an earlier release had stays."
    ),
    "codes": (
        "at_most_5_percent and at_least_95_percent say that a share is in that band, 0 and 100 percent included; "
        "which bands there are depends on the size of the group (suppression_policy). So a rate that is withheld "
        "in a group whose size is shown and large enough for a band lies between its bands."
    ),
    "size": (
        "A row of indicator shows numerator, denominator and rate, or a code in place of all three. The size of "
        "the group by itself stands in student_count as denominator_1P1 and alike, also where the rate is coded."
    ),
    "all_other": (
        "all_other holds everybody of a place who is in none of the groups shown for that dimension; members "
        "names the groups. It is the total less the shown rows, and stands only where it passes the policy."
    ),
    "pooled": (
        "indicator_pooled sums numerators and denominators over years, for groups whose single years are "
        "withheld. Whoever is in two cohorts counts twice."
    ),
    "unknown": (
        "Unknown is not no: a rate counts everybody whose outcome is not known as not having met it, so that it "
        "is the lowest it can be. How many of everybody's outcomes are unknown stands in student_count as "
        "unknown_1P1 and alike. Groups unknown, declined, not_reported and not_collected are persons whose answer "
        "is not known; they have no gap."
    ),
    "zero": (
        "No rate of 0 or 100 percent is shown of any group of persons, because it would say of each of them what "
        "happened: such a rate is coded or withheld."
    ),
    "gap": (
        "A gap is the group's rate less that of all concentrators of the same place, the group among them. It "
        "says nothing of chance, nor why. Small groups, where a gap may be largest, are withheld: the largest gap "
        "shown need not be the largest there is."
    ),
    "definitions": (
        "What is counted is the State's to determine (definition). Compare grantees, and years with another "
        "definition_version, only where the definitions agree."
    ),
    "release": (
        "Figures of persons change only by a release, which release names; nights in between leave them as they "
        "are. release_change says how many rows differ from the release before. A year in which very few persons "
        "changed keeps its last release, and release says so."
    ),
    "quality": (
        "rule_result counts rows of a table, not persons, at the release: failed_count is 0 or null, and a code such "
        "as between_5_and_20_percent says which part of the rows fails. not_applicable is not passed, and a waived "
        "failure stays a failure. coverage counts participants."
    ),
    "copies": (
        "The same tables stand in parquet/ and csv/ beside this file. In CSV nothing means null, and a text that "
        "a spreadsheet might run begins with an apostrophe. Read codes as text: a spreadsheet makes 1 of 01, 48.05 of "
        "48.0500 and a date of 2010-11."
    ),
}


def notes(connection: duckdb.DuckDBPyConnection, run_id: str, *, is_sample: bool) -> list[tuple[str, str]]:
    """Return (topic, note) in the order of reading; first of all whether everything is invented."""
    names = ", ".join(one.name for one in all_grantees())
    fiction = f"FICTIONAL, not data of {names}. Every record behind this file is invented."
    is_released = connection.execute("select count(*) > 0 from quality.release_in_force").fetchone() == (True,)
    return [
        *([("fiction", fiction)] if is_sample else []),
        *([] if is_released else [("nothing_released", NOTHING)]),
        *_ALWAYS.items(),
        ("night", f"Written by run {run_id}."),
    ]
