"""Writes what is generated in ``docs/``: rules.md, the rule book, and tables.md, the data dictionary.

What they say stands in ``rule_book.page`` and ``data_dictionary``; prose of their own belongs to the other documents.
``python -m pipelines.docs`` writes them, and a test holds that the committed ones are current.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from pipelines.data_dictionary import dictionary
from pipelines.rule_book.page import rule_book

FOLDER = Path(__file__).parent.parent / "docs"


@cache
def documents() -> dict[str, str]:
    """Return the text of each generated document by its file name."""
    return {"rules.md": "\n".join(rule_book()) + "\n", "tables.md": "\n".join(dictionary()) + "\n"}


def main() -> int:
    """Write the documents and say where."""
    for name, text in documents().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/{name}: {len(text.splitlines())} lines\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
