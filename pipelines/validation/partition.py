"""What is judged at a time: one grantee's program year, or the reference tables as a whole."""

from __future__ import annotations

from dataclasses import dataclass

NO_INSTITUTION = "unknown"  # code of the institution of records that name none


@dataclass(frozen=True)
class Partition:
    """One grantee's program year; both are None for reference tables, which are judged as a whole."""

    grantee_id: str | None
    program_year: str | None

    @property
    def cell(self) -> tuple[str, ...]:
        """The values of ``grantee_id`` and ``program_year``; nothing for reference tables."""
        return (self.grantee_id or "", self.program_year or "") if self.grantee_id else ()
