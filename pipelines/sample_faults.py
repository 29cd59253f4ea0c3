"""Faults planted in sample files, each with the rule that must find it."""

from __future__ import annotations

from dataclasses import dataclass, fields

ANSWER_KEY = "faults.csv"


@dataclass(frozen=True)
class Planted:
    """One line of the answer key."""

    grantee_id: str
    program_year: str
    file_name: str
    line_number: int | None
    column_name: str
    rule_id: str

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        return tuple(f.name for f in fields(cls))

    def row(self) -> tuple[str, ...]:
        return tuple("" if getattr(self, n) is None else str(getattr(self, n)) for n in self.columns())


def plant() -> None: ...
