"""Sources of reference files: public bodies whose tables no grantee submits, each a folder below ``reference``.

Who else files come from is a grantee; to whoever lands a file, both are its supplier.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.configuration import read_toml
from pipelines.grantee import Grantee, IdentifierKind
from pipelines.layout_files import file_layouts
from pipelines.layouts import FileLayout

FOLDER = Path(__file__).parents[1] / "reference"


@dataclass(frozen=True)
class Source:
    """A source of reference files; its files hold no records of persons, so it has no identifiers."""

    id: str
    folder: Path
    identifiers: tuple[IdentifierKind, ...] = ()

    @property
    def layouts(self) -> tuple[FileLayout, ...]:
        """All file layouts of the source."""
        return file_layouts(self.folder)

    @property
    def name(self) -> str:
        """The body that publishes the files, as a page names it."""
        return str(read_toml(self.folder / "layout.toml")["source"])


Supplier = Grantee | Source


def sources() -> tuple[Source, ...]:
    """Return all sources, by id: the folders below ``reference`` that have a layout."""
    return tuple(Source(path.parent.name, path.parent) for path in sorted(FOLDER.glob("*/layout.toml")))
