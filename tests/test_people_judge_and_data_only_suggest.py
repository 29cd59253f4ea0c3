"""Do people's levels stand beside the data's, moved since the round before, never mixed and never guessed?"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_example import ROUNDS, card, rating, rows, says, section, table
from scorecard_example import YEAR

from pipelines.configuration import ConfigurationError
from pipelines.intake.inbox import SAID_OF_A_SAMPLE, look_into
from pipelines.scorecard import criteria, rubric, sub_elements
from pipelines.scorecard.card import Suggestion
from pipelines.scorecard.evidence import MAKERS
from pipelines.scorecard.people.levels import level_words, mixed, movement, side_by_side
from pipelines.scorecard.people.ratings import Rating, Ratings, ratings_of
from pipelines.scorecard.people.said import FILE_NAMES
from pipelines.scorecard.rubric import RUBRIC

OURS = rubric.rubric(RUBRIC)
OTHER = """
id = "state-tool"
title = "A State's own tool"
publisher = "The State"
evidence = "the State's"
[[level]]
number = 1
name = "Emerging"
[[level]]
number = 2
name = "Steady"
[[element]]
number = 1
name = "Policies are reviewed"
assessed = "people"
says = "People alone."
[[element]]
number = 2
name = "Records are described"
assessed = "evidence"
evidence = ["governance", "alignment"]
says = "Presence only."
"""


def ratings(tmp_path: Path, *blocks: str) -> Ratings:
    path = tmp_path / "ratings.toml"
    path.write_text("".join(blocks), encoding="utf-8")
    return ratings_of(path, OURS)


def test_without_ratings_the_page_says_so_and_rates_nothing(tmp_path: Path) -> None:
    made = card(tmp_path)

    assert "No ratings have been given" in section(made, "judgments").says[1]
    assert {row["rated"] for row in rows(made, "element_ratings")} == {"not rated"}
    assert all(row["side_by_side"] != "People and data agree." for row in rows(made, "element_ratings"))


def test_what_people_say_stands_beside_what_the_data_suggest_and_neither_moves_the_other(tmp_path: Path) -> None:
    silent, heard = card(tmp_path), card(says(tmp_path, ratings=ROUNDS + rating("second", 1, level=4)))
    first = rows(heard, "element_ratings")[0]

    assert heard.elements == silent.elements
    assert first["suggested"] == rows(silent, "element_ratings")[0]["suggested"]
    assert first["rated"] == "4 Established"
    assert "They disagree" in str(first["side_by_side"])
    assert "Both stand" in str(first["side_by_side"])


def test_data_suggest_levels_for_elements_1_and_4_alone(tmp_path: Path) -> None:
    found = {row["element"]: row["suggested"] for row in rows(card(tmp_path), "element_ratings")}

    assert [str(name)[0] for name, words in found.items() if str(words)[0].isdigit() or words == "cannot tell"] == [
        "1",
        "4",
    ]
    assert sum(words == "no level: evidence only" for words in found.values()) == 3
    assert sum(words == "nothing: not assessable from records" for words in found.values()) == 1


def test_an_average_is_the_exact_mean_of_its_sub_elements_and_is_called_so(tmp_path: Path) -> None:
    parts = "".join(
        rating("second", 4, sub_element=code, level=level) for code, level in (("a", 2), ("b", 2), ("c", 3))
    )
    made = card(says(tmp_path, ratings=ROUNDS + rating("second", 4, by="average") + parts))
    fourth = rows(made, "element_ratings")[3]

    assert (fourth["rated"], fourth["basis"]) == ("2 1/3", "average of 3 sub-elements")
    assert [row["sub_element"] for row in rows(made, "sub_element_ratings")] == ["a", "b", "c"]
    assert {row["text"] for row in rows(made, "sub_element_ratings")} == {"not entered"}


def test_movement_is_told_since_the_round_before_and_a_later_round_changes_no_earlier_year(tmp_path: Path) -> None:
    text = ROUNDS + rating("first", 2, level=3) + rating("second", 2, level=2) + rating("second", 5, level=1)
    inbox = says(tmp_path, ratings=text)
    now, then = rows(card(inbox), "element_ratings"), rows(card(inbox, program_year="2022-23"), "element_ratings")

    assert (now[1]["before"], now[1]["movement"]) == ("3 Promising", "down 1")
    assert now[4]["movement"] == "newly rated"
    assert (then[1]["rated"], then[1]["movement"]) == ("3 Promising", "first round")
    assert then[4]["rated"] == "not rated"


def test_rounds_by_another_rubric_are_counted_and_not_shown_as_if_levels_were_the_same(tmp_path: Path) -> None:
    text = ROUNDS.replace("benchmark-tool", "older-tool", 1) + rating("first", 9, level=7)
    made = card(says(tmp_path, ratings=text))

    assert any("1 by another rubric" in sentence for sentence in section(made, "judgments").says)
    assert [row["round"] for row in rows(made, "rating_rounds")] == ["second"]


@pytest.mark.parametrize(
    ("blocks", "fix"),
    [
        ([rating("third", 1)], "round = 'third': there is none such; there are first, second"),
        ([rating("second", 7)], "element = 7: there is none such"),
        ([rating("second", 1, level=5)], "level = 5: there is none such; there are 1, 2, 3, 4"),
        ([rating("second", 1, level="high")], "level: write a whole number"),
        ([rating("second", 1), rating("second", 1)], "is rated twice in this round"),
        ([rating("second", 1, by="average")], "no sub-element of it was rated"),
        ([rating("second", 1, by="average", level=2)], "level: needed, except with by = 'average'"),
        ([rating("second", 1, by="guess")], "one of judgment, average"),
        ([rating("second", 1, sub_element="a", by="judgment")], "belongs to core elements"),
        ([rating("second", 1).replace('by = "judgment"\n', "")], "by: missing"),
        ([rating("second", 1, color="red")], "color: no such key"),
        ([rating("second", 1, sub_element="qq").replace("qq", "q\\u202eq")], "sub_element: write a short name"),
        ([rating("second", 1, sub_element="a" * 201)], "sub_element: write a short name"),
        (["a = " + "[" * 9_999], "correct the file"),
        ([rating("second", 1).replace("2024-10-01", '"2024-10-01"')], "without quotes"),
        ([rating("second", 1).replace("2024-10-01", "9999-10-01")], "rated_on: write a date from 1950 to 2199"),
        ([rating("second", 1).replace("2024-10-01", "2024-01-01")], "lies before its round began"),
        ([rating("second", 1, evidence="pupil 000-12-3456 told us")], "nine digits"),
        ([ROUNDS[: ROUNDS.index("[[round]]", 5)]], "id = 'first' stands twice"),
        (["[[rate]]\nlevel = 1\n"], "rate: no such block; the blocks are round, rating"),
        (["rating = 3\n"], r"\[\[rating\]\]"),
    ],
)  # fmt: skip
def test_a_slip_in_ratings_is_refused_with_file_block_and_fix(tmp_path: Path, blocks: list[str], fix: str) -> None:
    order = (*blocks, ROUNDS) if "=" in blocks[0].split("\n")[0] else (ROUNDS, *blocks)
    with pytest.raises(ConfigurationError, match=rf"(?s)ratings\.toml.*{fix}") as refused:
        ratings(tmp_path, *order)
    assert "000-12-3456" not in str(refused.value)


def test_a_code_that_the_tool_does_not_have_is_refused_once_its_user_has_entered_the_codes(tmp_path: Path) -> None:
    own = tmp_path / "rubric.toml"
    own.write_text(RUBRIC.read_text(encoding="utf-8"), encoding="utf-8")
    block = '[[sub_element]]\nelement = 1\ncode = "a"\ntext = "words"\n[sub_element.criteria]\n4 = "all of it"\n'
    (tmp_path / sub_elements.FILE_NAME).write_text(block, encoding="utf-8")
    filled, path = rubric.rubric(own), tmp_path / "ratings.toml"

    assert filled.elements[0].sub_elements[0].criteria == {4: "all of it"}
    path.write_text(ROUNDS + rating("second", 1, sub_element="a"), encoding="utf-8")
    assert ratings_of(path, filled).ratings[0].sub_element == "a"
    path.write_text(ROUNDS + rating("second", 1, sub_element="b"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="sub_element = 'b': there is none such; there are a"):
        ratings_of(path, filled)
    assert ratings_of(path, filled, is_invented=True).ratings, "a sample cannot know what its user enters"


@pytest.mark.parametrize(
    ("block", "fix"),
    [
        ('[[sub_element]]\nelement = 1\ncode = "a"\n', "text: not said"),
        ('[[sub_element]]\nelement = 8\ncode = "a"\ntext = "t"\n', "write the number of a core element"),
        ('[[sub_element]]\nelement = 1\ncode = ""\ntext = "t"\n', "code: write it in words"),
        ('[[sub_element]]\nelement = 1\ncode = "a"\ntext = "t"\ncriteria = { 9 = "x" }\n', "with a line a level: 1, 2"),
        (
            '[[sub_element]]\nelement = 1\ncode = "a"\ntext = "t"\ncriteria = { 1 = 2 }\n',
            "criteria: write them in words",
        ),
        ('[[sub_element]]\nelement = 1\ncode = "a"\ntext = "t"\n' * 2, "stands twice"),
        ('[[part]]\ncode = "a"\n', r"only blocks \[\[sub_element\]\]"),
    ],
)
def test_a_slip_in_sub_elements_is_refused_with_file_block_and_fix(tmp_path: Path, block: str, fix: str) -> None:
    (tmp_path / sub_elements.FILE_NAME).write_text(block, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"sub_elements\.toml.*{fix}"):
        sub_elements.sub_elements(tmp_path / "rubric.toml", range(1, 7), range(1, 5))


def test_the_texts_of_the_tool_are_not_ours_to_print() -> None:
    assert all(not element.sub_elements for element in OURS.elements)


def test_another_rubric_takes_the_place_of_ours_with_its_own_levels_and_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "state.toml"
    own.write_text(OTHER, encoding="utf-8")
    monkeypatch.setenv(rubric.OWN_RUBRIC, str(own))
    text = ROUNDS.replace("benchmark-tool", "state-tool") + rating("second", 1, level=2)
    made = card(says(tmp_path / "inbox", ratings=text))

    assert [element.name for element in made.elements] == ["Policies are reviewed", "Records are described"]
    assert made.elements[0].suggestion is None
    assert {item.source for item in made.elements[1].evidence} >= {"owners.toml", "core.program"}
    assert rows(made, "element_ratings")[0]["rated"] == "2 Steady"
    assert "A State's own tool" in table(made, "element_ratings").population


@pytest.mark.parametrize(
    ("good", "bad", "fix"),
    [
        ('evidence = ["governance", "alignment"]', 'evidence = ["gossip"]', "gossip: no such group"),
        ('assessed = "people"', 'assessed = "machine"', "write one of suggested, evidence, people"),
        ("number = 2\nname = \"Records", "number = 1\nname = \"Records", "element 1: stands twice"),
        ('assessed = "evidence"', 'assessed = "suggested"', "criteria belong to assessed"),
    ],
)  # fmt: skip
def test_a_rubric_that_no_page_could_show_is_refused(tmp_path: Path, good: str, bad: str, fix: str) -> None:
    own = tmp_path / "state.toml"
    assert good in OTHER
    own.write_text(OTHER.replace(good, bad), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"state\.toml.*{fix}"):
        rubric.rubric(own)


def test_a_criterion_that_nothing_measures_is_refused_and_those_named_are_those_measured(tmp_path: Path) -> None:
    own = tmp_path / "rubric.toml"
    own.write_text(
        RUBRIC.read_text(encoding="utf-8").replace('id = "lines_read"', 'id = "lines_felt"'), encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match=r"lines_felt.*cannot be measured"):
        rubric.rubric(own)
    assert set(rubric.MEASURED["grantee"]) == set(criteria.OF_GRANTEE)
    assert set(rubric.MEASURED["institutions"]) == set(criteria.OF_INSTITUTIONS)
    assert set(rubric.SHOWN) == set(MAKERS)


def test_a_rubric_that_is_not_there_is_told_by_the_name_of_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rubric.OWN_RUBRIC, "nowhere/rubric.toml")
    with pytest.raises(ConfigurationError, match=r"CTE_RUBRIC=nowhere/rubric\.toml: no such file"):
        rubric.rubric()


def test_real_records_never_read_what_lies_in_an_inbox_and_a_sample_never_reads_the_agencys_folder(
    tmp_path: Path,
) -> None:
    """Whoever sends records must not write the agency's judgment, nor real words stand beside invented rows."""
    inbox = says(tmp_path, ratings=ROUNDS + rating("second", 1))

    assert rows(card(inbox), "element_ratings")[0]["rated"] == "3 Promising"
    assert rows(card(inbox, is_sample=False), "element_ratings")[0]["rated"] == "not rated"
    assert rows(card(None), "element_ratings")[0]["rated"] == "not rated"


