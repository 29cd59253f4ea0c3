"""Does a steward who opens the desk in the morning learn what the night did, whose turn it is, and what to do first?"""

import re
from datetime import timedelta

import pytest
from scorecard_example import GRANTEE, HOSTILE, RUN, WORDS, YEAR, insert, waiver, warehouse
from test_scorecard_pages_are_safe_to_open import Reader

from pipelines.desk.desk import open_desk
from pipelines.desk.dictionary import tables
from pipelines.desk.overview import overview
from pipelines.desk.sources import read_sources
from pipelines.desk.worklist import worklist
from pipelines.reports.desk import dictionary, grantee, waivers
from pipelines.reports.desk import overview as first_page
from pipelines.schema import core_tables

BEGAN = RUN.started_at.replace(tzinfo=None)
BEFORE, LONG_AGO, TONIGHT = "20261120T020000Z-aaaa", "20261101T020000Z-aaaa", RUN.run_id
CRITICAL = "enrollment_student_known"  # 17 findings, over its threshold and not waived


@pytest.fixture(autouse=True)
def _words(monkeypatch):
    monkeypatch.setattr("pipelines.desk.standing.rule_words", lambda: WORDS)


def ended(connection, exit_code, *, is_whole=True, run_id=TONIGHT):
    """Close the book of a run: one that broke off has written no rule book."""
    connection.execute(
        "update quality.run set kind = 'nightly', exit_code = ?, finished_at = started_at + interval 9 minute, "
        "rule_book_version = ? where run_id = ?",
        [exit_code, "4f2c9e1a7b30" if is_whole else None, run_id],
    )
    return connection


def night(connection, run_id, days, exit_code=1, *, is_whole=True):
    insert(connection, "quality.run", run_id=run_id, started_at=BEGAN + timedelta(days=days), is_sample=True)
    return ended(connection, exit_code, is_whole=is_whole, run_id=run_id)


def judged_before(connection, run_id, days):
    """Add an earlier night that judged the same rules with the same counts."""
    night(connection, run_id, days)
    columns = "rule_id, rule_version, dimension, severity, grantee_id, institution_id, program_year, population_count, "
    columns += "failed_count, threshold, status, is_waived, message"
    connection.execute(
        f"insert into quality.rule_result (run_id, {columns}) select ?, {columns} from quality.rule_result "
        "where run_id = ?", [run_id, TONIGHT],
    )  # fmt: skip


def desk_of(connection, home, run_id=TONIGHT):
    return open_desk(connection, home, run_id)


def text_of(page):
    return re.sub(r"\s+", " ", "".join(Reader(page.content).text))


def morning(connection, home, run_id=TONIGHT):
    return text_of(first_page.page(desk_of(connection, home, run_id)))


def test_a_night_that_closed_gates_is_the_stewards_turn_and_names_the_gate_first(tmp_path):
    connection = ended(warehouse(), 1)
    text = morning(connection, tmp_path)

    assert "Finished: gates closed. It is the steward's turn" in text
    assert "operator's turn" not in text.split("What to do first")[0]
    assert text.index("Closed gates") < text.index(WORDS[CRITICAL].title) < text.index("Files refused as a whole")
    assert "17 of 900 rows fail (1.9%)" in text
    assert f"{RUN.run_id}" in text


def test_a_night_that_failed_is_the_systems_fault_and_says_whose_counts_it_shows(tmp_path):
    connection = ended(warehouse(), 1)
    night(connection, "20261122T020000Z-aaaa", 1, exit_code=3, is_whole=False)
    text = morning(connection, tmp_path, "20261122T020000Z-aaaa")

    assert "The system failed: the run broke off before its end. It is the operator's turn." in text
    assert "steward's turn" not in text
    assert "A fault of the system says nothing about the data." in text
    assert (
        "are not of this run, which judged nothing: verdicts and findings are of the run before, begun Nov 21" in text
    )
    assert WORDS[CRITICAL].title in text  # what was wrong yesterday is still to be done


def test_a_night_that_broke_off_in_the_middle_keeps_what_it_did_not_reach(tmp_path):
    connection = ended(warehouse(), 1)
    broken = "20261122T020000Z-aaaa"
    night(connection, broken, 1, exit_code=3, is_whole=False)
    connection.execute(
        "insert into quality.rule_result (run_id, rule_id, severity, dimension, grantee_id, program_year, status, "
        "population_count, failed_count, is_waived) values (?, 'student_key_unique', 'critical', 'uniqueness', ?, ?, "
        "'passed', 900, 0, false)", [broken, GRANTEE, YEAR],
    )  # fmt: skip
    sources = read_sources(desk_of(connection, tmp_path, broken))
    verdicts = {s.verdict.rule_id: s.verdict.status for s in sources.standings[GRANTEE, YEAR]}

    assert verdicts["student_key_unique"] == "passed"
    assert verdicts[CRITICAL] == "failed"
    assert overview(sources).ending.counts_are == "part"


