"""Sections of an internal scorecard on what was received: coverage, completeness, rules, waivers, files.

Nothing is counted here, and nothing of another table is read.
"""

from __future__ import annotations

from pipelines.reports import words
from pipelines.scorecard.card import Scorecard
from pipelines.scorecard.section import Cell, Column, Section, Table

NO_YEAR_BEFORE = "no year before"
COUNT_COLUMNS = tuple(Column(state, title, "count") for state, title in words.STATES.items())


def as_of(card: Scorecard) -> str:
    """Return of which records a scorecard speaks: a date of the data, never that of the run."""
    last = max((f.received_on for f in card.files if f.received_on), default=None)
    received = f"files received until {last.isoformat()}" if last else "no file received"
    return f"program year {card.program_year}, {received}"


def coverage(card: Scorecard) -> Section:
    """Return what is known of the equity dimensions, and where they can be measured."""
    known = tuple(
        (line.label, "not collected" if line.known.fraction is None else line.known, line.student_count,
         line.value_count, line.unknown_count, line.declined_count, line.not_reported_count,
         line.not_collected_count, line.yes_count)
        for line in card.coverage
    )  # fmt: skip
    ready = tuple(
        (line.label, line.measurable_count, line.with_caution_count, line.not_measurable_count, line.too_few_count,
         "; ".join(f"{reason} ({count})" for reason, count in line.reasons) or None)
        for line in card.readiness
    )  # fmt: skip
    says = (
        "Five states are kept apart: declining to answer is voluntary; unknown, blank and never asked are three gaps."
    )
    return Section("coverage", "Equity dimensions", (says,), (
        Table("coverage_states", "Students by what is known of them", "students of the grantee", "mart.coverage",
              as_of(card),
              (Column("dimension", "Dimension"), Column("known", "Known", "share", "of those who did not decline"),
               Column("students", "Students", "count"), *COUNT_COLUMNS, Column("yes", "of which yes", "count")), known),
        Table("readiness", "Institutions by whether the dimension can be measured", "institutions of the grantee",
              "mart.readiness", as_of(card),
              (Column("dimension", "Dimension"), Column("measurable", "Measurable", "count"),
               Column("with_caution", "With caution", "count"), Column("not_measurable", "Not measurable", "count"),
               Column("too_few", "Too few students", "count"), Column("reasons", "Most frequent reasons")), ready),
    ))  # fmt: skip


def completeness(card: Scorecard) -> Section:
    """Return informative completeness: a line an element and institution, and the elements that are complete."""
    names = [name for _, name in card.completeness.institutions]
    rows = tuple(
        (words.column_words(row.column_name), words.table_words(row.table_name), "yes" if row.is_required else "no",
         name, share)
        for row in card.completeness.rows for name, share in zip(names, row.shares, strict=True)
    )  # fmt: skip
    full = tuple(
        (words.column_words(column), words.table_words(table)) for table, columns in card.completeness.full
        for column in columns
    )  # fmt: skip
    head = (Column("element", "Element"), Column("table", "Table"))
    says = 'Only informative values count: "unknown" fills a field and tells nothing. Those who declined are left out.'
    return Section("completeness", "Completeness", (says,), (
        Table("completeness_by_institution", "Records with an informative value",
              "records of the table at the institution that could hold the element", "mart.element_completeness",
              as_of(card), (*head, Column("required", "Required"), Column("institution", "Institution"),
                            Column("share", "Informative", "share")), rows),
        Table("completeness_full", "Elements complete at every institution with records", "elements of the layouts",
              "mart.element_completeness", as_of(card), head, full),
    ))  # fmt: skip


def rules(card: Scorecard) -> Section:
    """Return the rules with most findings, the rules by dimension, the open findings."""
    return Section("rules", "Rules and findings", ("Rules are counted, never averaged.",), (
        _top(card), _themes(card),
        Table("open_findings", "Open findings", "findings of the program year", "quality.finding", as_of(card),
              (Column("severity", "Severity"), Column("open", "Open", "count"),
               Column("waived", "of which waived", "count")),
              tuple((f.severity, f.open_count, f.waived_count) for f in card.findings),
              "A waived finding stays a finding."),
    ))  # fmt: skip


