"""Does a grantee of forty persons, whose figures can be counted on paper, get exactly these under two definitions?"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from forty_students import (
    COHORT,
    COUNTS,
    GRANTEE,
    REPORTED,
    VERSIONS,
    expected,
    forty_students,
    install,
    students,
)

from pipelines.side_by_side.compare import compare
from pipelines.side_by_side.figures import Figures, figures_under

# The whole grantee, counted by hand: under each definition the students, then (met, unknown, denominator).
TOTALS = {
    "cedar-1": {
        "participant": 38, "concentrator": 33, "completer": 17,
        "1P1": (12, 4, 17), "2P1": (11, 0, 17), "3P1": (13, 1, 31),
    },
    "cedar-2": {
        "participant": 38, "concentrator": 30, "completer": 16,
        "1P1": (9, 8, 19), "2P1": (9, 2, 19), "3P1": (13, 1, 28),
    },
}  # fmt: skip
REPORTED_IN = {"1P1": REPORTED, "2P1": REPORTED, "3P1": COHORT}


@pytest.fixture(scope="module")
def cedar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("grantees")
    install(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CTE_GRANTEES", str(folder))
        connection = forty_students()
        yield connection
        connection.close()


@pytest.fixture(scope="module")
def computed(cedar: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Figures]:
    return {
        (version, year): figures_under(cedar, GRANTEE, year, version)
        for version in VERSIONS
        for year in (COHORT, REPORTED)
    }


def test_the_key_holds_forty_persons_of_whom_three_are_students_of_both_colleges() -> None:
    persons = [line.person for line in students()]
    assert len(set(persons)) == 40
    assert len(persons) == 43


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("measure", [*COUNTS.values(), *REPORTED_IN])
def test_each_cell_of_the_key_is_what_the_program_counts(
    computed: dict[tuple[str, str], Figures], version: str, measure: str
) -> None:
    wanted = {cell[1:]: counts for cell, counts in expected(version).items() if cell[0] == measure}
    assert _cells(computed, version, measure) == {cell: _wanted(measure, counts) for cell, counts in wanted.items()}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_whole_grantee_is_what_a_person_counts_on_paper(
    computed: dict[tuple[str, str], Figures], version: str
) -> None:
    everybody = (None, "all", "all")
    assert {m: _cells(computed, version, m)[everybody] for m in TOTALS[version]} == TOTALS[version]


def test_what_each_key_does_and_all_do_together_leads_from_one_definition_to_the_other(
    cedar: duckdb.DuckDBPyConnection,
) -> None:
    told = compare(cedar, GRANTEE, REPORTED, VERSIONS)
    assert {change.key for change in told.changes} == {
        "credits_window", "denominator_1p1", "denominator_2p1", "status_as_of", "placement_sources",
        "credential_evidence",
    }  # fmt: skip
    for version, side in zip(VERSIONS, (told.before, told.after), strict=True):
        found = {f.measure: (f.numerator, f.unknown, f.denominator) for f in side if f.institution_id is None}
        assert (found["1P1"], found["2P1"]) == (TOTALS[version]["1P1"], TOTALS[version]["2P1"])
    everybody = [part for part in told.parts if part.institution_id is None and part.measure == "1P1"]
    alone = {part.change.key if part.change else "together": (part.numerator, part.unknown, part.denominator)
             for part in everybody}  # fmt: skip
    assert alone == {
        "credits_window": (-1, 0, -1),  # s03
        "denominator_1p1": (3, 1, 4),  # the leavers s07, s39 and s40 were placed, s08 is unknown
        "denominator_2p1": (0, 0, 0),
        "status_as_of": (0, 0, 0),
        "placement_sources": (-4, 3, 0),  # s04, s12 and s30 are unknown then, s15 was not found at work
        "credential_evidence": (0, 0, 0),
        "together": (-1, 0, -1),  # s39 is no concentrator where earlier years do not count, and then no leaver
    }


def _wanted(measure: str, counts: dict[str, int]) -> int | tuple[int, int, int]:
    if measure in COUNTS.values():
        return counts["counted"]
    return counts.get("met", 0), counts.get("unknown", 0), sum(counts.values())


def _cells(
    computed: dict[tuple[str, str], Figures], version: str, measure: str
) -> dict[tuple[str | None, str, str], int | tuple[int, int, int]]:
    """Return what the program counts, for everybody, each sex and the one special population of the key."""
    figures = computed[version, REPORTED_IN.get(measure, COHORT)]
    rows = figures.indicators if measure in REPORTED_IN else figures.student_counts
    return {
        (row["institution_id"], row["subgroup_dimension"], row["subgroup_code"]): (
            (row["numerator_count"], row["unknown_count"], row["denominator_count"])
            if measure in REPORTED_IN
            else row["student_count"]
        )
        for row in rows
        if measure in row.values()
        and row["cip_code"] is None
        and row["subgroup_dimension"] in ("all", "sex", "disability")
    }
