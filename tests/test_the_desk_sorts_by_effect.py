"""Does a steward see first what may move an indicator farthest, and never takes "cannot tell" for "no effect"?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from expectations.catalogue import all_rules
from pipelines.desk.desk import open_desk
from pipelines.desk.effects import MOVES, NONE, NOTHING_KNOWN, UNTOLD, Effect, RuleEffect, worst_of
from pipelines.models import all_models
from pipelines.reports.desk import grantee, places, rules
from pipelines.reports.page import points
from pipelines.scorecard.share import Share
from tests.scorecard_example import GRANTEE, RULES, RUN, YEAR, insert, warehouse

UNTELLABLE = Share(None, None)


def effect(low: int, high: int, *, use: str = "outcome", reason: str = "", code: str = "1P1") -> Effect:
    """Return what findings may do to an indicator that is reported as 50 of 100."""
    bounds = (UNTELLABLE, UNTELLABLE) if reason else (Share(low, 100), Share(high, 100))
    return Effect(code, YEAR, use, 7, 3, 5, 2, Share(50, 100), *bounds, reason)


def test_the_farther_of_the_two_bounds_is_how_far_an_indicator_may_move():
    assert effect(47, 51).move == Fraction(3, 100)
    assert effect(50, 58).move == Fraction(8, 100)
    assert points(Fraction(32, 1000)) == "3.2 points"
    assert points(Fraction(1, 10_000)) == "< 0.1 points", "a small effect is not none"


def test_what_moves_comes_first_what_nobody_can_tell_next_and_what_moves_nothing_last():
    far, near = RuleEffect((effect(40, 50),)), RuleEffect((effect(50, 50), effect(50, 51, code="2P1")))
    untold, none = RuleEffect((effect(0, 0, use="nothing", reason="no_record"),)), RuleEffect((effect(50, 50),))
    found = [none, untold, near, far, NOTHING_KNOWN]
    assert [one.kind for one in sorted(found, key=lambda one: one.order)] == [MOVES, MOVES, UNTOLD, UNTOLD, NONE]
    assert worst_of(found) is far
    assert sorted(found, key=lambda one: -one.weight)[0] is far
    assert untold.weight > none.weight


def test_a_pending_indicator_that_never_reads_the_column_is_not_held_against_it():
    told = RuleEffect((effect(50, 50, use="nothing", reason="pending"),))
    assert (told.kind, told.reasons) == (NONE, ())


@pytest.fixture(scope="module")
def pages() -> Iterator[dict[str, str]]:
    """The pages of rules and of the grantee in a warehouse where four rules have four kinds of effect."""
    connection = warehouse(3)
    model = next(model for model in all_models() if model.table == "quality.rule_effect")
    types = {name: "bigint" if name.endswith("_count") else "varchar" for name in model.columns}
    connection.execute(f"create table {model.table} ({', '.join(f'{n} {t}' for n, t in types.items())})")
    for rule_id, use, high, reason in (
        ("course_key_unique", "concentration", 60, None), ("student_birth_date_present", "nothing", 50, None),
        ("program_cip_code_pattern", "outcome", 58, None), ("line_field_count", "nothing", None, "not_loaded"),
    ):  # fmt: skip
        _tell(connection, rule_id, use, high, reason)
    desk = open_desk(connection, Path("home"), RUN.run_id)
    yield {page.place: page.content for room in (rules, grantee) for page in room.pages(desk)}
    connection.close()


def _tell(connection: duckdb.DuckDBPyConnection, rule_id: str, use: str, high: int | None, reason: str | None) -> None:
    for year in (YEAR, None):
        insert(connection, "quality.rule_effect", rule_id=rule_id, grantee_id=GRANTEE, program_year=YEAR,
               indicator_code="1P1", record_program_year=year, use_code=use, finding_count=9,
               denominator_touched_count=8, numerator_touched_count=0, outside_count=0, nameless_count=0,
               numerator_count=50, denominator_count=100, lowest_numerator_count=None if reason else 50,
               lowest_denominator_count=None if reason else 100, highest_numerator_count=high,
               highest_denominator_count=None if reason else 100, reason=reason,
               status="cannot_tell" if reason else "computed")  # fmt: skip


def test_the_rules_of_a_grantee_stand_in_the_order_of_their_effect(pages: dict[str, str]):
    table = pages[places.of_grantee(GRANTEE)].split('rules-caption">', 1)[1].split("</table>")[0]
    shown = [rule_id for rule_id in re.findall(r"/rules/(\w+)\.html", table) if rule_id in {rule[0] for rule in RULES}]
    assert shown.index("program_cip_code_pattern") == 0, "8 points come before any count of rows"
    assert shown[-1] == "student_birth_date_present", "known to move nothing"
    assert 0 < shown.index("line_field_count") < len(shown) - 1
    assert "by up to 8.0 points" in " ".join(table.split())


def test_the_page_of_a_rule_tells_its_bounds_or_why_there_are_none(pages: dict[str, str]):
    known = {rule.id for rule in all_rules()}
    assert {"program_cip_code_pattern", "line_field_count"} <= known
    moving, untold = (pages[places.of_rule(r)] for r in ("program_cip_code_pattern", "line_field_count"))
    assert "50 of 100" in moving
    assert "58 of 100" in moving
    assert "the lines were not loaded" in untold
    assert 'id="effect"' not in pages[places.of_rule("student_sex_readable")]


def test_an_indicator_that_does_not_read_the_column_takes_no_row_from_one_that_moves():
    unread, still, far = effect(50, 50, use="nothing"), effect(50, 50, code="2P1"), effect(40, 50, code="3P1")
    untold = effect(0, 0, use="nothing", reason="no_record")
    assert RuleEffect((unread, still, untold, far)).read == (far, untold, still)
