"""Personal values in columns where none belong: kept out of the warehouse, because only the archive may hold them.

Two names of a header in each other's place put everybody's Social Security number into the column of the college, and
from there onto every page. Which columns hold identifiers by right is said by the layout (``raw_names``).
"""

from __future__ import annotations

from sqlalchemy import Date

from pipelines.intake.identity import normalized_sql
from pipelines.intake.source import Supplier
from pipelines.layouts import ColumnLayout, FileLayout
from pipelines.schema import core_table

WITHHELD = "(personal value withheld)"
NO_IDENTIFIER = "('blank', 'placeholder', 'impossible', 'other')"
_SOCIAL_SECURITY_NUMBER = r"^\d{9}$"
_DAY = (
    r"^\d{4}-\d{2}-\d{2}$|^\d{1,2}/\d{1,2}/\d{4}$"
    r"|^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"
)


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
    """Return SQL for a text, or for ``WITHHELD`` where a doubtful row has a personal value in this column."""
    if not is_doubtful:
        return text
    forms = "|".join([_SOCIAL_SECURITY_NUMBER, *(i.pattern.replace("'", "''") for i in supplier.identifiers)])
    personal = f"regexp_matches({normalized_sql(text)}, '{forms}')"
    if not _holds_a_day(column, layout):
        personal += f" or regexp_matches(trim({text}), '{_DAY}')"
    return f"case when ({is_doubtful}) and ({personal}) then '{WITHHELD}' else {text} end"


def _holds_a_day(column: ColumnLayout, layout: FileLayout) -> bool:
    ours = core_table(layout.table).columns
    return column.to in ours and isinstance(ours[column.to].type, Date)
