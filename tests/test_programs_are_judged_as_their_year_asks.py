"""Is a program held to the codes of its own year? A framework that came later must not condemn what was right."""

from __future__ import annotations

import pytest

from expectations.catalogue import rule_named


@pytest.mark.parametrize(
    ("rule_id", "first", "last"),
    [
        ("program_cluster_of_framework", "", "2024-25"),
        ("program_clusters_of_one_framework", "2025-26", ""),
        ("program_cip_version_in_force", "2020-21", ""),
    ],
)
def test_a_code_list_is_asked_for_in_its_years_and_in_no_other(rule_id: str, first: str, last: str) -> None:
    rule = rule_named(rule_id)
    years = [f"{start}-{(start + 1) % 100:02d}" for start in range(2018, 2030)]
    in_force = [year for year in years if rule.is_effective(year)]
    assert in_force == [year for year in years if (first or years[0]) <= year <= (last or years[-1])]


@pytest.mark.parametrize("year", ["2023-24", "2024-25", "2025-26", "2026-27"])
def test_every_year_is_judged_by_one_of_the_two_rules_on_clusters_and_none_by_both(year: str) -> None:
    rules = [rule_named(name) for name in ("program_cluster_of_framework", "program_clusters_of_one_framework")]
    assert [rule.is_effective(year) for rule in rules].count(True) == 1
