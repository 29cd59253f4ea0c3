"""The rooms of a real release. Imported only by who releases or rehearses: solvers are heavy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from expectations.catalogue import all_rules
from pipelines.disclosure.audit.under_policy import under_policy
from pipelines.disclosure.audit.unread import unread
from pipelines.disclosure.audit.verdict import audit
from pipelines.disclosure.gather.gather import gather
from pipelines.disclosure.gather.pooled import pooled
from pipelines.disclosure.permission import may_release
from pipelines.disclosure.problem import Problem
from pipelines.disclosure.protect.protect import protect
from pipelines.disclosure.quality import freeze_quality
from pipelines.disclosure.release.rooms import KEYS, Decision, Permission, Proof, Rooms
from pipelines.grantee import Grantee, grantee
from pipelines.suppression_policy import strictest

# Of one grantee, beside what each count takes; what is not proven by then is refused.
PROTECT_SECONDS, SECONDS_OF_A_COUNT, AUDIT_SECONDS = 120.0, 0.05, 180.0


def all_rooms() -> Rooms:
    """Return the rooms of a real release."""
    return Rooms(_may_release, _gather, _protect, pooled, _audit, _freeze_quality)


def _may_release(connection: duckdb.DuckDBPyConnection, one: Grantee, year: str, is_sample: bool) -> Permission:  # noqa: FBT001
    return may_release(connection, one, year, is_sample=is_sample)


def _gather(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, years: Sequence[str], earlier: pl.DataFrame | None
) -> Any:
    return gather(connection, grantee_id, years, earlier=earlier)


def _protect(problem: Problem) -> Decision:
    found = protect(problem, seconds=PROTECT_SECONDS + SECONDS_OF_A_COUNT * problem.count.size)
    methods = sorted(set(found.status.values()))
    words = f"{', '.join(methods) or 'nothing to decide'}; {'proven' if found.is_proven else 'not proven in time'}"
    return Decision(found.is_withheld, found.is_untold, np.flatnonzero(found.exposed), words, found.worlds)


def _audit(connection: duckdb.DuckDBPyConnection, gathered: Any, grantee_id: str, worlds: csr_matrix) -> Proof:
    """Attack what would leave, search it for counts under the policy, and look for numbers that nobody answers for."""
    try:
        found = audit(connection, gathered, seconds=AUDIT_SECONDS, also_unread=unread(connection), worlds=worlds)
        plain = [one for one in under_policy(connection) if one.key.split(" ", 1)[0] == grantee_id]
    except ValueError:  # its words may quote counts
        return Proof(_no_cells(), is_safe=False, reason="what would be published contradicts the counts behind it")
    said = [found.reason] if found.reason else []
    if plain:
        said.append(f"{len(plain)} published counts are under the policy, the first in publish.{plain[0].table_name}")
    return Proof(found.cells, found.is_safe and not plain, "; ".join(said))


def _no_cells() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            **dict.fromkeys(KEYS, pl.String),
            "lowest": pl.Int64,
            "highest": pl.Int64,
            "how": pl.String,
            "is_protected": pl.Boolean,
        }
    )


def _freeze_quality(connection: duckdb.DuckDBPyConnection, release_id: str, grantee_id: str, program_year: str) -> None:
    policy = strictest(grantee(grantee_id).suppression)
    freeze_quality(connection, release_id, grantee_id, program_year, policy, all_rules())
