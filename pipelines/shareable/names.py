"""What groups, programs and institutions are called on a page for everybody, from the published lists of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.scorecard.coverage import LABELS

ALL_OTHER = "all_other"
STATES: Mapping[str, str] = {
    "unknown": "Unknown", "declined": "Declined to say", "not_reported": "Not reported",
    "not_collected": "Not collected",
}  # fmt: skip
FLAG: Mapping[str, str] = {"yes": "Yes", "no": "No"}
DIMENSIONS: Mapping[str, str] = {
    **LABELS, "credit_status": "Credit status", "eligible_recipient": "Eligible recipient",
    "career_cluster": "Career cluster", "award_level": "Award level",
}  # fmt: skip
SPECIAL = tuple(name for name in LABELS if name not in ("sex", "race_ethnicity"))


@dataclass(frozen=True)
class Names:
    """Labels by (set, code) and institutions by id."""

    codes: Mapping[tuple[str, str], str]
    institutions: Mapping[str, str]

    def dimension(self, dimension: str) -> str:
        """Return what a group is told by in words; of a pair, both."""
        return " and ".join(DIMENSIONS.get(one, _plain(one)) for one in dimension.split("*"))

    def group(self, dimension: str, code: str) -> str:
        """Return a group in words, such as ``White``, ``Yes`` or ``White and Female``."""
        if code == ALL_OTHER:
            return "All other groups"
        dimensions = dimension.split("*")
        codes = code.split("*", len(dimensions) - 1)
        if len(codes) != len(dimensions):
            return code
        return " and ".join(self._group(one, own) for one, own in zip(dimensions, codes, strict=True))

    def alone(self, dimension: str, code: str) -> str:
        """Return a group so that it can stand without its heading: ``Single parents: Yes``, ``White``."""
        name = self.group(dimension, code)
        return f"{self.dimension(dimension)}: {name}" if dimension in SPECIAL or code in (*STATES, ALL_OTHER) else name

    def members(self, dimension: str, members: str | None) -> str:
        """Return the groups that a row holds together, by name; empty where it holds one."""
        return ", ".join(sorted(self.group(dimension, code) for code in members.split(","))) if members else ""

    def institution(self, institution_id: str) -> str:
        """Return the name of an institution; its id where no name was published."""
        return self.institutions.get(institution_id, institution_id)

    def program(self, cip_code: str) -> str:
        """Return the title of a program (CIP); empty where none was published."""
        return self.codes.get(("cip", cip_code), "")

    def in_order(self, dimension: str, codes: Sequence[str]) -> list[str]:
        """Return codes by name: values first, then what is not known of persons, all other groups last.

        Never by how many persons they hold: an order by counts would tell counts.
        """
        return sorted(codes, key=lambda code: (_rank(code), self.group(dimension, code), code))

    def _group(self, dimension: str, code: str) -> str:
        own = self.codes.get((dimension, code))
        return own or STATES.get(code) or (FLAG.get(code) if dimension in SPECIAL else None) or _plain(code)


def names_of(codes: Sequence[Mapping[str, Any]], institutions: Sequence[Mapping[str, Any]]) -> Names:
    """Return the names from the rows of ``publish.code`` and ``publish.institution``."""
    return Names(
        {(row["code_set"], row["code"]): row["label"] for row in codes},
        {row["institution_id"]: row["institution_name"] for row in institutions if row["institution_name"]},
    )


def _rank(code: str) -> int:
    if code == ALL_OTHER:
        return 2 + len(STATES)
    state = next((place for place, state in enumerate(STATES, start=1) if state in code.split("*")), 0)
    return state if state else (1 if code == "no" else 0)


def _plain(code: str) -> str:
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]
