"""Personal values in columns where none belong: kept out of the warehouse, because only the archive may hold them.

Two names of a header in each other's place put everybody's Social Security number into the column of the college, and
from there onto every page. Which columns hold identifiers by right is said by the layout (``raw_names``).
"""

from __future__ import annotations

from string import digits

from sqlalchemy import Date, Numeric, String

from pipelines.intake.identity import normalized_sql
from pipelines.intake.source import Supplier
from pipelines.layouts import ColumnLayout, FileLayout
from pipelines.schema import core_table, is_answer

WITHHELD = "(personal value withheld)"
NUMBER_WITHHELD, ADDRESS_WITHHELD = "(number withheld)", "(address withheld)"
NO_IDENTIFIER = "('blank', 'placeholder', 'impossible', 'other')"
_SOCIAL_SECURITY_NUMBER = r"^\d{9}$"
_SHORTEST = 8  # characters of an identifier of a person
_DAY = (
    r"^\d{4}-\d{2}-\d{2}$|^\d{1,2}/\d{1,2}/\d{4}$"
    r"|^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"
)
# In what people write freely, any longer number may be somebody's: five digits and more, seven with blanks or hyphens
# between, and days. Program years (2023-24) and counts stay.
_BETWEEN = r"[ ./\x{2010}-\x{2015}-]?"
_DAY_WRITTEN = r"\p{Nd}{1,2}[./-]\p{Nd}{1,2}[./-]\p{Nd}{2,4}"
_NUMBER = rf"\p{{Nd}}(?:{_BETWEEN}\p{{Nd}}){{6,}}|\p{{Nd}}{{5,}}|{_DAY_WRITTEN}"
_ADDRESS = r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+"


def is_doubtful_sql(layout: FileLayout, texts: dict[str, str], kinds: list[str]) -> str:
    """Return SQL for whether a row may have its values in the wrong columns; empty where that cannot be told.

    It may where an identifier is none or a birth date is no date. Other rows keep every value: a course number of nine
    digits is one. ``texts`` are the columns by name, ``kinds`` those that say what kind of identifier stands there.
    """
    signs = [f"{kind} in {NO_IDENTIFIER}" for kind in kinds]
    born = layout.column_to("birth_date")
    signs += [f"not regexp_matches(coalesce(trim({texts[born.name]}), ''), '{_DAY}')"] if born else []
    return " or ".join(signs)


def withheld_sql(text: str, column: ColumnLayout, layout: FileLayout, supplier: Supplier, is_doubtful: str) -> str:
    """Return SQL for a text, or for ``WITHHELD`` where a personal value stands in this column.

    In doubtful rows any column may hold one; in others those of codes, days and amounts, where no such value is right.
    Of what people write freely, only the numbers and addresses are withheld.
    """
    if _is_written_freely(column, layout):
        without = f"regexp_replace({text}, '{_ADDRESS}', '{ADDRESS_WITHHELD}', 'g')"
        return f"regexp_replace({without}, '{_NUMBER}', '{NUMBER_WITHHELD}', 'g')"
    forms = "|".join([_SOCIAL_SECURITY_NUMBER, *(i.pattern.replace("'", "''") for i in supplier.identifiers)])
    personal = f"regexp_matches({normalized_sql(text)}, '{forms}')"
    withheld, day = [], "" if _holds_a_day(column, layout) else f" or regexp_matches(trim({text}), '{_DAY}')"
    if _is_never_an_identifier(column, layout):
        # An amount may be filled up with zeros, three of which begin no number of a person. The length comes first: it
        # is cheap, and few values are as long.
        withheld.append(f"length({text}) >= {_SHORTEST} and not starts_with(trim({text}), '000') and ({personal}{day})")
    if is_doubtful:
        withheld.append(f"({is_doubtful}) and ({personal}{day})")
    return f"case when {' or '.join(withheld)} then '{WITHHELD}' else {text} end" if withheld else text


def _is_never_an_identifier(column: ColumnLayout, layout: FileLayout) -> bool:
    """Return whether a column takes codes, days, years or amounts of ours: longer numbers there are somebody's."""
    ours = core_table(layout.table).columns
    known = ours.get(column.to)
    is_code = bool(column.codes) or (known is not None and bool(known.info.get("codes")))
    is_plain = known is not None and isinstance(known.type, Date | Numeric) and not column.implied_decimals
    is_year = column.to == "program_year"
    is_ours = is_answer(core_table(layout.table))  # what we have written into the file, which is no number of a person
    return (is_code or is_plain or is_year or is_ours) and not any(
        _is_like_an_identifier(code) for code in column.codes
    )


def _is_written_freely(column: ColumnLayout, layout: FileLayout) -> bool:
    ours = core_table(layout.table).columns.get(column.to)
    return ours is not None and ours.info.get("pii") == "quasi" and isinstance(ours.type, String)


def _is_like_an_identifier(code: str) -> bool:
    return len(code) >= _SHORTEST and set(code) <= {*digits, "-", "/"}


def _holds_a_day(column: ColumnLayout, layout: FileLayout) -> bool:
    ours = core_table(layout.table).columns
    return column.to in ours and isinstance(ours[column.to].type, Date)
