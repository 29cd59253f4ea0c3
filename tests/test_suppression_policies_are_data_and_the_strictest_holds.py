"""Does a policy hide what it is for, is it read as it stands, and does the strictest hold wherever several touch?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest
from core_rows import YEARS
from hypothesis import given
from hypothesis import strategies as st

from pipelines import warehouse
from pipelines.configuration import ConfigurationError
from pipelines.grantee import FOLDER, Grantee, all_grantees, grantee, read_grantee
from pipelines.measures.definitions import load_definitions
from pipelines.models import read_model
from pipelines.suppression_policy import Policy, policies_of, policy_of, strictest

HOUSE = Policy(10, 10, tuple(Fraction(p, 100) for p in (5, 10, 20)), 3, 1, 10, "", None, "house default")
WAGE = '\n[[suppression_source]]\nname = "wage_record"\nthreshold = 25\nsource = "agreement of 2024, section 4"\n'
LARGEST_GROUP = 150

policies = st.builds(
    Policy,
    threshold=st.integers(2, 30),
    width=st.integers(2, 40),
    bands=st.sets(st.integers(1, 49), min_size=1, max_size=5).map(lambda s: tuple(Fraction(p, 100) for p in sorted(s))),
    rate_digits=st.integers(2, 4),
    count_rounding=st.integers(1, 10),
    smallest_change=st.integers(1, 30),
    approved_by=st.sampled_from(["", "A. Officer", "B. Chief"]),
    approved_on=st.sampled_from([None, date(2026, 3, 1), date(2026, 5, 1)]),
    source=st.sampled_from(["one", "two"]),
    name=st.sampled_from(["publisher", "wage_record", "survey"]),
)
groups = st.integers(1, LARGEST_GROUP)


def _read(folder: Path, own: str, other: str = "") -> Grantee:
    """Read a grantee whose folder says this of suppression, and otherwise what the template says."""
    text = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
    before, _, rest = text.partition("[suppression]")
    after = rest.partition("[retention]")[2]
    path = folder / "grantee.toml"
    path.write_text(f"{before}[suppression]\n{own}\n{other}\n[retention]{after}", encoding="utf-8")
    read_grantee.cache_clear()
    return read_grantee(path)


OWN = 'threshold = 10\nsource = "policy manual, page 3"'


@given(policies, groups)
def test_who_knows_the_rules_and_a_code_is_left_with_as_many_possible_numbers_as_the_policy_asks(
    policy: Policy, denominator: int
) -> None:
    codes: dict[str, list[int]] = {}
    for numerator in range(denominator + 1):
        if code := policy.code_of(numerator, denominator):
            codes.setdefault(code, []).append(numerator)
            assert policy.limits(numerator, denominator) == (min(codes[code]), policy.limits(numerator, denominator)[1])
    for code, numerators in codes.items():
        assert max(numerators) - min(numerators) >= policy.width, code
        assert policy.limits(numerators[0], denominator) == (min(numerators), max(numerators))
        assert numerators == list(range(min(numerators), max(numerators) + 1))


@given(policies, groups)
def test_a_rate_that_no_code_hides_tells_of_nobody(policy: Policy, denominator: int) -> None:
    if policy.band(denominator) is None:
        return
    for numerator in range(denominator + 1):
        others = denominator - numerator
        is_sensitive = min(numerator, others) < policy.threshold  # 0 and all included
        assert policy.code_of(numerator, denominator) or not is_sensitive


@given(policies, groups)
def test_what_is_known_of_a_number_that_is_not_shown_holds_it_and_those_alike(policy: Policy, denominator: int) -> None:
    codes = [policy.code_of(numerator, denominator) for numerator in range(denominator + 1)]
    for numerator, code in enumerate(codes):
        lowest, highest = policy.limits(numerator, denominator)
        assert 0 <= lowest <= numerator <= highest <= denominator
        assert set(codes[lowest : highest + 1]) == {code}


@given(st.lists(policies, min_size=1, max_size=4), groups)
def test_the_strictest_policy_shows_nothing_that_a_member_hides(members: list[Policy], denominator: int) -> None:
    together = strictest(members)
    for one in members:
        assert together.threshold >= one.threshold
        assert together.width >= one.width
        assert together.rate_digits <= one.rate_digits
        assert together.count_rounding >= one.count_rounding
        assert together.smallest_change >= one.smallest_change
        assert one.is_confirmed or not together.is_confirmed
        for numerator in range(denominator + 1):
            if together.band(denominator) is None:
                continue
            assert one.band(denominator) is not None
            lowest, highest = together.limits(numerator, denominator)
            low, high = one.limits(numerator, denominator)
            if together.code_of(numerator, denominator) is None:
                assert one.code_of(numerator, denominator) is None
            elif one.code_of(numerator, denominator) is not None:
                assert lowest <= low <= high <= highest


@given(st.lists(policies, min_size=1, max_size=3))
def test_the_order_of_policies_does_not_matter(members: list[Policy]) -> None:
    assert len({strictest(order) for order in permutations(members)}) == 1


@given(policies, policies, policies)
def test_policies_put_together_in_steps_allow_the_same(one: Policy, two: Policy, three: Policy) -> None:
    at_once, in_steps = strictest([one, two, three]), strictest([strictest([one, two]), three])
    assert replace(in_steps, name="", source="", approved_by="") == replace(at_once, name="", source="", approved_by="")


def test_of_no_policy_there_is_no_strictest_one() -> None:
    with pytest.raises(ValueError, match="empty"):
        strictest([])


@given(policies, st.data())
def test_rates_and_counts_are_rounded_as_by_hand(policy: Policy, data: st.DataObject) -> None:
    denominator = data.draw(groups)
    numerator = data.draw(st.integers(0, denominator))
    step = Decimal(1).scaleb(-policy.rate_digits)
    by_hand = (Decimal(numerator) / denominator).quantize(step, ROUND_HALF_UP)
    assert str(policy.rate(numerator, denominator)) == str(by_hand)
    rounded = policy.rounded(numerator)
    assert rounded % policy.count_rounding == 0
    assert abs(rounded - numerator) * 2 <= policy.count_rounding


def test_a_half_is_rounded_up_in_exact_numbers() -> None:
    assert str(replace(HOUSE, rate_digits=2).rate(1, 8)) == "0.13"  # as a float 0.125 would become 0.12
    assert replace(HOUSE, count_rounding=5).rounded(12) == 10
    assert replace(HOUSE, count_rounding=2).rounded(11) == 12


def test_a_band_is_the_smallest_that_hides_enough_of_the_group() -> None:
    assert HOUSE.band(49) is None
    assert [HOUSE.band(n) for n in (50, 100, 200)] == [Fraction(1, 5), Fraction(1, 10), Fraction(1, 20)]
    assert [HOUSE.code_of(n, 60) for n in (0, 12, 13, 47, 48, 60)] == [
        "at_most_20_percent", "at_most_20_percent", None, None, "at_least_80_percent", "at_least_80_percent",
    ]  # fmt: skip
    assert [HOUSE.limits(n, 60) for n in (0, 30, 60)] == [(0, 12), (13, 47), (48, 60)]
    assert HOUSE.code_of(0, 49) is None
    assert HOUSE.limits(0, 49) == (0, 49)


def test_a_width_under_the_threshold_hides_every_count_under_it_all_the_same() -> None:
    narrow = replace(HOUSE, width=3, bands=(Fraction(1, 20),))
    assert narrow.band(199) is None
    assert narrow.code_of(9, 200) == "at_most_5_percent"


def test_what_is_not_said_is_the_house_default(tmp_path: Path) -> None:
    (found,) = _read(tmp_path, OWN).suppression
    assert (found.threshold, found.width, found.smallest_change, found.rate_digits, found.count_rounding) == (
        10, 10, 10, 3, 1,
    )  # fmt: skip
    assert [str(band) for band in found.bands] == ["1/20", "1/10", "1/5", "3/10", "2/5"]
    assert (found.is_confirmed, found.name, found.source) == (False, "publisher", "policy manual, page 3")


def test_all_that_a_folder_says_is_read(tmp_path: Path) -> None:
    said = (
        f'{OWN}\nprotection_width = 12\nbands = ["0.10", "0.20"]\nrate_digits = 2\ncount_rounding = 5\n'
        'smallest_change = 4\napproved_by = " Ana Diaz, data governance "\napproved_on = 2026-05-01'
    )
    found = _read(tmp_path, said).policy()
    assert found == Policy(
        10, 12, (Fraction(1, 10), Fraction(1, 5)), 2, 5, 4, "Ana Diaz, data governance", date(2026, 5, 1),
        "policy manual, page 3",
    )  # fmt: skip
    assert found.is_confirmed


@pytest.mark.parametrize("lacking", ['approved_by = "Ana Diaz"', "approved_on = 2026-05-01", 'approved_by = " "'])
def test_a_policy_that_somebody_approved_on_no_day_is_confirmed_by_nobody(tmp_path: Path, lacking: str) -> None:
    assert not _read(tmp_path, f"{OWN}\n{lacking}").policy().is_confirmed


@pytest.mark.parametrize("line", [
    "threshold = 1", "threshold = true", 'threshold = "10"', "threshold = 9.5", "protection_width = 0",
    "bands = []", 'bands = ["0.10", "0.05"]', 'bands = ["0.05", "0.05"]', "bands = [0.05]", 'bands = ["0.50"]',
    'bands = ["0.00"]', 'bands = ["0.055"]', 'bands = "0.05"', "rate_digits = 0", "rate_digits = 7",
    "count_rounding = 0", "smallest_change = 0", "approved_by = 3", 'approved_on = "2026-05-01"',
    "approved_on = 2026-05-01T10:00:00", 'source = " "', 'name = "tax_record"', 'name = "publisher:"',
])  # fmt: skip
def test_a_value_that_would_protect_nobody_is_refused_with_file_block_key_and_fix(tmp_path: Path, line: str) -> None:
    key = line.partition(" ")[0]
    own = {"threshold": "threshold = 10", "source": 'source = "policy manual"'} | {key: line}
    with pytest.raises(ConfigurationError, match=rf"grantee\.toml: \[suppression\]: {key} is .*; (write|say)"):
        _read(tmp_path, "\n".join(own.values()))


def test_a_key_that_nobody_reads_is_refused_and_one_that_is_needed_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"\[suppression\]: 'treshold' is no key"):
        _read(tmp_path, f"{OWN}\ntreshold = 30")
    with pytest.raises(ConfigurationError, match=r"\[suppression\]: source: not said, and needed"):
        _read(tmp_path, "threshold = 10")
    with pytest.raises(ConfigurationError, match=r"\[\[suppression_source\]\] number 1: threshold: not said"):
        _read(tmp_path, OWN, '[[suppression_source]]\nname = "survey"\nsource = "x"')
    with pytest.raises(ConfigurationError, match=r"\[suppression\]: name is 'survey': it is the publisher's"):
        _read(tmp_path, f'{OWN}\nname = "survey"')


def test_a_folder_that_says_nothing_of_suppression_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
    path = tmp_path / "grantee.toml"
    path.write_text(text.partition("[suppression]")[0] + '[career_clusters]\nframework = "16-cluster"\n')
    with pytest.raises(ConfigurationError, match=r"grantee\.toml: \[suppression\]: write a block of keys"):
        read_grantee(path)


@pytest.mark.parametrize(("others", "why"), [
    (WAGE + WAGE, r"number 2: name is 'wage_record': it stands elsewhere"),
    (WAGE.replace("wage_record", "publisher"), r"number 1: name is 'publisher': it stands elsewhere"),
    (WAGE + 'bands = ["0.15"]\n', r"bands: none is in all policies"),
    ('suppression_source = "wage_record"\n', r"write each as a block of its own"),
])  # fmt: skip
def test_sources_that_cannot_hold_together_are_refused(tmp_path: Path, others: str, why: str) -> None:
    text = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
    if others.startswith("suppression_source"):
        path = tmp_path / "grantee.toml"
        path.write_text(others + text.partition("[[suppression_source]]")[0], encoding="utf-8")
        with pytest.raises(ConfigurationError, match=why):
            read_grantee(path)
        return
    with pytest.raises(ConfigurationError, match=why):
        _read(tmp_path, OWN, others)


def test_wage_records_make_the_indicator_that_counts_them_stricter_and_no_other(tmp_path: Path) -> None:
    found = _read(tmp_path, OWN, WAGE)
    assert [policy_of(found, one).threshold for one in (None, "1P1", "2P1", "3P1")] == [10, 25, 10, 10]
    assert policy_of(found, "1P1").name == "publisher, wage_record"
    assert [one.source for one in policies_of(found, "1P1")] == [
        "policy manual, page 3", "agreement of 2024, section 4",
    ]  # fmt: skip


def test_what_a_source_does_not_say_is_as_the_publisher_says_it(tmp_path: Path) -> None:
    found = _read(tmp_path, f'{OWN}\nbands = ["0.10"]\nrate_digits = 2\ncount_rounding = 5', WAGE)
    wage = policies_of(found, "1P1")[1]
    assert (wage.bands, wage.rate_digits, wage.count_rounding, wage.width) == ((Fraction(1, 10),), 2, 5, 25)


def test_a_further_publisher_touches_every_count(tmp_path: Path) -> None:
    found = _read(tmp_path, OWN, WAGE.replace("wage_record", "publisher:workforce board"))
    assert {policy_of(found, one).threshold for one in (None, "1P1", "2P1", "3P1")} == {25}


def test_a_source_that_a_definition_drops_still_touches_the_years_after_it(tmp_path: Path) -> None:
    found = _read(tmp_path, OWN, WAGE)
    first = replace(found.definitions[0], effective_from="2021-22", placement_sources=("survey",))
    second = replace(first, version="2", effective_from="2022-23", placement_sources=("wage_record", "survey"))
    third = replace(first, version="3", effective_from="2023-24")
    owner = replace(found, definitions=(first, second, third))
    years = (*YEARS, None)
    assert [policy_of(owner, "1P1", year).threshold for year in years] == [10, 25, 25, 25]


def test_a_source_that_no_definition_in_force_counts_touches_nothing(tmp_path: Path) -> None:
    found = _read(tmp_path, OWN, WAGE)
    survey = replace(found.definitions[0], placement_sources=("survey",))
    proposed = replace(found.definitions[0], version="2", is_proposed=True)
    assert policy_of(replace(found, definitions=(survey, proposed)), "1P1").threshold == 10


def test_no_bundled_policy_is_confirmed_by_anybody_and_all_say_what_wage_records_ask() -> None:
    for one in all_grantees():
        assert not any(policy.is_confirmed or policy.approved_by for policy in one.suppression), one.id
        assert "wage_record" in [policy.name for policy in one.suppression], one.id
    assert policy_of(grantee("delaware"), None).threshold == 16  # counts of 15 or fewer are suppressed
    assert min(policy_of(grantee("udc"), None).bands) == Fraction(1, 10)  # never finer than OSSE's >= 90 %


def test_the_tables_say_what_the_policies_do() -> None:
    with warehouse.open_in_memory() as connection:
        load_definitions(connection, YEARS)
        rows = connection.execute(
            "select grantee_id, policy_name, threshold, bands, is_confirmed from reference.suppression_policy "
            "where grantee_id = 'udc' order by policy_name"
        ).fetchall()
        bands = connection.execute(
            "select grantee_id, indicator_code, cast(band_share as varchar), least_denominator_count "
            "from reference.suppression_band"
        ).fetchall()
    assert rows == [("udc", name, 10, "0.10,0.20,0.30,0.40", False) for name in ("publisher", "wage_record")]
    for grantee_id, indicator_code, share, least in bands:
        policy = policy_of(grantee(grantee_id), None if indicator_code == "all" else indicator_code)
        assert policy.band(least) is not None
        assert policy.band(least) <= Fraction(share)
        assert Fraction(share) * (least - 1) < policy.least_uncertain
    assert {(g, i) for g, i, *_ in bands} == {
        (g.id, i) for g in all_grantees() for i in ("all", "1P1", "2P1", "3P1")
    }  # fmt: skip


def test_the_published_rules_are_those_of_the_release_in_force_not_of_today() -> None:
    folder = Path(__file__).parents[1] / "sql"
    with warehouse.open_in_memory() as connection:
        for number, (release_id, status, threshold) in enumerate(
            [("first", "released", 10), ("second", "released", 12), ("third", "refused", 5)], start=1
        ):
            connection.execute(
                "insert into quality.release (release_id, number, grantee_id, program_year, status) "
                "values (?, ?, 'udc', '2023-24', ?)", [release_id, number, status],
            )  # fmt: skip
            connection.execute(
                "insert into quality.release_policy (release_id, grantee_id, program_year, indicator_code, name, "
                "threshold, approved_by) values (?, 'udc', '2023-24', '1P1', 'publisher, wage_record', ?, '')",
                [release_id, threshold],
            )
        for schema, name in (("quality", "release_in_force"), ("publish", "suppression_policy")):
            path = folder / schema / f"{name}.sql"
            model = read_model(connection, schema, name, path.read_text(encoding="utf-8"), path.name)
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create view {schema}.{name} as {model.sql}")
            assert tuple(row[0] for row in connection.execute(f"describe {schema}.{name}").fetchall()) == tuple(
                model.columns
            )
        rows = connection.execute(
            "select release_id, name, threshold, approved_by from publish.suppression_policy"
        ).fetchall()
    assert rows == [("second", "publisher, wage_record", 12, None)]
