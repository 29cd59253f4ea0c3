"""How many findings each rule has at each institution: open, new, come back, fixed by the last night that looked.

Which rules fail is said by ``standing``: findings are rows, a verdict is a share of rows against a threshold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.desk.desk import Desk

# A finding that is fixed keeps the run that saw it last: it is fixed by the last look where that is the look before.
TALLIES = """
    with looked as (
        select rule_id, grantee_id, program_year, max(run_id, 2) as run_ids
        from quality.rule_result where institution_id is null and status <> 'error' group by all
    ),
    counted as (
        select rule_id, severity, grantee_id, institution_id, state, change, last_seen_run_id,
            case when grantee_id is not null then program_year end as program_year,
            count(*) as finding_count, count(*) filter (where is_waived) as waived_count
        from quality.finding group by all
    )
    select counted.grantee_id, counted.program_year, counted.institution_id, counted.rule_id, counted.severity,
        looked.run_ids[1] as run_id,
        cast(sum(case when state = 'open' then finding_count else 0 end) as bigint) as open_count,
        cast(sum(case when state = 'open' then waived_count else 0 end) as bigint) as waived_count,
        cast(sum(case when state = 'open' and change = 'new' then finding_count else 0 end) as bigint) as new_count,
        cast(sum(case when state = 'open' and change = 'came_back' then finding_count else 0 end) as bigint)
            as came_back_count,
        cast(sum(
            case when state = 'fixed' and last_seen_run_id = looked.run_ids[2] then finding_count else 0 end
        ) as bigint) as fixed_count
    from counted
    left join looked on counted.rule_id = looked.rule_id
        and counted.grantee_id is not distinct from looked.grantee_id
        and counted.program_year is not distinct from looked.program_year
    group by all
    order by counted.grantee_id, counted.program_year, counted.rule_id, counted.institution_id, counted.severity
"""


@dataclass(frozen=True)
class Tally:
    """Findings of a rule at an institution, counted.

    ``run_id`` is the last run that looked, to which new, come back and fixed belong; None where none is kept.
    """

    grantee_id: str | None
    program_year: str | None
    institution_id: str | None
    rule_id: str
    severity: str
    run_id: str | None
    open_count: int
    waived_count: int
    new_count: int
    came_back_count: int
    fixed_count: int


@dataclass(frozen=True)
class Counts:
    """Sums of tallies. What is still open is open, and neither new nor come back."""

    open: int = 0
    waived: int = 0
    new: int = 0
    came_back: int = 0
    fixed: int = 0

    @property
    def still_open(self) -> int:
        """Findings that the look before had found, too."""
        return self.open - self.new - self.came_back


def tallies(desk: Desk) -> list[Tally]:
    """Return the findings counted, in a stated order."""
    return [
        Tally(
            r["grantee_id"], r["program_year"], r["institution_id"], r["rule_id"], r["severity"], r["run_id"],
            r["open_count"], r["waived_count"], r["new_count"], r["came_back_count"], r["fixed_count"],
        )
        for r in desk.rows(TALLIES)
    ]  # fmt: skip


def total(found: Iterable[Tally], run_id: str | None = None) -> Counts:
    """Return the sums; with ``run_id``, what is new, come back and fixed is that of this run alone."""
    chosen = list(found)
    told = [t for t in chosen if run_id is None or t.run_id == run_id]
    return Counts(
        sum(t.open_count for t in chosen), sum(t.waived_count for t in chosen), sum(t.new_count for t in told),
        sum(t.came_back_count for t in told), sum(t.fixed_count for t in told),
    )  # fmt: skip
