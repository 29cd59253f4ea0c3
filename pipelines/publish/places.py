"""``publish.grantee`` and ``publish.institution``: what the grantees and institutions of a release are called.

Names come from the grantees' folders and from IPEDS, both public. What a sender wrote as the name of an institution is
free text and leaves only where everything is invented anyway.
"""

from __future__ import annotations

import duckdb

from pipelines.grantee import Grantee, all_grantees
from pipelines.measures.commented_table import CommentedTable

GRANTEE = CommentedTable("publish.grantee", "The grantees that have a release in force.", {
    "grantee_id": ("varchar", "The grantee."),
    "grantee_name": ("varchar", "Its name."),
    "short_name": ("varchar", "Its short name."),
    "state": ("varchar", "Postal code of the State."),
    "eligible_agency": ("varchar", "The State's eligible agency under Perkins V."),
    "is_sample": ("boolean", "FICTIONAL: every record behind the figures is invented, and none is the grantee's."),
})  # fmt: skip
INSTITUTION = CommentedTable(
    "publish.institution",
    "The institutions of the releases in force, as their grantees tell them apart.",
    {
        "grantee_id": ("varchar", "The grantee."),
        "institution_id": ("varchar", "The institution, by the code that its grantee sends."),
        "institution_name": ("varchar", "Its name in the grantee's list or in IPEDS; null where it is in neither."),
        "unitid": ("varchar", "IPEDS UNITID; null where it has none of its own."),
        "eligible_recipient_id": (
            "varchar",
            "The eligible recipient it belongs to, as of the last program year released; null where none is said.",
        ),
    },
)
_PLACES = """
with released as (
    select grantee_id, institution_id, max(program_year) as program_year
    from quality.release_count
    where institution_id is not null and strpos(program_year, ' to ') = 0
    group by grantee_id, institution_id
)

select
    released.grantee_id,
    released.institution_id,
    max(institution.institution_name) as sent_name,
    max(institution.unitid) as unitid,
    max(institution.eligible_recipient_id) as eligible_recipient_id,
    max(directory.institution_name) as public_name,
    bool_or(in_force.is_sample) as is_sample
from released
inner join quality.release_in_force as in_force using (grantee_id, program_year)
left join core.institution as institution using (grantee_id, institution_id, program_year)
left join reference.ipeds_directory as directory on institution.unitid = directory.unitid
group by released.grantee_id, released.institution_id
order by released.grantee_id, released.institution_id
"""


def grantee_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Return a row for each grantee with a release in force, by id."""
    found = connection.execute(
        "select grantee_id, bool_or(is_sample) from quality.release_in_force group by 1 order by 1"
    ).fetchall()
    known = _grantees()
    return [(grantee_id, *_called(known.get(grantee_id), grantee_id), is_sample) for grantee_id, is_sample in found]


def _called(owner: Grantee | None, grantee_id: str) -> tuple[str | None, ...]:
    """Return name, short name, State and agency; of a grantee whose folder is gone only the id is known."""
    if owner is None:
        return grantee_id, grantee_id, None, None
    return owner.name, owner.short_name, owner.state, owner.eligible_agency


def institution_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Return a row for each institution of a release in force, by grantee and id."""
    names = {(g.id, i.unitid): i.name for g in _grantees().values() for i in g.institutions}
    rows = connection.execute(_PLACES).fetchall()
    return [
        (
            grantee_id,
            place,
            names.get((grantee_id, unitid)) or public or (sent if is_sample else None),
            unitid,
            recipient,
        )
        for grantee_id, place, sent, unitid, recipient, public, is_sample in rows
    ]


def _grantees() -> dict[str, Grantee]:
    return {one.id: one for one in all_grantees()}
