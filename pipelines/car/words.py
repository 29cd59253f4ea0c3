"""The words of a worksheet: measures, statuses, and the sheet that explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pipelines.car.document import Document
from pipelines.car.worksheet import INDICATORS, PARTS, Count

STATUS: Mapping[str, str] = MappingProxyType(
    {
        "pending": "pending",
        "not_computable": "not computable",
        "no_denominator": "nobody in the cohort",
        "no_such_line": "no such line",
        "not_collected": "not collected",
    }
)
OUTCOME: Mapping[str, str] = MappingProxyType(
    {"passed": "passed", "failed": "FAILED", "not_checked": "not checked: no number yet"}
)
_PART: Mapping[str, str] = MappingProxyType(
    {"numerator": "numerator", "denominator": "denominator", "unknown": "outcome unknown"}
)
MEASURE: Mapping[str, str] = MappingProxyType(
    {
        "participant": "CTE participants",
        "concentrator": "CTE concentrators",
        **{f"{name.lower()}_{part}": f"{name} {_PART[part]}" for name in INDICATORS for part in PARTS},
    }
)
_INDICATOR = MappingProxyType(
    {
        "1P1": "1P1 Postsecondary Retention and Placement",
        "2P1": "2P1 Earned Recognized Postsecondary Credential",
        "3P1": "3P1 Nontraditional Program Concentration",
    }
)
# Paragraphs; a title begins with a number sign.
_HOW = """
# How to read it

The sheet Students counts CTE participants and concentrators of the program year, the sheet Indicators the numerators
and denominators of the core indicators of all concentrators, on the same lines. A person counts once on a line, also
when two colleges report them. Lines of special populations and of Career Clusters overlap; those of gender and of race
do not.

Lines marked (not on the form) hold whom the form has no line for, so that nobody is dropped: enter them nowhere, and
know that the lines of the form fall short of the grand total by them. Declined race answers and blank ones are on the
line Unknown (Postsecondary Only).

An outcome that is unknown counts as no success, as the official reports do; how many those are stands beside. A word in
place of a number is no zero: enter no number for it. Pending: the quarter or year to look at was not over when the
files came. Not computable: the records that it needs did not come. Not collected: no college asks for it.

The sheet Line checks holds the lines to the rules of the form. The sheet Compared with last year says where each
difference from the worksheet certified last year comes from; its parts sum to the difference.
"""


def shown(count: Count) -> int | str:
    """Return the number of persons, or the word that stands in its place."""
    return count.persons if count.persons is not None else STATUS.get(count.status, count.status)


def read_me(document: Document) -> Iterator[tuple[str, bool]]:
    """Yield the lines of the sheet that explains a worksheet, and whether each is a title."""
    yield f"Consolidated Annual Report worksheet, {document.agency_name}, {document.worksheet.program_year}", True
    yield document.about, False
    yield f"Eligible agency: {document.eligible_agency}", False
    yield from ((text, False) for text in _certified(document))
    yield _verdict(document), False
    yield from ((text, False) for text in document.form_notes)
    for paragraph in _HOW.strip().split("\n\n"):
        yield paragraph.removeprefix("# ").replace("\n", " "), paragraph.startswith("# ")
    yield "What it rests on", True
    yield from ((text, False) for text in (*_absent(document), *_unlinkable(document), *_indicators(document)))
    yield "Files (program year, name, status, submission, SHA-256)", True
    for file in document.files:
        yield f"{file.program_year} | {file.file_name} | {file.status} | {file.submission_id} | {file.sha256}", False


def _certified(document: Document) -> Iterator[str]:
    act = document.certification
    if act is None:
        yield (
            "Not certified: these are the numbers of today, and they change with every file that comes. What was "
            "frozen for this year is in car-certified-*, beside this file."
        )
        return
    yield (
        f"Certified by act {act.certified_by_act}, frozen by act {act.act_number}: {act.person_name}, {act.acted_at}. "
        f"Statement: {act.statement}"
    )
    yield "These numbers stay as they are; what is sent later changes the worksheet of today only."


def _verdict(document: Document) -> str:
    failed = sum(check.outcome == "failed" for check in document.checks)
    waiting = sum(check.outcome == "not_checked" for check in document.checks)
    said = f"{failed} line checks FAILED" if failed else "The lines add up by the rules of the form"
    return f"{said}; {waiting} checks wait for numbers." if waiting else f"{said}."


def _absent(document: Document) -> Iterator[str]:
    """Yield what is in no number: a college that sent nothing looks like one that has nobody."""
    for one in document.absent:
        name = MEASURE.get(one.measure, one.measure)
        if one.has_no_cohort:
            yield f"{name}: IN NO NUMBER, because what would tell their students did not come: {one.institution_ids}."
        else:
            yield f"{name}: no outcomes came, so that all their students count as unknown: {one.institution_ids}."


def _unlinkable(document: Document) -> Iterator[str]:
    for measure, count in document.unlinkable.items():
        if count:
            yield (
                f"{MEASURE[measure]}: duplication not resolvable for {count:,} persons, whose identifier means nothing "
                "at another college. Who of them was at two colleges is counted twice."
            )


def _indicators(document: Document) -> Iterator[str]:
    for row in document.indicators:
        name, status = _INDICATOR.get(row["indicator_code"], row["indicator_code"]), row["status"]
        vintage = f"; files are {row['vintage'].replace('_', ' ')}" if row["vintage"] else ""
        count = row["unlinkable_count"]
        doubled = f"; duplication not resolvable for {count:,} persons" if count else ""
        yield (
            f"{name}: cohort of {row['cohort_program_year']}, outcomes up to {row['outcome_window_end']}, "
            f"{STATUS.get(status, status)}{vintage}{doubled}."
        )
