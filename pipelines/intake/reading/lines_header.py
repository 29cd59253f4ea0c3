"""Which lines are data, and which column stands where: titles, header, trailers, and the header's names.

Judges names only; what the values mean is the layout's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_control import Control, controls_at_end, controls_at_top, refuse_missing
from pipelines.intake.reading.lines_format import POSITION_COLUMNS, Field, FileRefused, TextFormat
from pipelines.intake.reading.lines_mask import mask, tell_names
from pipelines.intake.reading.lines_quotes import scan_row

# What `cte annotate` writes at the college into its own file; sent again with the file, it says nothing.
PROBLEM_COLUMN, REPAIR_COLUMN = "cte_problem", "cte_repair"
_MOST_COLUMNS = 20_000
_MOST_NAMES_TOLD = 12


@dataclass(frozen=True)
class Columns:
    """The columns in the order of the file, under the names that the rows carry."""

    names: tuple[str, ...]
    header: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Body:
    """The lines from ``first`` up to ``last`` are data or blank; header, trailers and control lines are around them."""

    first: int
    last: int
    header_line: int | None
    trailer: tuple[str, ...]
    controls: tuple[Control, ...] = ()


def find_body(lines: Lines, text_format: TextFormat) -> Body:
    """Find the data: behind titles, header records and header, before trailer records and the last trailer lines.

    Raises FileRefused where a header or trailer record that the layout declares is missing.
    """
    start = min(text_format.title_lines, len(lines))
    first, controls = controls_at_top(lines, start, text_format.header_record)
    is_found = first > start
    header_line = _next_filled(lines, first, len(lines)) if text_format.has_header else None
    if header_line is not None:
        first, more = controls_at_top(lines, header_line + 1, text_format.header_record)
        is_found, controls = is_found or first > header_line + 1, controls + more
    refuse_missing(is_found or not text_format.header_record, "header_record", start + 1)
    end = _before_trailer_lines(lines, first, text_format.trailer_lines)
    last, at_end = controls_at_end(lines, first, end, text_format.trailer_record)
    refuse_missing(last < end or not text_format.trailer_record, "trailer_record", len(lines))
    trailer = tuple(text for text in map(lines.text, range(last, len(lines))) if text.strip())
    return Body(first, last, header_line, trailer, (*controls, *at_end))


def _before_trailer_lines(lines: Lines, first: int, count: int) -> int:
    last = len(lines)
    for _ in range(count):
        while last > first and not lines.text(last - 1).strip():
            last -= 1
        last = max(last - 1, first)
    return last


def _next_filled(lines: Lines, first: int, last: int) -> int | None:
    return next((i for i in range(first, last) if lines.text(i).strip()), None)


def read_header(lines: Lines, line: int, own: bytes) -> tuple[tuple[str, ...], int]:
    """Return the names in the header and the lines it takes. Raises FileRefused where its quotes are not in order."""
    scan = scan_row(lines, line, len(lines), own, _MOST_COLUMNS)
    if not scan.values:
        msg = f"line {line + 1}: the quotes of the header are not in order; close each quote that opens a column name"
        raise FileRefused(reason_code="file_header_matches_layout", message=msg)
    return tuple(v.decode(errors="replace") for v in scan.values), scan.line_count


def match_header(header: tuple[str, ...], fields: Sequence[Field], line: int) -> Columns:
    """Match names without regard to letter case, order and surrounding blanks. Raises FileRefused with the fix."""
    declared = {f.name.strip().casefold(): f for f in fields}
    found = Counter(h.strip().casefold() for h in header)
    twice = [f.name for key, f in declared.items() if found[key] > 1]
    lacking = [f for key, f in declared.items() if not found[key]]
    required = [f.name for f in lacking if not f.is_optional]
    if twice or required:
        raise _refusal(_told(header, declared), twice, required, line, is_known=len(lacking) < len(declared))
    names: list[str] = []
    unexpected: list[str] = []
    for place, text in enumerate(header, start=1):
        field = declared.get(text.strip().casefold())
        names.append(
            field.name if field else _free_name(text.strip() or f"column {place}", {*names, *POSITION_COLUMNS})
        )
        is_ours = text.strip().casefold() in {PROBLEM_COLUMN, REPAIR_COLUMN}
        unexpected += [] if field or is_ours else [names[-1]]
    return Columns(tuple(names), header, tuple(unexpected), tuple(f.name for f in lacking))


def _free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name += " (again)"
    return name


def _told(header: Sequence[str], declared: Collection[str]) -> list[str]:
    """Return the header as a message may tell it: declared names, the others only if they hold no value.

    A line without a single known name may be a record, so only its shape is shown.
    """
    names = [h.strip() for h in header]
    others = [name for name in names if name.casefold() not in declared]
    shown = iter([mask(name) for name in others] if len(others) == len(names) else tell_names(others))
    return [name if name.casefold() in declared else next(shown) for name in names]


def _refusal(header: Sequence[str], twice: list[str], required: list[str], line: int, *, is_known: bool) -> FileRefused:
    """Say what is wrong."""
    shown = header[:_MOST_NAMES_TOLD]
    more = f" and {len(header) - _MOST_NAMES_TOLD} more" if len(header) > _MOST_NAMES_TOLD else ""
    faults = [f"column {n!r} stands there twice; keep one" for n in twice]
    faults += [f"column {n!r} is missing; add it, or name it so" for n in required[:_MOST_NAMES_TOLD]]
    hint = "" if is_known else "; no declared column is there: is the header missing, the delimiter another one?"
    found = f"Found: {', '.join(shown)}{more}{hint}"
    msg = f"line {line + 1}: the header does not match the layout: {'; '.join(faults)}. {found}"
    return FileRefused(reason_code="file_header_matches_layout", message=msg)


def match_places(found: Iterable[int], fields: Sequence[Field]) -> Columns:
    """Name the columns of records without header by their place; optional ones may be absent at the end of all.

    ``found`` are the numbers of fields of the first records.
    """
    optional = next((i for i, f in enumerate(reversed(fields)) if not f.is_optional), len(fields))
    allowed = range(max(len(fields) - optional, 1), len(fields) + 1)
    widths = Counter(found)
    width = max(reversed(allowed), key=lambda w: widths[w]) if optional else len(fields)
    return Columns(tuple(f.name for f in fields[:width]), missing=tuple(f.name for f in fields[width:]))