def test_in_a_sample_what_people_say_is_no_stray_and_in_a_real_inbox_it_is(tmp_path: Path) -> None:
    says(tmp_path, ratings="", plan="", agreements="", owners="")
    assert [stray.place for stray in look_into(tmp_path)[1]] == [f"oregon/{name}" for name in sorted(SAID_OF_A_SAMPLE)]
    (tmp_path / "FICTIONAL.txt").write_text("invented", encoding="utf-8")
    assert look_into(tmp_path) == ([], [])
    assert set(SAID_OF_A_SAMPLE) == set(FILE_NAMES)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=9))
def test_an_average_lies_between_the_lowest_and_highest_of_its_parts_and_is_never_rounded(levels: list[int]) -> None:
    core = Rating("r", 1, "e", "a", None, by="average")  # type: ignore[arg-type]
    parts = tuple(Rating("r", 1, "e", "a", None, level, str(n)) for n, level in enumerate(levels))  # type: ignore[arg-type]
    level = Ratings(ratings=(core, *parts)).level("r", 1)

    assert level == Fraction(sum(levels), len(levels))
    assert min(levels) <= level <= max(levels)


@given(st.fractions(1, 4, max_denominator=9), st.sampled_from([None, 1, 2, 3, 4]))
def test_people_and_data_are_said_to_agree_exactly_where_they_are_the_same(
    level: Fraction, suggested: int | None
) -> None:
    words = side_by_side(level, Suggestion(suggested, OURS.levels.get(suggested or 0, "cannot tell"), ()), OURS)

    assert (words == "People and data agree.") == (level == suggested)
    assert ("They disagree" in words) == (suggested is not None and level != suggested)


def test_levels_are_told_in_words_that_round_nothing() -> None:
    assert [mixed(Fraction(n, 3)) for n in (1, 3, 7)] == ["1/3", "1", "2 1/3"]
    assert level_words(Fraction(7, 2), OURS) == "3 1/2"
    assert movement(Fraction(7, 3), Fraction(3)) == "down 2/3"
    assert movement(None, Fraction(3)) == "no longer rated"
    capped = Suggestion(2, "Building", (), is_capped=True)
    assert "a closed gate holds the data's level down" in side_by_side(Fraction(4), capped, OURS)


def test_every_table_says_whose_numbers_it_holds_whence_and_of_when(tmp_path: Path) -> None:
    for made in (card(tmp_path), card(says(tmp_path / "said", ratings=ROUNDS + rating("second", 1)))):
        for one in section(made, "judgments").tables:
            assert all((one.population, one.source, one.as_of)), one.id
            assert all(len(row) == len(one.columns) for row in one.rows)
    assert YEAR == "2023-24"
