"""Values that have changed: columns retyped, codes never seen, shares of codes and of shapes that jumped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipelines.intake.conform_values import code_map
from pipelines.intake.drift.change import FEWEST_ROWS, Change, Measured, differ_clearly
from pipelines.intake.drift.earlier import Earlier
from pipelines.intake.drift.profile import PLACES, Profile, our_columns
from pipelines.intake.drift.shape import BLANK, OTHERS, is_number
from pipelines.layouts import FileLayout


def value_drift(
    layout: FileLayout, columns: Sequence[Profile], last: Earlier | None, last_layout: FileLayout | None = None
) -> Iterator[Measured]:
    """Yield what has become of the values of one kind of record.

    ``last_layout`` is the one that the file compared with was read with, where it is another: codes that it wrote
    otherwise are then compared by what they mean.
    """
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
    by_code = [_by_meaning(*pair, layout, last_layout or layout) for pair in enough if pair[0].codes and pair[1].codes]
    by_shape = [pair for pair in enough if pair[0].patterns and pair[1].patterns]
    if by_code:
        jumps = (c for now, old in by_code for c in _jumps("code_share_jumped", now, now.codes, old, old.codes))
        yield Measured("code_share_jumped", len(by_code), tuple(jumps), compared)
    if by_shape:
        jumps = (c for now, old in by_shape for c in _jumps("pattern_changed", now, now.patterns, old, old.patterns))
        yield Measured("pattern_changed", len(by_shape), tuple(jumps), compared)


def _by_meaning(now: Profile, old: Profile, layout: FileLayout, last_layout: FileLayout) -> tuple[Profile, Profile]:
    """Return a coded column now and before, their codes in our words where the two layouts write them differently."""
    meant, meant_then = (_meanings(one).get(now.column_name, {}) for one in (layout, last_layout))
    if meant == meant_then:
        return now, old
    return replace(now, codes=_in_our_words(now.codes, meant)), replace(old, codes=_in_our_words(old.codes, meant_then))


def _in_our_words(codes: Mapping[str, int], meant: Mapping[str, str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for code, count in codes.items():
        counts[meant.get(code, code)] = counts.get(meant.get(code, code), 0) + count
    return counts


def _meanings(layout: FileLayout) -> dict[str, dict[str, str]]:
    """Return our words by the codes of each column of a layout."""
    ours = our_columns(layout)
    return {
        c.name: {theirs.strip(): word for theirs, word in mapped.items()}
        for c in layout.columns
        if (mapped := code_map(ours[c.name], c) if c.name in ours else c.codes)
    }


def known_codes(layout: FileLayout) -> dict[str, set[str]]:
    """Return the codes that a layout declares, and texts that say "no value", by the name of their coded columns."""
    meanings = _meanings(layout)
    return {
        c.name: {*meanings[c.name], *(text.strip() for text in c.nulls)}
        for c in layout.columns
        if c.name in meanings and not c.pii
    }


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
