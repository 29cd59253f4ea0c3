"""Plants faults into the files of one sample submission and writes down where: the answer key.

What the faults are stands in ``sample.faults``. Nothing is drawn by chance: which row is spoilt follows from the fault
and the records, so that the same sample has the same faults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pipelines.sample.faults import FAULTS, ROWS, SPARE, Fault
from pipelines.sample.identifiers import FIRST_YEAR, deal
from pipelines.sample.line_faults import LINE_FAULTS, LineFault
from pipelines.sample.outcome_faults import OUTCOME_FAULTS, OUTCOME_ROWS
from pipelines.sample.render import text_of
from pipelines.sample.sheets import Sheet, Submission
from pipelines.schema import core_table

ALL_FAULTS = (*FAULTS, *OUTCOME_FAULTS)
_ALL_ROWS = {**ROWS, **OUTCOME_ROWS}
# A critical rule closes a gate above these shares of the rows of its table, or of all lines. Most submissions stay
# below; a careless one does not.
CRITICAL_SHARE, LINE_SHARE = 0.01, 0.001
PICKED = 3  # each submission gets a third of all kinds
_KEY = ["institution_id", "student_id"]
_PROGRAM = ["institution_id", "program_id"]
_OF_STAY = [
    "entry_year", "start_year", "exit_reason", "reported_concentrator_status", "nontraditional_sex", "has_exit",
]  # fmt: skip
_THING = ["institution_id", "program_id", "course_id"]  # of tables that are about no person


def facts(frames: Mapping[str, pl.DataFrame], start_year: int) -> dict[str, pl.DataFrame]:
    """Return the records of each table with what ``ROWS`` asks of them: the person's stay, program and row counts."""
    programs = frames["program"].select(*_PROGRAM, "nontraditional_sex")
    joined = frames["program_enrollment"].join(programs, on=_PROGRAM, how="left", maintain_order="left")
    stays = joined.with_columns(
        entry_year=pl.col("entry_date").dt.offset_by("-6mo").dt.year(), start_year=pl.lit(start_year),
        has_exit=pl.col("exit_date").is_not_null(),
    )  # fmt: skip
    of_stay = [
        "entry_year",
        "start_year",
        "exit_reason",
        "reported_concentrator_status",
        "nontraditional_sex",
        "has_exit",
    ]
    one_each = stays.unique(_KEY, keep="first", maintain_order=True).select(*_KEY, *of_stay)
    known = {**frames, "program_enrollment": stays}
    for table in ("student", "enrollment", "placement"):
        counted = frames[table].with_columns(pl.len().over(_KEY).alias("person_row_count"))
        if table == "enrollment":
            counted = counted.with_columns(pl.len().over(*_KEY, "term_code").alias("term_row_count"))
        known[table] = counted.join(one_each, on=_KEY, how="left", maintain_order="left")
    return known


def plant(submission: Submission) -> None:
    """Spoil the sheets of a submission with its share of all faults; ``planted`` says where."""
    for number, fault in enumerate(ALL_FAULTS):
        if submission.is_careless or (number + submission.number) % PICKED == 0:
            _plant_row(submission, fault, number)
    for number, line_fault in enumerate(LINE_FAULTS):
        if submission.is_careless or _tolerates_a_line(submission):
            _plant_line(submission, line_fault, number)


def _tolerates_a_line(submission: Submission) -> bool:
    broken = sum(len(sheet.broken) for sheet in submission.sheets)
    return broken + 1 <= LINE_SHARE * sum(len(sheet.records) for sheet in submission.sheets)


