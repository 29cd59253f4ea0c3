"""A shareable scorecard as sections: published numbers and codes alone, and a word wherever a number is withheld.

What is not on the card, which the published file alone has filled, cannot stand here. Groups, institutions, programs
and years stand in long tables: a line a group and indicator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from pipelines.reports.forms.form import Form
from pipelines.reports.forms.shareable_records import changed, in_short, methods, protected, quality, released
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import Share
from pipelines.shareable.card import EDITION, NOTICE, Family, Group, Shareable
from pipelines.shareable.told import NOT_MEASURED, Count, Rate

RATES, COUNTS = "publish.indicator", "publish.student_count"
RATE_COLUMNS = (
    Column("rate", "Rate", "share"), Column("told", "Rate as published"),
    Column("size", "Students counted", "count"), Column("status", "Status"),
)  # fmt: skip
STUDENT_COLUMNS = (
    Column("participants", "Participants", "count"), Column("concentrators", "Concentrators", "count"),
    Column("completers", "Completers", "count"),
)  # fmt: skip
OF_COHORT = "CTE concentrators whom the indicator counts, in the group of the line"


def shareable_form(card: Shareable) -> Form:
    """Return the shareable edition of a scorecard, for its workbook and its JSON."""
    head = card.heading
    made_on = head.released_at.date() if head.released_at else date(int(head.program_year[:4]) + 1, 7, 1)
    versions = sorted({one.definition_version for one in card.indicators} - {""})
    return Form(
        EDITION,
        NOTICE,
        f"FICTIONAL, not data of {head.grantee_name}" if head.fiction else "",
        f"CTE scorecard, {head.grantee_name}, {head.program_year}",
        (
            ("Grantee", head.grantee_name), ("Agency", head.eligible_agency or "not told"),
            ("Program year", head.program_year), ("Edition", EDITION), ("Definitions", ", ".join(versions) or "none"),
            ("Release", f"{head.number} of {made_on.isoformat()}, {head.release_id}"),
            ("Counts never shown", card.protection.never_shown or "no policy is told"),
        ),
        shareable_sections(card),
        made_on,
    )  # fmt: skip


def shareable_sections(card: Shareable) -> tuple[Section, ...]:
    """Return all sections in the order of the page."""
    return (in_short(card), indicators(card), groups(card), gaps(card), places(card), years(card), students(card),
            quality(card), protected(card), changed(card), methods(card))  # fmt: skip


def number_of(count: Count) -> int | str:
    """Return a count, or the word that stands in its place."""
    return count.words if count.number is None else count.number


def rate_cells(rate: Rate) -> tuple[Cell, ...]:
    """Return share (or its word), the words of the page, size of the group and status, as ``RATE_COLUMNS``."""
    share: Cell = Share(rate.numerator, rate.size.number) if rate.is_shown else rate.words
    return share, rate.words, number_of(rate.size), rate.status.replace("_", " ")


def indicators(card: Shareable) -> Section:
    """Return the indicators for everybody."""
    columns = (Column("indicator", "Indicator"), Column("name", "Name"), Column("cohort", "Cohort"),
               Column("outcomes_until", "Outcomes until", "date"), *RATE_COLUMNS,
               Column("interval", "95% interval", note="Wilson"), Column("unknown", "Unknown outcomes", "count"),
               Column("highest", "If all unknown succeeded"), Column("definition", "Definition"))  # fmt: skip
    rows = tuple(
        (one.code, one.name, one.cohort_program_year or None, one.outcome_window_end, *rate_cells(one.rate),
         one.rate.interval or "no interval", "none" if one.unknown.status == "nobody" else number_of(one.unknown),
         one.highest or "not told", one.definition_version or None)
        for one in card.indicators
    )  # fmt: skip
    says = "A low rate is not a fault of the data, and few students make a rate uncertain."
    table = Table("indicators_everybody", "All students", "CTE concentrators whom the indicator counts", RATES,
                  released(card), columns, rows, "A student of unknown outcome counts as no success.",
                  "published/grantees_side_by_side")  # fmt: skip
    return Section("indicators", "Core indicators", (says,), (table,))


def codes(card: Shareable) -> list[str]:
    """Return the indicators that have rates, in the order in which every group has them."""
    return [one.code for one in card.indicators if one.rate.status not in NOT_MEASURED]


def groups(card: Shareable) -> Section:
    """Return the rates of groups, and of groups within groups."""
    tables = tuple(_family(card, family) for family in (*card.families, *card.pairs))
    return Section("groups", "Groups of students", ("A withheld number may be large.",), tables)


def _family(card: Shareable, family: Family) -> Table:
    columns = (Column("group", "Group"), Column("kind", "Kind of group"), Column("members", "Groups put together"),
               Column("indicator", "Indicator"), *RATE_COLUMNS)  # fmt: skip
    key = f"groups_{family.anchor.replace('-', '_')}"
    return Table(key, family.name, OF_COHORT, RATES, released(card), columns, tuple(_family_rows(card, family)))


def _family_rows(card: Shareable, family: Family) -> Iterator[tuple[Cell, ...]]:
    for part in family.parts:
        for group in part.groups:
            for code, rate in zip(codes(card), group.rates, strict=True):
                yield group.name, part.name, group.members or None, code, *rate_cells(rate)
        for name in part.withheld:  # each of them by itself: nothing of them together is said
            for code in codes(card):
                yield name, part.name, None, code, "withheld", "withheld", "withheld", "withheld"


def gaps(card: Shareable) -> Section:
    """Return the gaps whose two rates are both shown."""
    columns = (Column("group", "Group"), Column("indicator", "Indicator"), Column("rate", "Rate", "share"),
               Column("reference", "All students", "share"), Column("gap", "Gap", "points"),
               Column("needed", "Students needed", "count"))  # fmt: skip
    rows = tuple(
        (g.name, g.indicator_code, rate_cells(g.rate)[0], rate_cells(g.reference)[0],
         Decimal(f"{g.gap * 100:.1f}"), g.students_needed)
        for g in card.gaps
    )  # fmt: skip
    table = Table("gaps_shown", "Gaps of groups", "CTE concentrators whom the indicator counts, in the group of the "
                  "line", "publish.gap", released(card), columns, rows,
                  "By name, not by size: an order by size would be a ranking.")  # fmt: skip
    return Section("gaps", "Gaps", (), (table,))


def places(card: Shareable) -> Section:
    """Return institutions, career clusters and programs."""
    tables = [_groups(card, "institutions_rates", "Institutions", card.institutions)]
    if card.clusters is not None:
        tables.append(_family(card, card.clusters))
    tables.append(_groups(card, "programs_rates", "Programs", card.programs))
    withheld = tuple((name, "withheld") for name in card.programs_withheld)
    tables.append(Table("programs_withheld", "Programs of which every rate is withheld", OF_COHORT, RATES,
                        released(card), (Column("program", "Program"), Column("rate", "Rate", "share")),
                        withheld))  # fmt: skip
    return Section("institutions", "Institutions, clusters and programs", (), tuple(tables))


def _groups(card: Shareable, key: str, title: str, lines: Iterable[Group]) -> Table:
    columns = (Column("group", title), *STUDENT_COLUMNS, Column("indicator", "Indicator"), *RATE_COLUMNS)
    rows = tuple(
        (line.name, *(number_of(count) for count in line.counts), code, *rate_cells(rate))
        for line in lines for code, rate in zip(codes(card), line.rates, strict=True)
    )  # fmt: skip
    return Table(key, title, OF_COHORT, f"{RATES}, {COUNTS}", released(card), columns, rows)


def years(card: Shareable) -> Section:
    """Return the rates of several years together."""
    columns = (Column("place", "Place"), Column("group", "Group"), Column("years", "Program years"),
               Column("indicator", "Indicator"), *RATE_COLUMNS)  # fmt: skip
    rows = tuple((p.place, p.group, p.years, p.indicator_code, *rate_cells(p.rate)) for p in card.pooled)
    table = Table("years_together", "Several years together", "CTE concentrators of all the years of the line",
                  "publish.indicator_pooled", released(card), columns, rows, "",
                  "published/years_put_together")  # fmt: skip
    return Section("years", "Several years together", (), (table,))


def students(card: Shareable) -> Section:
    """Return participants, concentrators and completers, in all and by group."""
    everybody = ("All students", None, None, *(number_of(count) for count in card.students))
    head = (Column("group", "Group"), Column("kind", "Kind of group"), Column("members", "Groups put together"))
    tables = [Table("students_everybody", "All students", "students in CTE", COUNTS, released(card),
                    (*head, *STUDENT_COLUMNS), (everybody,), "", "published/how_many_students")]  # fmt: skip
    for family in card.student_families:
        rows: list[tuple[Cell, ...]] = []
        for part in family.parts:
            rows += [(g.name, part.name, g.members or None, *map(number_of, g.counts)) for g in part.groups]
            rows += [(name, part.name, None, *("withheld",) * 3) for name in part.withheld]
        tables.append(Table(family.anchor.replace("-", "_"), family.name, "students in CTE, in the group of the line",
                            COUNTS, released(card), (*head, *STUDENT_COLUMNS), tuple(rows)))  # fmt: skip
    return Section("students", "Students", (), tuple(tables))
