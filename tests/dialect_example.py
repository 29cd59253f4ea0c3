"""A grantee of a test's own, made of Oregon's facts and a layout that the test writes."""

from __future__ import annotations

from pathlib import Path

import pytest

GRANTEE = "mixed"
_FACTS = Path(__file__).parent / "grantees" / "oregon" / "grantee.toml"


def set_up(root: Path, monkeypatch: pytest.MonkeyPatch, layout: str, facts: str = "") -> None:
    """Make the grantee ``mixed`` with these files; ``facts`` are added to its grantee.toml."""
    folder = root / "grantees" / GRANTEE
    folder.mkdir(parents=True)
    own = _FACTS.read_text(encoding="utf-8").replace('id = "oregon"', f'id = "{GRANTEE}"')
    (folder / "grantee.toml").write_text(facts + own, encoding="utf-8")
    (folder / "layout.toml").write_text(f'id = "mixed"\nversion = "1"\n{layout}', encoding="utf-8")
    monkeypatch.setenv("CTE_GRANTEES", str(folder.parent))


COURSE_COLUMNS = """columns = [
  { name = "COLLEGE", to = "institution_id" },
  { name = "TERM", to = "term_code", codes = { FA = "fall", WI = "winter" } },
  { name = "COURSE", to = "course_id" },
  { name = "TITLE", to = "course_title" },
  { name = "CREDIT", to = "credit_status", codes = { C = "credit" } },
]
"""
VINTAGES = f"""
[[file]]
name = "course"
table = "course"
file_name = "course_{{program_year}}_{{vintage}}.csv"
vintages = {{ "4wk" = "fourth_week", eot = "end_of_term", audit = "audited" }}
{COURSE_COLUMNS}
"""
UPDATES = f"""
[[file]]
name = "course"
table = "course"
file_name = "course_{{program_year}}_{{number}}.csv"
transactions = {{ column = "ACT" }}
{COURSE_COLUMNS.replace("columns = [", 'columns = [ { name = "ACT" },')}
"""
