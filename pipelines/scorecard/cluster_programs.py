"""Programs by Career Cluster as a scorecard reads them, and what is summed over them. No wording of tables here.

Persons are counted once in the State, at the program in which they earned most credits, so that any partition of the
programs partitions the concentrators too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipelines.career_clusters import LEGACY, MODERN
from pipelines.code_sets import code_set
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share, at_rank

UNKNOWN = "unknown"
READY, ONE, SEVERAL, NONE = "ready", "one", "several", "none"
_QUERY = """
    select institution_id, program_id, program_name, is_in_inventory, cip_code, cip_version, career_cluster_code,
        career_cluster_framework, expected_framework, proposed_cluster_code, proposed_cluster_count, unmapped_reason,
        legacy_cluster_code, legacy_source, agreement, crosswalk_program_year, concentrator_once_count
    from mart.program_cluster where grantee_id = $1 and program_year = $2
    order by cip_code nulls last, cip_version, institution_id, program_id
"""


@dataclass(frozen=True)
class Program:
    """A program of the inventory, or one that only its students name (``is_in_inventory`` false).

    ``concentrator_once_count`` are the persons counted here and at no other program. ``agreement`` and
    ``unmapped_reason`` are codes of ``mart.program_cluster``.
    """

    institution_id: str
    program_id: str
    program_name: str | None
    is_in_inventory: bool
    cip_code: str | None
    cip_version: str | None
    career_cluster_code: str | None
    career_cluster_framework: str | None
    expected_framework: str | None
    proposed_cluster_code: str | None
    proposed_cluster_count: int
    unmapped_reason: str | None
    legacy_cluster_code: str | None
    legacy_source: str | None
    agreement: str
    crosswalk_program_year: str | None
    concentrator_once_count: int

    @property
    def readiness(self) -> str:
        """How far the program is from a submission in the framework of 14: ready, one, several or none proposed."""
        if self.career_cluster_framework == MODERN:
            return READY
        return NONE if not self.proposed_cluster_count else ONE if self.proposed_cluster_count == 1 else SEVERAL


Sign = Callable[[Program], bool]


def programs_of(partition: Partition) -> tuple[Program, ...]:
    """Return the programs of the partition by CIP code, institution and number; none where the model was not made."""
    rows: list[dict[str, Any]] = partition.rows_of("mart.program_cluster", _QUERY)
    return tuple(Program(**row) for row in rows)


def program_share(programs: Sequence[Program], sign: Sign) -> Share:
    """Return the share of the inventory's programs that have a sign."""
    known = [program for program in programs if program.is_in_inventory]
    return Share(sum(map(sign, known)), len(known))


def person_share(programs: Sequence[Program], sign: Sign) -> Share:
    """Return the share of the concentrators, each counted once, whose program has a sign."""
    found = sum(program.concentrator_once_count for program in programs if sign(program))
    return Share(found, sum(program.concentrator_once_count for program in programs))


def by_institution(
    programs: Sequence[Program], sign: Sign, share: Callable[[Sequence[Program], Sign], Share]
) -> tuple[Share | None, Share | None, int]:
    """Return the median and the worst institution's share, and how many institutions have one."""
    places = sorted({program.institution_id for program in programs})
    shares = [share([p for p in programs if p.institution_id == place], sign) for place in places]
    told = [one for one in shares if one.denominator]
    return at_rank(told, Fraction(1, 2)), at_rank(told, Fraction(0)), len(told)


def counts(programs: Sequence[Program], key: Callable[[Program], str]) -> dict[str, tuple[Share, Share]]:
    """Return the share of programs and of concentrators by key, in the order of keys; both partition their total."""
    keys = sorted({key(program) for program in programs})
    return {
        one: (
            program_share(programs, lambda p, one=one: key(p) == one),  # type: ignore[misc]
            person_share(programs, lambda p, one=one: key(p) == one),  # type: ignore[misc]
        )
        for one in keys
    }


def label(code: str | None) -> str:
    """Return the name of a cluster, with the code of a legacy one; an unknown code as it is."""
    if code is None or code == UNKNOWN:
        return "no cluster known"
    known = code_set("career_cluster").get(code)
    if known is None:
        return code
    return f"{code} {known.label}" if code.isdigit() else known.label


def framework_words(framework: str | None) -> str:
    """Return a framework in words."""
    return {LEGACY: "16 legacy clusters", MODERN: "14 clusters (2024)"}.get(framework or "", "not known")
