"""The ``[suppression]`` and ``[[suppression_source]]`` of a ``grantee.toml``, read and checked.

What a policy says of a count stands in ``suppression_policy``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from pipelines.code_sets import code_set
from pipelines.configuration import ConfigurationError, hold_keys
from pipelines.suppression_policy import PUBLISHER, Policy, strictest

_BAND = re.compile(r"0\.[0-4][0-9]")
_FURTHER = re.compile(rf"{PUBLISHER}:\S.*")


@dataclass(frozen=True)
class _Block:
    """The keys of ``[suppression]`` and ``[[suppression_source]]``, with the house defaults of those left out."""

    threshold: int
    source: str
    approved_by: str = ""
    approved_on: date | None = None
    name: str = PUBLISHER
    protection_width: int | None = None  # the threshold
    # The first three after the ladder that Utah prints for groups from 20 to over 300; wider ones for smaller groups.
    bands: Sequence[str] = ("0.05", "0.10", "0.20", "0.30", "0.40")
    rate_digits: int = 3
    count_rounding: int = 1
    smallest_change: int | None = None  # the threshold


def policies_from(publisher: Any, sources: Any, path: Path) -> tuple[Policy, ...]:
    """Return the policies of a ``grantee.toml``, the publisher's first. Raises ConfigurationError that names the key.

    ``publisher`` is its ``[suppression]``, ``sources`` its blocks ``[[suppression_source]]``: what one does not say of
    bands, digits and rounding is as the publisher says it.
    """
    first = _policy(publisher, f"{path}: [suppression]")
    if first.name != PUBLISHER:
        _refuse(f"{path}: [suppression]", f"name is {first.name!r}: it is the publisher's; leave the key out")
    if not isinstance(sources, list):
        _refuse(f"{path}: suppression_source", "write each as a block of its own, [[suppression_source]]")
    said = {key: publisher[key] for key in ("bands", "rate_digits", "count_rounding") if key in publisher}
    found = [first]
    for number, block in enumerate(sources, start=1):
        where = f"{path}: [[suppression_source]] number {number}"
        found.append(_policy({**said, **block} if isinstance(block, Mapping) else block, where))
        if found[-1].name in [PUBLISHER, *(one.name for one in found[:-1])]:
            _refuse(where, f"name is {found[-1].name!r}: it stands elsewhere; name each source once")
    if not strictest(found).bands:
        _refuse(f"{path}: [[suppression_source]] bands", "none is in all policies, so that no rate could be shown")
    return tuple(found)


def _policy(block: Any, where: str) -> Policy:
    hold_keys(_Block, block, where)
    said = _Block(**block)
    for key, (is_right, fix) in _checks().items():
        if not is_right(getattr(said, key)):
            _refuse(where, f"{key} is {getattr(said, key)!r}; {fix}")
    return Policy(
        threshold=said.threshold,
        width=said.protection_width or said.threshold,
        bands=tuple(Fraction(band) for band in said.bands),
        rate_digits=said.rate_digits,
        count_rounding=said.count_rounding,
        smallest_change=said.smallest_change or said.threshold,
        approved_by=said.approved_by.strip(),
        approved_on=said.approved_on,
        source=said.source,
        name=said.name,
    )


def _checks() -> dict[str, tuple[Callable[[Any], bool], str]]:
    """Return, by key, what a value must satisfy, and what to write instead."""
    names = (PUBLISHER, *code_set("placement_source"))
    return {
        "threshold": (_between(2, 1000), "write the smallest count that may be shown, a whole number from 2 to 1000"),
        "source": (lambda value: isinstance(value, str) and bool(value.strip()), "say where the policy stands"),
        "approved_by": (lambda value: isinstance(value, str), 'write name and role in quotes, or "" for nobody yet'),
        "approved_on": (_is_day, "write the day without quotes, such as 2026-07-01, or leave the key out"),
        "name": (
            lambda value: isinstance(value, str) and (value in names or bool(_FURTHER.fullmatch(value))),
            f"write one of {', '.join(names[1:])}, or {PUBLISHER}:<who else publishes>",
        ),
        "protection_width": (_or_none(_between(2, 1000)), "write a whole number from 2 to 1000, or leave it out"),
        "bands": (_are_bands, 'write shares of whole percents under a half, smallest first, such as ["0.05", "0.10"]'),
        "rate_digits": (_between(2, 6), "write the decimals of a rate as a share of 1, from 2 to 6"),
        "count_rounding": (_between(1, 1000), "write 1 for no rounding, or a whole number up to 1000"),
        "smallest_change": (_or_none(_between(1, 100_000)), "write a whole number above 0, or leave it out"),
    }


def _between(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _or_none(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _is_day(value: Any) -> bool:
    return value is None or (isinstance(value, date) and not isinstance(value, datetime))


def _are_bands(value: Any) -> bool:
    """Return whether bands are texts of whole percents: they are named by them, and a float decides nothing."""
    if not isinstance(value, list | tuple) or not all(isinstance(b, str) and _BAND.fullmatch(b) for b in value):
        return False
    return bool(value) and "0.00" not in value and list(value) == sorted(set(value))


def _refuse(where: str, fix: str) -> NoReturn:
    msg = f"{where}: {fix}"
    raise ConfigurationError(msg)
