"""What a return package says beside its findings: how to use it, and what it does not tell."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.returns.package import NOT_SHOWN, Package

# Paragraphs; a title begins with a number sign.
_READ_ME = f"""
# How to repair

1. Look at the sheet Findings. Line is the line of the file as sent, counted from 1 with its header; Cell is the place
in a workbook; Column is what your file calls it.

2. Correct the record in your own system, so that the fault does not come back, and send the file again under the same
name. A corrected finding is told as fixed in the next return.

3. Where a value is right as it is, say why in the yellow column Explanation, save, and send this file back with your
next submission. Change nothing else in it. Name no person in an explanation.

4. To see each finding beside its record, run on your own computer: cte annotate FILE RETURN (your file as sent, and
this one). It writes a copy of your file with the problem and the repair behind each record; nothing leaves your
computer. If your agency put the records of several institutions into one file, FILE is the agency's, and so are the
lines: ask its steward to run this and to send you your records of the copy by a secure way.

# What it shows

Values stand as they were sent. Of identifiers, birth dates and other personal values it says {NOT_SHOWN}; no
identifier is in this file. A sign such as u{{202E}} in a value stands for a character that cannot be seen.

Status since last return: new; still open; came back (was fixed and is open again); fixed. Severity: critical findings
keep a file from counting where there are too many, warnings want repair, info is for your knowledge.

What an institution is told by line rests on nothing but what it sent itself. Findings that rest on records of other
institutions, on wage records or on another agency are not listed: the sheet Summary tells a rounded count where many
students are concerned, and nothing else.
"""
_SUPPRESSED = (
    "Anything else is none, or too few (or too nearly all) to be told under the agency's suppression policy; ask the "
    "agency's steward."
)


def read_me(package: Package) -> Iterator[tuple[str, bool]]:
    """Yield the lines of the sheet that explains a package, and whether each is a title."""
    yield f"Return package for {package.institution.name if package.institution else package.agency_name}", True
    yield package.titles[1], False
    fixed = package.count("fixed")
    open_count = len(package.rows) - fixed
    said = f"Open: {open_count:,}." if open_count else "Nothing is open."
    yield f"{said} Fixed since the last return: {fixed:,}.", False
    for paragraph in _READ_ME.strip().split("\n\n"):
        yield paragraph.removeprefix("# ").replace("\n", " "), paragraph.startswith("# ")


def about_others(package: Package) -> Iterator[tuple[str, ...]]:
    """Yield the lines below the summary: what rests on records of others, as far as it may be told."""
    if package.institution:
        yield ()
        yield ("Findings that rest on records of others",)
        for one in package.counted:
            yield one.rule_id, f"Expected: {one.title}", "", f"{one.at_least} {one.what} or more"
        yield (_SUPPRESSED,)
