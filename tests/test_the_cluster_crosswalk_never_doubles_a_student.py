"""A CIP code may belong to ten clusters: does every concentrator still count in exactly one of them, and no more?"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from core_rows import add, small_warehouse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipeds_example import ReferenceHome

from pipelines.career_clusters import PRIMARY_RULES
from pipelines.intake.reference import kind_of
from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build
from pipelines.validation.partition import Partition
from pipelines.validation.results import judge_partitions

YEAR = "2023-24"
RULE = "most_sub_clusters_then_family_then_workbook_order"
CODES = ("construction", "education", "agriculture", "digital_technology")
FIELDS = ("48.0508", "48.0501", "51.3801")
NAMES = ("A", "B")


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with the tables that the models of clusters read, and no row of a student, program or crosswalk."""
    connection = small_warehouse()
    connection.execute(
        "create table mart.concentrator (grantee_id text, program_year text, institution_id text, program_id text, "
        "student_id text, semester_credits_earned decimal(14, 2))"
    )
    connection.execute(
        "create table mart.person (grantee_id text, institution_id text, student_id text, person_id text)"
    )
    yield connection
    connection.close()


def rows_of(connection: Any, table: str, columns: str, where: str = "true") -> list[Any]:
    """Return rows of a table as it stands, in order."""
    found: list[Any] = connection.execute(f"select {columns} from {table} where {where} order by all").fetchall()
    return found


def fill(connection: Any, links: Any, programs: Any, concentrators: Any) -> None:
    """Write a crosswalk, an inventory by (institution, program) and concentrators (student, place, credits)."""
    for table in ("reference.field_cluster", "core.program", "mart.concentrator", "mart.person"):
        connection.execute(f"delete from {table}")
    for line, (cip, code, sub) in enumerate(links, start=2):
        connection.execute(
            "insert into reference.field_cluster (program_year, cip_code, cip_version, career_cluster_code, "
            "sub_cluster, line_number) values ('2025-26', ?, 'CIP2020', ?, ?, ?)", [cip, code, sub, line],
        )  # fmt: skip
    for (institution, number), (cip, version) in programs.items():
        add(connection, "program", program_year=YEAR, institution_id=institution, program_id=number, cip_code=cip,
            cip_version=version)  # fmt: skip
    for student, (institution, number), credits_earned in concentrators:
        connection.execute(
            "insert into mart.concentrator values ('oregon', ?, ?, ?, ?, ?)",
            [YEAR, institution, number, student, credits_earned],
        )
        connection.execute(
            "insert into mart.person values ('oregon', ?, ?, ?)", [institution, student, student]
        )  # a State number: the same person at both colleges
    connection.execute("create or replace temp table once as select distinct * from mart.person")
    connection.execute("delete from mart.person")
    connection.execute("insert into mart.person select * from once")
    for model in all_models():
        if model.table in ("mart.exclusion", "mart.cluster_field", "mart.program_cluster"):
            build(connection, model)


PLACES = st.tuples(st.sampled_from(NAMES), st.sampled_from(("P1", "P2")))


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    links=st.sets(st.tuples(st.sampled_from(FIELDS), st.sampled_from(CODES), st.sampled_from(("x", "y"))), max_size=12),
    programs=st.dictionaries(
        PLACES, st.tuples(st.sampled_from((*FIELDS, "99.9999")), st.sampled_from(("CIP2020", "CIP2010"))), max_size=4
    ),
    concentrators=st.dictionaries(
        st.tuples(st.sampled_from(("s1", "s2", "s3")), PLACES), st.sampled_from((12, 24)), max_size=8
    ),
)
def test_the_sum_over_clusters_is_the_number_of_concentrators_whatever_the_crosswalk(
    empty: Any, links: Any, programs: Any, concentrators: Any
) -> None:
    fill(empty, sorted(links), programs, [(s, place, n) for (s, place), n in concentrators.items()])
    people = len({student for student, _place in concentrators})
    for cluster in ("proposed_cluster_code", "career_cluster_code", "legacy_cluster_code"):
        parts = rows_of(
            empty, "mart.program_cluster", f"{cluster}, sum(concentrator_once_count)",
            f"grantee_id = 'oregon' group by {cluster}",
        )  # fmt: skip
        assert sum(count for _, count in parts) == people
    places = {*programs, *(place for _student, place in concentrators)}
    assert len(rows_of(empty, "mart.program_cluster", "1")) == len(places)  # no program twice, none dropped


