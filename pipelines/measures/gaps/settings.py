"""What a grantee may declare on gaps: the table ``[gaps]`` of its ``grantee.toml``, with house defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipelines.configuration import ConfigurationError
from pipelines.grantee import Grantee

METHODS = ("ppg_2017", "ppg1_2022", "prop_index", "index_80")
KEYS = ("methods", "false_discovery_rate", "smallest_n", "practical_points")


@dataclass(frozen=True)
class GapSettings:
    """How gaps are tested. The statutory gap is always there; ``methods`` are those computed beside it.

    ``false_discovery_rate`` is a share. A group of ``smallest_n`` or fewer is not tested and is no yardstick of
    another. ``practical_points`` is the gap in percentage points from which on it matters in practice.
    """

    methods: tuple[str, ...] = METHODS
    false_discovery_rate: Fraction = Fraction(1, 20)
    smallest_n: int = 10  # California's rule of 2022: n <= 10 is insufficient
    practical_points: Fraction = Fraction(3)  # house default: the smallest margin of the 2017 percentage point gap


def settings_of(owner: Grantee) -> GapSettings:
    """Return a grantee's settings. Raises ConfigurationError that names file, key and what may stand there."""
    try:
        return parse_settings(owner.gaps)
    except (ValueError, TypeError, ZeroDivisionError) as fault:
        msg = f"{owner.folder}/grantee.toml: [gaps] {fault}"
        raise ConfigurationError(msg) from fault


def parse_settings(content: Mapping[str, Any]) -> GapSettings:
    """Return the settings that a table of TOML says. Raises ValueError or TypeError that names the key."""
    if unknown := sorted(set(content) - set(KEYS)):
        msg = f"{', '.join(unknown)}: no such key; there are {', '.join(KEYS)}"
        raise ValueError(msg)
    house = GapSettings()
    methods = content.get("methods", list(house.methods))
    if not isinstance(methods, list) or not set(methods) <= set(METHODS):
        msg = f"methods = {methods!r}; write a list of {', '.join(METHODS)}"
        raise ValueError(msg)
    return GapSettings(
        methods=tuple(method for method in METHODS if method in methods),
        false_discovery_rate=_number(content, "false_discovery_rate", house.false_discovery_rate, 1),
        smallest_n=int(_number(content, "smallest_n", Fraction(house.smallest_n), 10**6)),
        practical_points=_number(content, "practical_points", house.practical_points, 100),
    )


def _number(content: Mapping[str, Any], key: str, default: Fraction, most: int) -> Fraction:
    value = content.get(key, default)
    is_float = isinstance(value, float)  # 0.05 in floats is another number
    try:
        found = Fraction(-1) if is_float or isinstance(value, bool) else Fraction(value)
    except ValueError:
        found = Fraction(-1)
    if not 0 <= found <= most:
        msg = f'{key} = {value!r}; write a number from 0 to {most} in quotes, for example {key} = "{default}"'
        raise ValueError(msg)
    if key == "smallest_n" and found.denominator != 1:
        msg = f'{key} = {value!r}; write a whole number in quotes, for example {key} = "{default}"'
        raise ValueError(msg)
    return found
