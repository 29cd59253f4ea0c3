"""Hostile files of other forms: fixed width, records, JSON lines, Parquet, workbooks and archives."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import xlsxwriter
import xlwt
from hostile import HEADER, YEAR, Became, Hostile, case, good, read, refused, row, text_file

NAMES = HEADER.split(",")
SAFE = "file_archive_safe"


def form_cases() -> list[Hostile]:
    """Return the files of all forms but plain delimited text."""
    return [*_fixed(), *_controls(), *_records(), *_json(), *_parquet(), *_workbooks(), *_broken_workbooks(),
            *_archives(), *_gzips(), *_disguised()]  # fmt: skip


def _line(number: int, title: str = "Welding") -> str:
    return f"C1{YEAR}FAW{number:04}{title:<10.10}C"


def _fixed() -> list[Hostile]:
    def made(name: str, *others: str, rows: int, rule: str) -> Hostile:
        lines = [*(_line(n, name[-10:]) for n in range(30)), *others]
        return case(name, ("\n".join(lines) + "\n").encode(), read(rows, rule), stem="fixed", ending="dat")

    return [
        made("a line too short", _line(999)[:-3], rows=30, rule="line_width"),
        made("a line too long", _line(999) + "xyz", rows=30, rule="line_width"),
        made("a tab in fixed width", _line(999, "Wel\tding"), rows=31, rule=""),
        made("letters of two bytes", _line(999, "José Peña"), rows=31, rule=""),
        made("a quote in fixed width", _line(999, 'Wel"ding'), rows=31, rule=""),
    ]


def _controls() -> list[Hostile]:
    def made(name: str, *lines: str, became: Became, count: int = 30) -> Hostile:
        rows = [line.replace(",", "|") for line in good(name, count)]
        text = "\n".join(["H|C1|2024-07-01", HEADER.replace(",", "|"), *rows, *lines]) + "\n"
        return case(name, text.encode(), became, stem="control", ending="txt")

    return [
        made("a trailer that counts right", "T|30", became=read(30)),
        made("a trailer that counts more", "T|31", became=refused("file_trailer_matches", "31", "30")),
        made("a trailer that counts less", "T|7", became=refused("file_trailer_matches", "7", "30")),
        made("no trailer", became=refused("file_complete", "whole")),
        made("rows behind the trailer", "T|30", row(999).replace(",", "|"), became=refused("file_complete")),
        made("two trailers", "T|30", "T|30", became=read(30)),
        made("two trailers that disagree", "T|30", "T|7", became=refused("file_trailer_matches", "7")),
    ]


def _records() -> list[Hostile]:
    def made(name: str, *lines: str, became: Became) -> Hostile:
        courses = [f"CO,C1,{YEAR},FA,{name.replace(' ', '-')}-{n},C" for n in range(30)]
        text = "\n".join(["IN,C1,A College,R1", *courses, *lines]) + "\n"
        return case(name, text.encode(), became, stem="records", ending="txt")

    updates = [f"A,C1,{YEAR},FA,U{n:04},C" for n in range(30)]
    head = "ACTION,COLLEGE,YEAR,TERM,COURSE,CREDIT"
    return [
        made("records of an unknown kind", "ZZ,C1,1,2", became=read(31, "line_record_known")),
        made("a record without a kind", ",C1,A College,R1", became=read(31, "line_record_known")),
        made("a record with the fields of another", "IN,C1,2023-24,FA,W0001,C", became=read(31, "line_field_count")),
        case("an unknown transaction", text_file([*updates, f"X,C1,{YEAR},FA,U0999,C"], head=head),
             read(30, "line_transaction_known"), stem="update"),
        case("a change of what is not there", text_file([*updates, f"C,C1,{YEAR},FA,U0999,N"], head=head),
             read(31), stem="update"),
    ]  # fmt: skip


def _json() -> list[Hostile]:
    def made(name: str, *lines: str, became: Became | None = None) -> Hostile:
        rows = [json.dumps(dict(zip(NAMES, line.split(","), strict=True))) for line in good(name)]
        text = "\n".join([*rows, *lines]) + "\n"
        return case(name, text.encode(errors="surrogatepass"), became or read(30, "line_json_valid"),
                    stem="rows", ending="jsonl")  # fmt: skip

    one = dict(zip(NAMES, row(999).split(","), strict=True))
    plain = json.dumps(one)
    return [
        made("a JSON key twice", plain[:-1] + ', "CREDIT": "N"}'),
        made("JSON cut off", plain[:-4]),
        made("a JSON list", json.dumps([one])),
        made("a JSON comma behind the last", plain[:-1] + ",}"),
        made("JSON deeper than anybody reads", "[" * 5_000),
        made("JSON that is no number", plain.replace('"C"', "NaN")),
        made("a JSON object in a value", json.dumps(one | {"TITLE": {"en": "Welding"}}), became=read(31)),
        made("a JSON key unknown", json.dumps(one | {"NOTE": "x"}), became=read(31)),
        made("a JSON null", json.dumps(one | {"TITLE": None}), became=read(31)),
        made("a JSON number with zeros lost", json.dumps(one | {"COURSE": 1e3}), became=read(31)),
        made("blank lines in JSON", "", "", became=read(30)),
        case("a JSON array in a file", json.dumps([one] * 3, indent=1).encode(), refused("file_mostly_readable"),
             stem="rows", ending="jsonl"),
    ]  # fmt: skip


def _frame(name: str, count: int = 30) -> pl.DataFrame:
    return pl.DataFrame([line.split(",") for line in good(name, count)], schema=NAMES, orient="row")


def _packed(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def _parquet() -> list[Hostile]:
    def made(name: str, content: bytes, became: Became) -> Hostile:
        return case(name, content, became, stem="rows", ending="parquet")

    whole = _packed(_frame("parquet cut off"))
    return [
        made("parquet cut off", whole[:-20], refused("file_is_text", lines=1)),
        made("parquet with a wrong byte", whole[:40] + b"\xff" * 30 + whole[70:], refused("file_is_text", lines=30)),
        made("parquet without a body", b"PAR1PAR1", refused("file_is_text", lines=1)),
        made("parquet without rows", _packed(_frame("x", 0)), read(0, lines=0)),
        made("parquet without a column", _packed(_frame("without").drop("CREDIT")),
             refused("file_header_matches_layout", "CREDIT", lines=30)),
        made("parquet with a list", _packed(_frame("list").with_columns(TITLE=pl.lit([["a"]]).list.first())),
             refused("file_header_matches_layout", "TITLE", lines=30)),
        made("text named parquet", text_file(good("text named parquet")), refused("file_is_text", lines=1)),
        made("parquet of numbers and dates", _packed(_frame("typed").with_columns(
            COURSE=pl.int_range(30), TITLE=pl.lit(date(2024, 5, 1)))), read(30, lines=30)),
    ]  # fmt: skip


def _book(sheets: dict[str, list[list[Any]]], formulas: bool = False) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": formulas}) as book:
        book.set_properties({"created": datetime(2024, 1, 1, tzinfo=UTC)})
        day = book.add_format({"num_format": "mm/dd/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    sheet.write(at, place, cell, *([day] if isinstance(cell, date) else []))
    return file.getvalue()


def _sheet(name: str, *others: list[Any]) -> list[list[Any]]:
    return [NAMES, *(line.split(",") for line in good(name)), *others]


def _workbooks() -> list[Hostile]:
    def made(name: str, sheets: dict[str, list[list[Any]]], *became: Became, formulas: bool = False) -> Hostile:
        return case(name, _book(sheets, formulas), *became, stem="book", ending="xlsx")

    inside, other = "!Courses", ["C1", YEAR, "FA", "W0999", "Welding", "C"]
    return [
        made("formulas in a sheet", {"Courses": _sheet("formulas", [*other[:4], "=1+1", "C"])},
             read(31, lines=32, inside=inside), formulas=True),
        made("dates in a sheet", {"Courses": _sheet("dates", [*other[:4], date(2024, 5, 1), "C"])},
             read(31, lines=32, inside=inside)),
        made("numbers as text and text as numbers", {"Courses": _sheet("mixed", [*other[:3], 999, 12345.0, "C"])},
             read(31, lines=32, inside=inside)),
        made("blank rows in a sheet", {"Courses": _sheet("blank", [], [], other)}, read(31, lines=34, inside=inside)),
        made("cells beyond the header", {"Courses": _sheet("beyond", [*other, "x", "y"])},
             read(31, "", "column 7", lines=32, inside=inside)),
        made("a sheet that no layout knows", {"Courses": _sheet("known"), "Pivot": [["a"], ["b"]], "Notes": [["n"]]},
             read(30, lines=31, inside=inside),
             refused("file_sheet_known", "Courses", "ignored_sheets", lines=2, inside="!Pivot")),
        made("a sheet without a header", {"Courses": _sheet("headless")[1:]},
             refused("file_header_matches_layout", lines=30, inside=inside)),
        made("an empty sheet", {"Courses": []}, refused("file_not_empty", lines=0, inside=inside)),
        made("a title above the header of a sheet", {"Courses": [["Courses of C1"], *_sheet("title")]},
             refused("file_header_matches_layout", lines=32, inside=inside)),
    ]  # fmt: skip


def _old_book(name: str) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Courses")
    for at, cells in enumerate(_sheet(name)):
        for place, cell in enumerate(cells):
            sheet.write(at, place, cell)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _with_part(content: bytes, part: str, text: str) -> bytes:
    """A workbook whose part is another."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != part:
                new.writestr(_named(info.filename), old.read(info))
        new.writestr(_named(part), text)
    return file.getvalue()


