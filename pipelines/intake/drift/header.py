"""Columns added, missing, moved and renamed: the names of a file, beside its layout's and those accepted before."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from pipelines.intake.drift.change import Change, Measured
from pipelines.intake.drift.earlier import Earlier
from pipelines.intake.drift.profile import Profile
from pipelines.intake.reading.lines_mask import tell_names
from pipelines.intake.reading.read import FileReading
from pipelines.layouts import FileLayout

NO_LAYOUT = ""  # the layout name of columns that no layout knows
_LIKE = 1 / 2  # share of rows (or of letters, where nobody has read the rows) from which two columns may be the same
_THOUSAND = 1000


def positions(layout: FileLayout, reading: FileReading) -> dict[str, int]:
    """Return the places of those columns of a layout that the file has, from 1."""
    places = {name.strip().casefold(): place for place, name in reversed(list(enumerate(reading.header, start=1)))}
    there = [c.name for c in layout.columns if c.name not in reading.missing_columns]
    return {name: places.get(name.strip().casefold(), place) for place, name in enumerate(there, start=1)}


def unknown_columns(reading: FileReading) -> list[Profile]:
    """Return the columns that no layout knows; nobody has read their values, and their names may be none."""
    told = tell_names(reading.unexpected_columns)
    places = {name.strip(): place for place, name in enumerate(reading.header, start=1)}
    return [
        Profile(NO_LAYOUT, None, name, places.get(sent, 0))
        for sent, name in zip(reading.unexpected_columns, told, strict=True)
    ]


def header_drift(
    layout: FileLayout, columns: Sequence[Profile], unknown: Sequence[Profile], last: Earlier | None
) -> Iterator[Measured]:
    """Yield what has become of the columns of one kind of record; ``unknown`` are those that no layout knows."""
    now = {p.column_name: p for p in columns}
    if last is None:
        added = [] if layout.is_partial else list(unknown)
        yield Measured("column_added", len(now) + len(unknown), tuple(_added(layout, p) for p in added))
        return
    then = last.columns_of(layout)
    known_then = {**then, **{name: p for (_, name), p in last.profiles.items()}}
    extra = [] if layout.is_partial else [p for p in unknown if p.column_name not in known_then]
    fresh = [p for name, p in now.items() if name not in then]
    gone = [p for name, p in then.items() if name not in now]
    changes = {
        "column_added": [_added(layout, p) for p in (*fresh, *extra)],
        "column_missing": [_change("column_missing", layout, p, "accepted before") for p in gone],
        "column_moved": list(_moved(layout, now, then)),
        "column_renamed": list(_renamed(layout, gone, [*fresh, *extra])),
    }
    for kind, found in changes.items():
        yield Measured(kind, len({*now, *then}), tuple(found), last.submission_id)


def _change(kind: str, layout: FileLayout, profile: Profile, detail: str) -> Change:
    return Change(kind, detail, layout.name, layout.table, profile.column_name)


def _added(layout: FileLayout, profile: Profile) -> Change:
    detail = "not in the layout" if profile.layout_name == NO_LAYOUT else "not in the file accepted before"
    return _change("column_added", layout, profile, detail)


def _moved(layout: FileLayout, now: Mapping[str, Profile], then: Mapping[str, Profile]) -> Iterator[Change]:
    """Yield the fewest columns that must have moved: those outside of the longest run still in its order."""
    common = sorted((name for name in now if name in then), key=lambda name: now[name].position)
    stayed = _longest_rising([then[name].position for name in common])
    for number, name in enumerate(common):
        if number not in stayed:
            place, was = now[name].position, then[name].position
            yield Change("column_moved", f"place {place}, {was} before", layout.name, layout.table, name, place, was)


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Return the places of a longest rising run of numbers."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else None)
        tails[at:at + 1], ends[at:at + 1] = [number], [place]  # fmt: skip
    found: set[int] = set()
    step = ends[-1] if ends else None
    while step is not None:
        found.add(step)
        step = before[step]
    return found


def _renamed(layout: FileLayout, gone: Sequence[Profile], added: Sequence[Profile]) -> Iterator[Change]:
    """Yield for each missing column the new one most like it: by content, or by name where nobody has read the rows."""
    left = list(added)
    for old in gone:
        ranked = sorted(((*_likeness(old, new), new) for new in left), key=lambda r: (-r[0], r[2].column_name))
        if ranked and ranked[0][0] >= _LIKE:
            share, by, new = ranked[0]
            left.remove(new)
            detail = f"{old.column_name} before, {share:.0%} alike by {by}"
            yield Change(
                "column_renamed", detail, layout.name, layout.table, new.column_name,
                measured=round(share * _THOUSAND), n=_THOUSAND,
            )  # fmt: skip


def _likeness(old: Profile, new: Profile) -> tuple[float, str]:
    """Return how alike two columns are, from 0 to 1, and by what."""
    if new.row_count is None or old.row_count is None:
        return SequenceMatcher(None, old.column_name.casefold(), new.column_name.casefold()).ratio(), "name"
    then, now = (p.codes or p.patterns for p in (old, new))
    if not old.row_count or not new.row_count or bool(old.codes) != bool(new.codes):
        return 0.0, "content"
    shares = [min(now.get(text, 0) / new.row_count, count / old.row_count) for text, count in then.items()]
    return min(sum(shares), 1.0), "content"