@pytest.mark.parametrize(
    ("links", "by_rule"),
    [
        # The most sub-clusters, whatever comes first.
        ([("51.3801", "education", "x"), ("51.3801", "construction", "x"), ("51.3801", "construction", "y")],
         {RULE: "construction", "most_sub_clusters_then_workbook_order": "construction", "single_only": None}),
        # Of two alike, the one that others of the CIP family belong to; without the family, the first.
        ([("48.0508", "agriculture", "x"), ("48.0508", "construction", "x"), ("48.0501", "construction", "x")],
         {RULE: "construction", "most_sub_clusters_then_workbook_order": "agriculture", "single_only": None}),
        # Of two alike in all, the first in the workbook.
        ([("48.0508", "education", "x"), ("48.0508", "agriculture", "x")],
         {RULE: "education", "most_sub_clusters_then_workbook_order": "education", "single_only": None}),
        ([("48.0508", "education", "x")],
         {RULE: "education", "most_sub_clusters_then_workbook_order": "education", "single_only": "education"}),
    ],
)  # fmt: skip
def test_the_declared_rule_alone_chooses_the_primary_cluster(empty: Any, links: Any, by_rule: Any) -> None:
    cip = links[0][0]
    fill(empty, links, {}, [])
    for rule in PRIMARY_RULES:
        found = rows_of(
            empty, "mart.cluster_field", "career_cluster_code",
            f"is_primary and cip_code = '{cip}' and primary_rule = '{rule}'",
        )  # fmt: skip
        assert [code for (code,) in found] == [code for code in [by_rule[rule]] if code], rule


def test_a_field_that_the_rule_leaves_open_is_counted_with_that_reason(empty: Any) -> None:
    load_definitions(empty, [YEAR])
    empty.execute("update reference.definition set cluster_primary_rule = 'single_only'")
    links = [("48.0508", "education", "x"), ("48.0508", "agriculture", "x")]
    fill(empty, links, {("A", "P1"): ("48.0508", "CIP2020")}, [("s1", ("A", "P1"), 12)])
    columns = "proposed_cluster_code, proposed_cluster_count, unmapped_reason, concentrator_once_count"
    assert rows_of(empty, "mart.program_cluster", columns) == [(None, 2, "several_clusters", 1)]
    load_definitions(empty, [YEAR])


def test_who_has_two_programs_counts_where_most_credits_were_earned(empty: Any) -> None:
    programs = {("A", "P1"): ("48.0508", "CIP2020"), ("B", "P1"): ("51.3801", "CIP2020")}
    fill(empty, [], programs, [("s1", ("A", "P1"), 12), ("s1", ("B", "P1"), 24), ("s2", ("A", "P1"), 12),
                               ("s2", ("B", "P1"), 12)])  # fmt: skip
    columns = "institution_id, concentrator_count, concentrator_once_count"
    found = sorted(rows_of(empty, "mart.program_cluster", columns))
    assert found == [("A", 2, 1), ("B", 2, 1)]  # s1 at B for its credits, s2 at A for its name


# ---- the published workbook


