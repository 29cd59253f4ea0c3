"""An arrival: one file on its way into the warehouse, or one file of an archive, or one sheet of a workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pipelines.intake.inbox import Found
from pipelines.intake.place import folder_in, name_in, sheet_in
from pipelines.intake.source import Supplier
from pipelines.intake.submission import submission_id_of
from pipelines.layout_files import layouts_of
from pipelines.layouts import FileLayout


@dataclass(frozen=True)
class Arrival:
    """A file to be landed: where it was found, where its bytes are now, and when they were first seen.

    ``archive_sha256`` is the hash of the archive or workbook that held it, None for a file that came by itself.
    """

    found: Found
    sha256: str
    byte_count: int
    path: Path
    received_at: datetime
    archive_sha256: str | None = None

    @cached_property
    def submission_id(self) -> str:
        """The id of the submission that the file makes."""
        return submission_id_of(self.found.grantee_id, self.found.program_year, self.found.file_name, self.sha256)

    @property
    def sheet(self) -> str:
        """The sheet of a workbook that is meant; empty for other files."""
        return sheet_in(self.found.file_name)


def layouts_for(supplier: Supplier, program_year: str, place: str) -> tuple[FileLayout, ...]:
    """Return the layouts in force for a file, a member of an archive or a sheet; none where none is registered."""
    return layouts_of(supplier.folder, name_in(place), program_year, sheet_in(place))


def slot_of(layouts: tuple[FileLayout, ...], place: str) -> str:
    """Return what a later file replaces: the place of the file, with a star where it says the vintage.

    An archive around it often says the vintage as well. Letter case makes no difference.
    """
    name, folder = name_in(place), folder_in(place)
    parts = layouts[0].name_parts(name) if layouts else {}
    said = parts.get("vintage")
    if not said:
        return place.casefold()
    blanked = layouts[0].file_name.format(**{**parts, "vintage": "*"})
    word = rf"(?<![^\W_]){re.escape(said)}(?![^\W_])"
    return (re.sub(word, "*", folder, flags=re.IGNORECASE) + blanked + place[len(folder) + len(name) :]).casefold()
