"""Does the cluster under which the State approved a program decide, and is what nobody said never made up?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from core_rows import add, small_warehouse
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, insert, warehouse

from pipelines.career_clusters import CareerClusters, career_clusters
from pipelines.configuration import ConfigurationError
from pipelines.grantee import all_grantees
from pipelines.models import all_models, build
from pipelines.scorecard.build import build_scorecard
from pipelines.scorecard.read import Partition
from pipelines.scorecard.section import Section, Table
from pipelines.scorecard.sections.clusters import clusters

PROGRAM = "mart.program_cluster"
NEEDED = ("mart.cluster_field", PROGRAM)


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with the models that those of clusters read, and a table of concentrators that has none."""
    connection = small_warehouse()
    connection.execute(
        "create table mart.concentrator (grantee_id text, program_year text, institution_id text, program_id text, "
        "student_id text, semester_credits_earned decimal(14, 2))"
    )
    for model in all_models():
        if model.table in ("mart.exclusion", "mart.person"):
            build(connection, model)
    yield connection
    connection.close()


@pytest.fixture
def college(empty: Any) -> Any:
    """Cedar Fork, without a program; no crosswalk is loaded."""
    empty.execute("delete from core.program")
    empty.execute("delete from reference.field_cluster")
    return empty


def crosswalk(connection: duckdb.DuckDBPyConnection, cip: str, *clusters_of: str, year: str = "2025-26") -> None:
    """Load that a field may belong to clusters, each written ``cluster`` or ``cluster/sub-cluster``, in that order."""
    for line, cluster in enumerate(clusters_of, start=2):
        code, _, sub = cluster.partition("/")
        connection.execute(
            "insert into reference.field_cluster (program_year, cip_code, cip_version, career_cluster_code, "
            "sub_cluster, line_number) values (?, ?, 'CIP2020', ?, ?, ?)", [year, cip, code, sub or None, line],
        )  # fmt: skip


def built(connection: duckdb.DuckDBPyConnection, columns: str, where: str = "true") -> list[Any]:
    for model in all_models():
        if model.table in NEEDED:
            build(connection, model)
    found: list[Any] = connection.execute(f"select {columns} from {PROGRAM} where {where}").fetchall()
    return found


def program(connection: duckdb.DuckDBPyConnection, **values: Any) -> None:
    add(connection, "program", program_year="2023-24", **values)


# ---- what the State said, and what was loaded


@pytest.mark.parametrize(
    ("sent", "loaded", "agreement"),
    [
        ("construction", ("construction/a", "construction/b", "education/c"), "primary"),
        ("education", ("construction/a", "construction/b", "education/c"), "among"),
        ("agriculture", ("construction/a",), "disagrees"),
        (None, ("construction/a",), "no_state_cluster"),
        ("13", ("construction/a",), "crosswalk_not_loaded"),
        ("13", ("13",), "primary"),
        ("12", ("13", "construction/a"), "disagrees"),
        ("construction", ("13",), "crosswalk_not_loaded"),
    ],
)
def test_the_states_cluster_is_compared_with_a_crosswalk_of_its_own_framework_alone(
    college: Any, sent: str | None, loaded: tuple[str, ...], agreement: str
) -> None:
    program(college, career_cluster_code=sent)
    crosswalk(college, "48.0508", *loaded)
    assert built(college, "agreement, career_cluster_code") == [(agreement, sent)]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"cip_code": "48.0508"}, None),
        ({"cip_code": "99.9999"}, "cip_not_in_crosswalk"),
        ({"cip_code": "20.0301"}, "cip_not_in_crosswalk"),
        ({"cip_version": "CIP2010"}, "cip_version_differs"),
        ({"cip_code": None}, "cip_unreadable"),
    ],
)
def test_a_program_that_cannot_be_mapped_stays_with_its_reason(college: Any, values: Any, reason: str | None) -> None:
    program(college, **values)
    crosswalk(college, "48.0508", "construction/a")
    crosswalk(college, "99.9999", "construction/a")
    assert built(college, "unmapped_reason, proposed_cluster_code") == [(reason, None if reason else "construction")]


