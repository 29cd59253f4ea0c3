"""Earlier releases, public awards and sums of years tell counts too: what they tell is part of every question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from attacker_world import GRANTEE, YEARS, Key, World, random_world

from pipelines.disclosure.gather.gather import gather
from pipelines.disclosure.gather.gathered import Gathered, unsatisfied
from pipelines.disclosure.gather.pooled import pooled
from pipelines.disclosure.problem import Flags

FIRST, LATER = YEARS
KEYS = ("program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code")
EVERYBODY = (None, None, "all", "all")
SPAN = f"{FIRST} to {LATER}"


def gathered(world: World, earlier: pl.DataFrame | None = None, years: Sequence[str] = YEARS) -> Gathered:
    """Return what is gathered of an invented grantee."""
    with world.warehouse() as connection:
        return gather(connection, GRANTEE, years, earlier)


def released(found: Gathered, is_withheld: Flags | None = None, name: str = "a") -> pl.DataFrame:
    """Return cells as a release keeps them; without a decision, all are shown that need not be hidden."""
    problem = found.problem
    hidden = problem.must_hide if is_withheld is None else is_withheld | problem.must_hide
    return found.keys.select("grantee_id", *KEYS, "count", "threshold", "role", "code").with_columns(
        pl.lit(name).alias("release_id"),
        pl.Series("width", problem.width),
        pl.Series("is_sensitive", problem.is_sensitive),
        pl.Series("is_shown", problem.is_published & ~hidden),
    )


def at(found: Gathered, key: Key) -> int:
    """Return the place of a cell."""
    return list(found.keys.select(KEYS).iter_rows()).index(key)


def flags(found: Gathered, key: Key) -> dict[str, Any]:
    """Return what the problem says of a cell."""
    place, problem = at(found, key), found.problem
    names = ("count", "is_known", "is_sensitive", "must_hide", "is_published", "width", "lowest", "highest")
    return {name: getattr(problem, name)[place].item() for name in names}


@pytest.fixture(scope="module")
def world() -> World:
    """Return an invented grantee."""
    return random_world(7, 40)


@pytest.fixture(scope="module")
def before(world: World) -> Gathered:
    """Return what is gathered of it for its first release."""
    return gathered(world)


def test_what_was_ever_shown_is_known_for_good(world: World, before: Gathered) -> None:
    after = gathered(world, released(before))
    shown = before.problem.is_published & ~before.problem.must_hide
    assert shown.any()
    assert np.array_equal(after.problem.is_known, before.problem.is_known | shown)


def test_nothing_else_is_known_of_counts_that_did_not_change(world: World, before: Gathered) -> None:
    after = gathered(world, released(before))
    assert np.array_equal(after.problem.relations.highest, before.problem.relations.highest)
    assert np.array_equal(after.problem.relations.lowest, before.problem.relations.lowest)
    assert np.array_equal(after.problem.is_sensitive, before.problem.is_sensitive)


def test_a_cell_that_was_small_stays_uncertain_after_it_has_grown(world: World, before: Gathered) -> None:
    key = (FIRST, "participant", "C1", None, "race_ethnicity", "asian")
    earlier = released(before)
    then = pl.col("count_code").eq(key[1]) & pl.col("institution_id").eq("C1") & pl.col("subgroup_code").eq("asian")
    earlier = earlier.with_columns(
        (pl.col("is_sensitive") | then).alias("is_sensitive"),
        (pl.col("is_shown") & ~then).alias("is_shown"),
        pl.when(then).then(11).otherwise(pl.col("width")).alias("width"),
    )
    said = flags(gathered(world, earlier), key)
    assert (said["is_sensitive"], said["must_hide"], said["is_known"]) == (True, True, False)
    assert said["width"] == 11


def test_a_hidden_cell_that_emptied_keeps_its_row_because_its_end_would_tell_how_many_there_were(
    before: Gathered,
) -> None:
    gone = (FIRST, "participant", "C2", None, "race_ethnicity", "asian")
    assert before.problem.is_sensitive[at(before, gone)]
    later = random_world(7, 40)
    for person in later.persons[FIRST]:
        if person.race == "asian" and any(case[0] == "C2" for case in person.cases):
            person.race = "white"
    after = gathered(later, released(before))
    said = flags(after, gone)
    assert said["count"] == 0
    assert (said["is_published"], said["must_hide"], said["is_sensitive"]) == (True, True, True)
    assert not unsatisfied(after.problem).size


def test_bounds_that_held_then_hold_now_moved_by_the_change(before: Gathered) -> None:
    """An institution's 10 of 12 grew to 15 of 17: whoever saw at most 12 then knows of no more room now than then."""
    later = random_world(7, 40)
    newcomers = [p for p in random_world(8, 40).persons[FIRST] if [c[0] for c in p.cases] == ["C1"]][:3]
    for number, person in enumerate(newcomers):
        person.number, person.is_concentrator, person.is_completer = 1000 + number, False, False
    later.persons[FIRST] += newcomers
    after = gathered(later, released(before))
    part = at(after, (FIRST, "concentrator", *EVERYBODY))
    whole = at(after, (FIRST, "participant", *EVERYBODY))
    relations = after.problem.relations
    rows = [
        row
        for row in range(relations.matrix.shape[0])
        if set(relations.matrix[row].indices) == {part, whole} and relations.matrix[row, part] == 1
    ]
    assert [int(relations.highest[row]) for row in rows] == [-3]
    assert not unsatisfied(after.problem).size


