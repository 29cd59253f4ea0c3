"""The tables of ``reference`` on the labor market: projections, wages and what is known of occupations, as published.

All are of the whole nation. What they say of a program stands in ``sql/mart/program_occupation.sql``.
"""

from __future__ import annotations

from sqlalchemy import Integer, Numeric, Table

from pipelines.public_table import public_table
from pipelines.schema import column

_SOC = r"^\d{2}-\d{4}$"

PROJECTION = public_table(
    "occupation_projection",
    "Employment projections of BLS, table 1.2: the base year is the calendar year in which the program year begins; "
    "what is projected lies ten years later. Summary rows hold line items and are never added to them.",
    column("occupation_code", "Code of the National Employment Matrix: a SOC 2018 code, or a group of codes that the "
           "matrix does not tell apart.", pattern=_SOC, required=True),
    column("occupation_title", "Title in the matrix.", required=True),
    column("occupation_type", "Line item or Summary, as published.", required=True),
    column("employed_thousands", "Employed in the base year, in thousands.", Numeric(12, 1), required=True),
    column("projected_thousands", "Employed in the year projected, in thousands.", Numeric(12, 1), required=True),
    column("growth_percent", "Change between the two in percent, as published.", Numeric(8, 1)),
    column("openings_thousands", "Openings a year on average, in thousands: growth, and people who leave.",
           Numeric(12, 1)),
    column("typical_education", "Education typically needed for entry, in the words of BLS; null for groups."),
    key=("occupation_code",),
)  # fmt: skip

WAGE = public_table(
    "occupation_wage",
    "Occupational Employment and Wage Statistics of BLS, all industries of the nation. An occupation that is published "
    "only as a broad one stands there twice, as broad and as detailed.",
    column("occupation_code", "SOC 2018 code, or a code of this survey's own.", pattern=_SOC, required=True),
    column("occupation_title", "Title in the survey.", required=True),
    column("occupation_group", "total, major, minor, broad or detailed, as published.", required=True),
    column("annual_median_published", "Median wage a year as published: dollars, * where there is no estimate, # where "
           "it is at or above the highest that is told."),
    column("hourly_median_published", "Median wage an hour, as published."),
    column("annual_median_dollars", "Median wage a year in dollars; null where the survey has no number.", Integer,
           derived="try_cast(replace(s_annual_median_published, ',', '') as integer)"),
    key=("occupation_code", "occupation_group"),
)  # fmt: skip

PROXIMITY = public_table(
    "occupation_proximity",
    "O*NET work context: how near to others people of an occupation work, 0 to 100. Context, and no verdict.",
    column("onet_code", "O*NET-SOC code, written 29-2032.00.", pattern=r"^\d{2}-\d{4}\.\d{2}$", required=True),
    column("occupation_title", "Title in O*NET.", required=True),
    column("physical_proximity", "Physical proximity: 0 nobody near, 100 nearly touching.", Integer, required=True,
           between=("0", "100")),
    key=("onet_code",),
)  # fmt: skip

AUTOMATION = public_table(
    "occupation_automation",
    "Probability of computerisation of 702 occupations, as Frey and Osborne estimated it in 2013. Context, no verdict.",
    column("soc_2010_code", "SOC 2010 code.", pattern=_SOC, required=True),
    column("occupation_title", "Title in the appendix.", required=True),
    column("probability_published", "Their estimate as published.", required=True),
    column("automation_probability", "Their estimate, 0 to 1, with all its places; null where it is no number.",
           Numeric(6, 4), between=("0", "1"), derived="try_cast(s_probability_published as decimal(6, 4))"),
    key=("soc_2010_code",),
)  # fmt: skip

CODE_CHANGE = public_table(
    "occupation_code_change",
    "Crosswalk of BLS from SOC 2010 to SOC 2018, many to many.",
    column("soc_2010_code", "SOC 2010 code.", pattern=_SOC, required=True),
    column("soc_2018_code", "SOC 2018 code.", pattern=_SOC, required=True),
    key=("soc_2010_code", "soc_2018_code"),
)  # fmt: skip


def labor_tables() -> list[Table]:
    """Return the tables on the labor market that files are read into."""
    return [PROJECTION, WAGE, PROXIMITY, AUTOMATION, CODE_CHANGE]
