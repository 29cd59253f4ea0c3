"""Does a definition say what it means? A word that no model knows would quietly count other people than the State's."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from pipelines.configuration import ConfigurationError
from pipelines.grantee import FOLDER, Grantee, all_grantees, grantee, read_grantee
from pipelines.indicator_definition import BETWEEN, LISTS, ONE_OF, Definition, words_of
from pipelines.measures import definitions
from pipelines.measures.definitions import load_definitions

TEMPLATE = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
FIRST = TEMPLATE.partition("[[definition]]")[2].partition("[[")[0].partition("\n# ")[0]
PLAIN = {
    "version": "v", "effective_from": "2019-20", "evidence": "e", "concentrator_credits": "12",
    "credits_window": "cumulative", "counting_courses": "program", "semester_credits_per_quarter_credit": "2/3",
    "clock_hours_per_semester_credit": "30", "cohort_lag_1p1": 1, "cohort_lag_2p1": 1, "cohort_lag_3p1": 0,
}  # fmt: skip


def _toml(**changes: object) -> str:
    """Return the template with one plain definition, some of its keys said otherwise."""
    said = {**PLAIN, **changes}
    lines = [f"{key} = {_value(value)}" for key, value in said.items() if value is not None]
    return TEMPLATE.replace(FIRST, "\n" + "\n".join(lines) + "\n")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | list) else f'"{value}"'


def _read(folder: Path, text: str) -> Grantee:
    path = folder / "grantee.toml"
    path.write_text(text, encoding="utf-8")
    read_grantee.cache_clear()
    return read_grantee(path)


def _blocks(*blocks: dict[str, object]) -> str:
    said = ["\n".join(f"{k} = {_value(v)}" for k, v in {**PLAIN, **block}.items()) for block in blocks]
    return TEMPLATE.replace("[[definition]]" + FIRST, "".join(f"[[definition]]\n{one}\n\n" for one in said))


def test_a_definition_of_before_says_what_it_said_before(tmp_path: Path) -> None:
    (found,) = _read(tmp_path, _toml()).definitions
    assert found == Definition(**PLAIN)  # type: ignore[arg-type]
    assert (found.completer_basis, found.status_as_of, found.participant_courses) == ("exit", "ever", 1)
    assert (found.follow_up_quarters, found.credential_window_months) == (2, 12)
    assert found.placement_statuses == (
        "employment", "postsecondary_education", "advanced_training", "military", "national_service",
    )  # fmt: skip
    assert found.matchable_identifier_kinds == ("ssn", "state")


@pytest.mark.parametrize("key", [*ONE_OF])
def test_a_word_that_no_model_knows_is_refused_with_file_version_key_and_words(tmp_path: Path, key: str) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"grantee\.toml: definition v: {key} is 'lifetime'; write one of"
    ) as e:
        _read(tmp_path, _toml(**{key: "lifetime"}))
    assert all(word in str(e.value) for word in ONE_OF[key])


@pytest.mark.parametrize("key", [*LISTS])
@pytest.mark.parametrize("bad", [["moon"], "ssn", ["ssn", "ssn"], [["ssn"]]])
def test_a_list_with_a_code_of_no_set_is_refused_with_the_codes(tmp_path: Path, key: str, bad: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"grantee\.toml: definition v: {key} is .* write a list") as refused:
        _read(tmp_path, _toml(**{key: bad}))
    assert all(word in str(refused.value) for word in words_of(key))


def test_not_engaged_is_never_a_success_and_a_blocked_number_never_matched(tmp_path: Path) -> None:
    for key, code in (("placement_statuses", "not_engaged"), ("matchable_identifier_kinds", "ferpa_blocked")):
        with pytest.raises(ConfigurationError, match=key):
            _read(tmp_path, _toml(**{key: [code]}))


@pytest.mark.parametrize("key", [*BETWEEN])
@pytest.mark.parametrize("bad", ["2", -1, 1000, True])
def test_a_whole_number_out_of_reach_is_refused(tmp_path: Path, key: str, bad: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"grantee\.toml: definition v: {key} is .* whole number"):
        _read(tmp_path, _toml(**{key: bad}))


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("concentrator_credits", 12), ("concentrator_credits", "12.001"), ("concentrator_credits", "0"),
        ("concentrator_credits", "twelve"), ("concentrator_credits", "nan"), ("concentrator_credits", "1/2"),
        ("semester_credits_per_quarter_credit", "2/0"), ("semester_credits_per_quarter_credit", "0.333333333"),
        ("clock_hours_per_semester_credit", "-30"), ("clock_hours_per_semester_credit", "Infinity"),
        ("is_proposed", 1), ("version", " "), ("effective_from", "2019"), ("effective_from", "2019-21"),
        ("effective_from", "²019-20"), ("concentrator_credits", "١٢"), ("concentrator_credits", "1_2"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_exact_or_is_no_year_is_refused(tmp_path: Path, key: str, bad: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"grantee\.toml: definition .*: {key} is "):
        _read(tmp_path, _toml(**{key: bad}))


@pytest.mark.parametrize("said", ['definition = ["v"]', 'definition = "v"', "[definition]\nversion = 'v'"])
def test_definitions_that_are_no_blocks_are_refused_with_how_to_write_them(tmp_path: Path, said: str) -> None:
    head, _, rest = TEMPLATE.partition("[[definition]]" + FIRST)
    name, tables = ("", said) if said.startswith("[") else (said, "")
    with pytest.raises(ConfigurationError, match=r"begins with \[\[definition\]\]"):
        _read(tmp_path, f"{name}\n{head}\n{tables}\n{rest}")


def test_a_wrong_limit_of_gaps_is_told_before_anything_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(grantee("oregon")), "gaps", {"smallest_n": "few"})
    with pytest.raises(ConfigurationError, match=r"grantee\.toml: \[gaps\] smallest_n"):
        load_definitions(duckdb.connect(), ["2023-24"])


def test_a_misspelled_key_is_refused_with_the_keys_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"grantee\.toml: definition v: .*staus_as_of.*status_as_of"):
        _read(tmp_path, _toml(staus_as_of="ever"))


def test_keys_that_are_left_out_are_named_in_words_that_are_no_programmers(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"definition v: cohort_lag_1p1, cohort_lag_3p1: not said, and needed;"
    ):
        _read(tmp_path, _toml(cohort_lag_1p1=None, cohort_lag_3p1=None))


def test_two_definitions_of_one_name_or_one_year_are_refused_because_nobody_could_say_which(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="version = v: stands twice"):
        _read(tmp_path, _blocks({}, {"effective_from": "2022-23"}))
    with pytest.raises(ConfigurationError, match="effective_from = 2019-20: stands twice"):
        _read(tmp_path, _blocks({}, {"version": "w"}))


def test_a_proposed_definition_is_never_in_force_and_can_be_asked_for_by_its_version(tmp_path: Path) -> None:
    proposed = {"version": "w", "effective_from": "2019-20", "is_proposed": True, "concentrator_credits": "9"}
    found = _read(tmp_path, _blocks({}, proposed))
    assert found.definition("2023-24").version == "v"
    assert found.definition_of_version("w").concentrator_credits == "9"
    with pytest.raises(ConfigurationError, match=r"no \[\[definition\]\] has version 'x'; there are v, w"):
        found.definition_of_version("x")


def test_a_grantee_with_nothing_but_proposals_has_no_definition_in_force(tmp_path: Path) -> None:
    found = _read(tmp_path, _toml(is_proposed=True))
    with pytest.raises(ConfigurationError, match=r"no \[\[definition\]\] is effective in 2023-24"):
        found.definition("2023-24")


def test_another_version_is_loaded_where_chosen_says_so_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed = {"version": "w", "is_proposed": True, "follow_up_quarters": 4, "credential_types": ["degree"]}
    one = _read(tmp_path, _blocks({}, proposed))
    monkeypatch.setattr(definitions, "all_grantees", lambda: (one, *all_grantees()))
    with duckdb.connect() as connection:
        load_definitions(connection, ["2022-23", "2023-24"], chosen={one.id: "w"})
        asked = f"from reference.definition where {{}} (grantee_id = '{one.id}')"
        mine = connection.execute(
            "select distinct definition_version, follow_up_quarters " + asked.format("")
        ).fetchall()
        others = connection.execute("select max(follow_up_quarters) " + asked.format("not")).fetchall()
        codes = connection.execute(
            "select program_year, code from reference.counted_code where code_set = 'credential_type' "
            f"and grantee_id = '{one.id}' order by all"
        ).fetchall()
    assert (mine, others) == ([("w", 4)], [(2,)])
    assert codes == [("2022-23", "degree"), ("2023-24", "degree")]


def test_records_that_say_no_kind_count_only_where_every_kind_counts() -> None:
    with duckdb.connect() as connection:
        load_definitions(connection, ["2023-24"])
        unknown = connection.execute(
            "select code_set from reference.counted_code where code = 'unknown' and grantee_id = 'oregon' order by all"
        ).fetchall()
    assert unknown == [("credential_type",), ("credit_status",), ("evidence_source",)]


def test_the_template_to_copy_shows_every_key_with_what_holds_where_it_is_left_out() -> None:
    (block,) = tomllib.loads(TEMPLATE)["definition"]
    assert set(block) == {key.name for key in fields(Definition)}
    plain = {key: value for key, value in block.items() if key in PLAIN}
    assert read_grantee(FOLDER / "_template" / "grantee.toml").definitions == (Definition(**plain),)
