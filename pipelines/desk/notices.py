"""The notices of the last nights, as ``quality.notice`` has them. How they are sent stands in the room ``notices``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.desk.desk import Desk

NIGHTS = 30


@dataclass(frozen=True)
class Sent:
    """A notice that was sent, or should have been. ``subject`` is empty where a channel is out of order."""

    channel: str
    subject: str
    status: str
    message: str
    sent_at: datetime


@dataclass(frozen=True)
class NightNotices:
    """A night and its notices by channel."""

    run_id: str
    started_at: datetime
    notices: tuple[Sent, ...]

    @property
    def failed(self) -> tuple[Sent, ...]:
        """Those that did not reach anybody."""
        return tuple(one for one in self.notices if one.status != "delivered")


_NIGHTS = """
select run_id, started_at from quality.run
where run_id in (select run_id from quality.notice) order by run_id desc limit $nights
"""
_NOTICES = """
select run_id, channel, coalesce(subject, '') as subject, status, coalesce(message, '') as message, sent_at
from quality.notice where run_id >= $first order by run_id, channel
"""


def last_nights(desk: Desk) -> tuple[NightNotices, ...]:
    """Return the last nights after which a notice was sent, or should have been, the last one first."""
    nights = desk.connection.execute(_NIGHTS, {"nights": NIGHTS}).fetchall()
    first = nights[-1][0] if nights else ""
    sent: dict[str, list[Sent]] = {}
    for run_id, *notice in desk.connection.execute(_NOTICES, {"first": first}).fetchall():
        sent.setdefault(run_id, []).append(Sent(*notice))
    return tuple(NightNotices(run_id, started_at, tuple(sent[run_id])) for run_id, started_at in nights)
