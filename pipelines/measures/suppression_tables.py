"""``reference.suppression_policy`` and ``suppression_band``: what may be told of counts, from the grantees' folders.

As the folders say it today; what a release was made under is kept with the release (``quality.release_policy``).
What a policy does to a count stands in ``suppression_policy``.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

import duckdb

from pipelines.grantee import Grantee, all_grantees
from pipelines.measures.commented_table import CommentedTable
from pipelines.performance_level import INDICATORS
from pipelines.suppression_policy import Policy, policy_of
from pipelines.warehouse import insert_rows

ALL = "all"  # in place of an indicator: counts of participants, concentrators and completers
_GRANTEE = ("varchar", "The grantee.")
SUPPRESSION_POLICY = CommentedTable(
    "reference.suppression_policy",
    "What may be told of counts of persons, one row for each publisher or source of records that asks something.",
    {
        "grantee_id": _GRANTEE,
        "policy_name": (
            "varchar",
            "Whose it is: publisher, publisher:<name>, or a code of placement_source, for counts of its records.",
        ),
        "threshold": ("integer", "Counts of persons above 0 and below this are not shown."),
        "protection_width": ("integer", "How wide what anybody can conclude of a withheld count must be, in persons."),
        "bands": ("varchar", "Shares by which rates are top and bottom coded, decimals joined by commas."),
        "rate_digits": ("integer", "Digits after the point of a rate as a share: 3 is a tenth of a percent."),
        "count_rounding": ("integer", "Shown counts are rounded to a multiple of this; 1 is not at all."),
        "smallest_change": ("integer", "A release that changes fewer persons than this is carried forward."),
        "is_confirmed": ("boolean", "Whether somebody approved it on a day; otherwise nothing is released."),
        "approved_by": ("varchar", "Who confirmed it for releases; null where nobody did."),
        "approved_on": ("date", "When it was confirmed."),
        "source": ("varchar", "Where it stands."),
    },
)
SUPPRESSION_BAND = CommentedTable(
    "reference.suppression_band",
    "How rates are top and bottom coded under the strictest of the policies that touch them: the smallest band whose "
    "least_denominator_count a group reaches; a group that reaches none has no rate.",
    {
        "grantee_id": _GRANTEE,
        "indicator_code": ("varchar", "1P1, 2P1 or 3P1; all for counts of no indicator."),
        "policy_names": ("varchar", "The policies that touch it, joined by commas."),
        "band_share": ("decimal(3, 2)", "Rates at or below this share, or at or above 1 less it, are told as that."),
        "least_denominator_count": ("integer", "Smallest group, in persons, in which the band hides enough."),
    },
)
TABLES = (SUPPRESSION_POLICY, SUPPRESSION_BAND)


def load_suppression(connection: duckdb.DuckDBPyConnection) -> None:
    """Write both tables anew, for all grantees."""
    grantees = all_grantees()
    rows: tuple[list[list[object]], ...] = (
        [_policy(owner.id, one) for owner in grantees for one in owner.suppression],
        [row for owner in grantees for row in _bands(owner)],
    )
    for table, of_table in zip(TABLES, rows, strict=True):
        table.create(connection)
        insert_rows(connection, table.name, of_table)


def bands_text(policy: Policy) -> str:
    """Return the bands as decimals joined by commas, such as ``0.05,0.10``."""
    return ",".join(_decimal(band) for band in policy.bands)


def _policy(grantee_id: str, one: Policy) -> list[object]:
    return [
        grantee_id, one.name, one.threshold, one.width, bands_text(one), one.rate_digits, one.count_rounding,
        one.smallest_change, one.is_confirmed, one.approved_by or None, one.approved_on, one.source,
    ]  # fmt: skip


def _bands(owner: Grantee) -> Iterator[list[object]]:
    for indicator_code in (ALL, *INDICATORS):
        policy = policy_of(owner, indicator_code)
        for band in policy.bands:
            least = ceil(policy.least_uncertain / band)
            yield [owner.id, indicator_code, policy.name, _decimal(band), least]


def _decimal(band: Fraction) -> str:
    return f"0.{int(band * 100):02d}"
