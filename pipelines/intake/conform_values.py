"""SQL for one value: their text to our word or type, or null where it cannot be read.

Portable idioms only (a regular expression stands guard before every cast). Which columns a table has and where the
rows come from is the matter of ``conform``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Date, Integer, Numeric

from pipelines.code_sets import STATES, codes_of
from pipelines.layouts import ColumnLayout
from pipelines.warehouse import quoted

_DATE_GUARDS = {
    "YYYY-MM-DD": r"^[1-9]\d{3}-\d{2}-\d{2}$",
    "MM/DD/YYYY": r"^\d{1,2}/\d{1,2}/[1-9]\d{3}$",  # spreadsheets drop the leading zeros of month and day
    "YYYYMMDD": r"^[1-9]\d{7}$",
}
_DECIMAL_GUARD = r"^-?(\d{1,8}(\.\d{1,2}0*)?|\.\d{1,2}0*)$"  # databases export .50 and 3.000; neither is in doubt
_INTEGER_GUARD = r"^-?\d{1,9}$"
_YEARS = {
    "YYYY-YY": "$program_year",
    "start_year": "substr($program_year, 1, 4)",
    "end_year": "cast(cast(substr($program_year, 1, 4) as integer) + 1 as varchar)",
}


def sent_text(name: str, column: ColumnLayout) -> str:
    """Return SQL for the text of a raw column without its padding; null where it says that there is no value."""
    text = f"nullif(trim({name}), '')"
    sentinels = [n.strip() for n in column.nulls if n.strip()]
    if not sentinels:
        return text
    return f"case when trim({name}) not in ({', '.join(map(quoted, sentinels))}) then {text} end"


def read_text(ours: Column[Any], column: ColumnLayout, text: str) -> str:
    """Return SQL that reads the text of one of their columns for one of ours; null where it cannot be read."""
    codes = code_map(ours, column)
    if ours.info["many"] and column.separator:
        return _set(codes, column.separator, text)
    if ours.info["codes"]:
        return _code(codes, text)
    if isinstance(ours.type, Date):
        return _date(column.format or "YYYY-MM-DD", text)
    if isinstance(ours.type, Numeric):
        return _number(column.implied_decimals, text, f"decimal({ours.type.precision}, {ours.type.scale})")
    if isinstance(ours.type, Integer):
        return _guarded(_INTEGER_GUARD, text, f"cast({text} as integer)")
    return text


def value_of(ours: Column[Any], text: str, read: str) -> str:
    """Return SQL for the value of ours: what was read, or for attributes of persons why there is no value."""
    if not ours.info["states"]:
        return read
    return f"coalesce({read}, case when {text} is null then 'not_reported' else 'unknown' end)"


def is_unreadable(text: str, read: str) -> str:
    """Return SQL for whether something was sent and could not be read."""
    return f"({text} is not null and {read} is null)"


def absent(ours: Column[Any], constant: str | None) -> str:
    """Return the value of a column that the file does not carry: the layout's constant, or what its absence means."""
    if constant is not None:
        return f"cast({quoted(constant)} as {_type(ours)})"
    if ours.info["states"]:
        return "'not_collected'"
    return "'annual'" if ours.name == "term_code" else f"cast(null as {_type(ours)})"


def year_is_another(column: ColumnLayout, text: str) -> str:
    """Return SQL for whether a row says another program year than the folder that its file came in."""
    return f"{text} is distinct from {_YEARS[column.format or 'YYYY-YY']}"


def code_map(ours: Column[Any], column: ColumnLayout) -> Mapping[str, str]:
    """Return their codes and ours; a layout that declares none for a coded column speaks our codes."""
    if column.codes or not ours.info["codes"]:
        return column.codes
    return {code: code for code in codes_of(ours)}


def _code(codes: Mapping[str, str], text: str) -> str:
    """Codes are matched exactly: a lower-case y where the layout says Y is a value that nobody has declared."""
    whens = " ".join(f"when {quoted(theirs.strip())} then {quoted(ours)}" for theirs, ours in codes.items())
    return f"case {text} {whens} end" if codes else "cast(null as varchar)"