def _plant_row(submission: Submission, fault: Fault, number: int) -> None:
    lines = 2 if fault.marks == "copies" else 1
    is_too_much = lines > CRITICAL_SHARE * len(submission.facts[fault.table])
    if fault.is_critical and is_too_much and not submission.is_careless:
        return
    chosen = _choose(submission, fault.table, fault.among, number, fault.column)
    if chosen is None:
        return
    sheet, position = chosen
    changed = _changed(submission, sheet, fault, position)
    if changed is None:
        return
    if fault.does == "add":
        sheet.copies.append((position, changed))
    else:
        for name, text in changed.items():
            sheet.edits.setdefault(name, {})[position] = text
    for one, marked in _marked(submission, sheet, position, fault):
        for rule_id, column in ((fault.rule_id, fault.finds or fault.column), *fault.also):
            submission.note(one, marked, column, rule_id)


def _choose(submission: Submission, table: str, among: str, number: int, column: str = "") -> tuple[Sheet, int] | None:
    """Return sheet and position of a row that may be spoilt, a different one for each fault; None if there is none."""
    sheets = [s for s in submission.sheets if s.layout.table == table and (not column or s.layout.column_to(column))]
    known = submission.facts[table].with_row_index("row")
    rows = known.filter(_ALL_ROWS[among])["row"] if sheets else known["row"].clear()
    for step in range(len(rows)):
        row = rows[(number * 37 + step * 11 + 5) % len(rows)]
        record = known.row(row, named=True)
        person = tuple(str(record.get(name)) for name in (_KEY if "student_id" in record else _THING))
        if person not in submission.spoilt:
            submission.spoilt.add(person)
            return _place(sheets, row)
    return None


def _place(sheets: Sequence[Sheet], row: int) -> tuple[Sheet, int] | None:
    for sheet in sheets:
        position = sheet.records["row"].search_sorted(row)
        if position < len(sheet.records) and sheet.records["row"][position] == row:
            return sheet, int(position)
    return None


def _changed(submission: Submission, sheet: Sheet, fault: Fault, position: int) -> dict[str, str] | None:
    """Return their columns and texts to be sent instead; None where the layout cannot say it, or says it anyway."""
    column = sheet.layout.column_to(fault.column)
    if not fault.column or column is None:
        return {}
    ours = core_table(fault.table).columns[fault.column]
    if fault.text is not None:
        text = fault.text if isinstance(fault.text, str) else fault.text[column.format or "YYYY-MM-DD"]
    else:
        value = fault.value(submission.start_year) if callable(fault.value) else fault.value
        value = _spare(submission) if value is SPARE else value
        dtype = sheet.records.schema[fault.column]
        text = text_of(ours, column, pl.Series([value], dtype=dtype))[0]
    before = text_of(ours, column, sheet.records[fault.column][position : position + 1])[0]
    is_sayable = text != before and (not column.width or len(text) <= column.width)
    return {column.name: text} if is_sayable else None


def _spare(submission: Submission) -> str:
    """Return an identifier of the grantee's form that no cohort has: those of the first year are never dealt."""
    number = len(submission.noted) + 1
    return str(deal(submission.plan.identifiers[0][0], FIRST_YEAR, 1 + number)[number])


def _marked(submission: Submission, sheet: Sheet, position: int, fault: Fault) -> Iterator[tuple[Sheet, int]]:
    if fault.does == "add":
        yield sheet, len(sheet) - 1
    if fault.does == "change" or fault.marks == "copies":
        yield sheet, position
    if fault.marks == "person":
        person = sheet.records.row(position, named=True)
        for other in submission.sheets:
            if other.layout.table == fault.table:
                is_same = pl.all_horizontal(pl.col(name) == person[name] for name in _KEY)
                own = other.records.with_row_index("position").filter(is_same)["position"].to_list()
                yield from ((other, p) for p in own if (other is not sheet) or p != position)


def _plant_line(submission: Submission, fault: LineFault, number: int) -> None:
    chosen = _choose(submission, "enrollment", "general", 100 + number)
    if chosen is None:
        return
    sheet, position = chosen
    is_fitting = sheet.layout.kind in fault.kinds and sheet.layout.encoding in fault.encodings
    if not is_fitting or (fault.needs_quote and not sheet.layout.quote):
        return
    sheet.broken[position] = fault
    submission.note(sheet, position, "reason_code", fault.rule_id)