def test_a_rule_withdrawn_since_does_not_haunt_the_desk(tmp_path):
    connection = ended(warehouse(), 1)
    night(connection, BEFORE, -1)
    connection.execute(
        "insert into quality.rule_result (run_id, rule_id, severity, grantee_id, program_year, status, failed_count, "
        "population_count, is_waived) values (?, 'withdrawn', 'critical', ?, ?, 'failed', 9, 9, false)",
        [BEFORE, GRANTEE, YEAR],
    )
    sources = read_sources(desk_of(connection, tmp_path))

    assert "withdrawn" not in {s.verdict.rule_id for s in sources.standings[GRANTEE, YEAR]}


def test_a_rule_that_could_not_be_judged_is_the_operators_turn_and_no_gate(tmp_path):
    connection = ended(warehouse(), 3)
    connection.execute(
        "update quality.rule_result set status = 'error', failed_count = null, population_count = null, "
        "message = 'the scan ran out of memory' where rule_id = ?", [CRITICAL],
    )  # fmt: skip
    connection.execute(
        "insert into quality.rule_result by name select * replace ('OR01' as institution_id) from quality.rule_result "
        "where rule_id = ? and institution_id is null", [CRITICAL],
    )  # fmt: skip
    page = text_of(first_page.page(desk_of(connection, tmp_path)))
    groups = {group.kind: group for group in worklist(*_sources(connection, tmp_path))}

    assert "It is the operator's turn. This is a fault of the system, not of the data." in page
    assert "the scan ran out of memory" in page
    assert CRITICAL not in {task.rule_id for task in groups["gate"].tasks}
    assert [task.rule_id for task in groups["error"].tasks] == [CRITICAL]
    assert next(iter(groups)) == "error"  # what the operator must do comes before what the data hold up
    assert "1 verdict is missing" in page  # of the grantee as a whole; its institutions are not counted again


def _sources(connection, home):
    sources = read_sources(desk_of(connection, home))
    return sources, overview(sources)


def test_what_is_new_came_back_was_fixed_or_stayed_is_what_a_count_by_hand_gives(tmp_path):
    connection = ended(warehouse(), 1)
    judged_before(connection, BEFORE, -1)
    judged_before(connection, LONG_AGO, -20)
    sex = "student_sex_readable"  # 33 findings: 4 come back, 5 fixed tonight, 6 fixed long ago, 10 still open, 8 new
    for first, last, state, change, seen in (
        (0, 3, "open", "came_back", TONIGHT), (4, 8, "fixed", "fixed", BEFORE), (9, 14, "fixed", "fixed", LONG_AGO),
        (15, 24, "open", "still_open", TONIGHT),
    ):  # fmt: skip
        ids = [f"{sex}-{n}" for n in range(first, last + 1)]
        connection.execute(
            "update quality.finding set state = ?, change = ?, last_seen_run_id = ? where list_contains(?, finding_id)",
            [state, change, seen, ids],
        )
    _, told = _sources(connection, tmp_path)
    warning = dict(told.by_severity)["warning"]
    others = 41 + 9 + 7 + 4 + 4 + 3 + 2 + 1  # the findings of the other warnings, all new

    assert (warning.new, warning.came_back, warning.fixed, warning.still_open) == (8 + others, 4, 5, 10)
    assert warning.open == 8 + others + 4 + 10
    assert told.all_findings.open == connection.execute(
        "select count(*) from quality.finding where state = 'open'"
    ).fetchone()[0]  # fmt: skip
    assert sum(cell.findings.new for cell in told.cells) == told.all_findings.new


def test_what_another_night_found_in_another_year_is_not_new_this_morning(tmp_path):
    connection = ended(warehouse(), 1)
    night(connection, BEFORE, -1)
    connection.execute("update quality.rule_result set run_id = ? where rule_id = ?", [BEFORE, CRITICAL])
    connection.execute("update quality.rule_result set program_year = '2022-23' where rule_id = ?", [CRITICAL])
    connection.execute(
        "update quality.finding set program_year = '2022-23', last_seen_run_id = ? where rule_id = ?",
        [BEFORE, CRITICAL],
    )
    sources, told = _sources(connection, tmp_path)
    groups = {group.kind: group for group in worklist(sources, told)}

    assert dict(told.by_severity)["critical"].new == 12 + 5
    assert dict(told.by_severity)["critical"].open == 17 + 12 + 5
    assert (CRITICAL, "2022-23") in {(task.rule_id, task.place[1]) for task in groups["gate"].tasks}


