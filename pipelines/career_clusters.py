"""Which framework of Career Clusters a State uses: the ``[career_clusters]`` block of a ``grantee.toml``, checked.

Whether and since when a State has adopted the framework of 14 is the State's word; nothing here guesses it. What a
crosswalk proposes stands in ``sql/mart/cluster_field.sql``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError, hold_keys

LEGACY, MODERN = "16-cluster", "14-cluster"
FIRST_MODERN_YEAR = "2025-26"  # from memory: Advance CTE's timeline, collection on the 14 clusters begins in fall 2025
FIRST_FEDERAL_SUBMISSION = "early in 2027 (Advance CTE's implementation timeline)"
ADOPTED = ("wholly", "partly", "not", "unknown")
# House defaults, each a sequence in which clusters of one field are put; the first one is its primary cluster.
PRIMARY_RULES = {
    "most_sub_clusters_then_family_then_workbook_order": (
        "the cluster with the most sub-clusters of the CIP code; of several, the one that most CIP codes of the same "
        "two-digit family belong to; of several, the first in the workbook"
    ),
    "most_sub_clusters_then_workbook_order": (
        "the cluster with the most sub-clusters of the CIP code; of several, the first in the workbook"
    ),
    "single_only": "the cluster of CIP codes that have just one; a CIP code of several clusters has no primary one",
}
_YEAR = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class CareerClusters:
    """The framework in which a State approves programs.

    ``framework`` holds from the program year ``effective_from`` on, and the legacy one before; an empty
    ``effective_from`` goes with the legacy framework. ``adopted`` says how far the State has adopted the framework of
    14: wholly, partly, not, or unknown. ``primary_rule`` puts a field with several clusters in one.
    """

    framework: str = LEGACY
    adopted: str = "unknown"
    effective_from: str = ""
    primary_rule: str = "most_sub_clusters_then_family_then_workbook_order"
    evidence: str = ""

    def framework_of(self, program_year: str) -> str | None:
        """Return the framework of a program year; None where that is not known."""
        if self.framework == MODERN:
            return MODERN if program_year >= self.effective_from else LEGACY
        is_known = self.adopted == "not" or program_year < FIRST_MODERN_YEAR
        return LEGACY if is_known else None


def career_clusters(block: dict[str, Any], path: Path) -> CareerClusters:
    """Return what the block says. Raises ConfigurationError that names file and key."""
    where = f"{path}: [career_clusters]"
    hold_keys(CareerClusters, block, where)
    found = CareerClusters(**block)
    words: dict[str, tuple[str, ...]] = {
        "framework": (LEGACY, MODERN), "adopted": ADOPTED, "primary_rule": tuple(PRIMARY_RULES),
    }  # fmt: skip
    for key, known in words.items():
        if getattr(found, key) not in known:
            msg = f"{where}: {key} is {getattr(found, key)!r}; write one of {', '.join(known)}"
            raise ConfigurationError(msg)
    if bool(found.effective_from) != (found.framework == MODERN) or (
        found.effective_from and not _YEAR.fullmatch(found.effective_from)
    ):
        msg = (
            f"{where}: effective_from is {found.effective_from!r}; with {MODERN} write the first program year of it, "
            f"like {FIRST_MODERN_YEAR}, and with {LEGACY} leave it empty"
        )
        raise ConfigurationError(msg)
    if (found.framework == MODERN) != (found.adopted in ("wholly", "partly")):
        msg = f"{where}: adopted is {found.adopted!r}; {MODERN} is adopted wholly or partly, {LEGACY} goes with neither"
        raise ConfigurationError(msg)
    return found
