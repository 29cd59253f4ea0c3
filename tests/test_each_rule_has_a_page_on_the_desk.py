"""Does the desk say of each rule what it means, how it stands, and how its count came there?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from expectations.catalogue import RETIRED, all_rules
from pipelines.desk.desk import open_desk
from pipelines.desk.rules import Moved
from pipelines.reports.desk import places
from pipelines.reports.desk.rules import HEIGHT, pages, trend
from pipelines.scorecard.share import Share
from tests.scorecard_example import GRANTEE, RULES, RUN, YEAR, warehouse


@pytest.fixture(scope="module")
def by_place() -> Iterator[dict[str, str]]:
    """The pages of the rules of a warehouse in which some fail."""
    connection = warehouse(3)
    yield {page.place: page.content for page in pages(open_desk(connection, Path("home"), RUN.run_id))}
    connection.close()


def test_every_rule_in_force_or_retired_is_one_link_from_the_rule_book(by_place: dict[str, str]) -> None:
    index = by_place[places.RULE_BOOK]
    for rule_id in [*(rule.id for rule in all_rules()), *RETIRED]:
        assert places.of_rule(rule_id) in by_place
        assert f'href="../{places.of_rule(rule_id)}"' in index


def test_the_page_of_a_rule_that_fails_leads_to_its_rows(by_place: dict[str, str]) -> None:
    known = {rule.id for rule in all_rules()}
    failing = [rule_id for rule_id, *_, count in RULES if count and rule_id in known]
    assert failing
    for rule_id in failing:
        assert f'href="../{places.of_rows(GRANTEE, YEAR, rule_id)}"' in by_place[places.of_rule(rule_id)]


def test_a_count_that_never_moved_has_no_chart_and_one_that_did_is_drawn_to_scale() -> None:
    moves = [Moved(datetime(2026, 11, day), Share(count, 100)) for day, count in ((1, 40), (2, 10), (3, 0))]  # noqa: DTZ001
    drawn = trend(moves)
    assert trend(moves[:1]) is None
    assert drawn is not None
    assert [height for *_, height in drawn.bars] == [HEIGHT, HEIGHT / 4, 1], "nothing is a line, not a gap"
    assert drawn.words == "Rows that failed: 40 from Nov 1, 2026, 10 from Nov 2, 2026, 0 from Nov 3, 2026"
