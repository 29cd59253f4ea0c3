"""What a scorecard is made from, read once and given to each of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.scorecard.card import CriterionResult, Gate, Run
from pipelines.scorecard.criteria import Measured, judge_criterion
from pipelines.scorecard.evidence import Known
from pipelines.scorecard.read import Partition
from pipelines.scorecard.rubric import Criterion, rubric
from pipelines.scorecard.verdicts import RuleWords


@dataclass(frozen=True)
class Sources:
    """All that a scorecard is made from.

    ``words`` are titles and fixes of rules by id, ``names`` those of institutions by code.
    """

    partition: Partition
    run: Run
    words: Mapping[str, RuleWords]
    names: Mapping[str, str]
    known: Known
    measured: Measured
    gates: tuple[Gate, ...]
    could_not_be_judged: tuple[tuple[str, str], ...]

    def judged(self, criterion: Criterion) -> CriterionResult:
        """Return whether a criterion is met. It is judged once, though elements, measures and candidates ask again."""
        if criterion.id not in self._judged:
            self._judged[criterion.id] = judge_criterion(criterion, self.measured, rubric().suggestion, self.names)
        return self._judged[criterion.id]

    @cached_property
    def _judged(self) -> dict[str, CriterionResult]:
        return {}
