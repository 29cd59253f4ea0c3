"""Do the true rooms together refuse a release that hides only small counts, and release one that hides enough?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from attacker_world import GRANTEE, YEARS, random_world
from release_example import BO, Given
from scipy.sparse import csr_matrix

from pipelines.acts.office import Office
from pipelines.disclosure.problem import Flags, Problem
from pipelines.disclosure.release.all_rooms import all_rooms
from pipelines.disclosure.release.every import release_all
from pipelines.disclosure.release.one import Ended
from pipelines.disclosure.release.rooms import Decision
from pipelines.home import claim
from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build
from pipelines.publish.fill import fill_publish
from pipelines.warehouse import create_tables

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A home whose warehouse holds the figures of 200 invented persons of each of two years."""
    claim(tmp_path, is_sample=True)
    with random_world(1, 200, is_simple=True).warehouse() as connection:
        create_tables(connection)
        for column in ("outcome_window_end date", "status varchar", "definition_version varchar"):
            connection.execute(f"alter table mart.indicator add column if not exists {column}")
        connection.execute("update mart.indicator set status = 'computed'")
        connection.execute("drop table mart.margin")
        load_definitions(connection, YEARS)
        for model in all_models():
            if model.table == "mart.margin":
                build(connection, model)
        fill_publish(connection, [], "r", is_sample=True)
        yield Office(tmp_path, connection, datetime(2026, 1, 1, tzinfo=UTC))


def decided(withheld: Flags) -> Decision:
    no_worlds = csr_matrix((0, withheld.size), dtype=np.int64)
    return Decision(withheld, np.zeros_like(withheld), np.zeros(0, dtype=np.int64), "by the test", no_worlds)


def released(office: Office, withheld: Callable[[Problem], Flags]) -> Ended:
    rooms = replace(
        all_rooms(), may_release=lambda *_: Given(), freeze_quality=lambda *_: None,
        protect=lambda problem: decided(withheld(problem)),
    )  # fmt: skip
    (ended,) = release_all(office, [GRANTEE], [], BO, rooms, lambda _: None)
    return ended


def test_hiding_small_counts_alone_is_refused_and_nothing_leaves(office: Office) -> None:
    ended = released(office, lambda problem: problem.must_hide)
    assert ended.proof is not None
    assert not ended.proof.is_safe
    assert {year.fate for year in ended.years.values()} == {"refused"}
    for table in ("student_count", "indicator", "indicator_pooled", "gap", "release"):
        assert office.connection.execute(f"select count(*) from publish.{table}").fetchall() == [(0,)], table


def test_what_hides_enough_leaves_with_its_proof_kept_at_home(office: Office) -> None:
    ended = released(office, lambda problem: problem.must_hide | (problem.is_published & ~problem.is_known))
    assert ended.proof is not None
    assert ended.proof.is_safe, ended.proof.reason
    unproved = (
        "select count(*) from quality.release_cell where is_sensitive and (proof is null or highest_count < width)"
    )
    assert office.connection.execute(unproved).fetchall() == [(0,)]
    columns = "select distinct column_name from duckdb_columns() where schema_name = 'publish'"
    names = {name for (name,) in office.connection.execute(columns).fetchall()}
    assert not names & {"lowest_count", "highest_count", "proof", "is_sensitive", "touched_count", "released_by"}