def test_files_that_arrived_are_late_refused_or_missing_are_named(tmp_path):
    connection = ended(warehouse(), 1)
    connection.execute(
        "update quality.submission set received_at = ? where submission_id in ('s1', 's4')",
        [BEGAN + timedelta(minutes=2)],
    )
    _, told = _sources(connection, tmp_path)
    text = morning(connection, tmp_path)
    (cell,) = told.cells

    assert {file.submission_id for _, file in told.arrived} == {"s1", "s4"}
    assert (cell.file_count, cell.late_count, cell.refused_count, cell.missing) == (6, 2, 1, ("placement",))
    assert "header lacks AWARD_DATE; send the file with the header of layout" in text
    assert "not a single file of: Placement" in text  # due in August 2024


def test_a_notice_that_nobody_got_stands_on_the_first_page(tmp_path):
    connection = ended(warehouse(), 0)
    connection.execute(
        "create table quality.notice (run_id text, channel text, status text, message text, subject text, "
        "sent_at timestamp)"
    )
    said = "the server refused it"
    for row in (
        (BEFORE, "yesterdays", "failed", said),
        (TONIGHT, "team", "delivered", None),
        (TONIGHT, "mail", "failed", said),
    ):
        connection.execute("insert into quality.notice values (?, ?, ?, ?, 'x', now())", list(row))
    text = morning(connection, tmp_path)

    assert "1 notice was not delivered." in text
    assert "mail: the server refused it" in text
    assert "yesterdays" not in text


def test_an_empty_home_says_so_instead_of_looking_clean(tmp_path):
    connection = warehouse(is_filled=False)
    connection.execute("delete from quality.run")
    night(connection, TONIGHT, 0, exit_code=3, is_whole=False)
    text = morning(connection, tmp_path)

    assert "nothing has been judged yet" in text
    assert "No grantee has sent anything yet." in text
    assert "no gate closed" not in text.lower()


def test_the_first_page_needs_no_mart(tmp_path):
    connection = ended(warehouse(), 3, is_whole=False)
    connection.execute("drop schema mart cascade")
    connection.execute("drop table quality.expected_file")

    assert "The system failed" in morning(connection, tmp_path)


def all_pages(connection, home):
    desk = desk_of(connection, home)
    return [first_page.page(desk), *grantee.pages(desk), *waivers.pages(desk)]


def test_what_people_planted_in_their_data_stays_text(tmp_path):
    connection = ended(warehouse(3, names=(HOSTILE, "<img src=x>", "</table><b>")), 1)
    connection.execute("update quality.submission set file_name = ?, message = ?", [HOSTILE, HOSTILE])
    connection.execute("update quality.rule_result set message = ? where status = 'failed'", [HOSTILE])
    waiver(connection, "program_cip_code_pattern", None, "expiring", 7)
    connection.execute("update quality.waiver set reason = ?, author = ?", [HOSTILE, HOSTILE])
    pages = all_pages(connection, tmp_path)
    reads = [Reader(page.content) for page in pages]

    assert not any(read.having("img") or read.having("b") or read.faults for read in reads)
    assert {a.get("src", "") for read in reads for a in read.having("script")} <= {
        "assets/desk.js",
        "../assets/desk.js",
    }
    assert all(HOSTILE in "".join(read.text) for read in reads if "reference" not in pages[reads.index(read)].place)


def test_a_code_of_no_institution_is_shown_nowhere_because_it_may_be_a_persons_number(tmp_path):
    connection = ended(warehouse(), 1)
    connection.execute("update quality.finding set institution_id = '990000001' where rule_id = ?", [CRITICAL])
    pages = all_pages(connection, tmp_path)

    assert not any("990000001" in page.content or "990000001" in page.place for page in pages)
    assert any("No institution of the grantee's list" in text_of(page) for page in pages)


def test_every_line_of_every_file_is_accounted_for_on_its_grantees_page(tmp_path):
    connection = ended(warehouse(), 1)
    page = next(page for page in grantee.pages(desk_of(connection, tmp_path)) if page.place.endswith(f"{GRANTEE}.html"))
    (foot,) = re.findall(r"<tfoot>.*?</tfoot>", page.content, re.DOTALL)
    lines, header, loaded, quarantined = (int(n.replace(",", "")) for n in re.findall(r'class="num">([\d,]+)<', foot))

    assert lines == sum(400 + 211 * n for n in range(6)) == header + loaded + quarantined
    assert WORDS[CRITICAL].fix in text_of(page)
    assert "Cedar Fork Community College" in text_of(page)


def test_nights_that_change_nothing_leave_the_page_of_a_grantee_as_it_is(tmp_path):
    connection = ended(warehouse(), 1)
    judged_before(connection, BEFORE, -1)
    connection.execute("update quality.finding set change = 'still_open'")
    (first, *_) = grantee.pages(desk_of(connection, tmp_path))
    later = "20261122T020000Z-aaaa"
    judged_before(connection, later, 1)
    connection.execute("update quality.finding set last_seen_run_id = ?", [later])
    (second, *_) = grantee.pages(desk_of(connection, tmp_path, later))

    assert first.content == second.content