def test_a_code_of_an_earlier_release_bounds_the_numerator_now(before: Gathered) -> None:
    key = (FIRST, "numerator_3P1", *EVERYBODY)
    codes = before.problem.codes
    lowest = int(codes.lowest[codes.cell == at(before, key)][0])
    said = flags(before, key)
    later = random_world(7, 40)
    person = next(p for p in later.persons[FIRST] if p.is_concentrator and max(c[2] for c in p.cases) < 2)
    person.cases = [(i, cip, 2) for i, cip, _ in person.cases]
    is_it = (pl.col("count_code") == "numerator_3P1") & (pl.col("subgroup_dimension") == "all")
    is_it &= pl.col("institution_id").is_null() & pl.col("cip_code").is_null()
    earlier = released(before).with_columns((pl.col("is_shown") & ~is_it).alias("is_shown"))
    now = flags(gathered(later, earlier), key)
    assert now["count"] == said["count"] + 1
    assert now["lowest"] == lowest + 1
    assert now["lowest"] <= now["count"] <= now["highest"]


def test_a_year_that_is_not_asked_for_stands_as_it_was_released_last(world: World, before: Gathered) -> None:
    after = gathered(world, released(before), [LATER])
    key = (FIRST, "completer", *EVERYBODY)
    assert flags(after, key)["is_known"]
    hidden = flags(after, (FIRST, "participant", "C2", None, "race_ethnicity", "asian"))
    assert (hidden["must_hide"], hidden["is_known"]) == (True, False)
    # Who completed then is counted now: the tie reaches over the years.
    tied = after.problem.relations.matrix[:, [at(after, key), at(after, (LATER, "denominator_1P1", *EVERYBODY))]]
    assert ((tied != 0).sum(axis=1) == 2).any()


def test_years_are_put_together_where_one_is_withheld_and_sum_exactly(before: Gathered) -> None:
    none = np.zeros(before.problem.count.size, dtype=np.bool_)
    whole = pooled(before, none)
    count = before.keys.height
    new = whole.keys[count:]
    assert set(new["program_year"]) == {SPAN}
    assert set(new["kind"]) == {"denominator", "numerator", "other"}
    assert not new["cip_code"].is_not_null().any()
    assert not unsatisfied(whole.problem).size
    yearly = {key: c for *key, c in before.keys.select(*KEYS, "count").iter_rows() for key in [tuple(key)]}
    for *place, total in new.select(*KEYS[1:], "count").iter_rows():
        assert total == sum(yearly.get((year, *place), 0) for year in YEARS)
    # A sum hangs together with its years: it is of their block and place.
    where = {tuple(place): (int(whole.problem.block[i]), int(whole.problem.place[i]))
             for i, (_, *place) in enumerate(before.keys.select(KEYS).iter_rows())}  # fmt: skip
    for i, (_, *place) in enumerate(new.select(KEYS).iter_rows(), start=count):
        assert (int(whole.problem.block[i]), int(whole.problem.place[i])) == where[tuple(place)]


