"""What must stay uncertain, and how a numerator is told where it is not shown: the policies applied to cells.

What the policies are stands in ``pipelines.suppression_policy``; each pair of numerator and denominator is asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from pipelines.disclosure.gather.cells import is_of_students
from pipelines.disclosure.gather.plan import INDICATORS, KEYS, SPAN
from pipelines.grantee import grantee
from pipelines.suppression_policy import Policy, policy_of

# A policy for each (program_year, indicator); the indicator of counts of students is empty.
Policies = Mapping[tuple[str, str], Policy]


def policies_for(grantee_id: str, program_years: Iterable[str]) -> Policies:
    """Return the strictest policy that touches each indicator of a grantee in each year; of years put together, ever.

    Raises ConfigurationError for an unknown grantee.
    """
    owner = grantee(grantee_id)
    return {
        (year, name): policy_of(owner, name or None, None if SPAN in year else year)
        for year in sorted(set(program_years))
        for name in ("", *INDICATORS)
    }


_PLACE = [key for key in KEYS if key != "count_code"] + ["indicator"]


def coded(cells: pl.DataFrame, policies: Policies) -> pl.DataFrame:
    """Return cells with threshold, width, is_sensitive, must_hide, code, their denominator, told_lowest, told_highest.

    ``code`` is that of top and bottom coding, null elsewhere; ``told_lowest`` and ``told_highest`` are what anybody
    concludes of a numerator that is withheld while its group is shown, null where nothing. Raises KeyError for a year
    or an indicator without a policy.
    """
    cells = _with_denominators(cells).join(_rules(policies), on=["program_year", "rule"], how="left").drop("rule")
    if cells["threshold"].null_count():
        missing = cells.filter(pl.col("threshold").is_null()).row(0, named=True)
        raise KeyError((missing["program_year"], missing["indicator"]))
    cells = cells.with_columns(_is_sensitive().alias("is_sensitive"))
    cells = cells.join(_codes(cells, policies), on=_ASKED, how="left", nulls_equal=True)
    told = pl.col("code").is_not_null()
    return cells.with_columns(
        (pl.col("is_sensitive") | told).alias("must_hide"),
        # A row of a count tells that somebody is there: counted from 1, the interval is as wide as the policy asks.
        pl.when("is_sensitive").then(pl.col("width") + is_of_students().cast(pl.Int64)).otherwise(0).alias("width"),
    )


def _with_denominators(cells: pl.DataFrame) -> pl.DataFrame:
    groups = cells.filter(pl.col("kind") == "denominator").select(*_PLACE, pl.col("count").alias("denominator"))
    found = cells.join(groups, on=_PLACE, how="left", nulls_equal=True, maintain_order="left")
    return found.with_columns(pl.col("indicator").fill_null("").alias("rule"))


def _rules(policies: Policies) -> pl.DataFrame:
    rows = [(year, indicator, p.threshold, p.width) for (year, indicator), p in policies.items()]
    schema = {"program_year": pl.String, "rule": pl.String, "threshold": pl.Int64, "width": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _is_sensitive() -> pl.Expr:
    """Return whether a cell must stay uncertain: under the threshold, or nobody or everybody of a group succeeds.

    Also ``failure`` = 0: all whose outcome is known succeeded.
    """
    is_small = (pl.col("count") > 0) & (pl.col("count") < pl.col("threshold"))
    tells_of_all = pl.col("kind").is_in(["numerator", "other", "failure"]) & (pl.col("denominator") > 0)
    return is_small | (tells_of_all & (pl.col("count") == 0))


_ASKED = ["program_year", "indicator", "kind", "count", "denominator"]
_CODES = {"program_year": pl.String, "indicator": pl.String, "kind": pl.String, "count": pl.Int64,
          "denominator": pl.Int64, "code": pl.String,
          "told_lowest": pl.Int64, "told_highest": pl.Int64}  # fmt: skip


def _codes(cells: pl.DataFrame, policies: Policies) -> pl.DataFrame:
    """Return what each different numerator of each different denominator is coded as, and its limits where withheld."""
    asked = cells.filter((pl.col("kind") == "numerator") & (pl.col("denominator") > 0)).select(_ASKED).unique()
    rows = []
    for year, indicator, kind, numerator, denominator in asked.sort(_ASKED).iter_rows():
        policy = policies[year, indicator]
        code = policy.code_of(numerator, denominator)
        # Without a band the group alone bounds it, by a relation.
        has_band = policy.band(denominator) is not None
        limits = policy.limits(numerator, denominator) if has_band else (None, None)
        rows.append((year, indicator, kind, numerator, denominator, code, *limits))
    return pl.DataFrame(rows, schema=_CODES, orient="row")
