"""Is a rule judged as the agency has declared for this place and day, and as the rule book says everywhere else?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waivers_example import RULE, YEAR, own_folder, write

from expectations.catalogue import all_rules, rule_named
from expectations.rule import Threshold
from pipelines.configuration import ConfigurationError
from pipelines.grantee import FOLDER, grantee_ids
from pipelines.validation import thresholds
from pipelines.validation.thresholds import Override, Policy, overrides_of, policies
from pipelines.validation.waiver_file import waivers_of

DAY = date(2026, 10, 1)
BEFORE = DAY - timedelta(days=1)
Declare = Callable[..., None]


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Write blocks of ``thresholds.toml`` for UDC: each a dictionary, completed with rule and evidence."""
    path = own_folder(tmp_path, monkeypatch) / "thresholds.toml"
    return lambda *blocks: write(
        path, "threshold", *({"rule_id": RULE, "evidence": "Decision of 2026-09-01", **block} for block in blocks)
    )


def _policy(institution_id: str | None = None, day: date = DAY, year: str = YEAR) -> Policy:
    return policies("udc", year, day)(rule_named(RULE), institution_id)


def test_without_a_declaration_every_rule_is_judged_as_the_rule_book_says() -> None:
    for grantee_id in (*grantee_ids(), None):
        policy = policies(grantee_id, YEAR, DAY)
        assert all(policy(rule, "C1") == Policy(rule.threshold, rule.severity_on("2026-10-01")) for rule in all_rules())


def test_a_severity_changes_within_the_year_on_its_day_and_the_threshold_stays(declare: Declare) -> None:
    book = rule_named(RULE)
    other = "info" if book.severity != "info" else "warning"
    declare({"severity": other, "effective_from": DAY, "effective_to": DAY + timedelta(days=30)})
    assert _policy(day=BEFORE) == Policy(book.threshold, book.severity)
    assert _policy(day=DAY) == Policy(book.threshold, other)
    assert _policy(day=DAY + timedelta(days=30)).severity == other
    assert _policy(day=DAY + timedelta(days=31)).severity == book.severity


def test_what_a_block_leaves_out_stays_and_the_evidence_is_the_agencys(declare: Declare) -> None:
    book = rule_named(RULE)
    declare({"share": "0.05"})
    assert _policy() == Policy(Threshold("0.05", book.threshold.count, "Decision of 2026-09-01"), book.severity)
    declare({"count": 7})
    assert _policy().threshold == Threshold(book.threshold.share, 7, "Decision of 2026-09-01")


def test_a_severity_that_the_rule_book_changes_within_the_year_holds_where_only_the_threshold_is_declared(
    declare: Declare,
) -> None:
    declare({"share": "0.05"})
    rule = replace(rule_named(RULE), severity_changes=(("2026-10-01", "info"),))
    assert policies("udc", YEAR, DAY)(rule, None).severity == "info"
    assert policies("udc", YEAR, BEFORE)(rule, None).severity == rule.severity


def test_the_institution_goes_before_the_year_and_the_year_before_the_later_day(declare: Declare) -> None:
    declare(
        {"count": 1, "effective_from": BEFORE},
        {"count": 2},
        {"count": 3, "program_year": YEAR},
        {"count": 4, "institution_id": "C1"},
        {"count": 5, "institution_id": "C1", "effective_from": DAY},
    )
    assert _policy("C1").threshold.count == 5
    assert _policy("C1", BEFORE).threshold.count == 4
    assert _policy("C2").threshold.count == 3
    assert _policy("C2", year="2022-23").threshold.count == 1, "the block that came into force last"
    assert _policy("C2", BEFORE - timedelta(days=1), "2022-23").threshold.count == 2


def test_a_block_for_one_institution_does_not_loosen_the_gate_of_the_whole_grantee(declare: Declare) -> None:
    declare({"share": "1", "severity": "info", "institution_id": "C1"})
    book = rule_named(RULE)
    assert _policy(None) == _policy("C2") == Policy(book.threshold, book.severity)
    assert policies("udc", YEAR, DAY)(rule_named("student_key_unique"), "C1").severity == "critical"


BLOCKS = st.builds(
    Override,
    rule_id=st.just(RULE), evidence=st.just("e"), count=st.integers(0, 99),
    institution_id=st.sampled_from(["", "C1", "C2"]), program_year=st.sampled_from(["", YEAR, "2022-23"]),
    effective_from=st.dates(BEFORE - timedelta(days=3), DAY + timedelta(days=3)),
)  # fmt: skip


@given(st.lists(BLOCKS, unique_by=lambda one: one.place), st.randoms(use_true_random=False))
def test_the_order_of_the_blocks_in_the_file_decides_nothing(blocks: list[Override], shuffle: Any) -> None:
    shuffled = list(blocks)
    shuffle.shuffle(shuffled)
    found = []
    for order in (blocks, shuffled):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(thresholds, "overrides_of", lambda _grantee, order=order: tuple(order))
            found.append([_policy(place, day) for place in (None, "C1", "C2") for day in (BEFORE, DAY)])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"rule_id": "student_age", "share": "0.1"}, "of student_age: rule_id: no rule has this id"),
        ({"shar": "0.1"}, "shar: no such key; the keys are rule_id"),
        ({"share": "10%"}, "share: write a decimal from 0 to 1 in quotes"),
        ({"share": 0.1}, "share: write a decimal from 0 to 1 in quotes"),
        ({"share": "1.01"}, "share: write a decimal"),
        ({"share": "-0.1"}, "share: write a decimal"),
        ({"share": "1/5"}, "share: write a decimal"),
        ({"count": -1}, "count: write a whole number"),
        ({"count": "3"}, "count: write a whole number"),
        ({"severity": "fatal"}, "severity: one of critical, warning, info"),
        ({"share": "0.1", "evidence": ""}, "evidence: say it"),
        ({"share": "0.1", "evidence": None}, "evidence: missing; add it"),
        ({}, "changes nothing; say at least one of share, count, severity"),
        ({"share": "0.1", "effective_from": "2026-10-01"}, "effective_from: write a date without quotes"),
        ({"share": "0.1", "effective_from": DAY, "effective_to": BEFORE}, "effective_to: lies before"),
        ({"share": "0.1", "program_year": "2023"}, "program_year: write it like"),
    ],
    ids=lambda value: ",".join(f"{key}={one}" for key, one in value.items()) if isinstance(value, dict) else "",
)
def test_a_wrong_declaration_is_named_with_file_block_and_fix(
    declare: Declare, block: dict[str, Any], told: str
) -> None:
    declare(block)
    with pytest.raises(ConfigurationError) as fault:
        overrides_of("udc")
    assert "thresholds.toml: [[threshold]] of student_age" in str(fault.value)
    assert told in str(fault.value)


def test_two_blocks_of_which_none_goes_before_the_other_are_refused(declare: Declare) -> None:
    declare({"share": "0.1"}, {"share": "0.2"})
    with pytest.raises(ConfigurationError, match="stands twice; give one of the two another effective_from"):
        overrides_of("udc")


@pytest.mark.parametrize(("name", "read"), [("thresholds", overrides_of), ("waivers", waivers_of)])
def test_the_example_in_the_head_of_the_file_can_be_used_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, read: Callable[[str], tuple[Any, ...]]
) -> None:
    head = (FOLDER / "_template" / f"{name}.toml").read_text(encoding="utf-8")
    example = "\n".join(line.removeprefix("# ") for line in head[head.index("# [[") :].splitlines())
    (own_folder(tmp_path, monkeypatch) / f"{name}.toml").write_text(example, encoding="utf-8")
    assert len(read("udc")) == 1