def test_without_a_crosswalk_nothing_is_proposed_and_the_program_is_still_there(college: Any) -> None:
    program(college, career_cluster_code="13")
    found = built(college, "unmapped_reason, proposed_cluster_code, agreement, career_cluster_code")
    assert found == [("crosswalk_not_loaded", None, "crosswalk_not_loaded", "13")]


@pytest.mark.parametrize(
    ("sent", "loaded", "legacy"),
    [
        ("13", (), ("13", "submission")),
        ("13", ("08",), ("13", "submission")),
        ("construction", ("construction/a",), (None, None)),
        ("construction", ("13",), ("13", "crosswalk")),
        (None, ("construction/a",), (None, None)),
    ],
)
def test_a_legacy_cluster_is_sent_or_loaded_and_never_converted_from_a_new_one(
    college: Any, sent: str | None, loaded: tuple[str, ...], legacy: Any
) -> None:
    program(college, career_cluster_code=sent)
    crosswalk(college, "48.0508", *loaded)
    assert built(college, "legacy_cluster_code, legacy_source") == [legacy]


def test_a_later_edition_of_the_crosswalk_replaces_the_earlier_one(college: Any) -> None:
    program(college)
    crosswalk(college, "48.0508", "agriculture/a", year="2024-25")
    crosswalk(college, "48.0508", "construction/a", year="2025-26")
    assert built(college, "proposed_cluster_code, crosswalk_program_year") == [("construction", "2025-26")]


# ---- adoption


@pytest.mark.parametrize(
    ("said", "years"),
    [
        ({}, {"2024-25": "16-cluster", "2025-26": None}),
        ({"adopted": "not"}, {"2024-25": "16-cluster", "2026-27": "16-cluster"}),
        (
            {"framework": "14-cluster", "adopted": "wholly", "effective_from": "2026-27"},
            {"2025-26": "16-cluster", "2026-27": "14-cluster"},
        ),
    ],
)
def test_what_nobody_knows_of_adoption_ships_as_unknown(said: Any, years: dict[str, str | None]) -> None:
    found = career_clusters(said, Path("grantee.toml"))
    assert {year: found.framework_of(year) for year in years} == years


def test_no_bundled_grantee_claims_an_adoption_that_no_source_tells() -> None:
    assert {one.career_clusters.adopted for one in all_grantees()} == {"unknown"}
    assert all(one.career_clusters.evidence for one in all_grantees())


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"framework": "17-cluster"}, "framework is '17-cluster'"),
        ({"adopted": "yes"}, "adopted is 'yes'"),
        ({"primary_rule": "best"}, "primary_rule is 'best'"),
        ({"framework": "14-cluster", "adopted": "wholly"}, "effective_from is ''"),
        ({"effective_from": "2026-27"}, "effective_from is '2026-27'"),
        ({"framework": "14-cluster", "adopted": "wholly", "effective_from": "2026"}, "effective_from is '2026'"),
        ({"framework": "14-cluster", "effective_from": "2026-27"}, "adopted is 'unknown'"),
        ({"adopted": "partly"}, "adopted is 'partly'"),
        ({"frame": "x"}, "'frame' is no key"),
    ],
)
def test_a_block_that_contradicts_itself_names_its_key_and_the_fix(said: Any, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"grantee.toml: \[career_clusters\].*{complaint}"):
        career_clusters(said, Path("grantee.toml"))


# ---- the section

ROW: dict[str, Any] = {
    "institution_id": "C01", "program_id": "P1", "program_name": "Welding", "is_in_inventory": True,
    "cip_code": "48.0508", "cip_version": "CIP2020", "career_cluster_code": "13",
    "career_cluster_framework": "16-cluster", "expected_framework": "16-cluster", "proposed_cluster_count": 0,
    "unmapped_reason": "crosswalk_not_loaded", "legacy_cluster_code": "13", "legacy_source": "submission",
    "agreement": "crosswalk_not_loaded", "concentrator_count": 3, "concentrator_once_count": 3,
}  # fmt: skip
MAPPED = {
    "proposed_cluster_code": "construction", "proposed_cluster_count": 1, "unmapped_reason": None,
    "crosswalk_program_year": "2025-26",
}  # fmt: skip


