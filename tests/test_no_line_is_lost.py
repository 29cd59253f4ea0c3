"""Is every physical line of a file a row, in quarantine, or a header, and does every row say what was sent?"""

from __future__ import annotations

import csv
import io
import re
from contextlib import ExitStack
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reading_example import Reading, read_text

from pipelines.intake.reading.lines import Field, FileRefused, TextFormat, count_lines
from pipelines.intake.reading.lines_bytes import split_lines
from pipelines.intake.reading.lines_classify import _running_parity
from pipelines.intake.reading.lines_quotes import MAX_LINES_PER_ROW

LINE_END = re.compile(rb"\r\n|\n|\r")
TRICKY = st.text(alphabet='ab,"\n\r 5\té\x00', max_size=60)
# Control characters are quarantined by design, as is a byte order mark in a line's front; a lone surrogate is no text.
VALUE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff", include_characters='\n\r\t",'),
    max_size=8,
)
ONE_LINE_VALUE = st.one_of(
    st.sampled_from(["", '"', '""', '",', ',"', "a", '5" pipe', " "]), st.text('ab",; é', max_size=6)
)


def delimited(*names: str, **options: object) -> TextFormat:
    return TextFormat("delimited", tuple(Field(n) for n in names), **options)  # type: ignore[arg-type]


def columns(count: int) -> list[str]:
    return [f"c{i}" for i in range(count)]


def written(rows: list[list[str]], line_end: str = "\n") -> str:
    text = io.StringIO(newline="")
    has_return = any("\r" in value for row in rows for value in row)
    # Before Python 3.13 the writer leaves a lone return bare where the line end is "\n"; a bare one is a line end.
    quoting = csv.QUOTE_ALL if has_return else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(rows)
    return text.getvalue()


def values(reading: Reading) -> list[list[str]]:
    return [list(row) for row in reading.rows.drop("line_number", "line_count").iter_rows()]


def hold_line_law(data: bytes, reading: Reading) -> None:
    """Each line is in one place only; the lines are counted here by other means than the reader's."""
    parts = LINE_END.split(data)
    assert reading.physical_line_count == len(parts) - (parts[-1] == b"")
    taken: list[int] = []
    for frame in (reading.rows, reading.quarantined):
        assert frame["line_number"].is_sorted()
        for first, count in frame.select("line_number", "line_count").iter_rows():
            taken.extend(range(first, first + count))
    assert len(taken) == len(set(taken)), "a line was read twice"
    assert all(1 <= line <= reading.physical_line_count for line in taken)
    assert reading.header_line_count + len(taken) == reading.physical_line_count


def read_or_refuse(data: bytes, text_format: TextFormat) -> Reading | FileRefused:
    try:
        return read_text(data, text_format)
    except FileRefused as refused:
        return refused


FORMATS = st.one_of(
    st.builds(
        lambda width, **options: delimited(*columns(width), **options),
        st.integers(1, 3),
        has_header=st.just(False),
        quote=st.sampled_from(['"', ""]),
        delimiter=st.sampled_from([",", "\t", "|", "\x1f"]),
        encoding=st.sampled_from(["utf-8", "cp1252", "latin-1"]),
        title_lines=st.integers(0, 3),
        trailer_lines=st.integers(0, 3),
    ),
    st.builds(
        lambda **options: TextFormat("fixed_width", (Field("x", 1, 2), Field("y", 3, 1, is_optional=True)), **options),
        has_header=st.booleans(),
        encoding=st.sampled_from(["utf-8", "cp1252"]),
        trailer_lines=st.integers(0, 2),
    ),
)


@given(st.one_of(st.binary(max_size=200), TRICKY.map(str.encode)), FORMATS)
def test_no_bytes_whatever_make_a_line_vanish_or_count_twice(data: bytes, text_format: TextFormat) -> None:
    reading = read_or_refuse(data, text_format)
    if isinstance(reading, Reading):
        hold_line_law(data, reading)


@given(TRICKY, st.integers(1, 3))
def test_no_text_below_a_good_header_is_refused_whole_for_its_quotes(body: str, width: int) -> None:
    """Only binary content (NUL in most lines) may cost the whole file; anything else costs its own lines."""
    data = (",".join(columns(width)) + "\n" + body).encode()
    reading = read_or_refuse(data, delimited(*columns(width)))
    if isinstance(reading, FileRefused):
        assert reading.reason_code in {"file_is_text", "file_encoding_as_declared"}
        assert b"\0" in data
    else:
        hold_line_law(data, reading)


