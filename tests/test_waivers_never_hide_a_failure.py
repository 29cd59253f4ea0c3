"""Does a waiver cover exactly what was approved, no row and no day more, and never turn a failure into a pass?"""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from waivers_example import BLOCK, FIRST, LAST, RULE, YEAR, own_folder, standing, waiver, write

from expectations.rule import Threshold
from pipelines.configuration import ConfigurationError
from pipelines.validation.status import status
from pipelines.validation.waiver_file import Waiver, waivers_of
from pipelines.validation.waivers import Waivers, standing_of

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
POPULATIONS = st.integers(1, 10**7)
SHARES = st.integers(0, 1000).map(lambda thousandths: f"{thousandths // 1000}.{thousandths % 1000:03d}")


@st.composite
def _waivers(draw: st.DrawFn) -> Waiver:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return waiver(
        tolerance_count=draw(st.integers(0, 10**6)), tolerance_share=draw(SHARES), approved_at=first, expires=last,
        institution_id=draw(st.sampled_from(["", "C1"])),
    )  # fmt: skip


@given(_waivers(), DAYS, POPULATIONS, st.data())
def test_more_failing_rows_than_waived_always_reopen(
    one: Waiver, today: date, population: int, data: st.DataObject
) -> None:
    failed = data.draw(st.integers(1, population))
    waived = max(Fraction(one.tolerance_count), Fraction(one.tolerance_share) * population)
    assume(failed > waived)
    found = standing_of(one, today, population, failed)
    assert not found.covers
    if one.approved_at <= today <= one.expires:
        assert found.word == "exceeded"
        were = "was" if math.floor(waived) == 1 else "were"
        assert f"{math.floor(waived)} {were} waived: open again" in found.words


@given(_waivers(), POPULATIONS, st.integers(1, 1000), st.data())
def test_the_day_after_it_expires_a_waiver_always_reopens_however_little_fails(
    one: Waiver, population: int, days: int, data: st.DataObject
) -> None:
    failed = data.draw(st.integers(0, population))
    found = standing_of(one, one.expires + timedelta(days=days), population, failed)
    assert (found.word, found.covers, found.days_left) == ("expired", False, -days)


@given(_waivers(), DAYS, POPULATIONS, st.data())
def test_a_waived_failure_is_never_a_pass(one: Waiver, today: date, population: int, data: st.DataObject) -> None:
    failed = data.draw(st.integers(0, population))
    institution = one.institution_id or None
    if Waivers((one,), today).covers(RULE, institution, population, failed):
        assert one.approved_at <= today <= one.expires
        assert 0 < failed <= one.waived_count(population)
        assert status(population, failed, Threshold()) == "failed", "the waiver is no part of the threshold"


@given(_waivers(), DAYS, POPULATIONS, st.data())
def test_a_waiver_for_one_institution_never_opens_the_gate_of_the_whole_grantee(
    one: Waiver, today: date, population: int, data: st.DataObject
) -> None:
    failed = data.draw(st.integers(0, population))
    waivers = Waivers((waiver(**{**BLOCK, "institution_id": "C1", "expires": one.expires}), one), today)
    assume(one.institution_id)
    assert not waivers.covers(RULE, None, population, failed)
    assert not waivers.covers(RULE, "C2", population, failed)


@pytest.mark.parametrize(
    ("today", "failed", "word", "words"),
    [
        (FIRST, 10, "active", "10 rows fail, 10 are waived"),
        (FIRST, 12, "exceeded", "12 rows fail, 10 were waived: open again"),
        (FIRST - timedelta(days=1), 10, "idle", "approved from 2026-09-01 on"),
        (LAST - timedelta(days=15), 1, "active", "1 row fails"),
        (LAST - timedelta(days=14), 1, "expiring", "expires in 14 days"),
        (LAST - timedelta(days=1), 1, "expiring", "expires in 1 day;"),
        (LAST, 1, "expiring", "expires today"),
        (LAST + timedelta(days=1), 1, "expired", "expired 1 day ago: open again"),
        (LAST, 0, "idle", "nothing fails"),
    ],
)
def test_the_operator_is_told_in_words_how_a_waiver_stands(today: date, failed: int, word: str, words: str) -> None:
    found = standing(today, failed)
    assert found.word == word
    assert words in found.words


