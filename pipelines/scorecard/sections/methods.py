"""The section of method notes: how each kind of figure is made, with which settings, and on whose authority."""

from __future__ import annotations

from pipelines.measures.gaps.settings import settings_of
from pipelines.scorecard.reportable import INDICATORS
from pipelines.scorecard.rubric import rubric
from pipelines.scorecard.section import Column, Section, Table
from pipelines.scorecard.sources import Sources
from pipelines.suppression_policy import policy_of

SAYS = "No figure of this scorecard is an overall number, a rank or an average of elements. The handbook explains each."
COLUMNS = (
    Column("method", "Figure"),
    Column("how", "How it is made"),
    Column("settings", "Settings in force here"),
    Column("evidence", "Source of the method"),
)
NO_SETTING = "none"
Row = tuple[str, str, str, str]


def methods(seen: Sources) -> Section:
    """Return the section: one table, a row a method."""
    rows = (*_indicators(seen), *_gaps(seen), *_quality(seen))
    table = Table(
        "methods_used", "Methods", "every figure of this scorecard",
        "docs/measures.md, grantee.toml, the rubric", seen.known.as_of(seen.partition.program_year), COLUMNS, rows,
        "House default: chosen here where no authority says, and to be replaced by the agency's own.",
    )  # fmt: skip
    return Section("methods", "Methods and their sources", (SAYS,), (table,))


def _indicators(seen: Sources) -> tuple[Row, ...]:
    definition = seen.known.definition
    return (
        (
            "1P1, 2P1, 3P1",
            "persons of the cohort who met the measure, of all persons of the cohort; an unknown outcome is not met",
            f"definition {definition.version}: {definition.evidence}",
            "Perkins V section 113(b)(2)(B); numerators and denominators are those of the State plan",
        ),
        (
            "Level and 90% line",
            "numerator and denominator against nine tenths of the level, in whole numbers, nothing rounded",
            f"{len(seen.known.grantee.performance.levels)} levels in the agency's folder",
            "Perkins V section 123",
        ),
        (
            "Interval of a rate",
            "Wilson score interval; records are all there are, so it speaks of the process behind them",
            "95%",
            "Wilson (1927)",
        ),
        (
            "Trend",
            "years share a series only under one definition; race only under one race question",
            "changes from outside: scorecard/comparability.toml",
            "house rule",
        ),
    )


def _gaps(seen: Sources) -> tuple[Row, ...]:
    settings = settings_of(seen.known.grantee)
    rate = f"false discovery rate {float(settings.false_discovery_rate):g}, groups over {settings.smallest_n}"
    return (
        (
            "Gap",
            "rate of the group minus rate of all concentrators, the group among them",
            f"practical from {float(settings.practical_points):g} points on",
            "Perkins V section 113(b)(3)(C)(ii)(II)",
        ),
        (
            "Interval of a gap",
            "hybrid score interval against all others, times their share",
            "95%",
            "Newcombe (1998)",
        ),
        (
            "More than chance",
            "two proportions, pooled z, against all others; adjusted within the family of tests",
            rate,
            "Benjamini and Hochberg (1995)",
        ),
        (
            "If all unknown",
            "lowest and highest gap that unknown outcomes and unknown memberships leave possible",
            NO_SETTING,
            "Manski's bounds",
        ),
        (
            "Other published methods",
            "percentage point gap of 2017 and of 2022, proportionality index, 80% index",
            ", ".join(settings.methods) or NO_SETTING,
            "California Community Colleges; DisImpact",
        ),
    )


def _quality(seen: Sources) -> tuple[Row, ...]:
    rule, year = rubric().suggestion, seen.partition.program_year
    thresholds = ", ".join(f"{code}: {policy_of(seen.known.grantee, code, year).threshold}" for code in INDICATORS)
    return (
        (
            "Levels that the data suggest",
            "criteria met, held back by gates; for people to accept or not",
            f"median rank {rule.median_rank}, worst rank {rule.worst_rank} of institutions",
            f"{rubric().title} ({rubric().publisher}); criteria are house defaults",
        ),
        (
            "Answer known",
            "values among students who did not decline; unknown and blank are no values, not collected is told apart",
            NO_SETTING,
            "34 CFR 104.42 on voluntary disclosure; house rule",
        ),
        (
            "Reportable cells",
            "successes and the others each as many as the threshold, or told as a band; groups of nobody left out",
            f"threshold by indicator: {thresholds}",
            policy_of(seen.known.grantee, None, year).source,
        ),
    )