@given(st.data(), st.integers(1, 4), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=300)
def test_a_file_written_by_another_program_comes_back_exactly(
    data: st.DataObject, width: int, line_end: str, is_bom: bool
) -> None:
    rows = data.draw(st.lists(st.lists(VALUE, min_size=width, max_size=width), max_size=8))
    text = written([columns(width), *rows], line_end)
    assume(not any(looks_like_rows(row) for row in rows))
    sent = text.encode("utf-8-sig" if is_bom else "utf-8")
    reading = read_text(sent, delimited(*columns(width)))
    assert values(reading) == rows
    assert reading.quarantined.is_empty()
    assert reading.has_byte_order_mark == is_bom
    hold_line_law(text.encode(), reading)


def looks_like_rows(row: list[str]) -> bool:
    """The one stated exception: three columns or more, and the lines of one row look like rows themselves."""
    parts = re.split("\r\n|\n|\r", written([row], ""))
    parts = parts[1:-1] if len(parts) > 2 else parts
    return len(row) >= 3 and any("," in v for v in row) and all(p.count(",") >= len(row) - 1 for p in parts)


@given(st.data(), st.sampled_from(["utf-16", "utf-16-le", "cp1252", "latin-1"]))
def test_every_supported_encoding_reads_the_same_text(data: st.DataObject, encoding: str) -> None:
    value = st.text('abcé\n,"ñ', max_size=6)
    rows = data.draw(st.lists(st.lists(value, min_size=2, max_size=2), max_size=8))
    reading = read_text(written([["c0", "c1"], *rows]).encode(encoding), delimited("c0", "c1", encoding=encoding))
    assert values(reading) == rows


@given(st.data(), st.integers(2, 4))
@settings(max_examples=300)
def test_corrupting_one_line_never_changes_any_other_row(data: st.DataObject, width: int) -> None:
    """One bad line in a file of a million students must not cost a second student."""
    rows = data.draw(st.lists(st.lists(ONE_LINE_VALUE, min_size=width, max_size=width), min_size=1, max_size=8))
    text_lines = [written([row], "").encode() for row in [columns(width), *rows]]
    hit = data.draw(st.integers(1, len(rows)))
    corrupt = data.draw(st.one_of(st.binary(max_size=20), ONE_LINE_VALUE.map(str.encode), st.just(b'1,"open')))
    assume(not LINE_END.search(corrupt) and b"\0" not in corrupt)
    sent = b"\n".join([*text_lines[:hit], corrupt, *text_lines[hit + 1 :]]) + b"\n"
    reading = read_or_refuse(sent, delimited(*columns(width)))
    assume(isinstance(reading, Reading))  # the bad half of a tiny file is a wrong encoding
    others = reading.rows.filter(pl.col("line_number") != hit + 1)
    assert values_of(others) == [row for place, row in enumerate(rows, start=1) if place != hit]
    hold_line_law(sent, reading)


