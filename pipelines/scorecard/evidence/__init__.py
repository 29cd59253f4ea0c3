"""Items of evidence for the core elements: what the records, the rule book and the grantee's folder can show.

A level follows from none of them; what cannot be told is listed as such, so that its absence is seen. A module is a
group of items; the rubric says which groups belong to which core element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipelines.scorecard.card import Evidence
from pipelines.scorecard.evidence.alignment import alignment
from pipelines.scorecard.evidence.collection import collection
from pipelines.scorecard.evidence.governance import governance
from pipelines.scorecard.evidence.information import information
from pipelines.scorecard.evidence.known import Known
from pipelines.scorecard.evidence.use import use
from pipelines.scorecard.read import Partition

__all__ = ["Known", "evidence"]

MAKERS: Mapping[str, Callable[[Partition, Known], tuple[Evidence, ...]]] = {
    "collection": collection,
    "governance": governance,
    "alignment": alignment,
    "information": information,
    "use": use,
}


def evidence(groups: Sequence[str], partition: Partition, known: Known) -> tuple[Evidence, ...]:
    """Return the items of the groups that the rubric maps to a core element; none where only people can assess it."""
    return tuple(item for group in groups for item in MAKERS[group](partition, known))
