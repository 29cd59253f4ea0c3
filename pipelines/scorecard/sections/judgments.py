"""The section of what people judge and agree: ratings beside what the data suggest, and data-sharing agreements."""

from __future__ import annotations

from pipelines.measures.definitions import year_end
from pipelines.scorecard.judge import judge_element
from pipelines.scorecard.people.agreements import FILE_NAME as AGREEMENTS
from pipelines.scorecard.people.levels import basis, level_words, movement, side_by_side, suggested_words
from pipelines.scorecard.people.ratings import FILE_NAME as RATINGS
from pipelines.scorecard.people.ratings import Round
from pipelines.scorecard.people.rounds import Rounds, rounds_shown
from pipelines.scorecard.rubric import CoreElement, rubric
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

SAYS = (
    "People judge; the data suggest a level where the rubric lets them. Both stand side by side, and there is no mean "
    "of the two and no overall number."
)


def judgments(seen: Sources) -> Section:
    """Return what people judged up to this program year, and the agreements that they have entered."""
    shown = rounds_shown(seen.known.said.ratings, seen.partition.program_year, rubric().id)
    tables = (_elements(seen, shown), _sub_elements(seen, shown), _criteria(), _rounds(seen, shown), _agreements(seen))
    says = (SAYS, *_says_of_rounds(shown), *_says_of_agreements(seen))
    return Section("judgments", "What people judge and agree", says, tuple(t for t in tables if t is not None))


def _says_of_rounds(shown: Rounds) -> tuple[str, ...]:
    others = f"{shown.others} by another rubric" if shown.others else ""
    told = (f"Not shown: rounds of ratings given {others}.",) if others else ()
    if shown.now is None:
        return ("No ratings have been given for this program year or one before it: ratings.toml takes them.", *told)
    words = f"The ratings are those of round {shown.now.id}, begun on {shown.now.began_on}"
    before = f"; the round before was {shown.before.id}." if shown.before else "; there was no round before."
    return (words + before, *told)


def _as_of(one: Round | None) -> str:
    return f"round {one.id}, begun {one.began_on}" if one else "no round yet"


def _elements(seen: Sources, shown: Rounds) -> Table:
    words = ("Core element", "The data suggest", "People say", "How", "Round before", "Movement", "Side by side",
             "Evidence note", "Author")  # fmt: skip
    keys = ("element", "suggested", "rated", "basis", "before", "movement", "side_by_side", "evidence", "author")
    columns = (*(Column(k, w) for k, w in zip(keys, words, strict=True)), Column("rated_on", "Rated on", "date"))
    return Table(
        "element_ratings", "Core elements: what people say beside what the data suggest",
        f"core elements of the rubric {rubric().title}; levels {_levels()}", f"{RATINGS}; the criteria of each element",
        _as_of(shown.now), columns, tuple(_element_row(e, seen, shown) for e in rubric().elements),
        "An average is the exact mean of the sub-elements rated in that round; it is not rounded to a level.",
    )  # fmt: skip


def _levels() -> str:
    return ", ".join(f"{number} {name}" for number, name in sorted(rubric().levels.items()))


def _element_row(element: CoreElement, seen: Sources, shown: Rounds) -> tuple[Cell, ...]:
    ratings, suggestion = seen.known.said.ratings, judge_element(element, seen).suggestion
    now = ratings.level(shown.now.id, element.number) if shown.now else None
    before = ratings.level(shown.before.id, element.number) if shown.before else None
    found = ratings.of(shown.now.id, element.number) if shown.now else None
    return (
        f"{element.number}. {element.name}",
        suggested_words(element, suggestion),
        level_words(now, rubric()),
        basis(ratings, shown.now.id, element.number) if shown.now else "",
        level_words(before, rubric()) if shown.before else "",
        movement(now, before, has_before=shown.before is not None) if shown.now else "",
        side_by_side(now, suggestion, rubric()),
        found.evidence if found else "",
        found.author if found else "",
        found.rated_on if found else None,
    )


