"""The tables of the labor market section: whom they count, which figures stand behind them, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pipelines.desk.subgroups import group_name
from pipelines.measures.labor_settings import ALL_OCCUPATIONS, LaborSettings
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import UNKNOWN, Share

BY_GROUP, BY_FIELD, UNTOLD = "labor_market_of_programs", "labor_market_of_fields", "labor_market_left_untold"
MARKS = {"high_skill": "high-skill", "high_wage": "high-wage", "in_demand": "in-demand", "all_three": "all three"}
VERDICTS = {"yes": "yes", "no": "no", "cannot_tell": UNKNOWN}
CROSSWALK = {
    "found": "the crosswalk names occupations",
    "no_match": "the crosswalk says NO MATCH (99-9999)",
    "not_in_crosswalk": "the CIP code is not in the crosswalk",
    "other_cip_version": "the CIP code is of another taxonomy than the crosswalk",
    "no_cip_code": "the inventory has no CIP code",
    "crosswalk_not_loaded": "no crosswalk from CIP to SOC is loaded",
}
PROJECTIONS = {
    "found": "a projection of its own",
    "broad_group": "the projection of its broad group",
    "no_projection": "no projection for the SOC code",
    "not_loaded": "no projections are loaded",
}
WAGES = {
    "published": "a median wage a year",
    "broad_group": "the median wage of its broad group",
    "top_coded": "at or above the highest wage that is told (#)",
    "hourly_only": "an hourly wage alone",
    "not_available": "no estimate is available (*)",
    "no_wage": "no wage for the SOC code",
    "not_loaded": "no wages are loaded",
}
FILES = {
    "reference.field_occupation": "CIP to SOC crosswalk, NCES and BLS",
    "reference.occupation_projection": "Employment projections, BLS; base year and ten years on",
    "reference.occupation_wage": "Occupational Employment and Wage Statistics, BLS, May of the year",
    "reference.occupation_automation": "Probability of computerisation, Frey and Osborne 2013, SOC 2010",
    "reference.occupation_code_change": "SOC 2010 to SOC 2018, BLS",
    "reference.occupation_proximity": "Physical proximity, O*NET work context",
}
_NATION = "figures are of the nation, not of the State"
_MODELS = "mart.labor_program, mart.program_occupation"


def alignment_table(rows: Sequence[dict[str, Any]], as_of: str, vintage: str) -> Table:
    """Return the share of concentrators whose programs lead to each kind of occupation, by group."""
    columns: list[Column] = [Column("group", "Group"), Column("concentrators", "Concentrators", "count")]
    for key, words in MARKS.items():
        columns += [
            Column(key, words.capitalize(), "share", "of the group's concentrators; at least, where some are untold"),
            Column(f"{key}_untold", f"{words.capitalize()}: cannot tell", "count", "concentrators of the group"),
        ]
    columns.append(Column("no_occupation", "No occupation", "count", "in no program with an occupation that counts"))
    return Table(
        "labor_alignment", "Concentrators in programs that lead to such occupations",
        "concentrators of the grantee and year; a person counts once, with any program that leads there",
        "mart.labor_alignment", f"{as_of}; {vintage}", tuple(columns), tuple(_aligned(row) for row in rows),
        f"Parts of a dimension sum to all concentrators; {_NATION}.", BY_GROUP,
    )  # fmt: skip


def _aligned(row: dict[str, Any]) -> tuple[Cell, ...]:
    whole = row["concentrator_count"]
    is_all = row["subgroup_dimension"] == "all"
    name = "All concentrators" if is_all else group_name(row["subgroup_dimension"], row["subgroup_code"])
    cells: list[Cell] = [name, whole]
    for key in MARKS:
        untold = row[f"{key}_untold_count"]
        cells += [UNKNOWN if untold == whole else Share(row[f"{key}_count"], whole), untold]
    return (*cells, row["no_occupation_count"])


def program_table(rows: Sequence[dict[str, Any]], as_of: str, vintage: str) -> Table:
    """Return the fields of the grantee's programs with what is published of their occupations, and the verdicts."""
    columns = (
        Column("field", "CIP code and program"),
        Column("programs", "Programs", "count"),
        Column("concentrators", "Concentrators", "count", "persons; one of two fields stands in both"),
        Column("occupations", "Occupations that count", "share", "of those that the crosswalk names"),
        Column("openings", "Openings a year", "count", "in the nation, occupations with a projection"),
        Column("growth", "Growth, percent", "text", "over ten years; lowest to highest of the occupations"),
        Column("wage", "Median wage a year, dollars", "text", "lowest to highest of the occupations"),
        Column("education", "Typical education", "text", "of the occupations that count"),
        *(Column(key, words.capitalize()) for key, words in MARKS.items()),
        Column("critical", "On the critical list", "count", "occupations that count"),
    )
    return Table(
        "labor_programs", "Fields of programs and where they lead",
        "fields (CIP codes) of the programs in the inventory; of a field, the occupations that count",
        _MODELS, f"{as_of}; {vintage}", columns, tuple(_program(row) for row in rows),
        f"{_NATION.capitalize()}. Postsecondary teachers, whom the crosswalk names for nearly every field, count only "
        "where the grantee says so.", BY_FIELD,
    )  # fmt: skip


