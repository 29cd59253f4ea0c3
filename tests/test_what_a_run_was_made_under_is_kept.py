"""Is what a run was made under kept once for each content, whoever packs it, and is a spoiled copy told?"""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.configuration import ConfigurationError
from pipelines.home import SAMPLE_MARKER
from pipelines.provenance.house import (
    CODE,
    DEFINITIONS,
    LAYOUTS,
    PARTS,
    PEOPLE,
    REFERENCE,
    RULES,
    SUB_ELEMENTS,
    House,
    house_of_today,
    keep,
    kept,
    packed,
    part_of,
    place_of,
)
from pipelines.provenance.made import made, runs_kept
from pipelines.provenance.record import kept_json, note_house, note_scorecards
from pipelines.replay.again import machine_differences
from pipelines.scorecard import sub_elements
from pipelines.warehouse import open_warehouse

RUN = "20260701T060000000Z-0000"
FILES = {"pipelines/a.py": b"a", "expectations/b.py": b"b", "sql/mart/c.sql": b"c"}


def test_the_same_content_has_one_name_and_one_zip_in_whatever_order_it_is_found(tmp_path: Path):
    one, other = House(FILES), House(dict(reversed(FILES.items())))
    assert one.sha256 == other.sha256
    assert packed(one) == packed(other)
    keep(tmp_path, one)
    written = place_of(tmp_path, one.sha256, "zip").stat().st_mtime_ns
    keep(tmp_path, other)
    assert [path.stat().st_mtime_ns for path in (tmp_path / "house").iterdir()] == [written]
    assert kept(tmp_path, one.sha256).files == FILES


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=3))
def test_any_other_byte_gives_another_name(path: str, content: bytes):
    other = House(FILES | {path: content})
    assert (other.sha256 == House(FILES).sha256) == (content == FILES[path])


def test_a_spoiled_copy_is_never_run(tmp_path: Path):
    sha256 = keep(tmp_path, House(FILES))
    place_of(tmp_path, sha256, "zip").write_bytes(packed(House(FILES | {"pipelines/a.py": b"another"})))
    with pytest.raises(ConfigurationError, match="not the one that the run was made under"):
        kept(tmp_path, sha256)
    place_of(tmp_path, sha256, "zip").write_bytes(b"no zip")
    with pytest.raises(ConfigurationError, match="restore the file from its backup"):
        kept(tmp_path, sha256)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("pipelines/grantees/oregon/layout.toml", LAYOUTS),
        ("own_grantees/ohio/layout_2.toml", LAYOUTS),
        ("pipelines/national/pdp/layout.toml", LAYOUTS),
        ("pipelines/grantees/oregon/grantee.toml", DEFINITIONS),
        ("own_grantees/ohio/grantee.toml", DEFINITIONS),
        ("pipelines/grantees/oregon/waivers.toml", RULES),
        ("pipelines/grantees/oregon/thresholds.toml", RULES),
        ("expectations/dates.py", RULES),
        ("pipelines/reference/ipeds/layout.toml", REFERENCE),
        ("pipelines/codes/award_level.csv", REFERENCE),
        ("pipelines/grantees/oregon/ratings.toml", PEOPLE),
        ("sql/mart/participant.sql", CODE),
    ],
)
def test_each_file_belongs_to_the_part_that_people_would_call_it_by(path: str, part: str):
    assert part_of(path) == part


def test_the_house_of_today_is_whole_and_holds_what_invented_people_wrote(tmp_path: Path):
    (tmp_path / SAMPLE_MARKER).write_text("FICTIONAL", encoding="utf-8")
    (tmp_path / "oregon").mkdir()
    (tmp_path / "oregon" / "ratings.toml").write_text("", encoding="utf-8")
    house = house_of_today(tmp_path)
    assert {"pipelines/cli.py", "expectations/catalogue.py", "inbox/oregon/ratings.toml"} <= set(house.files)
    assert any(path.startswith(("sql/mart/", "pipelines/_sql/mart/")) for path in house.files)
    assert not [path for path in house.files if path.endswith(".pyc")]
    assert sum(len(house.part(part)) for part in PARTS) == len(house.files)
    (tmp_path / SAMPLE_MARKER).unlink()
    assert "inbox/oregon/ratings.toml" not in house_of_today(tmp_path).files, "of a real inbox only records are read"


