"""``cte annotate``: returns joined to the college's own file, at the college; the copy never leaves it.

A workbook, or a file with several kinds of records, has a return for each table; one copy holds them all.

Of a file that cannot carry two columns more, the problems are written beside it, line by line.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.configuration import ConfigurationError
from pipelines.intake.archive import sha256_of
from pipelines.intake.reading.workbook_kind import workbook_kind
from pipelines.returns.annotate_text import annotated, record_texts
from pipelines.returns.annotate_workbook import ENDINGS, annotate_workbook
from pipelines.returns.sent_back import SentBack, by_line, read_return, together
from pipelines.spreadsheet_text import plain, visible

Say = Callable[[str], None]
_SHOWN = 12  # digits of a hash
_MODE = 0o600


def annotate(file: Path, return_files: Sequence[Path], out: Path | None, say: Say) -> Path:
    """Write the annotated copy of a file, or the list beside it, and return where.

    Raises ConfigurationError where a return speaks of another file, all say nothing, or the place is taken.
    """
    said = together([_of_file(file, return_file) for return_file in return_files])
    for text in dict.fromkeys(said.of_the_file):
        say(f"about the file as a whole: {visible(text)}")
    if not said.problems:
        names = ", ".join(one.name for one in return_files)
        msg = f"{names}: nothing there speaks of a line of {file.name}, so there is nothing to annotate"
        raise ConfigurationError(msg)
    target = out or file.with_name(f"{file.stem}_annotated{file.suffix}")
    _hold_free(target)
    if _annotate(file, said, target, say):
        say(
            f"{target}: repair the records there and send it under the name {file.name}; the two columns at its end "
            "may stay, they are ignored"
        )
        return target
    target = out or file.with_name(f"{file.stem}_problems.csv")
    _hold_free(target)
    _write(target, _list_of(file, said))
    say(
        f"{target}: the problems by line, beside the file, which cannot carry two columns more. Repair {file.name} "
        "itself; this list cannot be sent in its place"
    )
    return target


def _annotate(file: Path, said: SentBack, target: Path, say: Say) -> bool:
    """Write the annotated copy and return whether there is one."""
    if workbook_kind(file):
        return file.suffix.casefold() in ENDINGS and _annotate_workbook(file, said, target, say)
    content = annotated(file.read_bytes(), by_line(said.problems), {one.column for one in said.problems})
    if content is not None:
        _write(target, content)
    return content is not None


def _annotate_workbook(file: Path, said: SentBack, target: Path, say: Say) -> bool:
    part = target.with_name(f".{target.name}.part")
    _write(part, b"")
    try:
        done, has_formulas = annotate_workbook(file, said.problems, part)
        if done:
            _hold_free(target)
            part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    if done and has_formulas:
        say("the workbook has formulas: open and save the copy in your spreadsheet program before you send it")
    return done


def _of_file(file: Path, return_file: Path) -> SentBack:
    """Read a return, and refuse one of another file: each problem would stand behind somebody else's record."""
    said, found = read_return(return_file), sha256_of(file)
    if found != said.sha256:
        msg = (
            f"{file}: the return speaks of another file: this one's SHA-256 begins {found[:_SHOWN]}, the one in "
            f"{return_file.name} {said.sha256[:_SHOWN]}. Give the file exactly as it was sent, unpacked where it came "
            "in an archive, and not saved anew by a spreadsheet program; or the return of this file"
        )
        raise ConfigurationError(msg)
    return said


def _hold_free(path: Path) -> None:
    if path.exists():
        msg = f"{path}: there is such a file already, and it may hold repairs; move it away or give --out another name"
        raise ConfigurationError(msg)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb") as file:
        file.write(content)


def _list_of(file: Path, said: SentBack) -> bytes:
    """Return the problems as CSV, each line once, with its text where the file has lines."""
    sheets = dict.fromkeys(problem.sheet for problem in said.problems)
    lines = {problem.line for problem in said.problems}
    texts = {} if workbook_kind(file) else dict(record_texts(file.read_bytes(), lines))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["sheet", "line", "problem", "repair", "record"])
    for sheet in sheets:
        told = by_line([problem for problem in said.problems if problem.sheet == sheet])
        writer.writerows(
            [plain(sheet), line, *map(plain, words), plain(texts.get(line, ""))] for line, words in told.items()
        )
    return b"\xef\xbb\xbf" + written.getvalue().encode("utf-8", "replace")  # with the mark Excel knows the encoding
