"""Is a file that cannot be read, is no file or changes meanwhile the sender's matter, and never a fault of ours?"""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

import pytest

from pipelines.intake import archive
from pipelines.intake.archive import opened, sha256_of, store
from pipelines.intake.inbox import look_into
from pipelines.intake.reading.lines_format import FileRefused

YEAR = "2023-24"
NOBODY = 65534


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that other users may enter, as those that pytest makes are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def inbox(root: Path) -> Path:
    folder = root / "inbox" / "oregon" / YEAR
    folder.mkdir(parents=True)
    (folder / "good.csv").write_text("x\n", encoding="utf-8")
    return root / "inbox"


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user without rights, as a service is; the tests may run as root, whom no permission stops."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def strays(inbox: Path) -> dict[str, str]:
    return {stray.place: stray.message for stray in look_into(inbox)[1]}


def names(inbox: Path) -> list[str]:
    return [found.file_name for found in look_into(inbox)[0]]


def _no_permission(path: Path) -> None:
    path.write_bytes(b"812120001\n")
    path.chmod(0)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no-permission": (_no_permission, "permission denied; give"),
    "vanished": (lambda _: None, "vanished"),
    "folder": (lambda path: path.mkdir(), "folder and no file"),
    "pipe": (os.mkfifo, "pipe, socket or device"),
    "socket": (_socket, "pipe, socket or device"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "pipe, socket or device"),
    "circle": (lambda path: path.symlink_to(path.name), "leads in a circle"),
    "link-to-nothing": (lambda path: path.symlink_to("nowhere"), "vanished"),
}


@pytest.mark.parametrize("case", list(UNREADABLE))
def test_what_cannot_be_read_is_refused_with_a_fix_and_leaves_nothing_in_the_archive(root: Path, case: str) -> None:
    make, said = UNREADABLE[case]
    make(root / "x.csv")
    (root / "home").mkdir(mode=0o777)
    (root / "home").chmod(0o777)
    for read in (sha256_of, lambda path: store(root / "home", path)):
        with as_nobody(), pytest.raises(FileRefused, match=said) as refused:
            read(root / "x.csv")
        assert refused.value.reason_code == "file_readable"
    assert [path for path in (root / "home").rglob("*") if path.is_file()] == []


class _Meddled(BufferedReader):
    """A file that somebody changes after the first block was read."""

    meddle: Callable[[], object]
    is_done = False

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(size)
        if not self.is_done:
            self.is_done = True
            self.meddle()
        return block


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more\n")


def _rewrite(path: Path) -> None:
    path.write_bytes(b"y" * 10)
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize(
    "meddle",
    [_grow, lambda path: path.write_bytes(b""), _rewrite],
    ids=["grows", "is-emptied", "is-rewritten-at-the-same-length"],
)
def test_a_file_that_changes_while_it_is_read_is_not_taken_half_old_and_half_new(
    root: Path, monkeypatch: pytest.MonkeyPatch, meddle: Callable[[Path], object]
) -> None:
    path = root / "x.csv"
    path.write_bytes(b"x" * 10)

    @contextmanager
    def meddled(source: Path) -> Iterator[BufferedReader]:
        with _Meddled(source.open("rb", buffering=0)) as file:
            file.meddle = lambda: meddle(source)
            yield file

    monkeypatch.setattr(archive, "opened", meddled)
    with pytest.raises(FileRefused, match="changed while it was read; send it again") as refused:
        store(root / "home", path)
    assert refused.value.reason_code == "file_readable"
    assert [p for p in (root / "home").rglob("*") if p.is_file()] == []
    monkeypatch.undo()
    assert store(root / "home", path).path.read_bytes() == path.read_bytes()


def test_a_file_deleted_while_it_is_read_was_read_whole(root: Path) -> None:
    (root / "x.csv").write_bytes(b"x\n")
    with opened(root / "x.csv") as file:
        (root / "x.csv").unlink()
        assert file.read() == b"x\n"


def test_a_link_out_of_the_grantees_folder_is_not_followed_and_told(inbox: Path, root: Path) -> None:
    folder = inbox / "oregon" / YEAR
    (root / "secret.csv").write_text("812120001\n", encoding="utf-8")
    (inbox / "alabama" / YEAR).mkdir(parents=True)
    (inbox / "alabama" / YEAR / "theirs.csv").write_text("x\n", encoding="utf-8")
    (folder / "a.csv").symlink_to(root / "secret.csv")
    (folder / "b.csv").symlink_to("/etc/passwd")
    (folder / "c.csv").symlink_to(inbox / "alabama" / YEAR / "theirs.csv")
    (folder / "d.csv").symlink_to("good.csv")
    assert names(inbox) == ["theirs.csv", "d.csv", "good.csv"]
    told = strays(inbox)
    assert list(told) == [f"oregon/{YEAR}/{name}.csv" for name in "abc"]
    assert all("not followed; put the file itself here" in message for message in told.values())


def test_a_year_that_is_a_link_elsewhere_gives_nothing_away(inbox: Path) -> None:
    (inbox / "oregon" / "2022-23").symlink_to("/etc")
    assert names(inbox) == ["good.csv"]
    assert any("not followed" in message for message in strays(inbox).values())


def test_pipes_and_devices_are_strays_that_nobody_waits_for(inbox: Path) -> None:
    os.mkfifo(inbox / "oregon" / YEAR / "pipe.csv")
    (inbox / "oregon" / YEAR / "zero.csv").symlink_to("/dev/zero")
    assert names(inbox) == ["good.csv"]
    assert all("pipe, socket or device" in message for message in strays(inbox).values())
    assert len(strays(inbox)) == 2


@pytest.mark.parametrize("closed", ["oregon", f"oregon/{YEAR}"], ids=["grantee", "year"])
def test_a_folder_that_may_not_be_entered_costs_itself_only(inbox: Path, closed: str) -> None:
    (inbox / "alabama" / YEAR).mkdir(parents=True)
    (inbox / "alabama" / YEAR / "theirs.csv").write_text("x\n", encoding="utf-8")
    (inbox / closed).chmod(0)
    with as_nobody():
        assert names(inbox) == ["theirs.csv"]
        assert strays(inbox) == {f"{closed}/": strays(inbox)[f"{closed}/"]}
        assert "permission denied; give" in strays(inbox)[f"{closed}/"]
    (inbox / closed).chmod(0o755)


def test_a_folder_that_may_be_listed_but_not_searched_is_told_file_by_file(inbox: Path) -> None:
    (inbox / "oregon" / YEAR).chmod(0o744)
    with as_nobody():
        if not os.access(inbox / "oregon" / YEAR, os.X_OK, effective_ids=True):
            assert names(inbox) == []
            assert "permission denied" in strays(inbox)[f"oregon/{YEAR}/good.csv"]
    (inbox / "oregon" / YEAR).chmod(0o755)


def test_what_the_archive_keeps_is_for_nobody_else(root: Path) -> None:
    (root / "x.csv").write_bytes(b"812120001\n")
    stored = store(root / "home", root / "x.csv")
    assert stat.S_IMODE(stored.path.stat().st_mode) == 0o600
    assert stored.byte_count == 10
