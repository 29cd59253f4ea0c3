"""Can an archive fill the disk, write elsewhere, hide a file or stop the night? Each one here is tiny and meant ill."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.members import ArchiveRefused, Member, members
from pipelines.intake.reading import unpack as unpacking

TABLE = b"student_id,term\n812120001,Fall\n"
BOMB = bytes(24 << 20)


def inside(path: Path, *, workbooks: bool = False) -> list[Member]:
    folder = path.parent / "unpacked"
    folder.mkdir(mode=0o700)
    return members(path, path.name, folder, lambda _: workbooks)


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def in_memory(*entries: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def changed(path: Path, old: bytes, new: bytes) -> Path:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


def with_flag_of_encryption(path: Path) -> Path:
    content = bytearray(zipped(path, ("a.csv", TABLE)).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def with_two_of_a_name(path: Path) -> Path:
    zipped(path, ("a.csv", TABLE), ("b.csv", b"other\n"))
    return changed(path, b"b.csv", b"a.csv")


def that_lies_about_its_size(path: Path) -> Path:
    content = bytearray(zipped(path, ("a.csv", BOMB)).read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    return path


HOSTILE_ZIPS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "up": (lambda p: zipped(p, ("../a.csv", TABLE)), "leads out"),
    "up-within": (lambda p: zipped(p, ("x/../../a.csv", TABLE)), "leads out"),
    "from-the-root": (lambda p: zipped(p, ("/etc/a.csv", TABLE)), "leads out"),
    "windows-root": (lambda p: zipped(p, ("C:a.csv", TABLE)), "leads out"),
    "backslash": (lambda p: zipped(p, ("x\\a.csv", TABLE)), "leads out"),
    "nul-in-name": (lambda p: changed(zipped(p, ("a.csvXb", TABLE)), b"a.csvXb", b"a.csv\0b"), "no plain name"),
    "line-end-in-name": (lambda p: zipped(p, ("a\n.csv", TABLE)), "no plain name"),
    "escape-in-name": (lambda p: zipped(p, ("a\x1b[2J.csv", TABLE)), "no plain name"),
    "right-to-left-mark": (lambda p: zipped(p, ("a\u202evsc.exe", TABLE)), "no plain name"),
    "endless-name": (lambda p: zipped(p, ("a" * 2000, TABLE)), "no plain name"),
    "same-name-twice": (with_two_of_a_name, "stands in the archive twice"),
    "same-name-but-for-case": (lambda p: zipped(p, ("a.csv", TABLE), ("A.CSV", TABLE)), "stands in the archive twice"),
    "encrypted": (with_flag_of_encryption, "encrypted; give it without a password"),
    "symbolic-link": (lambda p: zipped(p, (special("a.csv", stat.S_IFLNK | 0o777), b"/etc/passwd")), "a link"),
    "pipe": (lambda p: zipped(p, (special("a.csv", stat.S_IFIFO | 0o600), b"")), "link or device"),
    "device": (lambda p: zipped(p, (special("a.csv", stat.S_IFCHR | 0o600), b"")), "link or device"),
    "bomb": (lambda p: zipped(p, ("a.csv", BOMB)), "200 times its size"),
    "bomb-that-lies": (that_lies_about_its_size, "damaged"),
    "bzip2": (lambda p: zipped(p, ("a.csv", TABLE), method=zipfile.ZIP_BZIP2), "ordinary zip"),
    "lzma": (lambda p: zipped(p, ("a.csv", TABLE), method=zipfile.ZIP_LZMA), "ordinary zip"),
    "zip-within-zip": (lambda p: zipped(p, ("b.zip", in_memory(("a.csv", TABLE)))), "within the archive"),
    "zip-in-disguise": (lambda p: zipped(p, ("b.csv", in_memory(("a.csv", TABLE)))), "within the archive"),
    "gzip-within-zip": (lambda p: zipped(p, ("a.csv.gz", gzip.compress(TABLE))), "within the archive"),
    "nothing-inside": (zipped, "holds no file"),
    "folders-only": (lambda p: zipped(p, ("x/", b"")), "holds no file"),
    "left-behind-only": (lambda p: zipped(p, ("__MACOSX/._a.csv", b"x"), (".DS_Store", b"x")), "holds no file"),
    "too-many": (lambda p: zipped(p, *((f"{i}.csv", b"") for i in range(1001))), "1001 files, more than 1000"),
    "wrong-checksum": (lambda p: changed(zipped(p, ("a.csv", TABLE), method=0), b"Fall", b"Full"), "damaged"),
    "no-directory": (lambda p: changed(zipped(p, ("a.csv", TABLE)), b"PK\x01\x02", b"PK\x01\x03"), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(HOSTILE_ZIPS))
def test_nothing_of_an_archive_that_cannot_be_trusted_is_taken_in_and_the_sender_is_told_why(
    tmp_path: Path, case: str
) -> None:
    make, said = HOSTILE_ZIPS[case]
    path = make(tmp_path / "sent.zip")
    with pytest.raises(ArchiveRefused, match=said) as refused:
        inside(path)
    assert refused.value.reason_code == "file_archive_safe"
    assert sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file() and p != path) < 1000
    assert "812120001" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(gzip.compress(TABLE)[:-9], "cut short", id="cut-short"),
        pytest.param(gzip.compress(TABLE)[:5], "cut short", id="header-cut-short"),
        pytest.param(gzip.compress(TABLE) + b"and something else", "followed by something else", id="garbage-behind"),
        pytest.param(gzip.compress(TABLE)[:-8] + bytes(8), "damaged", id="wrong-checksum"),
        pytest.param(gzip.compress(BOMB), "200 times its size", id="bomb"),
        pytest.param(gzip.compress(gzip.compress(TABLE)), "holds an archive", id="gzip-within-gzip"),
        pytest.param(gzip.compress(in_memory(("a.csv", TABLE))), "holds an archive", id="zip-within-gzip"),
        pytest.param(gzip.compress(bytes(257) + b"ustar" + bytes(250)), "holds an archive", id="tar-within-gzip"),
        pytest.param(b"\x1f\x8b\x08\x00garbage that is no deflate", "damaged", id="only-the-beginning"),
    ],
)
def test_a_gzip_file_that_is_not_whole_is_refused_whole(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.csv.gz").write_bytes(content)
    with pytest.raises(ArchiveRefused, match=said):
        inside(tmp_path / "a.csv.gz")


def test_a_gzip_file_is_one_submission_known_by_the_name_without_gz(tmp_path: Path) -> None:
    (tmp_path / "A.csv.GZ").write_bytes(gzip.compress(TABLE))
    (member,) = inside(tmp_path / "A.csv.GZ")
    assert (member.place, member.name, member.sheet) == ("A.csv.GZ", "A.csv", "")
    assert member.path.read_bytes() == TABLE


def test_gzip_members_in_a_row_are_one_file_because_that_is_how_they_are_appended(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TABLE) + gzip.compress(b"812120002,Fall\n") + bytes(512))
    (member,) = inside(tmp_path / "a.csv.gz")
    assert member.path.read_bytes() == TABLE + b"812120002,Fall\n"


def test_the_name_that_gzip_noted_inside_is_not_believed(tmp_path: Path) -> None:
    with (tmp_path / "a.csv.gz").open("wb") as file, gzip.GzipFile("../../elsewhere.csv", "wb", fileobj=file) as packed:
        packed.write(TABLE)
    (member,) = inside(tmp_path / "a.csv.gz")
    assert member.name == "a.csv"
    assert member.path.parent.parent == tmp_path / "unpacked"


def test_what_is_unpacked_holds_identifiers_and_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", ("x/a.csv", TABLE), ("y/a.csv", TABLE))
    found = inside(tmp_path / "a.zip")
    assert [m.place for m in found] == ["a.zip/x/a.csv", "a.zip/y/a.csv"]
    assert {m.name for m in found} == {"a.csv"}
    assert {stat.S_IMODE(m.path.stat().st_mode) for m in found} == {0o600}
    assert {stat.S_IMODE(m.path.parent.stat().st_mode) for m in found} == {0o700}


def test_a_file_that_is_no_archive_is_itself_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(TABLE)
    assert inside(tmp_path / "a.zip") == [Member("a.zip", "a.zip", tmp_path / "a.zip")]


def test_an_archive_is_told_by_its_bytes_whatever_it_is_called(tmp_path: Path) -> None:
    zipped(tmp_path / "a.csv", ("b.csv", TABLE))
    assert [m.place for m in inside(tmp_path / "a.csv")] == ["a.csv/b.csv"]


def test_members_that_share_their_bytes_count_as_often_as_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 10 << 10)
    zipped(tmp_path / "a.zip", *((f"{i}.csv", TABLE * 50) for i in range(20)))
    with pytest.raises(ArchiveRefused, match="unpacks to more than"):
        inside(tmp_path / "a.zip")


def test_gzip_bytes_are_counted_while_unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 10 << 10)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TABLE * 1000))
    with pytest.raises(ArchiveRefused, match="unpacks to more than"):
        inside(tmp_path / "a.csv.gz")


WHOLE = in_memory(("a.csv", TABLE), ("b.csv", TABLE * 20))


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255), cut=st.integers(0, 40))
def test_no_wrong_byte_in_an_archive_is_a_fault_of_ours(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, cut: int
) -> None:
    content = bytearray(WHOLE)
    content[at] = byte
    path = tmp_path_factory.mktemp("wrong") / "a.zip"
    path.write_bytes(content[: len(content) - cut])
    try:
        found = inside(path)
    except ArchiveRefused:
        return
    assert {m.path.read_bytes() for m in found} <= {TABLE, TABLE * 20, path.read_bytes()}


def test_contract_zip_checks_the_sum_of_a_member_and_stops_at_the_size_it_claims() -> None:
    content = bytearray(in_memory(("a.csv", TABLE)))
    at = content.index(b"PK\x01\x02") + 16
    content[at : at + 4] = zlib.crc32(b"other").to_bytes(4, "little")
    with zipfile.ZipFile(io.BytesIO(content)) as archive, pytest.raises(zipfile.BadZipFile):
        archive.read("a.csv")
