"""Is a page for everybody made from nothing but what was released, so that nothing else can leak through it?"""

import re
import stat
import subprocess
import sys

import duckdb
import pytest
from shareable_example import GRANTEE, YEAR, published_file

from pipelines.reports.shareable import write_shareable
from pipelines.shareable.build import shareables
from pipelines.shareable.published import opened

PAGE = f"scorecards/{GRANTEE}/{YEAR}/scorecard.html"


@pytest.fixture
def home(tmp_path):
    published_file(tmp_path / "published" / "cte.duckdb")
    return tmp_path


def write(home):
    return write_shareable(home / "published" / "cte.duckdb", home)


def change(home, query):
    with duckdb.connect(str(home / "published" / "cte.duckdb")) as connection:
        connection.execute(query)


def test_a_page_can_be_made_where_there_is_nothing_but_the_published_file(home):
    assert write(home) == 1
    assert "University of the District of Columbia" in (home / PAGE).read_text(encoding="utf-8")


def test_whatever_lies_beside_the_published_file_changes_no_byte_of_a_page(home):
    write(home)
    before = (home / PAGE).read_bytes()
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("create schema mart; create table mart.indicator as select 3 as numerator_count")
    (home / "archive").mkdir()
    (home / "kind.txt").write_text("real\n", encoding="utf-8")
    (home / PAGE).with_name("scorecard-internal.json").write_text("{}", encoding="utf-8")
    write(home)

    assert (home / PAGE).read_bytes() == before


def test_the_code_that_writes_pages_cannot_reach_the_warehouse_or_a_grantees_configuration():
    script = "import sys, pipelines.reports.shareable; print(*[m for m in sys.modules if m.startswith('pipelines.')])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert "pipelines.shareable.build" in loaded
    for name in ("warehouse", "grantee", "ledger", "release_tables", "desk", "disclosure", "suppression_policy"):
        assert not [m for m in loaded if m == f"pipelines.{name}" or m.startswith(f"pipelines.{name}.")]


def test_the_connection_can_read_no_other_file_and_write_nothing(home):
    (home / "secret.csv").write_text("persons\n3\n", encoding="utf-8")
    with opened(home / "published" / "cte.duckdb") as file:
        with pytest.raises(duckdb.PermissionException):
            file.connection.execute(f"select * from read_csv('{home / 'secret.csv'}')")
        with pytest.raises(duckdb.InvalidInputException):
            file.connection.execute("set enable_external_access = true")
        with pytest.raises(duckdb.InvalidInputException):
            file.connection.execute("create table publish.mine (one integer)")


def test_tables_outside_of_publish_change_no_byte_even_inside_the_file(home):
    write(home)
    before = (home / PAGE).read_bytes()
    change(home, "create schema mart; create table mart.grantee as select 'udc' as grantee_id, 'Mart' as grantee_name")
    write(home)

    assert (home / PAGE).read_bytes() == before


def test_the_same_release_gives_the_same_bytes_in_whatever_order_its_rows_lie(home):
    write(home)
    before = (home / PAGE).read_bytes()
    for table in ("indicator", "student_count", "gap", "code", "note", "coverage", "suppression_policy"):
        change(home, f"create table publish.turned as select * from publish.{table} order by hash(rowid)")
        change(home, f"drop table publish.{table}")
        change(home, f"alter table publish.turned rename to {table}")
    write(home)

    assert (home / PAGE).read_bytes() == before


def test_everybody_may_read_a_page_and_a_death_leaves_no_half_of_one(home):
    write(home)

    forms = sorted((home / PAGE).parent.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in forms} == {0o644}
    assert [path.name for path in forms] == ["scorecard.html", "scorecard.json", "scorecard.xlsx"]


