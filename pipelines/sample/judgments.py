"""What invented people say of an invented sample: ratings, plan, agreements, owners. The texts stand in ``said``.

The same years give the same bytes. Levels differ between grantees and rounds, so that pages show movement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template

from pipelines.sample.plan import Plan
from pipelines.sample.records import year_name

_SAID = Path(__file__).with_name("said")
_LEVELS, _ELEMENTS = 3, range(1, 7)  # so many levels in the first round; a later one may lie one higher


def said_files(one: Plan, start_years: Sequence[int], order: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of the files that people write, for the years of a sample; ``order`` is the grantee's."""
    head = f"# FICTIONAL, not data of {one.grantee.name}: nobody has said, planned or agreed any of this.\n"
    first, last = start_years[0], start_years[-1]
    years = {
        "first_year": year_name(first), "first_start": first, "first_end": first + 1, "last_end": last + 1,
        "in_five": first + 5, "before": first - 3,
    }  # fmt: skip
    rounds = "".join(_text("ratings", _round(start_year, order, n)) for n, start_year in enumerate(start_years))
    yield "ratings.toml", (head + rounds).encode()
    for name in ("plan", "agreements", "owners"):
        yield f"{name}.toml", (head + _text(name, years)).encode()


def _round(start_year: int, order: int, number: int) -> dict[str, object]:
    levels = {f"level_{e}": 1 + (order + e) % _LEVELS + min(number, 1) * ((order + e) % 2) for e in _ELEMENTS}
    return {"round": f"fall-{start_year + 1}", "year": year_name(start_year), "autumn": start_year + 1, **levels}


def _text(name: str, values: dict[str, object]) -> str:
    return Template((_SAID / f"{name}.toml").read_text(encoding="utf-8")).substitute(values)