def _sub_elements(seen: Sources, shown: Rounds) -> Table:
    columns = (Column("sub_element", "Sub-element"), Column("element", "Core element", "count"), Column("text", "Text"),
               Column("rated", "People say"), Column("before", "Round before"), Column("movement", "Movement"),
               Column("evidence", "Evidence note"), Column("author", "Author"),
               Column("rated_on", "Rated on", "date"))  # fmt: skip
    rows = tuple(row for element in rubric().elements for row in _sub_element_rows(element, seen, shown))
    return Table(
        "sub_element_ratings", "Sub-elements", "sub-elements entered beside the rubric or rated in these rounds",
        f"{RATINGS}; sub_elements.toml", _as_of(shown.now), columns, rows,
        "The texts belong to the tool; those that its user has not entered are not shown.",
    )  # fmt: skip


def _sub_element_rows(element: CoreElement, seen: Sources, shown: Rounds) -> list[tuple[Cell, ...]]:
    ratings, texts = seen.known.said.ratings, {one.code: one.text for one in element.sub_elements}
    now = {r.sub_element: r for r in ratings.parts(shown.now.id, element.number)} if shown.now else {}
    before = {r.sub_element: r for r in ratings.parts(shown.before.id, element.number)} if shown.before else {}
    rows: list[tuple[Cell, ...]] = []
    for code in dict.fromkeys((*texts, *sorted({*now, *before}))):
        found, level, earlier = now.get(code), shown.level(now.get(code)), shown.level(before.get(code))
        rows.append((
            code, element.number, texts.get(code, "not entered"), level_words(level, rubric()),
            level_words(earlier, rubric()) if shown.before else "",
            movement(level, earlier, has_before=shown.before is not None) if shown.now else "",
            found.evidence if found else "", found.author if found else "", found.rated_on if found else None,
        ))  # fmt: skip
    return rows


def _criteria() -> Table | None:
    rows = tuple(
        (one.code, f"{level} {rubric().levels[level]}", text)
        for element in rubric().elements for one in element.sub_elements for level, text in one.criteria.items()
    )  # fmt: skip
    if not rows:
        return None
    columns = (Column("sub_element", "Sub-element"), Column("level", "Level"), Column("text", "What the tool asks for"))
    return Table("sub_element_criteria", "What the tool asks for at which level", "sub-elements with criteria entered",
                 "sub_elements.toml", f"as entered for the rubric {rubric().title}", columns, rows)  # fmt: skip


def _rounds(seen: Sources, shown: Rounds) -> Table:
    columns = (Column("round", "Round"), Column("program_year", "After the records of"),
               Column("began_on", "Begun on", "date"), Column("elements", "Core elements rated", "share"),
               Column("sub_elements", "Sub-elements rated", "count"))  # fmt: skip
    ratings, numbers = seen.known.said.ratings, [element.number for element in rubric().elements]
    rows = tuple(
        (one.id, one.program_year, one.began_on,
         Share(sum(ratings.of(one.id, number) is not None for number in numbers), len(numbers)),
         sum(len(ratings.parts(one.id, number)) for number in numbers))
        for one in shown.all
    )  # fmt: skip
    return Table("rating_rounds", "Rounds of assessment", "rounds by this rubric, up to this program year", RATINGS,
                 _as_of(shown.now), columns, rows)  # fmt: skip


def _says_of_agreements(seen: Sources) -> tuple[str, ...]:
    words = (
        "No data-sharing agreement has been entered: agreements.toml takes them. That none is known here does not mean "
        "that there is none."
    )
    return () if seen.known.said.agreements else (words,)


def _agreements(seen: Sources) -> Table:
    end, today = year_end(seen.partition.program_year), seen.known.today
    columns = (Column("agreement", "Agreement"), Column("parties", "Parties"), Column("purpose", "Purpose"),
               Column("legal_basis", "Legal basis"), Column("data", "Data"), Column("effective", "Effective", "date"),
               Column("expires", "Expires", "date"), Column("destruction", "Data destroyed by", "date"),
               Column("at_year_end", f"On {end}"), Column("at_run", "On the day of the run"))  # fmt: skip
    rows = tuple(
        (one.id, "; ".join(one.parties), one.purpose, one.legal_basis, one.data, one.effective, one.expires,
         one.destruction, one.standing(end), one.standing(today) if today else UNKNOWN)
        for one in seen.known.said.agreements
    )  # fmt: skip
    return Table(
        "data_sharing_agreements", "Data-sharing agreements", "agreements that the agency has entered", AGREEMENTS,
        f"the end of the program year, {end}, and the day of the run", columns, rows,
        "Whether an agreement is lawful, sufficient or kept is for people to say.",
    )  # fmt: skip
