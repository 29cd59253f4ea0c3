"""Does each grantee say where its equity flags come from? Without its source, a flag hides whom it misses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.configuration import ConfigurationError
from pipelines.equity_source import SOURCES, equity_dimensions
from pipelines.grantee import FOLDER, Grantee, all_grantees, read_grantee
from pipelines.measures.definitions import load_definitions
from pipelines.schema import equity_columns

BLOCK = '\n[[equity_source]]\nequity_dimension = "sex"\nsource = "self_report"\nevidence = "asked"\n'


@pytest.fixture
def said(tmp_path: Path) -> Callable[[str], Grantee]:
    """Read a grantee whose folder declares these blocks and no others."""

    def read(blocks: str) -> Grantee:
        text = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
        plain, _, rest = text.partition("[[equity_source]]")
        _, _, rest = rest.partition("[suppression]")
        path = tmp_path / "grantee.toml"
        path.write_text(f"{plain}\n[suppression]{rest}{blocks}", encoding="utf-8")
        return read_grantee(path)

    return read


def test_every_dimension_is_one_that_the_schema_has_and_race() -> None:
    assert set(equity_dimensions()) == {*(column.info["equity"] for column in equity_columns()), "race_ethnicity"}


@pytest.mark.parametrize("grantee", all_grantees(), ids=lambda grantee: grantee.id)
def test_each_grantee_declares_the_source_of_all_it_collects_with_evidence_and_is_no_authority_yet(
    grantee: Grantee,
) -> None:
    collected = {column.to for layout in grantee.layouts if layout.table == "student" for column in layout.columns}
    columns = {column.name: column.info["equity"] for column in equity_columns()} | {
        "race_selections": "race_ethnicity"
    }
    declared = {source.equity_dimension for source in grantee.equity_sources}
    assert declared == {dimension for name, dimension in columns.items() if name in collected}
    assert all(source.evidence.startswith("house default") for source in grantee.equity_sources)


def test_the_declarations_become_a_table_beside_the_definitions(said: Callable[[str], Grantee]) -> None:
    assert [source.proxy for source in said(BLOCK).equity_sources] == [""]
    with duckdb.connect() as connection:
        load_definitions(connection, ["2023-24"])
        found = connection.execute(
            "select source, proxy from reference.equity_source where grantee_id = 'oregon' "
            "and equity_dimension = 'economic_disadvantage'"
        ).fetchall()
        sources = connection.execute("select distinct source from reference.equity_source").fetchall()
    assert found == [("aid_form", "Pell eligible")]
    assert {source for (source,) in sources} <= set(SOURCES)


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ('"sex"', '"gender"', r"number 1: equity_dimension is 'gender'; write one of sex, race_ethnicity"),
        ('"self_report"', '"fafsa"', r"number 1: source is 'fafsa'; write one of self_report, aid_form"),
        ("evidence", "proof", r"number 1: .*'proof'.*the keys are equity_dimension, source, proxy and evidence"),
        ('evidence = "asked"', "", r"number 1: .*'evidence'"),
        (BLOCK, BLOCK + BLOCK, r"sex: declared twice"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_named_with_what_it_may_be(
    said: Callable[[str], Grantee], good: str, bad: str, named: str
) -> None:
    with pytest.raises(ConfigurationError, match=rf"grantee\.toml: \[\[equity_source\]\] {named}"):
        said(BLOCK.replace(good, bad))


def test_the_age_of_youth_is_the_grantees_and_decides_from_the_first_day_of_the_year(tmp_path: Path) -> None:
    path = tmp_path / "grantee.toml"
    text = (FOLDER / "udc" / "grantee.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("youth_age_max = 24", "youth_age_max = 21"), encoding="utf-8")
    assert read_grantee(path).definition("2023-24").youth_age_max == 21
    shutil.copy(path, tmp_path / "spoiled.toml")
    (tmp_path / "spoiled.toml").write_text(text.replace("youth_age_max = 24", 'youth_age_max = "24"'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="youth_age_max"):
        read_grantee(tmp_path / "spoiled.toml")
    with duckdb.connect() as connection:
        load_definitions(connection, ["2023-24"])
        columns = "youth_age_max, cast(youth_born_after_date as varchar)"
        row = connection.execute(f"select {columns} from reference.definition where grantee_id = 'udc'").fetchone()
    assert row == (24, "1998-07-01")
