"""From counts to a status, in exact integers. What a count is, and where a status is written, is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from expectations.rule import Threshold

Status = Literal["error", "not_applicable", "failed", "passed"]
STATUS_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "passed": "passed",
        "failed": "failed",
        "not_applicable": "nothing to judge",
        "error": "could not be judged",
    }
)


def status(population: int | None, failed: int | None, threshold: Threshold, *, error: bool = False) -> Status:
    """Return the status of a rule of whose ``population`` rows ``failed`` rows fail.

    The order is error, not_applicable, failed, passed: a count that is missing never reads as passed, and a rule that
    concerns nobody has not been passed by anybody.

    Raises:
        ValueError: the counts cannot be true (negative, or more failed than judged).
    """
    if error or population is None or failed is None:
        return "error"
    if not 0 <= failed <= population:
        message = f"{failed} failed of {population} judged rows: the counts contradict each other"
        raise ValueError(message)
    if population == 0:
        return "not_applicable"
    return "passed" if threshold.allows(population, failed) else "failed"
