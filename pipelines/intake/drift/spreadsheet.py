"""What spreadsheets do to a file that was only opened and saved: zeros lost, numbers and dates written otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Date

from pipelines.intake.drift.change import Change, Measured
from pipelines.intake.drift.earlier import Earlier
from pipelines.intake.drift.profile import Profile, our_columns
from pipelines.intake.drift.shape import BLANK, digits_in, is_date_serial, is_scientific
from pipelines.intake.drift.values import known_codes
from pipelines.layouts import FileLayout

# 01.0101 becomes 1.0101, 11.0700 becomes 11.07, 52.0000 becomes 52: as text it would have two digits and four.
_CIP = re.compile(r"9\.9{1,4}|99\.9{1,3}|9{1,2}")


@dataclass(frozen=True)
class _Damage:
    """A kind of damage that shows in the shapes of a column: in which columns it is looked for, and its shapes."""

    kind: str
    detail: str
    columns: Sequence[Profile]
    is_damaged: Callable[[str], bool]


def spreadsheet_drift(layout: FileLayout, columns: Sequence[Profile], last: Earlier | None) -> Iterator[Measured]:
    """Yield the damage of spreadsheets in one kind of record."""
    ours = our_columns(layout)
    cips = [p for p in columns if p.our_column == "cip_code"]
    days = [p for p in columns if p.column_name in ours and isinstance(ours[p.column_name].type, Date)]
    shaped = [p for p in columns if p.patterns]
    for damage in (
        _Damage("excel_cip", "zeros of CIP codes lost, as 1.0101 for 01.0101", cips, _is_cut_cip),
        _Damage("excel_scientific", "numbers in scientific notation, as 1.23E+08", shaped, is_scientific),
        _Damage("excel_date_serial", "dates as counts of days, as 45123", days, is_date_serial),
    ):
        if damage.columns:
            yield Measured(damage.kind, len(damage.columns), tuple(_damaged(damage)))
    yield from _zeros_lost(layout, columns, last)


def _is_cut_cip(shape: str) -> bool:
    return _CIP.fullmatch(shape) is not None


def _damaged(damage: _Damage) -> Iterator[Change]:
    for profile in damage.columns:
        count = sum(count for shape, count in profile.patterns.items() if damage.is_damaged(shape))
        if count:
            yield _change(damage.kind, profile, damage.detail, count, profile.filled_count)


def _zeros_lost(layout: FileLayout, columns: Sequence[Profile], last: Earlier | None) -> Iterator[Measured]:
    """Yield leading zeros lost: codes declared as 01 that came as 1, numbers of one length that came shorter."""
    then = last.columns_of(layout) if last else {}
    changes, subjects, codes = [], 0, known_codes(layout)
    for profile in columns:
        declared = codes.get(profile.column_name, set())
        bare = {code.lstrip("0") for code in declared if re.fullmatch(r"0+[1-9]\d*", code)} - declared
        old = then.get(profile.column_name)
        width = _one_width(old) if old else None
        if bare and profile.codes:
            count = sum(n for code, n in profile.codes.items() if code in bare)
            detail = "codes without their leading zeros, as 1 for 01"
        elif width and profile.patterns:
            count = sum(n for shape, n in profile.patterns.items() if 0 < (digits_in(shape) or 0) < width)
            detail = f"fewer digits than the {width} that all had before: leading zeros lost"
        else:
            continue
        subjects += 1
        changes += [_change("excel_zeros_lost", profile, detail, count, profile.filled_count)] if count else []
    if subjects:
        yield Measured("excel_zeros_lost", subjects, tuple(changes), last.submission_id if last else None)


def _one_width(profile: Profile) -> int | None:
    """Return the number of digits that all values of a column have; None where they are not numbers of one length."""
    widths = {digits_in(shape) for shape in profile.patterns if shape != BLANK}
    width = next(iter(widths), None)
    return width if len(widths) == 1 and width and width > 1 else None


def _change(kind: str, profile: Profile, detail: str, count: int, n: int) -> Change:
    return Change(
        kind, detail, profile.layout_name, profile.table_name, profile.column_name, measured=count, n=n
    )  # fmt: skip