def _set(codes: Mapping[str, str], separator: str, text: str) -> str:
    """Read several codes in one field: ours, each once, in alphabetical order, joined by ``|``.

    A set that mixes a value with a state (White and declined) contradicts itself and counts as unreadable.
    """
    divider = separator.replace("\\", "\\\\")  # in a replacement, a backslash would refer to a group
    joined = f"regexp_replace({text}, {quoted(f' *{re.escape(separator)} *')}, {quoted(divider)}, 'g')"
    states = {theirs: ours for theirs, ours in codes.items() if ours in STATES}
    values = {theirs: ours for theirs, ours in codes.items() if ours not in STATES}
    known = [(_only(states, separator, once=True), states), (_only(values, separator), values)]
    whens = "".join(
        f" when regexp_matches({joined}, {quoted(pattern)}) then {_selected(part, joined, separator)}"
        for pattern, part in known
        if part
    )
    # Most people select one: looking it up takes a tenth of the time of taking a set apart.
    single = {theirs.strip(): ours for theirs, ours in codes.items() if separator.strip() not in theirs}
    one = " ".join(f"when {quoted(theirs)} then {quoted(ours)}" for theirs, ours in single.items())
    return f"case {text} {one} else case{whens} end end" if one and whens else f"case{whens} end"


def _only(codes: Mapping[str, str], separator: str, *, once: bool = False) -> str:
    """Return a pattern for texts that hold some of these codes and nothing else; ``once``: exactly one of them."""
    one, mark = f"({'|'.join(re.escape(c.strip()) for c in codes)})", re.escape(separator)
    return f"^{mark}*{one}{'' if once else f'({mark}+{one})*'}{mark}*$"


def _selected(codes: Mapping[str, str], joined: str, separator: str) -> str:
    """Return SQL for those of our codes that a joined text holds under one of their names, in alphabetical order."""
    haystack = f"concat({quoted(separator)}, {joined}, {quoted(separator)})"
    choices = []
    for ours in sorted(set(codes.values())):
        names = [quoted(f"{separator}{t.strip()}{separator}") for t, o in codes.items() if o == ours]
        choices.append(f"case when {' or '.join(f'contains({haystack}, {n})' for n in names)} then {quoted(ours)} end")
    return f"concat_ws('|', {', '.join(choices)})" if choices else "''"


def _date(format_: str, text: str) -> str:
    iso = {
        "YYYY-MM-DD": text,
        "MM/DD/YYYY": f"concat_ws('-', split_part({text}, '/', 3), lpad(split_part({text}, '/', 1), 2, '0'), "
        f"lpad(split_part({text}, '/', 2), 2, '0'))",
        "YYYYMMDD": f"concat_ws('-', substr({text}, 1, 4), substr({text}, 5, 2), substr({text}, 7, 2))",
    }[format_]
    return _guarded(_DATE_GUARDS[format_], text, f"try_cast({iso} as date)")  # the guard leaves 30 February to the cast


def _number(implied_decimals: int, text: str, type_: str) -> str:
    if not implied_decimals:
        return _guarded(_DECIMAL_GUARD, text, f"cast({text} as {type_})")
    digits = 8 + implied_decimals
    step = "0." + "0" * (implied_decimals - 1) + "1"
    scaled = f"cast({text} as decimal({digits}, 0)) * cast('{step}' as decimal({implied_decimals}, {implied_decimals}))"
    return _guarded(rf"^-?\d{{1,{digits}}}$", text, f"cast({scaled} as {type_})")


def _guarded(guard: str, text: str, cast: str) -> str:
    return f"case when regexp_matches({text}, '{guard}') then {cast} end"


def _type(ours: Column[Any]) -> str:
    if isinstance(ours.type, Numeric):
        return f"decimal({ours.type.precision}, {ours.type.scale})"
    return "date" if isinstance(ours.type, Date) else "integer" if isinstance(ours.type, Integer) else "varchar"
