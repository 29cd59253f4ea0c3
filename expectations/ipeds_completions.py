"""Rules about IPEDS Completions: a total is a total, in each row and over the rows, and every code is one of its year.

Rows of CIP 99 say the sum of all others; whoever adds them up with the others counts every award twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import great_expectations.expectations.core as gxe

from expectations.custom import ExpectRowsToSatisfy
from expectations.ipeds import FIX, NEVER_NEGATIVE, NONE
from expectations.rule import Dimension, Row, Rule, Threshold
from pipelines.reference_tables import COMPLETIONS_RACES, SEXES

TABLE = "reference.ipeds_completions"
KEY = ("program_year", "unitid", "ipeds_award_level", "major_number")
MAIN = ("total_count", *(f"{sex}_count" for sex in SEXES))
GROUPS = tuple(f"{race}_count" for race in COMPLETIONS_RACES)
BY_SEX = {f"{race}_count": tuple(f"{race}_{sex}_count" for sex in SEXES) for race in COMPLETIONS_RACES}
COUNTS = (*MAIN, *GROUPS, *(part for parts in BY_SEX.values() for part in parts))
UNREADABLE = "unreadable_columns"


def _rule(  # noqa: PLR0913 - what a rule says, most of it by keyword
    name: str, title: str, condition: str, columns: Iterable[str], *, passes: tuple[Row, ...], fails: tuple[Row, ...],
    why: str, fix: str = FIX, dimension: Dimension = "consistency", words: str = "all rows",
    threshold: Threshold = NONE,
) -> Rule:  # fmt: skip
    named = tuple(columns)
    return Rule(
        id=f"ipeds_completions_{name}", table=TABLE, title=title, dimension=dimension, severity="warning",
        threshold=threshold, expectation=ExpectRowsToSatisfy(column_list=list(named), condition=condition),
        columns=tuple(c for c in named if c not in (UNREADABLE, "cip_code")), population_words=words,
        why=why, fix=fix, passes=passes, fails=fails,
    )  # fmt: skip


def _sexes() -> Rule:
    even = dict(zip(MAIN, (3, 1, 2), strict=True))
    return _rule(
        "sexes_sum_to_total", "Awards to men and to women sum to all awards",
        "total_count = male_count + female_count", MAIN,
        passes=(even, dict.fromkeys(MAIN, 0), even | {"male_count": None}),
        fails=tuple(even | {name: 9} for name in MAIN),
        why="Shares by sex of a field whose parts miss its total are shares of nothing.",
    )  # fmt: skip


def _races() -> Rule:
    """Which groups there are depends on the year; a group that could not be read is told by its own rule."""
    parts = " + ".join(f"coalesce({name}, 0)" for name in GROUPS)
    even: dict[str, Any] = {"total_count": 5, "white_count": 3, "nonresident_count": 2, UNREADABLE: ""}
    return _rule(
        "races_sum_to_total", "Awards by race sum to all awards",
        f"white_count is null or {UNREADABLE} <> '' or total_count = {parts}", ("total_count", *GROUPS, UNREADABLE),
        passes=(
            even, even | {"total_count": 6, "asian_or_pacific_islander_count": 1},
            {"total_count": 5, UNREADABLE: ""}, even | {"nonresident_count": None, UNREADABLE: ",nonresident_count,"},
            even | {"nonresident_count": None, "total_count": 3},
        ),
        fails=(even | {"total_count": 6}, *(even | {name: 9} for name in GROUPS)),
        why="Shares by race of a field whose groups miss its total are shares of nothing.",
        words="all rows of files that count by race",
    )  # fmt: skip


def _sexes_of_races() -> Rule:
    condition = " and ".join(f"{total} = {' + '.join(parts)}" for total, parts in BY_SEX.items())
    names = [name for total, parts in BY_SEX.items() for name in (total, *parts)]
    even: dict[str, Any] = dict.fromkeys(names, 0)
    return _rule(
        "sexes_sum_to_races", "Awards to the men and the women of each race sum to the awards of that race",
        condition, names,
        passes=(even, even | {"white_count": None}, {"total_count": 5}),
        fails=tuple(even | {name: 1} for name in names),
        why="A group whose men and women miss its total cannot be compared with others by race and sex.",
        words="all rows of files that count by race and sex",
    )  # fmt: skip


def _totals() -> Rule:
    """Held over the rows of a file, by one set of sums; where a part could not be read, nothing can be said."""
    key, sums = ", ".join(KEY), ", ".join(f"sum({name})" for name in MAIN)
    whole = " and ".join(f"count(*) = count({name})" for name in MAIN)
    parts = f"from {TABLE} where cip_code <> '99' group by {key}"
    condition = (
        f"cip_code <> '99' or ({key}, {', '.join(MAIN)}) in (select {key}, {sums} {parts}) "
        f"or ({key}) in (select {key} {parts} having not ({whole}))"
    )
    base = {"program_year": "2001-02", "unitid": "100000", "ipeds_award_level": "03", "major_number": "1"}
    part = base | {"cip_code": "51.3801"} | dict(zip(MAIN, (3, 1, 2), strict=True))
    other = base | {"cip_code": "52.0302"} | dict(zip(MAIN, (4, 4, 0), strict=True))
    total = base | {"cip_code": "99"} | dict(zip(MAIN, (7, 5, 2), strict=True))
    unread = tuple(row for name in MAIN for row in (part | {"unitid": name, name: None}, total | {"unitid": name}))
    elsewhere = ({"ipeds_award_level": "05"}, {"major_number": "2"}, {"program_year": "2002-03"})
    return _rule(
        "totals_equal_their_parts", "Each total of all CIP codes is the sum of its parts", condition,
        ("total_count", *MAIN[1:], "cip_code", *KEY),
        passes=(part, other, total, *unread),
        fails=(total | {"unitid": "100002"}, *(total | {name: 8} for name in MAIN),
               *(row | change for row in (total, unread[1]) for change in elsewhere)),
        why="Where the rows miss their total, rows are missing or doubled, and every sum over fields is wrong.",
        words="all rows of CIP 99, which are totals",
    )  # fmt: skip


def _not_negative() -> Rule:
    zeros: dict[str, Any] = dict.fromkeys(COUNTS, 0)
    return _rule(
        "counts_not_negative", "No count of awards is below zero",
        " and ".join(f"{count} >= 0" for count in COUNTS), COUNTS,
        passes=(zeros, zeros | {"total_count": 5}, {"total_count": 5}),
        fails=tuple(zeros | {count: -1} for count in COUNTS),
        why="IPEDS writes -1 and -2 for not reported and not applicable; added up as awards, they lower every sum.",
        fix="Declare the code under `nulls` of the column in the layout, so that it is read as no value.",
        dimension="validity", threshold=NEVER_NEGATIVE,
    )  # fmt: skip


def _cip_code() -> Rule:
    return Rule(
        id="ipeds_completions_cip_code_pattern", table=TABLE,
        title="The CIP code of each IPEDS completions row has six digits, or is the 99 of a total",
        dimension="validity", severity="warning",
        threshold=Threshold(evidence="house default: IPEDS counts awards by six-digit CIP code, with their sum at 99"),
        expectation=gxe.ExpectColumnValuesToMatchRegex(column="cip_code", regex=r"^(\d{2}\.\d{4}|99)$"),
        columns=("cip_code",), population_words="rows with a CIP code",
        why="A code of two or four digits sums those below it; added up with them, it counts every award twice.",
        fix="Read the codes as text: spreadsheets turn 01.0101 into 1.0101. Leave out rows that sum others, but 99.",
        passes=({"cip_code": "51.3801"}, {"cip_code": "99"}, {"cip_code": None}),
        fails=({"cip_code": "1.0101"}, {"cip_code": "51.38"}, {"cip_code": "99.00"}, {"cip_code": "="},
               {"cip_code": "151.3801"}),
    )  # fmt: skip


RULES = (_sexes(), _races(), _sexes_of_races(), _totals(), _not_negative(), _cip_code())
