"""Is it seen, when it matters, that an agreement has run out, a rule has no owner, a waiver has ended?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_example import AGREEMENT, card, rows, says, section
from scorecard_example import WORDS, waiver, warehouse

from pipelines.configuration import ConfigurationError
from pipelines.scorecard.card import Evidence, Scorecard
from pipelines.scorecard.people.agreements import CURRENT, DUE, EXPIRED, NOT_YET, Agreement, agreements_of
from pipelines.scorecard.people.owners import owners_of

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
OWNER = '[[owner]]\nname = "Ana Diaz, research"\nsince = 2023-07-01\n'


def agreement(effective: date, expires: date, destruction: date) -> Agreement:
    return Agreement("a", ("one", "two"), "p", "l", "d", effective, expires, destruction)


def governance(made: Scorecard) -> dict[str, Evidence]:
    return {one.label: one for one in made.elements[1].evidence}


def on(day: datetime | None, inbox: Path) -> Scorecard:
    return card(inbox, started_at=day)


def test_an_agreement_holds_on_its_first_and_on_its_last_day_and_on_no_other_side_of_them() -> None:
    one = agreement(date(2022, 7, 1), date(2024, 6, 30), date(2024, 12, 31))
    told = {
        date(2022, 6, 30): NOT_YET, date(2022, 7, 1): CURRENT, date(2024, 6, 30): CURRENT, date(2024, 7, 1): EXPIRED,
        date(2024, 12, 31): EXPIRED, date(2025, 1, 1): DUE,
    }  # fmt: skip
    assert {day: one.standing(day) for day in told} == told


@given(DAYS, DAYS, DAYS, DAYS)
def test_an_agreement_is_never_current_outside_of_its_days(one: date, two: date, three: date, day: date) -> None:
    effective, expires, destruction = sorted((one, two, three))
    found = agreement(effective, expires, destruction).standing(day)

    assert (found == CURRENT) == (effective <= day <= expires)
    assert (found == DUE) == (day > destruction and day > expires)


def test_an_agreement_that_expired_since_the_year_ended_is_told_for_both_days(tmp_path: Path) -> None:
    inbox = says(
        tmp_path, agreements=AGREEMENT + AGREEMENT.replace("wages", "next").replace("2024-06-30", "2029-06-30")
    )
    made = card(inbox)
    found = {row["agreement"]: row for row in rows(made, "data_sharing_agreements")}

    assert list(found) == ["wages", "next"], "what expires first stands first"
    assert (found["wages"]["at_year_end"], found["wages"]["at_run"]) == (CURRENT, DUE)
    assert (found["next"]["at_year_end"], found["next"]["at_run"]) == (CURRENT, CURRENT)
    assert found["wages"]["parties"] == "one; another"
    shares = governance(made)
    assert shares["Data-sharing agreements current at the year's end"].numerator == 2
    assert shares["Data-sharing agreements current"].numerator == 1
    assert shares["Data-sharing agreements expired"].numerator == 1


def test_that_none_was_entered_is_told_and_is_not_called_none(tmp_path: Path) -> None:
    made = card(tmp_path)

    assert any("does not mean that there is none" in sentence for sentence in section(made, "judgments").says)
    assert "which does not mean that there is none" in governance(made)["Data-sharing agreements"].text
    assert governance(made)["Data-sharing agreements"].numerator is None


def test_without_a_day_of_the_run_it_cannot_be_told_what_is_current(tmp_path: Path) -> None:
    made = on(None, says(tmp_path, agreements=AGREEMENT))

    assert [row["at_run"] for row in rows(made, "data_sharing_agreements")] == ["cannot tell"]
    assert governance(made)["Data-sharing agreements expired"].numerator is None


def test_the_page_changes_on_the_day_after_an_agreement_expires_and_on_no_night_before(tmp_path: Path) -> None:
    """Days left would change the page every night; a page that always changes is read by nobody."""
    inbox = says(tmp_path, agreements=AGREEMENT.replace("2024-06-30", "2026-11-30").replace("2024-12-31", "2027-01-31"))

    def said(day: int, month: int = 11) -> object:
        made = on(datetime(2026, month, day, 20, 0, tzinfo=UTC), inbox)
        return [one for one in made.sections if one.id == "judgments"], made.elements[1].evidence

    assert said(20) == said(21) == said(30)
    assert said(30) != said(1, month=12)


def test_the_day_of_the_run_is_that_of_the_agency_and_not_of_greenwich(tmp_path: Path) -> None:
    inbox = says(tmp_path, agreements=AGREEMENT.replace("2024-06-30", "2026-11-30").replace("2024-12-31", "2027-01-31"))
    still_november_in_oregon = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)

    assert [r["at_run"] for r in rows(on(still_november_in_oregon, inbox), "data_sharing_agreements")] == [CURRENT]


@pytest.mark.parametrize(
    ("good", "bad", "fix"),
    [
        ("expires = 2024-06-30", "expires = 2021-06-30", "expires: lies before effective"),
        ("destruction = 2024-12-31", "destruction = 2021-12-31", "destruction: lies before effective"),
        ("expires = 2024-06-30", 'expires = "2024-06-30"', "expires: write a date from 1950 to 2199"),
        ("expires = 2024-06-30", "expires = 2024-06-30T12:00:00", "expires: write a date from 1950 to 2199"),
        ("expires = 2024-06-30\n", "", "expires: missing"),
        ('parties = ["one", "another"]', "parties = []", "parties: write a list of short names"),
        ('parties = ["one", "another"]', 'parties = "one"', "parties: write a list of short names"),
        ('purpose = "placement"', 'purpose = " "', "purpose: say it in words"),
        ('purpose = "placement"', 'purpose = "placement"\nsigned = true', "signed: no such key"),
        ("[[agreement]]", "[[contract]]", "contract: no such block; the blocks are agreement"),
        ("[[agreement]]", AGREEMENT + "[[agreement]]", "id = 'wages' stands twice"),
    ],
)  # fmt: skip
def test_a_slip_in_agreements_is_refused_with_file_block_and_fix(tmp_path: Path, good: str, bad: str, fix: str) -> None:
    path = tmp_path / "agreements.toml"
    assert good in AGREEMENT
    path.write_text(AGREEMENT.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"agreements\.toml.*{fix}"):
        agreements_of(path)


def test_rules_have_an_owner_only_where_one_is_named(tmp_path: Path) -> None:
    none = governance(card(tmp_path))["Rules with a named owner"]
    assert (none.numerator, none.text) == (None, "no owner has been entered")

    text = OWNER + 'dimensions = ["validity"]\nrule_ids = ["student_sex_readable", "course_key_unique"]\n'
    found = governance(card(says(tmp_path, owners=text)))["Rules with a named owner"]
    assert (found.numerator, found.denominator) == (6, 14), "a rule with two reasons to be owned is one rule"


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        (OWNER, "dimensions: say which"),
        (OWNER + 'dimensions = ["beauty"]\n', "beauty: no such one; there are completeness"),
        (OWNER + 'rule_ids = ["student_sex_legible"]\n', "student_sex_legible: no rule has this id"),
        (OWNER.replace("2023-07-01", '"2023"'), "since: write a date"),
    ],
)
def test_a_slip_in_owners_is_refused_with_file_block_and_fix(tmp_path: Path, text: str, fix: str) -> None:
    path = tmp_path / "owners.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"owners\.toml.*{fix}"):
        owners_of(path, WORDS)


def test_waivers_are_counted_as_current_expired_or_exceeded_and_an_ended_one_is_not_current(tmp_path: Path) -> None:
    connection: Any = warehouse()
    waiver(connection, "course_key_unique", None, "idle", 0)
    waiver(connection, "line_field_count", None, "expiring", 5)
    found = governance(card(tmp_path, connection=connection))

    assert (found["Waivers current"].numerator, found["Waivers current"].denominator) == (3, 5)
    assert (found["Waivers expired"].numerator, found["Waivers expired"].denominator) == (1, 5)
    assert found["Waivers exceeded: more rows fail than were waived"].numerator == 1
