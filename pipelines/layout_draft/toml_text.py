"""Writes a draft as TOML: what is sure as keys, what a person must decide as comments that say ``please decide``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.code_sets import codes_of
from pipelines.layout_draft.guess import ColumnGuess, TableGuess
from pipelines.layout_draft.sample import Sample, SampleTable
from pipelines.layout_draft.words import may_name_a_person
from pipelines.layouts import DATE_FORMATS
from pipelines.schema import core_table

ASK = "please decide:"


def layout_text(
    sample: Sample, guesses: Sequence[tuple[SampleTable, TableGuess]], file_name: str, name: str, asks: Iterable[str]
) -> str:
    """Return the text of a layout file for a sample whose tables have been guessed."""
    head = [
        "# A draft by `cte layout new`. What is written as a key was sure; look for the comments that ask to decide.",
        "# Every key is explained in docs/layouts.md; `cte layout check` says what is missing.",
        f"id = {value_text(f'{name}-files')}",
        'version = "draft-1"',
        "illustrative = true                      # false once it is the layout in force",
        f'source = ""                              # {ASK} where the layout is published or agreed',
        "",
        "[defaults]",
        *(f"{key} = {value_text(value)}" for key, value in sample.keys.items()),
        *(f"# {ASK} {ask}" for ask in (*sample.remarks, *asks)),
    ]
    names: set[str] = set()
    blocks = [line for table, guess in guesses for line in _block(table, guess, file_name, names)]
    return "\n".join([*head, *blocks]) + "\n"


def value_text(value: Any) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{value_text(str(k))} = {value_text(v)}' for k, v in value.items())} }}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(value_text(v) for v in value)}]"


def _block(table: SampleTable, guess: TableGuess, file_name: str, names: set[str]) -> Iterator[str]:
    name = f"{guess.table}_{table.name}" if guess.table in names else guess.table
    names.add(name)
    yield from ("", "[[file]]", f"name = {value_text(name)}", f"table = {value_text(guess.table)}")
    if not guess.is_sure:
        yield f"# {ASK} table: {guess.table} is the likeliest, not surely the right one; see docs/tables.md"
    yield f"file_name = {value_text(file_name)}"
    if "{term_code}" in file_name:
        yield 'one_file_per = "term_code"'
    yield from (f"{key} = {value_text(value)}" for key, value in table.keys.items())
    for column in guess.lacking:
        yield f"# {ASK} {column}: no column surely fills it; {_way_out(guess.table, column)}"
    yield from (f"# {ASK} {remark}" for remark in table.remarks)
    yield "columns = ["
    for at, column_guess in enumerate(guess.columns):
        place = {"start": table.starts[at], "width": table.widths[at]} if table.starts else {}
        yield f"  {_column(guess.table, column_guess, place)}"
    yield "]"


def _way_out(table: str, column: str) -> str:
    codes = codes_of(core_table(table).columns[column])
    few = 6
    which = f" (one of {', '.join(codes)})" if codes and len(codes) <= few else ""
    return f'map one below, or add constants = {{ {column} = "..." }}{which}'


def _column(table: str, guess: ColumnGuess, place: Mapping[str, int]) -> str:
    keys: dict[str, Any] = {"name": guess.name, **place}
    asks: list[str] = []
    if guess.is_sure:
        keys |= _mapping(guess)
        asks += _rest_of_codes(guess)
    else:
        is_personal = guess.to in _identifiers(table) or _may_be_personal(guess)
        keys |= {"pii": "identifier"} if is_personal else {}
        asks += _questions(guess, is_personal=is_personal)
    asks += [f"may {', '.join(guess.looks.fillers)} mean no value? then nulls = {value_text(guess.looks.fillers)}"
             for _ in guess.looks.fillers[:1]]  # fmt: skip
    comment = f"  # {ASK} {'; '.join(asks)}" if asks else ""
    return f"{{ {', '.join(f'{key} = {value_text(value)}' for key, value in keys.items())} }},{comment}"


def _mapping(guess: ColumnGuess) -> dict[str, Any]:
    keys: dict[str, Any] = {"to": guess.to}
    if guess.looks.format and (guess.to == "program_year" or guess.looks.format in DATE_FORMATS):
        keys["format"] = guess.looks.format
    if guess.codes:
        keys |= {"separator": guess.codes.separator} if guess.codes.separator else {}
        keys |= {"codes": guess.codes.codes} if guess.codes.codes else {}
    return keys


def _questions(guess: ColumnGuess, *, is_personal: bool) -> Iterator[str]:
    """Yield what a person must decide about a column that is not surely mapped."""
    if guess.to:
        yield f'to = "{guess.to}"? {guess.why}'
    if guess.to and guess.codes:
        if guess.codes.codes:
            yield f"codes = {value_text(guess.codes.codes)}"
        yield from _rest_of_codes(guess)
    if guess.looks.kind == "date" and guess.looks.format:
        yield f'format = "{guess.looks.format}"'
    if is_personal:
        yield "it may identify a person, so it is hashed until you say otherwise; leave out what you need not send"
    elif not guess.to:
        yield f"what is it? it looks like {_LOOK_WORDS[guess.looks.kind]}; without `to` it is kept as sent and not used"


def _rest_of_codes(guess: ColumnGuess) -> Iterator[str]:
    """Yield how many codes have no counterpart; those are shown that stand often and are too short to be a name."""
    if guess.codes and guess.codes.unknown:
        count = guess.codes.unknown
        shown = f": {', '.join(guess.codes.shown)}" if guess.codes.shown else ""
        yield f"{count} value{'s have' if count > 1 else ' has'} no sure counterpart{shown}"


_LOOK_WORDS = {
    "empty": "nothing, being blank in the sample", "date": "a date", "year": "a year", "quarter": "a quarter",
    "cip": "a CIP code", "number": "a number", "identifier": "an identifier", "codes": "codes", "text": "text",
}  # fmt: skip


def _may_be_personal(guess: ColumnGuess) -> bool:
    """Return whether an unmapped column must not lie about in clear: it sounds or looks like a person's."""
    if guess.to:  # a likely column of ours that is no identifier
        return guess.looks.kind == "identifier" and may_name_a_person(guess.name)
    return guess.looks.kind == "identifier" or may_name_a_person(guess.name)


def _identifiers(table: str) -> set[str]:
    return {c.name for c in core_table(table).columns if c.info["pii"] == "identifier"}
