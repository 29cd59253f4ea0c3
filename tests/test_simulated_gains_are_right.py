"""Is a gain that the scorecard promises the gain that comes? Files are corrected, the night runs again, all compared.

The answer key of the sample says which lines are wrong; the same sample without faults has them as they should be.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import scorecard_example as example
from conftest import ROOT, Ran, run_cte
from hypothesis import given
from hypothesis import strategies as st

from pipelines.models import all_models
from pipelines.models import build as build_model
from pipelines.scorecard import build
from pipelines.scorecard.candidates.apply import applied
from pipelines.scorecard.candidates.fewest import fewest_at_ranks
from pipelines.scorecard.candidates.fix import Amount, Candidate, Fix
from pipelines.scorecard.candidates.ground import Ground, ground_of
from pipelines.scorecard.candidates.measure import measure_now
from pipelines.scorecard.candidates.propose import propose
from pipelines.scorecard.candidates.verdict import VERDICTS, counts_of, possible, verdict_of
from pipelines.scorecard.coverage import LABELS
from pipelines.scorecard.reportable import REPORTABLE, judge_cell
from pipelines.scorecard.rubric import rubric
from pipelines.scorecard.section import Section
from pipelines.scorecard.share import Share, at_rank
from pipelines.scorecard.sources import Sources
from pipelines.suppression_policy import Policy

CRITERIA = [c.id for element in rubric().elements for c in element.criteria]
MEASURES = [*(f"criterion:{c}" for c in CRITERIA), *(f"median:{c}" for c in CRITERIA), "level:1", "level:4",
            *(f"coverage:{d}" for d in LABELS)]  # fmt: skip


def sources(connection: duckdb.DuckDBPyConnection, grantee_id: str, year: str) -> Sources:
    """Return what the scorecard of a partition is made from: a section of its own takes it down."""
    taken: list[Sources] = []

    def take(seen: Sources) -> Section:
        taken.append(seen)
        return Section("taken", "Taken", (), ())

    last = connection.execute("select max(run_id) from quality.run").fetchall()[0][0]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(build, "SECTIONS", (take,))
        build.build_scorecard(connection, grantee_id, year, build.run_of(connection, last), {})
    return taken[0]


@dataclass(frozen=True)
class Nights:
    """The same grantees before and after their files were corrected."""

    before: duckdb.DuckDBPyConnection
    after: duckdb.DuckDBPyConnection

    def both(self, grantee_id: str, year: str) -> tuple[Sources, Sources]:
        return sources(self.before, grantee_id, year), sources(self.after, grantee_id, year)


def lines_of(rules: Iterable[str], partition: tuple[str, str]) -> Iterator[tuple[str, int]]:
    with (ROOT / "sample_data" / "faults.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if (row["grantee_id"], row["program_year"]) == partition and row["rule_id"] in rules and row["line_number"]:
                yield row["file_name"], int(row["line_number"])


def correct(inbox: Path, clean: Path, partition: tuple[str, str], rules: Iterable[str]) -> None:
    """Put in each line at which a rule was made to fail the line as it should be."""
    for name, number in sorted(lines_of(rules, partition)):
        path = inbox.joinpath(*partition, name)
        lines = path.read_bytes().split(b"\n")
        right = clean.joinpath(*partition, name).read_bytes().split(b"\n")
        lines[number - 1] = right[number - 1]
        path.write_bytes(b"\n".join(lines))


def fill(path: Path, college: str, columns: Iterable[str]) -> None:
    """Answer all blank or unknown flags of a college, every other one with yes, and let everybody have filed a form."""
    text = path.read_text(encoding="utf-8")
    header, *lines = text.split("\n")
    names = header.lstrip("\ufeff").split("|")
    for number, line in enumerate(lines):
        cells = line.split("|")
        if cells[0] != f'"{college}"':
            continue
        for place in (names.index(f'"{column}"') for column in columns):
            if cells[place] in ('""', '"U"'):
                cells[place] = '"Y"' if int(cells[3].strip('"N')) % 2 else '"N"'
        cells[names.index('"RCRAPP1_FILED_IND"')] = '"Y"'
        lines[number] = "|".join(cells)
    path.write_text("\n".join([header, *lines]), encoding="utf-8")


ROWS = {
    ("udc", "2022-23"): ("records_integral", "records_consistent"),
    ("alabama", "2022-23"): ("records_integral", "records_consistent"),
}
LINES = ("line_control_characters", "line_width")
FILLED = {"economic_disadvantage": "PELL_OR_LOW_INCOME_IND", "single_parent": "SINGLE_PARENT_IND"}


@pytest.fixture(scope="module")
def nights(demonstration: Ran, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    place = tmp_path_factory.mktemp("corrected")
    clean, inbox = place / "clean", place / "inbox"
    made = run_cte("sample", "--out", clean, "--students", "1200", "--program-years", "2022-23,2023-24", "--seed",
                   "20220702", "--clean", home=place / "none")  # fmt: skip
    assert made.exit_code == 0, made.output
    shutil.copytree(ROOT / "sample_data", inbox)
    for other in ("delaware", "florida", "oregon"):
        shutil.rmtree(inbox / other)
    shutil.copy(demonstration.home / "warehouse.duckdb", place / "before.duckdb")
    before = duckdb.connect(str(place / "before.duckdb"), read_only=True)
    for partition, ids in ROWS.items():
        found = {c.id: c for c in propose(sources(before, *partition))[0]}
        correct(inbox, clean, partition, {rule for one in ids for rule in found[one].answers})
    correct(inbox, clean, ("alabama", "2022-23"), LINES)
    gates = [c for c in propose(sources(before, "alabama", "2023-24"))[0] if c.id.startswith("gate:credential")]
    correct(inbox, clean, ("alabama", "2023-24"), {rule for one in gates for rule in one.answers})
    fill(inbox / "udc" / "2023-24" / "spbpers_2023-24.txt", "CC", FILLED.values())
    home = place / "home"
    ran = run_cte("run", "--inbox", inbox, home=home)
    assert (home / "warehouse.duckdb").is_file(), ran.output
    after = duckdb.connect(str(home / "warehouse.duckdb"), read_only=True)
    yield Nights(before, after)
    before.close()
    after.close()


def same(predicted: Amount, measured: Amount) -> bool:
    if isinstance(predicted, Share) and isinstance(measured, Share):
        return predicted.fraction == measured.fraction
    return predicted == measured


@pytest.mark.slow
@pytest.mark.parametrize("grantee_id", ["udc", "alabama"])
def test_corrected_rows_raise_criteria_and_the_level_as_was_promised(nights: Nights, grantee_id: str) -> None:
    partition = (grantee_id, "2022-23")
    before, after = nights.both(*partition)
    found = {c.id: c for c in propose(before)[0]}
    for one in ROWS[partition]:
        for gain in found[one].gains:
            if gain.measure.startswith(("criterion:", "median:")):
                assert same(gain.most, measure_now(after, gain.measure)), gain
                assert gain.least == gain.most
    fixes = {fix for one in ROWS[partition] for fix in found[one].fixes}
    promised = measure_now(applied(before, ground_of(before), fixes), "level:1")
    assert (measure_now(before, "level:1"), promised) == (3, 4)
    assert measure_now(after, "level:1") == promised


@pytest.mark.slow
def test_lines_sent_again_are_read_as_was_promised(nights: Nights) -> None:
    before, after = nights.both("alabama", "2022-23")
    sent = applied(before, ground_of(before), {Fix("lines", "ACCSENRL_2022-23.dat")})
    assert measure_now(sent, "criterion:lines_read") == measure_now(after, "criterion:lines_read")
    assert measure_now(before, "criterion:lines_read") != measure_now(after, "criterion:lines_read")


@pytest.mark.slow
def test_gates_open_where_the_rows_that_close_them_are_corrected(nights: Nights) -> None:
    before, after = nights.both("alabama", "2023-24")
    candidates = [c for c in propose(before)[0] if c.id.startswith("gate:credential")]
    assert len(candidates) == 3
    promised = applied(before, ground_of(before), {fix for c in candidates for fix in c.fixes})
    assert {gate.id for gate in after.gates} == {gate.id for gate in promised.gates} < {g.id for g in before.gates}


@pytest.mark.slow
@pytest.mark.parametrize("dimension", sorted(FILLED))
def test_filled_flags_gain_exactly_what_is_exact_and_else_lie_in_the_range(nights: Nights, dimension: str) -> None:
    before, after = nights.both("udc", "2023-24")
    candidate = next(c for c in propose(before)[0] if c.id == f"fill:{dimension}")
    assert candidate.places == ("CC",)
    gains = {gain.measure.partition(":")[0]: gain for gain in candidate.gains}
    for exact in ("informative", "coverage"):
        assert same(gains[exact].most, measure_now(after, gains[exact].measure)), gains[exact]
        assert gains[exact].now != gains[exact].most
    verdict = gains["readiness"]
    worst, best, measured = (VERDICTS.index(str(v)) for v in (verdict.least, verdict.most,
                                                              measure_now(after, verdict.measure)))  # fmt: skip
    assert worst <= measured <= best
    for counted in ("readiness_at", "cells"):
        least, most, now = (int(str(v)) for v in (gains[counted].least, gains[counted].most,
                                                  measure_now(after, gains[counted].measure)))  # fmt: skip
        assert least <= now <= most


@pytest.mark.slow
def test_verdicts_are_those_of_the_query_on_every_row_of_a_night(demonstration: Ran, tmp_path: Path) -> None:
    shutil.copy(demonstration.home / "warehouse.duckdb", tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as connection:
        rows = connection.execute("select * from mart.readiness where is_flag").fetchall()
        names = [column[0] for column in connection.description]
    assert len(rows) > 100
    for row in (dict(zip(names, values, strict=True)) for values in rows):
        assert verdict_of(counts_of(row)) == row["verdict"], row


@pytest.fixture(scope="module")
def seen() -> Sources:
    return sources(example.warehouse(), example.GRANTEE, example.YEAR)


@pytest.fixture(scope="module")
def ground(seen: Sources) -> Ground:
    return ground_of(seen)


@pytest.fixture(scope="module")
def candidates(seen: Sources) -> tuple[Candidate, ...]:
    return propose(seen)[0]


def at_least(after: Amount, before: Amount) -> bool:
    if isinstance(after, Share) and isinstance(before, Share):
        return (after.fraction or 0) >= (before.fraction or 0)
    return before is None or (isinstance(after, int) and isinstance(before, int) and after >= before)


def test_to_simulate_nothing_changes_nothing(seen: Sources, ground: Ground) -> None:
    assert applied(seen, ground, ()) is seen


def test_a_fix_of_what_is_not_there_changes_no_measure(seen: Sources, ground: Ground) -> None:
    nowhere = applied(seen, ground, {Fix("records", "validity", "none", "none"), Fix("answers", "sex", "none")})
    assert [measure_now(nowhere, one) for one in MEASURES] == [measure_now(seen, one) for one in MEASURES]


def test_no_candidate_lowers_a_measure(seen: Sources, ground: Ground, candidates: tuple[Candidate, ...]) -> None:
    assert len(candidates) > 5
    for candidate in candidates:
        after = applied(seen, ground, candidate.fixes)
        for one in MEASURES:
            assert at_least(measure_now(after, one), measure_now(seen, one)), (candidate.id, one)


def test_the_order_in_which_candidates_are_taken_does_not_matter(
    seen: Sources, ground: Ground, candidates: tuple[Candidate, ...]
) -> None:
    together = applied(seen, ground, {fix for c in candidates for fix in c.fixes})
    for order in (candidates, candidates[::-1]):
        fixes: list[Fix] = []
        for candidate in order:
            fixes += sorted(candidate.fixes)
        assert applied(seen, ground, fixes) == together


shares = st.dictionaries(
    st.sampled_from("ABCDEFGHIJKLMNOP"), st.integers(0, 20).map(lambda n: Share(n, 20)), min_size=1
)


@given(shares, st.integers(0, 20), st.integers(0, 20))
def test_the_fewest_institutions_suffice_and_one_less_would_not(found: dict[str, Share], one: int, two: int) -> None:
    from fractions import Fraction

    marks = [(Fraction(1, 2), Fraction(max(one, two), 20)), (Fraction(1, 10), Fraction(min(one, two), 20))]

    def reached(corrected: Iterable[str]) -> bool:
        after = [Share(20, 20) if place in corrected else share for place, share in found.items()]
        return all((at_rank(after, rank) or Share(0, 1)).fraction >= mark for rank, mark in marks)  # type: ignore[operator]

    chosen = fewest_at_ranks(found, {}, marks)
    assert reached(chosen)
    assert not any(reached(set(chosen) - {place}) for place in chosen)


@given(st.integers(1, 20), st.integers(0, 60), st.integers(0, 60), st.integers(0, 30), st.integers(0, 30))
def test_a_group_that_grows_never_stops_being_reportable(
    threshold: int, met: int, rest: int, more: int, else_: int
) -> None:
    from fractions import Fraction

    policy = Policy(threshold, 3, (Fraction(1, 20), Fraction(1, 10), Fraction(1, 5)), 3, 1, 3, "", None, "test")
    if judge_cell(policy, met, met + rest) in REPORTABLE:
        assert judge_cell(policy, met + more, met + more + rest + else_) in REPORTABLE


ROW = st.fixed_dictionaries(
    {"yes": st.integers(0, 60), "no": st.integers(0, 60), "blank": st.integers(0, 40), "unsaid": st.integers(0, 20)}
).map(
    lambda n: {
        "student_count": sum(n.values()), "population_count": sum(n.values()), "reach_unknown_count": 0,
        "informative_count": n["yes"] + n["no"], "yes_count": n["yes"], "no_count": n["no"],
        "not_reported_count": n["blank"], "never_filed_count": n["unsaid"], "filing_unknown_count": 0,
        "missing_count": n["blank"] + n["unsaid"], "declined_count": 0, "not_collected_count": 0,
        "completer_informative_count": n["yes"], "completer_missing_count": n["blank"],
        "other_informative_count": n["no"], "other_missing_count": n["unsaid"], "is_source_declared": True,
    }
)  # fmt: skip


@given(ROW, st.none() | st.tuples(st.integers(0, 200), st.integers(0, 200)))
def test_the_worst_and_the_best_verdict_are_those_of_all_possible_answers(
    row: dict[str, int], year_before: tuple[int, int] | None
) -> None:
    from pipelines.scorecard.candidates.verdict import answered

    yes, no = year_before or (0, 0)
    rate = {"previous_informative_count": yes + no if year_before else None,
            "previous_yes_rate": yes / (yes + no) if yes + no else None}  # fmt: skip
    full = {**row, **rate}
    every = {verdict_of(answered(counts_of(full), [full], k)) for k in range(full["missing_count"] + 1)}
    worst, best = possible(full, [full])
    assert {worst, best} <= every
    if None not in every:
        ranks = sorted(VERDICTS.index(str(one)) for one in every)
        assert (worst, best) == (VERDICTS[ranks[0]], VERDICTS[ranks[-1]])


PARTITIONS = [(g, y) for g in ("alabama", "delaware", "florida", "oregon", "udc") for y in ("2022-23", "2023-24")]


def say(connection: duckdb.DuckDBPyConnection, candidate: Candidate, partition: tuple[str, str], answer: str) -> None:
    """Let every student whom the candidate asks give one answer, as if all their reports had said so."""
    dimension = candidate.id.partition(":")[2]
    connection.execute(
        f"""
        update mart.student_year as student set {dimension}_status = '{answer}'
        where grantee_id = $1 and program_year = $2 and list_contains($3, institution_id)
            and (
                {dimension}_status in ('unknown', 'not_reported')
                or exists (
                    select 1 from mart.readiness_answer as known
                    where known.grantee_id = student.grantee_id and known.program_year = student.program_year
                        and known.institution_id = student.institution_id and known.student_id = student.student_id
                        and known.equity_dimension = '{dimension}' and known.is_missing
                )
            )
        """,
        [*partition, list(candidate.places)],
    )


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "end"), [("no", "least"), ("yes", "most")])
def test_cells_are_those_of_the_query_where_everybody_says_the_same(
    demonstration: Ran, tmp_path: Path, answer: str, end: str
) -> None:
    shutil.copy(demonstration.home / "warehouse.duckdb", tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as connection:
        asked = [
            (partition, candidate)
            for partition in PARTITIONS
            for candidate in propose(sources(connection, *partition))[0]
            if any(gain.measure.startswith("cells:") for gain in candidate.gains)
        ]
        for partition, candidate in asked:
            say(connection, candidate, partition, answer)
        for model in all_models():
            if model.table in ("mart.coverage", "mart.indicator"):
                build_model(connection, model)
        for partition, candidate in asked:
            after = sources(connection, *partition)
            for gain in candidate.gains:
                if gain.measure.startswith("cells:"):
                    assert measure_now(after, gain.measure) == getattr(gain, end), (partition, gain)
                if gain.measure.startswith("coverage:"):
                    assert same(gain.most, measure_now(after, gain.measure)), (partition, gain)
    assert {candidate.id for _, candidate in asked} > {"fill:economic_disadvantage"}
    moved = [g for _, c in asked for g in c.gains if g.measure.startswith("cells:") and g.least != g.most]
    assert moved, "no range of the sample is wider than one number: this test would compare nothing"
