"""Candidates that open a gate: a critical rule brought within its threshold, or a refused file sent again."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from pipelines.scorecard.candidates.fewest import fewest_within
from pipelines.scorecard.candidates.fix import Candidate, Fix
from pipelines.scorecard.candidates.ground import Ground
from pipelines.scorecard.card import Gate
from pipelines.scorecard.rubric import CoreElement, rubric
from pipelines.scorecard.sources import Sources

NONE_MAY_FAIL = "none may fail"  # as a threshold without share and count says of itself


def of_gates(seen: Sources, ground: Ground) -> Iterator[Candidate]:
    """Yield a candidate for each closed gate, under the first core element that it holds back."""
    for gate in seen.gates:
        element = next((e for e in rubric().elements if holds_back(gate, e)), None)
        if element is not None and not gate.is_waived:
            yield _of_file(gate, element, seen) if gate.kind == "file" else _of_rule(gate, element, seen, ground)


def holds_back(gate: Gate, element: CoreElement) -> bool:
    """Return whether a gate caps what the data suggest for an element, as ``judge_element`` has it."""
    return element.assessed == "suggested" and (gate.kind == "file" or gate.dimension in element.dimensions)


def _of_file(gate: Gate, element: CoreElement, seen: Sources) -> Candidate:
    lines = sum(f.physical_line_count for f in seen.measured.files if f.status == "refused" and f.file_name == gate.id)
    action = f"Send {gate.id} so that it can be taken in: {gate.reason}"
    return Candidate(f"file:{gate.id}", element.number, action, f"gate:{gate.id}", (gate.id,), (f"finding:{gate.id}",),
                     lines, "lines of the refused file", frozenset({Fix("file", gate.id)}))  # fmt: skip


def _of_rule(gate: Gate, element: CoreElement, seen: Sources, ground: Ground) -> Candidate:
    failed = next((v.failed for v in seen.known.verdicts if v.rule_id == gate.id), None)
    total, population = (failed.numerator or 0, failed.denominator or 0) if failed else (0, 0)
    by_place = ground.failed.get(gate.id, {})
    places = fewest_within(by_place, total, _allowed(gate.id, seen, population))
    records = sum(by_place[place] for place in places)
    if total - records > _allowed(gate.id, seen, population - records):
        # Rows of no institution fail besides, or fewer rows allow fewer failures: all have to be corrected.
        places, records = sorted(by_place), total
    action = gate.fix or f"Correct the records that fail {gate.id}."
    return Candidate(f"gate:{gate.id}", element.number, action, f"gate:{gate.id}", tuple(places), (gate.id,), records,
                     "records that fail the rule", frozenset({Fix("gate", gate.id)}))  # fmt: skip


def _allowed(rule_id: str, seen: Sources, population: int) -> int:
    """Return how many rows may fail under the threshold in force; none for a rule that the rule book no longer has."""
    if any(v.rule_id == rule_id and v.threshold in ("", NONE_MAY_FAIL) for v in seen.known.verdicts):
        return 0  # as most thresholds of critical rules are: to read the whole rule book takes seconds
    from expectations.catalogue import all_rules
    from pipelines.validation.thresholds import policies

    rule = next((rule for rule in all_rules() if rule.id == rule_id), None)
    if rule is None:
        return 0
    threshold = rule.threshold
    if seen.known.today is not None:
        of_rule = policies(seen.partition.grantee_id, seen.partition.program_year, seen.known.today)
        threshold = of_rule(rule, None).threshold
    return max(threshold.count, floor(Fraction(threshold.share) * population))
