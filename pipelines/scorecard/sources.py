"""What a scorecard is made from, read once and given to each of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.scorecard.card import Gate, Run
from pipelines.scorecard.criteria import Measured
from pipelines.scorecard.evidence import Known
from pipelines.scorecard.read import Partition
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
