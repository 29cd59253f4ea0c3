"""The words of the structural rules: title, reason and repair, composed from the declaration of table and column.

What the rules are stands in ``structural``. Here also stands what each canonical table is used for, because that is
why its faults matter.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, Integer, Numeric, Table

from pipelines.code_sets import code_set
from pipelines.schema import key_of

USES = {
    "institution": "Every count by institution, and the local needs assessment of each recipient, starts here.",
    "program": "The program decides who is a concentrator, and for which sex the field is nontraditional (3P1).",
    "staff": "It describes the instructors of the programs; no indicator rests on it.",
    "student": "Every subgroup, gap and coverage share is counted over these records.",
    "program_enrollment": "Entry and exit place a student in the cohorts of 1P1 and 2P1.",
    "course": "A course ties the credits that students earn to a program.",
    "enrollment": "Earned credits make participants and concentrators, the denominators of all indicators.",
    "credential": "Credentials are the numerator of 2P1.",
    "placement": "Placements are the numerator of 1P1.",
    "ipeds_completers": "It is the public count that the records of the State are held against.",
    "ipeds_completions": "It is the public count of awards by field that program records are held against.",
    "ipeds_directory": "It tells which institutions a grantee may be expected to report.",
    "work_based_learning": "It shows how many students reach work-based learning, and which do not.",
}
ACRONYMS = ("cip", "unitid", "ipeds")
PROPER = ("african", "alaska", "american", "asian", "black", "english", "hawaiian", "hispanic", "indian", "islander",
          "latino", "native", "pacific", "white")  # fmt: skip
NOUNS = {
    "ipeds_completers": "IPEDS completers row",
    "ipeds_completions": "IPEDS completions row",
    "ipeds_directory": "IPEDS directory row",
    "staff": "staff member",
    "work_based_learning": "work-based learning experience",
}
MANY_CODES = 9


def words(name: str) -> str:
    """Return a name of ours as people say it: ``cip_code`` is ``CIP code``."""
    parts = (part.upper() if part in ACRONYMS else part for part in name.split("_"))
    return " ".join(part.capitalize() if part in PROPER else part for part in parts)


def noun(table: Table) -> str:
    """Return what one record of a table is called."""
    return NOUNS.get(table.name, words(table.name))


def a(thing: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if thing[0] in 'aeioI' else 'a'} {thing}"


def use_of(table: Table) -> str:
    """Return what a canonical table is used for."""
    return USES.get(table.name, table.comment or "")


def reason(table: Table, column: Column[Any] | None, fault: str) -> str:
    """Return why a fault of a column, or of the key where it is None, matters to who uses the data."""
    if column is None or column.name in key_of(table):
        effect = "the record cannot be placed and is left out of every measure, counted by reason."
    elif column.info["states"]:
        effect = "the student counts as unknown, never as no, and shares and gaps get less certain."
    else:
        effect = "measures that need it count the record as unknown."
    return f"{fault} {effect} {use_of(table)}"


def how_to_say(column: Column[Any]) -> str:
    """Return what a sender must write so that the column can be read."""
    if column.info["codes"]:
        said = _codes(column)
    elif isinstance(column.type, Date):
        said = "Send a day that exists, in the date format that your layout declares; no time, no two-digit year."
    elif isinstance(column.type, Integer):
        said = "Send a whole number in digits, without thousands separator or unit."
    elif isinstance(column.type, Numeric):
        said = "Send digits with at most two decimals, without thousands separator or unit."
    else:
        said = "Send the text as your layout describes it."
    hint = column.info["hint"]
    return f"{said} {hint[0].upper()}{hint[1:]}." if hint else said


def _codes(column: Column[Any]) -> str:
    codes = [code for code in code_set(column.info["codes"]).values() if not code.retired]
    which = "; ".join(code.label for code in codes[:MANY_CODES])
    which += f"; and {len(codes) - MANY_CODES} more (docs/tables.md)" if len(codes) > MANY_CODES else ""
    blank = (
        " If the value is not known, send your code for unknown rather than a guess." if column.info["states"] else ""
    )
    return (
        f"Send a code that your layout maps to one of: {which}. A new code of yours must be added to the layout.{blank}"
    )


def how_to_fill(column: Column[Any]) -> str:
    """Return what a sender must do about a required column that is empty."""
    if column.info["pii"] == "identifier":
        return (
            "Send the identifier that names the person in all your files. Blanks, zeros, nines and 123456789 name "
            "nobody: where no number was given, issue a local one."
        )
    return f"Fill the {words(column.name)} in every record. {how_to_say(column)}"