def test_decisions_on_years_are_fixed_while_their_sums_are_decided(before: Gathered) -> None:
    chosen = before.problem.is_published & (np.arange(before.problem.count.size) % 7 == 0)
    whole, count = pooled(before, chosen).problem, before.problem.count.size
    hidden = chosen | before.problem.must_hide
    assert np.array_equal(whole.must_hide[:count], hidden)
    assert np.array_equal(whole.is_known[:count], before.problem.is_known | (before.problem.is_published & ~hidden))


def test_a_sum_of_years_that_left_is_a_fact_on_the_years(world: World, before: Gathered) -> None:
    whole = pooled(before, np.zeros(before.problem.count.size, dtype=np.bool_))
    after = gathered(world, released(whole))
    new = after.keys.filter(pl.col("program_year") == SPAN)
    assert new.height == whole.keys.height - before.keys.height
    place = at(after, tuple(new.row(0, named=True)[key] for key in KEYS))
    assert (abs(after.problem.relations.matrix[:, [place]]) > 0).sum() >= 1
    assert not unsatisfied(after.problem).size
    assert pooled(after, np.zeros(after.problem.count.size, dtype=np.bool_)).keys.height == after.keys.height


def awards(world: World, extra: int) -> list[dict[str, Any]]:
    """Return a row of IPEDS for each institution and program: as many awards as completers, and ``extra`` more."""
    counts, found = world.counts(), []
    for (year, code, institution, cip, dimension, _), count in counts.items():
        if code == "completer" and institution and cip and dimension == "all":
            row = {"program_year": year, "unitid": f"U{institution}", "cip_code": cip, "is_total": False}
            row |= {"total_count": count + extra, "male_count": 99, "female_count": 99}
            found.append(row | dict.fromkeys(("white_count", "asian_count", "black_or_african_american_count"), 99))
    return found


def test_no_more_complete_than_ipeds_counts_awards(world: World) -> None:
    told = random_world(7, 40)
    told.awards = awards(told, 1)
    found = gathered(told)
    key = next(k for k, c in told.counts().items() if k[1] == "completer" and k[2] and k[3] and k[4] == "all" and c)
    place = at(found, key)
    relations = found.problem.relations
    lone = np.asarray((relations.matrix != 0).sum(axis=1)).ravel() == 1
    rows = np.flatnonzero(lone & (np.asarray(relations.matrix[:, [place]].todense()).ravel() == 1))
    assert relations.highest[rows].tolist() == [told.counts()[key] + 1]
    # What is public leaves so much open and no more: a release cannot be asked for more.
    assert found.problem.width[place] <= told.counts()[key] + 1
    capped = lone & (relations.highest < found.problem.width.max())
    closest = {found.keys.row(int(i))[1:7] for i in relations.matrix[np.flatnonzero(capped)].indices}
    alike = [(LATER, "denominator_1P1", *key[2:]) for key in closest if key[2] and not key[3] and key[0] == FIRST]
    assert alike
    for key in alike:
        speaks = relations.matrix[:, at(found, (FIRST, "completer", *key[2:]))].toarray().ravel() != 0
        assert found.problem.width[at(found, key)] <= relations.highest[capped & speaks].min()
    assert not unsatisfied(found.problem).size


def test_awards_that_one_cell_contradicts_bound_nothing_there(world: World) -> None:
    told = random_world(7, 40)
    told.awards = [row | ({"total_count": 0} if row["unitid"] == "UC1" else {}) for row in awards(told, 0)]
    relations = gathered(told).problem.relations
    lone = (relations.matrix != 0).sum(axis=1) == 1
    few = random_world(7, 40)
    few.awards = [row for row in awards(few, 0) if row["unitid"] != "UC1"]
    others = gathered(few).problem.relations
    assert int(lone.sum()) == int(((others.matrix != 0).sum(axis=1) == 1).sum())


def test_without_a_table_of_awards_nothing_is_known_of_them(world: World) -> None:
    with world.warehouse() as connection:
        connection.execute("drop table reference.ipeds_completions")
        assert not unsatisfied(gather(connection, GRANTEE, YEARS).problem).size