def test_own_grantees_and_an_own_rubric_are_part_of_the_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "own" / "ohio").mkdir(parents=True)
    (tmp_path / "own" / "ohio" / "grantee.toml").write_text("id = 'ohio'", encoding="utf-8")
    (tmp_path / "rubric.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("CTE_GRANTEES", str(tmp_path / "own"))
    monkeypatch.setenv("CTE_RUBRIC", str(tmp_path / "rubric.toml"))
    files = house_of_today(tmp_path).files
    assert files["own_grantees/ohio/grantee.toml"] == b"id = 'ohio'"
    assert "own_rubric/rubric.toml" in files


def test_what_lies_beside_an_own_rubric_or_grantee_is_never_copied_into_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    own = tmp_path / "own"
    read = ("ohio/grantee.toml", "ohio/layout_2.toml", "ohio/critical_occupations.csv")
    left = ("ohio/students.csv", "ohio/ohio.key", "ohio/2024/records.csv", "keys/ohio.key", "secrets.toml")
    for name in (*read, *left):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text("", encoding="utf-8")
    (own / "ohio" / "again").symlink_to(own, target_is_directory=True)
    for name in ("rubric.toml", "sub_elements.toml", "secrets.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    monkeypatch.setenv("CTE_GRANTEES", str(own))
    monkeypatch.setenv("CTE_RUBRIC", str(tmp_path / "rubric.toml"))
    found = {path for path in house_of_today(tmp_path).files if path.startswith("own_")}
    assert SUB_ELEMENTS == sub_elements.FILE_NAME
    assert found == {
        *(f"own_grantees/{name}" for name in read),
        "own_rubric/rubric.toml",
        "own_rubric/sub_elements.toml",
    }


@pytest.mark.parametrize("spoil", [lambda _: b"no gzip", lambda was: was[:-9], lambda _: gzip.compress(b"[]")])
def test_a_spoiled_ledger_is_never_replayed(tmp_path: Path, spoil: Callable[[bytes], bytes]):
    with open_warehouse(tmp_path) as connection:
        note_house(connection, tmp_path, RUN, tmp_path)
        query = "select sha256 from quality.run_input where kind = 'environment'"
        sha256 = connection.execute(query).fetchone()[0]
    path = place_of(tmp_path, sha256, "json.gz")
    assert "python" in kept_json(tmp_path, sha256)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ConfigurationError, match="restore the file from its backup"):
        kept_json(tmp_path, sha256)


def test_a_run_is_read_back_as_it_was_written_down(tmp_path: Path):
    home = tmp_path / "home"
    page = home / "scorecards" / "oregon" / "2023-24" / "scorecard-internal.json"
    page.parent.mkdir(parents=True)
    page.write_text("{}", encoding="utf-8")
    with open_warehouse(home) as connection:
        connection.execute(
            "insert into quality.run (run_id, started_at, is_sample, code_version) values (?, '2026-07-01', true, '1')",
            [RUN],
        )
        with pytest.raises(ConfigurationError, match="did not keep what it was made under"):
            made(connection, home, RUN)
        house = note_house(connection, home, RUN, tmp_path)
        for _ in range(2):
            note_scorecards(connection, home, RUN, [page])
        run = made(connection, home, RUN)
        assert runs_kept(connection, "oregon", "2023-24") == [RUN]
        assert runs_kept(connection, "oregon", "2022-23") == []
        assert connection.execute("select count(*) from quality.run_input where kind = 'ledger'").fetchall() == [(1,)]
    assert run.house().sha256 == house.sha256
    assert run.ledger() == []
    assert machine_differences(run.environment()) == []
    assert [file.place for file in run.files] == [Path("oregon", "2023-24", "scorecard-internal.json")]
    assert {path.stat().st_mode & 0o077 for path in (home / "house").iterdir()} == {0}


def test_another_machine_is_told():
    now = {"python": "3.11.7", "machine": "Linux", "packages": {"duckdb": "2.0.0"}}
    told = machine_differences(now | {"packages": {"duckdb": "1.0.0", "gone": "1"}})
    assert any(line.startswith("duckdb: 1.0.0 then") for line in told)
    assert "gone: 1 then, none now" in told


def test_a_zip_holds_no_time_and_no_name_of_who_packed_it(tmp_path: Path):
    sha256 = keep(tmp_path, House(FILES))
    with zipfile.ZipFile(place_of(tmp_path, sha256, "zip")) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert [info.filename for info in archive.infolist()] == sorted(FILES)