def test_the_page_of_a_year_whose_release_is_gone_goes_and_its_internal_neighbor_stays(home):
    write(home)
    internal = (home / PAGE).with_name("scorecard-internal.html")
    internal.write_text("internal", encoding="utf-8")
    change(home, "delete from publish.release")

    assert write(home) == 0
    assert not (home / PAGE).exists()
    assert internal.exists()


def test_a_file_of_before_any_release_makes_no_page_and_no_fault(tmp_path):
    with duckdb.connect(str(tmp_path / "cte.duckdb")) as connection:
        connection.execute("create schema publish; create table publish.note (topic varchar, note varchar)")

    assert write_shareable(tmp_path / "cte.duckdb", tmp_path) == 0


def test_groups_stand_by_name_because_an_order_by_size_would_tell_hidden_sizes(home):
    with opened(home / "published" / "cte.duckdb") as file:
        (card,) = shareables(file)
    names = {part.dimension: [group.name for group in part.groups] for family in card.families for part in family.parts}

    assert names["race_ethnicity"] == ["Black or African American", "White", "All other groups"]
    assert names["single_parent"] == ["Yes", "No"]
    assert names["sex"] == ["Female", "Male"]


def test_what_a_page_counts_of_itself_is_counted_from_published_rows(home):
    with opened(home / "published" / "cte.duckdb") as file:
        (card,) = shareables(file)
        shown = "select count(*) from publish.indicator where suppression_code is null"
        withheld = "select count(*) from publish.indicator where suppression_code = 'withheld'"
        expected = tuple(file.connection.execute(query).fetchone()[0] for query in (shown, withheld))
    rates = [kept for kept in card.protection.kinds if kept.name.startswith("Rates")]

    assert (sum(kept.shown for kept in rates), sum(kept.withheld for kept in rates)) == expected
    assert (
        "Because University of the District of Columbia Community College has 412 concentrators"
        in (card.protection.sentences[0])
    )


def test_a_page_of_several_years_tells_each_year_apart(tmp_path):
    published_file(tmp_path / "cte.duckdb", year="2022-23")
    with duckdb.connect(str(tmp_path / "cte.duckdb")) as connection:
        connection.execute("""
            insert into publish.release
            values ('udc', '2024-25', 'r9', 9, timestamp '2026-01-02 00:00:00', 'released', null)
        """)

    assert write_shareable(tmp_path / "cte.duckdb", tmp_path) == 2
    later = (tmp_path / "scorecards" / "udc" / "2024-25" / "scorecard.html").read_text(encoding="utf-8")
    assert "61.7%" not in re.sub(r"<style>.*?</style>", "", later, flags=re.DOTALL)
    assert "No indicator was released." in later


def test_every_count_of_students_on_a_page_stands_in_the_published_file(home):
    write(home)
    page = (home / PAGE).read_text(encoding="utf-8")
    with duckdb.connect(str(home / "published" / "cte.duckdb"), read_only=True) as connection:
        columns = (("indicator", "numerator_count"), ("indicator", "denominator_count"),
                   ("student_count", "student_count"), ("indicator_pooled", "numerator_count"),
                   ("indicator_pooled", "denominator_count"))  # fmt: skip
        published = {
            row[0] for table, column in columns
            for row in connection.execute(f"select {column} from publish.{table} where {column} is not null").fetchall()
        }  # fmt: skip
    told = set()
    for section in ("indicators", "groups", "institutions", "programs", "years", "students"):
        inside = re.search(rf'<section id="{section}".*?</section>', page, re.DOTALL).group()
        text = " ".join(re.sub(r"<[^>]+>", " ", cell) for cell in re.findall(r"<td.*?</td>", inside, re.DOTALL))
        text = re.sub(r"[0-9.]+%|[0-9]{4}-[0-9]{2}|[A-Z][a-z]{2} [0-9]+, [0-9]{4}|[123]P1", " ", text)
        told |= {int(number.replace(",", "")) for number in re.findall(r"[0-9][0-9,]*", text)}

    assert len(told) > 10
    assert told <= published
