"""The sections of a scorecard in the order of the page; a new one is a module here and a line below."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.scorecard.section import Section
from pipelines.scorecard.sections.clusters import clusters
from pipelines.scorecard.sections.comparability import comparability
from pipelines.scorecard.sections.gaps import gaps
from pipelines.scorecard.sections.judgments import judgments
from pipelines.scorecard.sections.labor import labor
from pipelines.scorecard.sections.methods import methods
from pipelines.scorecard.sections.needs import needs
from pipelines.scorecard.sections.plan import plan
from pipelines.scorecard.sections.raises import raises
from pipelines.scorecard.sections.timeliness import timeliness
from pipelines.scorecard.sections.trend import trend
from pipelines.scorecard.sources import Sources

SECTIONS: tuple[Callable[[Sources], Section], ...] = (
    judgments,
    trend,
    gaps,
    needs,
    clusters,
    labor,
    timeliness,
    comparability,
    raises,
    plan,
    methods,
)
