"""The tables of ``reference``: public sources that no grantee submits, read as published through layouts.

Completers count students once at each award level; a student with two levels stands at both, so levels do not add up.
Completions count awards; rows of CIP 99 are totals of the others and are never added to them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Integer, Numeric, String, Table

from pipelines.labor_tables import labor_tables
from pipelines.public_table import public_table
from pipelines.schema import column

RACES = {
    "american_indian_or_alaska_native": "American Indian or Alaska Native",
    "asian": "Asian",
    "black_or_african_american": "Black or African American",
    "hispanic_or_latino": "Hispanic or Latino",
    "native_hawaiian_or_other_pacific_islander": "Native Hawaiian or Other Pacific Islander",
    "white": "White",
    "two_or_more_races": "two or more races",
    "race_unknown": "unknown race or ethnicity",
    "nonresident": "U.S. Nonresidents, whatever their race",
}
# Until 2009-10 IPEDS counted Asian and Pacific Islander as one; nobody can take them apart again.
COMPLETIONS_RACES = {**RACES, "asian_or_pacific_islander": "Asian or Pacific Islander (before two or more races)"}
SEXES = {"male": "men", "female": "women"}
AGES = {
    "age_under_18": "under 18 years",
    "age_18_to_24": "18 to 24 years",
    "age_25_to_39": "25 to 39 years",
    "age_40_and_over": "40 years and over",
    "age_unknown": "unknown age",
}


def _count(name: str, who: str) -> Column[Any]:
    return column(f"{name}_count", f"Completers: {who}.", Integer, required=True)


COMPLETERS = public_table(
    "ipeds_completers",
    "IPEDS Completers (survey file C_C): students who completed, by institution and award level; CTE and not.",
    column("unitid", "IPEDS UNITID.", ceds="000166", pattern=r"^\d{6}$", required=True),
    column("ipeds_award_level", "Award level in the groups of this file.", codes="ipeds_award_level",
                     required=True),
    _count("total", "all"),
    *(_count(name, who) for name, who in (SEXES | RACES | AGES).items()),
    key=("unitid", "ipeds_award_level"),
)  # fmt: skip


def _awards(name: str, who: str, *, required: bool = False) -> Column[Any]:
    return column(f"{name}_count", f"Awards to {who}.", Integer, required=required)


COMPLETIONS = public_table(
    "ipeds_completions",
    "IPEDS Completions (survey file C_A): awards by institution, CIP code, award level and first or second major. "
    "Counts by race are null in files that have none, and for groups that the survey did not have in that year.",
    column("unitid", "IPEDS UNITID.", ceds="000166", pattern=r"^\d{6}$", required=True),
    column("cip_code", "CIP code in the taxonomy of cip_version, written 51.3801; 99 in rows that are totals.",
           ceds="000043", required=True),
    column("cip_version", "CIP taxonomy of the collection year.", codes="cip_version", required=True),
    column("ipeds_award_level", "Award level in the codes of this survey, which change over the years.",
           codes="ipeds_completions_award_level", required=True),
    column("major_number", "1 for first majors, 2 for second majors of the same award.", pattern=r"^[12]$",
           required=True),
    column("is_total", "The row sums all CIP codes of its institution, award level and major: never add it to them.",
           Boolean, derived="coalesce(s_cip_code = '99', false)"),
    _awards("total", "all", required=True),
    *(_awards(name, who, required=True) for name, who in SEXES.items()),
    *(_awards(name, who) for name, who in COMPLETIONS_RACES.items()),
    *(_awards(f"{race}_{sex}", f"{people}, {who}") for race, who in COMPLETIONS_RACES.items()
      for sex, people in SEXES.items()),
    key=("unitid", "cip_code", "ipeds_award_level", "major_number"),
)  # fmt: skip

DIRECTORY = public_table(
    "ipeds_directory",
    "IPEDS institution directory (survey file HD), the columns that are used here; the archive keeps the others.",
    column("unitid", "IPEDS UNITID.", ceds="000166", pattern=r"^\d{6}$", required=True),
    column("institution_name", "Name of the institution.", String, required=True),
    column("state", "Postal code of the state.", String, required=True),
    column("control", "1 public, 2 private not-for-profit, 3 private for-profit, negative not available.",
                     Integer),
    column("instcat", "Institutional category: 3 and 4 are the colleges that mostly award associate's "
                     "degrees and certificates, 6 those without degrees; negative not available.", Integer),
    key=("unitid",),
)  # fmt: skip

EMPLOYMENT = public_table(
    "occupation_employment",
    "Current Population Survey, table 11: employed persons of 16 years and over by occupation, annual averages. Groups "
    "of occupations stand among the detailed ones; only Census titles tell them apart.",
    column("occupation_title", "Title of the occupation or of a group of them.", required=True),
    column("employed_thousands", "Persons employed, in thousands.", Integer, required=True),
    column("women_percent", "Women per hundred employed; null where the base is under 50,000.", Numeric(10, 2),
           between=("0", "100")),
    key=("occupation_title",),
)  # fmt: skip

CENSUS_OCCUPATIONS = public_table(
    "census_occupation",
    "Occupation code list of the Census Bureau with equivalent SOC codes; ranges of codes are groups.",
    column("occupation_title", "Title of the occupation; null where only its group has one."),
    column("census_code", "Census occupation code of four digits, or a range of them.", required=True),
    column("soc_code", "SOC code; X stands for what no other row names, a last 0 for all codes below it; null where "
           "there is none."),
    key=("census_code",),
)  # fmt: skip

FIELD_OCCUPATIONS = public_table(
    "field_occupation",
    "Crosswalk of NCES and BLS: the occupations that a field of study prepares for, many to many.",
    column("cip_code", "CIP code in the taxonomy of cip_version, written 51.3801.", ceds="000043", required=True,
           pattern=r"^\d{2}\.\d{4}$"),
    column("cip_version", "CIP taxonomy of the crosswalk.", codes="cip_version", required=True),
    column("soc_code", "SOC code of an occupation; null where the crosswalk knows none for the field.",
           pattern=r"^\d{2}-\d{4}$"),
    key=("cip_code", "soc_code"),
)  # fmt: skip

FIELD_CLUSTERS = public_table(
    "field_cluster",
    "Crosswalk of Career Clusters: those that a field of study may belong to, many to many; the 14 with sub-clusters "
    "as Advance CTE publishes them, the 16 legacy ones as the user supplies them.",
    column("cip_code", "CIP code in the taxonomy of cip_version, written 51.3801; 99.9999 stands for no field.",
           ceds="000043", required=True, pattern=r"^\d{2}\.\d{4}$"),
    column("cip_version", "CIP taxonomy of the crosswalk.", codes="cip_version", required=True),
    column("career_cluster_code", "A Career Cluster of the field; its code tells the framework.",
           codes="career_cluster", ceds="001288", required=True),
    column("sub_cluster", "Name of the sub-cluster; null in the legacy framework, which has none here."),
    key=("cip_code", "cip_version", "career_cluster_code", "sub_cluster"),
)  # fmt: skip


def reference_tables() -> list[Table]:
    """Return the tables of schema ``reference`` that files are read into."""
    return [
        COMPLETERS,
        COMPLETIONS,
        DIRECTORY,
        EMPLOYMENT,
        CENSUS_OCCUPATIONS,
        FIELD_OCCUPATIONS,
        FIELD_CLUSTERS,
        *labor_tables(),
    ]
