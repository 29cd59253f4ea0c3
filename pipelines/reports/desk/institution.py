"""The desk's pages: one a listed institution, and one a grantee for records of no institution of its list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.desk import held, loop
from pipelines.desk import institution as here
from pipelines.desk.desk import Desk
from pipelines.desk.directory import UNLISTED, Institution
from pipelines.desk.held import Place
from pipelines.desk.submission import with_page
from pipelines.desk.tally import Tally, total
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, render
from pipelines.reports.desk.parts import rule_part, share_part
from pipelines.reports.desk.rows import page_of
from pipelines.reports.desk.steps import steps
from pipelines.scorecard.verdicts import SEVERITIES

MOST_NIGHTS, MOST_RETURNS, MOST_EXPLANATIONS = 30, 200, 200


@dataclass(frozen=True)
class _Sources:
    """All that the pages are made from, read once for all institutions."""

    tallied: Mapping[Place, list[Tally]]
    rules: Mapping[Place, list[here.RuleHere]]
    ages: Mapping[Place, tuple[list[here.AgeBand], int]]
    files: Mapping[Place, list[held.FileHere]]
    readiness: Mapping[Place, tuple[list[str], list[here.Ready]]]
    returns: Mapping[Place, list[loop.Return]]
    explanations: Mapping[Place, list[loop.Explanation]]
    nights: Mapping[Place, list[loop.Night]]
    rows: Mapping[tuple[str | None, str | None, str, str], str]
    with_page: frozenset[str]
    parts: Mapping[str, Callable[..., Markup]]


def pages(desk: Desk) -> Iterator[Page]:
    """Yield the pages."""
    tallied = here.by_institution(desk)
    sources = _Sources(
        tallied, here.rules(desk, tallied), here.ages(desk), held.files(desk), here.readiness(desk),
        loop.returns(desk), loop.explanations(desk), loop.nights(desk), page_of(desk), with_page(desk),
        _parts(desk),
    )  # fmt: skip
    for institution in _institutions(desk, sources):
        yield _page(desk, sources, institution)


def _parts(desk: Desk) -> Mapping[str, Callable[..., Markup]]:
    """Return what templates show many times, by the names that they call it by."""
    from expectations.catalogue import all_rules

    book, place = {rule.id: rule for rule in all_rules()}, places.of_institution("", "")
    return {
        "part": rule_part(desk, book, place, is_long=True),
        "short_part": rule_part(desk, book, place),
        "share": share_part(desk, place),
    }


def _institutions(desk: Desk, sources: _Sources) -> Iterator[Institution]:
    """Yield the listed institutions, and what stands for all others where there is anything to say of them."""
    yield from (institution for _, institution in sorted(desk.directory.listed.items()))
    told = {*sources.tallied, *sources.files, *sources.returns}
    yield from (desk.directory.find(grantee_id, None) for grantee_id, slug in sorted(told) if slug == UNLISTED)


def _page(desk: Desk, sources: _Sources, institution: Institution) -> Page:
    key = institution.grantee_id, institution.slug
    place = places.of_institution(*key)
    grantee_name = desk.directory.grantee_name(institution.grantee_id)
    tallied = sources.tallied.get(key, [])
    bands, oldest_days = sources.ages.get(key, ([], 0))
    years, ready = sources.readiness.get(key, ([], []))
    nights = sources.nights.get(key, [])
    returns, explanations = sources.returns.get(key, []), sources.explanations.get(key, [])
    content = render(
        desk, "institution.html", place,
        institution=institution,
        grantee_name=grantee_name,
        counts=total(tallied),
        by_severity=[(s, total(t for t in tallied if t.severity == s)) for s in SEVERITIES],
        bands=bands, oldest_days=oldest_days,
        rules=sources.rules.get(key, []),
        rows=_rows(sources, key),
        returns=returns[:MOST_RETURNS], return_count=len(returns),
        folder=next((one.file_path.rpartition("/")[0] for one in returns if one.file_path), ""),
        explanations=explanations[:MOST_EXPLANATIONS], explanation_count=len(explanations),
        nights=nights[::-1][:MOST_NIGHTS], night_count=len(nights),
        chart=steps([(n.started_at, n.open_count) for n in nights[-MOST_NIGHTS:] if n.open_count is not None]),
        files=sources.files.get(key, []), with_page=sources.with_page,
        readiness_years=years, readiness=ready, **sources.parts,
    )  # fmt: skip
    title = institution.name if institution.is_listed else f"{institution.name}, {grantee_name}"
    return Page(place, content, "Institution", title, f"{grantee_name} {institution.institution_id}")


def _rows(sources: _Sources, key: Place) -> Mapping[tuple[str, str], str]:
    """Return where the failing rows of each rule and program year begin for an institution."""
    found = {}
    for rule in sources.rules.get(key, []):
        where = sources.rows.get((key[0], rule.program_year, rule.rule_id, key[1]))
        found[rule.rule_id, rule.program_year] = where or places.of_rows(key[0], rule.program_year, rule.rule_id)
    return found
