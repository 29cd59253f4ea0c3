"""Where each page of the desk lies below ``reports``, said once: pages link to each other by these names only."""

from __future__ import annotations

OVERVIEW = "index.html"
RULE_BOOK = "rules/index.html"
WAIVERS = "waivers.html"
DICTIONARY = "dictionary.html"
NOTICES = "notices.html"
DATA_DOCS = "data-docs/index.html"
STYLE, SCRIPT, SEARCH = "assets/desk.css", "assets/desk.js", "assets/search.js"
# What the desk owns below ``reports`` and clears of pages that are no longer made.
FOLDERS = ("grantees", "institutions", "measures", "submissions", "rules", "rows")
_REFERENCE, _ALL_YEARS = "reference", "all"


def of_grantee(grantee_id: str | None) -> str:
    """Return the page of a grantee; reference sources and strays have none."""
    return f"grantees/{grantee_id or _REFERENCE}.html"


def of_institution(grantee_id: str, slug: str) -> str:
    """Return the page of an institution, by its name in paths (``directory.Institution.slug``)."""
    return f"institutions/{grantee_id}/{slug}.html"


def of_measures(grantee_id: str, program_year: str) -> str:
    """Return the page of a grantee's indicators, levels and gaps in a program year."""
    return f"measures/{grantee_id}/{program_year}.html"


def of_submission(submission_id: str) -> str:
    """Return the page of a file received."""
    return f"submissions/{submission_id}.html"


def of_rule(rule_id: str) -> str:
    """Return the page of a rule."""
    return f"rules/{rule_id}.html"


def of_rows(grantee_id: str | None, program_year: str | None, rule_id: str, number: int = 1) -> str:
    """Return a page of the failing rows of a rule in a grantee's program year; pages count from 1.

    Rows stand in the order of their institution's slug (``unlisted`` last), file and line; the first row of each
    institution has the anchor ``#<slug>`` on its page.
    """
    return f"rows/{grantee_id or _REFERENCE}/{program_year or _ALL_YEARS}/{rule_id}-{number}.html"


def of_data_docs(grantee_id: str | None, program_year: str | None) -> str:
    """Return the Data Docs of the last results of a grantee's program year; those of reference tables have neither."""
    return f"data-docs/{grantee_id or _REFERENCE}/{program_year or _ALL_YEARS}.html"


def of_scorecard(grantee_id: str, program_year: str) -> str:
    """Return the internal scorecard, which lies beside ``reports``."""
    return f"../scorecards/{grantee_id}/{program_year}/scorecard-internal.html"


def of_return(file_path: str) -> str:
    """Return a file of a return package by its path below ``returns``, as ``quality.return`` has it."""
    return f"../returns/{file_path}"