def _program(row: dict[str, Any]) -> tuple[Cell, ...]:
    wage = _range(row["wage_least"], row["wage_most"])
    return (
        f"{row['cip_code']} {row['program_name'] or ''}".strip(),
        row["program_count"],
        row["concentrator_count"],
        Share(row["counted_count"], row["occupation_count"]),
        UNKNOWN if row["openings_count"] is None else row["openings_count"],
        _range(row["growth_least"], row["growth_most"]),
        f"{wage}, or more" if row["has_top_coded"] else wage,
        row["education"] or UNKNOWN,
        *(VERDICTS[row[key]] for key in MARKS),
        "no list" if row["critical_count"] is None else row["critical_count"],
    )


def context_table(rows: Sequence[dict[str, Any]], as_of: str, vintage: str) -> Table:
    """Return what is known of the fields' occupations besides, from which nothing follows."""
    columns = (
        Column("field", "CIP code and program"),
        Column("automation", "Probability of computerisation", "text", "lowest to highest of the occupations, 0 to 1"),
        Column("proximity", "Physical proximity", "text", "lowest to highest of the occupations, 0 to 100"),
    )
    lines = tuple(
        (f"{row['cip_code']} {row['program_name'] or ''}".strip(),
         _range(row["automation_least"], row["automation_most"]),
         _range(row["proximity_least"], row["proximity_most"]))
        for row in rows
    )  # fmt: skip
    return Table(
        "labor_context", "Context: computers and closeness", "occupations that count, of the fields of programs",
        "Frey and Osborne 2013 (SOC 2010, by the crosswalk to SOC 2018); O*NET work context", f"{as_of}; {vintage}",
        columns, lines,
        "No verdict rests on this. The probabilities are two authors' estimate of 2013, and were much disputed; a code "
        "of SOC 2018 has the range of all codes of SOC 2010 that became it.", BY_FIELD,
    )  # fmt: skip


def missing_table(fields: Sequence[dict[str, Any]], occupations: Sequence[dict[str, Any]], as_of: str) -> Table:
    """Return how many fields and occupations have data, and how many have none, by reason."""
    columns = (
        Column("what", "What"),
        Column("reason", "What is known"),
        Column("count", "How many", "share", "fields, or pairs of a field and an occupation that counts"),
        Column("concentrators", "Concentrators", "count", "of the fields; persons of two fields stand in both"),
    )
    all_fields = sum(row["field_count"] for row in fields)
    rows: list[tuple[Cell, ...]] = [
        ("Fields", CROSSWALK[row["crosswalk_status"]], Share(row["field_count"], all_fields), row["persons"])
        for row in fields
    ]
    for what, words in (("projection_status", PROJECTIONS), ("wage_status", WAGES)):
        for key in words:
            found = sum(row["pairs"] for row in occupations if row[what] == key)
            whole = sum(row["pairs"] for row in occupations)
            if found:
                rows.append(("Occupations", words[key], Share(found, whole), None))
    return Table(
        "labor_missing", "Fields and occupations with and without data", "fields of programs in the inventory",
        _MODELS, as_of, columns, tuple(rows), "Nothing without data is dropped, and none counts as no.", UNTOLD,
    )  # fmt: skip


def vintage_table(files: Sequence[dict[str, Any]]) -> Table:
    """Return which public files are loaded, and what each speaks of; one that is not is said to be missing."""
    columns = (Column("file", "Public file"), Column("name", "File read"), Column("year", "Year of the file"),
               Column("rows", "Rows", "count"))  # fmt: skip
    latest = {row["table_name"]: row for row in files}
    rows = tuple(
        (words, latest[table]["file_name"], latest[table]["program_year"][:4], latest[table]["loaded_row_count"])
        if table in latest else (words, "not loaded", UNKNOWN, "not loaded")
        for table, words in FILES.items()
    )  # fmt: skip
    return Table("labor_vintages", "Public files and their vintages", "public files that this section rests on",
                 "quality.submission", "the year that each file's name says", columns, rows,
                 "Of each file the latest that is loaded is used.")  # fmt: skip


def marks_table(marks: LaborSettings) -> Table:
    """Return the marks of the grantee, each with whence it comes."""
    wage = f"{marks.living_wage} dollars a year, {marks.living_wage_place}" if marks.living_wage else "none is declared"
    growth = marks.in_demand_growth
    of_all = growth == ALL_OCCUPATIONS
    house = marks.evidence
    rows: tuple[tuple[Cell, ...], ...] = (
        ("High-skill", f"typical education at entry: {marks.high_skill}, or more", house),
        ("High-wage: living wage", wage, f"{marks.living_wage_source}, {marks.living_wage_date}"
         if marks.living_wage else "the State declares it in [labor_market] of grantee.toml; it is never guessed"),
        ("In-demand: openings", f"{marks.in_demand_openings} a year in the nation, at least", house),
        ("In-demand: growth", "at least that of all occupations" if of_all else f"{growth} percent at least", house),
        ("In-demand needs", f"{marks.in_demand_needs} of openings and growth", house),
        ("A field leads there", marks.rule.replace("_", " "), house),
        ("Broad groups stand in", "yes" if marks.broad_groups else "no", house),
        ("Postsecondary teachers count", "yes" if marks.counts_teachers else "no", house),
    )  # fmt: skip
    columns = (Column("mark", "Mark"), Column("says", "What is asked for"), Column("evidence", "Where it comes from"))
    return Table("labor_marks", "What is called high-skill, high-wage and in-demand", "marks of this grantee",
                 "[labor_market] of grantee.toml", "as declared on the day of the run", columns, rows)  # fmt: skip


def _range(least: Decimal | int | None, most: Decimal | int | None) -> str:
    if least is None or most is None:
        return UNKNOWN
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
