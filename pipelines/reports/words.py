"""The plain words that pages use for codes and statuses; one home for each word that a reader meets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.schema import core_table

INDICATOR_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "computed": "computed",
        "pending": "pending: the source period is not complete",
        "no_denominator": "nobody to count",
        "not_computable": "cannot be computed from what was sent",
    }
)
RULE_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "passed": "passed",
        "failed": "failed",
        "not_applicable": "nothing to judge",
        "error": "could not be judged",
        "": "cannot tell",
    }
)
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
