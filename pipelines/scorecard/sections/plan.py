"""The section of the two-year action plan: its items, what they answer, what they cost, what they have gained."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.scorecard.candidates.measure import measure_now, measure_words
from pipelines.scorecard.people.answers import Answers
from pipelines.scorecard.people.plan_file import DROPPED, FILE_NAME, Item, Plan
from pipelines.scorecard.people.progress import Now, amount_words, progress
from pipelines.scorecard.people.shown_plan import STATUSES, accepted, cost, dollars, shown
from pipelines.scorecard.rubric import rubric
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

NONE = "No action plan has been entered for this program year or one before it: plan.toml takes it."
SAYS = (
    "The plan is the agency's own. What its items answer and what they were expected to gain is measured here anew: a "
    "gain that came is no proof that the item brought it."
)


def plan(seen: Sources) -> Section:
    """Return the plan that answers this program year or one before it, beside what the records of this year say."""
    found = shown(seen.known.said.plan, seen.partition.program_year)
    if found is None:
        return Section("plan", "Two-year action plan", (NONE,), ())
    begun = f"It begins on {found.begins_on} and answers the scorecard of {found.program_year}. {_of_cost(found)}"
    other = f"Its element numbers are those of another rubric, {found.rubric}."
    tables = (_items(found), _answers(found, seen), _gains(found, seen), _costs(found))
    return Section(
        "plan", "Two-year action plan", (SAYS, begun, *(() if found.rubric == rubric().id else (other,))), tables
    )


def _of_cost(found: Plan) -> str:
    spent, left = cost(accepted(found)), found.grant_total - cost(accepted(found))
    words = f"Items that were not dropped cost {dollars(spent)} of the grant of {dollars(found.grant_total)}"
    if left < 0:
        return f"{words}: {dollars(-left)} more than the grant, so that some of it has no money behind it."
    return f"{words}; {dollars(left)} is left."


def _as_of(found: Plan) -> str:
    last = max((item.status_on for item in found.items if item.status_on), default=found.begins_on)
    return f"plan from {found.begins_on}, last status of {last}"


def _items(found: Plan) -> Table:
    columns = (Column("item", "Item"), Column("element", "Core element", "count"), Column("need", "Need"),
               Column("action", "What is done"), Column("owner", "Owner"), Column("quarter", "Quarter", "count"),
               Column("due", "By", "date"), Column("cost", "Cost", "money", "of the grant"),
               Column("status", "Status"), Column("status_on", "Since", "date"),
               Column("note", "Note"))  # fmt: skip
    rows = tuple(
        (i.id, i.element, i.need, i.action, i.owner, i.quarter, found.quarter_ends(i.quarter), i.cost, i.status,
         i.status_on, i.note)
        for i in found.items
    )  # fmt: skip
    return Table("plan_items", "Items of the plan", "items of the plan, dropped ones included", FILE_NAME,
                 _as_of(found), columns, rows, "Quarters are those of the plan, from 1 to 8.")  # fmt: skip


def _answers(found: Plan, seen: Sources) -> Table:
    columns = (Column("item", "Item"), Column("meaning", "Answers"), Column("now", "Now", "share"),
               Column("of", "A share of what"), Column("words", "How it stands"),
               Column("answers", "Id of the answer"))  # fmt: skip
    look = Answers(seen)
    return Table(
        "plan_answers", "What the items answer, as it stands in this program year",
        "rows that a rule judges; population of the criterion; denominator of the indicator in the group",
        "quality.rule_result, quality.finding, mart.gap, the criteria of the elements",
        f"records of {seen.partition.program_year}", columns, tuple(_answer_rows(found, look)),
        "A waived failure is a failure.",
    )  # fmt: skip


def _answer_rows(found: Plan, look: Answers) -> Iterator[tuple[Cell, ...]]:
    for item in found.items:
        for answer in item.answers:
            state = look.state(answer)
            yield item.id, state.meaning, state.now, state.of, state.words, answer
        if not item.answers:
            yield item.id, "answers no finding, rule, criterion or gap", None, "", "", "nothing"


def _gains(found: Plan, seen: Sources) -> Table:
    columns = (Column("item", "Item"), Column("status", "Status"), Column("measure", "Measure"),
               Column("start", "From"), Column("goal", "Expected"), Column("now", "Now, as a share", "share"),
               Column("now_count", "Now, as a number", "number"), Column("so_far", "Gained so far"),
               Column("id", "Id of the measure"))  # fmt: skip
    rows = tuple(row for item in accepted(found) for row in _gain_rows(item, seen))
    return Table(
        "plan_gains", "What the items were expected to gain, and what is measured now",
        "the population of each measure, in this program year", f"{FILE_NAME}; the measures of this scorecard",
        f"records of {seen.partition.program_year}", columns, rows,
        f"Items {DROPPED} are left out. Shares move by percentage points.",
    )  # fmt: skip


def _gain_rows(item: Item, seen: Sources) -> Iterator[tuple[Cell, ...]]:
    for gain in item.expected:
        now = measure_now(seen, gain.measure)
        yield (
            item.id, item.status, measure_words(gain.measure), amount_words(gain.start), amount_words(gain.goal),
            *_cells(now), progress(gain.start, gain.goal, now), gain.measure,
        )  # fmt: skip


def _cells(now: Now) -> tuple[Cell, Cell]:
    """Return a measure as share and as number; the other of the two is no place for anything."""
    if isinstance(now, Share):
        return now, None
    return None, UNKNOWN if now is None else now.replace("_", " ") if isinstance(now, str) else now


def _costs(found: Plan) -> Table:
    columns = (Column("status", "Items"), Column("count", "How many", "count"), Column("cost", "Cost", "money"))
    rows: list[tuple[Cell, ...]] = [
        (status, sum(item.status == status for item in found.items), cost(found.items, status)) for status in STATUSES
    ]
    kept = accepted(found)
    rows.append(("not dropped, together", len(kept), cost(kept)))
    rows.append(("the grant", None, found.grant_total))
    rows.append(("left of the grant", None, found.grant_total - cost(kept)))
    return Table("plan_costs", "Costs against the grant", "items of the plan", f"{FILE_NAME}; {found.grant_source}",
                 _as_of(found), columns, tuple(rows))  # fmt: skip
