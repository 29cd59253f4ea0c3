"""Do the generated documents say what the code says?"""

from __future__ import annotations

import re

import pytest

from pipelines.docs import FOLDER, documents


@pytest.mark.parametrize("name", ["rules.md", "tables.md"])
def test_the_committed_document_is_what_the_declarations_say_now(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == documents()[name], "run `make docs` and commit the result"


@pytest.mark.parametrize("name", ["rules.md", "tables.md"])
def test_every_row_of_a_table_has_as_many_cells_as_its_header_or_a_reader_misreads_the_columns(name: str) -> None:
    width = 0
    for line in documents()[name].splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1
        width = width or cells
        assert cells == width, line
