"""``reference.counted_code``: the codes that count under each definition, one row each, for the models to join.

Which codes may be listed is said by ``indicator_definition``; what happens to a record whose code does not count, by
the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from pipelines.code_sets import code_set
from pipelines.indicator_definition import UNKNOWN, Definition
from pipelines.measures.commented_table import CommentedTable
from pipelines.warehouse import insert_rows

_CODE_SETS = {
    "credit_statuses": "credit_status",
    "placement_statuses": "placement_status",
    "placement_sources": "placement_source",
    "credential_types": "credential_type",
    "credential_evidence": "evidence_source",
    "matchable_identifier_kinds": "matchable_student_id_kind",
}
_SAY_NOTHING = ("credit_status", "credential_type")  # where all codes count, so does a record that says none
COUNTED_CODE = CommentedTable(
    "reference.counted_code",
    "Codes that count under the definition in force, one row per grantee, program year and code.",
    {
        "grantee_id": ("varchar", "The grantee."),
        "program_year": ("varchar", "The program year in which the definition is in force."),
        "code_set": ("varchar", ("credit_status (of courses whose credits count), placement_status, placement_source, "
                     "credential_type, evidence_source (of credentials) or matchable_student_id_kind (identifiers "
                     "that may be looked up at another body).")),
        "code": ("varchar", "A code of the set; unknown stands for records that say none."),
    },
)  # fmt: skip


def load_counted_codes(connection: duckdb.DuckDBPyConnection, in_force: Iterable[tuple[str, str, Definition]]) -> None:
    """Write ``reference.counted_code`` anew. ``in_force``: grantee, program year and the definition used there."""
    COUNTED_CODE.create(connection)
    rows = [[grantee_id, year, *row] for grantee_id, year, used in in_force for row in _codes(used)]
    insert_rows(connection, COUNTED_CODE.name, rows)


def _codes(definition: Definition) -> Iterator[tuple[str, str]]:
    """Yield (code set, code) of what counts under a definition."""
    for key, name in _CODE_SETS.items():
        codes = getattr(definition, key)
        yield from ((name, code) for code in codes)
        if name in _SAY_NOTHING and set(codes) == set(code_set(name)):
            yield name, UNKNOWN
