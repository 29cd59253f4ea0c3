"""Rules about how a measure compares with the year before: shares and rates that jump, cohorts that break.

All speak of ``mart.baseline``. What is usual over many years is judged in ``baseline``; rates that are doubtful by
themselves stand in ``macro``.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.macro import COUNTS, NEW, SMALLEST, about_measure

RATE = ("measured", "previous_measured", "is_within_chance", "measure_code", "institution_id")
BY_CHANCE = {"measured": 9000, "is_within_chance": True}
JUST_ENOUGH = {"denominator_count": SMALLEST, "previous_denominator_count": SMALLEST}
BOTH_YEARS = (Column("denominator_count") >= SMALLEST) & (Column("previous_denominator_count") >= SMALLEST)
FROM_SMALLEST = f"institutions and grantees with {SMALLEST} or more in both years"
# Credits of earlier years make concentrators too, so that the first year at hand has too few of them.
NOT_FIRST = Column("earlier_count") > 1
TWO_YEARS = ", from the third year at hand on"

RULES = (
    about_measure(
        "concentrator_share_stable", "The share of concentrators among participants moves by at most ten points",
        "abs(measured - previous_measured) <= 1000 or is_within_chance", RATE, codes=("concentrator_of_participants",),
        population=BOTH_YEARS & NOT_FIRST, population_words=FROM_SMALLEST + TWO_YEARS,
        evidence="ten points from one year to the next, counted only if clear of chance (z over 3)",
        passes=({"measured": 5000}, {"measured": 3000}, BY_CHANCE, NEW, {"measured": 9000, "denominator_count": 29},
                {"measured": 9000, "previous_denominator_count": 29}, {"measured": 9000, "earlier_count": 1}),
        fails=({"measured": 5001}, {"measured": 2999}, {"measured": 5001} | JUST_ENOUGH),
        why="Concentrators are the denominator of all indicators. When their share moves, the definition has moved, "
            "and so has every rate, whatever students did.",
        fix="Compare the credits that count, the window and the course list with the year before; name the change.",
    ),
    about_measure(
        "concentrators_follow_participants", "Concentrators do not grow by half while participants become fewer",
        "numerator_count * 2 < previous_numerator_count * 3 or denominator_count >= previous_denominator_count",
        (*COUNTS, "institution_id"), codes=("concentrator_of_participants",),
        population=(Column("previous_numerator_count") >= SMALLEST) & NOT_FIRST,
        population_words=f"where there were {SMALLEST} concentrators or more in the year before{TWO_YEARS}",
        evidence="by half; Delaware's published concentrators once doubled while its participants fell",
        passes=({"numerator_count": 60}, {"numerator_count": 59, "denominator_count": 90}, NEW,
                {"numerator_count": 90, "denominator_count": 99, "previous_numerator_count": 29},
                {"numerator_count": 90, "denominator_count": 99, "earlier_count": 1}),
        fails=(
            {"numerator_count": 60, "denominator_count": 99},
            {"numerator_count": 45, "denominator_count": 99, "previous_numerator_count": 30},
            {"numerator_count": 7979, "denominator_count": 9794, "previous_numerator_count": 3985,
             "previous_denominator_count": 10660},  # two published profiles of Delaware
        ),
        why="That is a break in the definition or in the data system, not a success; trends across it mean nothing.",
        fix="Say what changed and when; restate the years before under the new definition, or mark the break.",
    ),
    about_measure(
        "indicator_rate_stable", "A core indicator moves by at most ten points from one year to the next",
        "abs(measured - previous_measured) <= 1000 or is_within_chance", RATE,
        codes=("1P1", "2P1", "3P1"), population=BOTH_YEARS, population_words=FROM_SMALLEST,
        evidence="ten points, counted only if clear of chance (z over 3)",
        passes=({"measured": 5000}, {"measured": 3000}, BY_CHANCE, NEW, {"measured": 9000, "denominator_count": 29},
                {"measured": 9000, "previous_denominator_count": 29}),
        fails=({"measured": 5001}, {"measured": 2999}, {"measured": 5001, "institution_id": None},
               {"measured": 5001} | JUST_ENOUGH),
        why="Colleges are praised, or asked to improve, for such a jump. Most often a source was added or lost.",
        fix="Compare numerator, denominator and unknown with the year before, source by source, and explain the jump.",
    ),
    about_measure(
        "indicator_cohort_stable", "The cohort of a core indicator neither halves nor doubles",
        "denominator_count * 2 > previous_denominator_count and denominator_count < previous_denominator_count * 2",
        ("denominator_count", "previous_denominator_count", "measure_code", "institution_id"),
        codes=("1P1", "2P1", "3P1"),
        population=(Column("previous_denominator_count") >= SMALLEST) & NOT_FIRST,
        population_words=f"institutions and grantees with a cohort of {SMALLEST} or more in the year before{TWO_YEARS}",
        evidence="half and double",
        passes=({"denominator_count": 51}, {"denominator_count": 199}, NEW,
                {"denominator_count": 10, "previous_denominator_count": 29},
                {"denominator_count": 200, "earlier_count": 1}),
        fails=({"denominator_count": 50}, {"denominator_count": 200},
               {"denominator_count": 60, "previous_denominator_count": 30}),
        why="Who is counted has changed. The rate may look the same and still be one of other students.",
        fix="Compare the definition of the cohort and the files that make it up; say which year is to be believed.",
    ),
    about_measure(
        "indicator_unknown_stable", "The share with an unknown outcome rises by at most ten points",
        "measured - previous_measured <= 1000 or is_within_chance", RATE,
        codes=("1P1_unknown", "2P1_unknown", "3P1_unknown"), population=BOTH_YEARS, population_words=FROM_SMALLEST,
        dimension="completeness",
        evidence="ten points, counted only if clear of chance (z over 3)",
        passes=({"measured": 5000}, {"measured": 0}, BY_CHANCE, NEW, {"measured": 9000, "denominator_count": 29},
                {"measured": 9000, "previous_denominator_count": 29}),
        fails=({"measured": 5001}, {"measured": 5001} | JUST_ENOUGH),
        why="Fewer were found, not fewer placed. The rate falls although nothing happened to the students.",
        fix="Look for the source that was not matched this year: wage records, clearinghouse, survey, another State.",
    ),
)  # fmt: skip