def _broken_workbooks() -> list[Hostile]:
    def made(name: str, content: bytes, became: Became, ending: str = "xlsx") -> Hostile:
        return case(name, content, became, stem="book", ending=ending)

    whole = _book({"Courses": _sheet("whole")})
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    strings = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "ha">{laughs}]><sst><si><t>&l9;</t></si></sst>'
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    return [
        made("a workbook cut off", whole[:-200], refused("file_is_text")),
        made("a workbook without its sheet", _with_part(whole, "xl/worksheets/sheet1.xml", "<worksheet/>"),
             refused("file_not_empty", lines=0, inside="!Courses")),
        made("a workbook of laughs", _with_part(whole, "xl/sharedStrings.xml", strings), refused("file_is_text")),
        made("a workbook with a password", locked, refused("file_is_text", "password")),
        made("a workbook of zeros", _with_part(whole, "xl/media/zeros.bin", "0" * (64 << 20)),
             refused(SAFE, "200 times")),
        made("an old workbook", _old_book("old"), read(30, lines=31, inside="!Courses"), ending="xls"),
        made("an old workbook cut off", _old_book("old cut")[:3000], refused("file_is_text"), ending="xls"),
        made("a picture named workbook", b"\x89PNG\r\n\x1a\n" + bytes(500), refused("file_is_text")),
    ]  # fmt: skip


