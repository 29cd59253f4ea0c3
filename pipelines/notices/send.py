"""Sends the notice of a run to every configured channel and writes down what came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.notices.channels import Channel, Setting, read_setting
from pipelines.notices.deliver import Letter, deliver
from pipelines.notices.facts import facts_of
from pipelines.notices.notice import write_notice
from pipelines.run_book import utc
from pipelines.scorecard.verdicts import rule_words
from pipelines.warehouse import insert_rows

_COLUMNS = "run_id, channel, status, message, subject, sent_at"
TEST_SUBJECT = "CTE data: this is a test of the notices"
TEST_TEXT = "Notices about the nightly runs will reach you in this way. This one is a test and tells nothing."


def send_notices(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    run_id: str,
    say: Callable[[str], None],
    unreachable: Collection[str] = (),
) -> None:
    """Send the notice of a run that has ended. A delivery that fails is written down and said, and raises nothing.

    ``unreachable`` are the grantees whose source database could not be read.
    """
    try:
        setting = read_setting(home)
        if setting.channels or setting.faults:
            _write_down(connection, run_id, _sent(connection, run_id, setting, unreachable), say)
    except Exception as fault:  # noqa: BLE001 - the run is over; its end must not be hidden by a notice about it
        say(f"notices: none could be sent ({type(fault).__name__}); `cte notices test` tells more")


def send_test(setting: Setting) -> list[tuple[str, str | None]]:
    """Send a notice that tells nothing to each channel; return its name and why it failed, or None."""
    letters = [Letter(channel.url, TEST_SUBJECT, TEST_TEXT) for channel in setting.channels]
    delivered = zip((channel.name for channel in setting.channels), deliver(letters), strict=True)
    return [*delivered, *((fault.channel, fault.message) for fault in setting.faults)]


def _sent(
    connection: duckdb.DuckDBPyConnection, run_id: str, setting: Setting, unreachable: Collection[str]
) -> list[tuple[str, str, str | None]]:
    """Return (channel, subject, why it failed) for each channel that wanted a notice, and for those out of order."""
    letters = _letters(connection, run_id, setting, unreachable)
    outcomes = deliver([letter for _, letter in letters])
    return [
        *((channel.name, letter.subject, why) for (channel, letter), why in zip(letters, outcomes, strict=True)),
        *((fault.channel, "", fault.message) for fault in setting.faults),
    ]


def _letters(
    connection: duckdb.DuckDBPyConnection, run_id: str, setting: Setting, unreachable: Collection[str]
) -> list[tuple[Channel, Letter]]:
    if not setting.channels:
        return []
    facts = facts_of(connection, run_id, unreachable)
    titles = {rule_id: words.title for rule_id, words in rule_words().items()}
    notices = [(one, write_notice(facts, one.grantees, setting.desk_url, titles)) for one in setting.channels]
    return [(one, Letter(one.url, n.subject, n.text)) for one, n in notices if n.is_for(one.when)]


def _write_down(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    sent: Sequence[tuple[str, str, str | None]],
    say: Callable[[str], None],
) -> None:
    for channel, _subject, why in sent:
        say(f"notice to {channel}: {'delivered' if why is None else f'not delivered: {why}'}")
    now = utc(datetime.now(UTC))
    insert_rows(
        connection,
        f"quality.notice ({_COLUMNS})",
        [(run_id, channel, "failed" if why else "delivered", why, subject, now) for channel, subject, why in sent],
    )
