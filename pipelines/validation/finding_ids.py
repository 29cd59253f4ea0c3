"""The ids of findings after a change of key: the record's pseudonym is another, the finding is the same.

No table says which old pseudonym became which new one: whoever had stolen the old key could then go on reading. A
finding is known again by its rule and its line in the file, once, and its new id is noted beside the one it has.
"""

from __future__ import annotations

import duckdb


def keep_ids(connection: duckdb.DuckDBPyConnection, tonight: str) -> None:
    """Give tonight's findings of grantees whose key was changed the ids that they had before.

    ``tonight`` is a table with the columns of ``quality.finding`` that say what was found where.
    """
    changed = "select distinct grantee_id from quality.key where retired_at is not null"
    if connection.execute(f"{changed} limit 1").fetchone() is None:
        return
    rename = (
        f"update {tonight} as n set finding_id = a.finding_id "
        "from quality.finding_alias as a where n.finding_id = a.computed_id"
    )
    connection.execute(rename)
    connection.execute(
        f"""
        insert into quality.finding_alias (computed_id, finding_id)
        select n.finding_id, min(f.finding_id)
        from {tonight} as n inner join quality.finding as f
            using (rule_id, table_name, submission_id, line_number, column_name)
        where f.state = 'open' and f.grantee_id in ({changed})
            and not exists (select 1 from quality.finding as known where known.finding_id = n.finding_id)
            and not exists (select 1 from {tonight} as found where found.finding_id = f.finding_id)
        group by n.finding_id
        """
    )
    connection.execute(rename)