def test_a_waiver_that_covers_nothing_any_more_is_on_the_list_and_never_looks_like_a_pass(tmp_path):
    connection = ended(warehouse(), 1)
    groups = {group.kind: group for group in worklist(*_sources(connection, tmp_path))}
    (page,) = waivers.pages(desk_of(connection, tmp_path))

    assert {task.says for task in groups["waiver"].tasks} == {"exceeded", "expired"}
    assert 'class="mark yes"' not in page.content
    assert "for the whole grantee" in text_of(page)
    assert "student_key_unique" not in {task.rule_id for task in groups["gate"].tasks}  # waived: not to be done today


def test_what_a_college_explained_last_night_is_to_be_read_this_morning_and_not_again_tomorrow(tmp_path):
    """Else the steward would have to open every institution's page to learn that one has answered."""
    connection = ended(warehouse(), 1)
    connection.execute(
        "create table quality.finding_explanation as select finding_id, grantee_id, institution_id, program_year, "
        "'Right as it is' as explanation, 'x' as submission_id, cast(? as timestamp) as received_at "
        "from quality.finding where rule_id = ? and institution_id is not null",
        [BEGAN + timedelta(minutes=1), CRITICAL],
    )
    told = connection.execute("select count(*) from quality.finding_explanation").fetchone()[0]
    groups = {group.kind: group for group in worklist(*_sources(connection, tmp_path))}
    page = first_page.page(desk_of(connection, tmp_path))
    connection.execute("update quality.finding_explanation set received_at = ?", [BEGAN - timedelta(days=1)])
    later = {group.kind for group in worklist(*_sources(connection, tmp_path))}

    assert sum(task.open_count for task in groups["explained"].tasks) == told > 0
    assert "#explanations" in page.content
    assert "explained" not in later


def test_a_word_of_the_dictionary_is_found_by_the_search(tmp_path):
    (page,) = dictionary.pages(desk_of(ended(warehouse(), 0), tmp_path))
    found = {part.title: part for part in page.parts}
    ids = {attributes["id"] for _tag, attributes in Reader(page.content).elements if "id" in attributes}

    assert {table.fullname for table in core_tables()} <= set(found)
    assert "birth_date" in found["core.student"].keywords
    assert {part.anchor for part in page.parts} <= ids
    assert sum(len(table.columns) for table in tables()) == page.content.count('<th scope="row" class="nowrap"><code>')


@pytest.mark.slow
def test_every_link_of_a_real_morning_leads_to_a_page_and_a_place_on_it_that_are_there(demonstration):
    reports = demonstration.home / "reports"
    pages = [reports / name for name in ("index.html", "waivers.html", "dictionary.html")]
    pages += sorted((reports / "grantees").glob("*.html"))
    ids, dead = {}, []
    for page in pages:
        for href in re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8")):
            path, _, anchor = href.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not href.startswith("data:") and target.is_file() and anchor and target not in ids:
                ids[target] = set(re.findall(r'\bid="([^"]+)"', target.read_text(encoding="utf-8")))
            if not href.startswith("data:") and not (target.is_file() and (not anchor or anchor in ids[target])):
                dead.append((page.name, href))

    assert len(pages) == 3 + 5 + 1
    assert dead == []


@pytest.mark.slow
def test_the_first_page_of_a_real_morning_is_light_and_tells_how_old_the_oldest_findings_are(demonstration):
    page = demonstration.home / "reports" / "index.html"
    text = re.sub(r"\s+", " ", "".join(Reader(page.read_text(encoding="utf-8")).text))

    assert page.stat().st_size < 200_000
    assert "Finished: gates closed." in text
    assert re.search(r"the oldest: \d+ days?", text)


def test_the_pages_can_be_read_with_a_screen_reader_and_ask_nothing_of_the_network(tmp_path):
    connection = ended(warehouse(), 1)
    pages = [*all_pages(connection, tmp_path), *dictionary.pages(desk_of(connection, tmp_path))]
    for page in pages:
        read = Reader(page.content)
        ids = [attributes["id"] for _tag, attributes in read.elements if "id" in attributes]
        named = {part for _tag, a in read.elements for part in a.get("aria-labelledby", "").split()}

        assert not read.faults, page.place
        assert not read.open, page.place
        assert len(read.having("h1")) == len(read.having("main")) == 1
        assert len(read.having("caption")) == len(read.having("table"))
        assert all("scope" in attributes for attributes in read.having("th"))
        assert len(ids) == len(set(ids))
        assert named <= set(ids)
        assert not re.search(r"https?:|@import|url\(", page.content)
        assert "restricted: unprotected counts" in "".join(read.text)
