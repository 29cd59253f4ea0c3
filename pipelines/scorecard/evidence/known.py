"""What evidence is taken from, read once for all elements. No query and no item of evidence here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pipelines.grantee import Grantee
from pipelines.indicator_definition import Definition
from pipelines.scorecard.lines import FileLine, Finding, IndicatorLine
from pipelines.scorecard.people.said import Said
from pipelines.scorecard.verdicts import Verdict

FILES = "files received, repeats and superseded ones left out"


@dataclass(frozen=True)
class Known:
    """What the evidence is taken from, read once: ``said`` by people, ``today`` the day of the run at the agency."""

    grantee: Grantee
    definition: Definition
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    files: tuple[FileLine, ...]
    indicators: tuple[IndicatorLine, ...]
    said: Said = field(default_factory=Said)
    today: date | None = None

    def as_of(self, program_year: str) -> str:
        """Return of what date the records are: their program year, and the last day on which a file of it came."""
        days = [file.received_on for file in self.files if file.received_on is not None]
        came = f"files received through {max(days).isoformat()}" if days else "no file received"
        return f"program year {program_year}, {came}"
