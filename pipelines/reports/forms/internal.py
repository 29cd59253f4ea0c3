"""An internal scorecard as sections: what its page shows by hand, as tables that workbook and JSON can show too.

Nothing is counted here. Files, rules and completeness stand in ``internal_records``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pipelines.desk.subgroups import group_name, kind_name
from pipelines.reports import words
from pipelines.reports.desk.measures import RESULT, SAID
from pipelines.reports.forms.form import Form
from pipelines.reports.forms.internal_records import as_of, completeness, coverage, files, rules, waivers
from pipelines.scorecard.card import ElementCard, Scorecard
from pipelines.scorecard.edition import EDITION, NOTICE
from pipelines.scorecard.files import in_force
from pipelines.scorecard.lines import Finding, IndicatorLine
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import UNKNOWN

RATES = "mart.indicator"
NO_LEVEL = "no level"


def internal_sections(card: Scorecard) -> tuple[Section, ...]:
    """Return all sections of a scorecard in the order of its page."""
    made = (short(card), elements(card), indicators(card), coverage(card), completeness(card), rules(card),
            waivers(card), files(card))  # fmt: skip
    return (*made, *card.sections)


def internal_form(card: Scorecard) -> Form:
    """Return the internal edition of a scorecard, for its workbook."""
    run = card.run
    return Form(
        EDITION,
        NOTICE,
        f"FICTIONAL, not data of {card.grantee_name}" if card.is_sample else "",
        f"Needs-assessment scorecard, {card.grantee_name}, {card.program_year}",
        (
            ("Grantee", card.grantee_name), ("Program year", card.program_year), ("Edition", EDITION),
            ("Definitions", f"{card.definition_version}: {card.definition_evidence}"),
            ("Rule book", card.rule_book_version), ("Program", card.code_version), ("Rubric", card.rubric_title),
        ),
        internal_sections(card),
        max((f.received_on for f in card.files if f.received_on), default=date(int(card.program_year[:4]) + 1, 7, 1)),
        (("Run", run.run_id), ("Started", run.started_at.isoformat() if run.started_at else UNKNOWN)),
    )  # fmt: skip


def short(card: Scorecard) -> Section:
    """Return the summary: counts of what stops, and the gates with their reasons."""
    current = in_force(card.files)
    critical = next((f for f in card.findings if f.severity == "critical"), Finding("critical", 0, 0))
    facts: tuple[tuple[Cell, ...], ...] = (
        ("Gates closed", len(card.closed_gates), "critical rules over their threshold, and refused files"),
        ("Gates waived", len(card.gates) - len(card.closed_gates), "closed gates that a waiver covers; still failures"),
        ("Open critical findings", critical.open_count, "findings of critical rules, waived ones included"),
        ("of which waived", critical.waived_count, "open critical findings"),
        ("Files received", len(current), "files in force"),
        ("Files refused", sum(f.status == "refused" for f in current), "files in force"),
        ("Files late", sum(f.is_late for f in current), "files in force"),
        ("Tables missing", UNKNOWN if card.missing_tables is None else len(card.missing_tables), "tables required"),
    )
    gates = tuple(
        (gate.title, "waived" if gate.is_waived else "closed", gate.kind, gate.id, gate.reason, gate.fix or None)
        for gate in card.gates
    )
    said = "There is no overall number: a mean would hide what matters."
    unjudged = tuple(f"The system could not judge: {sentence}" for sentence in card.could_not_be_judged)
    return Section("short", "In short", (said, *unjudged), (
        Table("facts", "What stops or waits", "gates, findings, files and tables of the program year",
              "quality.rule_result, quality.finding, quality.submission", as_of(card),
              (Column("fact", "Fact"), Column("count", "How many", "count"), Column("of", "Of what")), facts),
        Table("gates", "Gates", "critical rules over their threshold, and refused files",
              "quality.rule_result, quality.submission", as_of(card),
              (Column("gate", "Gate"), Column("standing", "Standing"), Column("kind", "Kind"),
               Column("id", "Rule or file"), Column("reason", "Reason"), Column("fix", "What to do")), gates,
              "A waived gate stays open, and its rule still failed."),
    ))  # fmt: skip


def elements(card: Scorecard) -> Section:
    """Return the six core elements: what the data suggest, criteria, evidence."""
    rows = tuple(
        (f"{e.number} {e.name}", words.ASSESSED[e.assessed], _level(e), "; ".join(_because(e)) or None)
        for e in card.elements
    )
    says = "Data suggest a level for two elements; for the others they give evidence and people decide."
    return Section("elements", "Six core elements", (says,), (
        Table("elements_suggested", "Who assesses what, and what the data suggest", "the six core elements",
              card.rubric_title, as_of(card),
              (Column("element", "Core element"), Column("assessed", "Assessed"), Column("level", "Data suggest"),
               Column("because", "Because")), rows, "Levels: 1 Undefined, 2 Building, 3 Promising, 4 Established."),
        _criteria(card), _evidence(card),
    ))  # fmt: skip


def _level(element: ElementCard) -> str:
    if element.suggestion is None:
        return NO_LEVEL
    found = element.suggestion
    return UNKNOWN if found.level is None else f"{found.level} {found.level_name}"


def _because(element: ElementCard) -> tuple[str, ...]:
    return element.suggestion.derivation if element.suggestion else ()


def _criteria(card: Scorecard) -> Table:
    met = {True: "met", False: "not met", None: UNKNOWN}
    columns = (Column("criterion", "Criterion"), Column("element", "Core element", "count"), Column("met", "Met"),
               Column("measured", "Measured", "share"), Column("worst", "Worst decile", "share", "of institutions"),
               Column("institutions", "Institutions", "count"), Column("lowest", "Lowest"), Column("needed", "Needed"),
               Column("population", "Of what"), Column("source", "Source"))  # fmt: skip
    rows = tuple(
        (c.title, e.number, met[c.is_met], c.measured or UNKNOWN,
         (c.worst or UNKNOWN) if c.over == "institutions" else None,
         c.institution_count if c.over == "institutions" else None, c.worst_institution or None, c.needed,
         c.population, c.source)
        for e in card.elements for c in e.criteria
    )  # fmt: skip
    return Table("criteria", "Criteria of the suggested levels", "the population of each line", "the source of each "
                 "line", as_of(card), columns, rows, "Marks are house defaults until the agency decides.")  # fmt: skip


def _evidence(card: Scorecard) -> Table:
    columns = (Column("item", "Item"), Column("element", "Core element", "count"), Column("share", "Share", "share"),
               Column("count", "Count", "count"), Column("text", "In words"), Column("population", "Of what"),
               Column("source", "Source"), Column("as_of", "Date or vintage"), Column("query", "Query"))  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for e in card.elements:
        for i in e.evidence:
            is_count = i.numerator is not None and i.denominator is None
            share = None if i.text or is_count else i.share
            rows.append((i.label, e.number, share, i.numerator if is_count else None, i.text or None, i.population,
                         i.source, i.as_of or as_of(card), i.query or None))  # fmt: skip
    return Table("evidence", "Evidence by core element", "the population of each line", "the source of each line",
                 as_of(card), columns, tuple(rows))  # fmt: skip


def indicators(card: Scorecard) -> Section:
    """Return the core indicators, of the grantee and by institution, and the widest gaps."""
    says = (
        "A low rate is no fault of the data; a large unknown share is. The rate counts an unknown outcome as no "
        "success; the highest rate counts all of them as successes."
    )
    tables = (
        _rates(card, "indicators_grantee", "The grantee as a whole", card.indicators),
        _rates(card, "indicators_by_institution", "By institution", card.institution_indicators),
        _gaps(card),
    )
    return Section("indicators", "Core indicators", (says,), tables)


def _rates(card: Scorecard, key: str, title: str, lines: tuple[IndicatorLine, ...]) -> Table:
    columns = (Column("indicator", "Indicator"), Column("name", "Name"), Column("institution", "Institution"),
               Column("cohort", "Cohort"), Column("outcomes_until", "Outcomes until", "date"),
               Column("rate", "Rate", "share"), Column("low", "95% interval from", "number", "percent, Wilson"),
               Column("high", "95% interval to", "number", "percent, Wilson"),
               Column("denominator", "Students counted", "count"), Column("unknown", "Unknown outcomes", "count"),
               Column("highest", "If all unknown succeeded", "share"),
               Column("level", "State level", "number", "percent"), Column("result", "90% test"),
               Column("status", "Status"))  # fmt: skip
    return Table(key, title, f"CTE concentrators of the cohort, as {card.definition_version} defines them", RATES,
                 as_of(card), columns, tuple(_rate_row(line) for line in lines),
                 "Persons are counted once.", "")  # fmt: skip


def _rate_row(line: IndicatorLine) -> tuple[Cell, ...]:
    status = words.INDICATOR_STATUS[line.status]
    untold = status.split(":")[0]
    low, high = (Decimal(f"{end * 100:.1f}") for end in line.interval) if line.interval else (None, None)
    level = Decimal(line.level_percent) if line.level_percent is not None else None
    result = RESULT[line.level_result][1] if line.level_result else None
    return (
        line.indicator_code, line.name, line.institution_name or "all institutions", line.cohort_program_year or None,
        line.outcome_window_end, line.lowest or untold, low, high, line.denominator_count,
        line.unknown_count if line.lowest else None, line.highest or untold, level, result, status,
    )  # fmt: skip


def _gaps(card: Scorecard) -> Table:
    columns = (Column("group", "Group"), Column("kind", "Kind of group"), Column("indicator", "Indicator"),
               Column("said", "What can be said"), Column("rate", "Rate", "share"),
               Column("gap", "Gap", "points", "group less all concentrators"),
               Column("low", "95% interval from", "points"), Column("high", "95% interval to", "points"),
               Column("needed", "Students needed", "count"))  # fmt: skip
    rows = tuple(
        (group_name(g.subgroup_dimension, g.subgroup_code), kind_name(g.subgroup_dimension), g.indicator_code,
         SAID[g.said], g.rate, *(Decimal(f"{end * 100:.1f}") for end in (g.gap, g.gap_low, g.gap_high)),
         g.students_needed)
        for g in card.gaps.widest
    )  # fmt: skip
    tested = card.gaps.tested_count
    note = "No gap has been tested." if tested is None else (
        f"{card.gaps.below_count} of {tested} gaps tested are below 0 by more than chance; the widest stand here."
    )  # fmt: skip
    return Table("gaps_widest", "Gaps beyond chance", "CTE concentrators of the group, for each indicator", "mart.gap",
                 as_of(card), columns, rows, note, "gap_worklist")  # fmt: skip