@pytest.fixture(scope="module")
def published(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceHome:
    source = real_data / "clusters" / "CIP_Career_Clusters_Crosswalk.xlsx"
    if not source.is_file():
        pytest.skip(f"{source} is not there: it is Advance CTE's, and not ours to pass on")
    folder = tmp_path_factory.mktemp("published")
    named = folder / "CIP_Career_Clusters_Crosswalk_2025.xlsx"
    shutil.copy(source, named)
    home = ReferenceHome(folder / "home")
    intake, told = home.add(named)
    assert [s.status for s in intake.submissions] == ["read"], told
    with home.open() as connection:
        (model,) = [model for model in all_models() if model.table == "mart.cluster_field"]
        build(connection, model)
    return home


def test_the_published_workbook_is_read_whole(published: ReferenceHome) -> None:
    found = published.rows(
        "select count(*), count(distinct cip_code), count(distinct career_cluster_code), "
        "count(distinct (career_cluster_code, sub_cluster)), count(*) filter (where unreadable_columns <> '') "
        "from reference.field_cluster"
    )
    assert found == [(4725, 1946, 14, 72, 0)]


def test_most_published_fields_have_several_clusters_and_each_has_one_primary(published: ReferenceHome) -> None:
    rows = published.rows(
        "select cip_code, career_cluster_code, is_primary, cluster_count from mart.cluster_field "
        f"where primary_rule = '{RULE}'"
    )
    clusters = Counter(row[0] for row in rows)
    assert len(clusters) == 1945  # without 99.9999, which stands for no field
    assert sum(count > 1 for count in clusters.values()) == 1199
    assert 61 < 100 * 1199 / 1945 < 62
    primary = Counter(row[0] for row in rows if row[2])
    assert set(primary) == set(clusters)
    assert set(primary.values()) == {1}


def test_the_primary_clusters_are_those_of_a_second_reckoning(published: ReferenceHome) -> None:
    links = published.rows(
        "select cip_code, career_cluster_code from reference.field_cluster where cip_code not like '99%' "
        "order by line_number"
    )
    subs: dict[str, Counter[str]] = defaultdict(Counter)
    for cip, cluster in links:
        subs[cip][cluster] += 1
    family = Counter((cip[:2], cluster) for cip, found in subs.items() for cluster in found)
    ours = dict(
        published.rows(
            f"select cip_code, career_cluster_code from mart.cluster_field where is_primary and primary_rule = '{RULE}'"
        )
    )
    for cip, found in subs.items():
        first = list(found)  # in the order of the workbook
        assert ours[cip] == min(first, key=lambda c: (-found[c], -family[cip[:2], c], first.index(c))), cip


@pytest.mark.parametrize(
    ("cip", "cluster"),
    [
        ("51.3801", "healthcare_and_human_services"), ("43.0107", "public_service_and_safety"),
        ("48.0508", "construction"), ("11.0901", "digital_technology"), ("49.0205", "supply_chain_and_transportation"),
    ],
)  # fmt: skip
def test_fields_that_train_no_teachers_are_not_proposed_for_education(
    published: ReferenceHome, cip: str, cluster: str
) -> None:
    where = f"is_primary and primary_rule = '{RULE}' and cip_code = '{cip}'"
    assert published.rows(f"select career_cluster_code from mart.cluster_field where {where}") == [(cluster,)]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("CIP_Career_Clusters_Crosswalk_2025.xlsx", "reference.field_cluster"),
        ("cip_legacy_clusters_2020.csv", "reference.field_cluster"),
        ("CIP_Career_Clusters_Crosswalk.xlsx", None),
        ("SOC_Career_Clusters_Crosswalk_2025.xlsx", None),
    ],
)
def test_a_crosswalk_is_known_by_its_name_with_its_year(name: str, table: str | None) -> None:
    kind = kind_of(name)
    assert (kind.layout.table if kind else None) == table


def test_a_users_own_legacy_crosswalk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cip_legacy_clusters_2020.csv"
    path.write_text("cip_code,cip_version,career_cluster_code\n48.0508,CIP2020,13\n51.3801,CIP2020,08\n")
    home = ReferenceHome(tmp_path / "home")
    intake, told = home.add(path)
    assert [s.status for s in intake.submissions] == ["read"], told
    assert home.rows("select cip_code, career_cluster_code, sub_cluster from reference.field_cluster order by 1") == [
        ("48.0508", "13", None), ("51.3801", "08", None),
    ]  # fmt: skip


@pytest.mark.slow
def test_the_published_workbook_breaks_no_rule(published: ReferenceHome) -> None:
    with published.open() as connection:
        outcomes = judge_partitions(connection, [Partition(None, None)], "run-1", date(2026, 11, 21))
    judged = {o.rule.id: o.status for o in outcomes if o.rule.table == "reference.field_cluster"}
    assert judged
    assert set(judged.values()) <= {"passed", "not_applicable"}, judged
