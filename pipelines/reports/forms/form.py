"""What every form of one edition is made from: notices, what it is about, and its sections. No number is made here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.scorecard.section import Section

Lines = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """One scorecard of one edition.

    ``fictional`` is empty for real records. ``about`` are labels and what stands beside them; ``run`` is the only part
    that changes from night to night on unchanged input, empty where there is none. ``made_on`` is a date of the data,
    so that the same data give the same bytes.
    """

    edition: str
    notice: str
    fictional: str
    title: str
    about: Lines
    sections: tuple[Section, ...]
    made_on: date
    run: Lines = ()