def test_a_rule_that_broke_is_not_covered_because_nobody_knows_how_many_rows_fail() -> None:
    found = standing_of(waiver(), FIRST, None, None)
    assert (found.word, found.covers, found.words) == ("idle", False, "not judged there yet")
    assert not Waivers((waiver(),), FIRST).covers(RULE, None, None, None)


def test_each_waiver_is_judged_by_the_counts_of_its_own_place() -> None:
    waivers = Waivers((waiver(), waiver(institution_id="C1", tolerance_count=2)), FIRST)
    found = waivers.standings({(RULE, None): (100, 9), (RULE, "C1"): (50, 3), (RULE, "C2"): (50, 6)})
    assert [one.word for one in found] == ["active", "exceeded"]
    assert [one.failed_count for one in found] == [9, 3]


def test_the_share_counts_where_it_waives_more_than_the_count() -> None:
    assert standing(FIRST, 20, tolerance_share="0.02").covers, "2 % of 1,000 rows"
    assert not standing(FIRST, 21, tolerance_share="0.02").covers
    assert standing(FIRST, 10, tolerance_share="0.001").covers, "ten rows are more than 0.1 %"


def test_waivers_are_for_their_program_year_and_reference_tables_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(own_folder(tmp_path, monkeypatch) / "waivers.toml", "waiver", BLOCK)
    assert Waivers.of("udc", YEAR, FIRST).covers(RULE, None, 100, 10)
    assert not Waivers.of("udc", "2022-23", FIRST).covers(RULE, None, 100, 10)
    assert Waivers.of(None, None, FIRST).waivers == ()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"rule_id": "student_age_plausibel"}, "of student_age_plausibel: rule_id: no rule has this id"),
        ({"tolerance_count": None}, "tolerance_count or tolerance_share: say how many"),
        ({"tolerance_count": 0, "tolerance_share": "0.00"}, "tolerance_count or tolerance_share: say how many"),
        ({"tolerance_count": -1}, "tolerance_count: write a whole number"),
        ({"tolerance_count": True}, "tolerance_count: write a whole number"),
        ({"tolerance_share": 0.05}, "tolerance_share: write a decimal from 0 to 1 in quotes"),
        ({"tolerance_share": "1.5"}, "tolerance_share: write a decimal"),
        ({"tolerance_share": "5%"}, "tolerance_share: write a decimal"),
        ({"program_year": "2023"}, "program_year: write it like"),
        ({"approved_at": None}, "approved_at: missing; add it"),
        ({"approved_at": LAST + timedelta(days=1)}, "approved_at: lies after expires"),
        ({"approved_at": "2026-09-01"}, "approved_at: write a date without quotes"),
        ({"reason": " "}, "reason: say it in words"),
        ({"reason": "Record of 812-12-0001"}, "reason: holds nine digits"),
        ({"until": LAST}, "until: no such key; the keys are rule_id"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_a_waiver_that_says_too_little_or_nonsense_is_named_with_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], told: str
) -> None:
    path = own_folder(tmp_path, monkeypatch) / "waivers.toml"
    write(path, "waiver", {**BLOCK, **changed})
    with pytest.raises(ConfigurationError) as fault:
        waivers_of("udc")
    assert str(fault.value).startswith(f"{path}: [[waiver]] of student_age_plausib")
    assert told in str(fault.value)
    assert "812-12-0001" not in str(fault.value)


def test_a_misspelled_block_is_refused_instead_of_waiving_nothing_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own_folder(tmp_path, monkeypatch) / "waivers.toml"
    write(path, "waivers", BLOCK)
    with pytest.raises(ConfigurationError, match=r"waivers: only blocks that begin with \[\[waiver\]\]"):
        waivers_of("udc")
    write(path, "waiver", BLOCK, BLOCK)
    with pytest.raises(ConfigurationError, match="stands twice"):
        waivers_of("udc")
