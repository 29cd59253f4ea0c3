"""Do order of rows, order of columns and number of files change what is said of the records? They must not.

Senders sort, add templates and split exports as they please; a college that does must not get another list to repair.
"""

from __future__ import annotations

import csv
import io
import random
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.intake.submit import take_in
from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build
from pipelines.sample.submissions import PROGRAM_YEARS, write_samples
from pipelines.validation.partition import Partition
from pipelines.validation.results import judge_partitions
from pipelines.warehouse import open_warehouse

pytestmark = pytest.mark.slow
NOW = datetime(2024, 8, 1, 9, tzinfo=UTC)
# What these count is files, or what a file is like; a file that comes in two parts is two of them.
ABOUT_FILES = ("quality.submission", "quality.submission_check", "quality.expected_file", "quality.drift_check")
RESULTS = "rule_id, program_year, institution_id, population_count, failed_count, status, is_waived, message"
# A file of other bytes is another submission, and a record that lacks part of its key is told by its line: where these
# are in a finding's id, it is another as well.
FINDINGS = (
    "case when record_key_masked similar to '.*(submission_id=|=[?]).*' or ends_with(rule_id, '_student_id_present') "
    "then '' else finding_id end, rule_id, severity, program_year, "
    "institution_id, table_name, column_name, value_masked, state, change, "
    "regexp_replace(record_key_masked, '_id=[0-9a-f]{16}|file_name=[^ ]+', '', 'g')"
)
Said = tuple[Counter[tuple[Any, ...]], Counter[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def as_sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after a night on Oregon's files of two years: with a header, some by term, with faults and repeats."""
    root = tmp_path_factory.mktemp("as_sent")
    write_samples(root / "inbox", students=500, grantees=["oregon"])
    night(root)
    return root


def test_the_order_of_rows_and_of_columns_changes_no_verdict(as_sent: Path, tmp_path: Path) -> None:
    for path in sorted((as_sent / "inbox").glob("*/*/*.csv")):
        header, *lines = path.read_bytes().splitlines(keepends=True)
        random.Random(7).shuffle(lines)
        width = len(header.split(b","))
        put(tmp_path, as_sent, path, [columns_reversed(line, width) for line in (header, *lines)])
    night(tmp_path, key_of=as_sent)
    assert said_in(tmp_path) == said_in(as_sent)


def test_a_file_that_comes_in_two_parts_changes_no_verdict_on_records(as_sent: Path, tmp_path: Path) -> None:
    split = 0
    for path in sorted((as_sent / "inbox").glob("*/*/*.csv")):
        header, *lines = path.read_bytes().splitlines(keepends=True)
        # Layouts take any word for the term in a name, so that of a term file there may be one more. Winter has no
        # later vintage, which would take the place of one part alone.
        parts = 2 if path.name.endswith("_winter_eot.csv") else 1
        split += parts - 1
        for part in range(parts):
            name = path.with_name(path.name.replace("_winter_", "_winter-2_") if part else path.name)
            put(tmp_path, as_sent, name, [header, *lines[part::parts]])
    night(tmp_path, key_of=as_sent)
    assert split > 3
    assert said_in(tmp_path, ABOUT_FILES) == said_in(as_sent, ABOUT_FILES)


def put(root: Path, other: Path, path: Path, lines: list[bytes]) -> None:
    """Write the lines at the place that ``path`` has below another root."""
    place = root / path.relative_to(other)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"".join(lines))


def columns_reversed(line: bytes, width: int) -> bytes:
    """Return the line with its fields from last to first; a line that is no whole record stays as it is."""
    text = line.decode()
    fields = next(csv.reader([text])) if text.count('"') % 2 == 0 else []
    if len(fields) != width:
        return line
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(reversed(fields))
    return (written.getvalue() + text[len(text.rstrip("\r\n")) :]).encode()


def night(root: Path, key_of: Path | None = None) -> None:
    """Take in the inbox below ``root`` and judge it; persons get the pseudonyms that they have in another home."""
    home = root / "home"
    home.mkdir(mode=0o700)
    if key_of is not None:
        shutil.copytree(key_of / "home" / "keys", home / "keys")
    with open_warehouse(home) as connection:
        take_in(connection, home, root / "inbox", NOW)
        load_definitions(connection, PROGRAM_YEARS)
        for model in all_models():
            if model.schema != "publish":
                build(connection, model)
        judge_partitions(connection, [Partition("oregon", year) for year in PROGRAM_YEARS], "night", NOW.date())


def said_in(root: Path, without: tuple[str, ...] = ()) -> Said:
    """Return results and findings, those on some tables left out, without the file and the line."""
    from expectations.catalogue import all_rules

    left_out = [rule.id for rule in all_rules() if rule.table in without]
    with open_warehouse(root / "home") as connection:
        queries = (f"select {RESULTS} from quality.rule_result", f"select {FINDINGS} from quality.finding")
        results, findings = [
            Counter(connection.execute(f"{query} where not list_contains(?, rule_id)", [left_out]).fetchall())
            for query in queries
        ]
        return results, findings
