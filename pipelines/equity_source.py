"""Where each equity flag comes from: the ``[[equity_source]]`` blocks of a ``grantee.toml``, read and checked.

A flag says little without its source: aid forms know only those who filed one, a proxy is wider or narrower than the
population that it stands for. What the sources do to readiness stands in ``sql/mart/readiness.sql``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError
from pipelines.schema import equity_columns

SOURCES = ("self_report", "aid_form", "institution_record", "administrative_match", "derived")


@dataclass(frozen=True)
class EquitySource:
    """The source of one equity dimension. ``proxy`` says what stands for it (``Pell eligible``), empty for itself."""

    equity_dimension: str
    source: str
    evidence: str
    proxy: str = ""


def equity_dimensions() -> tuple[str, ...]:
    """Return the equity dimensions in the order of their columns; race and ethnicity roll up from two answers."""
    own = [column.info["equity"] for column in equity_columns()]
    return (own[0], "race_ethnicity", *own[1:])


def equity_sources(blocks: Sequence[dict[str, Any]], path: Path) -> tuple[EquitySource, ...]:
    """Return the sources that blocks declare. Raises ConfigurationError that names the file, the block and the key."""
    found = tuple(_source(block, number, path) for number, block in enumerate(blocks, start=1))
    doubled = [name for name, count in Counter(one.equity_dimension for one in found).items() if count > 1]
    if doubled:
        msg = f"{path}: [[equity_source]] {', '.join(doubled)}: declared twice; leave one block"
        raise ConfigurationError(msg)
    return found


def _source(block: dict[str, Any], number: int, path: Path) -> EquitySource:
    try:
        found = EquitySource(**block)
    except TypeError as fault:
        msg = (
            f"{path}: [[equity_source]] number {number}: {fault}; "
            "the keys are equity_dimension, source, proxy and evidence"
        )
        raise ConfigurationError(msg) from fault
    allowed = {"equity_dimension": equity_dimensions(), "source": SOURCES}
    for key, values in allowed.items():
        if getattr(found, key) not in values:
            msg = (
                f"{path}: [[equity_source]] number {number}: {key} is {getattr(found, key)!r}; "
                f"write one of {', '.join(values)}"
            )
            raise ConfigurationError(msg)
    return found