def values_of(rows: pl.DataFrame) -> list[list[str]]:
    return [list(row) for row in rows.drop("line_number", "line_count").iter_rows()]


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_one_unbalanced_quote_among_clean_rows_costs_its_own_line_only(quoting: int) -> None:
    """DuckDB's reader loses between 318 and 166,515 rows of a million here, with at most one reject told."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows([str(i), "Elm", "2024"] for i in range(20_000))
    sent = text.getvalue().splitlines()
    sent[9_999] = '9999,"Elm,2024'
    reading = read_text("\n".join(["a,b,c", *sent, ""]).encode(), delimited("a", "b", "c"))
    assert reading.rows.height == 19_999
    assert reading.quarantined.rows() == [(10_001, "line_quote_balanced", '9999,"AAA,9999', 1)]


@given(TRICKY, st.integers(1, 40), st.integers(1, 40))
def test_where_the_reader_cuts_its_work_never_shows(body: str, mark_bytes: int, read_bytes: int) -> None:
    """A row over two pieces is still one row."""
    data = ("a,b\n" + body).encode()
    text_format = delimited("a", "b")
    whole = read_or_refuse(data, text_format)
    assume(isinstance(whole, Reading))
    cuts = {"lines.READ_BYTES": read_bytes, "lines_text.MARK_BYTES": mark_bytes, "lines_plan.MARK_BYTES": mark_bytes}
    with ExitStack() as stack:
        for name, size in cuts.items():
            stack.enter_context(patch(f"pipelines.intake.reading.{name}", size))
        cut = read_text(data, text_format)
    assert cut.rows.equals(whole.rows)
    assert cut.quarantined.equals(whole.quarantined)


@given(st.data())
def test_fixed_width_rows_come_back_exactly_whatever_characters_they_hold(data: st.DataObject) -> None:
    """Widths count characters: one accent in a name must not shift every field behind it."""
    text = st.text("aé9 漢", min_size=1)
    fields = (Field("x", 1, 3), Field("y", 5, 2))
    rows = data.draw(st.lists(st.tuples(text.map(lambda v: v[:3].ljust(3)), text.map(lambda v: v[:2].rjust(2)))))
    rows = [row for row in rows if "".join(row).strip()]
    assume(rows)
    sent = "\r\n".join(f"{x}-{y}" for x, y in rows).encode()
    reading = read_text(sent, TextFormat("fixed_width", fields, has_header=False))
    assert values(reading) == [list(row) for row in rows]
    hold_line_law(sent, reading)


def test_a_fixed_width_line_of_the_wrong_width_is_quarantined_and_not_shifted() -> None:
    fields = (Field("x", 1, 3), Field("y", 4, 2), Field("z", 6, 2, is_optional=True))
    sent = b"1234567\n12345\n123456\n1234567  \n1234567 8\n\n   \n12345678\n1234"
    reading = read_text(sent, TextFormat("fixed_width", fields, has_header=False))
    assert values(reading) == [["123", "45", "67"], ["123", "45", None], ["123", "45", "67"]]
    assert reading.quarantined.select("line_number", "reason_code").rows() == [
        (3, "line_width"),
        (5, "line_width"),
        (8, "line_width"),
        (9, "file_complete"),
    ]
    assert reading.header_line_count == 2


@pytest.mark.parametrize(
    ("body", "rows", "reasons"),
    [
        pytest.param('1,5" pipe,2', [["1", '5" pipe', "2"]], [], id="a quote inside an unquoted value is data"),
        pytest.param('1,5" pipe,2,3', [], ["line_field_count"], id="unless the number of fields is wrong"),
        pytest.param('1,"a""b",2', [["1", 'a"b', "2"]], [], id="a doubled quote is one quote"),
        pytest.param('1,"5" pipe","2"', [["1", '5" pipe', "2"]], [], id="so is a bare quote inside a quoted value"),
        pytest.param('1,"a="b"&c",2', [["1", 'a="b"&c', "2"]], [], id="as IPEDS HD2022 has it"),
        pytest.param('1,"a" b,"2"', [], ["line_quote_balanced"], id="unless the number of fields is wrong then"),
        pytest.param('1,"a" ,2', [], ["line_quote_balanced"], id="text behind a closing quote is no guess of ours"),
        pytest.param('1,"a\n\nb",2', [["1", "a\n\nb", "2"]], [], id="a blank line inside a quoted value is data"),
        pytest.param('1," a ", b ', [["1", " a ", " b "]], [], id="blanks are kept as sent"),
        pytest.param(
            '1,"a,2\n3,b,4\n5,c",6',
            [["3", "b", "4"], ["5", 'c"', "6"]],
            ["line_quote_balanced"],
            id="two stray quotes do not swallow the rows between them",
        ),
        pytest.param('1,"a\n2,b,3', [["2", "b", "3"]], ["line_quote_balanced"], id="an open quote ends with the file"),
        pytest.param("1,a\n1,a,b,c", [], ["line_field_count", "line_field_count"], id="too few and too many fields"),
        pytest.param("1,\x00,2\n3,4,5", [["3", "4", "5"]], ["line_control_characters"], id="a NUL costs its line"),
        pytest.param("   \n\t\n1,2,3", [["1", "2", "3"]], [], id="lines of blanks are header lines"),
        pytest.param(",,", [["", "", ""]], [], id="a row of empty values is a row"),
    ],
)
def test_what_stray_marks_do_to_a_line_is_decided_and_stays_so(
    body: str, rows: list[list[str]], reasons: list[str]
) -> None:
    data = f"a,b,c\n{body}\n".encode()
    reading = read_text(data, delimited("a", "b", "c"))
    assert values(reading) == rows
    assert reading.quarantined["reason_code"].to_list() == reasons
    hold_line_law(data, reading)


def test_a_quoted_value_longer_than_the_limit_does_not_swallow_the_next_rows() -> None:
    body = ['1,"open', *["2,b"] * (2 * MAX_LINES_PER_ROW), '3,c"']
    reading = read_text("\n".join(["a,b", *body, ""]).encode(), delimited("a", "b"))
    assert reading.quarantined["line_number"].to_list() == [2]
    assert reading.rows.height == 2 * MAX_LINES_PER_ROW + 1


def test_a_line_with_bad_bytes_is_quarantined_alone() -> None:
    sent = b"a,b\n1,x\n2,Jos\xe9\n3,z\n" + "4,José\n".encode()
    reading = read_text(sent, delimited("a", "b"))
    assert values(reading) == [["1", "x"], ["3", "z"], ["4", "José"]]
    assert reading.quarantined.rows() == [(3, "line_encoding", "9,AAA\ufffd", 1)]


def test_a_row_of_several_lines_with_bad_bytes_is_quarantined_as_one() -> None:
    reading = read_text(b'a,b\n1,"x\n\xff\ny"\n2,z\n3,z\n4,z\n', delimited("a", "b"))
    assert reading.quarantined.select("line_number", "reason_code", "line_count").rows() == [(2, "line_encoding", 3)]
    assert reading.rows.height == 3


@pytest.mark.parametrize("tail", ["3", '3,"x'])
def test_a_last_line_that_just_stops_is_told_as_a_truncated_file(tail: str) -> None:
    reading = read_text(f"a,b\n1,x\n{tail}".encode(), delimited("a", "b"))
    assert reading.quarantined.select("line_number", "reason_code").rows() == [(3, "file_complete")]


def test_a_complete_last_line_without_a_line_end_is_a_row() -> None:
    assert values(read_text(b"a,b\n1,x", delimited("a", "b"))) == [["1", "x"]]


def test_titles_headers_trailers_and_blank_lines_are_header_lines() -> None:
    sent = b'Report "of\n\n a ,"b\nc"\n1,2\n\n3,4\nTotal: 2\n\n'
    reading = read_text(sent, delimited("A", "b\nc", title_lines=1, trailer_lines=1))
    assert values(reading) == [["1", "2"], ["3", "4"]]
    assert reading.rows["line_number"].to_list() == [5, 7]
    assert (reading.header_line_count, reading.trailer) == (7, ("Total: 2",))
    hold_line_law(sent, reading)


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_all_line_ends_count_as_an_editor_counts_them(ends: bytes) -> None:
    data = ends.join([b"a,b", b"1,2", b"3,4", b""])
    reading = read_text(data, delimited("a", "b"))
    assert values(reading) == [["1", "2"], ["3", "4"]]
    assert count_lines(data) == len(data.splitlines())


@given(st.text("ab\n\r\u2028\x0bĊ਀", max_size=40), st.sampled_from(["utf-8", "utf-16"]))
def test_lines_are_counted_in_characters_of_the_encoding_not_in_bytes(text: str, encoding: str) -> None:
    r"""In UTF-16 the byte 0x0A is part of other characters, and in no encoding is U+2028 a line end of a CSV file."""
    assert count_lines(text.encode(encoding)) == len(LINE_END.findall(text.encode())) + (
        bool(text) and text[-1] not in "\r\n"
    )


@given(st.lists(st.booleans(), max_size=300))
def test_packed_bits_find_the_quoted_bytes_as_one_by_one_would(bits: list[bool]) -> None:
    import numpy as np

    mask = np.array(bits, np.bool_)
    assert (_running_parity(mask) == np.logical_xor.accumulate(mask)).all()


@given(st.binary(max_size=60).filter(bool), st.integers(1, 7))
def test_line_ends_are_found_across_block_borders(data: bytes, block: int) -> None:
    with patch("pipelines.intake.reading.lines_source.BLOCK_BYTES", block):
        found = split_lines(data)
    spans = zip(found.start.tolist(), found.end.tolist(), strict=True)
    parts = LINE_END.split(data)
    assert [data[a:b] for a, b in spans] == (parts[:-1] if parts[-1] == b"" else parts)


def test_a_reader_that_loses_a_line_does_not_lose_it_for_us() -> None:
    """The fast reader is another project's; should it ever drop a row, the slow one steps in."""
    real = pl.read_csv
    data = b'a,b\n1,"x,y"\n2,z\n3,\n'
    with patch.object(pl, "read_csv", lambda *args, **options: real(*args, **options).head(1)):
        reading = read_text(data, delimited("a", "b"))
    assert values(reading) == [["1", "x,y"], ["2", "z"], ["3", ""]]


def test_a_wholly_broken_file_is_quarantined_line_by_line_and_quickly() -> None:
    sent = b"a,b,c\n" + b'1,"open\n' * 100_000
    reading = read_text(sent, delimited("a", "b", "c"))
    assert reading.quarantined.height == 100_000
    assert set(reading.quarantined["reason_code"]) == {"line_quote_balanced"}