def section(*rows: dict[str, Any], said: CareerClusters | None = None) -> Section:
    with warehouse(is_filled=False) as connection:
        for n, row in enumerate(rows):
            whole = {**ROW, "program_id": f"P{n}", **row}
            insert(connection, PROGRAM, grantee_id=GRANTEE, program_year=YEAR, **whole)
        known = SimpleNamespace(
            grantee=SimpleNamespace(career_clusters=said or CareerClusters()), as_of=lambda year: f"records of {year}"
        )
        return clusters(SimpleNamespace(partition=Partition(connection, GRANTEE, YEAR), known=known))  # type: ignore[arg-type]


def table(found: Section, table_id: str) -> Table:
    return next(one for one in found.tables if one.id == table_id)


def test_without_a_crosswalk_the_section_says_what_to_load_and_shows_what_was_sent() -> None:
    found = section({}, {"career_cluster_code": None, "career_cluster_framework": None, "legacy_cluster_code": None})
    assert any("cte reference add CIP_Career_Clusters_Crosswalk_2025.xlsx" in words for words in found.says)
    names = [row[0] for row in table(found, "clusters_state").rows]
    assert names == ["13 Manufacturing", "no State's cluster was sent", "all"]
    assert "clusters_proposed" not in {one.id for one in found.tables}
    proposed = [row for row in table(found, "clusters_coverage").rows if "proposed" in str(row[0])]
    assert [row[1] for row in proposed] == ["cannot tell", "cannot tell"]  # which is not none of them


def test_old_totals_are_never_converted_and_the_page_says_so() -> None:
    for found in (section(), section({}), section({**MAPPED})):
        assert any("never converted" in words for words in found.says)


def test_a_framework_that_is_not_known_gives_no_share_of_it() -> None:
    found = section({"expected_framework": None})
    of_the_year = [row for row in table(found, "clusters_coverage").rows if "of the year" in str(row[0])]
    assert [row[1] for row in of_the_year] == ["cannot tell", "cannot tell"]


def test_what_is_missing_for_the_first_submission_is_told_program_by_program() -> None:
    found = section(
        MAPPED, {**MAPPED, "institution_id": "C02"},
        {**MAPPED, "cip_code": "51.3801", "program_name": "Nursing", "proposed_cluster_count": 2,
         "proposed_cluster_code": "healthcare_and_human_services", "career_cluster_code": "08"},
        {"cip_code": "20.0301", "unmapped_reason": "cip_not_in_crosswalk", "crosswalk_program_year": "2025-26"},
        {**MAPPED, "career_cluster_code": "construction", "career_cluster_framework": "14-cluster"},
    )  # fmt: skip
    rows = table(found, "clusters_to_do").rows
    assert [(row[0], row[2], row[3], row[6]) for row in rows] == [
        ("20.0301", 1, 3, 0), ("48.0508", 2, 6, 1), ("51.3801", 1, 3, 2),
    ]  # fmt: skip
    assert str(rows[0][7]).endswith("CIP code is not in the crosswalk")
    readiness = table(found, "clusters_readiness").rows
    assert [(row[1].numerator, row[1].denominator) for row in readiness] == [(1, 5), (2, 5), (1, 5), (1, 5)]  # type: ignore[union-attr]


def test_every_number_has_population_source_and_date() -> None:
    for found in (section(), section({}), section(MAPPED, {"is_in_inventory": False, "career_cluster_code": None})):
        assert all(one.population and one.source and one.as_of for one in found.tables)
        assert all(len(row) == len(one.columns) for one in found.tables for row in one.rows)


def test_the_section_stands_on_every_scorecard_even_of_an_empty_warehouse() -> None:
    with warehouse(is_filled=False) as connection:
        card = build_scorecard(connection, GRANTEE, YEAR, RUN, WORDS)
    (found,) = [one for one in card.sections if one.id == "clusters"]
    assert any("nothing can be told" in words for words in found.says)
