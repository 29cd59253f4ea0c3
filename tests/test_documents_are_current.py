"""Do the generated documents say what the code says?"""

from __future__ import annotations

import re

import pytest

from pipelines.docs import FOLDER, documents


@pytest.mark.parametrize("name", ["rules.md", "tables.md"])
def test_the_committed_document_is_what_the_declarations_say_now(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == documents()[name], "run `make docs` and commit the result"


def test_the_rule_book_stays_small_enough_for_a_browser_to_show_as_a_page() -> None:
    assert len(documents()["rules.md"].encode()) < 600_000


def test_every_link_within_the_rule_book_leads_somewhere() -> None:
    page = documents()["rules.md"]
    headings = re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE)
    anchors = {heading.lower().replace(".", "").replace(" ", "-") for heading in headings}
    anchors |= set(re.findall(r'<a id="([^"]+)">', page))
    assert len(anchors) > 300
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


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
