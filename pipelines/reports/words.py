"""The plain words that pages use for codes and statuses; one home for each word that a reader meets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.schema import core_table
from pipelines.validation.status import STATUS_WORDS

INDICATOR_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "computed": "computed",
        "pending": "pending: the source period is not complete",
        "no_denominator": "nobody to count",
        "not_computable": "cannot be computed from what was sent",
    }
)
RULE_STATUS: Mapping[str, str] = MappingProxyType({**STATUS_WORDS, "": "cannot tell"})
WAIVER_STANDING: Mapping[str, str] = MappingProxyType(
    {
        "exceeded": "open again: more rows fail than were waived",
        "expired": "expired: covers nothing any more",
        "expiring": "covers the failure, expires within 14 days",
        "active": "covers the failure",
        "idle": "covers nothing now",
    }
)
FILE_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "received": "received",
        "read": "read",
        "accepted": "accepted",
        "refused": "refused",
        "repeated": "sent before",
        "superseded": "replaced",
    }
)
# The class of the mark before a file's status: a tick, a cross, a ring for what waits, a dash for what counts nowhere.
FILE_MARK: Mapping[str, str] = MappingProxyType(
    {
        "received": "waits",
        "read": "waits",
        "accepted": "yes",
        "refused": "no",
        "repeated": "none",
        "superseded": "none",
    }
)
FINDING_CHANGE: Mapping[str, str] = MappingProxyType(
    {"new": "new", "still_open": "still open", "fixed": "fixed", "came_back": "came back"}
)
ACT: Mapping[str, str] = MappingProxyType(
    {
        "accept": "accepted",
        "refuse": "refused",
        "certify": "certified",
        "purge": "destroyed, because retention no longer keeps it",
    }
)
READINESS: Mapping[str, str] = MappingProxyType(
    {
        "measurable": "can be measured",
        "with_caution": "with caution",
        "not_measurable": "cannot be measured",
        "": "too few students to tell",
    }
)
EXCLUSION: Mapping[str, str] = MappingProxyType(
    {
        "key_unreadable": "A part of the key is missing or unreadable",
        "orphan": "The record refers to one that was not sent",
        "duplicate": "Second or later record with the same key",
    }
)
ASSESSED: Mapping[str, str] = MappingProxyType(
    {
        "suggested": "from data, confirmed by people",
        "evidence": "by people, with evidence from data",
        "people": "by people",
    }
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        "value": "Value",
        "unknown": "Unknown",
        "declined": "Declined",
        "not_reported": "Not reported",
        "not_collected": "Not collected",
    }
)
RUN_ENDED: Mapping[str, str] = MappingProxyType(
    {
        "none": "No night has run here yet.",
        "finished": "Finished: no gate closed.",
        "gates_closed": "Finished: gates closed.",
        "not_all_judged": "The system failed in part: some rules could not be judged, or a source could not be read.",
        "broke_off": "The system failed: the run broke off before its end.",
        "never_ended": "The system failed: the run never ended; it was killed, or the machine stopped.",
    }
)
WHOSE_TURN: Mapping[str, str] = MappingProxyType(
    {
        "none": "The operator runs the first one: cte run.",
        "finished": "Nothing is blocked. The steward looks at what is new.",
        "gates_closed": "It is the steward's turn: the data hold something up, the system is in order.",
        "not_all_judged": "It is the operator's turn. This is a fault of the system, not of the data.",
        "broke_off": "It is the operator's turn. This is a fault of the system, not of the data.",
        "never_ended": "It is the operator's turn. This is a fault of the system, not of the data.",
    }
)
TASK: Mapping[str, str] = MappingProxyType(
    {
        "gate": "Closed gates: critical rules over their threshold",
        "refused": "Files refused as a whole",
        "error": "Rules that could not be judged (the operator's turn)",
        "critical": "New critical findings, no gate closed",
        "waiver": "Waivers that are exceeded or end",
        "explained": "Explanations that came back, to be read",
        "waiting": "Deliveries that wait to be accepted or refused",
        "missing": "Deliveries of which tables are overdue",
    }
)
TASK_SHORT: Mapping[str, str] = MappingProxyType(
    {
        "gate": "gates closed by rules",
        "refused": "files refused",
        "error": "verdicts missing",
        "critical": "rules with new critical findings",
        "waiver": "waivers to look at",
        "explained": "explanations to read, by institution",
        "waiting": "deliveries to decide on",
        "missing": "deliveries overdue in part",
    }
)
DRIFT_KIND: Mapping[str, str] = MappingProxyType(
    {
        "column_added": "column added",
        "column_missing": "column missing",
        "column_moved": "column moved",
        "column_renamed": "column renamed",
        "column_retyped": "column holds another kind of value",
        "code_never_seen": "code never seen before",
        "code_share_jumped": "share of a code jumped",
        "pattern_changed": "values are written in another way",
        "excel_cip": "CIP codes lost zeros in a spreadsheet",
        "excel_scientific": "numbers in scientific notation",
        "excel_date_serial": "dates as a spreadsheet's count of days",
        "excel_zeros_lost": "leading zeros lost",
        "repeats_last_year": "repeats the file of another year",
        "other_grantee": "about the institutions of another grantee",
        "other_year": "dates lie in another program year",
        "truncated": "far shorter than the last file",
        "doubled": "rows stand there twice",
    }
)
# Why nobody can tell what findings do to an indicator.
EFFECT_REASON: Mapping[str, str] = MappingProxyType(
    {
        "no_record": "the findings are on rates, counts or files, not on records",
        "not_loaded": "the lines were not loaded, so that nobody knows whom they concern",
        "names_nobody": "the records do not say to whom they belong",
        "pending": "the indicator is pending",
        "no_denominator": "the indicator has nobody to count",
        "not_computable": "the indicator cannot be computed from what was sent",
    }
)
# What the column of a finding decides in an indicator.
EFFECT_USE: Mapping[str, str] = MappingProxyType(
    {
        "record": "whether the record counts",
        "concentration": "who concentrates",
        "length": "who concentrates by completing a short program",
        "cohort": "who is in the denominator",
        "outcome": "who met the measure",
        "subgroup": "only in which subgroup a person stands",
        "nothing": "nothing: the indicator does not read it",
    }
)


def table_words(table_name: str) -> str:
    """Return a table's name in words, such as ``Program enrollment``."""
    return table_name.rpartition(".")[2].replace("_", " ").capitalize()


def column_words(column_name: str) -> str:
    """Return a column's name in words, such as ``CIP code``."""
    attributes = {c.name for c in core_table("student").columns if c.info["states"]}
    words = (column_name.removesuffix("_status") if column_name in attributes else column_name).replace("_", " ")
    for shown in ("CIP", "ID", "UNITID"):
        words = " ".join(shown if word == shown.lower() else word for word in words.split(" "))
    return words[:1].upper() + words[1:]
