"""Is a reference file that cannot be what it says refused with the fix, and nothing else harmed?"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from ipeds_example import COMPLETERS_HEADER, ReferenceHome, completers, completers_row, directory, zipped

from pipelines.configuration import ConfigurationError
from pipelines.intake.reading import unpack as unpacking
from pipelines.intake.reading.unpack import ArchiveRefused, unpack

GOOD = completers(completers_row("111111", "03", 7))


@pytest.fixture
def home(tmp_path: Path) -> ReferenceHome:
    return ReferenceHome(tmp_path / "home")


def test_a_file_that_no_layout_knows_is_told_which_names_are_expected(home: ReferenceHome, tmp_path: Path) -> None:
    (tmp_path / "effy2022.csv").write_bytes(b"UNITID,EFYTOTLT\r\n111111,5\r\n")
    intake, told = home.add(tmp_path / "effy2022.csv")
    assert [s.status for s in intake.submissions] == ["refused"]
    for name in ("c<year>_c.csv", "hd<year>.csv", "CIP_Career_Clusters_Crosswalk_<year>.xlsx"):
        assert name in told[0]
    assert home.rows(
        "select reason_code, line_number, line_count, physical_line_count, quarantined_line_count, program_year "
        "from quality.quarantine join quality.submission using (submission_id)"
    ) == [("file_layout_known", None, 2, 2, 2, None)]


def test_what_no_layout_knows_is_not_kept_because_it_may_be_anything(home: ReferenceHome, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("Dear Ann,\n", encoding="utf-8")
    home.add(tmp_path / "letters.txt")
    assert not (home.path / "archive").exists()


@pytest.mark.parametrize("name", ["c2022_c_rv.csv", "c22_c.csv", "xc2022_c.csv", "hd2022_data_stata.csv"])
def test_a_name_that_only_resembles_a_known_one_is_not_guessed_at(
    home: ReferenceHome, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(GOOD)
    intake, _ = home.add(tmp_path / name)
    assert [s.status for s in intake.submissions] == ["refused"]


def test_another_years_header_is_refused_by_the_column_that_is_missing(home: ReferenceHome, tmp_path: Path) -> None:
    (tmp_path / "c2022_c.csv").write_bytes(GOOD.replace(b"CSNRALT", b"CSNRLT2"))
    intake, told = home.add(tmp_path / "c2022_c.csv")
    assert [s.status for s in intake.submissions] == ["refused"]
    assert "'CSNRALT' is missing" in told[0]
    assert home.rows("select count(*) from reference.ipeds_completers") == [(0,)]


def test_a_file_refused_leaves_the_one_in_force_alone(home: ReferenceHome, tmp_path: Path) -> None:
    path = tmp_path / "c2022_c.csv"
    for content in (GOOD, b""):
        path.write_bytes(content)
        home.add(path)
    assert home.rows("select total_count from reference.ipeds_completers") == [(7,)]


def test_a_bad_line_costs_itself_and_is_counted(home: ReferenceHome, tmp_path: Path) -> None:
    rows = [completers_row("111111", f"0{level}", 7) for level in (2, 3, 5, 7, 9)]
    (tmp_path / "c2022_c.csv").write_bytes(completers(*rows) + b"222222,03,\r\n")
    intake, _ = home.add(tmp_path / "c2022_c.csv")
    submission = intake.submissions[0]
    assert (submission.loaded_line_count, submission.quarantined_line_count) == (5, 1)
    assert home.rows("select line_number from quality.quarantine") == [(7,)]


def test_one_bad_member_does_not_cost_its_neighbors(home: ReferenceHome, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "ipeds.zip", readme__txt=b"About\n", c2022_c__csv=GOOD, c2021_c__csv=b"")
    intake, _ = home.add(archive)
    assert {s.file_name: s.status for s in intake.submissions} == {
        "ipeds.zip/readme.txt": "refused",
        "ipeds.zip/c2022_c.csv": "read",
        "ipeds.zip/c2021_c.csv": "refused",
    }


def test_an_archive_that_is_cut_short_is_refused_and_the_rest_goes_on(home: ReferenceHome, tmp_path: Path) -> None:
    whole = zipped(tmp_path / "HD2022.zip", hd2022__csv=directory(("111111", "A College", "OR", 1, 4)))
    whole.write_bytes(whole.read_bytes()[:-30])
    (tmp_path / "c2022_c.csv").write_bytes(GOOD)
    intake, told = home.add(tmp_path)
    assert [(s.file_name, s.status) for s in intake.submissions] == [("HD2022.zip", "refused"), ("c2022_c.csv", "read")]
    assert "fetch or pack it anew" in told[0]


@pytest.mark.parametrize(
    ("name", "said"), [("../c2022_c.csv", "leads out"), ("/c2022_c.csv", "leads out"), ("a\\c2022_c.csv", "leads out")]
)
def test_no_name_in_an_archive_leads_out_of_it(tmp_path: Path, name: str, said: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, GOOD)
    (tmp_path / "a.zip").write_bytes(packed.getvalue())
    (tmp_path / "out").mkdir()
    with pytest.raises(ArchiveRefused, match=said):
        unpack(tmp_path / "a.zip", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_an_archive_that_unpacks_to_a_mountain_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", c2022_c__csv=b"0" * (64 << 20))
    (tmp_path / "out").mkdir()
    with pytest.raises(ArchiveRefused, match="200 times its size"):
        unpack(bomb, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_bytes_are_counted_while_unpacking_because_an_archive_may_lie_about_sizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1000)
    archive = zipped(tmp_path / "a.zip", a__csv=b"a" * 800, b__csv=b"b" * 800)
    (tmp_path / "out").mkdir()
    with pytest.raises(ArchiveRefused, match="unpacks to more than"):
        unpack(archive, tmp_path / "out")


def test_an_encrypted_member_is_named_with_the_fix(tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path / "a.zip", c2022_c__csv=GOOD).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory of the archive
    (tmp_path / "a.zip").write_bytes(content)
    (tmp_path / "out").mkdir()
    with pytest.raises(ArchiveRefused, match=r"c2022_c\.csv is encrypted; give it without a password"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_a_folder_without_files_is_a_wrong_call_and_not_a_quiet_success(home: ReferenceHome, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="no file is there"):
        home.add(tmp_path / "empty")


def test_the_layout_names_every_column_that_nces_publishes() -> None:
    assert len(COMPLETERS_HEADER) == 36
    assert len({name.removeprefix("X") for name in COMPLETERS_HEADER if name.startswith(("CS", "XCS"))}) == 17
