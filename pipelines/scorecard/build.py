"""Assembles a scorecard from the tables of an open warehouse; the only place that knows all its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.grantee import Grantee, grantee
from pipelines.scorecard import files as arrivals
from pipelines.scorecard import verdicts as judged
from pipelines.scorecard.card import ElementCard, Run, Scorecard
from pipelines.scorecard.coverage import (
    bare,
    completeness,
    coverage_lines,
    element_rows,
    known_by_institution,
)
from pipelines.scorecard.criteria import Measured
from pipelines.scorecard.evidence import Known, evidence
from pipelines.scorecard.gaps import gaps
from pipelines.scorecard.judge import judge_element
from pipelines.scorecard.outcomes import indicator_lines
from pipelines.scorecard.people.said import folder_of, said_of
from pipelines.scorecard.read import Partition
from pipelines.scorecard.readiness import readiness_lines
from pipelines.scorecard.rubric import CoreElement, rubric
from pipelines.scorecard.sections import SECTIONS
from pipelines.scorecard.sources import Sources
from pipelines.scorecard.top_rules import top_rules
from pipelines.scorecard.verdicts import RuleWords
from pipelines.scorecard.waivers import waiver_lines
from pipelines.validation.partition import NO_INSTITUTION

FLAWED = f"""
    select r.dimension, f.institution_id, f.table_name, count(distinct (f.submission_id, f.line_number)) as record_count
    from quality.finding as f inner join ({judged.LATEST}) as r on r.rule_id = f.rule_id
    where f.grantee_id = $1 and f.program_year = $2 and f.state = 'open' and f.severity <> 'info'
        and f.line_number is not null
    group by r.dimension, f.institution_id, f.table_name
"""
INSTITUTIONS = """
    select institution_id, min(institution_name) as institution_name from core.institution
    where grantee_id = $1 and program_year = $2 and institution_id is not null and institution_name is not null
    group by institution_id
"""


def run_of(connection: duckdb.DuckDBPyConnection, run_id: str) -> Run:
    """Return the run of that id as ``quality.run`` has it. Raises LookupError where it is not recorded."""
    query = "select run_id, started_at, is_sample, code_version, rule_book_version from quality.run where run_id = $1"
    row = connection.execute(query, [run_id]).fetchone()
    if row is None:
        msg = f"quality.run has no run {run_id!r}; record the run before its scorecards are written"
        raise LookupError(msg)
    return Run(row[0], row[1], bool(row[2]), row[3] or "", row[4] or "")


def build_scorecard(
    connection: duckdb.DuckDBPyConnection,
    grantee_id: str,
    program_year: str,
    run: Run,
    words: Mapping[str, RuleWords] | None = None,
    inbox: Path | None = None,
) -> Scorecard:
    """Return the scorecard of a grantee and program year, from the marts and the last verdicts of that partition.

    ``words`` are the titles and fixes of rules by id; left out, they are read from the rule book. ``inbox`` is whence
    a sample came, and what invented people say of it; of real records the grantee's folder alone says that.
    """
    partition = Partition(connection, grantee_id, program_year)
    sources = _sources(partition, run, judged.rule_words() if words is None else words, inbox)
    known, measured = sources.known, sources.measured
    return Scorecard(
        grantee_id=grantee_id,
        grantee_name=known.grantee.name,
        program_year=program_year,
        is_sample=run.is_sample,
        definition_version=known.definition.version,
        definition_evidence=known.definition.evidence,
        rule_book_version=run.rule_book_version,
        code_version=run.code_version,
        rubric_title=f"{rubric().title} ({rubric().publisher})",
        elements=tuple(_element(element, sources) for element in rubric().elements),
        gates=sources.gates,
        could_not_be_judged=tuple(words for _dimension, words in sources.could_not_be_judged),
        findings=known.findings,
        indicators=tuple(i for i in measured.indicators if i.institution_id is None),
        institution_indicators=tuple(i for i in measured.indicators if i.institution_id is not None),
        gaps=gaps(partition),
        coverage=measured.coverage,
        readiness=readiness_lines(partition),
        completeness=completeness(measured.elements, sources.names),
        themes=judged.themes(known.verdicts),
        top_rules=top_rules(partition, known.verdicts, sources.words),
        waivers=waiver_lines(partition, sources.names, sources.words),
        files=measured.files,
        missing_tables=measured.missing_tables,
        records=arrivals.record_lines(partition),
        exclusions=arrivals.exclusions(partition),
        sections=tuple(section(sources) for section in SECTIONS),
        run=run,
    )


def _sources(partition: Partition, run: Run, words: Mapping[str, RuleWords], inbox: Path | None) -> Sources:
    owner = grantee(partition.grantee_id)
    folder = folder_of(owner, inbox, is_sample=run.is_sample)
    names = _names(partition)
    measured = _measured(partition, owner, names)
    found = judged.verdicts(partition)
    known = Known(
        owner,
        owner.definition(partition.program_year),
        found,
        judged.open_findings(partition),
        measured.files,
        measured.indicators,
        said_of(folder, rubric(), words, is_sample=run.is_sample),
        arrivals.day_of(run.started_at, owner.time_zone),
    )
    told_by_files = arrivals.refusal_rules(partition)
    gates = (*judged.rule_gates(found, words, told_by_files), *arrivals.file_gates(measured.files))
    return Sources(partition, run, words, names, known, measured, gates, judged.could_not_be_judged(found, words))


def _names(partition: Partition) -> dict[str, str]:
    """Return the names of institutions by code; those of one name carry their code besides."""
    names = {r["institution_id"]: r["institution_name"] for r in partition.rows(INSTITUTIONS)}
    times = Counter(names.values())
    told = {i: name if times[name] == 1 else f"{name} ({i})" for i, name in names.items()}
    return {NO_INSTITUTION: "Institution unknown"} | told


def _measured(partition: Partition, owner: Grantee, names: Mapping[str, str]) -> Measured:
    flawed = {
        (r["dimension"], r["institution_id"], bare(r["table_name"])): r["record_count"] for r in partition.rows(FLAWED)
    }
    return Measured(
        files=arrivals.file_lines(partition, owner.time_zone),
        missing_tables=arrivals.missing_tables(partition),
        expected_count=arrivals.expected_count(partition),
        coverage=coverage_lines(partition),
        known=known_by_institution(partition),
        indicators=indicator_lines(partition, names),
        elements=element_rows(partition),
        flawed=flawed,
    )


def _element(element: CoreElement, sources: Sources) -> ElementCard:
    items = evidence(element.evidence, sources.partition, sources.known)
    answer = judge_element(element, sources)
    return ElementCard(
        element.number, element.name, element.assessed, element.says, items,
        answer.criteria, answer.suggestion, answer.gates,
    )  # fmt: skip
