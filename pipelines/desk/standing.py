"""How each rule stands where it was judged last, which gates that closes, and what failed when it was another count.

A night may judge a part of the partitions, and a run that breaks off a part of the rules: a rule's last verdict counts
as long as no later run has judged its partition whole without it. Findings are counted in ``tally``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.desk.desk import Desk
from pipelines.scorecard.card import Gate
from pipelines.scorecard.share import Share
from pipelines.scorecard.verdicts import RuleWords, Verdict, rule_gates, rule_words

Place = tuple[str | None, str | None]  # grantee and program year; (None, None) for reference tables

LAST = """
    with whole as (select * from quality.rule_result where institution_id is null),
    last as (select rule_id, grantee_id, program_year, max(run_id) as run_id from whole group by all),
    last_complete as (
        select grantee_id, program_year, max(run_id) as run_id from whole
        where run_id in (select run_id from quality.run where rule_book_version is not null) group by all
    )
    select whole.* from whole
    inner join last
        on whole.run_id = last.run_id and whole.rule_id = last.rule_id
            and whole.grantee_id is not distinct from last.grantee_id
            and whole.program_year is not distinct from last.program_year
    left join last_complete
        on whole.grantee_id is not distinct from last_complete.grantee_id
            and whole.program_year is not distinct from last_complete.program_year
    where whole.run_id >= coalesce(last_complete.run_id, '')
"""
# The night before would say "same" on most days: what comes twice a year is judged daily.
BEFORE = f"""
    select now.rule_id, now.grantee_id, now.program_year, max_by(earlier.failed_count, earlier.run_id) as failed_count,
        max_by(earlier.population_count, earlier.run_id) as population_count
    from ({LAST}) as now
    inner join quality.rule_result as earlier
        on now.rule_id = earlier.rule_id and now.grantee_id is not distinct from earlier.grantee_id
            and now.program_year is not distinct from earlier.program_year and now.run_id > earlier.run_id
    where earlier.institution_id is null and earlier.failed_count <> now.failed_count
    group by all
"""
# Rules that fail for refused files and nothing else: the refusal of the file says it once and better.
TOLD_BY_FILES = """
    select submission.grantee_id, submission.program_year, quarantine.reason_code
    from quality.quarantine as quarantine
    inner join quality.submission as submission on quarantine.submission_id = submission.submission_id
    group by all
    having count(*) = count(*) filter (where submission.status = 'refused' and quarantine.line_number is null)
"""


@dataclass(frozen=True)
class Standing:
    """The last verdict on a rule in a partition, and the run that gave it."""

    verdict: Verdict
    run_id: str


def standings(desk: Desk) -> Mapping[Place, list[Standing]]:
    """Return the last verdict on each rule by partition, in the order of rule ids."""
    found: dict[Place, list[Standing]] = defaultdict(list)
    for r in desk.rows(f"select * from ({LAST}) as last order by rule_id"):
        verdict = Verdict(
            r["rule_id"], r["dimension"], r["severity"], Share(r["failed_count"], r["population_count"]),
            r["threshold"] or "", r["status"], bool(r["is_waived"]), r["message"] or "",
        )  # fmt: skip
        found[r["grantee_id"], r["program_year"]].append(Standing(verdict, r["run_id"]))
    return found


def failed_before(desk: Desk) -> Mapping[tuple[Place, str], Share]:
    """Return by partition and rule what failed when it last was another number of rows."""
    return {
        ((r["grantee_id"], r["program_year"]), r["rule_id"]): Share(r["failed_count"], r["population_count"])
        for r in desk.rows(BEFORE)
    }


def told_by_files(desk: Desk) -> frozenset[tuple[Place, str]]:
    """Return partition and id of the rules that fail for refused files alone."""
    return frozenset(((r["grantee_id"], r["program_year"]), r["reason_code"]) for r in desk.rows(TOLD_BY_FILES))


def gates(
    found: Mapping[Place, list[Standing]], words: Mapping[str, RuleWords], told: frozenset[tuple[Place, str]]
) -> Mapping[Place, tuple[Gate, ...]]:
    """Return the gates of rules by partition, waived ones among them; refused files close gates of their own."""
    return {
        place: rule_gates(
            tuple(standing.verdict for standing in of_place),
            words,
            {rule_id for of_files, rule_id in told if of_files == place},
        )
        for place, of_place in found.items()
    }


def words_of_rules() -> Mapping[str, RuleWords]:
    """Return titles and fixes of rules; none where the rule book cannot be read: a page must say that a run failed."""
    try:
        return rule_words()
    except Exception:  # noqa: BLE001 - a broken rule book has ended the run, and its page is written all the same
        return {}
