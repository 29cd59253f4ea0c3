"""Values that have changed: columns retyped, codes never seen, shares of codes and of shapes that jumped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipelines.intake.conform_values import code_map
from pipelines.intake.drift.change import FEWEST_ROWS, Change, Measured, differ_clearly
from pipelines.intake.drift.earlier import Earlier
from pipelines.intake.drift.profile import PLACES, Profile, our_columns
from pipelines.intake.drift.shape import BLANK, OTHERS, is_number
from pipelines.layouts import ColumnLayout, FileLayout


def value_drift(layout: FileLayout, columns: Sequence[Profile], last: Earlier | None) -> Iterator[Measured]:
    """Yield what has become of the values of one kind of record."""
    then = last.columns_of(layout) if last else {}
    compared = last.submission_id if last else None
    coded = {name: codes for name, codes in known_codes(layout).items() if name in {p.column_name for p in columns}}
    if coded:
        unseen = [c for p in columns if p.column_name in coded for c in _unseen(p, coded[p.column_name], then)]
        yield Measured("code_never_seen", len(coded), tuple(unseen), compared)
    pairs = [(p, then[p.column_name]) for p in columns if p.column_name in then and p.row_count]
    numbers = [(now, old) for now, old in pairs if old.patterns and _number_count(old) == old.filled_count > 0]
    if numbers:
        yield Measured("column_retyped", len(numbers), tuple(_retyped(numbers)), compared)
    if layout.transactions:  # an update holds what has changed, whose shares say nothing about the whole
        return
    enough = [(now, old) for now, old in pairs if min(now.row_count or 0, old.row_count or 0) >= FEWEST_ROWS]
    for kind, counts in (("code_share_jumped", "codes"), ("pattern_changed", "patterns")):
        told = [(now, old) for now, old in enough if getattr(now, counts) and getattr(old, counts)]
        if told:
            jumps = (c for now, old in told for c in _jumps(kind, now, getattr(now, counts), old, getattr(old, counts)))
            yield Measured(kind, len(told), tuple(jumps), compared)


def known_codes(layout: FileLayout) -> dict[str, set[str]]:
    """Return the codes that a layout declares, and texts that say "no value", by the name of their coded columns."""
    ours = our_columns(layout)
    return {
        c.name: {*codes, *(text.strip() for text in c.nulls)}
        for c in layout.columns
        if (codes := _declared(c, ours)) and not c.pii
    }


def _declared(column: ColumnLayout, ours: Mapping[str, object]) -> set[str]:
    mapped = code_map(ours[column.name], column) if column.name in ours else column.codes  # type: ignore[arg-type]
    return {code.strip() for code in mapped}


def _unseen(now: Profile, known: set[str], then: Mapping[str, Profile]) -> Iterator[Change]:
    old = then.get(now.column_name)
    seen = {*known, BLANK, OTHERS, *(old.codes if old else ())}
    for code, count in now.codes.items():
        if code not in seen and now.our_column not in PLACES:
            yield _change("code_never_seen", now, old, f"code {code}", count, 0 if old else None)


def _retyped(pairs: Sequence[tuple[Profile, Profile]]) -> Iterator[Change]:
    for now, old in pairs:
        texts = now.filled_count - _number_count(now)
        if texts > 0:
            yield _change("column_retyped", now, old, "text where all were numbers", texts, 0)


def _number_count(profile: Profile) -> int:
    return sum(count for shape, count in profile.patterns.items() if is_number(shape))


def _jumps(
    kind: str, now: Profile, counts: Mapping[str, int], old: Profile, previous: Mapping[str, int]
) -> Iterator[Change]:
    n, previous_n = now.row_count or 0, old.row_count or 0
    word = "code" if kind == "code_share_jumped" else "shape"
    for text in sorted({*counts, *previous}):
        count, before = counts.get(text, 0), previous.get(text, 0)
        if differ_clearly(count, n, before, previous_n):
            yield _change(kind, now, old, f"{word} {text}", count, before)


def _change(kind: str, now: Profile, old: Profile | None, detail: str, measured: int, expected: int | None) -> Change:
    previous_n = old.row_count if old else None
    return Change(
        kind, detail, now.layout_name, now.table_name, now.column_name, measured, expected, now.row_count, previous_n
    )
