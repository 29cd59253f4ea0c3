"""Does docs/layouts.md explain every key that a layout may have, with examples that are right?"""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from pipelines.layout_check.check import problems_of
from pipelines.layouts import ColumnLayout, FileLayout, Transactions

PAGE = (Path(__file__).parents[1] / "docs" / "layouts.md").read_text(encoding="utf-8")
TEMPLATE = Path(__file__).parents[1] / "pipelines" / "grantees" / "_template" / "layout.toml"
SECTIONS = {
    FileLayout: "Keys of a `[[file]]` block",
    ColumnLayout: "Keys of a column",
    Transactions: "Keys of `transactions`",
}
FROM_THE_TOP = {"layout_id", "layout_version"}
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| `([^`]+)` \|$", re.MULTILINE)
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def rows_of(kind: type) -> dict[str, tuple[str, str]]:
    section = PAGE.split(f"## {SECTIONS[kind]}\n")[1].split("\n## ")[0]
    return {key: (words, example) for key, words, example in ROW.findall(section)}


@pytest.mark.parametrize("kind", SECTIONS, ids=lambda kind: kind.__name__)
def test_every_key_has_its_line_and_no_line_speaks_of_a_key_that_is_gone(kind: type) -> None:
    assert set(rows_of(kind)) == {f.name for f in fields(kind)} - FROM_THE_TOP


@pytest.mark.parametrize("kind", SECTIONS, ids=lambda kind: kind.__name__)
def test_every_example_sets_the_key_that_it_stands_beside(kind: type) -> None:
    for key, (_, example) in rows_of(kind).items():
        assert set(tomllib.loads(example)) == {key}


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_whole_examples_are_layouts_with_nothing_wrong(number: int, tmp_path: Path) -> None:
    (tmp_path / "layout.toml").write_text(EXAMPLES[number], encoding="utf-8")
    assert [p.text for p in problems_of(tmp_path) if p.is_wrong] == []


@pytest.mark.parametrize("kind", SECTIONS, ids=lambda kind: kind.__name__)
def test_the_template_to_copy_shows_every_key(kind: type) -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    assert [f.name for f in fields(kind) if f.name not in FROM_THE_TOP and not re.search(rf"\b{f.name}\b", text)] == []
