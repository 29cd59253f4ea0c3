"""Is what stands in a file of JSON lines what lands, digit by digit, and does a bad line cost itself only?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_example import aside, layout, read

from pipelines.intake.reading.read import FileRefused

PLAIN = layout("id", "credits", "note?", kind="json_lines")
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=8)


@pytest.mark.parametrize(
    ("written", "landed"),
    [
        ("1.50", "1.50"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("1E+400", "1E+400"),
        ("-0", "-0"),
        ("9" * 5000, "9" * 5000),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ('"007"', "007"),
        ('""', ""),
        (r'"Jos\u00e9\n"', "José\n"),
        ('{"b" : [1.0,\t{}], "b2":"\u00e9"}', '{"b" : [1.0,\t{}], "b2":"\u00e9"}'),
        ("[ ]", "[ ]"),
    ],
    ids=lambda text: None if text is None else text[:12],
)
def test_a_value_lands_as_it_was_written(tmp_path: Path, written: str, landed: str | None) -> None:
    line = f' {{ "id" : "1" , "credits":{written} , "note":false}} \r\n'
    reading, rows = read(tmp_path / "f", line.encode(), PLAIN)
    assert rows == [[("1", landed, "false")]]
    assert reading.quarantined.is_empty()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id":1,"id":2}', "line_json_valid"),
        ('{"id":1,"ID ":2}', "line_json_valid"),
        ('{"id":{"a":1,"a":2}}', "line_json_valid"),
        ('{"id":NaN}', "line_json_valid"),
        ('{"id":1} {"id":2}', "line_json_valid"),
        ("[1]", "line_json_valid"),
        ("1", "line_json_valid"),
        ("{'id':1}", "line_json_valid"),
        ('{"id":' + "[" * 100_000, "line_json_valid"),
        (r'{"id":"\ud800"}', "line_json_valid"),
        (r'{"id":"\u0000"}', "line_control_characters"),
        ('{"id":"\x01"}', "line_control_characters"),
    ],
    ids=["key twice", "key in two spellings", "key twice within", "no number", "two objects", "a list", "a number",
         "other quotes", "deep", "half a character", "escaped NUL", "bare control character"],
)  # fmt: skip
def test_a_line_that_is_no_object_costs_itself_only(tmp_path: Path, line: str, reason: str) -> None:
    data = f'{{"id":1,"credits":2}}\n{line}\n\n{{"ID":3,"credits":4}}\n'.encode()
    reading, rows = read(tmp_path / "f", data, PLAIN)
    assert rows == [[("1", "2", None), ("3", "4", None)]]
    assert aside(reading) == [(2, reason)]
    assert reading.header_line_count == 1


def test_keys_that_no_layout_knows_are_told_and_missing_ones_refuse_the_file(tmp_path: Path) -> None:
    reading, rows = read(tmp_path / "f", b'{"id":1,"x":9}\n{"credits":5}\n', PLAIN)
    assert rows == [[("1", None, None), (None, "5", None)]]
    assert (reading.unexpected_columns, reading.missing_columns) == (("x",), ("note",))
    with pytest.raises(FileRefused, match="'credits' is in no line") as refused:
        read(tmp_path / "f", b'{"id":1,"x":9}\n', PLAIN)
    assert refused.value.reason_code == "file_header_matches_layout"


def test_a_last_line_that_just_stops_is_told_as_a_truncated_file(tmp_path: Path) -> None:
    reading, _ = read(tmp_path / "f", b'{"id":1,"credits":5}\n{"id":2,"cre', PLAIN)
    assert aside(reading) == [(2, "file_complete")]


@given(st.lists(st.tuples(TEXT, st.one_of(st.none(), TEXT)), min_size=1, max_size=8), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_another_program_wrote_comes_back_exactly(
    tmp_path: Path, rows: list[tuple[str, str | None]], is_ascii: bool
) -> None:
    lines = [json.dumps({"id": a, "credits": b}, ensure_ascii=is_ascii) for a, b in rows]
    _, got = read(tmp_path / "f", "\n".join(lines).encode(), PLAIN)
    assert got == [[(a, b, None) for a, b in rows]]
