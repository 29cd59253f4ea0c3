"""How two versions side by side, and certified figures beside today's, are told on a terminal.

Counts are unprotected: what is written here is restricted, and says so. Nothing is counted here, and the tables for
programs stand in ``rows``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from pipelines.measures.rates import rate
from pipelines.side_by_side.certified import Explanation
from pipelines.side_by_side.comparison import Comparison, Effect, Figure
from pipelines.side_by_side.people import COUNTS

RESTRICTED = "Restricted: unprotected counts of persons, not to be passed on."
_SHORT = 60
_STATUS = {"pending": "pending", "not_computable": "cannot be computed", "no_denominator": "nobody"}


def heading(grantee_name: str, *, is_sample: bool) -> list[str]:
    """Return the lines that everything told begins with."""
    return [*([f"FICTIONAL, not data of {grantee_name}"] if is_sample else []), RESTRICTED]


def tell_comparison(told: Comparison) -> Iterator[str]:
    """Yield the lines of a comparison."""
    before, after = told.versions
    yield f"{told.grantee_id} {told.program_year}: {before} against {after}"
    yield ""
    yield "Keys that differ"
    yield from (f"  {change.words}" for change in told.changes)
    if not told.changes:
        yield "  none: both versions say the same for this year and those before it"
    places = dict.fromkeys(figure.institution_id for figure in told.before)
    for place in places:
        yield from _tell_place(told, place)
    if told.cells:
        yield "\nCells of subgroups and programs that differ (before -> after)"
    for cell in told.cells:
        where = " ".join(filter(None, (cell.institution_id or "all", cell.cip_code)))
        shown = [_share(n, d) for n, d in ((cell.numerator_before, cell.denominator_before),
                                           (cell.numerator_after, cell.denominator_after))]  # fmt: skip
        yield f"  {cell.measure} {where} {cell.subgroup_dimension} {cell.subgroup_code}: {shown[0]} -> {shown[1]}"


def _share(numerator: int | None, denominator: int | None) -> str:
    if denominator is None:
        return "nobody"
    return str(denominator) if numerator is None else f"{numerator} of {denominator}"


def _tell_place(told: Comparison, place: str | None) -> Iterator[str]:
    pairs = [(a, b) for a, b in zip(told.before, told.after, strict=True) if a.institution_id == place]
    yield f"\n{'Everybody' if place is None else f'Institution {place}'}"
    shown = [(a.measure, _figure(a), _figure(b)) for a, b in pairs]
    widths = [max(len(row[column]) for row in [*shown, ("", *told.versions)]) for column in range(3)]
    rows = [("", *told.versions), *shown]
    yield from ("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
                for row in rows)  # fmt: skip
    for whole in (effect for effect in told.whole if effect.institution_id == place):
        parts = [p for p in told.parts if (p.measure, p.institution_id) == (whole.measure, place) and _is_any(p)]
        if parts:
            yield f"  {whole.measure}: {_counts(whole)}"
        yield from (f"    {_reason(part)}" for part in parts)


def _figure(figure: Figure) -> str:
    if figure.measure in COUNTS and figure.denominator is not None:
        return str(figure.denominator)
    if figure.numerator is None or figure.denominator is None:
        of = "" if figure.denominator is None else f", {figure.denominator} in the denominator"
        return f"{_STATUS.get(figure.status, figure.status)}{of}"
    share = rate(figure.numerator, figure.denominator)
    percent = "" if share is None else f", {float(share):.1%}"
    return f"{figure.numerator} of {figure.denominator}, {figure.unknown} unknown{percent}"


def _is_any(effect: Effect) -> bool:
    counts = (effect.denominator, effect.numerator, effect.unknown)
    return any(counts) or (effect.moved is not None and any(asdict(effect.moved).values()))


def _counts(effect: Effect) -> str:
    if effect.numerator is None:
        return f"{effect.denominator or 0:+d}"
    told = {"denominator": effect.denominator or 0, "numerator": effect.numerator, "unknown": effect.unknown or 0}
    return ", ".join(f"{name} {value:+d}" for name, value in told.items())


def _reason(effect: Effect) -> str:
    """Return a part of a difference: what a key does alone and to how many persons, or what only all together do."""
    if effect.change is None or effect.moved is None:
        return f"{_counts(effect)} only together"
    moves = f"{effect.moved.left} leave, {effect.moved.entered} enter"
    if effect.numerator is not None:
        moves += f"; numerator {effect.moved.numerator_left} leave, {effect.moved.numerator_entered} enter"
    words = effect.change.words if len(effect.change.words) <= _SHORT else effect.change.key  # a list stands above once
    return f"{_counts(effect)} by {words} ({moves})"


def tell_explanation(told: Explanation) -> Iterator[str]:
    """Yield the lines of certified figures beside today's."""
    certified, today = told.versions
    yield f"{told.grantee_id} {told.program_year}: act {told.act_number} certified under {certified}, today {today}"
    yield "Data: today's records under the certified definition. Definition: the same records under today's.\n"
    moved = [one for one in told.cells if one.certified != one.today or one.data or one.definition]
    for one in moved:
        where = " ".join(filter(None, (one.institution_id or "everybody", one.cip_code)))
        group = "" if one.subgroup_dimension == "all" else f" {one.subgroup_dimension} {one.subgroup_code}"
        count = one.count.removesuffix("_count")
        yield f"  {one.indicator_code} {where}{group} {count}: {_difference(one.certified, one.today)}" + (
            "" if one.data is None else f" = {one.data:+d} by data {one.definition:+d} by definition"
        )
    if len(told.cells) > len(moved):
        yield f"  {'the other ' if moved else 'all '}{len(told.cells) - len(moved)} figures are as certified"


def _difference(certified: int | None, today: int | None) -> str:
    if certified is None or today is None:
        return f"{'no number' if certified is None else certified} -> {'no number' if today is None else today}"
    return f"{certified} -> {today}, {today - certified:+d}"
