"""What a package may tell of findings that rest on records of others: counts under the grantee's suppression policy.

Fewer than the threshold, or all but fewer, are not told at all. The rest is rounded down to a multiple of it, so that
neither one more record sent nor two returns compared tell of one person.
"""

from __future__ import annotations

import duckdb

from pipelines.grantee import Grantee
from pipelines.returns.gather import FOUND
from pipelines.returns.own import identifier_of
from pipelines.returns.package import Counted
from pipelines.schema import core_table
from pipelines.suppression_policy import PLACEMENT, policy_of

Key = tuple[str, str]  # recipient and submission


def counted(connection: duckdb.DuckDBPyConnection, owner: Grantee) -> dict[Key, tuple[Counted, ...]]:
    """Return what may be told, by recipient and submission, the rules in order."""
    from expectations.catalogue import all_rules

    titles = {rule.id: rule.title for rule in all_rules()}
    threshold, found = policy_of(owner, PLACEMENT).threshold, dict[Key, list[Counted]]()
    for recipient, submission, rule_id, what, count, whole in sorted(_counts(connection)):
        told = may_be_told(count, whole, threshold)
        if told:
            one = Counted(rule_id, titles.get(rule_id, rule_id), told, what)
            found.setdefault((recipient, submission), []).append(one)
    return {key: tuple(ones) for key, ones in found.items()}


def may_be_told(count: int, whole: int, threshold: int) -> int:
    """Return the number that at least are concerned, of ``whole``, as far as it may be told; 0 where it may not."""
    is_safe = count >= threshold and whole - count >= threshold
    return count - count % max(threshold, 1) if is_safe else 0


def withheld_counts(connection: duckdb.DuckDBPyConnection) -> dict[Key, int]:
    """Return how many findings are not told line by line: for the agency's ledger only."""
    rows = connection.execute(
        f"select recipient, submission_id, count(*) from {FOUND} where kind = 'withheld' group by 1, 2"
    )
    return {(recipient, submission): count for recipient, submission, count in rows.fetchall()}


def _counts(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str, int, int]]:
    """Return recipient, submission, rule, what was counted, how many are concerned, and of how many."""
    tables = connection.execute(f"select distinct table_name from {FOUND} where kind = 'withheld'").fetchall()
    found = []
    for (name,) in sorted(tables):
        table = core_table(name)
        person = identifier_of(table)
        what = "students" if person == "student_id" else "persons" if person else "records"
        rows = connection.execute(
            f"""
            with withheld as (select * from {FOUND} where kind = 'withheld' and table_name = ?),
            concerned as (select distinct recipient, submission_id from withheld),
            whole as (
                select c.recipient, c.submission_id, count(distinct t.{person or "line_number"}) as whole_count
                from concerned as c inner join {name} as t
                    on t.submission_id = c.submission_id and t.institution_id = c.recipient
                group by 1, 2
            )
            select w.recipient, w.submission_id, w.rule_id, ?, count(distinct t.{person or "line_number"}),
                any_value(whole.whole_count)
            from withheld as w inner join {name} as t using (submission_id, line_number)
            inner join whole on whole.recipient = w.recipient and whole.submission_id = w.submission_id
            group by 1, 2, 3
            """,
            [name, what],
        )
        found += rows.fetchall()
    return found
