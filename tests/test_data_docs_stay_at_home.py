"""Do Great Expectations' Data Docs call nobody, show nobody, and say the same as the ledger?"""

from __future__ import annotations

import html
import re
from pathlib import Path

import great_expectations
import pytest
from scorecard_example import GRANTEE, HOSTILE, RUN, YEAR, warehouse

from expectations.catalogue import all_rules
from pipelines.reports.data_docs import write_data_docs
from pipelines.validation.data_docs import TEMPLATES
from pipelines.warehouse import insert_rows

GX_TEMPLATES = Path(great_expectations.__file__).parent / "render" / "view" / "templates"
OF_GX = ("section.j2", "component.j2", "header.j2", "content_block_header.j2")  # all that is left of its own
STATUSES = ("passed", "failed", "error", "not_applicable")
LATER = "20261122T020000Z-bbbb"


def _judged(*, run_id=RUN.run_id, shift=0, connection=None):
    """Return a warehouse in which every rule of the book has come to one of the four statuses, in turn."""
    connection = connection or warehouse(is_filled=False)
    rows = []
    for number, rule in enumerate(all_rules()):
        status = STATUSES[(number + shift) % 4]
        counts = {"passed": (900 + number, 0), "failed": (9000 + number, 1 + number), "not_applicable": (0, 0)}
        population, failed = counts.get(status, (None, None))
        row = {"run_id": run_id, "rule_id": rule.id, "grantee_id": GRANTEE, "program_year": YEAR, "status": status}
        row |= {"population_count": population, "failed_count": failed, "is_waived": number % 8 == 1}
        row |= {"severity": rule.severity, "threshold": str(rule.threshold), "message": HOSTILE}
        rows += [row | {"institution_id": None}, row | {"institution_id": "812120042", "failed_count": 77777}]
    into = f"quality.rule_result ({', '.join(rows[0])})"
    insert_rows(connection, into, [tuple(row.values()) for row in rows])
    return connection


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("docs")
    write_data_docs(_judged(), home, RUN.run_id)
    return home


@pytest.fixture(scope="module")
def page(home):
    return _page(home)


def _page(home):
    return (home / "reports" / "data-docs" / GRANTEE / f"{YEAR}.html").read_text(encoding="utf-8")


def _rows(page):
    """Return the rows of all tables as their text, by the rule that they link to."""
    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    found = {m.group(1): row for row in rows if (m := re.search(r'href="\.\./\.\./rules/(\w+)\.html"', row))}
    return {rule: " ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split()) for rule, row in found.items()}


def _of(status, shift=0):
    return [(n, rule) for n, rule in enumerate(all_rules()) if STATUSES[(n + shift) % 4] == status]


def test_a_page_asks_nothing_of_the_outside_because_a_request_tells_who_reads_whose_data(home):
    pages = list((home / "reports" / "data-docs").rglob("*.html"))
    assert len(pages) == 2
    for path in pages:
        text = path.read_text(encoding="utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy
        assert policy.group(1).startswith("default-src 'none'")
        asked = re.findall(r'(?:src|href|action|data-href)\s*=\s*"([^"]*)"', text)
        assert [one for one in asked if "//" in one] == []
        assert "url(" not in text
        assert "@import" not in text
        assert re.findall(r"<script(?![^>]*assets/desk\.js)", text) == []
        assert re.findall(r"<(?:img|iframe|object|form)\b", text) == []


def test_every_failed_rule_stands_there_with_the_counts_of_the_ledger_or_two_books_are_kept(page):
    rows = _rows(page)
    for number, rule in _of("failed"):
        assert f"{1 + number} unexpected values found." in rows[rule.id]
        assert f"of {9000 + number} total rows." in rows[rule.id]
        assert rows[rule.id].startswith("failed ")


def test_a_rule_that_could_not_be_judged_is_never_told_as_a_failure_of_the_data(page):
    rows = _rows(page)
    for _, rule in _of("error"):
        assert rows[rule.id].startswith("could not be judged ")
        assert "unexpected values" not in rows[rule.id]


def test_a_rule_that_had_nothing_to_judge_is_never_told_as_passed(page):
    judged, idle = page.split('<section id="nothing">')
    for _, rule in _of("not_applicable"):
        assert f"rules/{rule.id}.html" in idle
        assert f"rules/{rule.id}.html" not in judged
    assert sum(row.startswith("passed ") for row in _rows(page).values()) == len(_of("passed"))


def test_a_waived_failure_stays_a_failure_that_is_waived(page):
    rows = _rows(page)
    waived = {rule.id for number, rule in _of("failed") if number % 8 == 1}
    assert {rule for rule, row in rows.items() if "waived" in row} == waived


def test_what_an_engine_says_of_its_fault_stays_text(page):
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_no_value_trace_or_institution_stands_on_a_page_whoever_sent_what_as_a_code(page):
    assert "812120042" not in page
    assert "77777" not in page
    assert "Traceback" not in page
    assert "unexpected_list" not in page


def test_the_same_results_give_the_same_bytes_and_are_not_written_again(home, tmp_path):
    connection = _judged()
    write_data_docs(connection, tmp_path, RUN.run_id)
    path = tmp_path / "reports" / "data-docs" / GRANTEE / f"{YEAR}.html"
    assert path.read_text(encoding="utf-8") == _page(home)
    before = path.stat().st_mtime_ns
    connection.execute("update quality.run set run_id = ?", [LATER])
    connection.execute("update quality.rule_result set run_id = ?", [LATER])
    write_data_docs(connection, tmp_path, LATER)
    assert path.stat().st_mtime_ns == before


def test_the_results_of_a_later_run_replace_those_before_or_a_repaired_year_would_look_broken(tmp_path):
    connection = _judged()
    write_data_docs(connection, tmp_path, RUN.run_id)
    write_data_docs(_judged(run_id=LATER, shift=1, connection=connection), tmp_path, RUN.run_id)
    assert {r for r, row in _rows(_page(tmp_path)).items() if row.startswith("failed ")} == {
        rule.id for _, rule in _of("failed", shift=1)
    }


def test_pages_are_for_the_owner_alone(home):
    folder = home / "reports" / "data-docs"
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.html")} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (folder, folder / GRANTEE)} == {0o700}


@pytest.mark.parametrize("name", OF_GX)
def test_what_is_left_of_great_expectations_templates_calls_nobody(name):
    text = (GX_TEMPLATES / name).read_text(encoding="utf-8")
    assert "//" not in text
    assert "<script" not in text
    assert set(re.findall(r"include '([^']+)'", text)) <= {*OF_GX}


def test_our_templates_stand_in_for_ones_that_great_expectations_still_has():
    for path in TEMPLATES.glob("*.j2"):
        assert (GX_TEMPLATES / path.name).is_file(), f"{path.name} replaces nothing: its template was renamed"
    assert "https://" in (GX_TEMPLATES / "page.j2").read_text(encoding="utf-8"), "ours may no longer be needed"