def _named(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _zip(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(_named(name) if isinstance(name, str) else name, content)
    return file.getvalue()


def _archives() -> list[Hostile]:
    def made(name: str, content: bytes, *became: Became) -> Hostile:
        return case(name, content, *became, stem="all", ending="zip")

    def member(name: str) -> tuple[str, bytes]:
        return f"course_{YEAR}_{name}.csv", text_file(good(name))

    link = _named("link.csv")
    link.external_attr = 0o120777 << 16
    locked = bytearray(_zip(member("locked")))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    inner = _zip(member("inner"))
    return [
        made("good and bad in one archive", _zip(member("good-member"), ("readme.txt", b"About\n"), ("empty.csv", b"")),
             read(30, lines=31, inside=f"/course_{YEAR}_good-member.csv"),
             refused("file_layout_known", lines=1, inside="/readme.txt"),
             refused("file_layout_known", lines=0, inside="/empty.csv")),
        made("an archive of zeros", _zip((f"course_{YEAR}_zeros.csv", b"0" * (64 << 20))), refused(SAFE, "200 times")),
        made("a name that leads out", _zip(("../../../evil.csv", b"x\n")), refused(SAFE, "leads out")),
        made("an absolute name", _zip(("/evil.csv", b"x\n")), refused(SAFE, "leads out")),
        made("a name with a drive", _zip(("C:\\evil.csv", b"x\n")), refused(SAFE, "leads out")),
        made("a link in an archive", _zip((link, b"/etc/passwd")), refused(SAFE, "link")),
        made("two members of one name", _zip(("a.csv", b"1\n"), ("A.csv", b"2\n")), refused(SAFE, "twice")),
        made("too many members", _zip(*((f"{n}.csv", b"") for n in range(1_001))), refused(SAFE, "1001")),
        made("an archive with a password", bytes(locked), refused(SAFE, "encrypted")),
        made("an archive cut off", _zip(member("cut"))[:-30], refused(SAFE, "anew")),
        made("an archive with a wrong byte", _zip(member("wrong")).replace(b"course_", b"coarse_", 1),
             refused(SAFE, "anew")),
        made("an empty archive", _zip(), refused(SAFE, "holds no file")),
        made("an archive in an archive", _zip(("inner.zip", inner)), refused(SAFE, "pack its files directly")),
        made("what a Mac leaves", _zip(("__MACOSX/._a.csv", b"x"), member("mac"), (".DS_Store", b"x")),
             read(30, lines=31, inside=f"/course_{YEAR}_mac.csv")),
    ]  # fmt: skip


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _gzips() -> list[Hostile]:
    def made(name: str, content: bytes, became: Became) -> Hostile:
        return case(name, content, became, ending="csv.gz")

    whole = _gzip(text_file(good("gzip")))
    return [
        made("gzip", whole, read(30, lines=31)),
        made("gzip cut off", _gzip(text_file(good("gzip cut off")))[:-12], refused(SAFE)),
        made("gzip with a wrong sum", whole[:-8] + struct.pack("<II", 1, 1), refused(SAFE)),
        made("gzip of zeros", _gzip(b"0" * (64 << 20)), refused(SAFE)),
        made("gzip in gzip", _gzip(_gzip(text_file(good("gzip in gzip")))), refused(SAFE, "by itself")),
    ]


def _disguised() -> list[Hostile]:
    return [
        case("a workbook named text", _book({"Courses": _sheet("named text")}), refused("file_is_text", "workbook")),
        case("parquet named text", _packed(_frame("named text")), refused("file_is_text", "Parquet")),
        case("an archive named text", _zip((f"course_{YEAR}_in-text.csv", text_file(good("in text")))),
             read(30, lines=31, inside=f"/course_{YEAR}_in-text.csv")),
        case("JSON named text", json.dumps(dict.fromkeys(NAMES, "x")).encode(), refused("file_header_matches_layout")),
    ]  # fmt: skip
