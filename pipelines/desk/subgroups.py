"""What subgroups are called on the desk: dimension and code of ``mart.indicator`` in words. No count stands here."""

from __future__ import annotations

from functools import cache

from pipelines.code_sets import ATTRIBUTE_STATE, code_set
from pipelines.measures.dimensions import CONTEXTS
from pipelines.scorecard.coverage import LABELS

KINDS = {
    "all": "Everybody",
    "sex": "Sex",
    "race_ethnicity": "Race and ethnicity",
    "credit_status": "Credit status",
    "eligible_recipient": "Eligible recipient",
    "career_cluster": "Career cluster",
    "award_level": "Award level",
}
SPECIAL_POPULATION = "Special population"
BOTH_CREDIT = "credit_and_noncredit"


@cache
def group_name(dimension: str, code: str) -> str:
    """Return a subgroup in words: ``Female``, ``Single parents``, ``English learners: no``, pairs joined by "and"."""
    dimensions = dimension.split("*")
    # A recipient's code may hold the mark itself; the codes of sets, with which it is paired, do not.
    codes = [code] if len(dimensions) == 1 else (code.rsplit if dimensions[0] in CONTEXTS else code.split)("*", 1)
    if len(dimensions) != len(codes):
        return code
    return " and ".join(_name(one, own) for one, own in zip(dimensions, codes, strict=True))


@cache
def kind_name(dimension: str) -> str:
    """Return what a subgroup is told by: ``Sex``, ``Special population``; of a pair, both."""
    return " and ".join(KINDS.get(one, SPECIAL_POPULATION) for one in dimension.split("*"))


def _name(dimension: str, code: str) -> str:
    if dimension == "all":
        return KINDS["all"]
    if dimension not in KINDS:
        label = LABELS.get(dimension, dimension)
        return label if code == "yes" else f"{label}: {_state(code)}"
    if dimension == "credit_status" and code == BOTH_CREDIT:
        return "Credit and noncredit"
    if dimension != "eligible_recipient" and code in code_set(dimension):
        return code_set(dimension)[code].label
    return f"{KINDS[dimension]} {_state(code)}" if code in code_set(ATTRIBUTE_STATE) else code


def _state(code: str) -> str:
    known = code_set(ATTRIBUTE_STATE).get(code)
    return known.label.lower() if known else code
