"""Is each line of a file with several kinds of record read by the layout of its kind, and none by another's?"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_example import aside, layout, read

from pipelines.configuration import ConfigurationError

FIXED = [
    layout("k:1:1", "id:2:3", kind="fixed_width", record="1", record_width=1),
    layout("k:1:1", "id:2:3", "course:5:4", kind="fixed_width", record="2", record_width=1),
]
DELIMITED = [
    layout("id", "k", record="S", record_column="k", delimiter="|"),
    layout("id", "k", "course", "note?", record="C", record_column="k", delimiter="|"),
]
VALUE = st.text('ab"|\n é', max_size=5)


def test_fixed_width_records_have_each_its_own_width(tmp_path: Path) -> None:
    reading, rows = read(tmp_path / "f", b"1abc\n2abcMATH\n\n2defART \n1def\n", *FIXED)
    assert rows == [[("1", "abc"), ("1", "def")], [("2", "abc", "MATH"), ("2", "def", "ART ")]]
    assert reading.header_line_count == 1


def test_a_line_as_wide_as_another_kind_of_record_is_not_read_as_that(tmp_path: Path) -> None:
    reading, rows = read(tmp_path / "f", b"1abcMATH\n2abc\n1abc\n9abc\n", *FIXED)
    assert rows == [[("1", "abc")], []]
    assert aside(reading) == [(1, "line_width"), (2, "line_width"), (4, "line_record_known")]


def test_delimited_records_have_each_their_own_number_of_columns(tmp_path: Path) -> None:
    data = b'1|S\n1|C|"MA|TH"\n"2"|" C "|ART\n2|S\n"x|\ny"|"C"|z\n'
    reading, rows = read(tmp_path / "f", data, *DELIMITED)
    assert rows == [
        [("1", "S"), ("2", "S")],
        [("1", "C", "MA|TH", None), ("2", " C ", "ART", None), ("x|\ny", "C", "z", None)],
    ]
    assert reading.missing_columns == ("note",)


def test_a_record_that_nobody_knows_costs_itself_and_is_told_as_such(tmp_path: Path) -> None:
    reading, rows = read(tmp_path / "f", b'1|S\n1|X|1\n1\n1|S|3\n"a"b|Q\n1|C|2\n \n', *DELIMITED)
    assert rows == [[("1", "S")], [("1", "C", "2", None)]]
    assert aside(reading) == [
        (2, "line_record_known"),
        (3, "line_record_known"),
        (4, "line_field_count"),
        (5, "line_record_known"),
    ]
    assert reading.header_line_count == 1


def test_a_code_that_stands_in_different_columns_is_a_fault_of_the_layouts(tmp_path: Path) -> None:
    other = layout("k", "id", record="C", record_column="k", delimiter="|")
    with pytest.raises(ConfigurationError, match=r"record_column: .*S, C"):
        read(tmp_path / "f", b"1|S\n", DELIMITED[0], other)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_records_of_mixed_kinds_come_back_exactly_and_in_their_order(tmp_path: Path, data: st.DataObject) -> None:
    student = st.tuples(VALUE, st.just("S"))
    course = st.tuples(VALUE, st.just("C"), VALUE, VALUE)
    records = data.draw(st.lists(st.one_of(student, course), max_size=8))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="|", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(records)
    kinds = [[r for r in records if r[1] == code] for code in "SC"]
    if records:
        reading, rows = read(tmp_path / "f", text.getvalue().encode(), *DELIMITED)
        assert rows == kinds
        assert reading.quarantined.is_empty()