def _top(card: Scorecard) -> Table:
    columns = (Column("rule", "Rule"), Column("id", "Id"), Column("severity", "Severity"),
               Column("dimension", "Dimension"), Column("findings", "Findings", "count"),
               Column("failed", "Fails", "share"), Column("trend", "Trend"), Column("before", "Before", "share"),
               Column("threshold", "Threshold"), Column("institutions", "Institutions where it fails", "share"),
               Column("verdict", "Verdict"), Column("waived", "Waived"))  # fmt: skip
    rows = tuple(
        (r.title, r.rule_id, r.severity, r.dimension, r.finding_count, r.failed, r.trend or "no change yet", r.before,
         r.threshold, r.institutions if r.institutions.denominator else None, words.RULE_STATUS[r.status],
         "yes; a failure all the same" if r.is_waived else "no")
        for r in card.top_rules
    )  # fmt: skip
    return Table("top_rules", "The ten rules with the most open findings", "rows that the rule judges",
                 "quality.rule_result, quality.finding", as_of(card), columns, rows)  # fmt: skip


def _themes(card: Scorecard) -> Table:
    columns = (Column("dimension", "Dimension"), Column("passed", "Passed", "count"),
               Column("failed", "Failed", "count"),
               Column("waived", "of which waived", "count"), Column("empty", "Nothing to judge", "count"),
               Column("error", "Could not be judged", "count"))  # fmt: skip
    rows = tuple((t.dimension, t.passed, t.failed, t.waived, t.not_applicable, t.error) for t in card.themes)
    return Table("rules_by_dimension", "Rules by dimension", "rules of the rule book", "quality.rule_result",
                 as_of(card), columns, rows)  # fmt: skip


def waivers(card: Scorecard) -> Section:
    """Return the failures that the agency lives with until a date."""
    columns = (Column("rule", "Rule"), Column("id", "Id"), Column("place", "For"), Column("standing", "Standing"),
               Column("failed", "Fails", "share"), Column("tolerance", "Waived at most"), Column("reason", "Reason"),
               Column("author", "Author"), Column("approved_by", "Approved by"),
               Column("approved_at", "Approved", "date"), Column("expires", "Expires", "date"))  # fmt: skip
    rows = tuple(
        (w.title, w.rule_id, w.institution_name or "the whole grantee", words.WAIVER_STANDING[w.standing], w.failed,
         w.tolerance, w.reason, w.author, w.approved_by, w.approved_at, w.expires)
        for w in card.waivers
    )  # fmt: skip
    table = Table("waivers_table", "Waivers", "rows that the rule judges", "quality.waiver", as_of(card), columns, rows,
                  "A waiver is no pass: what it covers stays a failure.")  # fmt: skip
    return Section("waivers", "Waivers", (), (table,))


def files(card: Scorecard) -> Section:
    """Return files with all their lines, records, and rows that enter no measure."""
    columns = (Column("file", "File"), Column("tables", "Tables"), Column("status", "Status"),
               Column("received", "Received", "date"), Column("due", "Due", "date"),
               Column("late", "Days late", "count"), Column("lines", "Lines", "count"),
               Column("header", "Header", "count"), Column("loaded", "Loaded", "count"),
               Column("quarantined", "Quarantined", "count"), Column("sha256", "SHA-256"))  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f.file_name, f.table_name or None, words.FILE_STATUS[f.status], f.received_on, f.due_date, f.days_late,
         f.physical_line_count, f.header_line_count, f.loaded_line_count, f.quarantined_line_count, f.sha256)
        for f in card.files
    )  # fmt: skip
    excluded = tuple((words.EXCLUSION.get(reason, reason), count) for reason, count in card.exclusions)
    return Section("files", "Files and records", (), (
        Table("files_received", "Files received", "lines of each file", "quality.submission", as_of(card), columns,
              rows, "Lines are header, loaded and quarantined together."),
        _records(card),
        Table("rows_excluded", "Rows excluded from measures, by reason", "rows loaded", "mart.exclusion", as_of(card),
              (Column("reason", "Reason"), Column("rows", "Rows", "count")), excluded),
    ))  # fmt: skip


def _records(card: Scorecard) -> Table:
    columns = (Column("table", "Table"), Column("rows", "This year", "count"),
               Column("before", "Year before", "count"), Column("excluded", "Excluded", "count"))  # fmt: skip
    rows = tuple(
        (words.table_words(r.table_name), r.row_count,
         NO_YEAR_BEFORE if r.previous_row_count is None else r.previous_row_count, r.excluded_count)
        for r in card.records
    )  # fmt: skip
    return Table("records", "Records", "rows of each table", "mart.record_count, mart.exclusion", as_of(card), columns,
                 rows)  # fmt: skip
